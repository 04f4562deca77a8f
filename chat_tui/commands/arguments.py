"""The command line as text and as values. Imports almost nothing: `--help` and `--version` are quick."""

import argparse
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from chat_tui import __version__
from chat_tui.commands import streams
from chat_tui.locale import LANGUAGES, N_, _

DEMO_CHATS = 300
DEMO_SEED = 1

# The messages of argparse itself, which looks up translations by the name `_` in its own module.
_ARGPARSE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("unrecognized arguments: %s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("not allowed with argument %s"),
    N_("expected one argument"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
)


class Parser(argparse.ArgumentParser):
    """The standard parser, made safe: it quotes no control characters and refuses a repeated option."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register("action", None, _Once)

    def print_help(self, file: object = None) -> None:
        """Print the help. Raises Unprintable."""
        streams.out(self.format_help())

    def print_usage(self, file: object = None) -> None:
        """Print the usage on standard error, before the message about a mistake."""
        streams.err(self.format_usage())

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the program, with the message on standard error."""
        if message:
            from chat_tui.safetext import safe  # noqa: PLC0415 - only a mistake needs it

            streams.err(safe(message))
        raise SystemExit(status)


class _Once(argparse.Action):
    """The default action of an option: store its value, and refuse a second, different one.

    The standard action silently keeps only the last value, and the file that the first one named is not used.
    """

    _given: Any = None

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option: str | None = None,
    ) -> None:
        if option is not None:
            if self._given is not None and self._given != values:
                parser.error(_("{option} can be given only once").format(option=option))
            self._given = values
        setattr(namespace, self.dest, values)


class Version(argparse.Action):
    """Print the version and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: Any) -> None:
        streams.out(f"chat-tui {__version__}\n")
        parser.exit()


def asked_language(argv: Sequence[str]) -> str | None:
    """The language named on the command line, None if none is; read before parsing, for errors and help."""
    for word, following in pairwise([*argv, ""]):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return None


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The parsed arguments, with every global option set. Raises SystemExit: 0 for help, 2 for a mistake."""
    setattr(argparse, "_", _)  # noqa: B010 - translates its messages, which would stay English without it
    # Only known arguments: `send` accepts its text after an option as well, which argparse would refuse.
    parser = build()
    read, rest = parser.parse_known_args(argv, argparse.Namespace(lang=None, profile=None, read_only=False))
    if read.verb == "send":
        rest = _text_after_options(read, rest)
        if not rest and read.text is None and read.file is None:
            parser.error(_("one of the arguments %s is required") % "TEXT --file")
        if read.file is not None and (read.text is not None or _is_text(rest)):
            parser.error(
                _("send a text and a file separately: first send CHAT TEXT, then send CHAT --file FILE")
            )
        if read.queue and read.dry_run:
            parser.error(_("--queue and --dry-run cannot be used together"))
    if rest:
        parser.error(_("unrecognized arguments: %s") % " ".join(_harmless(rest)))
    return read


def _text_after_options(read: argparse.Namespace, rest: list[str]) -> list[str]:
    """Take the text after an option (`send 5 --queue hi`), which argparse leaves over; the rest remains."""
    is_marked = rest[:1] == ["--"]
    words = rest[1:] if is_marked else rest
    if not words or read.text is not None or read.file is not None:
        return rest
    if words[0].startswith("-") and words[0] != "-" and not is_marked:
        return rest
    read.text = words[0]
    return words[1:]


def _is_text(rest: list[str]) -> bool:
    """Whether the leftover arguments begin with a text and not with a mistyped option."""
    return bool(rest) and (rest[0] in {"-", "--"} or not rest[0].startswith("-"))


def _harmless(rest: list[str]) -> list[str]:
    """The part of unknown arguments that an error may quote: the word after an option could be a key."""
    options = [word.partition("=")[0] for word in rest if word.startswith("-")]
    return options or rest


