"""Where the key comes from, and what can be a key at all. No message here ever holds a part of it."""

import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.settings.value import SettingsProblem

MOST_BYTES: Final = 1_024
PATIENCE_S: Final = 60.0
"""A command may ask for a passphrase: give its reader time."""
ENVIRONMENT: Final = ("CHAT_TUI_API_KEY", "CHAT_TUI_OAUTH_TOKEN")


def cleaned(raw: bytes, origin: str) -> str:
    """The key without the line end after it; refused if no Market key can look like that."""
    if len(raw) > MOST_BYTES:
        raise SettingsProblem(_("{origin}: this is too long for a key").format(origin=origin))
    key = raw.rstrip(b"\r\n")
    if not key.strip():
        raise SettingsProblem(_("{origin}: the key is empty").format(origin=origin))
    if not all(0x21 <= byte <= 0x7E for byte in key):
        raise SettingsProblem(
            _(
                "{origin}: a key has only Latin letters, digits and signs on one line; "
                "copy it again from the Market's cabinet"
            ).format(origin=origin)
        )
    return key.decode("ascii")


def pasted(text: str, origin: str) -> str:
    """The key as somebody types or pastes it, without the blanks and line ends around it."""
    key = text.strip().strip("\ufeff\u200b").strip()
    if key.startswith("y0_"):
        raise SettingsProblem(
            _(
                "{origin}: this is an OAuth token. Make an Api-Key in the seller's cabinet "
                "(Settings → API and modules), or set CHAT_TUI_OAUTH_TOKEN"
            ).format(origin=origin)
        )
    return cleaned(key.encode("utf-8", "surrogateescape"), origin)


def from_environment(name: str, environ: Mapping[str, str]) -> str:
    """The key in a variable; empty if the variable is not set."""
    if name not in environ:
        return ""
    return cleaned(environ[name].encode("utf-8", "surrogateescape"), name)


def from_file(path: Path) -> str:
    """The key in a file that nobody else can read."""
    try:
        # A link could be pointed elsewhere by whoever owns its directory; a FIFO would block for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise SettingsProblem(
                _("{path} is a symbolic link; name the key file itself").format(path=path)
            ) from None
        raise SettingsProblem(
            _("{path} cannot be read: {reason}").format(path=path, reason=error.strerror)
        ) from None
    with open(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise SettingsProblem(_("{path} is not a file").format(path=path))
        if about.st_uid != os.geteuid():
            raise SettingsProblem(
                _("{path} belongs to another user; copy the key into a file of your own").format(path=path)
            )
        if about.st_mode & 0o077:
            raise SettingsProblem(
                _("{path} can be read by other users; run: chmod 600 {quoted}").format(
                    path=path, quoted=shlex.quote(str(path))
                )
            )
        return cleaned(file.read(MOST_BYTES + 1), str(path))


def from_command(command: str | list[str], environ: Mapping[str, str]) -> str:
    """What a command prints, for example `pass show market/key`; no shell is involved."""
    import subprocess  # noqa: PLC0415 - only who asks for a command pays for it

    bare = {name: value for name, value in environ.items() if name not in ENVIRONMENT}
    try:
        words = shlex.split(command) if isinstance(command, str) else command
        done = subprocess.run(  # noqa: S603 - the operator's own file names the command
            words,
            # Our standard input may be the text to send; a passphrase is asked for on the terminal itself.
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
        raise SettingsProblem(_("api_key_command could not be run: {reason}").format(reason=reason)) from None
    if done.returncode != 0:
        raise SettingsProblem(_("api_key_command ended with code {code}").format(code=done.returncode))
    return cleaned(done.stdout, "api_key_command")
