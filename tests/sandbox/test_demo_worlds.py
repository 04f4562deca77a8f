"""What a newcomer sees in the demo agrees with itself, in every world and both languages."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import chat_tui.sandbox
from chat_tui.sandbox.generator import DAY, HOUR, Message, Order
from chat_tui.sandbox.ledger import Begun
from chat_tui.sandbox.times import MOSCOW
from chat_tui.sandbox.world import Chat, World, codes
from tests.sandbox.conftest import Asking
from tests.support.sandbox import Sandbox

_NOW = 1_795_000_000_000
LANGUAGES = ("ru", "en")
SEEDS = range(1, 5)
WAITING = codes(["NEW", "WAITING_FOR_PARTNER"], ["CHAT"], None)

in_every_world = pytest.mark.parametrize(
    ("language", "seed"), [(language, seed) for language in LANGUAGES for seed in SEEDS]
)


@cache
def world_of(language: str, seed: int) -> World:
    return World(Begun(seed, 300, _NOW + seed * 7 * HOUR, 420, language, False), lambda: _NOW)


def chats_of(world: World) -> list[Chat]:
    return world.listed("desc", None, 0, world.heads.chats)


@cache
def read(world: World) -> list[tuple[Chat, list[Message]]]:
    """Every chat with its messages; the world itself forgets them, and drawing their photos takes time."""
    return [(chat, list(world.messages(chat))) for chat in chats_of(world)]


def texts_of(world: World) -> Iterator[tuple[Chat, Message, str]]:
    """Every message with a text."""
    for chat, messages in read(world):
        for message in messages:
            if message.text is not None:
                yield chat, message, message.text


def ordered(world: World) -> Iterator[tuple[Chat, Order]]:
    """Every chat about an order or a return."""
    for chat in chats_of(world):
        if chat.order is not None:
            yield chat, chat.order


def told(language: str) -> dict[str, Any]:
    path = Path(chat_tui.sandbox.__file__).with_name(f"content.{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def day(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)


# ---- language


def test_both_languages_have_the_same_shop() -> None:
    russian, english = told("ru"), told("en")
    assert russian.keys() == english.keys()
    for name in ("scenes", "dialogues", "phrases", "arbiter"):
        assert russian[name].keys() == english[name].keys()
    for key in ("sku", "price", "drawing"):
        assert [goods[key] for goods in russian["goods"]] == [goods[key] for goods in english["goods"]]
    shapes = [
        {
            (name, at): [line.partition(":")[0] for line in script.splitlines()]
            for name, scripts in one["dialogues"].items()
            for at, script in enumerate(scripts)
        }
        for one in (russian, english)
    ]
    assert shapes[0] == shapes[1]


@in_every_world
def test_everybody_speaks_the_language_of_the_shop(language: str, seed: int) -> None:
    world = world_of(language, seed)
    for chat, message, text in texts_of(world):
        is_english = message.sender == "CUSTOMER" and chat.name in world.shop.english_buyers
        is_russian = language == "ru" and not is_english
        assert bool(re.search("[а-яё]", text, re.IGNORECASE)) == is_russian, text
    if language == "en":
        shop = world.shop
        words = [shop.business, *shop.shops, *shop.outlets, *(goods.title for goods in shop.goods)]
        words += [chat.name or "" for chat in chats_of(world)]
        assert not re.search("[а-яё]", " ".join(words), re.IGNORECASE)


def test_the_names_of_shops_and_goods_reach_the_api_in_the_language() -> None:
    with Sandbox.start(chats=30, language="en") as sandbox:
        ask = Asking(sandbox)
        with ask.client:
            shops = ask.request("GET", "/v2/campaigns").json()["campaigns"]
            assert [shop["domain"] for shop in shops] == sandbox.world.shop.shops
            assert shops[0]["business"]["name"] == "Cosy Kitchen"
            path = f"/v1/businesses/{sandbox.business_id}/orders"
            page = ask.request("POST", path, json={}).text
            assert not re.search("[а-яё]", page, re.IGNORECASE)


# ---- gender


def test_names_have_the_gender_of_their_list() -> None:
    russian = told("ru")
    scenes = russian["scenes"].values()
    women = [*russian["women"], *(scene["buyer"] for scene in scenes if scene.get("woman"))]
    men = [*russian["men"], *(one["buyer"] for one in scenes if "buyer" in one and not one.get("woman"))]
    neutral = {"Айгуль", "Sasha_home", "Nikita", "buyer-71", "Илья Д."}
    assert all(name.split()[0][-1] in "ая" for name in set(women) - neutral)
    assert not any(name.split()[0][-1] in "ая" for name in set(men) - neutral)


def test_no_buyer_speaks_of_himself_in_one_form_only() -> None:
    """Outside of scenes, which have one buyer each, a dialogue may be anybody's."""
    russian = told("ru")
    lines = [
        wording
        for scripts in russian["dialogues"].values()
        for script in scripts
        for line in script.splitlines()
        if line.startswith("C")
        for wording in line.partition(":")[2].split(" || ")
    ]
    lines += [one for reply in russian["replies"] for key in ("asks", "ends") for one in reply.get(key, ())]
    lines += russian["closing"]["ends"]
    past = re.compile(r"\b\w+(?:[аяиеу]л|[аяиеу]ла)(?:ся|сь)?\b|\b(?:рад|рада|готов|готова)\b", re.IGNORECASE)
    # Of things: "the colour was another", "it looked bigger".
    others = {"был", "казалось"}
    for line in lines:
        alone = re.sub(r"<[^>]*>", "", line)
        found = {word.lower() for word in past.findall(alone)}
        assert found <= others, line


