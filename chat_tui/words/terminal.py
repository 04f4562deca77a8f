"""Why the screen cannot be shown on this terminal."""

from chat_tui.locale import _
from chat_tui.terminal.environment import Refusal


def unfit_words(refusal: Refusal) -> str:
    """One line that says what to do about it."""
    match refusal:
        case Refusal.INPUT:
            return _("The input is not a terminal. Start chat-tui in a terminal, or see chat-tui --help.")
        case Refusal.OUTPUT:
            return _("The output is not a terminal. Start chat-tui in a terminal, or see chat-tui --help.")
        case Refusal.TERM_POOR:
            return _("TERM does not name a terminal that can draw. Try TERM=xterm-256color.")
        case Refusal.TERM_UNKNOWN:
            return _("TERM names a terminal that is unknown here. Try TERM=xterm-256color.")
