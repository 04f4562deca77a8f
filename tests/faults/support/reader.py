"""A process that reads the list from an address several times, and reports each outcome and its memory.

python -m tests.faults.support.reader URL TIMES
"""

import asyncio
import json
import re
import sys
from pathlib import Path

from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.ids import BusinessId
from chat_tui.model.problem import Problem


def peak_kib() -> int:
    """The peak memory of this process; unlike getrusage it does not include that of its parent."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert told is not None
    return int(told[1])


async def read(url: str, times: int) -> None:
    """One call to warm up, then the others; a line of JSON for each of them."""
    client = MarketClient(Access(url, "ACMA:reader:1", business_id=BusinessId(1)))
    await client.get_chats()
    before = peak_kib()
    for _ in range(times):
        outcome = await client.get_chats()
        ended = outcome.kind if isinstance(outcome, Problem) else f"skipped {len(outcome.unreadable)}"
        sys.stdout.write(json.dumps({"ended": ended, "grew_kib": peak_kib() - before}) + "\n")
    await client.aclose()


if __name__ == "__main__":
    asyncio.run(read(sys.argv[1], int(sys.argv[2])))
