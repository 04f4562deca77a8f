"""The caret stays where it is when the terminal window loses focus."""

from textual import events
from textual.app import App, ReturnType


class KeptFocus(App[ReturnType]):
    """Textual takes the focus from its widget when the window loses it; here it is only noted."""

    terminal_focused: bool = True
    """Whether the terminal says that its window is in front. Many terminals never say."""

    def on_app_blur(self, event: events.AppBlur) -> None:
        """The window went to the background."""
        event.prevent_default()
        self.terminal_focused = False

    def on_app_focus(self, event: events.AppFocus) -> None:
        """The window came to the front."""
        event.prevent_default()
        self.terminal_focused = True
