"""The keys of the focused pane as one line."""

from collections.abc import Sequence

from chat_tui.words.line import Line, Role, Span, fit, width_of


def hints_line(hints: Sequence[tuple[str, str]], width: int) -> Line:
    """Key and words of each hint; when there is no room the last but one goes first: the last is help."""
    kept = list(hints)
    while len(kept) > 1 and width_of(_spans(kept)) > width:
        del kept[-2]
    return fit(_spans(kept), width)


def _spans(hints: Sequence[tuple[str, str]]) -> list[Span]:
    spans: list[Span] = []
    for key, words in hints:
        spans += [Span("  " if spans else " "), Span(key, Role.ACCENT), Span(f" {words}", Role.MUTED)]
    return spans
