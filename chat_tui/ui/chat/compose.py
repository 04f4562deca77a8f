"""The compose box: the text of one message, until the outbox has it.

Not its job: which chat the text belongs to, how it is saved as a draft, and whether it may be sent (`pane`).
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message

from chat_tui.locale import _, ngettext
from chat_tui.model.chat import TEXT_LIMIT, text_length
from chat_tui.model.door import as_sent
from chat_tui.model.template import unfilled, unknown
from chat_tui.safetext import is_blank, one_line, stripped
from chat_tui.terminal.keys import bind
from chat_tui.terminal.layout import TWINS
from chat_tui.terminal.text_box import TextBox
from chat_tui.ui.keys import Where, bindings, commands, freed, key_of
from chat_tui.ui.kit.bars import LineList, NoticeLine
from chat_tui.ui.kit.text import plain
from chat_tui.words import glyphs
from chat_tui.words.line import Role, Span, cut, wrap
from chat_tui.words.problems import missing_words

if TYPE_CHECKING:
    from chat_tui.ui.chat.templates import Choice, Shelf

_WARNED_FROM: Final = TEXT_LIMIT * 9 // 10
"""Characters above which the counter warns."""
_SAME_PRESS: Final = 0.1
"""Seconds within which a second Enter is the same press, bouncing. A later one sends or says why not."""

_LOOK: Final = """
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
    border: double $border;
    border-title-style: bold;
    &:ansi { border: double $border; }
}
Compose.-forbidden { min-height: 4; }
Compose:disabled { opacity: 100%; }
Compose.-near-limit { border-subtitle-color: $text-warning; }
Compose.-too-long, Compose.-unfilled {
    border-subtitle-color: $text-error;
    border-subtitle-style: bold;
}
Compose > .text-area--placeholder { color: $text-muted; }
"""


class _Astray:
    """Text typed for the chat before this one, kept until that chat is shown again."""

    def __init__(self) -> None:
        self.readable_at = 0.0
        """Keys pressed before this moment were meant for the previous chat; seconds by the events' clock."""
        self._text = ""

    def takes(self, event: events.Key | events.Paste, text: str) -> bool:
        """Keep the text of an event that came too early; False if it is for the chat that is shown."""
        if event.time >= self.readable_at:
            return False
        event.stop()
        event.prevent_default()
        self._text += text
        # Everything typed from now on is held back too, until a chat is shown: no text is split in two.
        self.readable_at = math.inf
        return True

    def give(self) -> str:
        """The kept text, for the chat that is shown now."""
        text, self._text, self.readable_at = self._text, "", 0.0
        return text


class _Enter:
    """Tells an Enter that is meant from one that bounced, or that was pressed to choose a template."""

    def __init__(self) -> None:
        self.pressed_at = 0.0
        """When the key now handled was pressed; on a slow machine it may be handled much later."""
        # Long enough ago that the first Enter is no bounce.
        self._before = self._put_at = -_SAME_PRESS
        self._put = ""
        """The whole text right after a template was inserted."""

    def typed(self, text: str) -> None:
        """The text of the box changed: an Enter after that is a new press."""
        self._before = -_SAME_PRESS
        # Text was typed behind the template: an Enter after it is meant, however soon it comes.
        if text != self._put:
            self._put_at = -_SAME_PRESS

    def put(self, text: str, at: float) -> None:
        """A template was inserted at this moment; `text` is the whole text now."""
        self._put, self._put_at = text, at

    @property
    def is_of_template(self) -> bool:
        """Whether this Enter is the one that chose the template, bouncing or held down."""
        return self.pressed_at - self._put_at < _SAME_PRESS

    def is_bounce(self) -> bool:
        """Whether this Enter is the previous press, bouncing: that one has been acted on already."""
        before, self._before = self._before, self.pressed_at
        return self._before - before < _SAME_PRESS


