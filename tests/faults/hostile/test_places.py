"""Section C of the fault catalogue, F-086: every hostile text in every place of the screen."""

import inspect
from collections.abc import Iterable, Sequence

import pytest

from tests.faults.support.hostile_stage import SIZE, TALL, HostileApp
from tests.faults.support.payloads import BUNDLES, PAYLOADS, STEERING, Payload, is_steered, leaks
from tests.faults.support.places import ECHOES, PLACES, WALLS, Place, words
from tests.faults.support.tiers import thorough
from tests.support.settling import settled
from tests.support.unseen import picture

MARKED = tuple(bundle for bundle in BUNDLES if bundle.fault in {67, 75, 78})
"""Controls, markup, and direction marks: the other bundles are long, and shown in the same way."""


async def put(stage: HostileApp, place: Place, text: str) -> None:
    waited = place.show(stage, text)
    if inspect.isawaitable(waited):
        await waited
    await settled(stage)


async def test_f_086_every_hostile_text_is_marked_and_harmless() -> None:
    stage = HostileApp()
    wrong: list[tuple[str, str, object]] = []
    async with stage.run_test(size=TALL):
        for wall in WALLS:
            await stage.clear()
            wall.show(stage, [payload.text for payload in PAYLOADS])
            await settled(stage)
            screen = "\n".join(picture(stage.screen))
            unseen = {payload.text for payload in PAYLOADS if payload.seen[:6] not in screen}
            if leaked := leaks(stage.written()):
                wrong.append((wall.name, "leaks", leaked))
            if not unseen <= {wall.leaves_out}:
                wrong.append((wall.name, "does not show", unseen))
    assert wrong == []


@pytest.mark.parametrize("bundles", [MARKED, thorough((BUNDLES,))], ids=["some", "all"])
async def test_f_086_hostile_texts_are_marked_and_harmless(bundles: Sequence[Payload]) -> None:
    stage = HostileApp()
    wrong: list[tuple[str, str, object]] = []
    async with stage.run_test(size=SIZE, notifications=True):
        for place, payload in every(PLACES, bundles):
            await put(stage, place, payload.text)
            if leaked := leaks(stage.written()):
                wrong.append((place.name, "leaks", leaked))
            screen = "\n".join(picture(stage.screen))
            if screen.count(payload.seen[:6]) < place.times:
                wrong.append((place.name, str(payload), screen))
            await stage.clear()
    assert wrong == []


@pytest.mark.parametrize("bundles", [MARKED, thorough((BUNDLES,))], ids=["some", "all"])
async def test_f_086_hostile_texts_that_were_typed_are_harmless(bundles: Sequence[Payload]) -> None:
    stage = HostileApp(filtered=True)
    wrong = []
    async with stage.run_test(size=SIZE):
        for place, payload in every(ECHOES, bundles):
            await put(stage, place, payload.text)
            if is_steered(stage.written()):
                wrong.append((place.name, str(payload)))
            await stage.clear()
    assert wrong == []


def every(places: Iterable[Place], payloads: Sequence[Payload]) -> Iterable[tuple[Place, Payload]]:
    """Each text in each place."""
    return [(place, payload) for place in places for payload in payloads]


@pytest.mark.parametrize("payload", PAYLOADS, ids=str)
def test_f_086_the_words_of_every_place_are_harmless(payload: Payload) -> None:
    for said in words(payload.text):
        assert not STEERING.search(said), said
    assert any(payload.seen[:6] in said for said in words(payload.text))
