"""The verbs that tell about this installation and need no inbox."""

import os
from argparse import Namespace

from chat_tui.paths import Paths
from chat_tui.settings import Flags


def run(asked: Namespace, paths: Paths) -> int:
    """Run the verb that was asked for; the exit code. Raises SettingsProblem."""
    flags = Flags(language=asked.lang, profile=asked.profile, read_only=asked.read_only)
    match asked.verb:
        case "settings":
            from chat_tui.commands import settings  # noqa: PLC0415 - each verb imports only its own

            return settings.run(flags, os.environ, paths.settings_file, documented=asked.example)
        case "doctor":
            from chat_tui.commands import doctor  # noqa: PLC0415

            return doctor.run(flags, os.environ, paths, as_json=asked.json)
        case _:
            from chat_tui.commands import paths as paths_  # noqa: PLC0415

            return paths_.run(paths)
