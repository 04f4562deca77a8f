"""Sending when the Market refuses: the key, the chat, the text, or the region."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chat_tui.market.client import MarketClient
from chat_tui.model.link import LinkState
from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import ProblemKind
from chat_tui.words.delivery import delivery_reason
from tests.faults.support.trial import FILE, Trial
from tests.support.faults import Answer, lost
from tests.support.raw_market import raw_market, reply
from tests.support.shop import QUICK, Shop, item_of
from tests.support.waiting import PATIENCE_S, until


def error(status: int, message: str) -> Answer:
    """A refusal with a message."""
    body = {"status": "ERROR", "errors": [{"code": "X", "message": message}]}
    return Answer(status=status, body=body, accept=False)


def scans_of(shop: Shop) -> Callable[[], int]:
    """A counter of the scans that the copy makes of its outbox from now on."""
    delivery = shop.inbox._engine.delivery
    begin, count = delivery._begin_what_is_due, 0

    async def counted() -> float:
        nonlocal count
        count += 1
        return await begin()

    delivery._begin_what_is_due = counted  # type: ignore[method-assign]
    return lambda: count


async def test_f_024_401_while_running(trial: Trial) -> None:
    *chats, unclear = await trial.warm(3)
    late: list[str] = []
    shop = trial.open(
        connect=lambda: late_calls_of(trial, late), settings=replace(QUICK, settle_s=PATIENCE_S)
    )
    trial.script(lost("reset"))
    looked_for = await trial.send(unclear, "дошло ли?")
    await until(lambda: _is(trial, LinkState.ONLINE))
    # At the Market, not only on its way there: otherwise another one would be lost.
    await until(lambda: _reached(lambda: len(trial.posts()), 1))
    trial.market.behaviour.unauthorized = "Token expired"
    sent = [await trial.send(chats[number % 2], f"m{number}") for number in range(5)]
    await until(lambda: _is(trial, LinkState.REFUSED))
    assert shop.inbox.link().sends_paused is not None
    scans = scans_of(shop)
    await until(lambda: _reached(scans, 12))
    assert not late, "no more requests with that key, not even to look up"
    assert len(trial.posts()) <= 3, "at most one per chat"
    await shop.close()
    trial.market.behaviour.unauthorized = ""
    trial.open()
    await trial.confirmed(*sent)
    await trial.unconfirmed(looked_for)
    await trial.check()


def late_calls_of(trial: Trial, late: list[str]) -> MarketClient:
    """A client that records the requests started with a key that was known to be refused."""
    client = trial.client()
    call = client._call

    async def noted(operation: str, *told: Any, **more: Any) -> Any:
        if trial.shop.inbox.link().state is LinkState.REFUSED:
            late.append(operation)
        return await call(operation, *told, **more)

    client._call = noted  # type: ignore[method-assign]
    return client


async def _reached(count: Callable[[], int], least: int) -> bool:
    return count() >= least


async def _is(trial: Trial, state: LinkState) -> bool:
    return trial.shop.inbox.link().state == state and trial.market.idle


async def test_f_025_403_on_sends_only(trial: Trial) -> None:
    one, other = await trial.warm(2)
    shop = trial.open(connect=lambda: trial.client(key=trial.market.read_only_key))
    sent = [await trial.send(one, "m1"), await trial.send(other, "m2")]
    item = await trial.reaches(sent[0], OutboxState.WAITING)
    assert item.problem == ProblemKind.FORBIDDEN
    paused = shop.inbox.link().sends_paused
    assert paused is not None
    assert paused.kind == ProblemKind.FORBIDDEN
    trial.market.say(one.number, "Вы тут?")

    async def read_on() -> bool:
        listed = await shop.inbox.chats.item(one)
        return listed is not None and listed.snippet == "Вы тут?"

    await until(read_on)
    assert shop.inbox.link().state == LinkState.ONLINE
    await shop.close()
    trial.open()
    await trial.confirmed(*sent)
    await trial.check()


async def test_f_026_404_for_one_chat(trial: Trial) -> None:
    one, other = await trial.warm(2)
    trial.open()
    trial.script(error(404, "Can't find chat by id: '17'"))
    outbox_id = await trial.send(one, "m1")
    item = await trial.reaches(outbox_id, OutboxState.FAILED)
    assert item.problem == ProblemKind.NOT_FOUND
    await trial.confirmed(await trial.send(other, "m2"))
    assert (await trial.discard(outbox_id)).text == "m1"
    await trial.check()


async def test_f_027_400_with_hostile_words(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(error(400, "\x1b[2J[/]плохо"))
    outbox_id = await trial.send(chat, "m1")
    shown = delivery_reason(await trial.reaches(outbox_id, OutboxState.FAILED))
    assert "[/]плохо" in shown, "the brackets are text, not markup"
    assert shown.isprintable()
    await trial.check()


@pytest.mark.parametrize("status", [413, 415])
async def test_f_029_a_refused_file(
    trial: Trial, tmp_path_factory: pytest.TempPathFactory, status: int
) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    photo = tmp_path_factory.mktemp("photos") / "фото.png"
    photo.write_bytes(b"\x89PNG" * 100)
    trial.market.script(FILE, [error(status, "No such files here")])
    outbox_id = await trial.send_file(chat, photo)
    item = await trial.reaches(outbox_id, OutboxState.FAILED)
    assert item.error == "No such files here"
    assert len(trial.posts(FILE)) == 1
    await trial.check()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_f_030_a_redirect_to_another_host(trial: Trial, status: int) -> None:
    (chat,) = await trial.warm(1)
    async with raw_market(reply()) as other:
        trial.open()
        trial.script(Answer(status=status, headers={"location": f"{other.url}/v2/x"}, accept=False))
        item = await trial.reaches(await trial.send(chat, "m1"), OutboxState.FAILED)
        assert item.problem == ProblemKind.UNEXPECTED_ANSWER
        await trial.check()
        assert other.connections == 0


@pytest.mark.parametrize(("status", "place"), [(307, "/v2/elsewhere"), (302, "http://127.0.0.1/")])
async def test_f_031_a_redirect_on_the_same_host(trial: Trial, status: int, place: str) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(Answer(status=status, headers={"location": place}, accept=False))
    outbox_id = await trial.send(chat, "m1")
    await trial.reaches(outbox_id, OutboxState.FAILED)
    assert not [request for request in trial.market.requests if "elsewhere" in request.path]
    assert await trial.shop.inbox.outbox.resend(await item_of(trial.shop.inbox, outbox_id)) is None
    await trial.confirmed(outbox_id)
    await trial.check()


def test_f_032_a_plain_http_address() -> None:
    surroundings = {
        **os.environ,
        "CHAT_TUI_API_URL": "http://market.example",
        "CHAT_TUI_API_KEY": "ACMA:sentinel:1",
        "CHAT_TUI_BUSINESS_ID": "1",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "chat_tui", "list"],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "https" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert "sentinel" not in ended.stderr + ended.stdout
