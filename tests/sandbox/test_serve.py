"""The whole thing, from outside: it starts, answers, and ends."""

from tests.sandbox.conftest import Asking


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
