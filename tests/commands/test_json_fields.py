"""The JSON of the verbs has exactly the fields that the documentation promises."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Run
from tests.support.sandbox import Sandbox

PAGES = ("docs/command-line.md", "docs/ru/command-line.md")
ROOT = Path(__file__).parents[2]
CHAT = {
    *("chat_id", "status", "type", "about", "order_id", "return_id", "campaign_id", "customer", "shop"),
    "waiting_since",
}
LIST = CHAT | {"updated_at", "newest_sender", "snippet", "has_file", "is_unseen", "has_draft", "outbox"}
LIST |= {"is_pinned", "note", "labels"}
SHOW = CHAT | {"is_complete", "messages", "outbox"}
EXPORT = SHOW | {"exported_at", "is_asked"}
MESSAGE = {"message_id", "created_at", "sender", "text", "files"}
FILE = {"name", "size", "url"}
REPLIES = {"answered", "median_s", "p95_s"}
NOW = {"waiting", "longest_wait_s", "longest_chat_id", "chats", "chats_read"}
STATS = REPLIES | NOW | {"since", "hours", "covered_since"}
ITEM = {"outbox_id", "created_at", "state", "kind", "text", "file_name", "problem", "error"}


def test_verbs_give_exactly_these_fields(run: Run, market: Sandbox) -> None:
    chat_id = market.open_direct("Когда?")
    market.say(chat_id, None, files=[("чек.pdf", b"x")])
    run("show", chat_id)
    run("send", chat_id, "Завтра", "--queue")

    def told(*argv: Any) -> Any:
        return json.loads(run("--lang", "ru", *argv).out)

    (listed,) = [chat for chat in told("list", "--json") if chat["chat_id"] == chat_id]
    shown = told("show", chat_id, "--json")
    exported = told("export", chat_id, "--offline", "--format", "json")
    assert (listed.keys(), shown.keys(), exported.keys()) == (LIST, SHOW, EXPORT)
    for value in (shown, exported):
        assert {frozenset(message) for message in value["messages"]} == {frozenset(MESSAGE)}
        assert value["messages"][1]["files"][0].keys() == FILE
        assert [item.keys() for item in value["outbox"]] == [ITEM]
    figures = told("stats", "--json")
    assert figures.keys() == STATS
    assert {frozenset(hour) for hour in figures["hours"]} == {frozenset(REPLIES | {"hour"})}
    heads = run("--lang", "ru", "stats", "--csv").out.splitlines()[0].split(",")
    assert set(heads) == REPLIES | NOW | {"hour"}
    assert {name: shown[name] for name in CHAT} == {name: listed[name] for name in CHAT}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_them_all(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    (table,) = re.findall(r"<!-- fields -->\n(.*?)<!-- /fields -->", text, re.DOTALL)
    named = set(re.findall(r"`([a-z_0-9]+)`", table)) - {"list", "show", "export", "all"}
    assert named == LIST | SHOW | EXPORT | MESSAGE | FILE | ITEM | STATS | {"hour"}