@pytest.mark.parametrize("seed", SEEDS)
def test_words_have_the_gender_of_the_buyer(seed: int) -> None:
    """Promised: U60."""
    world = world_of("ru", seed)
    pairs = re.findall(r"<([^|>]+)\|([^|>]+)>", " ".join(_wordings()))
    assert len(pairs) > 10
    seen = set()
    for chat, message, text in texts_of(world):
        if message.sender != "CUSTOMER":
            continue
        is_woman = world.shop.is_woman(chat.name)
        wrong = {pair[0 if is_woman else 1] for pair in pairs}
        assert not any(re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) for form in wrong), (
            chat.name,
            text,
        )
        seen |= {is_woman for pair in pairs if pair[1 if is_woman else 0] in text}
    assert seen == {True, False}


def _wordings() -> Iterator[str]:
    for scripts in told("ru")["dialogues"].values():
        yield from scripts


# ---- dates


@in_every_world
def test_promised_days_are_those_of_the_order(language: str, seed: int) -> None:
    world = world_of(language, seed)
    shop = world.shop
    spoken = {
        "ru": ("сегодня", "завтра", "послезавтра"),
        "en": ("today", "tomorrow", "the day after tomorrow"),
    }
    promise = {
        "ru": re.compile(r"(?:доставим|ждите) (\w+(?: \w+)?)"),
        "en": re.compile(r"will be delivered (today|tomorrow|the day after tomorrow|on \d+ \w+)"),
    }[language]
    seen = set()
    for chat, message, text in texts_of(world):
        for found in promise.findall(text):
            assert chat.order is not None
            due = day(chat.order.due)
            assert message.at < chat.order.due
            words = {
                word: day(message.at) + timedelta(days=days) for days, word in enumerate(spoken[language])
            }
            assert found == shop.date(due.day, due.month) or words.get(found) == due, (text, due)
            seen.add(found)
    assert len(seen) > 3


@in_every_world
def test_what_is_said_of_an_order_fits_how_far_it_has_come(language: str, seed: int) -> None:
    world = world_of(language, seed)
    start = world.heads.start
    for chat, order in ordered(world):
        topic = world.heads.head(chat.place).topic
        if topic in {"fresh", "gift", "opened by shop"}:
            assert order.created < chat.created < order.created + DAY
        elif topic in {"early", "where"}:
            assert order.created + DAY <= chat.created
            assert chat.updated < order.due
        elif topic != "test order":
            assert order.due + 5 * HOUR <= chat.created
        assert order.created <= order.updated <= start
        assert (order.state == 3) == (start >= order.due + 5 * HOUR and not order.fake)
        if order.returned:
            assert order.due < order.returned <= chat.created


# ---- amounts


@in_every_world
def test_amounts_are_those_of_the_order(language: str, seed: int) -> None:
    world = world_of(language, seed)
    seen = 0
    for chat, _message, text in texts_of(world):
        amounts = {int(amount.replace("\u00a0", "")) for amount in re.findall("([0-9\u00a0]+)\u00a0₽", text)}
        assert len(amounts) == len(set(re.findall("[0-9]+.₽", text)))
        if chat.order is not None:
            refund = chat.order.goods[0].price
            assert amounts <= ({refund} if chat.order.return_id else {refund, chat.order.total}), text
        else:
            assert amounts <= {goods.price for goods in world.shop.goods if goods.title in text} or (
                world.heads.head(chat.place).topic in {"price", "long history", "direct", "nameless"}
            )
        seen += len(amounts)
    assert seen > 20


