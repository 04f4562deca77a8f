"""What a history says about itself: above its oldest message, below the screen, and while it is empty."""

from chat_tui.locale import _, ngettext
from chat_tui.model.timeline import Coverage
from chat_tui.words import glyphs
from chat_tui.words.line import Line, Role, Span, rule


def top_line(coverage: Coverage, *, has_older: bool, is_asked: bool, failure: str, width: int) -> Line:
    """The line above the oldest message held: loading, failed, the beginning, or that there is more."""
    if not has_older and coverage is Coverage.DONE:
        words, role = _("the beginning of the conversation"), Role.MUTED
    elif failure:
        words, role = _("{why} Scroll up to try again.").format(why=failure), Role.WARN
    elif is_asked:
        words, role = _("loading older messages…"), Role.MUTED
    else:
        words, role = _("{arrow} there are older messages").format(arrow=glyphs.UP), Role.MUTED
    return rule(words, role, width)


def empty_words(coverage: Coverage) -> str:
    """What stands in a history that holds no message."""
    if coverage is Coverage.DONE:
        return _("Nothing was written here yet. Write the first message.")
    return _("Loading the conversation…")


def below_line(new: int) -> Line:
    """That messages came below the screen, and how many."""
    words = ngettext("{arrow} {n} new", "{arrow} {n} new", new).format(arrow=glyphs.DOWN, n=new)
    return (Span(f" {words} ", Role.ACTIVE),)
