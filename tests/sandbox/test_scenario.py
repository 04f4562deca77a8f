"""Scripted buyers, on a clock of the test's own."""

import re

import pytest

from chat_tui.sandbox.buyers import Buyers
from chat_tui.sandbox.content import money, spoken
from chat_tui.sandbox.ledger import Begun
from chat_tui.sandbox.seeded_random import seeded
from chat_tui.sandbox.world import Chat, World, codes

_NOW = 1_795_000_000_000


def _world(language: str = "ru", seed: int = 1) -> World:
    return World(Begun(seed, 130, _NOW, 20, language, False), lambda: _NOW)


def _chat(world: World, chat_id: int) -> Chat:
    chat = world.chat(chat_id)
    assert chat is not None
    return chat


def _wait(world: World, buyers: Buyers, chat: Chat, now: float) -> float:
    """Let the buyers act until somebody answers in this chat, or for ten seconds; returns the time then."""
    before, end = len(world.messages(chat)), now + 10
    while len(world.messages(chat)) == before and now < end:
        now += 0.25
        buyers.act(now)
    return now


def _says(world: World, buyers: Buyers, chat: Chat, text: str | None, now: float = 0.0) -> str:
    """What the buyer answers to a text, or to a file (None); "" = nothing."""
    world.say(chat, "PARTNER", text, [] if text else [("a.pdf", b"x")])
    buyers.heard(chat, text or "", now)
    before = len(world.messages(chat))
    _wait(world, buyers, chat, now)
    return "\n".join(message.text or "" for message in world.messages(chat)[before:])


def test_the_buyer_answers_after_three_to_eight_seconds_and_not_for_ever() -> None:
    world = _world()
    buyers = Buyers(world)
    chat = _chat(world, 14_800_100)
    answered_at = []
    now = 0.0
    for number in range(6):
        text = f"Так подойдёт? {number}"
        world.say(chat, "PARTNER", text)
        buyers.heard(chat, text, now)
        asked, now = now, _wait(world, buyers, chat, now)
        if now < asked + 10:
            answered_at.append(now - asked)
            assert world.messages(chat)[-1].sender == "CUSTOMER"
    assert len(answered_at) == 3
    assert all(3 <= wait <= 8.25 for wait in answered_at)


def test_two_messages_of_the_shop_get_one_answer() -> None:
    world = _world()
    buyers = Buyers(world)
    chat = _chat(world, 14_800_100)
    world.say(chat, "PARTNER", "Здравствуйте!")
    buyers.heard(chat, "Здравствуйте!", 0.0)
    world.say(chat, "PARTNER", "Приносим извинения.")
    buyers.heard(chat, "Приносим извинения.", 1.0)
    before = len(world.messages(chat))
    for step in range(1, 60):
        buyers.act(step / 4)
    (answer,) = world.messages(chat)[before:]
    # To both: a greeting alone would get another answer.
    reply = world.shop.reply("Здравствуйте!\nПриносим извинения.")
    assert answer.text in reply.asks + reply.ends


def test_nobody_answers_in_the_chat_of_a_test_order() -> None:
    world = _world()
    order = world.orders.of_number(world.orders.first_test)
    assert order is not None
    chat = world.open("ORDER", order, name=None)
    buyers = Buyers(world)
    world.say(chat, "PARTNER", "Проверка связи?")
    buyers.heard(chat, "Проверка связи?", 0.0)
    before = len(world.messages(chat))
    for second in range(1, 15):
        buyers.act(second)
    assert len(world.messages(chat)) == before


def _opened(world: World) -> list[Chat]:
    return [chat for chat in world.listed("desc", None, 0, 200) if chat.place >= 130]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_new_buyer_writes_every_half_minute(language: str) -> None:
    world = _world(language)
    buyers = Buyers(world)
    for second in range(600):
        buyers.act(second)
        for chat in _opened(world):
            if chat.status == "NEW":
                (first,) = world.messages(chat)
                assert first.sender == "CUSTOMER"
                assert first.text
                assert not set(first.text) & set("{<|>}")
                # Nobody asks where an order is that has arrived.
                assert chat.order is None or chat.order.state == 1
                world.say(chat, "PARTNER", "!")
    assert 15 <= len(_opened(world)) <= 30
    assert {chat.context for chat in _opened(world)} == {"ORDER", "DIRECT"}


def test_new_buyers_hold_back_while_others_have_no_answer() -> None:
    world = _world()
    buyers = Buyers(world)
    for second in range(600):
        buyers.act(second)
    assert [chat.status for chat in _opened(world)] == ["NEW"] * 5


def test_the_waits_can_be_stretched() -> None:
    world = _world()
    buyers = Buyers(world, scale=0.1)
    for tenth in range(300):
        buyers.act(tenth / 10)
    assert len(_opened(world)) == 5


# ---- what they answer


def _asked(world: World, *, is_woman: bool) -> Chat:
    chats = world.listed("desc", codes(["WAITING_FOR_PARTNER"], ["CHAT"], ["ORDER"]), 0, 50)
    return next(chat for chat in chats if world.shop.is_woman(chat.name) == is_woman)


