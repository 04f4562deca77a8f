"""Every sentence that the screen promises has a test that names it; no test names one that is not there."""

from tests.promises import named, promises


def test_every_promise_is_named_by_a_test() -> None:
    assert set(promises()) == set(named())
