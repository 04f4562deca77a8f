"""The broken builds that whole simulated worlds notice, and all of them."""

from tests.mutants.broken import (
    DELIVERY,
    HISTORY,
    MESSAGES,
    OUTBOX,
    RECONCILER,
    RETRY,
    SCHEMA,
    SENDER,
    WRITING,
    Mutant,
    Patch,
    pytest,
    worlds,
)
from tests.mutants.mechanisms import MECHANISMS
from tests.mutants.on_the_screen import ON_THE_SCREEN
from tests.mutants.rules import RULES

UNCLEAR = "elif outcome.certainty == Certainty.UNCLEAR:"

PROMISES = (
    Mutant(
        "resend on timeout",
        (
            Patch(
                SENDER,
                UNCLEAR,
                "elif outcome.certainty == Certainty.UNCLEAR and outcome.kind != ProblemKind.TIMEOUT:",
            ),
        ),
    ),
    Mutant(
        "5xx as failure",
        (
            Patch(
                SENDER,
                UNCLEAR,
                "elif outcome.certainty == Certainty.UNCLEAR and outcome.kind != ProblemKind.SERVER:",
            ),
            Patch(
                SENDER,
                "refused = problem.certainty == Certainty.REFUSED",
                "refused = problem.certainty == Certainty.REFUSED or problem.kind == ProblemKind.SERVER",
            ),
        ),
    ),
    Mutant(
        "lease instead of lock",
        (
            Patch(
                DELIVERY,
                "if not self._locks.try_hold(item.chat_ref.number):\n                return",
                "if not self._locks.try_hold(item.chat_ref.number) and (\n"
                "                (self._history.server_now() or 0) - item.attempt_at < 30_000\n"
                "            ):\n                return",
            ),
        ),
    ),
    Mutant(
        "commit after the send",
        (
            Patch(
                SENDER,
                "is_held(item):\n            return\n",
                "is_held(item):\n            return\n        early = await self._post(item)\n",
            ),
            Patch(
                SENDER,
                "self._settle_outcome(sending, await self._stoppable(sending))",
                "self._settle_outcome(sending, early)",
            ),
        ),
    ),
    Mutant(
        "unclear put back into the queue after a crash",
        (
            Patch(
                SENDER,
                'item = await self._mark_unclear(item, ProblemKind.CUT, "")',
                "await self._writes.move(item, OutboxState.WAITING)\n                return",
            ),
        ),
    ),
    Mutant(
        "box cleared before the commit",
        (
            Patch(
                WRITING,
                "        return await settled("
                "self._outbox.enqueue(new, also=self._drafts.cleared(chat_ref)))\n",
                "        clear = self._drafts.cleared(chat_ref)\n"
                "        gone = SimpleNamespace(chat_ref=chat_ref)\n"
                "        await settled(self._store.write_state(lambda conn: clear(conn, gone)))\n"
                "        return await settled(self._outbox.enqueue(new))\n",
            ),
            Patch(WRITING, "import uuid\n", "import uuid\nfrom types import SimpleNamespace\n"),
        ),
    ),
    Mutant(
        "a sent row does not head its chat",
        (
            Patch(
                OUTBOX,
                "AND f.state <> 'confirmed' AND f.state <> 'failed' AND NOT f.is_released\n",
                "AND f.state <> 'confirmed' AND f.state <> 'failed' AND f.state <> 'sent'\n",
            ),
        ),
    ),
    Mutant(
        "a look takes messages of other rows",
        (
            Patch(SCHEMA, "CREATE UNIQUE INDEX outbox_claim", "CREATE INDEX outbox_claim"),
            Patch(MESSAGES, "AND created_at >= ? AND NOT EXISTS", "AND created_at >= ? AND 1 OR NOT EXISTS"),
        ),
    ),
    Mutant(
        "a failed look counts",
        (
            Patch(
                RECONCILER,
                "        if isinstance(looked, Problem):",
                "        if isinstance(looked, Problem):\n            looked = item\n"
                "        if looked is None:",
            ),
        ),
    ),
    Mutant(
        "given up after three looks, however soon",
        (
            Patch(
                RECONCILER,
                "looks < LEAST_LOOKS or left > 0",
                "looks < LEAST_LOOKS",
            ),
        ),
    ),
    Mutant(
        "the patience of an earlier attempt counts",
        (
            Patch(
                RECONCILER,
                "if watch is None or watch.what != (item.attempt, item.state):",
                "if watch is None:",
            ),
        ),
        worlds(12),
    ),
    Mutant(
        "the age of a message by the clock on the wall",
        (Patch(SENDER, "self._history.server_now() or UNKNOWN_TIME", "self._ctx.wall_ms()"),),
    ),
    Mutant(
        "a look in an empty chat reads one page",
        (
            Patch(
                HISTORY,
                "            return await self._since(chat_ref, start, Urgency.SEND)\n",
                "            if not start:\n"
                "                return await self._first(chat_ref, Urgency.SEND)\n"
                "            return await self._since(chat_ref, start, Urgency.SEND)\n",
            ),
        ),
        pytest(
            "tests/inbox/sending/test_delivery_rules.py::test_a_look_in_a_chat_that_was_empty_reads_every_page"
        ),
    ),
    Mutant(
        "420 tried again before the told time",
        (Patch(RETRY, "return min(max(problem.retry_after_s, 0.0), LONGEST_HOLD_S)", "return 1.0"),),
    ),
    Mutant(
        "a told time holds one row only",
        (Patch(RETRY, "elif item.problem == ProblemKind.HOURLY_LIMIT:", "elif item.problem == '-':"),),
    ),
)

MUTANTS = (*PROMISES, *RULES, *MECHANISMS, *ON_THE_SCREEN)
