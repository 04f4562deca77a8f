"""The generated world: repeatable, plausible, and never completely in memory."""

import re
import tracemalloc
import zlib

import pytest

from chat_tui.sandbox.content import HOSTILE
from chat_tui.sandbox.generator import DAY, MINUTE
from chat_tui.sandbox.ledger import Begun
from chat_tui.sandbox.seeded_random import png
from chat_tui.sandbox.world import Chat, World, codes

_NOW = 1_795_000_000_000


def _world(chats: int = 300, seed: int = 1, language: str = "ru", *, hostile: bool = False) -> World:
    return World(Begun(seed, chats, _NOW, 420, language, hostile), lambda: _NOW)


def _all(world: World) -> list[Chat]:
    return world.listed("desc", None, 0, world.heads.chats)


@pytest.fixture(scope="module")
def world() -> World:
    return _world()


def test_the_same_seed_makes_the_same_world(world: World) -> None:
    other = _world()
    assert _all(other) == _all(world)
    assert [other.messages(chat) for chat in _all(other)] == [world.messages(chat) for chat in _all(world)]
    assert [other.messages(chat) for chat in _all(_world(seed=2))] != [world.messages(c) for c in _all(world)]


def test_about_a_dozen_buyers_wait_between_three_minutes_and_five_hours(world: World) -> None:
    waiting = world.listed("desc", codes(["WAITING_FOR_PARTNER"], ["CHAT"], None), 0, 300)
    assert 10 <= len(waiting) <= 15
    for chat in waiting:
        assert 3 * MINUTE <= _NOW - chat.updated <= 5 * 60 * MINUTE


def test_most_chats_are_over_and_reach_back_for_months(world: World) -> None:
    chats = _all(world)
    assert sum(chat.status == "FINISHED" for chat in chats) > len(chats) / 2
    assert _NOW - chats[-1].updated > 120 * DAY
    assert all(chat.updated <= _NOW - 3 * MINUTE for chat in chats)


def test_every_status_type_and_context_is_there(world: World) -> None:
    chats = _all(world)
    assert len({chat.status for chat in chats}) == 6
    assert {chat.kind for chat in chats} == {"CHAT", "ARBITRAGE"}
    assert {chat.context for chat in chats} == {"ORDER", "RETURN", "DIRECT"}
    assert {chat.order.shop for chat in chats if chat.order} == {0, 1, 2}


@pytest.mark.parametrize("chats", [1, 2, 5, 43, 300, 1500])
def test_messages_fit_their_chat(chats: int) -> None:
    world = _world(chats)
    for chat in _all(world):
        said = world.messages(chat)
        assert said[0].at == chat.created
        assert said[-1].at == chat.updated
        assert [message.at for message in said] == sorted({message.at for message in said})


def test_the_last_word_fits_the_status(world: World) -> None:
    for chat in _all(world):
        last = world.messages(chat)[-1].sender
        if chat.status == "WAITING_FOR_PARTNER":
            assert last == ("SUPPORT" if chat.kind == "ARBITRAGE" else "CUSTOMER")
        elif chat.status == "WAITING_FOR_CUSTOMER":
            assert last == "PARTNER"
        elif chat.status == "WAITING_FOR_ARBITER":
            assert last == "SUPPORT"


