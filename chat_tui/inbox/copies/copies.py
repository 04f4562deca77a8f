"""What one running copy of the program shares with the other copies on this machine, put together."""

from collections.abc import Callable

from chat_tui.clock import boot_clock
from chat_tui.inbox.copies.leader import Leadership, Locks, Presence
from chat_tui.inbox.copies.rate_limit import ConcurrencyLimit, Quotas, RateLimitedClient
from chat_tui.inbox.events import LinkMonitor
from chat_tui.inbox.market import Unreachable
from chat_tui.model.ids import Millis
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store.database import Store
from chat_tui.store.locks import CHATS, ByteLock, NoLocks


class Copies:
    """Kernel locks, quotas and signs of life of one store. StoreProblem if a lock file cannot be opened."""

    def __init__(self, store: Store, link: LinkMonitor, poll_s: float, wall_ms: Callable[[], Millis]) -> None:
        """`poll_s` is the pause in seconds between two looks at the list while an operator is at a screen."""
        data_dir = store.paths.data_dir
        # If nothing can be written, nothing is read or sent either, so no other copy has to be kept out.
        locks = NoLocks if store.unwritable else ByteLock
        self.clock = boot_clock()
        self.quotas = Quotas(store, self.clock, wall_ms)
        # The engine replaces it by the real client when it opens.
        nobody = Unreachable(Problem(ProblemKind.OFFLINE))
        self.client = RateLimitedClient(
            nobody, ConcurrencyLimit(locks(data_dir / "slots.lock")), self.quotas, link
        )
        self.leadership = Leadership(store, locks(data_dir / "leader.lock"), self.clock)
        self.presence = Presence(store, self.clock, poll_s)
        self.chat_locks: Locks = locks(data_dir / CHATS)
        """By number of a chat: the copy that acts for its outbox."""
