"""Emoji in the box are drawn as in the history, and sent as they were typed (case 015)."""

import pytest
from rich.cells import cell_len, get_character_cell_size
from textual import events

from chat_tui.safetext import safe
from tests.ui.chat.test_compose import BoxApp, a_box

DRESSED = [
    "сердце ❤️ палец",
    "1️⃣ шаг, 2️⃣ шаг",
    "👍🏽👍🏿 да",
    "семья 👩‍👩‍👧‍👦 из четырёх",
    "флаг 🏳️‍🌈!",
    "☎️ ✔️ ▶️",
    "просто текст",
]


def lines(app: BoxApp) -> list[str]:
    """The lines of the box, without its frame."""
    strips = app.box.render_lines(app.box.outer_size.region)
    assert all(strip.cell_length == sum(map(get_character_cell_size, strip.text)) for strip in strips)
    return [strip.text.strip("│║╭╮╰╯─╔╗╚╝═ ") for strip in strips]


@pytest.mark.parametrize("text", DRESSED)
async def test_it_is_drawn_as_in_the_history_and_kept_as_typed(text: str) -> None:
    async with a_box() as app:
        await app.arrive(events.Paste(text))
        assert app.box.text == text
        assert safe(text) in lines(app)
        start = app.box.content_region.x
        assert app.box.cursor_screen_offset.x - start == cell_len(safe(text))
        # Along the whole line the caret stands before the letter that is drawn there.
        seen = set()
        for _ in text:
            seen.add(app.box.cursor_screen_offset.x - start)
            app.box.action_cursor_left()
        assert seen | {0} == {cell_len(safe(text)[:n]) for n in range(len(safe(text)) + 1)}
        app.box.action_send()
        await app.heard()
        assert app.sent == [text]


async def test_lines_are_wrapped_by_what_is_drawn() -> None:
    async with a_box() as app:
        text = "❤️" * 50 + " " + "👩‍👧" * 9
        await app.arrive(events.Paste(text))
        assert [line for line in lines(app) if line] == ["❤" * 50, "👩" * 9, "146/4096"]
        assert app.box.cursor_screen_offset.x - app.box.content_region.x == 18
        app.box.action_cursor_up()
        assert app.box.cursor_location[1] in (36, 37)
        app.box.action_cursor_line_end()
        await app.arrive("x", "\x7f")
        assert app.box.text == text
