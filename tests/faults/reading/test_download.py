"""F-123, F-148 … F-154, F-158, F-159: saving a buyer's file on the operator's disk."""

import asyncio
import os
import resource
import stat
import subprocess
import sys
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from chat_tui.inbox.attachments import LOOKED_AT
from chat_tui.inbox.files import saved_name
from chat_tui.inbox.reading import attachments
from chat_tui.model.file import SAVED_BYTES, AttachmentRef, Saved
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import saved
from tests.faults.support.received import came, kind_of
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.raw_market import Script, raw_market, reply

NAMES = [
    *("../../../../outside.txt", "/etc/outside.txt", "..", ".", "", "a/b", "a\\b", "C:x", ".bashrc", "~/x"),
    *("CON", "x" * 300, "\x1b]0;x\x07.png", "a\nb", "\u202egpj.exe", "x. . ", "-rf", "я" * 300 + ".pdf"),
]


# -- F-123: killed at every step ---------------------------------------------------------------------

_KILLED = """
import os, pathlib, signal, sys
from chat_tui.store import saved
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
step = sys.argv[2]
real = os.link
def link(*told, **more):
    if step == "whole": die()
    real(*told, **more)
    die()
os.link = link
part = saved.Part(pathlib.Path(sys.argv[1]))
step == "nothing" and die()
part.write(b"x" * 500)
step == "half" and die()
part.write(b"x" * 500)
part.keep("photo.png")
"""


@pytest.mark.parametrize("step", ["nothing", "half", "whole", "named"])
def test_f_123_a_kill_leaves_no_half_file_and_the_next_start_sweeps(tmp_path: Path, step: str) -> None:
    folder, data = tmp_path / "folder", tmp_path / "data"
    folder.mkdir()
    data.mkdir()
    saved.remember_folder(data, folder)
    ran = subprocess.run([sys.executable, "-c", _KILLED, str(folder), step], check=False)
    assert ran.returncode == -9
    [left] = [name for name in os.listdir(folder) if name.startswith(".")]
    if step == "named":
        assert (folder / "photo.png").read_bytes() == b"x" * 1000
    else:
        assert os.listdir(folder) == [left]
    with saved.Part(tmp_path / "folder") as living:
        living.write(b"y")
        saved.sweep(data)
        assert living.keep("other.png") == "other.png"
    assert sorted(os.listdir(folder)) == ["other.png", "photo.png"][: 1 + (step == "named")]


# -- F-148 … F-150: names ----------------------------------------------------------------------------


async def test_f_148_every_name_becomes_one_harmless_file_in_the_folder(trial: Trial, tmp_path: Path) -> None:
    case = await came(trial, tmp_path, *((name, b"content") for name in NAMES))
    before = sorted(path for path in tmp_path.rglob("*") if case.folder not in path.parents)
    for index, name in enumerate(NAMES):
        outcome = await case.save(index)
        assert isinstance(outcome, Saved)
        path = Path(outcome.path)
        assert path.parent == case.folder
        assert stat.S_ISREG(path.lstat().st_mode)
        harmless = path.name
        assert harmless == saved_name(name) or "(" in harmless
        assert harmless.isprintable()
        assert not set('/\\:*?"<>|\u202e') & set(harmless)
        assert harmless[0] not in ".~-"
        assert harmless[-1] not in " ."
        assert len(harmless.encode()) <= 255
    assert len(case.kept) == len(NAMES)
    own = {"saved-to", "cache.lock", "state.lock"}
    after = sorted(path for path in tmp_path.rglob("*") if case.folder not in path.parents)
    assert {path.name for path in set(after) - set(before)} <= own
    assert saved_name("photo.tar.gz") == "photo.tar.gz"
    assert saved_name("я" * 300 + ".pdf").endswith("я.pdf")


async def test_f_149_nothing_that_is_there_is_overwritten_or_followed(trial: Trial, tmp_path: Path) -> None:
    """Promised: U55."""
    names = ("file.png", "folder.png", "link.png", "dangling")
    case = await came(trial, tmp_path, *((name, b"new") for name in names))
    outside, nowhere = tmp_path / "outside", tmp_path / "nowhere"
    outside.write_bytes(b"old")
    (case.folder / "file.png").write_bytes(b"old")
    (case.folder / "folder.png").mkdir()
    (case.folder / "link.png").symlink_to(outside)
    (case.folder / "dangling").symlink_to(nowhere)
    for index in range(4):
        assert isinstance(await case.save(index), Saved)
    numbered = ["file (1).png", "folder (1).png", "link (1).png", "dangling (1)"]
    assert case.kept == sorted([*names, *numbered])
    assert all((case.folder / name).read_bytes() == b"new" for name in numbered)
    assert (case.folder / "file.png").read_bytes() == outside.read_bytes() == b"old"
    assert not nowhere.exists()


@pytest.mark.parametrize(
    "header",
    [
        'attachment; filename="../../x"',
        "attachment; filename*=UTF-8''..%2F..%2Fx",
        'filename="a"; filename="b"',
    ],
)
async def test_f_150_names_in_headers_are_ignored(trial: Trial, tmp_path: Path, header: str) -> None:
    case = await came(trial, tmp_path)
    trial.script(Answer(headers={"content-disposition": header}), operation="file")
    assert isinstance(await case.save(), Saved)
    assert case.kept == ["photo.png"]


