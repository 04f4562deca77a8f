"""Whether the key may send at all: known from the last start at once, asked anew in every run."""

import logging
from typing import Final

from chat_tui.inbox.ground import Ground
from chat_tui.model.allowance import Urgency
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import cursors
from chat_tui.store.errors import StoreError

RIGHTS: Final = "rights"
"""The name under which it is remembered, with the cache: `read` or `write`."""

log = logging.getLogger(__name__)


class Permission:
    """Tells the bulletin when nothing may be sent because of the key. An answer that says nothing, as a
    failure, changes nothing: the Market itself refuses what is not allowed.
    """

    def __init__(self, ground: Ground) -> None:
        self._g = ground

    async def learn(self) -> None:
        """Say what is remembered, then ask (getAuthTokenInfo) and remember the answer."""
        remembered = await self._g.read(cursors.get, RIGHTS)
        if remembered == "read":
            self._tell(may_write=False)
        rights = await self._g.market(Urgency.NEWS).get_key_rights()
        if isinstance(rights, Problem) or not rights.may_read:
            return
        self._tell(may_write=rights.may_write)
        told = "write" if rights.may_write else "read"
        if told == remembered:
            return
        try:
            await self._g.write_cache(cursors.set_, RIGHTS, told)
        except StoreError as error:
            log.warning("rights not remembered: %s", type(error).__name__)

    def _tell(self, *, may_write: bool) -> None:
        self._g.bulletin.restrict(None if may_write else Problem(ProblemKind.KEY_READ_ONLY))
