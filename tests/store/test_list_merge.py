"""Pages of the list in any order, overlapping or repeated, lead to the same list (a property)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.model.chat import Chat, ChatStatus, Message
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.store import chats
from chat_tui.store.database import Store
from tests.store.test_history_merge import shared
from tests.store.world import a_chat, buyer, list_chats, own, read_history
from tests.support.properties import examples
from tests.support.refs import ref

__all__ = ["shared"]

CHATS = 5
_next = iter(range(1, 10**9, CHATS))
versions = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from(list(ChatStatus))), min_size=1, max_size=4
)  # How far the time moved, and the status at that time.


@st.composite
def walks(draw: st.DrawFn) -> tuple[list[list[tuple[int, str]]], list[list[tuple[int, int]]]]:
    """The versions of each chat, and pages of the list: which chat, in which version."""
    world = []
    for _ in range(draw(st.integers(1, CHATS))):
        at = 0
        world.append([(at := at + step, str(status)) for step, status in draw(versions)])
    entries = [(chat, version) for chat, known in enumerate(world) for version in range(len(known))]
    pages = draw(st.lists(st.lists(st.sampled_from(entries), max_size=6), max_size=6))
    latest = draw(st.permutations([(chat, len(known) - 1) for chat, known in enumerate(world)]))
    cut = draw(st.integers(0, len(latest)))
    # A list that moves during the scan shows some chats twice; stale pages come last.
    return world, [*pages[:3], latest[:cut], latest[cut:], *pages[3:]]


def picture(store: Store, base: int, count: int) -> list[tuple[object, ...]]:
    """Everything that the list shows of some chats, without their numbers."""
    items = [store.read(chats.item, ref(base + n), Tab.ALL, now=0).result() for n in range(count)]
    return [shown(item) for item in items if item is not None]


def shown(item: QueueItem) -> tuple[object, ...]:
    chat = item.chat
    return chat.status, chat.updated_at, chat.context, item.waiting_since, item.snippet, item.newest_sender


def version_of(base: int, world: list[list[tuple[int, str]]], entry: tuple[int, int]) -> Chat:
    at, status = world[entry[0]][entry[1]]
    return a_chat(base + entry[0], at, status)


@settings(max_examples=examples(12))
@given(walks(), st.integers(0, 5))
def test_any_sequence_of_pages_ends_as_the_clean_list(
    shared: Store, walk: tuple[list[list[tuple[int, str]]], list[list[tuple[int, int]]]], read_after: int
) -> None:
    world, pages = walk
    messy, clean = next(_next), next(_next)
    list_chats(shared, *(version_of(clean, world, (n, len(known) - 1)) for n, known in enumerate(world)))
    for n in range(len(world)):
        tell(shared, clean + n)
    for place, page in enumerate(pages):
        list_chats(shared, *(version_of(messy, world, entry) for entry in page))
        if place == read_after:
            tell_known(shared, messy, len(world))
    tell_known(shared, messy, len(world))
    assert picture(shared, messy, len(world)) == picture(shared, clean, len(world))


def asks(chat_id: int) -> tuple[Message, Message]:
    return buyer(1, 1, "Где?", chat_ref=chat_id), buyer(3, 3, "Так?", chat_ref=chat_id)


def tell(store: Store, chat_id: int) -> None:
    """A short history: the buyer asks, we answer, the buyer asks again."""
    found = [
        buyer(1, 1, "Где?", chat_ref=chat_id),
        own(2, 2, chat_ref=chat_id),
        buyer(3, 3, "Так?", chat_ref=chat_id),
    ]
    read_history(store, *found, chat_ref=chat_id, oldest=True)


def tell_known(store: Store, base: int, count: int) -> None:
    for number in range(base, base + count):
        if store.read(chats.item, ref(number), now=0).result() is not None:
            tell(store, number)


def test_what_is_missing_from_a_later_page_is_never_deleted(shared: Store) -> None:
    base = next(_next)
    list_chats(shared, a_chat(base, 5), a_chat(base + 1, 5))
    tell(shared, base)
    list_chats(shared, a_chat(base + 1, 6))
    read_history(
        shared,
        buyer(1, 1, "Где?", chat_ref=base),
        buyer(3, 3, "Так?", chat_ref=base),
        chat_ref=base,
        oldest=True,
    )
    assert shared.read(chats.item, ref(base), now=0).result() is not None
    count = "SELECT count(*) FROM message WHERE chat_id = ?"
    assert shared.read(lambda conn: conn.execute(count, (base,)).fetchone()).result() == (3,)
