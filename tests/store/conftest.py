"""A real store in a fresh directory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.store.database import Store, StorePaths


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "cache" / "7", tmp_path / "data" / "7")


@pytest.fixture
def store(paths: StorePaths) -> Iterator[Store]:
    opened = Store.open(paths)
    yield opened
    opened.close()
