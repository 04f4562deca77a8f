"""What is left of the Market's quotas, as the last answer to any copy of the program told."""

from chat_tui.model.link import Budget
from chat_tui.store.database import Connection


def save(conn: Connection, budget: Budget) -> None:
    """Keep the quota of one operation."""
    conn.execute(
        "INSERT OR REPLACE INTO budget (operation, quota, remaining, resets_at) VALUES (?, ?, ?, ?)",
        (budget.operation, budget.limit, budget.remaining, budget.resets_at),
    )


def load(conn: Connection) -> dict[str, Budget]:
    """All quotas known, by operation."""
    rows = conn.execute("SELECT operation, quota, remaining, resets_at FROM budget")
    return {row[0]: Budget(*row) for row in rows}
