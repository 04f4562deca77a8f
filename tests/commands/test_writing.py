"""`send` and `new`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Run
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox


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
        ("Вот ключ ACMA:abcdefghijkl:1", "like a Market key"),
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
    assert "Looking for the message in the conversation" in ran.err
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


# -- several files, and doubts before they are sent ---------------------------------------------------


def test_files_are_sent_in_the_order_given(run: Run, market: Sandbox, chat_id: int, tmp_path: Path) -> None:
    """Case 016."""
    names = ["two.txt", "one.txt", "three.txt"]
    for name in names:
        (tmp_path / name).write_text(name)
    ran = run("send", chat_id, *(word for name in names for word in ("--file", tmp_path / name)))
    assert (ran.code, ran.err) == (0, "")
    assert [sent.name for sent in market.ledger] == names
    assert ran.out.splitlines() == [f"{name}: confirmed ✓" for name in names]


@pytest.mark.parametrize("bad", ["absent", "empty", "id_rsa", "ours.txt"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_file_that_cannot_be_sent_keeps_all_from_being_sent(
    run: Run, market: Sandbox, chat_id: int, tmp_path: Path, bad: str, place: int
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "id_rsa").write_text("x")
    (tmp_path / "ours.txt").write_bytes(b"\xff" * 3_000 + market.api_key.encode())
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x")
    names = ["a.txt", "b.txt"]
    names.insert(place, bad)
    ran = run("send", chat_id, *(word for name in names for word in ("--file", tmp_path / name)))
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert market.ledger == []
    assert not market.requests


def test_of_several_files_all_must_be_there_for_code_zero(
    run: Run, market: Sandbox, chat_id: int, tmp_path: Path
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x")
    market.script("sendFileToChat", [Answer(accept=False, status=400)])
    ran = run("send", chat_id, "--file", tmp_path / "a.txt", "--file", tmp_path / "b.txt")
    assert ran.code == 1
    assert "a.txt: not sent" in ran.err
    assert "b.txt: confirmed" in ran.out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("id_rsa", b"x"),
        (".env", b"A=1"),
        ("notes.txt", b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl"),
        ("notes.txt", b"\n" * 9_000 + "key ACMA:abcdEFGH1234:5678ijkl".encode("utf-16-le")),
    ],
)
def test_a_file_that_looks_private_takes_a_flag_that_names_it(
    run: Run, market: Sandbox, chat_id: int, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    for flags in ([], ["--queue"], ["--dry-run"]):
        ran = run("send", chat_id, "--file", tmp_path / name, *flags)
        assert (ran.code, ran.out) == (1, "")
        assert "seems to contain a key or passwords. To send it anyway: --private" in ran.err
    assert market.ledger == []
    ran = run("send", chat_id, "--file", tmp_path / name, "--private")
    assert ran.code == 0
    assert [sent.name for sent in market.ledger] == [name]


def test_our_own_key_takes_no_flag(run: Run, market: Sandbox, chat_id: int, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"x\n{market.api_key}")
    for argv in (["--file", tmp_path / "a.txt"], [" ".join(market.api_key)], ["-"]):
        ran = run("send", chat_id, *argv, "--private", typed=f"вот {market.api_key}\n".encode())
        assert (ran.code, ran.out) == (1, "")
        assert market.api_key not in ran.err
    assert market.ledger == []
    assert not market.requests


def test_contacts_and_a_finished_chat_are_warned_of_and_sent(run: Run, market: Sandbox, chat_id: int) -> None:
    market.finish(chat_id)
    ran = run("send", chat_id, "Пишите: olga@example.com")
    assert (ran.code, ran.out.strip()) == (0, "confirmed ✓")
    assert ran.err.count("\n") == 1
    assert "This chat is finished" in ran.err
    assert "olga@example.com" in ran.err
    rehearsed = run("send", chat_id, "Пишите: olga@example.com", "--dry-run")
    assert "This chat is finished" in rehearsed.err


def test_a_template_that_is_not_filled_in_is_refused(run: Run, market: Sandbox, chat_id: int) -> None:
    ran = run("send", chat_id, "-", typed="Добрый день, {имя}!".encode())
    assert ran.code == 1
    assert "Not filled in: {имя}" in ran.err
    assert market.ledger == []


@pytest.mark.parametrize("typed", ["Завтра\n\n", "Завтра \t\r\n"])
def test_the_end_of_a_text_is_cut_the_same_way_however_it_is_given(
    run: Run, market: Sandbox, chat_id: int, typed: str
) -> None:
    """Case 010."""
    for argv in (["-"], [typed]):
        assert run("send", chat_id, *argv, typed=typed.encode()).code == 0
    assert texts(market) == [(chat_id, "Завтра")] * 2


@pytest.mark.parametrize(
    "lie",
    [
        {"chatId": 4242},
        {"context": {"type": "ORDER", "orderId": 7, "campaignId": 1}},
        {"chatId": 2**62, "context": {"type": "DIRECT"}},
    ],
)
def test_a_market_that_answers_about_another_chat_is_not_believed(
    run: Run, market: Sandbox, chat_id: int, lie: dict[str, Any]
) -> None:
    """Case 032."""
    known = next(c for c in json.loads(run("list", "--json").out) if c["about"] == "ORDER")

    def edit(operation: str, body: Any) -> Any:
        if operation == "getChat":
            body["result"] |= lie
        return body

    market.behaviour.edit = edit
    ran = run("new", "--order", known["order_id"])
    assert (ran.code, ran.out) == (1, "")
    assert "not an answer from the Market" in ran.err
    if "chatId" in lie:
        assert run("send", market.open_direct("Ещё вопрос"), "Завтра").code == 1
        assert market.ledger == []
