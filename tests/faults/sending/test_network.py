"""Sending without a route to the Market, or without trust in its server."""

import gc
import shutil
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.sending.retry import RetrySchedule
from chat_tui.market.client import MarketClient
from chat_tui.market.network import Deadlines
from chat_tui.model.ids import OutboxId
from chat_tui.model.link import LinkState
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from tests.faults.support.tiers import thorough
from tests.faults.support.trial import Trial, short
from tests.support.certificates import make_certificates, serving
from tests.support.faults import Answer
from tests.support.raw_market import raw_market, reply
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

WAITED_S = 3.0
"""The deadline of a connection that is never made: far longer than any answer of the inbox takes."""

AN_ITEM = OutboxItem(OutboxId("a"), ref(1), 1, OutboxKind.TEXT, "m1", "", 0, "", OutboxState.WAITING, 0, 0)


class CountingClient(MarketClient):
    """Counts its requests."""

    asked = 0

    async def get_chat_history(self, *args: Any, **kwargs: Any) -> Any:
        type(self).asked += 1
        return await super().get_chat_history(*args, **kwargs)

    async def send_message(self, *args: Any, **kwargs: Any) -> Any:
        type(self).asked += 1
        return await super().send_message(*args, **kwargs)


def waits_after(kind: ProblemKind, tries: int) -> list[float]:
    """The pauses of the program with its standard settings."""
    waits = RetrySchedule(InboxSettings(), lambda: 0)
    return [waits.turned_away(AN_ITEM, Problem(kind)) for _ in range(tries)]


async def test_f_001_nothing_listens_then_somebody_does(trial: Trial, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with Sandbox.start(chats=10, seed=5, journal=journal) as before:
        port = int(before.url.rsplit(":", 1)[1])
        trial.market = before
        (chat,) = await trial.warm(1)
        trial.open()
    outbox_id = await trial.send(chat, "m1")
    item = await trial.reaches(outbox_id, OutboxState.WAITING)
    assert item.problem == ProblemKind.OFFLINE
    await until(_state_is(trial, LinkState.OFFLINE))
    with Sandbox.start(chats=10, seed=5, journal=journal, port=port) as after:
        trial.market = after
        await trial.confirmed(outbox_id)
        assert trial.texts(chat) == ["m1"]
        await trial.check()


def test_f_001_pauses_grow_with_jitter_to_a_minute() -> None:
    rounds = [waits_after(ProblemKind.OFFLINE, 12) for _ in range(50)]
    for number in range(12):
        pauses = [pauses[number] for pauses in rounds]
        longest = min(60.0, 2.0 ** (number + 1))
        assert 0.05 * longest < min(pauses) < max(pauses) <= longest
        assert len(set(pauses)) == 50


def _state_is(trial: Trial, state: LinkState) -> Any:
    async def is_so() -> bool:
        return trial.shop.inbox.link().state == state

    return is_so


async def test_f_002_the_name_does_not_resolve_for_a_while(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    (chat,) = await trial.warm(1)
    real, failing, looked_up = socket.getaddrinfo, 4, []

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in {b"localhost", "localhost"}:
            looked_up.append(CountingClient.asked)
            if len(looked_up) <= failing:
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            host = "127.0.0.1"
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(CountingClient, "asked", 0)
    access = trial.client(trial.market.url.replace("127.0.0.1", "localhost"))._access
    shop = trial.open(background=False, connect=lambda: CountingClient(access, deadlines=short()))
    states: list[LinkState] = []
    shop.inbox.subscribe(lambda _: states.append(shop.inbox.link().state))
    outbox_id = await trial.send(chat, "m1")
    assert (await shop.inbox.outbox.deliver(outbox_id)).state == OutboxState.CONFIRMED
    assert looked_up == list(range(1, CountingClient.asked + 1)), "one look-up per try"
    assert LinkState.OFFLINE in states
    assert trial.texts(chat) == ["m1"]
    await trial.check()


async def test_f_003_a_connection_that_is_never_made(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        nowhere = f"http://127.0.0.1:{port}"
        shop = trial.open(connect=lambda: trial.client(nowhere, deadlines=Deadlines(connect=WAITED_S)))
        outbox_id = await trial.send(chat, "m1")
        slowest = 0.0

        async def waits() -> bool:
            nonlocal slowest
            asked = time.monotonic()
            item = await trial.item(outbox_id)
            await shop.inbox.chats.timeline(chat)
            slowest = max(slowest, time.monotonic() - asked)
            return item is not None and item.state == OutboxState.WAITING

        await until(waits)
        assert slowest < WAITED_S, "a caller of the inbox waits for no connection"
        await shop.close()
        for filler in fillers:
            filler.close()
    trial.open()
    await trial.confirmed(outbox_id)
    await trial.check()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("tls"))


# If the program ends during a handshake, its transport or socket is left to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("self", "The server's certificate is self-signed."),
        thorough(("expired", "The server's certificate has expired.")),
        ("othername", "The server's certificate is for another name."),
        thorough(("unknown", "The server's certificate comes from an unknown issuer.")),
    ],
)
async def test_f_004_a_bad_certificate(
    trial: Trial, certificates: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    (chat,) = await trial.warm(1)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    async with raw_market(reply(), tls=serving(certificates, name)) as wrong:
        shop = trial.open(connect=lambda: trial.client(wrong.url, deadlines=Deadlines()))
        outbox_id = await trial.send(chat, "m1")
        item = await trial.reaches(outbox_id, OutboxState.WAITING)
        assert (item.problem, item.error) == (ProblemKind.CERTIFICATE, words)
        assert wrong.asked == [], "no byte of a request was sent"
        await shop.close()
    assert trial.posts() == []
    trial.open()
    await trial.confirmed(outbox_id)
    await trial.check()
    gc.collect()


def test_f_004_a_bad_certificate_is_tried_again_after_a_minute_at_the_earliest() -> None:
    assert min(waits_after(ProblemKind.CERTIFICATE, 50)) >= 60.0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
async def test_f_004_a_good_certificate_is_what_the_others_are_measured_by(
    trial: Trial, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    async with raw_market(reply(), tls=serving(certificates, "good")) as right:
        client = trial.client(right.url)
        await client.send_message(ref(1), "m1")
        await client.aclose()
        assert len(right.asked) == 1


async def test_f_005_a_server_that_never_reads(trial: Trial, tmp_path: Path) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    photo = tmp_path / "большое фото.jpg"
    photo.write_bytes(bytes(range(256)) * 15_625)
    trial.script(Answer(read=0, until=(ended := threading.Event())), operation="sendFileToChat")
    outbox_id = await trial.send_file(chat, photo)
    item = await trial.unconfirmed(outbox_id)
    ended.set()
    assert item.problem in {ProblemKind.TIMEOUT, ProblemKind.CUT}
    assert len(trial.posts("sendFileToChat")) == 1
    await trial.check()
