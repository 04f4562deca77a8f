"""Whether the key may send at all: known from the last start at once, asked anew in every run."""

import logging
from typing import Final

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.market import MarketApi
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import cursors
from chat_tui.store.errors import tolerated

RIGHTS: Final = "rights"
"""The name under which it is remembered, with the cache: `read` or `write`."""

log = logging.getLogger(__name__)


class RightsCheck:
    """Tells the bus when nothing may be sent because of the key. An answer that says nothing, as a
    failure, changes nothing: the Market itself refuses what is not allowed.
    """

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx

    async def learn(self) -> None:
        """Say what is remembered, then ask (getAuthTokenInfo) and remember the answer."""
        remembered = await self._ctx.read(cursors.get, RIGHTS)
        if remembered == "read":
            self._tell(may_write=False)
        rights = await self._ctx.client.ask(Urgency.NEWS, MarketApi.get_key_rights)
        if isinstance(rights, Problem) or not rights.may_read:
            return
        self._tell(may_write=rights.may_write)
        told = "write" if rights.may_write else "read"
        if told == remembered:
            return
        with tolerated(log, "rights not remembered"):
            await self._ctx.write_cache(cursors.set_, RIGHTS, told)

    def _tell(self, *, may_write: bool) -> None:
        self._ctx.bus.restrict(None if may_write else Problem(ProblemKind.KEY_READ_ONLY))
