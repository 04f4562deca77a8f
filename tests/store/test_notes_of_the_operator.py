"""Drafts, seen marks, cursors and budgets are read as they were saved."""

import pytest

from chat_tui.model.ids import MessageId
from chat_tui.model.quota import BootMillis, Quota, Urgency
from chat_tui.model.timeline import Draft
from chat_tui.store import copies, cursors, drafts, marks
from chat_tui.store.database import Store, StorePaths
from tests.store.world import CHAT
from tests.support.refs import ref
from tests.support.stored import chats_with_drafts, draft_of


def test_a_draft_belongs_to_its_chat_and_outlives_the_program(paths: StorePaths) -> None:
    store = Store(paths)
    for chat_ref, text in ((CHAT, "Добрый\nдень 👋"), (ref(8), "другой")):
        store.write_state(drafts.save, Draft(chat_ref, text, 3), chat_ref.number).result()
    store.close()
    store = Store(paths)
    assert store.read(draft_of, CHAT).result() == Draft(CHAT, "Добрый\nдень 👋", 3)
    assert store.read(chats_with_drafts).result() == (CHAT, ref(8))
    store.close()


def test_a_draft_is_replaced_and_an_empty_one_removed(store: Store) -> None:
    for text in ("раз", "два \ud83d"):
        store.write_state(drafts.save, Draft(CHAT, text, 1), 1).result()
    assert store.read(draft_of, CHAT).result() == Draft(CHAT, "два \ufffd", 1)
    store.write_state(drafts.save, Draft(CHAT, "", 0), 2).result()
    assert store.read(chats_with_drafts).result() == ()


@pytest.mark.parametrize("order", [(3, 5), (5, 3), (5, 5)])
def test_a_seen_mark_never_moves_back(store: Store, order: tuple[int, int]) -> None:
    assert store.read(marks.get, CHAT).result() is None
    for number in order:
        store.write_state(marks.see, CHAT, MessageId(number), 1).result()
    assert store.read(marks.get, CHAT).result() == 5


def test_cursors(store: Store) -> None:
    assert store.read(cursors.get, "sweep.token").result() is None
    for value in ("a", "b"):
        store.write_cache(cursors.set_, "sweep.token", value).result()
    assert store.read(cursors.get, "sweep.token").result() == "b"


def test_budgets(store: Store) -> None:
    now, boot = 1_000_000, "this start"
    taken = store.write_state(copies.take_request, "getChats", Urgency.OPEN, now, boot).result()
    assert taken == (store.read(copies.quota, "getChats", now, boot).result(), 0)

    def tell(account: Quota, now: BootMillis) -> Quota:
        return account.told(100, 7, 5_000, now)

    told = store.write_state(copies.change_quota, "getChat", now, boot, tell).result()
    assert store.read(copies.quotas, now, boot).result() == (told, taken[0])
    assert store.read(copies.quotas, now, "another start").result() == ()


def test_a_request_that_may_not_go_is_not_counted(store: Store) -> None:
    now, boot = 1_000_000, "this start"

    def refuse(account: Quota, now: BootMillis) -> Quota:
        return account.refused(40_000, now)

    store.write_state(copies.change_quota, "getChats", now, boot, refuse).result()
    before = store.read(copies.quota, "getChats", now, boot).result()
    after, wait = store.write_state(copies.take_request, "getChats", Urgency.SEND, now, boot).result()
    assert (after, wait) == (before, 40_000)
    assert store.read(copies.quota, "getChats", now, boot).result() == before
