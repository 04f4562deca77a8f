"""Cases 003 and 030: what verbs say about a time zone, certificates and addresses that cannot be used."""

import json
import os
import time

import pytest

from tests.commands.conftest import Run
from tests.commands.test_doctor import told


@pytest.mark.parametrize(
    ("value", "words", "code"),
    [
        ("MSK-3", "good: MSK-3, now UTC+0300", 0),
        ("<-0330>3:30", "good: <-0330>3:30, now UTC-0330", 0),
        ("Asia/Tokyo", "good: Asia/Tokyo, now UTC+0900", 0),
        ("", "good: UTC, now UTC+0000", 0),
        ("Mars/Olympus", "bad: ", 1),
        ("\u043c\u0441\u043a", "bad: ", 1),
        ("/dev/zero", "bad: ", 1),
    ],
)
def test_the_time_zone_has_a_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, value: str, words: str, code: int
) -> None:
    before = os.environ.get("TZ", "UTC")
    monkeypatch.setenv("TZ", value)
    time.tzset()
    try:
        ran = run("doctor", "--json")
        listed = run("stats")
    finally:
        monkeypatch.setenv("TZ", before)
        time.tzset()
    assert told(ran)["zone"].startswith(words)
    assert ran.code == code
    repair = next(row["repair"] for row in json.loads(ran.out) if row["check"] == "zone")
    assert repair.startswith(f"TZ is not a time zone ({value})" if code else "")
    assert (listed.code, listed.err) == (0, f"chat-tui: {repair}\n" if code else "")


@pytest.mark.parametrize("argv", [["list"], ["sync", "--once"], ["show", "1"], ["send", "1", "x"], ["stats"]])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("SSL_CERT_FILE", "/nonexistent"),
            ("SSL_CERT_FILE", "/dev/null"),
            ("SSL_CERT_DIR", "/dev/fd/none"),
        ),
        *(("ALL_PROXY", "socks5://x"), ("HTTPS_PROXY", "http://[::1")),
    ],
)
def test_a_verb_says_what_is_no_use_and_ends_with_2(
    run: Run,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    argv: list[str],
    name: str,
    value: str,
) -> None:
    environment["CHAT_TUI_API_URL"] = "https://market.example"
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(name, value)
    for is_named in (True, False):
        if not is_named:
            del environment["CHAT_TUI_BUSINESS_ID"]
        ran = run(*argv)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"chat-tui: {name} ")
        assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "url", ["http://[::1].evil.com", "http://[::1", "https://user:pw@host", "https://a:99999"]
)
def test_an_odd_address_is_one_sentence(run: Run, environment: dict[str, str], url: str) -> None:
    environment["CHAT_TUI_API_URL"] = url
    ran = run("list")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "chat-tui: CHAT_TUI_API_URL: this is not the address of an API\n"
