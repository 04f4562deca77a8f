"""The app itself: its theme, its first screen, and the commands that work on every screen."""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import partial
from typing import ClassVar, Final

from textual import events, work

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _, ngettext
from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OPEN
from chat_tui.paths import Paths
from chat_tui.settings import Preferences
from chat_tui.settings.schema import THEMES
from chat_tui.terminal.environment import is_colourless
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys, themes
from chat_tui.ui.inbox.screen import MainScreen
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.dialog import STYLES, LegibleApp
from chat_tui.ui.kit.text import NOTICE_S, notify, plain
from chat_tui.zone import find_zone

ACTIVE_EVERY: Final[Millis] = 10_000
"""Milliseconds, at least, between two reports to the inbox that the operator is active."""


class ChatTuiApp(LegibleApp[None]):
    """One window on one inbox, which the caller opens and closes."""

    TITLE = "chat-tui"
    CSS_PATH: ClassVar = [STYLES / "inbox.tcss"]

    def __init__(
        self,
        inbox: InboxApi,
        preferences: Preferences,
        paths: Paths,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        is_new: bool = False,
        is_first: bool = False,
        notices: Sequence[str] = (),
    ) -> None:
        """`is_new` = the shop was just connected: greet the operator. `notices` are shown at the start.

        `is_first` = the first start of the demo: name the first keys.
        """
        super().__init__(paths.log, jcuken=preferences.keys.is_jcuken)
        self.edited = paths.data / "edited"
        self._settings_file = paths.settings_file
        bind(self, keys.bindings(Where.ANYWHERE), freed=keys.freed(Where.ANYWHERE))
        self.call_by = preferences.ui.notify
        self.theme_wanted = preferences.ui.theme
        self.inbox = inbox
        self._now = now
        self._is_new = is_new
        self._is_first = is_first
        self._notices = (*preferences.notices, *notices)
        self._reported_at: Millis = 0
        self._main = MainScreen(self, inbox, preferences, templates=paths.templates, now=now, zone=zone)

    def on_mount(self) -> None:
        self.use_theme(self.theme_wanted)
        self.push_screen(self._main)
        if self._notices:
            # One notification: a second would take its place.
            notify(self, " ".join(self._notices), severity="warning", timeout=NOTICE_S)
        if self._is_new:
            self._main.call_after_refresh(self._main.greet)
        elif self._is_first and not self._notices:
            self._main.call_after_refresh(self._main.opening.hint)

    async def on_event(self, event: events.Event) -> None:
        """Report activity to the inbox now and then; handle everything else as usual."""
        if isinstance(event, events.Key | events.Paste) and self._now() - self._reported_at >= ACTIVE_EVERY:
            self._reported_at = self._now()
            self.inbox.active()
        await super().on_event(event)

    def on_app_focus(self, event: events.AppFocus) -> None:
        """The window came to the front."""
        self.inbox.active()

    def on_app_blur(self, event: events.AppBlur) -> None:
        """The window went to the background."""
        self.inbox.active(is_here=False)
        # The first key after the return counts at once.
        self._reported_at = 0

    def action_help(self) -> None:
        """Show the keys in force; close the list when it is open."""
        from chat_tui.ui.dialogs.app_dialogs import Help  # noqa: PLC0415 - not before the first paint

        place = self._place
        self.turn(Help, place, self._why_not(place))

    def action_palette(self) -> None:
        """Find a command by its words; close the palette when it is open."""
        from chat_tui.ui.dialogs.app_dialogs import Palette  # noqa: PLC0415 - not before the first paint

        self.turn(Palette, self._why_not(self._place))

    @property
    def _place(self) -> Where | None:
        """Where the focus is; None = in a dialog."""
        return self._main.place if self.screen is self._main else None

    def _why_not(self, place: Where | None) -> Callable[[keys.Command], str]:
        """Why a command cannot run now: see `keys.why_not`."""
        has_chat = (self._main.talk.chat_ref or self._main.queue.list.highlighted) is not None
        return partial(keys.why_not, focus=place, has_chat=has_chat)

    def use_theme(self, name: str) -> None:
        """Use the theme of this name from now on; without colours if none are wanted."""
        self.theme_wanted = name
        themes.choose(self, name, os.environ)

    @work(group="theme", exclusive=True)
    async def action_theme(self) -> None:
        """Try the themes and keep one, for this run only if settings.toml cannot be written."""
        from chat_tui.ui.dialogs.app_dialogs import ThemeList  # noqa: PLC0415 - not before the first paint

        if is_colourless(os.environ):
            notify(self, _("There are no themes to choose from: NO_COLOR is set."))
            return
        before = self.theme_wanted
        keeps = await asyncio.to_thread(themes.can_keep, self._settings_file)
        chosen = await self.push_screen_wait(ThemeList(THEMES, before, self.use_theme, keeps=keeps))
        self.use_theme(chosen or before)
        if chosen is not None:
            notify(self, await asyncio.to_thread(themes.keep, chosen, self._settings_file))

    @work(group="quit", exclusive=True)
    async def action_quit(self) -> None:  # type: ignore[override]
        """Leave; ask first if a draft cannot be kept or a message is not delivered yet."""
        # What it returns could not be saved; it is printed below the restored terminal.
        if await self._main.talk.drafts.keep_all():
            words = _("Your text cannot be saved on this disk. Quit and print it in the terminal?")
            if not await self._is_sure(words, yes=_("Quit and print")):
                return
        # An outdated copy can only be left: a newer version has taken over its files.
        if self.inbox.link().needs_restart:
            self.exit(return_code=1)
            return
        waiting = sum(item.state in OPEN for item in await self.inbox.outbox.open_items())
        words = ngettext(
            "{n} message is not delivered yet. It stays in the outbox and is sent at the next start. Quit?",
            "{n} messages are not delivered yet. They stay in the outbox, sent at the next start. Quit?",
            waiting,
        )
        if not waiting or await self._is_sure(words.format(n=waiting), yes=_("Quit")):
            self.exit()

    async def _is_sure(self, words: str, *, yes: str) -> bool:
        from chat_tui.ui.kit.questions import Confirm  # noqa: PLC0415 - not before the first paint

        is_sure: bool | None = await self.push_screen_wait(Confirm(plain(words), yes=yes, no=_("Stay")))
        return bool(is_sure)


def run(
    inbox: InboxApi, preferences: Preferences, paths: Paths, *, is_new: bool = False, is_first: bool = False
) -> int:
    """Show the inbox until the operator leaves. Returns the exit code. The rest is as for the app."""
    found = find_zone(os.environ)
    app = ChatTuiApp(
        inbox,
        preferences,
        paths,
        now=wall_clock_ms,
        zone=found.zone,
        is_new=is_new,
        is_first=is_first,
        notices=[found.notice] if found.notice else [],
    )
    return app.run_to_code(mouse=preferences.ui.mouse)
