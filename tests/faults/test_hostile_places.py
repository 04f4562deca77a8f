"""Section C of the fault catalogue, F-086: every hostile text in every place of the screen."""

import inspect

import pytest
from textual.pilot import Pilot

from tests.faults.support.hostile_stage import SIZE, TALL, Stage
from tests.faults.support.payloads import BUNDLES, PAYLOADS, STEERING, Payload, is_steered, leaks
from tests.faults.support.places import ECHOES, PLACES, WALLS, Place, Wall, words


def named(place: Place | Wall) -> str:
    return place.name.replace(" ", "-")


async def put(pilot: Pilot[None], stage: Stage, place: Place, text: str) -> None:
    waited = place.show(stage, text)
    if inspect.isawaitable(waited):
        await waited
    await pilot.pause()


@pytest.mark.parametrize("wall", WALLS, ids=named)
async def test_f_086_every_hostile_text_is_marked_and_harmless(wall: Wall) -> None:
    stage = Stage()
    async with stage.run_test(size=TALL) as pilot:
        wall.show(stage, [payload.text for payload in PAYLOADS])
        await pilot.pause()
        assert leaks(stage.written()) == []
        screen = "\n".join(stage.lines())
        unseen = {payload.text for payload in PAYLOADS if payload.seen[:6] not in screen}
        assert unseen <= {wall.leaves_out}


@pytest.mark.parametrize("place", PLACES, ids=named)
async def test_f_086_hostile_texts_are_marked_and_harmless(place: Place) -> None:
    stage = Stage()
    async with stage.run_test(size=SIZE, notifications=True) as pilot:
        for payload in BUNDLES:
            await put(pilot, stage, place, payload.text)
            assert leaks(stage.written()) == []
            screen = "\n".join(stage.lines())
            assert screen.count(payload.seen[:6]) >= place.times, f"{payload}:\n{screen}"
            await stage.clear()


@pytest.mark.parametrize("place", ECHOES, ids=named)
async def test_f_086_hostile_texts_that_were_typed_are_harmless(place: Place) -> None:
    stage = Stage(filtered=True)
    async with stage.run_test(size=SIZE) as pilot:
        for payload in BUNDLES:
            await put(pilot, stage, place, payload.text)
            assert not is_steered(stage.written())
            await stage.clear()


@pytest.mark.parametrize("payload", PAYLOADS, ids=str)
def test_f_086_the_words_of_every_place_are_harmless(payload: Payload) -> None:
    for said in words(payload.text):
        assert not STEERING.search(said), said
    assert any(payload.seen[:6] in said for said in words(payload.text))
