"""Every Enter takes effect, or a sentence at the caret says why not; no text is ignored silently."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from chat_tui import locale
from chat_tui.model.doubt import contacts
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.ui.chat.compose import Compose
from chat_tui.words.problems import contact_warning, problem_words
from tests.support.scenes import make_scene
from tests.support.settling import pressing, recorded, resize, settled
from tests.ui.chat.test_compose import BoxApp, a_box
from tests.ui.chat.test_lines_at_once import until_told

CALL = "call +7 916 123-45-67"


def box_of(pilot: Pilot[None]) -> Compose:
    return pilot.app.screen_stack[1].query_one(Compose)


def shown(box: Compose) -> str:
    """The line at the caret, as drawn."""
    told = box.notice
    lines = [told.render_line(y).text for y in range(told.content_size.height)]
    return " ".join(" ".join(lines).split()) if told.is_on_screen else ""


async def enter_behind_template(app: BoxApp, later_s: float) -> None:
    """Put a template into the box, and press Enter that many seconds later."""
    app.put_at = 100.0
    app.box.put("Здравствуйте!")
    await app.heard()
    app.pressed_at = 100.0 + later_s
    await app.arrive("\r")


@pytest.mark.parametrize("later_s", [0.101, 0.15, 0.25, 2.0])
async def test_a_second_enter_behind_a_template_sends_it(later_s: float) -> None:
    async with a_box() as app:
        await enter_behind_template(app, later_s)
        assert app.sent == ["Здравствуйте!"]


@pytest.mark.parametrize("later_s", [-0.2, 0.0, 0.05, 0.099])
async def test_an_enter_that_bounced_behind_a_template_is_answered(later_s: float) -> None:
    async with a_box() as app:
        await enter_behind_template(app, later_s)
        assert (app.sent, "nothing was sent" in app.box.notice.words) == ([], True)
        await app.arrive("!")
        assert app.box.notice.words == "", "it was told of another text"


@pytest.mark.parametrize("gap_s", [0.11, 0.3, 1.0])
async def test_two_presses_are_two_however_late_they_are_handled(gap_s: float) -> None:
    async with a_box() as app:
        app.box.load("x", 1)
        for at in (5.0, 5.0 + gap_s):
            app.pressed_at = at
            await app.arrive("\r")
        assert app.sent == ["x", "x"]


@pytest.mark.parametrize("typed_on", ["", " и ещё"])
async def test_an_enter_while_the_one_before_is_being_saved_is_answered_and_doubles_nothing(
    typed_on: str,
) -> None:
    async with a_box() as app:
        app.answers = False
        await app.arrive(*"раз")
        app.pressed_at = 5.0
        await app.arrive("\r")
        app.pressed_at = 6.0
        await app.arrive(*typed_on, "\r")
        assert app.sent == ["раз"]
        assert app.box.notice.words.startswith("The previous message is still being saved.")
        app.box.clear_after_send("раз")
        app.box.answered()
        assert (app.box.text, app.box.notice.words) == (typed_on, "")


@pytest.mark.parametrize("text", ["", "  ", "\n\n", "\u200b\u3164"])
async def test_an_enter_with_nothing_to_send_is_answered(text: str) -> None:
    async with a_box() as app:
        app.box.load(text, 0)
        await app.arrive("\r")
        assert (app.sent, app.box.notice.words) == ([], "There is nothing to send: type a message first.")


async def test_an_enter_of_a_paste_is_answered() -> None:
    async with a_box() as app:
        await app.arrive(*"раз\rдва\r")
        assert (app.sent, app.box.text) == ([], "раз\nдва\n")
        await until_told(app.box, "Pasted with 2 line breaks; Enter sends it as one message")


@pytest.mark.parametrize("leave", [("ctrl+n",), ("escape", "n"), ("escape", "escape", "j", "j", "c")])
async def test_leaving_a_text_that_was_not_sent_names_its_chat(
    tmp_path: Path, leave: tuple[str, ...]
) -> None:
    scene = make_scene(tmp_path, language="en")
    said = recorded(scene.app)
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("n", *CALL, "enter")(pilot)
        box = box_of(pilot)
        assert "a phone number" in shown(box)
        name = str(box.border_title).removeprefix("To: ").split(" · ")[0]
        await pressing(*leave)(pilot)
        assert box.text != CALL
        assert any(one.startswith(f"Not sent, kept as a draft: {name}") for one in said)
        before = len(said)
        await pressing("ctrl+n", "ctrl+n")(pilot)
        assert len(said) == before, "a chat in which nothing was to be sent is left without a word"
    scene.close()


async def test_what_an_editor_could_not_do_is_told_at_the_caret(tmp_path: Path) -> None:
    """Promised: U74."""
    scene = make_scene(tmp_path, language="en")
    said = recorded(scene.app)
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("n", "a", "ctrl+e")(pilot)
        assert shown(box_of(pilot)) == "An editor needs a real terminal."
        assert said == []
    scene.close()


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_what_is_told_can_be_read_to_its_end_with_the_box_below_it(
    tmp_path: Path, language: str
) -> None:
    locale.use(language)
    scene = make_scene(tmp_path, language=language)
    found = contacts("пишите a@b.ru или звоните 89161234567, @olga_shop, www.example.com/" + "x" * 60)
    unfilled = problem_words(Problem(ProblemKind.TEXT_UNFILLED, message="{оператор} {заказ}"))
    async with scene.app.run_test(size=(80, 24)) as pilot:
        app = scene.app
        await pressing("n", *"OK")(pilot)
        box = box_of(pilot)
        for columns in (80, 100, 120):
            await resize(app, columns, 24)
            for words in (contact_warning(found), unfilled, "x" * 30):
                box.say(words)
                await settled(app)
                assert shown(box) == " ".join(words.split()), columns
                assert app.screen.region.contains_region(box.region), columns
                assert box.notice.region.bottom == box.region.y, columns
        await resize(app, 40, 12)
        box.say(f"{contact_warning(found)} " * 2)
        await settled(app)
        assert shown(box).endswith("…"), "what is cut says so"
        assert app.screen.region.contains_region(box.region)
        assert box.region.height >= 3
        box.say("")
        await settled(app)
        assert shown(box) == ""
    scene.close()