def test_ids_grow_with_time_over_all_chats(world: World) -> None:
    chats = sorted(_all(world), key=lambda chat: chat.chat_id)
    assert [chat.created for chat in chats] == sorted(chat.created for chat in chats)
    said = sorted((message for chat in chats for message in world.messages(chat)), key=lambda m: m.message_id)
    assert len({message.message_id for message in said}) == len(said)
    assert [message.at // 1000 for message in said] == sorted(message.at // 1000 for message in said)


def test_texts_speak_of_their_own_order(world: World) -> None:
    for chat in _all(world):
        for message in world.messages(chat):
            numbers = set(re.findall(r"\b\d{11}\b", message.text or ""))
            assert numbers <= ({str(chat.order.order_id)} if chat.order else set())
            assert "{" not in (message.text or "")
            assert len(message.text or "") <= 4096


def test_one_history_is_long(world: World) -> None:
    assert max(len(world.messages(chat)) for chat in _all(world)) >= 420


def test_hostile_texts_names_and_files_are_there_if_asked_for() -> None:
    world = _world(hostile=True)
    texts = "".join(m.text or "" for chat in _all(world) for m in world.messages(chat))
    for hostile in ("\x1b]52;", "\x1b[2J", "[@click=app.quit]", "\u202e", "\u200b", "\n" * 1, "[/]"):
        assert hostile in texts
    assert any("\x1b" in (chat.name or "") for chat in _all(world))
    assert any(len(chat.name or "") > 200 for chat in _all(world))
    assert any("../" in file.name for chat in _all(world) for m in world.messages(chat) for file in m.files)


def test_stickers_and_buyers_without_a_name_are_there(world: World) -> None:
    assert any(m.text is None and not m.files for chat in _all(world) for m in world.messages(chat))
    assert any(chat.name is None for chat in _all(world))


def test_hostile_buyers_take_the_places_of_others(world: World) -> None:
    hostile = _world(hostile=True)
    pairs = list(zip(_all(world), _all(hostile), strict=True))
    assert sum(ours.name != theirs.name for ours, theirs in pairs) == len(HOSTILE)
    for ours, theirs in pairs:
        assert (ours.status, ours.kind, ours.context) == (theirs.status, theirs.kind, theirs.context)


def test_photos_are_pictures_of_the_told_size(world: World) -> None:
    files = [file for chat in _all(world) for message in world.messages(chat) for file in message.files]
    assert len(files) > 20
    for file in files[:20]:
        content = world.content(file.file_id)
        assert content is not None
        assert len(content) == file.size
        assert content.startswith(b"\x89PNG\r\n\x1a\n")


def test_a_picture_is_a_whole_png() -> None:
    content = png("mug", 1, 2, 3)
    at, seen, pixels = 8, [], b""
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert int.from_bytes(content[at + 8 + length : at + 12 + length], "big") == zlib.crc32(kind + data)
        pixels += data if kind == b"IDAT" else b""
        seen.append(kind)
        at += 12 + length
    assert seen == [b"IHDR", b"IDAT", b"IEND"]
    assert len(zlib.decompress(pixels)) == 240 * (1 + 320 * 3)


def test_an_empty_world() -> None:
    world = _world(0)
    assert _all(world) == []
    assert world.open("DIRECT", None, name="Ольга").chat_id == 14_800_000
    assert len(world.listed("desc", None, 0, 5)) == 1


def test_the_list_of_a_hundred_thousand_chats_costs_only_its_index() -> None:
    world = _world(100_000)
    world.listed("desc", None, 0, 1)
    tracemalloc.start()
    try:
        seen = 0
        for first in range(0, 400, 20):
            seen += len(world.listed("desc", None, first, 20))
            seen += len(world.listed("desc", codes(["FINISHED"], None, ["RETURN"]), first, 20))
        assert seen == 800
        assert world.generated == 0
        for chat in world.listed("desc", None, 0, 400):
            world.messages(chat)
        assert 2_000 < world.generated < 8_000
        assert tracemalloc.get_traced_memory()[0] < 400_000
    finally:
        tracemalloc.stop()


def test_the_index_takes_some_bytes_a_chat() -> None:
    tracemalloc.start()
    try:
        world = _world(10_000)
        world.listed("desc", None, 0, 1)
        assert tracemalloc.get_traced_memory()[0] < 10_000 * 20
    finally:
        tracemalloc.stop()


def test_a_hundred_thousand_chats_hold_about_a_million_messages() -> None:
    world = _world(100_000)
    sample = range(0, 100_000, 500)
    said = sum(len(world.messages(chat)) for place in sample if (chat := world.chat(14_800_000 + place)))
    assert 6 <= said / len(sample) <= 12