def build() -> argparse.ArgumentParser:
    """The parser, in the current language."""
    everywhere = _everywhere()
    parser = Parser(
        prog="chat-tui",
        description=_(
            "The inbox of a shop on Yandex Market, in the terminal. Without a command, opens the inbox."
        ),
        epilog=_("Nothing set up yet? Try the demo shop first: chat-tui demo"),
        parents=[everywhere],
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(dest="verb", metavar=_("COMMAND"), title=_("commands"))

    def verb(name: str, words: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=words, description=words, parents=[everywhere], allow_abbrev=False)

    _demo(verb("demo", _("open a demo shop whose buyers answer; needs neither key nor network")))
    _sandbox(verb("sandbox", _("run the demo Market alone, for developers")))
    _login(verb("login", _("connect a shop: check its key, show its rights, store it in a private file")))
    chats = verb("list", _("print the chats"))
    _flag(chats, "--waiting", _("only those waiting for an answer, the longest first"))
    _output(chats)
    chat = verb("show", _("print a chat"))
    _chat(chat)
    _output(chat)
    _send(verb("send", _("send a text or a file, and wait until it is confirmed")))
    _new(verb("new", _("open the chat about an order or a return, and print its id")))
    sync = verb("sync", _("bring the local copy up to date"))
    sync.add_argument("--once", action="store_true", required=True, help=_("one round, then exit"))
    _export(verb("export", _("export a whole chat, as a document or as evidence")))
    _stats(verb("stats", _("show how fast the shop answers, from the copy on this computer")))
    verb("paths", _("show where files are kept"))
    _json(verb("doctor", _("find what is wrong and show how to fix it")))
    settings = verb("settings", _("show the settings in force and where they come from"))
    _flag(settings, "--example", _("print a settings file that explains every setting"))
    return parser


def _everywhere() -> Parser:
    # SUPPRESS: the defaults of a verb's parser must not overwrite options given before the verb.
    options = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = options.add_argument_group(_("options of every command"))
    group.add_argument("--lang", choices=LANGUAGES, help=_("language of the program"))
    _flag(group, "--read-only", _("read only: send nothing, start no chat"))
    words = _("open only this shop from the settings; keep its files apart under this name")
    _value(group, "--profile", _profile, _("NAME"), words)
    group.add_argument("--version", action=Version, nargs=0, help=_("print the version"))
    return options


def _demo(parser: argparse.ArgumentParser) -> None:
    words = _("how many chats there are (%(default)s)")
    _value(parser, "--chats", _whole(0, 1_000_000), "N", words, default=DEMO_CHATS)
    _value(parser, "--seed", int, "S", _("which demo shop (%(default)s)"), default=DEMO_SEED)
    _flag(parser, "--hostile", _("with buyers who send markup, control characters and endless texts"))


def _sandbox(parser: argparse.ArgumentParser) -> None:
    _value(parser, "--port", _whole(0, 65_535), "P", _("port on this machine; 0 = any free one"), default=0)
    _demo(parser)
    _value(parser, "--journal", Path, _("FILE"), _("record everything that happens there in this file"))
    words = _("milliseconds before an answer, varying by half (%(default)s)")
    _value(parser, "--latency", _whole(0, 60_000), "MS", words, default=0)
    # For the demo, which binds the port itself and ends this process by closing its standard input.
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--stop-with-stdin", action="store_true", help=argparse.SUPPRESS)


def _login(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "--token-stdin", _("read the key from standard input instead of asking"))
    _value(parser, "--business", _ID, _("ID"), _("which business, if the key opens several"))
    _flag(parser, "--replace", _("replace another business's key with this one"))


def _send(parser: argparse.ArgumentParser) -> None:
    _chat(parser)
    parser.add_argument(
        "text", nargs="?", metavar=_("TEXT"), help=_("the text; - reads it from standard input")
    )
    words = _("send this file instead; repeat it for more files, sent in this order")
    _value(parser, "--file", Path, _("FILE"), words, action="append")
    _flag(parser, "--private", _("send the file even if it looks like a secret, such as id_rsa or .env"))
    _flag(parser, "--dry-run", _("show what would be sent to whom; send nothing"))
    _flag(parser, "--queue", _("only put it into the outbox; an open chat-tui sends it"))


def _new(parser: argparse.ArgumentParser) -> None:
    about = parser.add_mutually_exclusive_group(required=True)
    _value(about, "--order", _ID, _("ID"), _("about this order"))
    _value(about, "--return", _ID, _("ID"), _("about this return"), dest="return_")


def _export(parser: argparse.ArgumentParser) -> None:
    _chat(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--format", choices=("md", "json", "txt"), default="md", help=_("kind of document (%(default)s)")
    )
    _flag(form, "--evidence", _("for a dispute: a directory with documents and files"))
    words = _("write to this file (with --evidence, a directory), which must be new")
    _value(parser, "--out", Path, _("FILE"), words)
    _flag(parser, "--offline", _("only what is here; do not ask the Market"))


def _stats(parser: argparse.ArgumentParser) -> None:
    _value(parser, "--days", _whole(1, 36_500), "N", _("only answers of the last N days"))
    form = parser.add_mutually_exclusive_group()
    _flag(form, "--csv", _("for tables: one line for every hour of the day"))
    _flag(form, "--json", _("for programs: JSON in UTF-8"))


def _chat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("chat", type=_ID, metavar=_("CHAT"), help=_("id of the chat, as `list` prints it"))


def _output(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "--fresh", _("ask the Market first"))
    _json(parser)


def _flag(options: argparse._ActionsContainer, name: str, words: str) -> None:
    options.add_argument(name, action="store_true", help=words)


def _value(
    options: argparse._ActionsContainer,
    name: str,
    read: Callable[[str], object],
    metavar: str,
    words: str,
    **others: Any,
) -> None:
    options.add_argument(name, type=read, metavar=metavar, help=words, **others)


def _json(parser: argparse.ArgumentParser) -> None:
    _flag(parser, "--json", _("for programs: JSON in UTF-8"))


def _whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers within these bounds, both included."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 19 and low <= int(text) <= high):
            words = _("must be a whole number from {low} to {high}")
            raise argparse.ArgumentTypeError(words.format(low=low, high=high))
        return int(text)

    return read


def _profile(text: str) -> str:
    # The name becomes a directory.
    if not (text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 40):
        raise argparse.ArgumentTypeError(_("only letters, digits, - and _"))
    return text


_ID = _whole(1, 2**63 - 1)
