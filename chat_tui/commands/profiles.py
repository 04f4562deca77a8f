"""Which profiles are meant: the one that was named, or all that the settings file has."""

import os
from argparse import Namespace
from collections.abc import Sequence

from chat_tui.commands.speak import CannotStart
from chat_tui.locale import _
from chat_tui.paths import locate
from chat_tui.settings.load import profile_names


def chosen(asked: Namespace) -> tuple[str, ...]:
    """Their names; a single one is from now on what was asked for. Raises SettingsProblem."""
    named = asked.profile if asked.is_profile_named else None
    names = profile_names(locate().settings_file, os.environ, named)
    if len(names) == 1:
        asked.profile = names[0]
    return names


def only_one(names: Sequence[str]) -> None:
    """A verb works on one business. Raises CannotStart for several."""
    if len(names) > 1:
        words = _("There are several shops: {names}. Say which one, for example: --profile {last}")
        raise CannotStart(words.format(names=", ".join(names), last=names[-1]))
