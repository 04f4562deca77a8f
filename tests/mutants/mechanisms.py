"""The broken builds that break a mechanism behind the screen: door, outbox, streams, store, settings."""

from tests.mutants.broken import OUTBOX, RECONCILER, SENDER, one

DOOR = "chat_tui/model/door.py"
ERRORS = "chat_tui/store/errors.py"
SHAPE = "chat_tui/store/sqlite/shape.py"
STREAMS = "chat_tui/commands/streams.py"
WRITES = "chat_tui/inbox/outbox_writes.py"
WRITING = "chat_tui/inbox/outgoing.py"

THE_DOOR = "tests/faults/sending/test_the_door.py"
NO_OUTPUT = "tests/commands/test_no_output.py"
ROTTEN_ROWS = "tests/store/sqlite/test_rotten_rows.py"

_LEAVING = (
    one(
        "a change of the outbox is not told",
        WRITES,
        "        written.add_done_callback(self._publish)\n",
        "",
        "tests/inbox/sending/test_outbox_writes.py::test_every_change_is_told_once",
    ),
    one(
        "a change of the outbox is told by whoever asked for it",
        WRITES,
        "        written.add_done_callback(self._publish)\n        return await written",
        "        result = await written\n"
        "        if result is not None:\n            self._tell(OutboxChanged(result.chat_ref))\n"
        "        return result",
        "tests/inbox/sending/test_outbox_writes.py::test_a_caller_that_is_gone_keeps_no_change_from_being_told",
    ),
    one(
        "a look lets an item go beside the one place that writes",
        RECONCILER,
        "                await self._writes.update(item, is_released=1)\n                return None",
        "                to = item.outbox_id, item.state\n"
        "                await self._ctx.store.write_state(outbox.update, *to, is_released=1)\n"
        "                return None",
        "tests/inbox/sending/test_outbox_writes.py::test_one_module_writes_to_the_outbox",
    ),
    one(
        "whoever waits for an item hears of no other copy",
        "chat_tui/inbox/sending/delivery.py",
        "await wait_for(changed, self._ctx.settings.scan_s)",
        "await changed.wait()",
        "tests/inbox/sending/test_deliver_ends.py::test_a_text_that_is_taken_back_at_another_copy",
    ),
    one(
        "a text goes past the door",
        WRITING,
        "leaving = await self.door.text(chat_ref, text, agreed)",
        "leaving: str | Problem = text",
        f"{THE_DOOR}::test_no_text_that_is_refused_leaves_by_any_way_whatever_was_agreed",
    ),
    one(
        "a file goes past the door",
        WRITING,
        "refusal = await self.door.file(chat_ref, card, spool.path(data_dir, outbox_id), agreed)",
        "refusal = None",
        f"{THE_DOOR}::test_no_file_with_our_key_leaves_by_any_way",
    ),
    one(
        "what is sent again goes past the door",
        "chat_tui/inbox/outgoing.py",
        "refusal = await self._writing.door.again(found, agreed)",
        "refusal = None",
        f"{THE_DOOR}::test_nothing_doubtful_leaves_before_all_of_it_is_agreed_to",
    ),
    one(
        "what was queued is not looked at before it goes",
        SENDER,
        "leak = await door.leak(item, self._ctx.store.paths.data_dir, self._ctx.settings)",
        "leak = None",
        f"{THE_DOOR}::test_what_was_queued_before_the_key_was_ours_does_not_leave",
    ),
    one(
        "blanks at the end are sent",
        DOOR,
        "return text.rstrip()",
        "return text",
        f"{THE_DOOR}::test_what_stands_at_the_end_of_the_whole_is_not_sent",
    ),
    one(
        "who agrees to a doubt agrees to all of its kind",
        DOOR,
        "if doubt not in agreed)",
        "if doubt.kind not in {one.kind for one in agreed})",
        "tests/model/test_door.py::test_an_agreement_covers_what_it_was_given_for_and_nothing_else",
    ),
    one(
        "our key is looked for at the beginning of a file only",
        DOOR,
        "for start in range(0, max(1, len(content)), _PIECE):",
        "for start in range(0, 1, _PIECE):",
        f"{THE_DOOR}::test_no_file_with_our_key_leaves_by_any_way",
    ),
)

_VERBS = (
    one(
        "a line that cannot be printed undoes what was done",
        "chat_tui/commands/context.py",
        "        streams.flush()\n    except Unprintable:\n",
        "        streams.flush()\n    except EOFError:\n",
        "tests/commands/test_speak.py::test_what_was_done_is_done_whatever_becomes_of_the_line",
    ),
    one(
        "the code of send is that of its line",
        "chat_tui/commands/acting.py",
        "        report(told)\n        return True",
        "        say(told)\n        return True",
        f"{NO_OUTPUT}::test_the_exit_code_tells_what_became_of_the_message_and_not_of_the_line_about_it",
    ),
    one(
        "a stream that is broken is written to at exit",
        STREAMS,
        "        _let_go(sys.stdout)\n",
        "",
        f"{NO_OUTPUT}::test_the_exit_code_tells_what_became_of_the_message_and_not_of_the_line_about_it",
    ),
    one(
        "the next file gets the number of a closed stream",
        STREAMS,
        "            os.open(os.devnull, os.O_RDONLY)\n",
        "            pass\n",
        f"{NO_OUTPUT}::test_a_real_shell_closes_them",
    ),
    one(
        "of two values of an option the last counts",
        "chat_tui/commands/arguments.py",
        '        self.register("action", None, _Once)\n',
        "",
        "tests/commands/test_arguments.py::test_no_option_with_a_value_keeps_only_the_last_one",
    ),
    one(
        "a new chat may be about something else",
        "chat_tui/inbox/reading/reading.py",
        "if about is not None and not chat.context.may_be(about):",
        "if False:",
        "tests/commands/test_writing.py::test_a_market_that_answers_about_another_chat_is_not_believed",
    ),
)

