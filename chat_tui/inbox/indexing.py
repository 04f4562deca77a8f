"""Making what a cache held before there was a search findable: in the background, the newest first."""

import asyncio
import logging

from chat_tui.inbox.ground import Ground
from chat_tui.store import indexing
from chat_tui.store.errors import StoreBusy, StoreProblem

BATCH = 200
"""Rows of one transaction: about 20 ms, so that nobody's writing waits for long."""
PAUSE_S = 0.02

log = logging.getLogger(__name__)


async def index_the_rest(ground: Ground) -> None:
    """Index what is left, if anything is; where nothing can be written, the next start goes on."""
    is_more = True
    while is_more:
        try:
            is_more = await ground.write_cache(indexing.index_more, BATCH)
        except StoreBusy:
            log.info("indexing waits: another copy is writing")
        except StoreProblem:
            log.warning("indexing ended: the cache cannot be written")
            return
        await asyncio.sleep(PAUSE_S)
