"""Compile the gettext catalogue of each language, so that an installed package can speak.

`python hatch_build.py` does the same by hand after one was edited.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALE = Path(__file__).parent / "chat_tui" / "locale"


def compile_catalogues() -> None:
    """Write the .mo beside each .po; a reader meanwhile sees the old one or the new one, never half."""
    for source in LOCALE.glob("*/messages.po"):
        compiled = BytesIO()
        with source.open("rb") as po:
            write_mo(compiled, read_po(po, locale=source.parent.name))
        target = source.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != compiled.getvalue():
            beside = target.with_suffix(f".mo.{os.getpid()}")
            beside.write_bytes(compiled.getvalue())
            beside.replace(target)


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before every build, the editable one included."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling; `version` is "standard" or "editable"."""
        compile_catalogues()


if __name__ == "__main__":
    compile_catalogues()
