"""Whatever is done with a chat is done in its business, under its own number there, and nowhere else."""

import inspect
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import Mock, create_autospec

import pytest

from chat_tui.inbox.service import Inbox
from chat_tui.inbox.several import Several
from chat_tui.inbox.together import Business, Together
from chat_tui.model.ids import BusinessId, OutboxId
from chat_tui.model.mark import Marked, Pin
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.timeline import Coverage, Draft, TimelinePage
from tests.support.refs import ref

HERE, THERE = BusinessId(2), BusinessId(1)
"""The business that is meant; the other one has a chat of the same number."""
CHAT = ref(7, HERE)
ITEM = OutboxItem(OutboxId("a"), CHAT, 1, OutboxKind.TEXT, "x", "", 0, "", OutboxState.QUEUED, 0, 0)
DRAFT = Draft(CHAT, "x", 1, ("y",))
MARKED = Marked(CHAT, Pin(), Pin(is_set=True))
GIVEN = {"chat_id": CHAT, "item": ITEM, "draft": DRAFT, "marked": MARKED}
"""By the name of a first parameter: what a screen hands over, and the business must get."""
ANSWERS = {
    "draft": DRAFT,
    "timeline": TimelinePage(CHAT, (), has_older=False, has_newer=False, coverage=Coverage.NOT_STARTED),
    **dict.fromkeys(("mark", "mark_done", "snooze"), MARKED),
    **dict.fromkeys(("send_text", "send_file", "take_back"), ITEM),
}
"""By method: what the business answers."""
ELSEWHERE = {"link", "open_chat", "own", "queue_item"}
"""Those of a chat that other tests look at: they answer for none as well, or ask nobody."""


def first(name: str) -> str:
    """The name of a method's first parameter; empty = it has none, or is none."""
    method = getattr(Several, name)
    return next(iter([*inspect.signature(method).parameters][1:2]), "") if callable(method) else ""


ROUTED = [
    name
    for name in sorted({*vars(Several), *vars(Together)})
    if hasattr(Inbox, name) and not name.startswith("_") and first(name) in GIVEN and name not in ELSEWHERE
]


@cache
def inboxes() -> tuple[Mock, Mock]:
    return create_autospec(Inbox, instance=True), create_autospec(Inbox, instance=True)


def shops() -> tuple[Several, Mock, Mock]:
    first_one, meant = inboxes()
    for inbox, business in zip(inboxes(), (THERE, HERE), strict=True):
        inbox.reset_mock(return_value=True)
        inbox.business = business
    return Several([Business("Кухня", first_one), Business("Дом", meant)]), first_one, meant


def more(name: str) -> dict[str, Any]:
    """A value of its own for every other parameter."""
    return {one: Mock(name=one) for one in [*inspect.signature(getattr(Inbox, name)).parameters][2:]}


async def outcome_of(asked: Any) -> Any:
    return await asked if inspect.isawaitable(asked) else asked


def test_these_are_all_that_concern_a_chat() -> None:
    assert {"send_text", "send_file", "take_back", "resend", "stop_sending", "save_draft"} <= {*ROUTED}
    assert len(ROUTED) >= 17


@pytest.mark.parametrize("name", ROUTED)
async def test_it_goes_to_its_business_alone(name: str) -> None:
    several, other, meant = shops()
    given, told = GIVEN[first(name)], more(name)
    getattr(meant, name).return_value = answer = ANSWERS.get(name, Mock(name="answer"))
    outcome = await outcome_of(getattr(several, name)(given, **told))
    getattr(meant, name).assert_called_once_with(given, **told)
    assert len(meant.method_calls) == 1
    assert other.method_calls == []
    assert outcome is None or outcome is answer


@pytest.mark.parametrize("name", sorted({*ANSWERS} - {"draft", "timeline"}))
async def test_a_refusal_comes_back_as_it_is(name: str) -> None:
    several, _other, meant = shops()
    refusal = Problem(ProblemKind.FORBIDDEN)
    getattr(meant, name).return_value = refusal
    assert await getattr(several, name)(GIVEN[first(name)], **more(name)) is refusal


async def test_what_is_kept_beside_the_databases_is_kept_by_its_business() -> None:
    several, other, meant = shops()
    other.keep_aside.return_value = ()
    meant.keep_aside.return_value = (DRAFT,)
    theirs = Draft(ref(7, THERE), "x", 1)
    assert several.keep_aside([DRAFT, theirs]) == (DRAFT,), "one could not be kept"
    other.keep_aside.assert_called_once_with([theirs])
    meant.keep_aside.assert_called_once_with([DRAFT])


@pytest.mark.parametrize(
    ("name", "told"),
    [("refresh", ()), ("fetch_rest", (True,)), ("awaken", ())],
)
def test_what_concerns_all_is_told_to_all(name: str, told: tuple[Any, ...]) -> None:
    several, *both = shops()
    getattr(several, name)(*told)
    for inbox in both:
        getattr(inbox, name).assert_called_once_with(*told)


async def test_the_folder_is_that_of_whoever_saved_first() -> None:
    several, other, meant = shops()
    other.last_folder.return_value = None
    meant.last_folder.return_value = Path("чеки")
    assert await several.last_folder() == Path("чеки")
