"""F-190, F-193 … F-195: imports, installed packages, connections and files that the operator does not see."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from chat_tui import __version__
from chat_tui.terminal.environment import prepare
from tests.faults.support.program import PROGRAM, inbox, run, surroundings, watched
from tests.faults.support.tiers import thorough, with_quick
from tests.support.audited import events
from tests.support.pty_program import PtyProgram
from tests.support.sandbox import Sandbox
from tests.support.settling import settled
from tests.ui.app_stage import desk

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
INSTALLED = (str(Path(sys.executable).with_name("chat-tui")),)


# -- F-190 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "program", [thorough((INSTALLED,)), (sys.executable, "-m", "chat_tui"), thorough((PROGRAM,))]
)
def test_f_190_nothing_is_imported_from_a_hostile_start_directory(
    market: Sandbox, tmp_path: Path, program: tuple[str, ...]
) -> None:
    for name in ("httpx", "sqlite3", "click", "sitecustomize", "msgspec", "textual", "logging", "argparse"):
        (tmp_path / f"{name}.py").write_text("print('taken over')\n")
    ran = run("list", "--fresh", environ=surroundings(market), cwd=tmp_path, program=program)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == 30
    assert "taken over" not in ran.stdout
    assert {path.suffix for path in tmp_path.iterdir()} == {".py"}


@pytest.mark.terminal
def test_f_190_nor_by_the_inbox_and_the_demos_child(tmp_path: Path) -> None:
    for name in ("httpx", "starlette", "uvicorn", "textual", "rich", "curses", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'w')\n")
    argv = [sys.executable, "-m", "chat_tui", "demo", "--chats", "5"]
    with PtyProgram(argv, environment={**os.environ, "TERM": "xterm-256color"}, cwd=tmp_path) as program:
        program.wait_for_text("online", timeout=30)
        program.feed("\x11")
        assert program.wait_exit() == 0
    assert not (tmp_path / "taken").exists()


# -- F-193 -------------------------------------------------------------------------------------------


def tiny_wheel(place: Path) -> str:
    """Build a package of one module; return its hash."""
    module, about = b"", b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
    tag = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    inside = {"tiny.py": module, "tiny-1.0.dist-info/METADATA": about, "tiny-1.0.dist-info/WHEEL": tag}
    record = "tiny-1.0.dist-info/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in inside.items()]
    wheel = place / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        for name, data in {**inside, record: "\n".join([*lines, f"{record},,"]).encode()}.items():
            packed.writestr(name, data)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize("altered", with_quick([False, True], True))
def test_f_193_one_altered_hash_fails_the_install(tmp_path: Path, altered: bool) -> None:
    digest = tiny_wheel(tmp_path)
    if altered:
        digest = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"tiny==1.0 \\\n    --hash=sha256:{digest}\n")
    # The options of README, and options that keep this test off the network.
    offline = ["--isolated", "--no-index", "--find-links", str(tmp_path), "--target", str(tmp_path / "there")]
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock), *offline],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode != 0) == ("DO NOT MATCH THE HASHES" in ran.stderr) == altered, ran.stderr
    assert (tmp_path / "there" / "tiny.py").exists() == (not altered)


def locked() -> dict[str, tuple[str, int]]:
    """By package of the lock file: its version and number of hashes."""
    entry = re.compile(r"^(\S+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)
    entries = entry.findall(LOCK.read_text(encoding="utf-8"))
    return {canonicalize_name(name): (version, hashes.count("--hash")) for name, version, hashes in entries}


def test_f_193_the_lock_is_whole_and_names_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    packages = locked()
    assert len(re.findall(r"^\S+==", text, re.MULTILINE)) == len(packages)
    assert sum(lines for _version, lines in packages.values()) == text.count("--hash=")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash)", text, re.MULTILINE)


def test_f_193_the_lock_has_what_the_program_asks_for() -> None:
    packages = locked()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for need in map(Requirement, project["dependencies"]):
        version, _hashes = packages[canonicalize_name(need.name)]
        assert need.specifier.contains(version), f"{need}: compile requirements.lock again"


# -- F-194 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("argv", [["--version"], ["--help"], ["send", "--help"], ["paths"]])
def test_f_194_what_needs_no_network_calls_nobody(tmp_path: Path, argv: list[str]) -> None:
    told = tmp_path / "told"
    ran = run(*argv, environ=dict(os.environ), program=watched(told))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"chat-tui {__version__}\n" if argv == ["--version"] else ran.stdout
    for name in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        assert events(told, name) == []


@pytest.mark.terminal
def test_f_194_without_network_it_starts_and_asks_nobody_but_the_market(tmp_path: Path) -> None:
    told = tmp_path / "told"
    environ = {
        **os.environ,
        "TERM": "xterm-256color",
        "CHAT_TUI_API_URL": "http://127.0.0.1:1",
        "CHAT_TUI_API_KEY": "ACMA:x",
        "CHAT_TUI_BUSINESS_ID": "5",
    }
    with PtyProgram(watched(told), environment=environ) as program:
        program.wait_for_text("No network.", timeout=30)
        program.feed("\x11")
        assert program.wait_exit() == 0
    called = [address for _socket, address in events(told, "socket.connect")]
    assert called
    assert all(address == ["127.0.0.1", 1] for address in called)
    assert {host for host, *_ in events(told, "socket.getaddrinfo")} <= {"127.0.0.1"}
    assert events(told, "subprocess.Popen") == []


# -- F-195 -------------------------------------------------------------------------------------------


@pytest.mark.terminal
def test_f_195_no_variable_makes_the_program_save_its_screen(market: Sandbox, tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    wishes = {
        "TEXTUAL_SCREENSHOT": "0",
        "TEXTUAL_SCREENSHOT_LOCATION": str(shots),
        "TEXTUAL_SCREENSHOT_FILENAME": "shot.svg",
        "TEXTUAL_LOG": str(shots / "log"),
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_PRESS": "ctrl+q",
    }
    with inbox(environ=surroundings(market, **wishes)) as program:
        program.wait_for_text("online", timeout=30)
        program.feed("\x11")
        assert program.wait_exit() == 0
    assert list(shots.iterdir()) == []
    kept = {"TEXTUAL_COLOR_SYSTEM": "256"}
    environ = wishes | kept
    prepare(environ)
    assert {name for name in environ if name in wishes | kept} == set(kept)


async def test_f_195_the_built_in_command_saves_nothing(
    market: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "downloads"))
    monkeypatch.chdir(tmp_path)
    async with desk(tmp_path / "files", market) as at:
        actions = {binding.action for keys in at.app._bindings.key_to_bindings.values() for binding in keys}
        assert not any("screenshot" in action for action in actions)
        assert await at.app.run_action("app.screenshot")
        await settled(at.app)
        assert at.said == []
    assert not list(Path.home().rglob("*.svg"))
    assert not list(tmp_path.rglob("*.svg"))
