"""A text that was sent and not delivered comes back into its box, and is on the disk at every moment."""

from pathlib import Path

from chat_tui.model.outbox import OutboxItem
from chat_tui.model.timeline import Draft
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, client_of
from tests.support.stored import draft_of, items_of
from tests.ui.app_stage import desk

JOHN, ANNA = 14_800_017, 14_800_029


async def test_a_refused_text_is_edited_in_its_box_before_what_was_typed_since(
    market: Sandbox, tmp_path: Path
) -> None:
    market.script("sendMessageToChat", [Answer(status=400, accept=False)])
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(JOHN)
        await it.answer("refused words")
        await it.until_shown("not sent")
        await it.write("typed since")
        await it.press("escape", "O")
        await it.until(lambda: it.dialog == "OutboxScreen")
        await it.press("t")
        await it.until(lambda: it.box == "refused words\ntyped since")
        assert (it.opened, it.focus, it.caret) == (ref(JOHN), "box", len("refused words"))
        assert it.sent == []


async def test_a_text_taken_back_is_the_draft_in_the_same_transaction(
    market: Sandbox, tmp_path: Path
) -> None:
    shop = Shop.open(tmp_path, lambda: client_of(market), background=False)
    chat = ref(JOHN)
    item = await shop.inbox.outbox.send_text(chat, "one\ntwo")
    assert isinstance(item, OutboxItem)
    await shop.inbox.drafts.save(Draft(chat, "three", 5))
    await shop.inbox.outbox.take_back(item, into_draft=True, caret=3)
    assert shop.store.read(items_of, chat).result() == ()
    assert shop.store.read(draft_of, chat).result() == Draft(chat, "one\ntwo\nthree", 3)
    await shop.close()


async def test_what_another_window_typed_is_offered_and_joined(market: Sandbox, tmp_path: Path) -> None:
    async with desk(tmp_path, market) as it:
        await it.synced()
        await it.go_to(JOHN)
        await it.press("c")
        await it.write("ours")
        await it.go_to(ANNA)
        other = Shop.open(tmp_path, lambda: client_of(market), background=False)
        await other.inbox.drafts.save(Draft(ref(JOHN), "theirs", 6))
        await other.close()
        await it.go_to(JOHN)
        await it.until_shown("Another chat-tui window", "ours" if it.box == "theirs" else "theirs")
        await it.press("y")
        await it.until(lambda: sorted(it.box.split("\n")) == ["ours", "theirs"])
        await it.go_to(ANNA)
        await it.go_to(JOHN)
        assert it.dialog == ""
