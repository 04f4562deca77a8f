"""Every state can be read with every number of colours, and without colours."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich._palettes import STANDARD_PALETTE
from rich.color import Color, ColorSystem
from rich.style import Style
from rich.terminal_theme import TerminalTheme

from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import ProblemKind
from chat_tui.settings.schema import THEMES
from chat_tui.terminal import palette
from chat_tui.terminal.environment import prepare
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.themes import PLAIN_THEME, theme_for
from tests.faults.support.trial import SEND
from tests.faults.support.window import Window, settings
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.scenes import Scene, make_scene, queue_an_answer
from tests.support.settling import pressing

_COLOURED = re.compile(r"(?:^|;)(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;|$)")
READABLE = 4.5
"""Least contrast of a letter and its background; 1 = none, 21 = black on white."""
VGA = TerminalTheme(
    (0, 0, 0),
    (170, 170, 170),
    [*STANDARD_PALETTE._colors[:8]],
    [*STANDARD_PALETTE._colors[8:]],
)
STATES = (OutboxState.SENT, OutboxState.WAITING, OutboxState.UNCONFIRMED, OutboxState.FAILED)


@pytest.mark.terminal
def test_f_101_no_colour_is_asked_for(market: Sandbox) -> None:
    """Promised: U06."""
    settings('[queue]\nauto_advance = false\n[sending]\nundo_seconds = 0\n[ui]\ntheme = "nord"\n')
    market.script(SEND, [Answer(), Answer(400)])
    with Window(market, size=(120, 40), NO_COLOR="1") as window:
        window.ready().write("")
        window.wait_for_text("▸")
        window.send("this one arrives")
        window.wait_for_text("confirmed ✓")
        window.send("this one is refused")
        window.wait_for_text("not sent ✗")
        window.feed_at_once("a draft")
        for words in ("[1 Waiting", "dispute", "● online", "› You", "‹ ", "To: "):
            window.wait_for_text(words)
        codes = re.findall(r"\x1b\[([\d;]*)m", window.raw.decode())
        assert len(codes) > 20
        assert [code for code in codes if _COLOURED.search(code)] == []
        shown = {(cell.fg, cell.bg) for line in window.screen.buffer.values() for cell in line.values()}
        assert shown == {("default", "default")}
        window.send_signal(signal.SIGTERM)
        window.check(143)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = make_scene(tmp_path, language="en")
    for state in STATES:
        steps = [] if state is OutboxState.WAITING else [OutboxState.SENDING]
        problem = ProblemKind.OFFLINE if state is OutboxState.WAITING else ""
        queue_an_answer(made.store, ref(2), f"text {state}", *steps, state, problem=problem)
    yield made
    made.close()


@pytest.mark.parametrize("theme", [name for name in THEMES if "ansi" not in name])
async def test_f_101_every_letter_can_be_read_in_every_theme_and_depth(scene: Scene, theme: str) -> None:
    """Promised: U78."""
    async with scene.app.run_test(size=(120, 40), notifications=True) as pilot:
        scene.app.use_theme(theme)
        await pressing("j", "enter")(pilot)
        main = scene.app.screen.query_one(Compose)
        main.forbid("nothing can be sent")
        main.say("a notice")
        await pressing("tab", "tab")(pilot)
        shown_here(scene, "not sent ✗", "unconfirmed ?", "pending …", "dispute", "nothing can", "a notice")
        for severity in ("information", "warning", "error"):
            scene.app.notify(f"a {severity}", severity=severity)
            await pressing()(pilot)
            shown_here(scene, f"a {severity}")
        await pressing("ctrl+p", "down")(pilot)
        shown_here(scene, "Commands")
        await pressing("escape", "T")(pilot)
        shown_here(scene, "Theme")


def shown_here(scene: Scene, *words: str) -> None:
    """The screen contains the words, and each of its letters can be read."""
    strips = scene.app.screen._compositor.render_strips()
    text = "".join(strip.text for strip in strips)
    assert [word for word in words if word not in text] == []
    segments = {segment[:2] for strip in strips for segment in strip}
    assert len(segments) > 20
    for level in (ColorSystem.STANDARD, ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR):
        for letters, style in segments:
            contrast = contrast_of(letters, style, level)
            assert contrast >= READABLE, f"{letters!r} {style} in {level.name}: {contrast:.1f}"


def contrast_of(text: str, style: Style | None, level: ColorSystem) -> float:
    """The contrast of letters as the display draws them."""
    if not text.strip(" ─│╭╮╰╯═║╔╗╚╝▀▄▁▔▎▊▐█━╸╺") or style is None:
        return 21.0
    drawn = palette.shown(style, level)
    assert drawn.color is not None
    assert drawn.bgcolor is not None
    bright, dark = sorted((_light(drawn.color), _light(drawn.bgcolor)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _light(color: Color) -> float:
    red, green, blue = (
        channel / 255 / 12.92 if channel <= 10 else ((channel / 255 + 0.055) / 1.055) ** 2.4
        for channel in color.get_truecolor(VGA)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("term", "is_so"),
    [("vt220", True), ("xterm-mono", True), ("linux-m", True), ("xterm", False), ("vte-256color", False)],
)
def test_f_101_a_monochrome_terminal_is_spared_colours(term: str, is_so: bool) -> None:
    environ = {"TERM": term}
    prepare(environ)
    assert ("NO_COLOR" in environ) is is_so
    assert theme_for("nord", environ) == (PLAIN_THEME if is_so else "nord")
