"""The compose box: the text of one message, until the outbox has it.

Not its job: which chat the text belongs to, how it is saved as a draft, and whether it may be sent (`pane`).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.message import Message

from chat_tui.locale import _, ngettext
from chat_tui.model.chat import TEXT_LIMIT, text_length
from chat_tui.model.door import as_sent
from chat_tui.model.template import unfilled
from chat_tui.safetext import is_blank, one_line, stripped
from chat_tui.terminal.keys import bind
from chat_tui.terminal.layout import TWINS
from chat_tui.terminal.text_box import TextBox
from chat_tui.ui.keys import Where, bindings, freed
from chat_tui.ui.kit.bars import NoticeLine
from chat_tui.ui.kit.text import plain
from chat_tui.words import glyphs
from chat_tui.words.line import cut

_SLASHES: Final = ("/", ".")
"""What the key of the slash types on the two layouts."""
_WARNED_FROM: Final = TEXT_LIMIT * 9 // 10
"""Characters above which the counter warns."""
_SAME_PRESS: Final = 0.1
"""Seconds within which a second Enter is the same press, bouncing. A later one sends or says why not."""


class Compose(TextBox):
    """A text box for one message: Enter asks to send it; the text stays until `clear_after_send`."""

    DEFAULT_CSS = """
    Compose, Compose:focus {
        height: auto;
        min-height: 3;
        max-height: 10;
        background: transparent;
        border: round $foreground 30%;
        border-title-align: left;
        border-title-color: $foreground;
        border-title-style: none;
        border-subtitle-color: $text-muted;
        border-subtitle-style: none;
        &:ansi { border: round ansi_bright_black; }
    }
    Compose:focus {
        border: round $border;
        border-title-style: bold;
    }
    Compose.-forbidden {
        min-height: 4;
    }
    Compose:disabled {
        opacity: 100%;
    }
    Compose.-near-limit {
        border-subtitle-color: $text-warning;
    }
    Compose.-too-long, Compose.-unfilled {
        border-subtitle-color: $text-error;
        border-subtitle-style: bold;
    }
    """

    @dataclass
    class SendWanted(Message):
        """The operator pressed Enter. Must be followed by `answered`, also if nothing was sent."""

        text: str

    class AttachWanted(Message):
        """The operator wants to attach a file."""

    class EditWanted(Message):
        """The operator wants to edit the text in an external editor."""

    class TemplateWanted(Message):
        """The operator wants a template. Must be answered with `put`, with None if none was chosen."""

    class NextWanted(Message):
        """The operator wants the next waiting chat; the text stays."""

    class NoticeChanged(Message):
        """The notice above the box appeared, changed or went: the box may need another height."""

    class TypedTooSoon(Message):
        """Text was meant for the previous chat: show that chat again, then call `type_astray`."""

    class UndoWanted(Message):
        """The operator wants the last send undone: `ctrl+z` in the empty box."""

    class LeaveWanted(Message):
        """The operator leaves the box; the text stays."""

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is the clock of the events, in seconds."""
        super().__init__(
            id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", highlight_cursor_line=False
        )
        self.cursor_blink = False
        self._now = now
        self._pressed_at = 0.0
        """When the key now handled was pressed; on a slow machine it may be handled much later."""
        # Long enough ago that the first Enter is no bounce.
        self._enter_at = -_SAME_PRESS
        self._put_at = -_SAME_PRESS
        self._after_put = ""
        """The whole text right after a template was inserted."""
        self._forbidden = ""
        self._awaits_template = False
        self._readable_at = 0.0
        """Keys pressed before this moment were meant for the previous chat; seconds by the events' clock."""
        self._astray = ""
        """Text typed for the previous chat, kept until that chat is shown again."""
        self._slash_asked = False
        """Whether the box held only the `/` or `.` that opened the list of templates."""
        self.notice = NoticeLine()
        """The notice that `say` sets; the screen places it above the box."""
        self._noticed = ""
        """The text that the notice is about."""
        self._refused = False
        """Whether the notice says why Enter did not send the text."""
        self._outcome = ""
        """What becomes of the message that was sent before; "" = nothing is to be said about it."""
        self._is_asked = False
        """Whether a `SendWanted` has not been answered yet."""
        self._subtitle = ""
        """The words on the lower frame."""
        bind(self, bindings(Where.COMPOSE), freed=freed(Where.COMPOSE))

    def forbid(self, why: str) -> None:
        """Show in the empty box why nothing can be sent from here; "" = sending is allowed."""
        if why != self._forbidden:
            self._forbidden = why
            self.placeholder = plain(why)
            self.set_class(bool(why), "-forbidden")
            self._count()

    def say(self, words: str) -> None:
        """Show a notice about the text above the box until the text changes or is sent; "" removes it."""
        self._noticed, self._refused = self.text, False
        self.notice.say(one_line(words))
        self.post_message(self.NoticeChanged())

    def refuse(self, words: str) -> None:
        """Say why Enter did not send the text."""
        self.say(words)
        self._refused = True

    def report(self, words: str) -> None:
        """Show on the lower frame what becomes of the message sent before; "" removes it."""
        if words != self._outcome:
            self._outcome = words
            self._count()

    def answered(self) -> None:
        """The last `SendWanted` is done: the text was cleared, or `refuse` has said why it was not sent."""
        self._is_asked = False
        # Only the "saving" notice is obsolete: the reason for a refusal must stay.
        if self.notice.words == _saving():
            self.say("")

    @property
    def frame_room(self) -> int:
        """Cells for words on the upper or the lower frame."""
        return max(0, self.outer_size.width - 4)

    @property
    def is_refused(self) -> bool:
        """Whether Enter was pressed for this text and it was not sent."""
        return self._refused and not self._is_asked and not is_blank(self.text)

    def load(self, text: str, caret: int) -> None:
        """Show a saved draft, the caret after `caret` characters. No `Changed` follows: nothing was typed."""
        with self.prevent(self.Changed):
            self.load_text(stripped(text))
        self.say("")
        self._awaits_template = False
        self._readable_at = 0.0
        self.place_caret(caret)
        self._count()

    def came_by_itself(self, readable_at: float) -> None:
        """No key opened this chat: text typed before `readable_at` was meant for the previous one."""
        self._readable_at = readable_at

    def type_astray(self) -> None:
        """Insert the text that was held back because it was meant for this chat."""
        text, self._astray = self._astray, ""
        self._readable_at = 0.0
        if text:
            self.type_text(text)

    def _keep_astray(self, event: events.Event, text: str) -> None:
        event.stop()
        event.prevent_default()
        self._astray += text
        # Everything typed from now on is held back too, until a chat is shown: no text is split in two.
        self._readable_at = math.inf
        self.post_message(self.TypedTooSoon())

    def clear_after_send(self, sent: str) -> None:
        """Remove the text of a `SendWanted`; what was typed after it stays."""
        # If the sent part was edited meanwhile, all of the text stays, so that no letter is lost.
        if self.text.startswith(sent):
            self.load(self.text[len(sent) :], self.caret - len(sent))

    def put(self, text: str | None) -> None:
        """Answer `TemplateWanted`: insert the template in place of the `/` or `.`; None = none was chosen.

        The Enter that chose the template sends nothing, even if the key bounces or is held down.
        """
        self._awaits_template = False
        if text is None:
            return
        self._put_at = self._now()
        self.say("")
        if self._slash_asked and self.text.startswith(_SLASHES):
            # Letters typed meanwhile stay after the template, and the caret after them.
            self.replace(text, (0, 0), (0, 1))
        else:
            self.type_text(text)
        self._after_put = self.text

    def on_text_area_changed(self) -> None:
        """Update counter and notice. An Enter after new text is a new press, not a bounce."""
        self._enter_at = -_SAME_PRESS
        # Text was typed behind the template: an Enter after it is meant, however soon it comes.
        if self.text != self._after_put:
            self._put_at = -_SAME_PRESS
        if self.notice.words and self.text != self._noticed:
            self.say("")
        self._count()

    def on_text_box_typed_as_paste(self, message: TextBox.TypedAsPaste) -> None:
        """Say that line breaks which came all at once were taken as text and sent nothing."""
        words = ngettext(
            "{count} line break came at once; Enter sends all as one text",
            "{count} line breaks came at once; Enter sends all as one text",
            message.count,
        )
        self.say(words.format(count=message.count))

    def action_send(self) -> None:
        """Ask the screen to send the text, or say why not; a pasted Enter is a line break."""
        if self.enter_is_pasted:
            self.take_enter_for_line()
        elif why := self._not_yet():
            self.refuse(why)
        elif not self._is_bounce():
            if why := self._not_this():
                self.refuse(why)
            else:
                self._is_asked = True
                self.post_message(self.SendWanted(self.text))

    def _not_yet(self) -> str:
        """Why an Enter at this moment may not be meant for this text; "" if it is."""
        if self._awaits_template:
            return _("A template is still being chosen, so nothing was sent.")
        if self._pressed_at - self._put_at < _SAME_PRESS:
            return _("Enter came at once behind the template, so nothing was sent. Enter again sends it.")
        return ""

    def _is_bounce(self) -> bool:
        """Whether this Enter is the previous press, bouncing: that one has been acted on already."""
        before, self._enter_at = self._enter_at, self._pressed_at
        return self._enter_at - before < _SAME_PRESS

    def _not_this(self) -> str:
        """Why this text cannot be sent; "" if it can."""
        if self._is_asked:
            return _saving()
        if is_blank(self.text):
            return self._forbidden or _("There is nothing to send: type a message first.")
        if text_length(as_sent(self.text)) > TEXT_LIMIT:
            words = _("The text is over {limit} characters. Shorten it or send it in two messages.")
            return words.format(limit=TEXT_LIMIT)
        return ""

    def action_newline(self) -> None:
        """Start a new line at the caret."""
        self.type_text("\n")

    def action_attach(self) -> None:
        """Ask for a file."""
        self.post_message(self.AttachWanted())

    def action_templates(self) -> None:
        """Ask for a template."""
        self._awaits_template, self._slash_asked = True, self.text in _SLASHES
        self.post_message(self.TemplateWanted())

    def action_edit(self) -> None:
        """Ask for the operator's own editor."""
        self.post_message(self.EditWanted())

    def action_next_in_text(self) -> None:
        """Ask for the next waiting chat."""
        self.post_message(self.NextWanted())

    def action_undo_send(self) -> None:
        """Undo the last edit of the text; in an empty box the last send."""
        # A text that was deleted comes back while there is no send that could still be undone.
        is_emptied = bool(self.history.undo_stack) and not self._outcome
        if self.text or is_emptied:
            self.undo()
        else:
            self.post_message(self.UndoWanted())

    def action_leave(self) -> None:
        """Ask to leave."""
        self.post_message(self.LeaveWanted())

    def _count(self) -> None:
        # Blanks at the end are not sent, so they do not count.
        length = text_length(as_sent(self.text))
        markers = unfilled(self.text)
        words = [_("view only")] if self._forbidden else []
        if markers:
            missing = _("Not filled in: {markers}. Write it yourself.")
            words.append(missing.format(markers=" ".join(markers)))
        if length:
            words.append(f"{length}/{TEXT_LIMIT}")
        if self._outcome:
            # Cut first: what is about the text itself must stay readable.
            room = self.frame_room - sum(cell_len(one) + len(glyphs.JOIN) for one in words)
            words.insert(0, cut(self._outcome, room))
        subtitle = glyphs.JOIN.join(filter(None, words))
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.border_subtitle = plain(subtitle) if subtitle else None
        self.set_class(length > _WARNED_FROM, "-near-limit")
        self.set_class(length > TEXT_LIMIT, "-too-long")
        self.set_class(bool(markers), "-unfilled")

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether a key types text. In the empty box the key of the slash does not, on either layout."""
        return (bool(self.text) or TWINS.get(key) != "slash") and super().check_consume_key(key, character)

    def on_resize(self) -> None:
        """Cut the words on the frame for the new width."""
        self._count()

    async def on_key(self, event: events.Key) -> None:
        self._pressed_at = event.time
        # Only what types text: keys that command act on the chat that is shown.
        if event.time < self._readable_at and event.is_printable and event.character:
            self._keep_astray(event, event.character)
        elif event.key == "slash" and event.character and not self.text:
            # Typed here, so that it is in the box while the list is open. The event goes on to the binding.
            event.prevent_default()
            self.type_text(event.character)

    async def on_paste(self, event: events.Paste) -> None:
        if event.time < self._readable_at:
            self._keep_astray(event, event.text)


def _saving() -> str:
    return _("Saving what was sent before. Press Enter again when this line is gone.")
