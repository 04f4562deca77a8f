"""The operator in the chats and in the outbox, buyers, and a colleague in the web cabinet."""

import asyncio

from chat_tui.model.chat import Sender
from chat_tui.model.ids import ChatRef
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.store import drafts, outbox
from tests.inbox.simulation.copy import Copy
from tests.inbox.simulation.world import World
from tests.support.refs import ref

S = OutboxState
PHRASES = ("Здравствуйте!", "Да", "Завтра")


async def write(world: World, chat_ref: ChatRef, count: int) -> None:
    """The operator in one chat, who types, and types again if the text is still in the box."""
    said = world.phrases.setdefault(chat_ref, [])
    for number in range(count):
        await asyncio.sleep(world.dice.expovariate(1 / 20.0))
        text = world.dice.choice(PHRASES) if world.dice.random() < 0.4 else f"{chat_ref}.{number}"
        said.append(text)
        queued = await _send(world, chat_ref, text)
        if queued is not None and world.dice.random() < 0.04:
            await asyncio.sleep(world.dice.random() * 3)
            if (copy := world.awake()) is not None:
                await world.ask(copy, copy.take_back(queued.outbox_id))


async def _send(world: World, chat_ref: ChatRef, text: str) -> OutboxItem | None:
    """Send until it is queued; after a crash the text must be in the box or in the outbox."""
    while True:
        copy = world.awake()
        if copy is None:
            await asyncio.sleep(1.0)
            continue
        if world.dice.random() < 0.1:
            return await _send_file(world, copy, chat_ref, text)
        items = world.kernel.items_of(chat_ref)
        known = set(items)
        is_kept = await world.ask(copy, copy.type_text(chat_ref, text))
        outcome = await world.ask(copy, copy.send_text(chat_ref, text))
        new = [item for item in items.values() if item.outbox_id not in known]
        boxed = any(row.text == text for row in drafts.kept(world.kernel.conn, chat_ref))
        if is_kept and boxed == bool(new) and not isinstance(outcome, OutboxItem):
            world.referee.fail(f"«{text}» is in {'both box and outbox' if boxed else 'neither'}")
        if isinstance(outcome, OutboxItem) or new:
            return outcome or new[0]
        await asyncio.sleep(1.0)


async def _send_file(world: World, copy: Copy, chat_ref: ChatRef, name: str) -> OutboxItem | None:
    outcome = await world.ask(copy, copy.send_file(chat_ref, name))
    return outcome if isinstance(outcome, OutboxItem) else None


async def decide(world: World) -> None:
    """The operator on the outbox screen."""
    while True:
        await asyncio.sleep(world.dice.uniform(2.0, 15.0))
        for item in outbox.open_items(world.kernel.conn):
            if item.state == S.SENDING and world.dice.random() < 0.2:
                world.stopped += sum(c.delivery.stop(item.outbox_id) for c in world.copies if c.is_awake)
            copy = world.awake()
            if copy is None or item.state not in {S.UNCONFIRMED, S.FAILED, S.WAITING}:
                continue
            choice = world.dice.random()
            if item.state != S.WAITING and choice < 0.5:
                await world.ask(copy, copy.delivery.resend(item.outbox_id))
            elif choice < (0.02 if item.state == S.WAITING else 0.8):
                await world.ask(copy, copy.take_back(item.outbox_id))


async def talk_elsewhere(world: World) -> None:
    """Messages of buyers and of a colleague in the web cabinet, who sometimes uses the operator's words."""
    while True:
        await asyncio.sleep(world.dice.expovariate(1 / 8.0))
        chat_ref = ref(world.dice.randint(1, world.plan.chats))
        if world.dice.random() < 0.5:
            world.market.say(chat_ref, world.dice.choice(PHRASES), Sender.CUSTOMER)
        elif world.phrases.get(chat_ref) and world.dice.random() < world.plan.equal_words:
            text = world.dice.choice(world.phrases[chat_ref][-3:])
            world.referee.foreign.add((chat_ref, text))
            world.market.say(chat_ref, text)
        else:
            world.market.say(chat_ref, "из кабинета")
