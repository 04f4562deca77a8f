"""F-108, F-116, F-118: other things in the place of the files, and who may read the files."""

import os
import shutil
from pathlib import Path

import pytest

from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from chat_tui.store.database import Store, StorePaths
from chat_tui.store.errors import StoreProblem
from tests.faults.support.checks import check_modes
from tests.support.program import at_home, run
from tests.support.refs import BUSINESS, ref
from tests.support.sandbox import Sandbox
from tests.support.shop import open_store
from tests.support.stored import chats_with_drafts


@pytest.mark.parametrize("what", ["read-only", "cannot be created", "a file", "below a file"])
def test_f_108_a_data_directory_that_cannot_be_used(tmp_path: Path, market: Sandbox, what: str) -> None:
    place = tmp_path / "data"
    if what == "read-only":
        if os.geteuid() == 0 and not shutil.which("setpriv"):
            pytest.skip("root may write everywhere, and setpriv is not here to take that from it")
        (place / "chat-tui").mkdir(parents=True, mode=0o700)
        (place / "chat-tui").chmod(0o500)
    elif what == "cannot be created":
        place = Path("/proc/nowhere")
    elif what == "a file":
        (place / "chat-tui").mkdir(parents=True)
        (place / "chat-tui" / "default").write_text("мой файл")
    else:
        place.write_text("мой файл")
    ended = run("list", environment=at_home(tmp_path, market, XDG_DATA_HOME=str(place)))
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert str(place) in line
    assert "Traceback" not in line
    assert market.api_key not in line
    if "file" in what:
        kept = place / "chat-tui" / "default" if what == "a file" else place
        assert kept.read_text() == "мой файл"


def test_f_108_a_business_whose_directory_is_a_file(tmp_path: Path, market: Sandbox) -> None:
    home = tmp_path / "data" / "chat-tui" / "default"
    home.mkdir(parents=True, mode=0o700)
    (home / str(market.business_id)).write_text("мой файл")
    ended = run("list", environment=at_home(tmp_path, market))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "is not a directory: move it away" in ended.stderr
    assert (home / str(market.business_id)).read_text() == "мой файл"


def test_f_118_old_permissions_are_tightened_and_said_once(tmp_path: Path, market: Sandbox) -> None:
    environment = at_home(tmp_path, market)
    assert run("list", environment=environment).stderr == ""
    own = [tmp_path / kind / "chat-tui" / "default" for kind in ("data", "cache")]
    for root in own:
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    said = run("list", environment=environment)
    assert said.returncode == 0
    business = str(market.business_id)
    assert [line.split(" was readable")[0].split("/")[-2:] for line in said.stderr.splitlines()] == [
        ["default", business],
        ["default", business],
        [business, "cache.db"],
        [business, "state.db"],
    ]
    check_modes(own)
    assert run("list", environment=environment).stderr == ""


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    """A store with one draft."""
    store = open_store(tmp_path)
    write(store, 1)
    store.close()
    return store.paths


def write(store: Store, chat_id: int) -> None:
    store.write_state(drafts.save, Draft(ref(chat_id), "x", 1), chat_id).result()


@pytest.mark.parametrize("part", ["cache.db", "state.db", "state.db-wal", "state.db-shm"])
@pytest.mark.parametrize("kind", ["symlink", "dangling", "second name"])
def test_f_116_a_link_in_the_place_of_a_file(paths: StorePaths, tmp_path: Path, part: str, kind: str) -> None:
    place = (paths.cache_dir if part == "cache.db" else paths.data_dir) / part
    real = tmp_path / "elsewhere"
    content = place.read_bytes() if place.exists() else b"abc"
    place.unlink(missing_ok=True)
    if kind != "dangling":
        real.write_bytes(content)
    if kind == "second name":
        os.link(real, place)
    else:
        place.symlink_to(real)
    with pytest.raises(StoreProblem, match="link"):
        Store(paths)
    assert real.exists() == (kind != "dangling"), "no file is created through a link"
    if real.exists():
        assert real.read_bytes() == content
    assert not list(tmp_path.glob("elsewhere-*")), "no second journal"


def test_f_116_two_names_of_one_directory_share_one_journal(paths: StorePaths, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(paths.data_dir)
    one = Store(paths)
    other = Store(StorePaths(paths.cache_dir, tmp_path / "other", BUSINESS))
    for number in range(2, 12):
        write(one if number % 2 else other, number)
    assert {len(store.read(chats_with_drafts).result()) for store in (one, other)} == {11}
    assert len(list(paths.data_dir.glob("*-wal"))) == 1
    for store in (one, other):
        store.close()


def test_f_116_a_lock_file_that_is_a_link_is_refused(paths: StorePaths, tmp_path: Path) -> None:
    (paths.data_dir / "state.lock").unlink()
    (paths.data_dir / "state.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreProblem, match="cannot be created or read"):
        Store(paths)
    assert not (tmp_path / "elsewhere").exists()
