"""The broken builds that break a mechanism of terminal, editor or screen."""

from tests.mutants.broken import one

DRIVER = "chat_tui/terminal/driver.py"
PARSER = "chat_tui/terminal/parser.py"
COMPOSE = "chat_tui/ui/chat/compose.py"

SEQUENCES = "tests/terminal/test_sequences.py"
RECIPIENTS = "tests/ui/chat/test_letters_and_recipients.py"
FOLLOWING = "tests/ui/inbox/test_following.py"

_TERMINAL = (
    one(
        "an error is told in its own words",
        "chat_tui/terminal/guard.py",
        "exc_info=None if error is None else _wordless(error)",
        "exc_info=error",
        "tests/terminal/test_guard.py::test_an_error_of_any_kind_ends_it_in_one_sentence",
    ),
    one(
        "an error is asked for its causes",
        "chat_tui/terminal/guard.py",
        "_CAUSE.__get__(error)\n",
        "error.__cause__\n",
        "tests/terminal/test_guard.py::test_an_error_of_any_kind_ends_it_in_one_sentence",
    ),
    one(
        "causes of an error are followed in a circle",
        "chat_tui/terminal/guard.py",
        "id(behind) not in seen and len(seen) < _MOST_CAUSES:\n        seen.add(id(behind))",
        "len(seen) < _MOST_CAUSES:\n        seen.add(len(seen))",
        "tests/terminal/test_guard.py::test_an_error_that_comes_round_is_told_once",
    ),
    one(
        "an answer that looks like a key is one",
        PARSER,
        "        elif _is_key(sequence):\n",
        "        else:\n",
        f"{SEQUENCES}::test_an_answer_cut_after_any_byte_is_nothing",
    ),
    one(
        "an answer without an end swallows keys for ever",
        "chat_tui/terminal/sequences.py",
        "        if self._until is not None:\n            self._until = None\n",
        "        if self._until is not None:\n            pass\n",
        f"{SEQUENCES}::test_what_never_ends_is_given_up_and_never_typed",
    ),
    one(
        "a letter behind Escape is dropped",
        PARSER,
        "                yield from self._behind_escape(piece.text)\n",
        "                pass\n",
        "tests/terminal/test_escape_and_letter.py::test_what_was_pressed_acts",
    ),
    one(
        "a paste without an end stays open",
        PARSER,
        "if self._paste is not None and self._clock() >= self._paste_due:",
        "if False:",
        "tests/terminal/test_open_pastes.py::test_it_ends_after_quiet_seconds_without_the_half_of_a_mark",
    ),
    one(
        "what comes at the end is left to the shell",
        DRIVER,
        "        self._drain()\n",
        "",
        "tests/terminal/test_handing_back.py::test_letters_typed_on_into_a_crash_are_not_the_shells",
    ),
    one(
        "answers that are on their way are not awaited",
        DRIVER,
        "max(quiet_at, self._answers_until)",
        "quiet_at",
        "tests/terminal/test_awaited_answers.py::test_it_is_read_however_late_it_comes",
    ),
    one(
        "what was typed for the editor is believed",
        DRIVER,
        "        self._was_lent = True\n",
        "",
        "tests/terminal/test_handing_back.py::test_what_was_typed_for_the_editor_is_neither_text_nor_command",
    ),
    one(
        "the kernel is not asked for the size",
        DRIVER,
        "for descriptor in (self.fileno, 2, 1):",
        "for descriptor in ():",
        "tests/terminal/test_odd_variables.py::test_the_size_is_the_terminals_own",
    ),
    one(
        "a zone that is none is UTC without a word",
        "chat_tui/zone.py",
        "    return _machines(localtime, value)",
        '    return FoundZone(UTC, "UTC")',
        "tests/test_zone.py::test_what_nobody_can_read_falls_back_with_one_notice",
    ),
)

_EDITOR = (
    one(
        "letters of another encoding are replaced",
        "chat_tui/ui/inbox/editing.py",
        "    decoded = unicode_of(raw)\n",
        '    decoded = raw.decode(errors="replace"), "utf-8"\n',
        "tests/ui/chat/test_edited.py::test_what_is_no_text_for_sure_is_kept_and_named",
    ),
    one(
        "a text that never came back is not offered",
        "chat_tui/ui/inbox/editing.py",
        "in left_over(self.terminal.edited, *names):",
        "in ():",
        "tests/faults/terminal/test_editor.py::test_a_kill_in_between_loses_neither_the_box_nor_what_was_saved",
    ),
)

