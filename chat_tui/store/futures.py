"""Results that are not there yet."""

import threading
from concurrent.futures import Future


def both(one: Future[int], other: Future[int]) -> Future[tuple[int, int]]:
    """The results of two futures as one."""
    both: Future[tuple[int, int]] = Future()
    left = [one, other]
    guard = threading.Lock()

    def ended(done: Future[int]) -> None:
        with guard:
            left.remove(done)
            if left:
                return
        if not both.set_running_or_notify_cancel():
            return  # nobody waits any more
        try:
            both.set_result((one.result(), other.result()))
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            both.set_exception(error)

    one.add_done_callback(ended)
    other.add_done_callback(ended)
    return both
