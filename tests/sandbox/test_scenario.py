"""Scripted buyers, on a clock of the test's own."""

from chat_tui.sandbox.buyers import Buyers
from chat_tui.sandbox.world import Chat, World

_NOW = 1_795_000_000_000


def _world() -> World:
    return World(seed=1, chats=130, start=_NOW, long_chat=20, now_ms=lambda: _NOW)


def _chat(world: World, chat_id: int) -> Chat:
    chat = world.chat(chat_id)
    assert chat is not None
    return chat


def test_the_buyer_answers_after_three_to_eight_seconds_and_not_for_ever() -> None:
    world = _world()
    buyers = Buyers(world)
    chat = _chat(world, 14_800_100)
    answered_at = []
    now = 0.0
    for _ in range(6):
        asked = now
        buyers.heard(chat, now)
        before = len(world.messages(chat))
        while len(world.messages(chat)) == before and now < asked + 9:
            now += 0.25
            buyers.act(now)
        if len(world.messages(chat)) > before:
            answered_at.append(now - asked)
            assert world.messages(chat)[-1].sender == "CUSTOMER"
    assert len(answered_at) == 3
    assert all(3 <= wait <= 8.25 for wait in answered_at)
    assert _chat(world, chat.chat_id).status == "WAITING_FOR_PARTNER"


def test_two_messages_of_the_shop_get_one_answer() -> None:
    world = _world()
    buyers = Buyers(world)
    chat = _chat(world, 14_800_100)
    before = len(world.messages(chat))
    buyers.heard(chat, 0.0)
    buyers.heard(chat, 1.0)
    for step in range(1, 60):
        buyers.act(step / 4)
    assert len(world.messages(chat)) == before + 1


def test_nobody_answers_in_the_chat_of_a_test_order() -> None:
    world = _world()
    order = world.orders.of_number(world.orders.first_test)
    assert order is not None
    chat = world.open("ORDER", order, name=None)
    buyers = Buyers(world)
    buyers.heard(chat, 0.0)
    for second in range(1, 15):
        buyers.act(second)
    assert world.messages(chat) == []


def test_a_new_buyer_writes_every_half_minute() -> None:
    world = _world()
    buyers = Buyers(world)
    for second in range(600):
        buyers.act(second)
    opened = [chat for chat in world.listed("desc", None, 0, 200) if chat.place >= 130]
    assert 15 <= len(opened) <= 30
    assert {chat.status for chat in opened} == {"NEW"}
    assert {chat.context for chat in opened} == {"ORDER", "DIRECT"}
    for chat in opened:
        (first,) = world.messages(chat)
        assert first.sender == "CUSTOMER"
        assert first.text
        assert "{" not in first.text
        assert chat.order is None or str(chat.order.order_id) in first.text


def test_the_waits_can_be_stretched() -> None:
    world = _world()
    buyers = Buyers(world, scale=0.1)
    for tenth in range(600):
        buyers.act(tenth / 10)
    assert sum(chat.place >= 130 for chat in world.listed("desc", None, 0, 200)) >= 15
