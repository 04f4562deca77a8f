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
from chat_tui.model import apart
from chat_tui.model.ids import ChatId, OutboxId
from chat_tui.model.mark import Marked, Pin
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.timeline import Coverage, Draft, TimelinePage

HERE = 1
"""The place of the business that is meant; the one before it has a chat and an item of the same numbers."""
OWN = ChatId(7)
ITEM = OutboxItem(OutboxId("a"), OWN, 1, OutboxKind.TEXT, "x", "", 0, "", OutboxState.QUEUED, 0, 0)
DRAFT = Draft(OWN, "x", 1, ("y",))
MARKED = Marked(OWN, Pin(), Pin(is_set=True))
GIVEN = {
    "chat_id": (apart.common_chat(HERE, OWN), OWN),
    "outbox_id": (apart.common_outbox(HERE, ITEM.outbox_id), ITEM.outbox_id),
    "draft": (apart.common_draft(HERE, DRAFT), DRAFT),
    "marked": (apart.common_marked(HERE, MARKED), MARKED),
}
"""By the name of a first parameter: what a screen hands over, and what the business must get."""
ANSWERS = {
    "draft": DRAFT,
    "timeline": TimelinePage(OWN, (), has_older=False, has_newer=False, coverage=Coverage.NOT_STARTED),
    **dict.fromkeys(("mark", "mark_done", "snooze"), MARKED),
    **dict.fromkeys(("send_text", "send_file", "take_back"), ITEM),
}
"""By method: what the business answers that holds a number of its own."""
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
    for inbox in inboxes():
        inbox.reset_mock(return_value=True)
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
async def test_it_goes_to_its_business_alone_under_its_own_number(name: str) -> None:
    several, other, meant = shops()
    common, own = GIVEN[first(name)]
    told = more(name)
    getattr(meant, name).return_value = answer = ANSWERS.get(name, Mock(name="answer"))
    outcome = await outcome_of(getattr(several, name)(common, **told))
    getattr(meant, name).assert_called_once_with(own, **told)
    assert len(meant.method_calls) == 1
    assert other.method_calls == []
    if name in ANSWERS:
        assert outcome.chat_id == apart.common_chat(HERE, OWN)
        assert getattr(outcome, "outbox_id", None) in {None, GIVEN["outbox_id"][0]}
    elif outcome is not None:
        assert outcome is answer


@pytest.mark.parametrize("name", sorted({*ANSWERS} - {"draft", "timeline"}))
async def test_a_refusal_comes_back_as_it_is(name: str) -> None:
    several, _other, meant = shops()
    refusal = Problem(ProblemKind.FORBIDDEN)
    getattr(meant, name).return_value = refusal
    assert await getattr(several, name)(GIVEN[first(name)][0], **more(name)) is refusal


async def test_what_is_kept_beside_the_databases_is_kept_by_its_business() -> None:
    several, other, meant = shops()
    other.keep_aside.return_value = ()
    meant.keep_aside.return_value = (DRAFT,)
    mine, theirs = apart.common_draft(HERE, DRAFT), apart.common_draft(0, DRAFT)
    assert several.keep_aside([mine, theirs]) == (mine,), "one could not be kept"
    other.keep_aside.assert_called_once_with([DRAFT])
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
