"""Every action on a chat happens in its own business, under its number there, and nowhere else."""

import inspect
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import Mock, create_autospec

import pytest

from chat_tui.inbox.api import ChatsApi, DraftsApi, FilesApi, MarksApi, OrdersApi, OutboxApi, SearchApi
from chat_tui.inbox.attachments import Files
from chat_tui.inbox.chats import Chats, Marks, Orders, Search
from chat_tui.inbox.drafts import Drafts
from chat_tui.inbox.multi import MultiInbox, NamedInbox
from chat_tui.inbox.outgoing import Outbox
from chat_tui.inbox.service import Inbox
from chat_tui.model.file import AttachmentRef
from chat_tui.model.ids import BusinessId, MessageId, OutboxId
from chat_tui.model.mark import Marked, Pin
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.timeline import Draft
from tests.support.refs import ref

HERE, THERE = BusinessId(2), BusinessId(1)
"""The business that is meant, and the other one, which has a chat with the same number."""
CHAT = ref(7, HERE)
ITEM = OutboxItem(OutboxId("a"), CHAT, 1, OutboxKind.TEXT, "x", "", 0, "", OutboxState.QUEUED, 0, 0)
DRAFT = Draft(CHAT, "x", 1, ("y",))
MARKED = Marked(CHAT, Pin(), Pin(is_set=True))
FILE = AttachmentRef(CHAT, MessageId(1), 0)
GIVEN = {"chat_ref": CHAT, "file": FILE, "item": ITEM, "draft": DRAFT, "marked": MARKED}
"""By the name of a method's first parameter: the value that a screen passes and the business must get."""
NOUNS = {
    "chats": (ChatsApi, Chats),
    "marks": (MarksApi, Marks),
    "drafts": (DraftsApi, Drafts),
    "outbox": (OutboxApi, Outbox),
    "files": (FilesApi, Files),
    "orders": (OrdersApi, Orders),
    "search": (SearchApi, Search),
}
ELSEWHERE = {("chats", "item"), ("orders", "of_chat")}
"""Methods for one chat that other tests cover: their answers carry the name of the business."""


def parameters(noun: str, name: str) -> list[inspect.Parameter]:
    """The parameters of a method of a noun, without `self`."""
    return [*inspect.signature(getattr(NOUNS[noun][0], name)).parameters.values()][1:]


def is_of_a_chat(noun: str, name: str) -> bool:
    given = parameters(noun, name)
    return bool(given) and given[0].kind is given[0].POSITIONAL_ONLY and given[0].name in GIVEN


ROUTED = [
    (noun, name)
    for noun, (asked, _) in NOUNS.items()
    for name in vars(asked)
    if not name.startswith("_") and (noun, name) not in ELSEWHERE and is_of_a_chat(noun, name)
]


@cache
def inboxes() -> tuple[Mock, Mock]:
    return create_autospec(Inbox, instance=True), create_autospec(Inbox, instance=True)


def shops() -> tuple[MultiInbox, Mock, Mock]:
    first_one, meant = inboxes()
    for inbox, business in zip(inboxes(), (THERE, HERE), strict=True):
        inbox.reset_mock(return_value=True)
        inbox.business = business
        for noun, (_, kind) in NOUNS.items():
            setattr(inbox, noun, create_autospec(kind, instance=True))
    return MultiInbox([NamedInbox("Кухня", first_one), NamedInbox("Дом", meant)]), first_one, meant


def more(noun: str, name: str) -> dict[str, Any]:
    """A distinct value for every other parameter."""
    return {one.name: Mock(name=one.name) for one in parameters(noun, name)[1:]}


async def outcome_of(asked: Any) -> Any:
    return await asked if inspect.isawaitable(asked) else asked


def test_these_are_all_that_concern_a_chat() -> None:
    assert {("outbox", name) for name in ("send_text", "send_file", "take_back", "resend", "stop")} <= {
        *ROUTED
    }
    assert len(ROUTED) >= 17


@pytest.mark.parametrize(("noun", "name"), ROUTED)
async def test_it_goes_to_its_business_alone(noun: str, name: str) -> None:
    several, other, meant = shops()
    given, told = GIVEN[parameters(noun, name)[0].name], more(noun, name)
    asked = getattr(getattr(meant, noun), name)
    asked.return_value = answer = Mock(name="answer")
    assert await outcome_of(getattr(getattr(several, noun), name)(given, **told)) is answer
    asked.assert_called_once_with(given, **told)
    assert len(meant.method_calls) == 1
    assert other.method_calls == []


async def test_what_is_kept_beside_the_databases_is_kept_by_its_business() -> None:
    several, other, meant = shops()
    other.drafts.keep_aside.return_value = ()
    meant.drafts.keep_aside.return_value = (DRAFT,)
    theirs = Draft(ref(7, THERE), "x", 1)
    assert several.drafts.keep_aside([DRAFT, theirs]) == (DRAFT,), "only one was kept"
    other.drafts.keep_aside.assert_called_once_with([theirs])
    meant.drafts.keep_aside.assert_called_once_with([DRAFT])


@pytest.mark.parametrize("name", ["refresh", "awaken"])
def test_what_concerns_all_is_told_to_all(name: str) -> None:
    several, *both = shops()
    getattr(several, name)()
    for inbox in both:
        getattr(inbox, name).assert_called_once_with()


def test_the_rest_of_all_histories_is_wanted() -> None:
    several, *both = shops()
    several.search.fetch_rest(True)
    for inbox in both:
        inbox.search.fetch_rest.assert_called_once_with(True)


async def test_the_folder_is_that_of_whoever_saved_first() -> None:
    several, other, meant = shops()
    other.files.last_folder.return_value = None
    meant.files.last_folder.return_value = Path("чеки")
    assert await several.files.last_folder() == Path("чеки")
