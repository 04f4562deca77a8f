"""README and docs are right; `python -m tests.project.test_readme` updates the tables of keys."""

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
from chat_tui.ui.chat.templates import read_shelf
from chat_tui.ui.keymap import chosen

ROOT = Path(__file__).parents[2]
READMES = {"README.md": "en", "README.ru.md": "ru"}
DOCS = {"en": ROOT / "docs", "ru": ROOT / "docs" / "ru"}
PAGES = sorted(page.name for page in DOCS["en"].glob("*.md"))
LINES_MOST = 150
"""Lines of a README: a newcomer reads no more."""
LINK = re.compile(r"\]\(([^)#:]+)\)")
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


def read(language: str, page: str) -> str:
    """A page of the documentation."""
    return (DOCS[language] / page).read_text(encoding="utf-8")


def everything(language: str) -> str:
    """README and all pages in one language."""
    (readme,) = [name for name, tongue in READMES.items() if tongue == language]
    pages = [read(language, page) for page in PAGES]
    return "\n".join([(ROOT / readme).read_text(encoding="utf-8"), *pages])


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LINES_MOST


@pytest.mark.parametrize("name", READMES)
def test_a_readme_leads_to_every_page(name: str) -> None:
    links = set(LINK.findall((ROOT / name).read_text(encoding="utf-8")))
    folder = DOCS[READMES[name]].relative_to(ROOT)
    assert {str(folder / page) for page in PAGES} <= links


def test_every_page_is_there_in_both_languages() -> None:
    assert sorted(page.name for page in DOCS["ru"].glob("*.md")) == PAGES


@pytest.mark.parametrize("name", READMES)
def test_a_readme_begins_with_a_moving_picture_of_its_language(name: str) -> None:
    (first, *_others) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert first.endswith(f"-{READMES[name]}.svg")
    assert "@keyframes" in (ROOT / first).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", DOCS)
def test_the_keys_are_those_of_the_program(language: str) -> None:
    written = BLOCK.search(read(language, "keys.md"))
    assert written is not None
    assert written[0] == f"{written[1]}{block(language)}{written[2]}"


@pytest.mark.parametrize("language", DOCS)
def test_the_names_of_commands_are_all_told(language: str) -> None:
    written = NAMES.search(read(language, "keys.md"))
    assert written is not None
    assert written[0] == f"{written[1]}{names()}{written[2]}"


@pytest.mark.parametrize("name", READMES)
def test_the_keys_of_a_readme_are_those_of_the_program(name: str) -> None:
    """Ten keys, each of which some command has."""
    written = re.findall(r"^\| `(\S+)` \| ", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    locale.use(READMES[name])
    assert len(set(written)) == 10
    assert set(written) <= {key for row in keys.help_rows() for key in row.keys.split(" ")}


@pytest.mark.parametrize("language", DOCS)
def test_the_settings_in_it_are_good(language: str, tmp_path: Path) -> None:
    text = read(language, "settings.md") + read(language, "shops.md")
    example = "".join(re.findall(r"```toml\n(.*?)```", text, re.DOTALL))
    path = tmp_path / "settings.toml"
    path.write_text(example, encoding="utf-8")
    assert profile_names(path, {}) == ("default", "home")
    settings = load(Flags(), {}, path, shop=False)
    commands = chosen(settings.keys.own, path, jcuken=True)
    assert commands[0].keys == ("w", "ctrl+n")


@pytest.mark.parametrize(
    "name", [*READMES, *(f"docs/{page}" for page in PAGES), *(f"docs/ru/{page}" for page in PAGES)]
)
def test_what_a_page_points_to_is_there(name: str) -> None:
    links = LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("language", DOCS)
def test_every_promise_names_a_test(language: str) -> None:
    """The first list of the page; the second says what cannot be promised."""
    (promised, _limits) = re.findall(
        r"^- .*?(?=\n\n|\Z)", read(language, "promises.md"), re.MULTILINE | re.DOTALL
    )
    promises = promised.split("\n- ")
    assert len(promises) >= 12
    assert [promise for promise in promises if not re.search(r"\(\S*tests/\S+\.py\)", promise)] == []


@pytest.mark.parametrize("language", DOCS)
def test_every_marker_of_a_template_is_in_the_table_in_both_languages(language: str) -> None:
    rows = re.findall(r"^\| `(\{\w+\})` \| `(\{\w+\})` \| \S", read(language, "guide.md"), re.MULTILINE)
    languages = ("en", "ru") if language == "en" else ("ru", "en")
    assert rows == [tuple(marker(field, tongue) for tongue in languages) for field in Field]


@pytest.mark.parametrize("language", DOCS)
def test_the_first_template_is_made_by_the_lines_that_say_so(language: str, tmp_path: Path) -> None:
    code = re.findall(r"```sh\n(.*?)```", read(language, "guide.md"), re.DOTALL)
    (lines,) = [block for block in code if "templates:" in block]
    program = tmp_path / "chat-tui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m chat_tui "$@"\n')
    program.chmod(0o700)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-c", lines], check=True, cwd=ROOT, env=environ)
    (made,) = read_shelf(locate().templates).templates
    assert unfilled(made.text) == tuple(
        marker(field, language) for field in (Field.NAME, Field.ORDER, Field.OPERATOR, Field.SHOP)
    )


@pytest.mark.parametrize("language", DOCS)
def test_every_command_line_is_understood(language: str) -> None:
    code = re.findall(r"```sh\n(.*?)```", everything(language), re.DOTALL)
    verbs = set(re.findall(r"chat-tui (\w+)", "\n".join(code)))
    told = subprocess.run(
        [sys.executable, "-m", "chat_tui", "--help"], capture_output=True, text=True, check=True
    )
    assert verbs >= {"demo", "list", "show", "send", "new", "sync", "export", "stats"}
    assert verbs <= set(re.findall(r"^    (\w+)", told.stdout, re.MULTILINE))


@pytest.mark.parametrize("language", DOCS)
def test_every_filter_word_of_the_guide_is_understood(language: str) -> None:
    words = re.findall(r"`(\w+:\w+)`", read(language, "guide.md"))
    query, unknown = read_query(" ".join([*words, ""]), 0)
    assert (query.words, unknown) == ((), ())
    assert len({word.partition(":")[0] for word in words}) == len(FILTER_WORDS)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    (command,) = re.findall(r"\.venv/bin/(pytest.*)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def write(language: str) -> None:
    """Write the current table and names into the page of keys."""
    path, words = DOCS[language] / "keys.md", block(language)
    old = path.read_text(encoding="utf-8")
    new = BLOCK.sub(lambda found: f"{found[1]}{words}{found[2]}", old)
    path.write_text(NAMES.sub(lambda found: f"{found[1]}{names()}{found[2]}", new), encoding="utf-8")


if __name__ == "__main__":
    for chosen_language in DOCS:
        write(chosen_language)
