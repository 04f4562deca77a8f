"""Compile the gettext catalogues, so that an installed package can speak.

`python hatch_build.py` does the same by hand after a catalogue was edited.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALE = Path(__file__).parent / "chat_tui" / "locale"


def compile_catalogues() -> None:
    """Write one .mo beside each .po."""
    for source in LOCALE.glob("*/*.po"):
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parent.name))


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before every build, the editable one included."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling; `version` is "standard" or "editable"."""
        compile_catalogues()


if __name__ == "__main__":
    compile_catalogues()
