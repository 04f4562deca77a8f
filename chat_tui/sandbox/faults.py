"""How the pretend Market behaves, and the hooks by which a test makes a request go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from starlette.requests import Request

Order = Literal["desc", "asc", "shuffled"]


@dataclass(slots=True)
class Behaviour:
    """How the Market behaves. Fields may be set at any time; every request reads them again.

    The defaults are what is documented; the other values are what it might do instead, has done, or will do.
    """

    message_order: Order = "desc"
    chat_order: Order = "desc"
    from_inclusive: bool = True
    """Whether the answer to `messageIdFrom` includes that message."""
    page_overlap: int = 0
    """Items that a page repeats from the one before; negative = items lost in between."""
    paging: Literal["normal", "loop", "endless"] = "normal"
    """`loop`: the same token for ever; `endless`: a new token for ever, with empty pages."""
    legacy_order_ids: bool = False
    """Whether `orderIds` and `orderId` are still accepted and answered: not since 2026-10-19."""
    campaigns_pager: bool = True
    """Whether getCampaigns answers `page` or `pageSize` with a `pager`; it will be switched off."""
    finished_refused: bool = False
    """Whether a send into a FINISHED chat is refused with 400."""
    trim: bool = False
    """Whether leading and trailing blanks of a text are cut."""
    old_orders: bool = True
    """Whether `orderIds` finds orders older than 30 days."""
    order_retired: bool = False
    """Whether getOrder is refused, as it will be while it is being switched off."""
    parallel_limit: int = 4
    """Requests of a business at once; some operations on orders have a limit of their own."""
    latency_s: float = 0.0
    """Seconds before every answer; its request counts as in flight meanwhile."""
    latency_spread: float = 0.0
    """The share of `latency_s` by which a wait may be shorter or longer, at random: 0 … 1."""
    unversioned: bool = True
    """Whether paths without a version (`/businesses/…`) are still answered; they will be switched off."""
    unauthorized: str = ""
    """The words of the 401 that every credential gets; empty = credentials are checked."""
    files_refuse_key: bool = True
    """Whether the attachment host refuses requests that carry an Api-Key, with 403."""
    files_need_oauth: bool = False
    """Whether the attachment host demands `Authorization: OAuth …`, with 401."""
    files_status: int = 200
    """Any other status is the attachment host's answer to every request, e.g. 404 for an expired link."""

    def shown(self, operation: str, body: Any) -> Any:
        """The JSON to send instead of `body`, that of a 200 answer to this operation."""
        return body


class Fault:
    """What goes wrong with one request; here nothing does. The tests have faults of their own."""

    status: int | None = None
    """Answered instead of the real status; None = the real one."""
    accept: bool = True
    """Whether the request takes effect (a send reaches the ledger) before it is answered."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Added to the usual ones or replacing them; an empty value removes a usual one."""
    read: int | None = None
    """Stop reading after so many bytes of the request's body (0 = at once), wait and cut; None = read all."""

    def content(self, status: int) -> Any:
        """The body (JSON or bytes) of an answer that is not the real one."""
        raise NotImplementedError

    def file(self, status: int, body: bytes) -> tuple[int, bytes]:
        """The answer of the attachment host instead of this one."""
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
        """Whether it ended the connection itself, after as much of that answer as it wanted."""
        return False


NO_FAULT = Fault()