class Compose(TextBox):
    """A text box for one message: Enter asks to send it; the text stays until `clear_after_send`."""

    DEFAULT_CSS = _LOOK

    @dataclass
    class SendWanted(Message):
        """The operator pressed Enter. Must be followed by `answered`, also if nothing was sent."""

        text: str

    class AttachWanted(Message):
        """The operator wants to attach a file."""

    class EditWanted(Message):
        """The operator wants to edit the text in an external editor."""

    @dataclass
    class TemplateWanted(Message):
        """The operator wants a template: `TemplatesRead` must follow."""

        choice: "Choice"

    @dataclass
    class TemplatesRead(Message):
        """The templates for a choice were read: it shows them, or takes the one that is chosen already."""

        choice: "Choice"
        shelf: "Shelf"

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
        self._enter = _Enter()
        self._forbidden = ""
        self._choice: Choice | None = None
        """The template that is being chosen; None = none."""
        self._before_choice = ""
        """The text when the choice began: any other text ends it."""
        self._astray = _Astray()
        self.preview_rows = 0
        """Lines of the template that is shown and not taken yet; 0 = none is."""
        self.list = LineList(self._click)
        """The templates to choose from; the screen places them above the notice."""
        self.notice = NoticeLine()
        """The notice that `say` sets; the screen places it above the box."""
        self._noticed = ""
        """The text that the notice is about."""
        self._refused = False
        """Whether the notice says why Enter did not send the text."""
        self._outcome = "", ""
        """What `report` was called with."""
        self._is_asked = False
        """Whether a `SendWanted` has not been answered yet."""
        self._subtitle = ""
        """The words on the lower frame."""
        bind(self, bindings(Where.COMPOSE), freed=freed(Where.COMPOSE))

    def forbid(self, why: str) -> None:
        """Show in the empty box why nothing can be sent from here; "" = sending is allowed."""
        if why != self._forbidden:
            self._forbidden = why
            if self._choice is None:
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

    def report(self, words: str, chat: str = "") -> None:
        """Show on the lower frame what becomes of the message sent before to `chat`; "" removes it.

        `words` have the places `{chat}` and `{key}`, the one that undoes the send.
        """
        if (words, chat) != self._outcome:
            self._outcome = words, chat
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
        return max(0, self.outer_size.width - 6)

    @property
    def is_refused(self) -> bool:
        """Whether Enter was pressed for this text and it was not sent."""
        return self._refused and not self._is_asked and not is_blank(self.text)

    def load(self, text: str, caret: int) -> None:
        """Show a saved draft, the caret after `caret` characters. No `Changed` follows: nothing was typed."""
        with self.prevent(self.Changed):
            self.load_text(stripped(text))
        self._end_choice()
        self.say("")
        self._astray.readable_at = 0.0
        self.place_caret(caret)
        self._count()

    def came_by_itself(self, readable_at: float) -> None:
        """No key opened this chat: text typed before `readable_at` was meant for the previous one."""
        self._astray.readable_at = readable_at

    def type_astray(self) -> None:
        """Insert the text that was held back because it was meant for this chat."""
        if text := self._astray.give():
            self.type_text(text)

    def clear_after_send(self, sent: str) -> None:
        """Remove the text of a `SendWanted`; what was typed after it stays."""
        # If the sent part was edited meanwhile, all of the text stays, so that no letter is lost.
        if self.text.startswith(sent):
            self.load(self.text[len(sent) :], self.caret - len(sent))

    # -- a template ----------------------------------------------------------------------------------

    def action_templates(self, sign: str = "") -> None:
        """Begin to choose a template: the keys choose until Enter or Esc. `sign` as for `Choice`."""
        from chat_tui.ui.chat.templates import Choice  # noqa: PLC0415 - not before the first paint

        self._choice, self._before_choice = Choice(sign), self.text
        self._show_choice(self._choice)
        self.post_message(self.TemplateWanted(self._choice))

    def on_compose_templates_read(self, message: TemplatesRead) -> None:
        """Go on choosing, unless that was given up meanwhile."""
        if message.choice is self._choice:
            message.choice.go_on(message.shelf)
            self._go_on()

    def _click(self, line: int, rows: int) -> None:
        if self._choice is not None:
            self._choice.click(line, rows)
            self._go_on()

    def _go_on(self, pressed_at: float | None = None) -> None:
        """Show the choice as it is now, or take over what was chosen; `pressed_at` is the time of the key."""
        choice = self._choice
        if choice is None:
            return
        if not (choice.is_over or choice.chosen):
            self._show_choice(choice)
            return
        was_refused = self._refused
        self._end_choice()
        if choice.chosen:
            self.put(choice.chosen, pressed_at)
            if was_refused:
                self.refuse(_too_early())

    def _show_choice(self, choice: "Choice") -> None:
        """List the templates above the box, and show the highlighted one in it: not as its text."""
        self.placeholder = words = _previewed(choice.preview)
        # A placeholder has no height of its own.
        self.preview_rows = len(wrap(words.plain, max(1, self.content_size.width))) if words else 0
        self.list.show(choice.lines)
        self.say(choice.missing)
        self._count()

    def _end_choice(self) -> None:
        """Leave the box as it was before the choice."""
        if self._choice is not None:
            self._choice = None
            self.list.show(None)
            self.preview_rows = 0
            self.placeholder = plain(self._forbidden)
            self.say("")
            self._count()

    def put(self, text: str, pressed_at: float | None = None) -> None:
        """Insert a template that was chosen, with the key pressed at this time; None = some time ago.

        The same Enter sends nothing, even if the key bounces or is held down.
        """
        self.type_text(text)
        self._enter.put(self.text, self._now() if pressed_at is None else pressed_at)

    def on_text_area_changed(self) -> None:
        """Update counter and notice. An Enter after new text is a new press, not a bounce."""
        self._enter.typed(self.text)
        if self._choice is not None and self.text != self._before_choice:
            self._end_choice()
        if self.notice.words and self.text != self._noticed:
            self.say("")
        self._count()

    def on_text_box_typed_as_paste(self, message: TextBox.TypedAsPaste) -> None:
        """Say that line breaks which came all at once were taken as text and sent nothing."""
        words = ngettext(
            "Pasted with {count} line break; Enter sends it as one message",
            "Pasted with {count} line breaks; Enter sends it as one message",
            message.count,
        )
        self.say(words.format(count=message.count))

    def action_send(self) -> None:
        """Ask the screen to send the text, or say why not; a pasted Enter is a line break."""
        if self.enter_is_pasted:
            self.take_enter_for_line()
        elif why := self._not_yet():
            self.refuse(why)
        elif not self._enter.is_bounce():
            if why := self._not_this():
                self.refuse(why)
            else:
                self._is_asked = True
                self.post_message(self.SendWanted(self.text))

    def _not_yet(self) -> str:
        """Why an Enter at this moment may not be meant for this text; "" if it is."""
        if self._choice is not None:
            return _("A template is still being chosen, so nothing was sent.")
        if self._enter.pressed_at < self._astray.readable_at and not is_blank(self.text):
            return _("This chat has only just opened, so nothing was sent. Enter again sends it.")
        if self._enter.is_of_template:
            return _too_early()
        return ""

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

    def action_edit(self) -> None:
        """Ask for the operator's own editor."""
        self.post_message(self.EditWanted())

    def action_next_in_text(self) -> None:
        """Ask for the next waiting chat."""
        self.post_message(self.NextWanted())

    def action_undo_send(self) -> None:
        """Undo the last edit of the text; in an empty box the last send."""
        # A text that was deleted comes back while there is no send that could still be undone.
        is_emptied = bool(self.history.undo_stack) and not self._outcome[0]
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
        markers = (*unfilled(self.text), *unknown(self.text))
        words = [_("view only")] if self._forbidden else []
        words += [missing_words(markers)] if markers else []
        words += [f"{length}/{TEXT_LIMIT}"] if length else []
        before, chat = self._outcome if self._choice is None else (self._choice.caption, "")
        if "{key}" in before:
            undo = f"{key_of('leave')} {key_of('undo')}" if self.text else key_of("undo_send")
            before = before.replace("{key}", undo)
        subtitle = _on_frame(before, chat, words, self.frame_room)
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.border_subtitle = plain(subtitle) if subtitle else None
        self.set_class(length > _WARNED_FROM, "-near-limit")
        self.set_class(length > TEXT_LIMIT, "-too-long")
        self.set_class(bool(markers), "-unfilled")

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Whether a key types text. In the empty box the key of the slash does not, on either layout."""
        opens = TWINS.get(key) == "slash" and not self.text and self._choice is None
        return not (opens and _slash_opens()) and super().check_consume_key(key, character)

    def on_blur(self) -> None:
        """Give up the choice of a template: the keys go elsewhere now."""
        self._end_choice()

    def on_resize(self) -> None:
        """Cut the words on the frame for the new width."""
        self._count()

    async def on_key(self, event: events.Key) -> None:
        self._enter.pressed_at = event.time
        # Only what types text: keys that command act on the chat that is shown.
        typed = event.character if event.is_printable else None
        if typed and self._astray.takes(event, typed):
            self.post_message(self.TypedTooSoon())
        elif self._choice is not None:
            if self._choice.press(event.key, typed):
                event.stop().prevent_default()
                self._go_on(event.time)
        elif event.key == "slash" and not self.text and _slash_opens():
            event.stop().prevent_default()
            self.action_templates(event.character or "")

    async def on_paste(self, event: events.Paste) -> None:
        if self._astray.takes(event, event.text):
            self.post_message(self.TypedTooSoon())


def _on_frame(before: str, chat: str, words: Sequence[str], room: int) -> str:
    """What stands on the lower frame; `before` is cut first, because the rest is about the text itself."""
    left = room - sum(cell_len(one) + len(glyphs.JOIN) for one in words)
    named = cut(chat, max(0, left - cell_len(before.replace("{chat}", ""))))
    return glyphs.JOIN.join(filter(None, [cut(before.replace("{chat}", named), left), *words]))


def _previewed(spans: Sequence[Span]) -> Content:
    """A filled-in template, with what is missing in it marked."""
    return Content("").join(
        plain(text, "bold reverse") if role is Role.BAD else plain(text) for text, role in spans
    )


def _slash_opens() -> bool:
    """Whether `/` in an empty box opens the templates; the operator may have given them another key."""
    return any(command.id == "templates" and "slash" in command.keys for command in commands())


def _saving() -> str:
    return _("The previous message is still being saved. Press Enter again when this line is gone.")


def _too_early() -> str:
    return _("Enter came right after the template, so nothing was sent. Enter again sends it.")
