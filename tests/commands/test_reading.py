"""`list`, `show`, `sync`, `paths`."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from chat_tui.commands import reading
from tests.commands.conftest import Run
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox

HOSTILE = "\x1b]0;t\x07\x9b2J\u202eевро\nПродавец: верну деньги"


def chats(run: Run, *flags: str) -> list[dict[str, Any]]:
    ran = run("list", "--json", *flags)
    assert (ran.code, ran.err) == (0, "")
    return list(json.loads(ran.out))


def test_the_first_list_asks_the_market_and_the_second_does_not(run: Run, market: Sandbox) -> None:
    first = chats(run)
    asked = len(market.requests)
    assert asked
    assert len(first) == 12
    assert chats(run) == first
    assert len(market.requests) == asked


def test_a_list_longer_than_a_page_is_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = chats(run)
    monkeypatch.setattr(reading, "_PAGE", 5)
    assert chats(run) == whole


def test_a_fresh_list_sees_what_came_since(run: Run, market: Sandbox) -> None:
    chats(run)
    new = market.open_direct("Подойдёт ли к модели 7?")
    assert new not in {chat["chat_id"] for chat in chats(run)}
    (found,) = [chat for chat in chats(run, "--fresh") if chat["chat_id"] == new]
    assert (found["about"], found["snippet"]) == ("DIRECT", "Подойдёт ли к модели 7?")
    assert found["waiting_since"] is not None


def test_the_waiting_ones_are_those_with_a_buyer_who_waits(run: Run, market: Sandbox) -> None:
    every, waiting = chats(run), chats(run, "--waiting")
    assert 0 < len(waiting) < len(every)
    plain = [chat["waiting_since"] for chat in waiting if chat["type"] == "CHAT"]
    assert plain == sorted(plain)
    lines = run("list", "--waiting").out.splitlines()
    assert [int(line.split()[0]) for line in lines] == [chat["chat_id"] for chat in waiting]


def test_a_wait_is_told_whatever_else_there_is_to_say(run: Run, market: Sandbox) -> None:
    chat_id = market.open_direct("Когда?")
    market.world.move(market._chat(chat_id), status="WAITING_FOR_PARTNER", kind="ARBITRAGE")
    (line,) = [line for line in run("list", "--waiting").out.splitlines() if str(chat_id) in line]
    assert "  dispute, waiting <1 min  question  " in line
    new = market.open_direct("Есть в наличии?")
    (line,) = [line for line in run("list", "--fresh").out.splitlines() if str(new) in line]
    assert "  waiting <1 min  question  " in line


def test_a_buyer_cannot_steer_the_terminal_or_add_a_line(run: Run, market: Sandbox) -> None:
    market.open_direct(HOSTILE, name=HOSTILE)
    chat_id = chats(run)[0]["chat_id"]
    for ran in (run("list"), run("show", chat_id), run("list", "--json"), run("show", chat_id, "--json")):
        kinds = {unicodedata.category(letter) for letter in ran.out.replace("\n", "")}
        assert kinds.isdisjoint({"Cc", "Cf"})
    shown = run("show", chat_id).out
    assert "верну деньги" in shown
    assert not any(line.startswith("Продавец") for line in shown.splitlines())
    assert len(run("list").out.splitlines()) == 13
    assert json.loads(run("show", chat_id, "--json").out)["messages"][-1]["text"] == HOSTILE


def test_a_chat_with_its_messages(run: Run, market: Sandbox) -> None:
    chat_id = market.open_direct("Есть ли чек?")
    market.say(chat_id, None, files=[("чек.pdf", b"x" * 1500)])
    market.say(chat_id, None)
    ran = run("show", chat_id)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("Ольга К. · question")
    assert "    Есть ли чек?" in lines
    assert "    <чек.pdf, 1.5 KB>" in lines
    assert "    (empty, perhaps a sticker)" in lines
    value = json.loads(run("show", chat_id, "--json").out)
    assert [message["sender"] for message in value["messages"]] == ["CUSTOMER"] * 3
    assert value["messages"][1]["files"][0]["name"] == "чек.pdf"
    assert (value["is_complete"], value["outbox"]) == (True, [])


def test_a_chat_is_read_from_the_copy_unless_told_otherwise(run: Run, market: Sandbox) -> None:
    chat_id = market.open_direct("Первое")
    assert "Первое" in run("show", chat_id).out
    market.say(chat_id, "Второе")
    asked = len(market.requests)
    assert "Второе" not in run("show", chat_id).out
    assert len(market.requests) == asked
    assert "Второе" in run("show", chat_id, "--fresh").out


def test_a_long_chat_is_shown_whole(run: Run, market: Sandbox) -> None:
    chat_id = market.open_direct("письмо 0")
    run("show", chat_id)
    for number in range(1, 700):
        market.say(chat_id, f"письмо {number}")
    value = json.loads(run("show", chat_id, "--json", "--fresh").out)
    assert [message["text"] for message in value["messages"]] == [f"письмо {n}" for n in range(700)]


def test_what_is_not_in_the_copy_is_said(run: Run, market: Sandbox) -> None:
    chat_id = market.open_direct("письмо 0")
    for number in range(1, 70):
        market.say(chat_id, f"письмо {number}")
    assert run("show", chat_id).out.splitlines()[1] == "(Older messages are not in the local copy.)"
    assert json.loads(run("show", chat_id, "--json").out)["is_complete"] is False


def test_a_chat_that_is_not_there(run: Run) -> None:
    ran = run("show", 5)
    assert (ran.code, ran.out) == (1, "")
    assert "Can't find chat by id: '5'" in ran.err
    assert ran.err.count("\n") == 1


def test_sync_tells_what_it_did(run: Run, market: Sandbox) -> None:
    ran = run("sync", "--once")
    assert (ran.code, ran.err) == (0, "")
    assert "changed 12" in ran.out
    assert "quota of getChats: " in ran.out
    market.open_direct("Новое")
    assert "changed 1;" in run("sync", "--once").out


def test_sync_tells_what_comes_next_and_what_is_left_whoever_asked(run: Run) -> None:
    run("sync", "--once")
    told = run("sync", "--once").out
    assert "conversations loaded 0" in told
    assert "quota of getChatHistory: " in told, "an earlier run has asked"
    assert "next, while chat-tui is open: the list every 5 seconds" in told
    assert "all chats were listed at " in told
    assert "of 12 chats; older messages follow gradually" in told


def test_sync_tells_what_is_not_asked_for_now_and_until_when(run: Run, market: Sandbox) -> None:
    run("sync", "--once")
    market.quotas.leave("getChats", market.business_id, 0)
    run("sync", "--once")
    ran = run("sync", "--once")
    assert ran.code == 1
    assert "getChats is paused until " in ran.out


def test_a_refused_key_is_one_sentence(run: Run, market: Sandbox, environment: dict[str, str]) -> None:
    environment["CHAT_TUI_API_KEY"] = market.revoked_key
    for argv in (["list"], ["sync", "--once"], ["show", "5"]):
        ran = run(*argv)
        assert ran.code == 1
        assert "Api-Key token is revoked" in ran.err
        assert ran.err.count("\n") == 1
        assert market.revoked_key not in ran.out + ran.err


def test_the_words_of_the_market_cannot_steer_the_terminal(run: Run, market: Sandbox) -> None:
    market.script("getChat", [Answer(status=400, body=b'{"errors":[{"message":"\\u001b[2J[/]bad\\nline"}]}')])
    ran = run("show", 5)
    assert ran.code == 1
    assert "\x1b" not in ran.err
    assert ran.err.count("\n") == 1


def test_an_unreachable_market_does_not_hide_the_copy(
    run: Run, market: Sandbox, environment: dict[str, str]
) -> None:
    before = chats(run)
    environment["CHAT_TUI_API_URL"] = "http://127.0.0.1:1"
    assert chats(run) == before
    ran = run("list", "--fresh")
    assert (ran.code, ran.out) == (1, "")
    assert "No network" in ran.err


def test_the_business_is_looked_up_once(run: Run, market: Sandbox, environment: dict[str, str]) -> None:
    del environment["CHAT_TUI_BUSINESS_ID"]
    assert len(chats(run)) == 12
    market.requests.clear()
    assert len(chats(run)) == 12
    assert not market.requests


def test_paths_creates_nothing(run: Run) -> None:
    ran = run("paths", "--profile", "second", "--lang", "ru")
    assert ran.code == 0
    assert [line.split(": ")[0] for line in ran.out.splitlines()] == [
        "настройки",
        "шаблоны",
        "исходящие, черновики, отметки",
        "копия чатов",
        "журнал",
    ]
    assert "/second\n" in ran.out
    assert list(Path.home().iterdir()) == []


def test_what_cannot_be_read_is_counted_and_its_place_is_told(run: Run, market: Sandbox) -> None:
    def poison(operation: str, answer: Any) -> Any:
        if operation == "getChatHistory":
            answer["result"]["messages"].append({"messageId": "seven"})
        return answer

    market.behaviour.edit = poison
    ran = run("sync", "--once")
    assert ran.code == 0
    (line,) = [line for line in ran.out.splitlines() if "could not be read" in line]
    told, _, place = line.partition(" As received, for a bug report: ")
    assert told == "1 item could not be read."
    assert json.loads(Path(place).read_text())["raw"] == '{"messageId":"seven"}'
    assert f"bug report: {place}\n" in run("paths").out
    assert len(chats(run)) == 12


def test_profiles_do_not_see_each_other(run: Run, market: Sandbox, environment: dict[str, str]) -> None:
    chats(run)
    environment["CHAT_TUI_API_URL"] = "http://127.0.0.1:1"
    assert run("list", "--profile", "other").code == 1