_FILES = (
    one(
        "letters that are none end a read",
        SHAPE,
        '    conn.text_factory = partial(str, encoding="utf-8", errors="replace")\n',
        "",
        f"{ROTTEN_ROWS}::test_letters_that_are_none_are_shown_as_such",
    ),
    one(
        "a rotten row is the head of its chat",
        OUTBOX,
        "WHERE {where} AND {_SOUND} ORDER BY",
        "WHERE {where} ORDER BY",
        f"{ROTTEN_ROWS}::test_a_row_of_the_outbox_that_cannot_be_read_is_not_sent_and_holds_nothing_back",
    ),
    one(
        "only what SQLite calls damage is damage",
        ERRORS,
        "return _primary_code(error) not in {0, *_OUTSIDE}",
        "return _primary_code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}",
        "tests/store/sqlite/test_shape.py::test_a_cache_that_loses_its_shape_while_it_is_open_is_begun_anew",
    ),
    one(
        "an error that is not known explains itself",
        ERRORS,
        "    if sentence is None:\n",
        "    if sentence is None and isinstance(error, ValueError):\n        return error\n"
        "    if sentence is None:\n",
        "tests/store/sqlite/test_shape.py::test_no_error_is_its_own_cause",
    ),
    one(
        "a copy goes on under a schema it does not know",
        "chat_tui/store/sqlite/schema.py",
        "if version > known and known < _lives_since(conn, version, schema):",
        "if False:",
        "tests/store/sqlite/test_outdated.py::test_a_copy_under_which_the_schema_was_raised_stops_for_good",
    ),
    one(
        "what kept a file from being written is never over",
        "chat_tui/store/sqlite/notices.py",
        "self._change(lambda: self._hindered.pop(kind, None))",
        "pass",
        "tests/faults/storage/test_full_cache.py::test_texts_of_one_chat_go_one_after_the_other",
    ),
    one(
        "what the cache could not take is not looked at",
        "chat_tui/inbox/reading/history.py",
        "        kept = self._chats.get(chat_ref, {})\n        return tuple(",
        "        kept: dict[MessageId, Message] = {}\n        return tuple(",
        "tests/faults/storage/test_full_cache.py::test_texts_of_one_chat_go_one_after_the_other",
    ),
    one(
        "a chat in which an answer is on its way is the next",
        "chat_tui/store/chats.py",
        "limit=1, besides=besides)",
        "limit=1)",
        "tests/store/test_next_and_count.py::test_the_tab_counts_what_n_visits",
    ),
    one(
        "the mark before a text is a letter of it",
        "chat_tui/files.py",
        "text = data.removeprefix(_MARK)",
        "text = data",
        "tests/test_personal_files.py::test_settings_with_a_mark_are_read_and_login_keeps_the_rest_as_it_is",
    ),
)

_NETWORK = (
    one(
        "a packed body is kept as the file",
        "chat_tui/market/network.py",
        '.strip().lower() not in {"", "identity"}:',
        '.strip().lower() not in {"", "identity", "gzip"}:',
        "tests/faults/reading/test_download_links.py::test_a_body_that_is_packed_is_not_kept_as_if_it_were_the_file",
    ),
    one(
        "an address within another is not looked at",
        "chat_tui/addresses.py",
        "(stands_for_four or is_six_open) and (inner is None or is_open(str(inner)))",
        "(stands_for_four or is_six_open)",
        "tests/test_addresses.py::test_addresses_that_are_not_of_everybody",
    ),
    one(
        "a refused key stops the operation that heard it only",
        "chat_tui/inbox/copies/rate_limit.py",
        "            self._link.refuse(answer)\n",
        "            pass\n",
        "tests/inbox/test_refused_key.py::test_one_refusal_of_any_operation_stops_all_of_them",
    ),
    one(
        "a told wait is as long as it is told",
        "chat_tui/inbox/sending/retry.py",
        "return min(max(problem.retry_after_s, 0.0), LONGEST_HOLD_S)",
        "return max(problem.retry_after_s, 0.0)",
        "tests/inbox/sending/test_retry.py::test_a_far_moment_is_checked_once_an_hour",
    ),
    one(
        "the pretend Market takes six returns at once",
        "chat_tui/sandbox/server.py",
        "orders.get_return, access.RETURNS, 7_000)",
        "orders.get_return, access.RETURNS, 7_000, at_once=6)",
        "tests/sandbox/test_quota.py::test_orders_may_be_asked_for_six_at_once_and_returns_may_not",
    ),
)

MECHANISMS = (*_LEAVING, *_VERBS, *_FILES, *_NETWORK)
