"""The end of a run of several processes: the operator answers every question."""

from collections import Counter
from collections.abc import Callable, Sequence

from tests.faults.support.checks import Typed, ledger_marks
from tests.faults.support.processes import Process, await_true
from tests.support.sandbox import Sandbox


def settle_by_asking(
    market: Sandbox,
    process: Process,
    typed: Sequence[Typed],
    patience_s: float = 60.0,
    meanwhile: Callable[[], None] = lambda: None,
) -> Counter[str]:
    """Resend items that were not found until none is open; return the number of resends by state."""
    marks = {one.outbox_id: one for one in typed}
    asked: Counter[str] = Counter()

    def settled() -> bool:
        meanwhile()
        items = [item for item in process.ask("open_items")["items"] if not item["released"]]
        for item in items:
            if item["state"] in {"unconfirmed", "failed"}:
                asked[item["state"]] += 1
                one = marks[item["id"]]
                assert one.mark not in ledger_marks(market.ledger, one.chat_ref), (
                    "asked though the message is there"
                )
                # A resend looks once more first, and that may fail as well: then the next round repeats it.
                process.ask("resend", id=item["id"])
        return not items

    await_true(settled, "an end of everything", patience_s)
    return asked
