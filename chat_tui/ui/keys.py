"""Every command, declared once: its keys, its words for palette and help, its hint.

Keys are named as on a Latin keyboard; `terminal.layout` makes the same physical keys work on ЙЦУКЕН.
Textual is imported only where bindings are made, because verbs on the command line show keys too.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, auto
from typing import TYPE_CHECKING, Final

from chat_tui.locale import N_, _

if TYPE_CHECKING:
    from textual.binding import Binding


class Where(Flag):
    """Where a key works. A letter is never a command while text is typed."""

    ANYWHERE = auto()
    """On every screen, including dialogs; its letters only outside text."""
    OUTSIDE_TEXT = auto()
    """On the main screen, in every pane but the compose box."""
    LIST = auto()
    HISTORY = auto()
    COMPOSE = auto()
    ORDER = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """Something the operator can do; `id` is also its name in settings.toml, where its keys are changed."""

    id: str
    keys: tuple[str, ...]
    """Key names as Textual spells them, the advertised one first; empty = only in the palette."""
    where: Where
    words: str
    """A short sentence in English, for palette and help."""
    hint: str = ""
    """A verb in English for the bottom line; empty = not shown there."""
    action: str = ""
    """The action to run; empty = the id."""
    idle: Where | None = None
    """Where it works and has nothing to do, so that no hint offers it."""
    of_chat: bool = False
    """Whether it acts on a chat, so that it cannot run without one, though its place exists without one."""

    @property
    def title(self) -> str:
        """`words` in the operator's language."""
        return _(self.words)

    @property
    def label(self) -> str:
        """All keys, as written on a keyboard."""
        return " ".join(key_label(key) for key in self.keys)

    def bindings(self) -> Iterable["Binding"]:
        """One binding per key, in the operator's language."""
        from textual.binding import Binding  # noqa: PLC0415 - verbs show keys and bind none

        for key in self.keys:
            # Only a priority binding reaches the app from within a dialog; a letter must reach text instead.
            priority = self.where is Where.ANYWHERE and not typed_by(key)
            yield Binding(key, self.action or self.id, self.title, priority=priority, id=self.id)


_OUTSIDE, _LIST, _HISTORY, _COMPOSE = Where.OUTSIDE_TEXT, Where.LIST, Where.HISTORY, Where.COMPOSE
_MOVE = Where.LIST | Where.HISTORY | Where.ORDER

