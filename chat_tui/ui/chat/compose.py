"""The box in which an answer is written; the screen tells it to whom it is addressed."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from chat_tui.locale import _, ngettext
from chat_tui.model.chat import TEXT_LIMIT, text_length
from chat_tui.model.door import as_sent
from chat_tui.model.template import unfilled
from chat_tui.safetext import is_blank, one_line, stripped
from chat_tui.terminal.keys import bind
from chat_tui.terminal.text_box import TextBox
from chat_tui.ui.keys import Where, bindings, freed
from chat_tui.ui.kit.bars import NoticeLine
from chat_tui.ui.kit.text import plain
from chat_tui.words import glyphs

_COUNTED_FROM: Final = TEXT_LIMIT * 4 // 5
_SAME_PRESS: Final = 0.1
"""Seconds within which a second Enter is the same one, bouncing; a later one is executed or answered."""


class Compose(TextBox):
    """A text box for one message: Enter sends, the text stays until the screen says that it is safe."""

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
    Compose.-too-long, Compose.-unfilled {
        border-subtitle-color: $text-error;
        border-subtitle-style: bold;
    }
    """

    @dataclass
    class SendWanted(Message):
        """The operator pressed Enter; the text stays until `clear_after_send`."""

        text: str

    class AttachWanted(Message):
        """A file shall be chosen."""

    class EditWanted(Message):
        """The text shall be edited in the operator's own editor."""

    class TemplateWanted(Message):
        """A template shall be chosen: answered by `put`, in any case."""

    class NextWanted(Message):
        """The operator goes on with the next waiting chat; the text stays."""

    class Told(Message):
        """Something is told at the caret, or no longer: other heights fit."""

    class TypedTooSoon(Message):
        """Text came for the chat that stood here before: `type_astray`, once that one is shown again."""

    class LeaveWanted(Message):
        """The operator steps out of the box; the text stays."""

    class Changed(TextArea.Changed):
        """The text changed: what to keep as a draft."""

        def __init__(self, text_area: TextArea) -> None:
            super().__init__(text_area)
            assert isinstance(text_area, Compose)
            self.text = text_area.text
            self.caret = text_area.caret
            """Characters before the caret."""

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is the clock of the events, in seconds."""
        super().__init__(
            id=id, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", highlight_cursor_line=False
        )
        self.cursor_blink = False
        self._now = now
        self._pressed_at = 0.0
        """When the key was pressed that is acted upon now: a slow machine makes no two presses one."""
        self._enter_at = -_SAME_PRESS
        self._put_at = -_SAME_PRESS
        self._after_put = ""
        """The whole text as a template left it."""
        self._forbidden = ""
        self._awaits_template = False
        self._readable_at = 0.0
        """What was typed before it was meant for the chat before; seconds of the clock of events."""
        self._astray = ""
        """What was typed for the chat before, until that one is shown again."""
        self._slash_asked = False
        """Whether all there was when the templates were asked for is the `/` that did it."""
        self.told = NoticeLine(id="told")
        """Where `tell` says something; the screen puts it above the box."""
        self._told_of = ""
        """The text of which something is told."""
        self._is_asked = False
        """Whether the answer to a `SendWanted` is still to come."""
        bind(self, bindings(Where.COMPOSE), freed=freed(Where.COMPOSE))

    def address(self, content: Content) -> None:
        """Show to whom this text will go."""
        self.border_title = content

    def forbid(self, why: str) -> None:
        """Nothing can be sent from here: the sentence stands in the empty box; an empty one lifts it."""
        if why != self._forbidden:
            self._forbidden = why
            self.placeholder = plain(why)
            self.set_class(bool(why), "-forbidden")
            self._count()

    def tell(self, words: str) -> None:
        """Say a sentence about what is written here, at the caret: until the text changes or is sent.

        An empty sentence takes back what was told.
        """
        self._told_of = self.text
        self.told.say(one_line(words))
        self.post_message(self.Told())

    def answered(self) -> None:
        """What became of the last `SendWanted` is decided: the text is cleared by now, or something told."""
        self._is_asked = False
        # Only our own sentence: why the text was refused stays.
        if self.told.words == _saving():
            self.tell("")

    @property
    def is_refused(self) -> bool:
        """Whether what stands here was meant to be sent, and was not."""
        return bool(self.told.words) and not self._is_asked and not is_blank(self.text)

    def load(self, text: str, caret: int) -> None:
        """Put a draft back; no `Changed` follows, for nothing new was typed."""
        with self.prevent(self.Changed):
            self.load_text(stripped(text))
        self.tell("")
        self._awaits_template = False
        self._readable_at = 0.0
        self.place_caret(caret)
        self._count()

    def came_by_itself(self, readable_at: float) -> None:
        """This chat was opened by no key: text that was typed before it can be read is not for it."""
        self._readable_at = readable_at

    def type_astray(self) -> None:
        """Type what was kept from a chat that came by itself; nothing if nothing was."""
        text, self._astray = self._astray, ""
        self._readable_at = 0.0
        if text:
            self.type_text(text)

    def _keep_astray(self, text: str) -> None:
        self._astray += text
        # All that follows goes the same way until a chat was shown for it: a text is never torn in two.
        self._readable_at = math.inf
        self.post_message(self.TypedTooSoon())

    def clear_after_send(self, sent: str) -> None:
        """Remove the text of a `SendWanted`; what was typed behind it since then stays."""
        if self.text.startswith(sent):
            self.load(self.text[len(sent) :], self.caret - len(sent))

    def put(self, text: str | None) -> None:
        """The answer to `TemplateWanted`: the text, in place of the `/` that asked for it; None = nothing.

        The Enter that chose it, bouncing or held down, sends nothing.
        """
        self._awaits_template = False
        if text is None:
            return
        self._put_at = self._now()
        self.tell("")
        if self._slash_asked and self.text.startswith("/"):
            # Letters typed meanwhile stay behind it, and the caret behind them.
            self.replace(text, (0, 0), (0, 1))
        else:
            self.type_text(text)
        self._after_put = self.text

    def on_compose_changed(self) -> None:
        """Keep the counter right; an Enter behind new text is a new one."""
        self._enter_at = -_SAME_PRESS
        if self.text != self._after_put:
            self._put_at = -_SAME_PRESS
        if self.told.words and self.text != self._told_of:
            self.tell("")
        self._count()

    def on_text_box_typed_as_paste(self, message: TextBox.TypedAsPaste) -> None:
        """Say at the caret that nothing was sent."""
        words = ngettext(
            "{count} line break came at once; Enter sends all as one text",
            "{count} line breaks came at once; Enter sends all as one text",
            message.count,
        )
        self.tell(words.format(count=message.count))

    def action_send(self) -> None:
        """Ask for the text to be sent, or say why not; a pasted Enter is a new line."""
        if self.enter_is_pasted:
            self.take_enter_for_line()
        elif why := self._not_yet():
            self.tell(why)
        elif not self._is_bounce():
            if why := self._not_this():
                self.tell(why)
            else:
                self._is_asked = True
                self.post_message(self.SendWanted(self.text))

    def _not_yet(self) -> str:
        """Why an Enter at this moment may not have been meant for the text that stands here now."""
        if self._awaits_template:
            return _("A template is still being chosen, so nothing was sent.")
        if self._pressed_at - self._put_at < _SAME_PRESS:
            return _("Enter came at once behind the template, so nothing was sent. Enter again sends it.")
        return ""

    def _is_bounce(self) -> bool:
        """Whether this Enter is the one before: what became of that one is shown or told."""
        before, self._enter_at = self._enter_at, self._pressed_at
        return self._enter_at - before < _SAME_PRESS

    def _not_this(self) -> str:
        """Why there is nothing that can be sent."""
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
        self._awaits_template, self._slash_asked = True, self.text == "/"
        self.post_message(self.TemplateWanted())

    def action_edit(self) -> None:
        """Ask for the operator's own editor."""
        self.post_message(self.EditWanted())

    def action_next_in_text(self) -> None:
        """Ask for the next waiting chat."""
        self.post_message(self.NextWanted())

    def action_leave(self) -> None:
        """Ask to leave."""
        self.post_message(self.LeaveWanted())

    def _count(self) -> None:
        length = text_length(as_sent(self.text))
        markers = unfilled(self.text)
        words = [_("view only")] if self._forbidden else []
        words += [_("not filled in: {markers}").format(markers=" ".join(markers))] if markers else []
        if length > _COUNTED_FROM:
            words.append(f"{length}/{TEXT_LIMIT}")
        self.border_subtitle = plain(glyphs.JOIN.join(words)) if words else None
        self.set_class(length > TEXT_LIMIT, "-too-long")
        self.set_class(bool(markers), "-unfilled")

    async def on_key(self, event: events.Key) -> None:
        self._pressed_at = event.time
        if event.time < self._readable_at and event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self._keep_astray(event.character)
            return
        if event.character == "/" and not self.text:
            # It stands in the box while the list is open, and goes on to the binding.
            event.prevent_default()
            self.type_text("/")

    async def on_paste(self, event: events.Paste) -> None:
        if event.time < self._readable_at:
            event.stop()
            event.prevent_default()
            self._keep_astray(event.text)


def _saving() -> str:
    return _("Saving what was sent before. Press Enter again when this line is gone.")
