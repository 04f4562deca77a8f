"""The whole sandbox from outside: it starts, answers and stops."""

import gc
import socket
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests.sandbox.conftest import Asking
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox


def test_list_history_and_send(ask: Asking) -> None:
    chat_id = ask.chats(limit=1).json()["result"]["chats"][0]["chatId"]
    assert ask.send(chat_id, "Добрый день! 🙂").json() == {"status": "OK"}
    assert ask.send_file(chat_id, "чек.pdf", b"%PDF").json() == {"status": "OK"}
    newest = ask.history(chat_id, limit=2).json()["result"]["messages"]
    assert newest[1]["message"] == "Добрый день! 🙂"
    assert newest[1]["sender"] == "PARTNER"
    file = newest[0]["payload"][0]
    assert (file["name"], file["size"]) == ("чек.pdf", 4)
    assert ask.client.get(file["url"]).content == b"%PDF"
    assert [(sent.kind, sent.text or sent.name) for sent in ask.sandbox.ledger] == [
        ("text", "Добрый день! 🙂"),
        ("file", "чек.pdf"),
    ]


def test_stopping_waits_for_nobody() -> None:
    with Sandbox.start(chats=3) as sandbox:
        ask = Asking(sandbox)
        sandbox.script("getChats", [Answer(until=threading.Event()), Answer(delay_s=600)])
        with ThreadPoolExecutor(2) as pool:
            held = [pool.submit(ask.chats) for _ in range(2)]
            while sandbox.unused("getChats"):
                pass
            sandbox.stop()
            for one in held:
                with pytest.raises(httpx.TransportError):
                    one.result()
        with pytest.raises(httpx.ConnectError):
            ask.chats()
        ask.client.close()


def test_whoever_is_let_in_at_the_very_end_is_dropped_as_well() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(3):
            with Sandbox.start(chats=3) as sandbox:
                callers = [
                    socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port)) for _ in range(10)
                ]
            for caller in callers:
                caller.close()
            del sandbox
        gc.collect()
    assert [str(one.message) for one in warned] == []


def test_many_worlds_one_after_another_leave_no_thread() -> None:
    before = threading.active_count()
    for seed in range(5):
        with Sandbox.start(chats=3, seed=seed) as sandbox:
            assert threading.active_count() == before + 1
            assert sandbox.url.startswith("http://127.0.0.1:")
    assert threading.active_count() == before


def test_buyers_live_in_a_running_world() -> None:
    with Sandbox.start(chats=20, buyers=True, scale=0.001) as sandbox:
        ask = Asking(sandbox)
        ask.send(14_800_010, "Здравствуйте!")
        while ask.history(14_800_010, limit=1).json()["result"]["messages"][0]["sender"] != "CUSTOMER":
            pass
        while ask.chats(limit=1).json()["result"]["chats"][0]["chatId"] < 14_800_020:
            pass
        ask.client.close()
