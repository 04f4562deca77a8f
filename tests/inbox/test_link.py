"""The state of the link: what an answer takes back, and what stays until it is answered itself."""

from chat_tui.inbox.events import LIST, EventBus, LinkMonitor
from chat_tui.model.link import LinkState
from chat_tui.model.problem import Certainty, Problem, ProblemKind

HISTORY = "getChatHistory"
NO_BUSINESS = Problem(ProblemKind.NOT_FOUND, Certainty.REFUSED, operation=LIST, http_status=404)
NO_KEY = Problem(ProblemKind.UNAUTHORIZED, Certainty.REFUSED, operation=LIST, http_status=401)


def monitor() -> LinkMonitor:
    return LinkMonitor(EventBus(), lambda: 1)


def test_a_refused_list_stays_refused_while_histories_are_read() -> None:
    """Otherwise its notice would come and go with every round, and the panes would move each time."""
    link = monitor()
    link.failed(NO_BUSINESS)
    link.answered(HISTORY, {})
    assert (link.now.state, link.now.problem) == (LinkState.REFUSED, NO_BUSINESS)
    link.answered(LIST, {})
    assert (link.now.state, link.now.problem) == (LinkState.ONLINE, None)


def test_a_list_that_another_copy_reads_again_is_refused_no_more() -> None:
    link = monitor()
    link.failed(NO_BUSINESS)
    link.caught_up(5)
    assert (link.now.state, link.now.problem, link.now.fresh_at) == (LinkState.ONLINE, None, 5)


def test_a_refused_key_is_taken_back_by_no_answer_and_by_no_other_copy() -> None:
    link = monitor()
    link.refuse(NO_KEY)
    link.answered(LIST, {})
    link.caught_up(5)
    assert (link.now.state, link.now.problem, link.now.fresh_at) == (LinkState.REFUSED, NO_KEY, 5)
