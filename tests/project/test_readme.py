"""README is right about keys and settings; `python -m tests.project.test_readme` updates its keys."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.search import FILTER_WORDS, read_query
from chat_tui.model.template import Field, marker, unfilled
from chat_tui.paths import locate
from chat_tui.settings import Flags, load
from chat_tui.settings.load import profile_names
from chat_tui.ui import keys
from chat_tui.ui.dialogs.templates import read_shelf
from chat_tui.ui.keymap import chosen

ROOT = Path(__file__).parents[2]
READMES = {"README.md": "en", "README.ru.md": "ru"}
BLOCK = re.compile(r"(<!-- keys:.*?-->\n).*?(<!-- /keys -->)", re.DOTALL)
NAMES = re.compile(r"(<!-- names:.*?-->\n).*?(<!-- /names -->)", re.DOTALL)


def names() -> str:
    """The names under which keys are changed."""
    return textwrap.fill(", ".join(f"`{command.id}`" for command in keys.COMMANDS), 118) + ".\n"


def block(language: str) -> str:
    """The table of keys, grouped by place."""
    locale.use(language)
    heads = {"en": ("where", "keys", "what"), "ru": ("где", "клавиши", "что делает")}[language]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|"]
    place = None
    for row in keys.help_rows():
        shown = row.place if row.place != place else ""
        place = row.place
        marks = " ".join(f"`{key}`" for key in row.keys.split(" "))
        lines.append(f"| {shown} | {marks} | {row.words} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", READMES)
def test_the_keys_are_those_of_the_program(name: str) -> None:
    written = BLOCK.search((ROOT / name).read_text(encoding="utf-8"))
    assert written is not None
    assert written[0] == f"{written[1]}{block(READMES[name])}{written[2]}"


@pytest.mark.parametrize("name", READMES)
def test_the_names_of_commands_are_all_told(name: str) -> None:
    written = NAMES.search((ROOT / name).read_text(encoding="utf-8"))
    assert written is not None
    assert written[0] == f"{written[1]}{names()}{written[2]}"


@pytest.mark.parametrize("name", READMES)
def test_the_settings_in_it_are_good(name: str, tmp_path: Path) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    example = "".join(re.findall(r"```toml\n(.*?)```", text, re.DOTALL))
    path = tmp_path / "settings.toml"
    path.write_text(example, encoding="utf-8")
    assert profile_names(path, {}) == ("default", "home")
    settings = load(Flags(), {}, path, shop=False)
    commands = chosen(settings.keys.own, path, jcuken=True)
    assert commands[0].keys == ("w", "ctrl+n")


@pytest.mark.parametrize("name", READMES)
def test_what_a_readme_points_to_is_there(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert len(links) >= 4
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_every_marker_of_a_template_is_in_the_table_in_both_languages(name: str) -> None:
    rows = re.findall(
        r"^\| `(\{\w+\})` \| `(\{\w+\})` \| \S", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE
    )
    languages = ("en", "ru") if READMES[name] == "en" else ("ru", "en")
    assert rows == [tuple(marker(field, language) for language in languages) for field in Field]


@pytest.mark.parametrize("name", READMES)
def test_the_first_template_is_made_by_the_lines_that_say_so(name: str, tmp_path: Path) -> None:
    code = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    (lines,) = [block for block in code if "templates:" in block]
    program = tmp_path / "chat-tui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chat_tui "$@"\n')
    program.chmod(0o700)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-c", lines], check=True, cwd=ROOT, env=environ)
    (made,) = read_shelf(locate().templates).templates
    assert unfilled(made.text) == tuple(
        marker(field, READMES[name]) for field in (Field.NAME, Field.ORDER, Field.OPERATOR, Field.SHOP)
    )


@pytest.mark.parametrize("name", READMES)
def test_every_command_line_is_understood(name: str) -> None:
    code = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    verbs = set(re.findall(r"chat-tui (\w+)", "\n".join(code)))
    told = subprocess.run(
        [sys.executable, "-m", "chat_tui", "--help"], capture_output=True, text=True, check=True
    )
    assert verbs >= {"demo", "list", "show", "send", "new", "sync", "export", "stats"}
    assert verbs <= set(re.findall(r"^    (\w+)", told.stdout, re.MULTILINE))


@pytest.mark.parametrize("name", READMES)
def test_every_filter_word_of_a_readme_is_understood(name: str) -> None:
    words = re.findall(r"`(\w+:\w+)`", (ROOT / name).read_text(encoding="utf-8"))
    query, unknown = read_query(" ".join([*words, ""]), 0)
    assert (query.words, unknown) == ((), ())
    assert len({word.partition(":")[0] for word in words}) == len(FILTER_WORDS)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    (command,) = re.findall(r"\.venv/bin/(pytest.*)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def write(name: str) -> None:
    """Write the current table and names into a README."""
    path, words = ROOT / name, block(READMES[name])
    old = path.read_text(encoding="utf-8")
    new = BLOCK.sub(lambda found: f"{found[1]}{words}{found[2]}", old)
    path.write_text(NAMES.sub(lambda found: f"{found[1]}{names()}{found[2]}", new), encoding="utf-8")


if __name__ == "__main__":
    for readme in READMES:
        write(readme)
