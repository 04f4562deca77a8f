"""The program as a process without a terminal."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.pty_program import ROOT, plain_environment
from tests.support.sandbox import Sandbox

in_any_locale = pytest.mark.skipif(
    not str(ROOT).isascii(),
    reason="an editable install leaves its path to Python in a file, which is read in the locale of the test",
)
"""For tests in a locale that cannot encode the path of this checkout."""


def at_home(home: Path, market: Sandbox, **more: str) -> dict[str, str]:
    """An environment whose directories are all below `home`, and whose Market is the pretend one."""
    places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    shop = {
        "CHAT_TUI_API_URL": market.url,
        "CHAT_TUI_API_KEY": market.api_key,
        "CHAT_TUI_BUSINESS_ID": str(market.business_id),
    }
    return plain_environment(HOME=str(home), **{**places, **shop, **more})


def run(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `chat-tui` to its end, with the rights of an ordinary user even if root runs the tests."""
    command = [sys.executable, "-m", "chat_tui", *arguments]
    if os.geteuid() == 0 and (setpriv := shutil.which("setpriv")):
        # Without these capabilities root, too, is bound by the modes of its own files.
        command = [setpriv, "--bounding-set", "-dac_override,-dac_read_search", *command]
    return subprocess.run(
        command, env=dict(environment), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
