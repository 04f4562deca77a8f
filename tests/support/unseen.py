"""Textual, made faster for apps whose screen is not looked at.

It draws every frame although there is no terminal to show it, and every app parses the style sheets of all
its widgets again. In a test process a screen is laid out as usual but drawn only, and completely, when a test
reads it (`picture`, an exported screenshot); parsed style sheets are shared by all apps.
"""

from typing import Any, Final
from weakref import WeakKeyDictionary

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.screen import Screen

_pictures: "Final[WeakKeyDictionary[Screen[Any], list[str]]]" = WeakKeyDictionary()
"""The drawn lines of screens that have not changed since."""
_parsed: Final[dict[tuple[Any, ...], list[RuleSet]]] = {}
"""By style sheet, its location, and the theme's variables: its rules."""

_refresh: Final = Screen._compositor_refresh
_parse: Final = Stylesheet._parse_rules


def picture(screen: Screen[Any]) -> list[str]:
    """Draw the screen if it has changed; return its lines without trailing spaces."""
    if screen not in _pictures:
        _pictures[screen] = [strip.text.rstrip() for strip in screen._compositor.render_strips()]
    return _pictures[screen]


def _note_change(screen: Screen[Any]) -> None:
    _pictures.pop(screen, None)
    app = screen.app
    if not app.is_headless or app.is_inline or screen is not app.screen:
        _refresh(screen)
        return
    # Everything except the frame itself: `app._display` notifies those who wait for a frame.
    app._display(screen, None)
    screen._compositor._dirty_regions.clear()
    screen._dirty_widgets.clear()
    app._update_mouse_over(screen)


def _parse_once(sheet: Stylesheet, css: str, read_from: CSSLocation, **told: Any) -> list[RuleSet]:
    asked = (css, read_from, *told.items(), frozenset(sheet._variables.items()))
    if asked not in _parsed:
        _parsed[asked] = _parse(sheet, css, read_from, **told)
    return _parsed[asked]


Screen._compositor_refresh = _note_change  # type: ignore[assignment]
Stylesheet._parse_rules = _parse_once  # type: ignore[assignment]
