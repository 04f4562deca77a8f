"""A running pretend Market and a plain client for it."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.sandbox import Sandbox

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Asking:
    """Shortcuts for the calls of one business, over real HTTP."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        # Without the public certificates: loading them takes longer than most of these tests.
        self.client = httpx.Client(timeout=60, verify=_NO_TLS, trust_env=False)
        self.business = f"{sandbox.url}/v2/businesses/{sandbox.business_id}"
        self.headers = {"Api-Key": sandbox.api_key}

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request; `path` is absolute (with the version) or relative to the business."""
        url = self.sandbox.url + path if path.startswith("/v") else self.business + path
        return self.client.request(method, url, headers={**self.headers, **more.pop("headers", {})}, **more)

    def chats(self, body: Any = None, **query: Any) -> httpx.Response:
        """getChats."""
        return self.request("POST", "/chats", params=query, json=body or {})

    def history(self, chat_id: int, body: Any = None, **query: Any) -> httpx.Response:
        """getChatHistory."""
        return self.request("POST", "/chats/history", params={"chatId": chat_id, **query}, json=body or {})

    def send(self, chat_id: int, text: Any, **more: Any) -> httpx.Response:
        """sendMessageToChat."""
        return self.request(
            "POST", "/chats/message", params={"chatId": chat_id}, json={"message": text}, **more
        )

    def send_file(self, chat_id: int, name: str, content: bytes) -> httpx.Response:
        """sendFileToChat."""
        return self.request(
            "POST", "/chats/file/send", params={"chatId": chat_id}, files={"file": (name, content)}
        )

    def create(self, kind: str, number: int) -> httpx.Response:
        """createChat."""
        return self.request("POST", "/chats/new", json={"context": {"type": kind, "id": number}})


def said(answer: httpx.Response) -> str:
    """The words of an error answer."""
    return str(answer.json()["errors"][0]["message"])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A small world."""
    with Sandbox.start(chats=130) as running:
        yield running


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Asking]:
    """A client with the default key."""
    asking = Asking(sandbox)
    with asking.client:
        yield asking
