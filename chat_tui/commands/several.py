"""Several profiles opened as one inbox; one that cannot be opened is left out, and its reason shown."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from chat_tui import logs
from chat_tui.commands.speak import CannotStart, foreign_words
from chat_tui.inbox.service import Inbox
from chat_tui.inbox.several import Several
from chat_tui.inbox.together import Business
from chat_tui.paths import ForeignDirectory, Paths, locate
from chat_tui.settings import Flags, Settings, SettingsProblem, load


class OpenInbox(Protocol):
    """Opens the inbox of one business. Raises CannotStart."""

    def __call__(
        self,
        settings: Settings,
        paths: Paths,
        *,
        undo_seconds: int,
        secrets: Sequence[str],
        private: Sequence[Path],
    ) -> Inbox:
        """`secrets` and `private` are keys and places of the businesses beside it."""


def open_all(names: Sequence[str], common: Settings, open_inbox: OpenInbox) -> Inbox:
    """The inbox of these profiles, not started yet. Raises CannotStart if none of them can be opened."""
    flags = Flags(language=common.ui.language, read_only=common.read_only)
    settings, left_out = _read(names, flags)
    secrets = [secret for one in settings.values() for secret in (one.api_key, one.oauth_token) if secret]
    logs.open_log(locate().log, level=common.log.level, secrets=secrets)
    private = [place for name in names for place in (locate(name).data, locate(name).cache)]
    private += [one.key_file for one in settings.values() if one.key_file is not None]
    businesses = []
    for name, one in settings.items():
        title = one.market.name or name
        try:
            inbox = open_inbox(
                one,
                locate(name),
                undo_seconds=common.sending.undo_seconds,
                secrets=secrets,
                private=private,
            )
        except CannotStart as problem:
            left_out.append((title, str(problem)))
        except ForeignDirectory as found:
            left_out.append((title, foreign_words(found)))
        except OSError as error:
            left_out.append((title, f"{error.filename}: {error.strerror}"))
        else:
            businesses.append(Business(title, inbox))
    if not businesses:
        raise CannotStart(" ".join(f"{name}: {words}" for name, words in left_out))
    return Several(businesses, left_out)


def _read(names: Sequence[str], flags: Flags) -> tuple[dict[str, Settings], list[tuple[str, str]]]:
    """The settings of each profile, and those that have none that can be used."""
    found, left_out = {}, []
    for name in names:
        try:
            found[name] = load(replace(flags, profile=name), os.environ, locate(name).settings_file)
        except SettingsProblem as problem:
            left_out.append((name, str(problem)))
    return found, left_out
