"""The Market where it cannot be asked: what is in the store is shown, and the reason said.

No client for it can be made, or nothing of what it would answer could be kept.
"""

from collections.abc import Callable, Mapping
from typing import Any

from chat_tui.inbox.bulletin import Bulletin
from chat_tui.inbox.market import Market
from chat_tui.market.access import AccessError
from chat_tui.model.link import Budget
from chat_tui.model.problem import Problem, ProblemKind


class Unreachable:
    """Has the shape of a Market and answers every question with the same problem."""

    proxy = ""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """None is known."""
        return {}

    async def _refuse(self, *_asked: Any, **_more: Any) -> Problem:
        return self.problem

    get_chats = get_chat = get_chat_history = get_chat_message = get_orders = get_return = _refuse
    get_key_rights = get_shops = create_chat = send_message = send_file = fetch_file = _refuse

    async def aclose(self) -> None:
        """Nothing is open."""


def reach(connect: Callable[[], Market], bulletin: Bulletin) -> Market:
    """The client that `connect` makes; where proxy, certificates or the local files allow none that is
    said, and an `Unreachable` takes its place: nothing will be asked or sent.
    """
    problem = bulletin.link.view_only
    if problem is not None and problem.kind is ProblemKind.UNWRITABLE:
        bulletin.failed(problem)
        return Unreachable(problem)
    try:
        return connect()
    except AccessError as error:
        problem = Problem(ProblemKind.SURROUNDINGS, message=str(error))
        bulletin.failed(problem)
        return Unreachable(problem)