COMMANDS: Final = (
    Command("next_waiting", ("n",), _OUTSIDE, N_("Go to the next waiting chat"), N_("next")),
    Command("write", ("c",), _OUTSIDE, N_("Write in the chat"), N_("write"), of_chat=True),
    Command("open", ("enter",), _LIST, N_("Go into the conversation"), N_("read"), of_chat=True),
    Command("back", ("escape",), _OUTSIDE, N_("Step back"), N_("back"), idle=_LIST),
    Command("view", ("o",), _HISTORY, N_("View a file from the message"), N_("view"), action="pick('view')"),
    Command("save", ("s",), _HISTORY, N_("Save a file from the message"), N_("save"), action="pick('save')"),
    Command(
        "copy",
        ("y",),
        _HISTORY,
        N_("Copy the text, a link or the order number"),
        N_("copy"),
        action="pick('copy')",
    ),
    Command("copy_order", ("y",), Where.ORDER, N_("Copy the order number"), N_("copy")),
    Command(
        "snooze",
        ("z",),
        _OUTSIDE,
        N_("Snooze until the buyer writes or for a time"),
        N_("snooze"),
        of_chat=True,
    ),
    Command("done", ("x",), _OUTSIDE, N_("Close until the buyer writes"), N_("close"), of_chat=True),
    Command("search", ("f",), _OUTSIDE, N_("Search all messages"), N_("search")),
    Command("undo", ("u",), _OUTSIDE, N_("Undo the last send or mark"), N_("undo")),
    Command("order", ("i",), _OUTSIDE, N_("Show or hide the order"), N_("order"), of_chat=True),
    Command("previous_waiting", ("N",), _OUTSIDE, N_("Go to the previous waiting chat")),
    Command("pin", ("p",), _OUTSIDE, N_("Pin or unpin"), of_chat=True),
    Command("note", ("m",), _OUTSIDE, N_("Write a private note on the chat"), of_chat=True),
    Command("labels", ("l",), _OUTSIDE, N_("Label the chat"), of_chat=True),
    Command("evidence", ("e",), _OUTSIDE, N_("Export as evidence"), of_chat=True),
    Command("new_chat", ("a",), _OUTSIDE, N_("Start a chat about an order or a return")),
    Command("outbox", ("O",), _OUTSIDE, N_("Show the outbox: everything not yet confirmed"), N_("outbox")),
    Command("refresh", ("r",), _OUTSIDE, N_("Refresh now and sort the list"), N_("refresh")),
    Command("tab_1", ("1",), _OUTSIDE, N_("Show the chats waiting for an answer"), action="tab(1)"),
    Command("tab_2", ("2",), _OUTSIDE, N_("Show the disputes"), action="tab(2)"),
    Command("tab_3", ("3",), _OUTSIDE, N_("Show the chats about returns"), action="tab(3)"),
    Command("tab_4", ("4",), _OUTSIDE, N_("Show the questions"), action="tab(4)"),
    Command("tab_5", ("5",), _OUTSIDE, N_("Show the snoozed chats"), action="tab(5)"),
    Command("tab_6", ("6",), _OUTSIDE, N_("Show all chats"), action="tab(6)"),
    Command("move_down", ("j", "down"), _MOVE, N_("Move down"), action="move(1)"),
    Command("move_up", ("k", "up"), _MOVE, N_("Move up"), action="move(-1)"),
    Command("move_first", ("g", "home"), _MOVE, N_("Go to the beginning"), action="edge(False)"),
    Command("move_last", ("G", "end"), _MOVE, N_("Go to the end"), action="edge(True)"),
    Command("page_down", ("pagedown",), _MOVE, N_("Move down a page"), action="page(1)"),
    Command("page_up", ("pageup",), _MOVE, N_("Move up a page"), action="page(-1)"),
    Command("next_pane", ("tab",), _OUTSIDE, N_("Go to the next pane")),
    Command("previous_pane", ("shift+tab",), _OUTSIDE, N_("Go to the previous pane")),
    Command("send", ("enter",), _COMPOSE, N_("Send the message"), N_("send")),
    Command("templates", ("slash",), _COMPOSE, N_("Choose a template (in an empty box)"), N_("template")),
    Command(
        "next_in_text", ("ctrl+n",), _COMPOSE, N_("Go to the next waiting chat without sending"), N_("next")
    ),
    Command("attach", ("ctrl+o",), _COMPOSE, N_("Attach a file"), N_("file")),
    Command("leave", ("escape",), _COMPOSE, N_("Leave the box; the text stays as a draft"), N_("leave")),
    Command(
        "newline", ("ctrl+j", "shift+enter", "alt+enter"), _COMPOSE, N_("Start a new line"), N_("new line")
    ),
    Command("edit", ("ctrl+e",), _COMPOSE, N_("Write in your editor ($EDITOR)"), N_("editor")),
    Command("undo_send", ("ctrl+z",), _COMPOSE, N_("Undo the last send (in an empty box)")),
    Command("theme", ("T",), Where.ANYWHERE, N_("Choose a theme")),
    Command("palette", ("ctrl+p",), Where.ANYWHERE, N_("Find a command"), N_("all commands")),
    Command("quit", ("ctrl+q", "q"), Where.ANYWHERE, N_("Quit")),
    # Last: the line of keys leaves out from its end, but never this one.
    Command("help", ("f1", "question_mark"), Where.ANYWHERE, N_("Show the keys"), N_("keys")),
)
"""Every command with its built-in keys, in the order of use: that of help, palette and hints."""

_in_force: tuple[Command, ...] = COMMANDS

_PLACES: Final = (
    (Where.OUTSIDE_TEXT, N_("Outside the text box")),
    (Where.LIST, N_("List and conversation")),
    (Where.HISTORY, N_("Conversation")),
    (Where.ORDER, N_("Order panel")),
    (Where.COMPOSE, N_("In the text box")),
    (Where.ANYWHERE, N_("Anywhere")),
)

LABELS: Final = {
    "enter": "Enter",
    "shift+enter": "Shift+Enter",
    "alt+enter": "Alt+Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "space": "Space",
    **{name: name for name in ("left", "right", "backspace", "delete", "insert")},
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}
"""How special keys are written on a keyboard; with a modifier only those that are bound here."""

_SHORTENED: Final = {
    "slash": "solidus",
    "backslash": "reverse solidus",
    "at": "commercial at",
    "minus": "hyphen-minus",
    "hyphen_minus": "hyphen-minus",
    "less_than_sign": "less-than sign",
    "greater_than_sign": "greater-than sign",
    "plus": "plus sign",
    "underscore": "low line",
}
"""Textual's name of a character and, behind it, the different name that Unicode has."""


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One line of the help screen, in the operator's language."""

    place: str
    keys: str
    words: str
    command: Command


def use(chosen: Iterable[Command]) -> None:
    """Make these the commands in force from now on; existing bindings do not change."""
    global _in_force  # noqa: PLW0603 - one keyboard per process, as there is one language
    _in_force = tuple(chosen)


