"""The broken builds that break a single rule, and the test that knows the rule."""

from tests.mutants.broken import (
    DELIVERY,
    HISTORY,
    MERGING,
    OUTBOX,
    RECONCILER,
    SENDER,
    SYNC,
    Mutant,
    Patch,
    pytest,
)

RULES_OF_DELIVERY = "tests/inbox/sending/test_delivery_rules.py"
TROUBLES = "tests/inbox/sending/test_delivery_troubles.py"
UNGUARDED = "tests/inbox/sending/test_unguarded_lines.py"

RULES = (
    Mutant(
        "an item of yesterday goes without asking",
        (
            Patch(
                SENDER,
                "if self._ctx.wall_ms() - item.asked_at > self._ctx.settings.max_age_s * 1000:",
                "if item.asked_at < 0:",
            ),
        ),
        pytest("tests/inbox/sending/test_delivery.py::test_an_item_of_yesterday_is_not_sent_without_asking"),
    ),
    Mutant(
        "a choice is not looked at again under the lock",
        (Patch(DELIVERY, "        if item not in heads:\n            return\n", ""),),
        pytest(f"{RULES_OF_DELIVERY}::test_what_was_chosen_before_the_lock_waits_for_what_came_before_it"),
    ),
    Mutant(
        "of a choice only its place is looked at again under the lock",
        (
            Patch(
                DELIVERY,
                "        if item not in heads:\n",
                "        if item.outbox_id not in {head.outbox_id for head in heads}:\n",
            ),
        ),
        pytest(f"{RULES_OF_DELIVERY}::test_what_was_chosen_before_the_lock_does_not_go_as_it_was_then"),
    ),
    Mutant(
        "the look before a resend takes what another item became",
        (Patch(DELIVERY, "if any(_is_under_way(head) for head in heads):", "if not heads:"),),
        pytest(f"{RULES_OF_DELIVERY}::test_what_may_be_there_is_not_taken_for_a_sent_one_with_equal_words"),
    ),
    Mutant(
        "a resent item overtakes one in flight",
        (
            Patch(
                OUTBOX,
                "((f.state NOT IN ('sending', 'sent'), f.seq) < (o.state NOT IN ('sending', 'sent'), o.seq))",
                "(f.seq < o.seq)",
            ),
        ),
        pytest(f"{RULES_OF_DELIVERY}::test_a_resent_item_does_not_overtake_a_later_one_in_flight_or_unclear"),
    ),
    Mutant(
        "a refusal makes failed what may be there",
        (
            Patch(
                SENDER,
                "OutboxState.UNCONFIRMED if item.in_doubt else OutboxState.FAILED",
                "OutboxState.FAILED",
            ),
        ),
        pytest(f"{RULES_OF_DELIVERY}::test_what_may_be_there_never_becomes_failed"),
    ),
    Mutant(
        "a changed file is tried again for ever",
        (
            Patch(
                SENDER,
                "frozenset({ProblemKind.FILE_CHANGED, ProblemKind.FILE_UNREADABLE})",
                "frozenset({ProblemKind.FILE_UNREADABLE})",
            ),
        ),
        pytest(f"{RULES_OF_DELIVERY}::test_a_file_that_is_not_what_it_was_fails_and_lets_the_next_one_pass"),
    ),
    Mutant(
        "a request broken off counts as not sent",
        (
            Patch(
                SENDER,
                "return Problem(ProblemKind.CUT, Certainty.UNCLEAR)",
                "return Problem(ProblemKind.CUT, Certainty.NOT_SENT)",
            ),
        ),
        pytest(f"{RULES_OF_DELIVERY}::test_a_request_broken_off_is_looked_up_and_not_repeated"),
    ),
    Mutant(
        "reading only sends what was queued before",
        (
            Patch(
                DELIVERY,
                "return paused is None and not self._ctx.settings.read_only",
                "return paused is None",
            ),
        ),
        pytest(
            f"{RULES_OF_DELIVERY}::test_reading_only_sends_nothing_that_was_queued_before_and_still_looks_up"
        ),
    ),
    Mutant(
        "a chat the cache does not know is not asked for",
        (
            Patch(
                HISTORY,
                "if cursor.hi is None and cursor.updated_at == UNKNOWN_TIME:",
                "if cursor.updated_at < UNKNOWN_TIME:",
            ),
        ),
        pytest(f"{RULES_OF_DELIVERY}::test_a_chat_the_cache_does_not_know_is_asked_for_before_its_item_goes"),
    ),
    Mutant(
        "news settle one item of a chat only",
        (Patch(DELIVERY, "link_all(filter(_is_quiet, heads))", "link_all((item,))"),),
        pytest(f"{RULES_OF_DELIVERY}::test_all_released_items_of_a_chat_are_linked_by_one_reading"),
    ),
    Mutant(
        "an outbox that cannot be read ends delivery",
        (
            Patch(
                DELIVERY,
                '            with tolerated(log, "outbox not readable"):\n',
                "            if True:\n",
            ),
        ),
        pytest(f"{TROUBLES}::test_an_outbox_that_cannot_be_read_is_asked_again_after_a_pause"),
    ),
    Mutant(
        "an outbox that cannot be read is asked again at once",
        (
            Patch(
                DELIVERY,
                "            pause = self._ctx.settings.scan_s\n            with",
                "            pause = 0.01\n            with",
            ),
        ),
        pytest(f"{TROUBLES}::test_an_outbox_that_cannot_be_read_is_asked_again_after_a_pause"),
    ),
    Mutant(
        "a step that failed is begun again at once",
        (Patch(DELIVERY, "        self._retries.pause(item, self._ctx.settings.scan_s)\n", ""),),
        pytest(f"{TROUBLES}::test_an_unexpected_error_of_a_step_is_told_once_and_tried_again_after_a_pause"),
    ),
    Mutant(
        "told waits are not looked at again after the read",
        (Patch(SENDER, "        if self._retries.is_held(item):\n            return\n", ""),),
        pytest(f"{UNGUARDED}::test_what_another_copy_is_told_during_a_read_holds_what_was_about_to_go"),
    ),
    Mutant(
        "a message may not be older than its attempt",
        (Patch(RECONCILER, "CLOCK_SLACK_MS = 5_000", "CLOCK_SLACK_MS = 0"),),
        pytest(f"{UNGUARDED}::test_our_message_may_be_a_little_older_than_its_attempt"),
    ),
    Mutant(
        "a search of several goes as far back as the best known",
        (Patch(MERGING, "oldest_at=max(back_to)", "oldest_at=min(back_to)"),),
        pytest(f"{UNGUARDED}::test_a_search_of_several_goes_as_far_back_as_the_least_known"),
    ),
    Mutant(
        "an outbox that was put back is believed",
        (Patch(SENDER, "<= max(LEFT_ALONE_MS, this_run)", "<= 1 << 60"),),
        pytest("tests/inbox/sending/test_restored_outbox.py::test_what_the_original_sent_is_there_once"),
    ),
    Mutant(
        "what was taken waits for a history that cannot be read",
        (Patch(RECONCILER, "if item.state == OutboxState.SENT and left <= 0:", "if False:"),),
        pytest(
            "tests/inbox/reading/test_unreadable_history.py::test_the_next_message_goes_after_the_settle_time"
        ),
    ),
    Mutant(
        "the look of a later item takes the message of an earlier one",
        (
            Patch(
                RECONCILER,
                "        await self._link_earlier(item)\n        return await self.link(item)",
                "        return await self.link(item)",
            ),
        ),
        pytest(
            "tests/inbox/reading/test_unreadable_history.py::test_the_look_of_a_later_one_links_the_earlier_first"
        ),
    ),
    Mutant(
        "a changed text is guessed beside another message",
        (Patch(RECONCILER, "if len(found) != 1 or not is_likeness", "if not found or not is_likeness"),),
        pytest("tests/inbox/sending/test_changed_texts.py::test_a_colleague_wrote_at_the_same_moment"),
    ),
    Mutant(
        "a copy whose key is refused leads on",
        (Patch(SYNC, "                self._leadership.resign()\n", "                pass\n"),),
        pytest("tests/inbox/test_refused_key.py::test_a_leader_whose_key_is_revoked_hands_on"),
    ),
)
