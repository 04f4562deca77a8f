"""Keys work on the ЙЦУКЕН layout as on the Latin one, except where text is typed."""

from typing import Final

from textual import events
from textual.app import App, ReturnType
from textual.keys import _character_to_key

_CYRILLIC: Final = "йцукенгшщзхъфывапролджэячсмитьбюёіїєў"
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`s]'o"
_SHIFTED: Final = str.maketrans("[];',.`", '{}:"<>~')
_TABLE: Final = {
    **dict(zip(_CYRILLIC, _LATIN, strict=True)),
    **dict(zip(_CYRILLIC.upper(), _LATIN.upper().translate(_SHIFTED), strict=True)),
    "№": "#",
}
_TRANSLATION: Final = str.maketrans(_TABLE)
_COMMANDING: Final = frozenset({"ctrl", "alt", "super", "hyper", "meta"})


def latin(text: str) -> str:
    """What the same physical keys give on a Latin keyboard: `црен` is `whty`."""
    return text.translate(_TRANSLATION)


def key_typing(character: str) -> str:
    """The key that types a character, as Textual spells it: `?` is `question_mark`."""
    return _character_to_key(character)


class Layout(App[ReturnType]):
    """Renames a key before bindings are looked up, so that bindings and hints stay Latin."""

    jcuken: bool = True
    """False for phonetic layouts, whose letters stand elsewhere."""

    async def on_event(self, event: events.Event) -> None:
        """Rename keys that come from the keyboard."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._rename(event)
        await super().on_event(event)

    def _rename(self, event: events.Key) -> None:
        *modifiers, base = event.key.split("+")
        if not _COMMANDING.isdisjoint(modifiers):
            # With its letter it would be typed: Alt+о arrives as a letter too.
            event.character = None
            if self.jcuken and base in _TABLE:
                event.key = "+".join([*modifiers, _character_to_key(_TABLE[base].lower())])
        elif self.jcuken and event.character in _TABLE and not self._is_typed(event):
            event.character = _TABLE[event.character]
            event.key = _character_to_key(event.character)

    def _is_typed(self, event: events.Key) -> bool:
        focused = self.focused
        return focused is not None and focused.check_consume_key(event.key, event.character)
