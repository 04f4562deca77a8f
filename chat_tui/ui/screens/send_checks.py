"""What the operator was told before a message is sent: said once, and a second Enter agrees to it."""

from collections.abc import Collection, Sequence

from chat_tui.locale import _
from chat_tui.model.doubt import Doubt
from chat_tui.model.ids import ChatId
from chat_tui.words.doubts import doubt_words


class SendChecks:
    """Remembers the doubts that were said, chat by chat; the door decides which there are."""

    def __init__(self) -> None:
        self._said: dict[ChatId, set[Doubt]] = {}

    def agreed(self, chat_id: ChatId) -> Collection[Doubt]:
        """What the next Enter in a chat agrees to."""
        return self._said.get(chat_id, ())

    def say(self, chat_id: ChatId, doubts: Sequence[Doubt]) -> str:
        """What to tell the operator; he then knows it."""
        self._said.setdefault(chat_id, set()).update(doubts)
        return f"{doubt_words(doubts)} {_('Enter again sends it.')}"
