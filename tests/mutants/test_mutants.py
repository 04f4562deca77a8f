"""Three broken builds in the suite; `python -m tests.mutants` tries them all."""

import pytest

from tests.mutants.__main__ import ROOT, TOO_LONG, is_caught, last_line, try_out
from tests.mutants.broken import Mutant
from tests.mutants.catalogue import MUTANTS

FEW = ("-m", "tests.inbox.simulation", "--worlds", "2")
BRIEF = ("resend on timeout", "lease instead of lock", "commit after the send")


def test_every_patch_still_fits() -> None:
    for mutant in MUTANTS:
        for patch in mutant.patches:
            text = (ROOT / patch.path).read_text(encoding="utf-8")
            assert text.count(patch.search) == 1, f"{mutant.name}: {patch.search}"


def test_the_program_as_it_is_passes() -> None:
    done = try_out(None, FEW)
    assert done.returncode == 0, last_line(done)


def test_tests_that_take_too_long_notice_nothing() -> None:
    done = try_out(None, ("-c", "import time; time.sleep(60)"), patience_s=0.2)
    assert (done.returncode, is_caught(done)) == (TOO_LONG, False)
    assert last_line(done) == "still running after 0.2 s"


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.name in BRIEF], ids=lambda m: m.name)
def test_a_broken_build_is_noticed(mutant: Mutant) -> None:
    done = try_out(mutant, FEW)
    assert is_caught(done), last_line(done)
    assert "seed" in last_line(done)
