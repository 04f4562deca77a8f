"""The standard parser of arguments, made safe: it prints through `streams`, and no value gets lost in it."""

import argparse
from typing import Any, NoReturn

from chat_tui import __version__
from chat_tui.commands import streams
from chat_tui.locale import _


class Parser(argparse.ArgumentParser):
    """The standard parser; a mistake it quotes cannot steer the terminal, and no value gets lost in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register("action", None, _Once)

    def print_help(self, file: object = None) -> None:
        """Print the help. Raises Unprintable."""
        streams.out(self.format_help())

    def print_usage(self, file: object = None) -> None:
        """Print the usage, which goes before a mistake."""
        streams.err(self.format_usage())

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the program, with the message on standard error."""
        if message:
            from chat_tui.safetext import safe  # noqa: PLC0415 - only a mistake needs it

            streams.err(safe(message))
        raise SystemExit(status)


class _Once(argparse.Action):
    """What an option does that says nothing else: keep its value, and refuse a second one.

    Of two values the standard action keeps the last, and what was to be opened or written by the other
    is not done without a word.
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
    """Print the version and end."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: Any) -> None:
        streams.out(f"chat-tui {__version__}\n")
        parser.exit()
