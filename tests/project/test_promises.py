"""Every promise of the screen has a test that names it; no test names a promise that does not exist."""

from tests.promises import named, promises


def test_every_promise_is_named_by_a_test() -> None:
    assert set(promises()) == set(named())
