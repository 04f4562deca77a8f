"""The pictures of README, made from the scene of the snapshots: `python -m tests.screenshots`."""

import asyncio
import os
import re
import tempfile
from pathlib import Path

os.environ.update(TEXTUAL_ANIMATIONS="none", TEXTUAL_SMOOTH_SCROLL="0")
os.environ.pop("NO_COLOR", None)

import hatch_build
from chat_tui.store.database import Store
from tests.moving import Frame, moving_picture
from tests.support.refs import ref
from tests.support.scenes import make_scene, queue_an_answer
from tests.support.settling import pressing

FOLDER = Path(__file__).parent.parent / "screenshots"
TYPED = {"en": "Good afternoon, Olga!", "ru": "Добрый день, Ольга!"}
PICTURES: dict[str, tuple[tuple[int, int], tuple[str, ...], bool]] = {
    "inbox": ((110, 28), ("j", "enter", "c"), True),
    "narrow": ((80, 24), (), False),
    "outbox": ((80, 24), ("O",), False),
}
"""Size, keys, and whether the start of an answer is then typed."""
ANSWER = {"en": "Hello! It arrives tomorrow by noon.", "ru": "Здравствуйте! Привезут завтра до обеда."}
MOVING_SIZE = (100, 26)


def _prepare(store: Store, language: str) -> None:
    sent = {"en": "We are asking the delivery service.", "ru": "Уточняем у службы доставки."}[language]
    queue_an_answer(store, ref(2), sent)


async def _picture(root: Path, language: str, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    scene = make_scene(root, language=language, prepare=lambda store: _prepare(store, language))
    try:
        async with scene.app.run_test(size=size) as pilot:
            await pressing(*keys)(pilot)
            return _alone(scene.app.export_screenshot(title="chat-tui"))
    finally:
        scene.close()


async def _answering(root: Path, language: str) -> str:
    """The loop of a day: `n`, an answer, Enter, and the next chat opens."""
    frames: list[Frame] = []
    scene = make_scene(root, language=language)
    try:
        async with scene.app.run_test(size=MOVING_SIZE) as pilot:

            async def press(key: str, seconds: float) -> None:
                await pressing(key)(pilot)
                frames.append((_alone(scene.app.export_screenshot(title="chat-tui")), seconds))

            await pressing()(pilot)
            frames.append((_alone(scene.app.export_screenshot(title="chat-tui")), 2.0))
            await press("n", 1.5)
            for character in ANSWER[language]:
                await press(_key(character), 0.09)
            await press("enter", 3.5)
    finally:
        scene.close()
    return moving_picture(frames)


def _key(character: str) -> str:
    return {" ": "space", ",": "comma", "!": "exclamation_mark", ".": "full_stop"}.get(character, character)


def _alone(svg: str) -> str:
    """The picture without references to other sites: it uses the fonts of the reader."""
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


def main() -> None:
    """Write every picture in both languages."""
    hatch_build.compile_catalogues()
    FOLDER.mkdir(exist_ok=True)
    for language in ("en", "ru"):
        for name, (size, keys, types) in PICTURES.items():
            pressed = (*keys, *(_key(c) for c in TYPED[language])) if types else keys
            with tempfile.TemporaryDirectory() as root:
                svg = asyncio.run(_picture(Path(root), language, size, pressed))
            (FOLDER / f"{name}-{language}.svg").write_text(svg, encoding="utf-8")
        with tempfile.TemporaryDirectory() as root:
            svg = asyncio.run(_answering(Path(root), language))
        (FOLDER / f"answering-{language}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
