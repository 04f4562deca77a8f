"""A directory is refused if somebody else could replace it (case 027)."""

import os
from pathlib import Path

import pytest

from chat_tui.paths import ForeignDirectory, make_private

SOMEBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's files")


def between(root: Path, mode: int, owner: int | None = None) -> Path:
    """Make a directory with this mode above a valid leaf; return the leaf."""
    above = root / "xdg" / "chat-tui"
    leaf = above / "default"
    leaf.mkdir(parents=True)
    leaf.chmod(0o700)
    above.chmod(mode)
    if owner is not None:
        os.chown(above, owner, owner)
    return leaf


@pytest.mark.parametrize("mode", [0o777, 0o757, 0o702])
def test_others_may_write_into_one_above(tmp_path: Path, mode: int) -> None:
    leaf = between(tmp_path, mode)
    with pytest.raises(ForeignDirectory) as refused:
        make_private(leaf)
    assert (refused.value.path, refused.value.is_owned) == (leaf.parent, True)


@as_root
@pytest.mark.parametrize("mode", [0o777, 0o755, 0o700, 0o1777])
def test_one_above_belongs_to_somebody_else(tmp_path: Path, mode: int) -> None:
    leaf = between(tmp_path, mode, SOMEBODY)
    with pytest.raises(ForeignDirectory) as refused:
        make_private(leaf)
    assert (refused.value.path, refused.value.is_owned) == (leaf.parent, False)


@as_root
def test_the_way_through_a_link_is_looked_at_too(tmp_path: Path) -> None:
    leaf = between(tmp_path, 0o777, SOMEBODY)
    (tmp_path / "link").symlink_to(leaf.parent)
    with pytest.raises(ForeignDirectory):
        make_private(tmp_path / "link" / "default")


def test_a_missing_leaf_is_not_made_there(tmp_path: Path) -> None:
    leaf = between(tmp_path, 0o777)
    with pytest.raises(ForeignDirectory):
        make_private(leaf.parent / "other")
    assert not (leaf.parent / "other").exists()


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o1777, 0o711])
def test_usual_directories_above_are_used(tmp_path: Path, mode: int) -> None:
    leaf = between(tmp_path, mode)
    assert make_private(leaf) == leaf
