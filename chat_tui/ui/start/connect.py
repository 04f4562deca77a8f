"""The steps that connect a shop: its key, what the key may do, and its shops. Escape goes a step back."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, NamedTuple

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from chat_tui.inbox.connect import Cabinet, OpenedByKey
from chat_tui.locale import _
from chat_tui.model.problem import Problem
from chat_tui.settings import SettingsProblem
from chat_tui.settings.secret import pasted
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import Dialog, ListDialog, framed
from chat_tui.ui.kit.text import plain
from chat_tui.words import glyphs
from chat_tui.words.line import Line, Role, Span
from chat_tui.words.rights import (
    business_words,
    no_business,
    refusal_words,
    right_line,
    rights_of,
    rights_summary,
    shop_words,
)


class Checked(NamedTuple):
    """A key that the Market has accepted, and the businesses it opens."""

    key: str
    opened: OpenedByKey

    def __repr__(self) -> str:
        """Without the key, because error reports show values."""
        return "Checked()"


class SecretField(Input):
    """A field whose characters are never shown and cannot be copied."""

    def __init__(self) -> None:
        super().__init__(password=True, placeholder=_("paste the key here"), select_on_focus=False)
        self.cursor_blink = False

    def action_copy(self) -> None:
        """Put nothing into the clipboard."""

    def action_cut(self) -> None:
        """Put nothing into the clipboard."""

    def on_paste(self, event: events.Paste) -> None:
        # Copied text contains line ends, even before the key; the field itself would stop at the first one.
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor("".join(event.text.split()))


class KeyScreen(Dialog[Checked]):
    """Returns a key that works, or None. A key stays in the field until the Market accepts or refuses it."""

    AUTO_FOCUS = "SecretField"

    def __init__(self, look: Callable[[str], Awaitable[OpenedByKey | Problem]]) -> None:
        """`look` asks the Market what a key opens."""
        super().__init__()
        self._look = look

    def compose(self) -> ComposeResult:
        where = _(
            "Create an Api-Key in the seller's cabinet: Settings → API and modules, with the "
            "right “Chats with buyers”. It is not shown here, and is stored only after it was "
            "checked."
        )
        yield framed(
            _("Connect a shop"),
            Static(plain(where)),
            SecretField(),
            Static("", id="problem", classes="bad"),
            keys=(("Enter", _("check")), ("Esc", _("back"))),
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        # When a key is refused, the program empties the field and says why; that sentence must stay.
        if event.value:
            self.say("", "problem")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._check()

    @work(group="check", exclusive=True)
    async def _check(self) -> None:
        field = self.query_one(SecretField)
        try:
            key = pasted(field.value, _("Api-Key"))
        except SettingsProblem as problem:
            self.say(f"{problem}.", "problem", is_bad=True)
            return
        # The key in the field must remain the one that is being checked.
        field.disabled = True
        self.say(_("Checking the key…"), "problem", is_bad=False)
        found = await self._look(key)
        field.disabled = False
        if isinstance(found, Problem):
            # A failure that passes, such as a broken network, says nothing about the key: it can be retried.
            if not found.is_passing:
                field.value = ""
            field.focus()
            self.say(refusal_words(found), "problem", is_bad=True)
        else:
            field.value = ""
            self.finish(Checked(key, found))


class RightsScreen(Dialog[bool]):
    """Returns True to go on with this key, or None to enter another one."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go_on", show=False)]

    def __init__(self, opened: OpenedByKey) -> None:
        super().__init__()
        self._rights = opened.rights

    def compose(self) -> ComposeResult:
        may = _("Key “{name}” allows you to:").format(name=self._rights.name or "?")
        go_on = (("Enter", _("continue")),) if self._rights.may_read else ()
        yield framed(
            _("What the key allows"),
            Static(plain(may, lines=False)),
            *(
                Static(plain(right_line(right)), classes="right" if right.is_given else "right muted")
                for right in rights_of(self._rights)
            ),
            Static(plain(rights_summary(self._rights)), id="summary", classes=self._tone),
            keys=(*go_on, ("Esc", _("another key"))),
        )

    @property
    def _tone(self) -> str:
        if not rights_summary(self._rights):
            return "-none"
        if not self._rights.may_read:
            return "bad"
        return "" if self._rights.may_write else "warn"

    def action_go_on(self) -> None:
        """Go on with this key, if it may read chats."""
        if self._rights.may_read and self.is_enter_meant():
            self.finish(True)


class ShopsScreen(ListDialog[Cabinet, Line]):
    """Returns the business that was chosen and stored, or None to go back to the rights."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "move(-1)", show=False),
        Binding("j", "move(1)", show=False),
        Binding("enter", "connect", show=False),
    ]

    def __init__(self, opened: OpenedByKey, keep: Callable[[Cabinet], Awaitable[None]]) -> None:
        """`keep` stores the key for a business, and raises SettingsProblem when it cannot."""
        super().__init__()
        self._found = opened.businesses
        self._keep = keep

    def compose(self) -> ComposeResult:
        is_choice = len(self._found) > 1
        choose = (("↑↓", _("choose")),) if is_choice else ()
        connect = (("Enter", _("connect")),) if self._found else ()
        yield framed(
            _("Your shops"),
            Static(plain(self._heading, lines=False), classes="" if self._found else "bad"),
            ChoiceList[Line](lambda line, _cells: (line,), instead="", marks=is_choice),
            Static("", id="problem", classes="bad"),
            keys=(*choose, *connect, ("Esc", _("back"))),
        )

    @property
    def _heading(self) -> str:
        if not self._found:
            return no_business()
        if len(self._found) > 1:
            return _("The key opens several businesses. Which one?")
        return business_words(self._found[0])

    def on_mount(self) -> None:
        """List the shops of the only business, or all businesses."""
        rows = self.rows
        if len(self._found) == 1:
            rows.show([(Span(shop_words(shop)),) for shop in self._found[0].shops])
        else:
            rows.show([_business_line(business) for business in self._found])
        rows.styles.height = max(1, min(len(rows.rows), 10))
        # An empty list would still take up a line.
        rows.display = bool(self._found)

    def action_connect(self) -> None:
        """Store the key for the highlighted business."""
        if self._found and self.is_enter_meant():
            self._connect(self.rows.highlighted or 0)

    @on(ChoiceList.Chosen)
    def _clicked(self, event: ChoiceList.Chosen) -> None:
        self._connect(event.index)

    @work(group="keep", exclusive=True)
    async def _connect(self, index: int) -> None:
        business = self._found[index]
        try:
            await self._keep(business)
        except SettingsProblem as problem:
            self.say(str(problem), "problem")
        else:
            self.finish(business)


def _business_line(business: Cabinet) -> Line:
    names = glyphs.JOIN.join(shop_words(shop) for shop in business.shops)
    return (Span(business_words(business)), Span(f"  {names}", Role.MUTED))
