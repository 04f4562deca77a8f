"""A short run of the fuzz; the long one is `python -m tests.fuzz`."""

from tests.fuzz.path import run


async def test_random_texts_and_names_neither_break_nor_steer_anything() -> None:
    found = await run(seed=7, texts=300, names=60)
    assert (found.texts, found.names, found.leaks) == (300, 60, [])
    assert found.lines > 600
