"""What the operator is told once before a message is sent; a second Enter then sends it."""

from chat_tui.locale import _
from chat_tui.model.chat import ChatStatus
from chat_tui.model.contacts import contacts
from chat_tui.model.ids import ChatId
from chat_tui.model.queue import QueueItem
from chat_tui.model.template import unfilled
from chat_tui.ui.view.contact_words import contact_warning
from chat_tui.ui.view.template_rows import unfilled_words


class Objections:
    """Remembers what was said, so that it is said once for each finished chat and for each text."""

    def __init__(self) -> None:
        self._finished: ChatId | None = None
        """The finished chat in which the operator knows that it is."""
        self._contacts: tuple[ChatId, str] | None = None
        """The chat and the text of which the operator knows what it seems to hold."""

    def next(self, item: QueueItem, text: str) -> str | None:
        """The next thing to be said before `text` goes to the chat `item`; None = it may go.

        Only a marker of a template that nobody filled in is said again and again.
        """
        if markers := unfilled(text):
            return unfilled_words(markers)
        chat = item.chat
        if chat.status == ChatStatus.FINISHED and self._finished != chat.chat_id:
            self._finished = chat.chat_id
            return _("This chat is finished: the Market may refuse the message. Enter again sends it.")
        found = contacts(text, (chat.context.order_id, chat.context.return_id))
        if found and self._contacts != (chat.chat_id, text):
            self._contacts = (chat.chat_id, text)
            return contact_warning(found)
        return None
