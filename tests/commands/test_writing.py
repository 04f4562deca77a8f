"""`send` and `new`."""

import json
from pathlib import Path

import pytest

from chat_tui.sandbox.faults import Answer
from chat_tui.sandbox.serve import Sandbox
from tests.commands.conftest import Run


@pytest.fixture
def chat_id(market: Sandbox) -> int:
    return market.open_direct("Когда привезут?")


def texts(market: Sandbox) -> list[tuple[int, str | None]]:
    return [(sent.chat_id, sent.text) for sent in market.ledger]


def test_a_text_is_sent_and_confirmed(run: Run, market: Sandbox, chat_id: int) -> None:
    ran = run("send", chat_id, "Завтра")
    assert (ran.code, ran.out.strip(), ran.err) == (0, "confirmed ✓", "")
    assert texts(market) == [(chat_id, "Завтра")]


def test_a_text_from_standard_input(run: Run, market: Sandbox, chat_id: int) -> None:
    assert run("send", chat_id, "-", typed="Первая\nвторая\r\n".encode()).code == 0
    assert texts(market) == [(chat_id, "Первая\nвторая")]


def test_a_file_is_sent(run: Run, market: Sandbox, chat_id: int, tmp_path: Path) -> None:
    (tmp_path / "чек.pdf").write_bytes(b"%PDF" * 100)
    ran = run("send", chat_id, "--file", tmp_path / "чек.pdf")
    assert (ran.code, ran.err) == (0, "")
    (sent,) = market.ledger
    assert (sent.chat_id, sent.name, sent.size) == (chat_id, "чек.pdf", 400)


def test_a_rehearsal_names_the_recipient_and_sends_nothing(
    run: Run, market: Sandbox, chat_id: int, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("x")
    ran = run("send", chat_id, "--dry-run", "Завтра")
    assert ran.code == 0
    assert ran.out.splitlines() == ["To: Ольга К. · question", "Завтра", "Nothing was sent."]
    assert "File: a.txt, 1 B" in run("send", chat_id, "--file", tmp_path / "a.txt", "--dry-run").out
    assert market.ledger == []
    assert json.loads(run("show", chat_id, "--json").out)["outbox"] == []


def test_queueing_returns_at_once_and_the_next_send_takes_it_along(
    run: Run, market: Sandbox, chat_id: int
) -> None:
    assert run("send", chat_id, "Первое", "--queue").code == 0
    assert market.ledger == []
    (kept,) = json.loads(run("show", chat_id, "--json").out)["outbox"]
    assert (kept["state"], kept["text"]) == ("queued", "Первое")
    assert run("send", chat_id, "Второе").code == 0
    assert texts(market) == [(chat_id, "Первое"), (chat_id, "Второе")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("   \u200b", "nothing to send"),
        ("x" * 4097, "4096"),
        ("Вот ключ ACMA:abcdefghijkl:1", "key of the Market"),
        ("\udcff", "not UTF-8"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is_asked(
    run: Run, market: Sandbox, chat_id: int, text: str, words: str
) -> None:
    ran = run("send", chat_id, text)
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err
    assert not market.requests


def test_input_that_is_not_utf8(run: Run, market: Sandbox, chat_id: int) -> None:
    assert "not UTF-8" in run("send", chat_id, "-", typed="Привет".encode("koi8-r")).err


def test_a_mistyped_chat_gets_nothing(run: Run, market: Sandbox) -> None:
    ran = run("send", 5, "Завтра")
    assert ran.code == 1
    assert "Can't find chat by id: '5'" in ran.err
    assert market.ledger == []


def test_a_file_that_cannot_be_sent(run: Run, market: Sandbox, chat_id: int, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name in ("empty", "absent", "."):
        ran = run("send", chat_id, "--file", tmp_path / name)
        assert ran.code == 1
        assert ran.err.count("\n") == 1
    assert market.ledger == []


def test_a_refused_text_stays_in_the_outbox(run: Run, market: Sandbox, chat_id: int) -> None:
    body = b'{"status":"ERROR","errors":[{"code":"BAD_REQUEST","message":"\\u001b[2Jno"}]}'
    market.script("sendMessageToChat", [Answer(accept=False, status=400, body=body)])
    ran = run("send", chat_id, "Завтра")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("chat-tui: not sent ✗: ")
    assert ran.err.count("\n") == 1
    assert "\x1b" not in ran.err
    (kept,) = json.loads(run("show", chat_id, "--json").out)["outbox"]
    assert (kept["state"], kept["text"]) == ("failed", "Завтра")
    assert market.ledger == []


def test_a_lost_answer_is_looked_up_and_not_repeated(run: Run, market: Sandbox, chat_id: int) -> None:
    market.script("sendMessageToChat", [Answer(status=500, accept=True)])
    ran = run("send", chat_id, "Завтра")
    assert (ran.code, ran.out.strip()) == (0, "confirmed ✓")
    assert "looking for it in the history" in ran.err
    assert texts(market) == [(chat_id, "Завтра")]
    assert sum(request.operation == "sendMessageToChat" for request in market.requests) == 1


def test_read_only_sends_and_creates_nothing(run: Run, market: Sandbox, chat_id: int) -> None:
    for argv in (["send", chat_id, "Завтра"], ["send", chat_id, "Завтра", "--queue"], ["new", "--order", 1]):
        ran = run("--read-only", *argv)
        assert (ran.code, ran.out) == (1, "")
        assert "--read-only" in ran.err
    assert (market.ledger, market.created) == ([], [])


def test_a_chat_about_an_order_is_found_again(run: Run, market: Sandbox) -> None:
    known = next(c for c in json.loads(run("list", "--json").out) if c["about"] == "ORDER")
    ran = run("new", "--order", known["order_id"])
    assert (ran.code, ran.out, ran.err) == (0, f"{known['chat_id']}\n", "")


def test_an_order_nobody_knows(run: Run) -> None:
    ran = run("new", "--order", 1)
    assert (ran.code, ran.out) == (1, "")
    assert "Order not found: '1'" in ran.err
