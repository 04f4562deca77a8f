"""The checks of a release find what is missing; building one takes longer: `make release-check`."""

import zipfile
from pathlib import Path

from chat_tui import __version__
from tests.release import ROOT, missing, notes

CHANGELOG = """\
# Changelog

## [Unreleased]

## [1.2.0] - 2026-11-28

### Added

- A key.

## [1.1.0] - 2026-10-01

- The first version.
"""


def test_the_notes_are_those_of_the_version() -> None:
    assert notes("1.2.0", CHANGELOG) == "### Added\n\n- A key."
    assert notes("1.1.0", CHANGELOG) == "- The first version."
    assert notes("1.2", CHANGELOG) is None
    assert notes("1x2.0", CHANGELOG) is None


def test_the_changelog_tells_of_this_version() -> None:
    assert notes(__version__, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def test_a_wheel_without_catalogues_is_not_whole(tmp_path: Path) -> None:
    wheel = tmp_path / "chat_tui.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("chat_tui/py.typed", "")
    left_out = missing(wheel)
    assert len(left_out) == len(list((ROOT / "chat_tui" / "locale").glob("*/*.po")))
    assert all(name.startswith("chat_tui/locale/ru/") and name.endswith(".mo") for name in left_out)