def commands() -> tuple[Command, ...]:
    """Every command with its keys in force: the operator's own, where there are any."""
    return _in_force


def bindings(where: Where) -> list["Binding"]:
    """The bindings for one place, in the language and with the keys in force."""
    return [binding for command in _in_force if where in command.where for binding in command.bindings()]


def freed(where: Where) -> set[str]:
    """Built-in keys of this place that do nothing now, because the operator chose others."""
    before = {key for command in COMMANDS if where in command.where for key in command.keys}
    return before - {key for command in _in_force if where in command.where for key in command.keys}


def heard(focus: Where, among: Iterable[Command] | None = None) -> list[Command]:
    """The commands, `among` those in force or others, whose keys work while `focus` has the focus.

    They are its own, the app's and, except in the compose box, the main screen's.
    """
    around = Where.ANYWHERE if focus is Where.COMPOSE else Where.ANYWHERE | Where.OUTSIDE_TEXT
    among = _in_force if among is None else among
    return [command for command in among if command.where & (focus | around)]


def hints(focus: Where) -> list[tuple[str, str]]:
    """Keys and words for the bottom line while `focus` has the focus, in the order of the commands."""
    return [
        (key_label(key), _(command.hint))
        for command in heard(focus)
        if command.hint
        and focus is not command.idle
        and (key := _shortest(command, in_text=focus is Where.COMPOSE))
    ]


def letters_go(focus: Where) -> str:
    """The word of the bottom line for what a letter does while `focus` has the focus."""
    return _("writing") if focus is Where.COMPOSE else _("commands")


def why_not(command: Command, focus: Where | None, *, has_chat: bool) -> str:
    """Why a command cannot run, in a sentence with the key that helps; "" if it can.

    `focus` is None while a dialog is open, and `has_chat` whether a chat is there to act on.
    """
    where = command.where
    if where is Where.ANYWHERE:
        return ""
    if focus is None:
        return _("Close this window first: {key}").format(key=LABELS["escape"])
    if where is not Where.OUTSIDE_TEXT and not focus & where:
        return _way_to(where)
    if (command.of_chat or where in {Where.HISTORY, Where.COMPOSE}) and not has_chat:
        words = _("There is no chat here. {all} shows all chats, {start} starts one.")
        return words.format(all=key_of("tab_6"), start=key_of("new_chat"))
    return ""


def _way_to(where: Where) -> str:
    """How to get to the pane where a command works."""
    if where is Where.COMPOSE:
        return _("Start writing first: {key}").format(key=key_of("write"))
    if where is Where.HISTORY:
        return _("Go into the conversation first: {key}").format(key=key_of("open"))
    if where is Where.ORDER:
        return _("Show the order first: {key}").format(key=key_of("order"))
    return _("Go back to the list first: {key}").format(key=key_of("back"))


def help_rows(focus: Where | None = None) -> list[HelpRow]:
    """Every command with all its keys, grouped by place: writing first while `focus` is the compose box."""
    places = (
        sorted(_PLACES, key=lambda one: one[0] is not Where.COMPOSE) if focus is Where.COMPOSE else _PLACES
    )
    return [
        HelpRow(_(words), command.label or _("(palette)"), command.title, command)
        for place, words in places
        for command in _in_force
        if place is _place_of(command)
    ]


def key_of(command_id: str) -> str:
    """The advertised key of a command as written on a keyboard; its words in quotes if it has no key."""
    command = next(command for command in _in_force if command.id == command_id)
    return key_label(command.keys[0]) if command.keys else f"“{command.title}”"


def key_label(key: str) -> str:
    """A key as written on a keyboard: `escape` is Esc, `question_mark` is ?."""
    return LABELS.get(key) or typed_by(key) or key


def typed_by(key: str) -> str:
    """The character that the key types into a text; empty if it types none."""
    name = _SHORTENED.get(key, key)
    if len(name) > 1:
        try:
            name = unicodedata.lookup(name.replace("_", " "))
        except KeyError:  # not the name of a character
            return ""
    return name if name.isprintable() else ""


def _place_of(command: Command) -> Where | None:
    """The place under which help lists a command: the first in which it works."""
    return next((place for place, _words in _PLACES if place in command.where), None)


def _shortest(command: Command, *, in_text: bool) -> str | None:
    # The box handles its own keys, even the one that is typed.
    if in_text and command.where is not Where.COMPOSE:
        return next((key for key in command.keys if not typed_by(key)), None)
    keys = command.keys if in_text else sorted(command.keys, key=lambda key: not typed_by(key))
    return next(iter(keys), None)
