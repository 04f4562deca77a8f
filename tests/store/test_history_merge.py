"""Pages in any order, overlapping or repeated, lead to the same store (a property)."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.model.chat import Attachment, Message
from chat_tui.model.ids import MessageId
from chat_tui.model.queue import Tab, read_talk, waiting_since
from chat_tui.store import chats, messages
from chat_tui.store.database import Store, StorePaths
from tests.store.world import a_chat, list_chats, read_history
from tests.support.properties import examples
from tests.support.refs import BUSINESS, ref


@pytest.fixture(scope="module")
def shared() -> Iterator[Store]:
    """One store for all examples; each uses chats of its own."""
    with tempfile.TemporaryDirectory() as directory:
        store = Store(StorePaths(Path(directory) / "cache", Path(directory) / "data", BUSINESS))
        yield store
        store.close()


Body = tuple[int, str, str | None, list[Attachment]]
"""Moment, sender, text and files of a message."""
texts = st.one_of(st.none(), st.text(max_size=5))
files = st.lists(st.builds(Attachment, texts, texts, st.none() | st.integers(-5, 2**40)), max_size=2)
bodies = st.tuples(
    st.integers(0, 50),
    st.sampled_from(["CUSTOMER", "PARTNER", "MARKET", "SUPPORT", "BOT"]),
    texts,
    files,
)


@st.composite
def readings(draw: st.DrawFn) -> tuple[list[tuple[int, Body]], list[list[tuple[int, bool]]]]:
    """A final history, and pages of it (which message, and whether in an earlier wording)."""
    ids = draw(st.lists(st.integers(1, 2**63 - 1), min_size=1, max_size=8, unique=True))
    final = [(number, draw(bodies)) for number in sorted(ids)]
    entry = st.tuples(st.integers(0, len(ids) - 1), st.booleans())
    pages = draw(st.lists(st.lists(entry, max_size=6), max_size=5))
    last = draw(st.permutations(range(len(ids))))
    cut = draw(st.integers(0, len(ids)))
    return final, [*pages, [(n, False) for n in last[:cut]], [(n, False) for n in last[cut:]]]


_next = iter(range(1, 10**9))


def message(chat_id: int, number: int, body: Body, *, earlier: bool) -> Message:
    at, sender, text, found = body
    if earlier:
        text, found = f"{text}?", []
    return Message(ref(chat_id), MessageId(number), at, sender, text, tuple(found))


def picture(store: Store, chat_id: int) -> tuple[object, ...]:
    """Everything that a chat shows, without its number."""
    item = store.read(chats.item, ref(chat_id), Tab.ALL, now=0).result()
    page = store.read(messages.timeline, ref(chat_id), limit=100).result()
    cursor = store.read(messages.cursor, ref(chat_id)).result()
    assert item is not None
    entries = [entry.message for entry in page.entries]
    return (
        [(m.message_id, m.created_at, m.sender, m.text, m.attachments) for m in entries if m is not None],
        (item.waiting_since, item.snippet, item.newest_sender, item.newest_has_file, item.is_unseen),
        cursor,
        page.coverage,
    )


@settings(max_examples=examples(20))
@given(readings())
def test_any_sequence_of_pages_ends_as_the_clean_history(
    shared: Store,
    reading: tuple[list[tuple[int, Body]], list[list[tuple[int, bool]]]],
) -> None:
    final, pages = reading
    messy, clean = next(_next), next(_next)
    list_chats(shared, a_chat(messy, 60), a_chat(clean, 60))
    for page in pages:
        found = [message(messy, *final[n], earlier=earlier) for n, earlier in page]
        read_history(shared, *found, chat_ref=messy, newest=False)
    read_history(shared, chat_ref=messy, oldest=True)
    newest = message(messy, *final[-1], earlier=False)
    read_history(shared, newest, chat_ref=messy)
    whole = [message(clean, *entry, earlier=False) for entry in final]
    read_history(shared, *whole, chat_ref=clean, oldest=True)
    assert picture(shared, messy) == picture(shared, clean)
    item = shared.read(chats.item, ref(messy), now=0).result()
    assert item is not None
    assert item.waiting_since == waiting_since(item.chat.status, item.chat.updated_at, read_talk(whole))