def test_a_refund_is_the_price_of_what_is_returned() -> None:
    with Sandbox.start(chats=130) as sandbox:
        ask = Asking(sandbox)
        with ask.client:
            for chat, order in ordered(sandbox.world):
                if chat.context != "RETURN":
                    continue
                path = f"/v2/campaigns/{order.campaign_id}/orders/{order.order_id}/returns/{order.return_id}"
                found = ask.request("GET", path).json()["result"]
                assert found["amount"]["value"] == order.goods[0].price
                assert [item["shopSku"] for item in found["items"]] == [order.goods[0].sku]


# ---- returns and disputes


@in_every_world
def test_one_dispute_waits_for_a_decision_within_twenty_hours(language: str, seed: int) -> None:
    world = world_of(language, seed)
    start = world.heads.start
    undecided = [
        (chat, order)
        for chat, order in ordered(world)
        if order.refund == "PREMODERATION_DECISION_WAITING" and chat.kind == "ARBITRAGE"
    ]
    ((chat, order),) = undecided
    left = order.returned + 2 * DAY - start
    assert 19 * HOUR < left < 21 * HOUR
    # On top of all disputes: the shop has never answered, so the buyer waits since the first message.
    assert {message.sender for message in world.messages(chat)} == {"MARKET", "CUSTOMER", "SUPPORT"}
    open_disputes = world.listed(
        "desc", codes(["WAITING_FOR_PARTNER", "WAITING_FOR_ARBITER"], ["ARBITRAGE"], None), 0, 9
    )
    assert chat.created == min(one.created for one in open_disputes)
    deadline = datetime.fromtimestamp((order.returned + 2 * DAY) / 1000, MOSCOW)
    said = world.messages(chat)[-1].text or ""
    assert f"{deadline:%H:%M} {world.shop.date(deadline.day, deadline.month)}" in said


@in_every_world
def test_returns_that_wait_for_the_shop_have_time_left(language: str, seed: int) -> None:
    world = world_of(language, seed)
    waiting = 0
    for chat, order in ordered(world):
        if chat.context != "RETURN":
            assert order.refund == ""
            continue
        if order.refund == "PREMODERATION_DECISION_WAITING":
            waiting += 1
            assert world.heads.start < order.returned + 2 * DAY
            assert chat.status == "WAITING_FOR_PARTNER"
        elif chat.status == "FINISHED":
            assert order.refund == "REFUNDED"
    assert waiting == 3


# ---- what a newcomer meets


@in_every_world
def test_nothing_is_hostile(language: str, seed: int) -> None:
    """Promised: U60."""
    world = world_of(language, seed)
    for chat, messages in read(world):
        files = [file.name for message in messages for file in message.files]
        assert all(re.fullmatch(r"IMG_\d{4}\.png", name) for name in files)
        assert len(chat.name or "") <= 20
        assert all(len(message.text or "") < 900 for message in messages)
        said = "".join([chat.name or "", *(message.text or "" for message in messages)])
        odd = {letter for letter in said if unicodedata.category(letter)[0] == "C" or letter in "[]{}<>|"}
        assert odd == set()


@in_every_world
def test_those_who_wait_have_names_and_words_of_their_own(language: str, seed: int) -> None:
    world = world_of(language, seed)
    waiting = world.listed("desc", WAITING, 0, 50)
    assert len(waiting) >= 12
    names = [chat.name for chat in waiting]
    assert len(set(names)) == len(names)
    latest = [world.messages(chat)[-1].text for chat in waiting]
    assert len(set(latest)) == len(latest)
    assert sum(bool(message.files) for chat in waiting for message in world.messages(chat)) >= 4


@in_every_world
def test_every_tab_has_something_to_do(language: str, seed: int) -> None:
    waiting = world_of(language, seed).listed(
        "desc", codes(["NEW", "WAITING_FOR_PARTNER"], None, None), 0, 50
    )
    assert {(chat.kind, chat.context) for chat in waiting} >= {
        ("CHAT", "ORDER"),
        ("CHAT", "RETURN"),
        ("CHAT", "DIRECT"),
        ("ARBITRAGE", "RETURN"),
    }


def test_photos_of_different_things_differ() -> None:
    world = world_of("ru", 1)
    drawn = {}
    for chat in world.listed("desc", WAITING, 0, 50):
        for message in world.messages(chat):
            for file in message.files:
                drawn[file.file_id.rpartition("-")[2]] = world.content(file.file_id)
    assert drawn.keys() >= {"cat", "crack", "corner", "label", "kettle"}
    assert len(set(drawn.values())) == len(drawn)
