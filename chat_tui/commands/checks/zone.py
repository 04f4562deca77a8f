"""The time zone in which times are shown."""

from collections.abc import Mapping
from datetime import UTC, datetime

from chat_tui.commands.checks.finding import Finding, State
from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.ui.zone import find_zone


def zone(environ: Mapping[str, str], now: Millis) -> Finding:
    """Its name and what it is from UTC now; whether TZ is one at all."""
    found = find_zone(environ)
    then = datetime.fromtimestamp(now / 1000, UTC).astimezone(found.zone)
    words = _("{zone}, now UTC{offset}").format(zone=found.name, offset=f"{then:%z}")
    state = State.BAD if found.notice else State.GOOD
    return Finding("zone", _("time zone"), state, words, found.notice)
