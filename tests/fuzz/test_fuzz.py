"""Short runs of the fuzz test; `python -m tests.fuzz` is the long one."""

import pytest

from tests.faults.support.seeds import a_seed
from tests.fuzz.path import run


async def test_random_texts_and_names_neither_break_nor_steer_anything() -> None:
    found = await run(seed=7, texts=100, names=20)
    assert (found.texts, found.names, found.leaks) == (100, 20, [])
    assert found.lines > 200


@pytest.mark.thorough
async def test_other_texts_and_names_every_time() -> None:
    found = await run(a_seed(), texts=5_000, names=500)
    assert (found.texts, found.names, found.leaks) == (5_000, 500, [])
