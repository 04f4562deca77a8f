"""Every control sequence is dropped whole, however it is cut and whether it ends or not."""

import random

import pytest
from textual import events

from chat_tui.terminal.parser import TolerantParser
from tests.faults.hostile.answers import KNOWN, trial
from tests.faults.support.seeds import a_seed
from tests.support.clock import ToldClock


def keys(parser: TolerantParser, data: str) -> list[str]:
    return [message.key for message in parser.feed(data) if isinstance(message, events.Key)]


def ticked(parser: TolerantParser) -> list[str]:
    return [message.key for message in parser.tick() if isinstance(message, events.Key)]


@pytest.mark.parametrize("answer", KNOWN, ids=[ascii(text) for text in KNOWN])
def test_an_answer_cut_after_any_byte_is_nothing(answer: str) -> None:
    for cut in range(len(answer)):
        clock = ToldClock()
        parser = TolerantParser(clock=clock)
        found = [*keys(parser, answer[:cut])] if cut else []
        clock.now += 0.09
        found += ticked(parser) + keys(parser, answer[cut:] + "n")
        assert found == ["n"], cut


def test_random_answers_are_nothing() -> None:
    chance = random.Random(a_seed())
    assert [words for _ in range(400) if (words := trial(chance))] == []


@pytest.mark.parametrize(
    "begun", ["\x1b]11;rgb:11", "\x1bP1+r4", "\x1b_Gi=31", "\x1b^quit", "\x1bXnqc", "\x9dn", "\x1b[41;390;"]
)
def test_what_never_ends_is_given_up_and_never_typed(begun: str) -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    assert keys(parser, begun) == []
    clock.now += 3
    assert ticked(parser) == []
    assert keys(parser, "n") == ["n"]


def test_letters_typed_one_by_one_do_not_keep_it_open() -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    found = keys(parser, "\x1b]11;rgb:11")
    for _ in range(60):
        clock.now += 0.2
        found += ticked(parser) + keys(parser, "n")
    assert len(found) > 45


def test_the_rest_of_an_answer_that_comes_late_is_no_text() -> None:
    for rest in ("[>41;390;0c", "]11;rgb:1111/1111/1111\x07", "P1+r436f=32\x1b\\", "[?2026;2$y"):
        clock = ToldClock()
        parser = TolerantParser(clock=clock)
        assert keys(parser, "\x1b") == []
        clock.now += 0.4
        assert ticked(parser) == ["escape"]
        assert keys(parser, rest + "n") == ["n"]


def test_a_hand_behind_escape_is_no_rest() -> None:
    for typed in ("[", "[ab", "]", "Privet", "c12"):
        clock = ToldClock()
        parser = TolerantParser(clock=clock)
        keys(parser, "\x1b")
        clock.now += 0.2
        ticked(parser)
        assert len(keys(parser, typed)) == len(typed)


@pytest.mark.parametrize(
    "unit", ["\x1b", "\x1b[", "\x1b[1", "\x1b]", "\x9b", "0", "\x1b[?1;", "\x1b[<0;1;1M"]
)
def test_a_flood_costs_as_much_as_its_length(unit: str) -> None:
    """Counted, not timed: the work of the cutter grows linearly with the input."""
    looks = []
    for times in (500, 1000):
        clock = ToldClock()
        parser = TolerantParser(clock=clock)
        cutter, count = parser._cutter, 0
        once = cutter._next

        def counted() -> object:
            nonlocal count
            count += 1
            return once()  # noqa: B023 - called within this turn only

        cutter._next = counted  # type: ignore[method-assign, assignment]
        for character in unit * times:
            [*parser.feed(character)]
            assert len(cutter._begun) <= 300
        looks.append(count)
    assert looks[1] <= 2 * looks[0] + 10


def test_many_escapes_in_one_read_are_few() -> None:
    parser = TolerantParser(clock=ToldClock())
    assert keys(parser, "\x1b" * 4000 + "\x1b[A") == ["escape"] * 4 + ["up"]
    assert keys(parser, "\x1b\x1b[A") == ["escape", "up"]