_KEYS = (
    one(
        "an Enter behind a template is swallowed silently",
        COMPOSE,
        "        elif why := self._not_yet():\n            self.refuse(why)\n",
        "        elif self._not_yet():\n            pass\n",
        "tests/ui/inbox/test_answered_keys.py::test_an_enter_that_bounced_behind_a_template_is_answered",
    ),
    one(
        "two presses are one",
        COMPOSE,
        "_SAME_PRESS: Final = 0.1",
        "_SAME_PRESS: Final = 0.3",
        "tests/ui/inbox/test_answered_keys.py::test_a_second_enter_behind_a_template_sends_it",
    ),
    one(
        "an Enter for the chat before sends the draft of the next",
        COMPOSE,
        "if self._enter.pressed_at < self._astray.readable_at and not is_blank(self.text):",
        "if False:",
        "tests/ui/chat/test_compose.py::test_an_enter_meant_for_the_chat_before_sends_nothing_here",
    ),
    one(
        "a template that was wanted for one chat goes into the next",
        COMPOSE,
        '        self._end_choice()\n        self.say("")\n',
        '        self.say("")\n',
        "tests/ui/chat/test_templates.py::test_a_template_never_reaches_another_chat",
    ),
    one(
        "any of several messages is the masked text",
        "chat_tui/model/timeline.py",
        "if len(found) == 1 and _is_masked_text(",
        "if found and _is_masked_text(",
        "tests/model/test_timeline.py::test_a_message_that_need_not_be_ours_stays_beside_it",
    ),
    one(
        "the box has the keys and is not shown",
        "chat_tui/ui/inbox/screen.py",
        '            self.add_class("-at-talk")\n',
        "            pass\n",
        f"{RECIPIENTS}::test_a_smaller_window_leaves_the_caret_in_the_box_and_the_box_on_the_screen",
    ),
    one(
        "the highlight is not on the chat of the box",
        "chat_tui/ui/chat/pane.py",
        "        self._is_another(chat_ref)\n",
        "",
        f"{RECIPIENTS}::test_whoever_goes_on_within_the_box_takes_the_highlight_along",
    ),
    one(
        "a chat that is passed by is asked for and seen",
        "chat_tui/ui/chat/pane.py",
        "self._chat_ref, self.is_paid = chat_ref, False\n",
        "self._chat_ref, self.is_paid = chat_ref, True\n",
        f"{FOLLOWING}::test_whoever_passes_by_asks_the_market_nothing_and_marks_nothing",
    ),
    one(
        "a key acts on the chat that was shown before the moves",
        "chat_tui/ui/inbox/opening.py",
        "        return chat_ref if await self._bring(chat_ref) else None\n",
        "        return self.talk.chat_ref\n",
        f"{FOLLOWING}::test_letters_after_a_burst_of_moves_go_to_the_highlighted_chat",
    ),
    one(
        "nobody waits before the list was read",
        "chat_tui/ui/inbox/opening.py",
        "        elif self.is_list_read:\n            self._say(",
        "        elif True:\n            self._say(",
        "tests/ui/inbox/test_next_before_the_list.py::test_nobody_is_said_to_wait_no_more_before_all_was_read",
    ),
)

_LAYOUT = (
    one(
        "finished chats stand among the others",
        "chat_tui/store/migrations/cache/007_finished_below.sql",
        "WHEN status = 'FINISHED' THEN 2",
        "WHEN status = 'FINISHED' THEN 1",
        "tests/store/test_queue.py::test_finished_chats_stand_below_the_line",
    ),
    one(
        "the line moves while the order is held back",
        "chat_tui/ui/queue/view.py",
        "replace(item, is_below_line=self.items[place].is_below_line)",
        "item",
        "tests/ui/queue/test_finished_below.py::test_a_chat_that_finishes_while_the_order_is_held_back_moves_no_line",
    ),
    one(
        "a click in a short conversation means another message",
        "chat_tui/ui/chat/history_view.py",
        "        row -= self.blank_rows\n",
        "",
        "tests/ui/chat/test_history_columns.py::test_a_short_conversation_stands_at_the_bottom_next_to_the_box",
    ),
    one(
        "the number of an order is cut for the name of the business",
        "chat_tui/ui/queue/view.py",
        "max(glyphs.BUSINESS_CUT, min(cells, room))",
        "cells",
        "tests/ui/queue/test_rows.py::test_the_number_is_never_cut_before_the_preview",
    ),
    one(
        "the order panel comes back without being asked for",
        "chat_tui/ui/inbox/screen.py",
        "            self._order.give_way()\n",
        "",
        "tests/ui/order/test_order_panel.py::test_below_140_columns_the_panel_takes_the_place_of_the_list",
    ),
)

ON_THE_SCREEN = (*_TERMINAL, *_EDITOR, *_KEYS, *_LAYOUT)
