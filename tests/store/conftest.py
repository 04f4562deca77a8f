"""A real store in a fresh directory."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.store.database import Store, StorePaths
from tests.support.refs import BUSINESS


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an empty store; each test gets a copy, because creating them waits for the disk."""
    root = tmp_path_factory.mktemp("empty")
    Store(StorePaths(root / "cache", root / "data", BUSINESS)).close()
    return root


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "cache" / "7", tmp_path / "data" / "7", BUSINESS)


@pytest.fixture
def store(paths: StorePaths, empty: Path) -> Iterator[Store]:
    shutil.copytree(empty / "cache", paths.cache_dir)
    shutil.copytree(empty / "data", paths.data_dir)
    opened = Store(paths)
    yield opened
    opened.close()