ANSWERS = {
    "ru": [
        ("Здравствуйте, Ольга!", "вопрос|скажете|разобра"),
        ("Добрый день! Привезём завтра до 18:00.", "жду|Успеваем|время|позвонят|дома"),
        ("Подскажите, какая у вас модель?", "Да, |Скорее"),
        ("Пришлите, пожалуйста, фото коробки", "фото|сфотографировал"),
        ("Приносим извинения за задержку", "бывает|Извинения|признали|не сержусь"),
        ("Согласовали возврат, деньги вернём за три дня", "деньги|товар|возврат|Договорились"),
        ("К сожалению, ускорить не можем", "Жаль|Обидно|Понятно|Что ж"),
        ("Хорошего дня, спасибо за заказ!", "вам спасибо|Взаимно"),
        ("Уточним на складе и вернёмся к вам", "жду|Жду"),
        ("ываывапр", "не понял|не целиком|клавиатуре|позже|беда"),
        ("Положим ленточку и открытку от магазина", "Отлично|Супер|Именно|Понял|Ясно|понятно|Так,"),
        (None, "Файл|Открыл"),
    ],
    "en": [
        ("Hello, Grace!", "question|say|worked it out"),
        ("It will be delivered tomorrow by 6 pm.", "wait|in time|time of day|call before|at home"),
        ("Which model do you have?", "Yes|More yes"),
        ("Please send a photo of the box", "Here"),
        ("We are sorry about the delay", "Never mind|accepted|owning|all right"),
        ("Your refund is approved", "money|item|refund|Deal"),
        ("Unfortunately we cannot do it sooner", "pity|Oh no|I see|Well"),
        ("Thank you, have a nice day!", "too!|Likewise"),
        ("asdfgh", "did not get|in full|keyboard|later|connection"),
        (None, "file|Opened"),
    ],
}


@pytest.mark.parametrize("language", ANSWERS)
def test_the_answer_fits_what_was_written(language: str) -> None:
    for text, expected in ANSWERS[language]:
        for seed in range(6):
            world = _world(language, seed)
            buyers = Buyers(world)
            said = _says(world, buyers, _asked(world, is_woman=bool(seed % 2)), text)
            assert re.search(expected, said), (text, said)


def test_a_photo_comes_when_one_is_asked_for() -> None:
    world = _world()
    chat = _asked(world, is_woman=True)
    _says(world, Buyers(world), chat, "Пришлите, пожалуйста, фото")
    (photo,) = world.messages(chat)[-1].files
    content = world.content(photo.file_id)
    assert content is not None
    assert content.startswith(b"\x89PNG")


def test_an_english_buyer_of_a_russian_shop_answers_in_english() -> None:
    world = _world()
    (john,) = (chat for chat in world.listed("desc", None, 0, 130) if chat.name == "John")
    said = _says(world, Buyers(world), john, "Yes, it works on 220 V, the manual is in the box.")
    assert said
    assert said.isascii()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_buyer_never_repeats_himself_and_comes_to_an_end(language: str) -> None:
    texts = [text or "" for text, _ in ANSWERS[language]]
    for seed in range(3):
        world = _world(language, seed)
        buyers = Buyers(world)
        chance = seeded(seed)
        latest = ""
        now = 0.0
        for chat in world.listed("desc", codes(["WAITING_FOR_PARTNER"], ["CHAT"], None), 0, 6):
            answers = []
            for text in [*chance.sample(texts, 4), "?", "??", "???"]:
                answers.append(_says(world, buyers, chat, text, now))
                now += 20
                # Two buyers in turn do not say the same either.
                assert answers[-1] != latest or not latest
                latest = answers[-1] or latest
            said = [answer for answer in answers if answer]
            assert 1 <= len(said) <= 3
            assert len(set(said)) == len(said)
            assert answers[-1] == ""


def test_the_arbiter_closes_a_dispute_in_which_the_shop_agrees() -> None:
    world = _world()
    (chat,) = world.listed("desc", codes(["WAITING_FOR_PARTNER"], ["ARBITRAGE"], None), 0, 50)
    buyers = Buyers(world)
    assert chat.order is not None
    said = _says(world, buyers, chat, "Добрый день! Проверяем на складе.")
    assert said in world.shop.arbiter["asks"]
    assert world.messages(chat)[-1].sender == "SUPPORT"
    said = _says(world, buyers, chat, "Согласны вернуть деньги, просим прощения.", 20)
    assert money(chat.order.goods[0].price) in said
    assert _chat(world, chat.chat_id).status == "FINISHED"


def test_a_buyer_who_has_nothing_more_to_ask_says_the_last_word() -> None:
    world = _world()
    chat, buyers = _asked(world, is_woman=True), Buyers(world)
    (asks,) = world.shop.reply("").asks
    # Another buyer has just said it.
    buyers._latest = asks
    assert _says(world, buyers, chat, None) in {spoken(one, is_woman=True) for one in world.shop.closing}
    assert _says(world, buyers, chat, "Хорошего дня!", 20.0) == ""
