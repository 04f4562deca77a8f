"""Our own themes, the choice between them and Textual's, and keeping it in settings.toml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from textual.app import App
from textual.theme import Theme

from chat_tui.locale import ExpectedFailure, _
from chat_tui.terminal.environment import is_colourless

PLAIN_THEME: Final = "ansi-dark"
"""Leaves every colour to the terminal. With it, and only with it, `NO_COLOR` means no colour at all."""
_TEXTUALS: Final = {"dark": "textual-dark", "ansi": PLAIN_THEME}
"""Our shorter names of Textual's themes, and its own names."""

LIGHT: Final = Theme(
    name="light",
    primary="#004578",
    secondary="#0178D4",
    warning="#8a4b00",
    error="#a3103a",
    success="#0b6b2c",
    accent="#8a4b00",
    surface="#D8D8D8",
    panel="#D0D0D0",
    background="#E0E0E0",
    dark=False,
    variables={
        "footer-key-foreground": "#0178D4",
        "text-secondary": "#00508f",
        "text-warning": "#7a4200",
        "text-accent": "#7a4200",
        "text-error": "#a3103a",
        "text-success": "#0b5a26",
    },
)
"""Like Textual's light theme, with warnings and successes dark enough to read: contrast at least 4.5 : 1."""

HIGH_CONTRAST: Final = Theme(
    name="high-contrast",
    primary="#00ffff",
    secondary="#ffffff",
    warning="#ffff00",
    error="#ff8080",
    success="#00ff00",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    text_alpha=1.0,
    variables={
        "text-muted": "#ffffff",
        "text-disabled": "#cccccc",
        "text-primary": "#00ffff",
        "text-secondary": "#ffffff",
        "text-warning": "#ffff00",
        "text-error": "#ff8080",
        "text-success": "#00ff00",
        "text-accent": "#ffff00",
        "boost": "#333333",
        "border": "#ffffff",
        "border-blurred": "#cccccc",
    },
)
"""Bright letters on black: contrast at least 7 : 1 wherever there is something to read."""


def choose(app: App[Any], wanted: str, environ: Mapping[str, str]) -> None:
    """Use the theme of this name from now on, unless the operator or the terminal wants no colours."""
    name = theme_for(wanted, environ)
    for ours in (LIGHT, HIGH_CONTRAST):
        if name == ours.name:
            app.register_theme(ours)
    app.theme = name


def theme_for(wanted: str, environ: Mapping[str, str]) -> str:
    """Textual's name of the theme to use: the wanted one, or `PLAIN_THEME` if no colours are wanted."""
    return PLAIN_THEME if is_colourless(environ) else _TEXTUALS.get(wanted, wanted)


def can_keep(settings_file: Path) -> bool:
    """Whether nothing is known that would prevent `keep`; reads the file."""
    from chat_tui.settings.keep import unkeepable  # noqa: PLC0415 - not before the first paint

    return not unkeepable(settings_file)


def keep(name: str, settings_file: Path) -> str:
    """Write a theme into the settings; returns a sentence that says what became of it."""
    from chat_tui.settings.keep import keep_setting  # noqa: PLC0415 - not before the first paint

    try:
        keep_setting(settings_file, "ui", "theme", name)
    except ExpectedFailure as problem:
        why = str(problem)
    except OSError as error:
        why = f"{error.filename or settings_file}: {error.strerror}"
    else:
        return _("Theme: {name}. Saved in settings.toml.").format(name=name)
    words = _("Theme: {name}, until exit. It cannot be saved: {why}.")
    return words.format(name=name, why=why.removesuffix("."))
