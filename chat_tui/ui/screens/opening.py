"""The ways into a chat: the one that is meant, and the one that is answered next."""

from textual import work

from chat_tui.locale import _
from chat_tui.model.ids import ChatId, MessageId
from chat_tui.model.link import LinkState
from chat_tui.ui import keys
from chat_tui.ui.screens.editing import Editing
from chat_tui.ui.screens.order_desk import OrderDesk
from chat_tui.ui.text import notify
from chat_tui.words.status import notice


class Opening(Editing, OrderDesk):
    """Opens chats; before the list was read, as soon as there is somebody to answer."""

    _sought: tuple[bool, float] | None = None
    """The next chat is wanted and not there yet: whether backwards, and when the last key came by then."""

    async def _open(self, chat_id: ChatId, *, write: bool = False, at: MessageId | None = None) -> None:
        """The one way into a chat: it is shown, highlighted, and has the keys, in its box with `write`."""
        is_another = chat_id != self._talk.chat_id
        if not await self._bring(chat_id, at):
            return
        self.set_focus(self._box if write else self._history)
        if is_another and self._talk.others:
            self._offer_other_draft(chat_id, self._talk.others[0])
        elif is_another:
            self._look_for_edited(chat_id)
        await self._follow_order()

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def _offer_other_draft(self, chat_id: ChatId, text: str) -> None:
        add = await self._flows.offer(text)
        if add and self._talk.chat_id == chat_id:
            await self._talk.add_text(text)

    async def _open_waiting(self, *, backwards: bool) -> None:
        """Open the chat to be answered next; nobody is said to wait no more before all was read."""
        self._sought = None
        chat_id = await self._inbox.next_waiting(self._talk.chat_id, backwards=backwards)
        if chat_id is not None:
            await self._open(chat_id, write=True)
        elif self._is_list_read:
            notify(self.app, _("Nobody else waits for an answer."))
        else:
            self._sought = backwards, self._terminal.keyed_at
            notify(self.app, self._why_unread())

    @property
    def _is_list_read(self) -> bool:
        """Whether the list of every business was ever read to its end."""
        link = self._inbox.link()
        parts = [part for _name, part in link.parts] or [link]
        return all(part.fresh_at is not None for part in parts)

    def _why_unread(self) -> str:
        link = self._inbox.link()
        if link.state in {LinkState.CONNECTING, LinkState.ONLINE}:
            return _("Still reading the chats. The next one opens by itself as soon as it is here.")
        words = _("The chats were not read yet, so nobody can be found. {why} {refresh} asks again.")
        why = notice(link, self._now(), self._zone)
        return words.format(why=why, refresh=keys.key_of("refresh"))

    async def on_desk_news_came(self) -> None:
        """Whoever was wanted before the list was read may be there now, unless another key came since."""
        if self._sought is None:
            return
        backwards, keyed_at = self._sought
        if self._terminal.keyed_at != keyed_at or self.app.screen is not self:
            self._sought = None
        elif self._is_list_read or await self._inbox.next_waiting(self._talk.chat_id) is not None:
            await self._open_waiting(backwards=backwards)
