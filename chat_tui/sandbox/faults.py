"""How the pretend Market behaves, and where a test may make a request go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from starlette.requests import Request

Order = Literal["desc", "asc", "shuffled"]


@dataclass(slots=True)
class Behaviour:
    """How the Market behaves until somebody sets a field otherwise; read anew by every request.

    The defaults are what is documented; the other values are what it might do instead, has done, or will do.
    """

    message_order: Order = "desc"
    chat_order: Order = "desc"
    from_inclusive: bool = True
    """Whether the answer to `messageIdFrom` holds that message itself."""
    page_overlap: int = 0
    """How far every next page reaches back into the one before; negative = items lost in between."""
    paging: Literal["normal", "loop", "endless"] = "normal"
    """`loop`: the same token for ever; `endless`: a new token for ever, with empty pages."""
    legacy_order_ids: bool = False
    """Whether `orderIds` and `orderId` are still understood and answered: not since 2026-10-19."""
    campaigns_pager: bool = True
    """Whether getCampaigns, asked with `page` or `pageSize`, answers a `pager`; it is to be switched off."""
    finished_refused: bool = False
    """Whether a send into a FINISHED chat is refused with 400."""
    trim: bool = False
    """Whether leading and trailing blanks of a text are cut."""
    old_orders: bool = True
    """Whether `orderIds` finds orders that are older than 30 days."""
    order_retired: bool = False
    """Whether getOrder is refused as it will be while it is being switched off."""
    parallel_limit: int = 4
    """Requests of a business at once; those for orders have a limit of their own."""
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

    def shown(self, operation: str, body: Any) -> Any:
        """What is sent instead of `body`, the JSON of a 200 answer to this operation."""
        return body


class Fault:
    """What one request meets besides the real treatment; this one is none. Tests have others."""

    status: int | None = None
    """Answered instead of the real status; None = the real one."""
    accept: bool = True
    """Whether the request takes effect (a send reaches the ledger) before it is answered."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Added to or replacing the usual ones, in lower case; an empty value leaves a usual one out."""
    read: int | None = None
    """Stop reading after so many bytes of the request's body (0 = not even begin), wait, and break off."""

    def content(self, status: int) -> Any:
        """The body (JSON, or bytes) where not the real answer is given."""
        raise NotImplementedError

    def file(self, status: int, body: bytes) -> tuple[int, bytes]:
        """What the attachment host answers, given what it would."""
        return status, body

    @property
    def waits(self) -> bool:
        """Whether `wait` takes any time."""
        return False

    async def wait(self) -> None:
        """Wait after the request took effect, before it is answered."""

    async def breaks_off(
        self, request: Request, status: int, headers: Mapping[str, str], body: bytes
    ) -> bool:
        """Whether it ended the connection by itself, with as much of that answer as it wanted."""
        return False


NO_FAULT = Fault()
