"""An upload says how far it is, and no more once it is stopped."""

import threading
from pathlib import Path

from chat_tui.inbox.events import Event, LinkChanged
from chat_tui.model.link import Progress, Work
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from tests.inbox.conftest import OpenShop
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import item_of
from tests.support.waiting import until


async def test_an_upload_is_measured_until_it_is_stopped(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path
) -> None:
    shop, may_end = open_shop(), threading.Event()
    seen: list[tuple[Progress, ...]] = []

    def hear(event: Event) -> None:
        if isinstance(event, LinkChanged):
            seen.append(tuple(work for work in shop.inbox.link().works if work.what is Work.UPLOAD))

    shop.inbox.subscribe(hear)
    film = tmp_path / "film.bin"
    film.write_bytes(b"x" * 5_000_000)
    card = await shop.inbox.files.inspect(film)
    assert not isinstance(card, Problem)
    # The Market reads a part, and then nothing for a while.
    market.script("sendFileToChat", [Answer(read=500_000, until=may_end)])
    chat = shop.inbox.chat(market.world.listed("desc", None, 0, 1)[0].chat_id)
    item = await shop.inbox.outbox.send_file(chat, card, card.doubts)
    assert isinstance(item, OutboxItem)

    async def is_measured() -> bool:
        return any(one.done >= 500_000 for works in seen for one in works)

    await until(is_measured, "the upload in the link")
    assert all(one.total == 5_000_000 and one.done <= 5_000_000 for works in seen for one in works)
    assert await shop.inbox.outbox.stop(await item_of(shop.inbox, item.outbox_id)) is None

    async def is_over() -> bool:
        return not shop.inbox.link().works

    await until(is_over, "no upload in the link")
    may_end.set()
