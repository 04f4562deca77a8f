"""The pictures of README and docs, made from the demo's shop: `python -m tests.screenshots`."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

os.environ.update(TEXTUAL_ANIMATIONS="none", TEXTUAL_SMOOTH_SCROLL="0", TEXTUAL_COLOR_SYSTEM="truecolor")
os.environ.pop("NO_COLOR", None)

import hatch_build
from chat_tui import locale
from chat_tui.commands.demo import put_templates
from chat_tui.settings import Preferences
from tests.moving import Frame, moving_picture
from tests.support.places import places
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, Desk, desk

FOLDER = Path(__file__).parent.parent / "screenshots"
CHATS = 40
HELD_S = 5.0
"""For how long a send can be undone: the pictures show it counting."""
STILLS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "inbox": ((150, 34), ("j", "j", "j", "i")),
    "narrow": ((80, 24), ()),
    "templates": ((110, 28), ("j", "j", "j", "c", "/")),
}
"""Size and keys."""
MOVING_SIZE = (110, 28)
ANSWER = {
    "en": "Hello! We have approved the return. Sorry for the trouble.",
    "ru": "Здравствуйте! Возврат согласовали, приносим извинения.",
}


@asynccontextmanager
async def _shop(language: str, size: tuple[int, int]) -> AsyncIterator[Desk]:
    locale.use(language)
    settings = replace(CALM, undo_s=HELD_S)
    with tempfile.TemporaryDirectory() as place, Sandbox.start(chats=CHATS, language=language) as market:
        root = Path(place)
        put_templates(places(root), language)
        as_usual = Preferences()
        async with desk(root, market, size=size, settings=settings, preferences=as_usual, fresh=True) as seen:
            await seen.until(lambda: seen.app.inbox.link().fresh_at is not None, "the list is read")
            await seen.until(lambda: not seen.app.inbox.link().works, "everything is loaded")
            await seen.press("escape", "g")
            yield seen


async def _still(language: str, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    async with _shop(language, size) as seen:
        await seen.press(*keys)
        await asyncio.sleep(1)
        await seen.answered()
        return _taken(seen)


async def _answering(language: str) -> str:
    """The loop of a day: `n`, an answer, Enter, and the next chat opens."""
    frames: list[Frame] = []
    async with _shop(language, MOVING_SIZE) as seen:

        async def keep(seconds: float, *keys: str) -> None:
            await seen.press(*keys)
            frames.append((_taken(seen), seconds))

        await keep(2.0)
        await keep(1.5, "n")
        for character in ANSWER[language]:
            await keep(0.07, character)
        await keep(1.0)
        answered = seen.opened
        await keep(0.8, "enter")
        await seen.until(lambda: seen.opened != answered, "the next chat is open")
        await seen.answered()
        await keep(4.0)
    return moving_picture(frames)


def _taken(seen: Desk) -> str:
    """The screen as a picture without references to other sites: it uses the fonts of the reader."""
    svg = seen.app.export_screenshot(title="chat-tui")
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


def main() -> None:
    """Write every picture in both languages."""
    hatch_build.compile_catalogues()
    FOLDER.mkdir(exist_ok=True)
    for language in ("en", "ru"):
        pictures = {name: asyncio.run(_still(language, *how)) for name, how in STILLS.items()}
        pictures["answering"] = asyncio.run(_answering(language))
        for name, svg in pictures.items():
            (FOLDER / f"{name}-{language}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
