"""Case 013, promise U77: `n` before the chats are read claims nothing, and opens one once it is there."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.model.link import Link
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.scenes import OFFLINE, ONLINE, make_scene
from tests.support.settling import pressing, recorded
from tests.ui.app_stage import desk


@pytest.mark.parametrize("key", ["n", "N", "т"])
async def test_the_next_chat_opens_when_it_is_there(market: Sandbox, tmp_path: Path, key: str) -> None:
    market.script("getChats", [Answer(until=(read_on := threading.Event()))] * 3)
    async with desk(tmp_path, market, fresh=True) as it:
        await it.press(key)
        await it.until_said("Loading the chats")
        assert it.opened is None
        read_on.set()
        await it.until(lambda: it.opened is not None and (it.focus, it.highlighted) == ("box", it.opened))
        assert not any("Nobody" in one for one in it.said)


@pytest.mark.parametrize("meanwhile", ["j", "6", "f"])
async def test_whoever_does_something_else_meanwhile_stays_there(
    market: Sandbox, tmp_path: Path, meanwhile: str
) -> None:
    market.script("getChats", [Answer(until=(read_on := threading.Event()))] * 3)
    async with desk(tmp_path, market, fresh=True) as it:
        await it.press("n")
        await it.until_said("Loading the chats")
        await it.press(meanwhile)
        dialog = it.dialog
        read_on.set()
        await it.synced()
        assert (it.focus == "box", it.dialog) == (False, dialog)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (replace(OFFLINE, fresh_at=None), "No network."),
        (replace(ONLINE, parts=(("A", ONLINE), ("B", replace(OFFLINE, fresh_at=None)))), "Loading the chats"),
        (replace(ONLINE, fresh_at=None), "Loading the chats"),
    ],
    ids=["offline", "one of two shops", "first round"],
)
async def test_nobody_is_said_to_wait_no_more_before_all_was_read(
    tmp_path: Path, link: Link, words: str
) -> None:
    scene = make_scene(tmp_path, language="en", link=link, filled=False)
    said = recorded(scene.app)
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("n")(pilot)
        (sentence,) = said
        assert words in sentence
        assert ("r: try again" in sentence) is (words == "No network.")
    scene.close()


async def test_an_empty_shop_that_was_read_says_that_nobody_waits(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, language="en", filled=False)
    said = recorded(scene.app)
    async with scene.app.run_test(size=(80, 24)) as pilot:
        await pressing("n")(pilot)
        assert said == ["Nobody else is waiting for an answer."]
    scene.close()
