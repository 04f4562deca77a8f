"""Read the key from its source, and check that it can be one. No message here contains any part of it."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chat_tui.files import NotAFile, NotUtf8, TooLarge, decoded, read_file
from chat_tui.locale import _
from chat_tui.settings.schema import SettingsProblem

MOST_BYTES: Final = 1_024
PATIENCE_S: Final = 60.0
"""For a command that prints the key: it may ask the operator for a passphrase."""
ENVIRONMENT: Final = ("CHAT_TUI_API_KEY", "CHAT_TUI_OAUTH_TOKEN")
"""The variables with a key, the one in force first."""


def cleaned(raw: bytes, origin: str) -> str:
    """The key without the byte order mark and the white space around it.

    Raises SettingsProblem, which names `origin` and never the key, if no key of the Market looks like this.
    """
    if len(raw) > MOST_BYTES:
        raise _too_long(origin)
    try:
        # Text copied from a web page may bring invisible characters with it.
        key = decoded(raw).strip().strip("\ufeff\u200b").strip()
    except NotUtf8 as found:
        if found.is_utf16:
            what = _("{origin}: this is UTF-16; save the file as UTF-8")
            raise SettingsProblem(what, origin=origin) from None
        key = "\ufffd"  # refused below, because it is not a Latin letter
    if not key:
        raise SettingsProblem(_("{origin}: the key is empty"), origin=origin)
    if not all("!" <= letter <= "~" for letter in key):
        raise SettingsProblem(
            _(
                "{origin}: a key has only Latin letters, digits and signs on one line; copy it "
                "again from the seller's cabinet"
            ),
            origin=origin,
        )
    return key


def _too_long(origin: str) -> SettingsProblem:
    return SettingsProblem(_("{origin}: this is too long for a key"), origin=origin)


def pasted(text: str, origin: str) -> str:
    """The key from what the operator typed or pasted.

    Raises SettingsProblem as `cleaned` does, and also for an OAuth token, which belongs to a person.
    """
    key = cleaned(text.encode("utf-8", "surrogateescape"), origin)
    if key.startswith("y0_"):
        raise SettingsProblem(
            _(
                "{origin}: this is an OAuth token. Create an Api-Key in the seller's cabinet "
                "(Settings → API and modules), or set CHAT_TUI_OAUTH_TOKEN"
            ),
            origin=origin,
        )
    return key


def from_environment(name: str, environ: Mapping[str, str]) -> str:
    """The key in a variable; empty if the variable is not set. Raises SettingsProblem."""
    if name not in environ:
        return ""
    return cleaned(environ[name].encode("utf-8", "surrogateescape"), name)


def from_file(path: Path) -> str:
    """The key in a file. Raises SettingsProblem if others can read the file, or if it holds no key."""
    try:
        # The owner of the directory of a link could point it to another file.
        data = read_file(path, MOST_BYTES, follow=False, check=lambda about: _refuse_shared(path, about))
    except NotAFile:
        what = _("{path} is not a file")
        if path.is_symlink():
            what = _("{path} is a symbolic link; name the key file itself")
        raise SettingsProblem(what, path=path) from None
    except TooLarge:
        raise _too_long(str(path)) from None
    except OSError as error:
        words = _("{path} cannot be read: {reason}")
        raise SettingsProblem(words, path=path, reason=error.strerror) from None
    return cleaned(data, str(path))


def _refuse_shared(path: Path, about: os.stat_result) -> None:
    if about.st_uid != os.geteuid():
        words = _("{path} belongs to another user; copy the key into a file of your own")
        raise SettingsProblem(words, path=path)
    if about.st_mode & 0o077:
        words = _("{path} can be read by other users; run: chmod 600 {quoted}")
        raise SettingsProblem(words, path=path, quoted=shlex.quote(str(path)))


def from_command(command: str | list[str], environ: Mapping[str, str]) -> str:
    """The key that a command prints, for example `pass show market/key`; no shell is involved.

    Raises SettingsProblem if it cannot be run, fails, takes too long or prints no key.
    """
    import subprocess  # noqa: PLC0415 - only needed where the settings name a command

    # Neither a password manager nor the programs it starts need our key.
    bare = {name: value for name, value in environ.items() if name not in ENVIRONMENT}
    try:
        words = shlex.split(command) if isinstance(command, str) else command
        done = subprocess.run(  # noqa: S603 - the operator's own file names the command
            words,
            # Our standard input may be the text to send; a command asks for a passphrase on /dev/tty.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=bare,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SettingsProblem(_("api_key_command did not end in time")) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsProblem(_("api_key_command could not be run: {reason}"), reason=reason) from None
    if done.returncode != 0:
        raise SettingsProblem(_("api_key_command ended with code {code}"), code=done.returncode)
    return cleaned(done.stdout, "api_key_command")