# -- F-151 … F-154: bytes and modes ------------------------------------------------------------------


async def test_f_151_a_declared_giant_is_not_begun(trial: Trial, tmp_path: Path) -> None:
    case = await came(trial, tmp_path)
    lie = Answer(body=b"x", headers={"content-length": str(SAVED_BYTES + 1)}, cut="close", cut_after=1)
    trial.script(lie, operation="file")
    assert kind_of(await case.save()) is ProblemKind.FILE_OVER_CAP
    assert case.kept == []


async def test_f_151_what_is_too_large_to_be_viewed_can_still_be_saved(trial: Trial, tmp_path: Path) -> None:
    case = await came(trial, tmp_path, ("film.bin", b"x" * (LOOKED_AT + 1)))
    ref = AttachmentRef(case.chat_ref, case.message_id, 0)
    viewed = await trial.shop.inbox.files.read(ref)
    assert kind_of(viewed) is ProblemKind.FILE_ONLY_TO_SAVE
    assert isinstance(await case.save(), Saved)
    assert case.kept == ["film.bin"]


async def test_f_151_an_endless_file_stops_at_the_cap(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "SAVED_BYTES", 1_000_000)
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    async with raw_market(Script((head, *repeat(bytes(100_000), 500)))) as host:
        case = await came(trial, tmp_path, url=f"{host.url}/file")
        assert kind_of(await case.save()) is ProblemKind.FILE_OVER_CAP
    assert case.kept == []


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_f_152_half_a_file_is_no_file(trial: Trial, tmp_path: Path, end: Any) -> None:
    case = await came(trial, tmp_path, ("a.bin", bytes(1000)))
    half = Answer(body=bytes(1000), headers={"content-length": "1000"}, cut=end, cut_after=500)
    trial.script(half, operation="file")
    outcome = await case.save()
    assert kind_of(outcome) is ProblemKind.FILE_CUT
    assert case.kept == []
    assert isinstance(await case.save(), Saved)


async def test_f_153_a_full_disk_leaves_nothing_and_the_program_goes_on(trial: Trial, tmp_path: Path) -> None:
    case = await came(trial, tmp_path, ("a.bin", bytes(6_000_000)), ("b.txt", b"small"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, hard))
    try:
        assert kind_of(await case.save()) is ProblemKind.DISK_FULL
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert case.kept == []
    assert isinstance(await case.save(1), Saved)


async def test_f_154_a_saved_file_is_private_and_cannot_be_run(trial: Trial, tmp_path: Path) -> None:
    case = await came(trial, tmp_path, ("run.sh", b"#!/bin/sh\n"), ("x.desktop", b""))
    before = os.umask(0)
    try:
        outcomes = [await case.save(index) for index in range(2)]
    finally:
        os.umask(before)
    assert all(isinstance(one, Saved) for one in outcomes)
    assert {stat.S_IMODE((case.folder / name).lstat().st_mode) for name in case.kept} == {0o600}


# -- F-158, F-159: the folder ------------------------------------------------------------------------


async def test_f_158_two_of_the_same_name_at_once_are_two_files(trial: Trial, tmp_path: Path) -> None:
    case = await came(trial, tmp_path, ("a.png", b"one"), ("a.png", b"two"))
    outcomes = await asyncio.gather(*(case.save(index % 2) for index in range(6)))
    assert all(isinstance(one, Saved) for one in outcomes)
    assert case.kept == ["a (1).png", "a (2).png", "a (3).png", "a (4).png", "a (5).png", "a.png"]
    assert sorted((case.folder / name).read_bytes() for name in case.kept) == [b"one"] * 3 + [b"two"] * 3


@pytest.mark.parametrize("place", ["gone", "file", "/proc/self", "/dev/null"])
async def test_f_159_a_folder_that_cannot_be_used_is_a_clear_refusal(
    trial: Trial, tmp_path: Path, place: str
) -> None:
    case = await came(trial, tmp_path)
    (tmp_path / "file").write_text("a file")
    outcome = await case.save(into=tmp_path / place)
    assert isinstance(outcome, Problem)
    assert outcome.kind is ProblemKind.FOLDER_UNUSABLE
    assert outcome.message
    assert not [one for one in trial.market.requests if one.operation == "file"]
    assert isinstance(await case.save(), Saved)


async def test_f_159_a_folder_removed_meanwhile_is_one_too(trial: Trial, tmp_path: Path) -> None:
    async with raw_market(Script((reply(b"content"),), waits=True)) as host:
        case = await came(trial, tmp_path, url=f"{host.url}/file")
        saving = asyncio.ensure_future(case.save())
        await host.arrived.wait()
        for name in os.listdir(case.folder):
            (case.folder / name).unlink()
        case.folder.rmdir()
        host.go_on.set()
        assert kind_of(await saving) is ProblemKind.FOLDER_UNUSABLE


async def test_a_save_that_is_broken_off_leaves_nothing(trial: Trial, tmp_path: Path) -> None:
    whole = reply(bytes(1000))
    async with raw_market(Script((whole[:-500], whole[-500:]), pause_s=30)) as host:
        case = await came(trial, tmp_path, url=f"{host.url}/file")
        saving = asyncio.ensure_future(case.save())
        await host.arrived.wait()
        assert len(case.kept) == 1
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        while case.kept:
            await asyncio.sleep(0.005)
