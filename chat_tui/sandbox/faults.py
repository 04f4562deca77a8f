"""Everything that can be switched on a running pretend Market: how it behaves, and scripted answers."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chat_tui.sandbox.times import TimeFormat

Order = Literal["desc", "asc", "shuffled"]


@dataclass(slots=True)
class Behaviour:
    """How the Market behaves until a test sets a field otherwise; read anew by every request."""

    message_order: Order = "desc"
    chat_order: Order = "desc"
    from_inclusive: bool = True
    """Whether the answer to `messageIdFrom` holds that message itself."""
    payload: Literal["absent", "null"] = "absent"
    """What a message without files says about them."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Enum words to replace in answers, e.g. {"FINISHED": "WAITING_FOR_ROBOT", "SUPPORT": "BOT"}."""
    extra_fields: bool = False
    """Unknown fields at every level of every answer."""
    customer: Literal["full", "missing", "nameless"] = "full"
    direct_ids: bool = False
    """Whether a question to the shop (DIRECT) names the shop; documented is that it does not."""
    time_format: TimeFormat = "offset_ms"
    page_overlap: int = 0
    """How far every next page reaches back into the one before; negative = items lost in between."""
    paging: Literal["normal", "loop", "endless"] = "normal"
    """`loop`: the same token for ever; `endless`: a new token for ever, with empty pages."""
    legacy_order_ids: bool = False
    """Whether `orderIds` and `orderId` are still understood and answered: not since 2026-10-19."""
    legacy_client_id: bool = False
    """Whether getCampaigns still tells a `clientId`: not since 2026-10-05."""
    campaigns_pager: bool = True
    """Whether getCampaigns, asked with `page` or `pageSize`, answers a `pager`; it is to be switched off."""
    finished_refused: bool = False
    """Whether a send into a FINISHED chat is refused with 400."""
    dispute_in_new_chat: bool = False
    trim: bool = False
    """Whether leading and trailing blanks of a text are cut."""
    old_orders: bool = True
    """Whether `orderIds` finds orders that are older than 30 days."""
    order_retired: bool = False
    """Whether getOrder is refused as it will be while it is being switched off."""
    parallel_limit: int = 4
    latency_s: float = 0.0
    """Every answer waits this long, its request still counting as one that is under way."""
    latency_spread: float = 0.0
    """By which share of it the wait of one answer may be shorter or longer, at random: 0 … 1."""
    unversioned: bool = True
    """Whether paths without a version (`/businesses/…`) still answer; they are to be switched off."""
    unauthorized: str = ""
    """The words of the 401 that every credential gets; empty = credentials are checked."""
    files_refuse_key: bool = True
    """Whether the attachment host refuses requests that carry an Api-Key, with 403."""
    files_need_oauth: bool = False
    """Whether the attachment host asks for `Authorization: OAuth …`, with 401."""
    files_status: int = 200
    """Anything else is the answer of the attachment host to everything, e.g. 404 for an expired link."""
    edit: Callable[[str, Any], Any] | None = None
    """Called with the operation and the JSON body of a 200 answer; what it returns is sent instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request gets instead of, or after, the real treatment."""

    status: int | None = None
    """None = the real answer."""
    body: bytes | str | Mapping[str, Any] | None = None
    """None with a status: the error envelope of that status, or {"status":"OK"} for 200."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to or replacing the usual ones, in lower case; an empty value leaves a usual one out."""
    accept: bool = True
    """Whether the request takes effect (a send reaches the ledger) before it is answered."""
    delay_s: float = 0.0
    """Wait after acceptance, before the answer."""
    until: threading.Event | None = None
    """Wait, after acceptance, until a test sets it."""
    cut: Literal["", "close", "reset"] = ""
    """End the connection in the midst of the answer: orderly (FIN) or not (RST)."""
    cut_after: int | None = None
    """Bytes of the body that go out before the cut; None = not even the head."""
    raw: bytes | None = None
    """Bytes for the wire instead of any HTTP answer; then the connection is closed."""
    drip_s: float = 0.0
    """Seconds between the single bytes of `raw`."""
    read: int | None = None
    """Stop reading after so many bytes of the request's body (0 = not even begin), wait, and cut."""


PORTAL = "<html><body>Войдите в сеть</body></html>"
"""What a captive portal says."""


def accepted_then(cut: Literal["close", "reset"]) -> Answer:
    """The request took effect, but its answer is lost."""
    return Answer(cut=cut)


def lost(cut: Literal["close", "reset"]) -> Answer:
    """The request arrived and took no effect; there is no answer."""
    return Answer(cut=cut, accept=False)


def half_answer() -> Answer:
    """Accepted; the head announces 100 bytes, nine come."""
    return Answer(status=200, body=b'{"status"', headers={"content-length": "100"}, cut="close", cut_after=9)


def burst(status: int, count: int, *, accept: bool = False) -> Sequence[Answer]:
    """`count` answers like 500 or 503, with or without effect."""
    return [Answer(status=status, accept=accept)] * count


def bad_gateway(status: int = 502) -> Answer:
    """A gateway's page instead of JSON; not accepted."""
    page = f"<html><head><title>{status}</title></head><body>{'nginx ' * 500}</body></html>"
    return Answer(status=status, body=page, headers={"content-type": "text/html"}, accept=False)


def portal(*, accept: bool = False) -> Answer:
    """200 with HTML."""
    return Answer(
        status=200, body=PORTAL, headers={"content-type": "text/html; charset=utf-8"}, accept=accept
    )


class Script:
    """Answers in store, per operation; each request takes one.

    "*" stands for every operation, "file" for the attachment host, which is none.
    """

    def __init__(self) -> None:
        self._answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._lock = threading.Lock()

    def add(self, operation: str, answers: Sequence[Answer]) -> None:
        """Put answers behind those already waiting."""
        with self._lock:
            self._answers[operation].extend(answers)

    def take(self, operation: str, *, shared: bool = True) -> Answer | None:
        """The next answer for this operation, its own before those for all (unless not `shared`)."""
        with self._lock:
            for name in (operation, "*") if shared else (operation,):
                if self._answers[name]:
                    return self._answers[name].popleft()
        return None

    def left(self, operation: str) -> int:
        """How many answers still wait under this name."""
        with self._lock:
            return len(self._answers[operation])

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._answers.clear()
