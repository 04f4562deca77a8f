"""From the command line to a running verb; every expected failure becomes one sentence.

    arguments → the table of verbs → context (settings, store, client, inbox: as far as needed) → verb or app

Heavy modules are imported where they are first needed: `--help` and `--version` load none of them, no verb
loads Textual, and the inbox is painted before httpx is loaded. That is why the table names modules.
"""

import errno
import os
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from chat_tui import locale
from chat_tui.commands import arguments, streams
from chat_tui.locale import _

if TYPE_CHECKING:
    from argparse import Namespace

REFUSED, CANNOT_START, INTERRUPTED, NOBODY_READS = 1, 2, 130, 141
"""The last two are what a shell reports for a program ended by Ctrl-C or by a closed pipe."""


class Needs(Enum):
    """What a verb finds in its context besides the arguments."""

    NOTHING = auto()
    """Only the arguments: the verb reads the rest itself."""
    SETTINGS = auto()
    """Settings without the key, which may be unreadable."""
    INBOX = auto()
    """Settings and the inbox of one shop; the verb is a coroutine."""
    WRITABLE_INBOX = auto()
    """The same; the verb is refused if the inbox cannot be written."""


class Verb(NamedTuple):
    """The place of a verb: a function in a module of `commands`, from a Context to an exit code."""

    module: str
    function: str
    needs: Needs = Needs.NOTHING


VERBS: Final[Mapping[str | None, Verb]] = {
    None: Verb("starting", "start"),
    "demo": Verb("starting", "demo"),
    "sandbox": Verb("demo", "serve_alone"),
    "login": Verb("login", "login", Needs.SETTINGS),
    "list": Verb("reading", "list_chats", Needs.INBOX),
    "show": Verb("reading", "show_chat", Needs.INBOX),
    "send": Verb("acting", "send", Needs.WRITABLE_INBOX),
    "new": Verb("acting", "new_chat", Needs.WRITABLE_INBOX),
    "sync": Verb("reports", "sync", Needs.WRITABLE_INBOX),
    "export": Verb("reports", "export", Needs.INBOX),
    "stats": Verb("reports", "stats", Needs.INBOX),
    "paths": Verb("installation", "print_paths"),
    "doctor": Verb("doctor", "doctor"),
    "settings": Verb("installation", "print_settings"),
}
"""By name; None = no verb."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run chat-tui; the exit code is 0 done, 1 refused or failed, 2 cannot start."""
    _harden()
    streams.prepare()
    try:
        try:
            code = _run(sys.argv[1:] if argv is None else argv)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else REFUSED
        # Here and not at exit, where Python would turn a full disk into a traceback and a code of its own.
        streams.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except streams.Unprintable as lost:
        if not lost.nobody_reads:
            words = _("Standard output cannot be written, so nothing was printed: {reason}.")
            streams.err(f"chat-tui: {words.format(reason=lost.reason)}\n")
        return NOBODY_READS if lost.nobody_reads else REFUSED
    return code


def _harden() -> None:
    """Keep our files private and the key out of other files, and warnings from ending the program."""
    import resource  # not every system that can import this module has it

    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Python would write the TLS secrets of every connection to that file, which reveals the API key.
    os.environ.pop("SSLKEYLOGFILE", None)
    if sys.warnoptions:
        # PYTHONWARNINGS: a warning is for developers, and as an error it would end the program.
        warnings.simplefilter("ignore")


def _run(argv: Sequence[str]) -> int:
    """Run the verb; every expected failure becomes one sentence on standard error."""
    # Before the arguments are parsed: errors and help are in the operator's language, too.
    locale.use(locale.spelled(locale.choose(arguments.asked_language(argv)), sys.stderr))
    begun, asked = time.monotonic(), arguments.parse(argv)
    import logging

    from chat_tui.commands.context import Refused, complain

    try:
        return _start(asked, begun)
    except streams.Unprintable:
        # Below it would be logged as an error of the program; `main` handles it.
        raise
    except locale.ExpectedFailure as problem:
        complain(str(problem))
        return REFUSED if isinstance(problem, Refused) else CANNOT_START
    except OSError as error:
        if error.errno == errno.EROFS and error.filename:
            # The only failure to open a file with a fix that needs its own sentence.
            from chat_tui.store.errors import cannot_open

            complain(str(cannot_open(error.filename, error)))
        elif error.filename:
            complain(f"{error.filename}: {error.strerror}")
        else:
            complain(error.strerror or str(error.errno))
        return CANNOT_START
    except Exception:
        if not logging.getLogger().handlers:
            # There is no log yet: the traceback is the only information.
            raise
        # A traceback on the screen could show a buyer's text or the key; the log leaves both out.
        logging.getLogger(__name__).exception("it failed")
        complain(_("This is an error in the program. Details are in its log; see: chat-tui paths"))
        return REFUSED


def _start(asked: "Namespace", begun: float) -> int:
    """Prepare what the verb needs, run it, and return its exit code."""
    from chat_tui.commands.context import Context

    verb, context = VERBS[asked.verb], Context(asked, begun, asked.profile or "default")
    run = getattr(import_module(f"chat_tui.commands.{verb.module}"), verb.function)
    if verb.needs is Needs.NOTHING:
        return int(run(context))
    from chat_tui.commands import opening

    if verb.needs is Needs.SETTINGS:
        opening.prepare(context, key=False)
        return int(run(context))
    return opening.with_inbox(run, context, writes=verb.needs is Needs.WRITABLE_INBOX)
