"""The Makefile, README and CONTRIBUTING name the same commands."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGET = re.compile(r"^([a-z][a-z-]*):(.*)$", re.MULTILINE)
TELLING = ("CONTRIBUTING.md", "README.md", "README.ru.md", ".github/pull_request_template.md")
CALL = re.compile(r"`make ([a-z-]+)|^make ([a-z-]+)", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def targets() -> dict[str, str]:
    """The text after the colon of each target."""
    return dict(TARGET.findall(read("Makefile")))


def test_every_target_has_a_line_of_help() -> None:
    assert [name for name, rest in targets().items() if not re.search(r" ## \S", rest)] == []


def test_every_target_is_phony_and_no_other() -> None:
    (names,) = re.findall(r"^\.PHONY: ((?:.*\\\n)*.*)", read("Makefile"), re.MULTILINE)
    assert sorted(names.replace("\\\n", " ").split()) == sorted(targets())


@pytest.mark.parametrize("name", TELLING)
def test_every_target_that_is_told_of_exists(name: str) -> None:
    told = {first or second for first, second in CALL.findall(read(name))}
    assert told
    assert told - set(targets()) == set()


def test_contributing_tells_of_every_target() -> None:
    told = {first or second for first, second in CALL.findall(read("CONTRIBUTING.md"))}
    assert set(targets()) - told - {"help"} == set()


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md"])
def test_what_a_page_points_to_is_there(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", read(name))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_test_runs_the_command_of_the_readme() -> None:
    (command,) = re.findall(r"(\.venv/bin/pytest.*)", read("README.md"))
    assert made("-n", "test")[-1] == command


def test_what_a_submission_must_pass_are_both_tiers_as_the_makefile_runs_them() -> None:
    lines = [line for line in read(".ci/run").splitlines() if line.startswith("pytest")]
    ours = re.findall(r"^(?:test|thorough):.*\n\t\$\(BIN\)/(.*)", read("Makefile"), re.MULTILINE)
    assert lines == ours


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_alone_lists_the_targets() -> None:
    assert [line.split()[1] for line in made()] == list(targets())


def made(*arguments: str) -> list[str]:
    """The output of make, without the variables of a make that may run these tests."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()
