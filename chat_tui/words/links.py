"""Links in a text: where each really leads, and whether it may be opened."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from chat_tui.addresses import is_near
from chat_tui.locale import _
from chat_tui.safetext import one_line
from chat_tui.words.line import cut_middle

LIMIT: Final = 2_000
"""Characters of the longest link that may be opened."""
_WARNED: Final = 3
"""Hosts in one message that warnings name."""
_HOST_CELLS: Final = 60
"""Cells of a host in a warning."""

_LINK: Final = re.compile(
    r"(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]{1,20}://|(?:javascript|data|file|ssh|vbscript|mailto|tel):)\S+",
    re.IGNORECASE,
)
_BEHIND: Final = ".,;:!?…'\"”»’>"
"""Characters that may follow a link and belong to the sentence."""
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_WEB_START: Final = re.compile(r"(https?):[/\\]+", re.IGNORECASE)
_SPELLED: Final = re.compile("[a-z0-9._:-]*")
_PUBLIC: Final = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_RUSSIAN: Final = re.compile(r"[а-яё0-9-]+(?:\.[а-яё0-9-]+)*\.[а-яё]+")
_SPELLED_TWO_WAYS: Final = re.compile("[ßς\u200c\u200d]")
"""Characters that IDNA 2003 and IDNA 2008 spell differently."""
_KEPT: Final = "/:?@!$&'()*+,;=%~[]"


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text, and how a browser would read it."""

    written: str
    """The text of the link, raw: not safe to show."""
    scheme: str
    """In lower case."""
    host: str = ""
    """The host in ASCII; empty if there is none or programs may differ about it."""
    address: str = ""
    """The link in ASCII, for a browser; empty unless it leads over https to a host with a public name."""
    is_misleading: bool = False
    """Whether the real host differs from what a reader sees, or is unclear."""


def links(text: str) -> tuple[Link, ...]:
    """The links in a text, in its order."""
    if ":" not in text:
        return ()
    return tuple(_read(_trimmed(match[0])) for match in _LINK.finditer(text))


def link_warnings(text: str) -> list[str]:
    """Where the misleading links in a text really lead, one safe line each."""
    hosts = list(dict.fromkeys(link.host for link in links(text) if link.is_misleading))
    lines = [_leads(host) for host in hosts[:_WARNED]]
    if len(hosts) > _WARNED:
        lines.append(_("other links also lead elsewhere than they seem"))
    return lines


def _leads(host: str) -> str:
    if not host:
        return _("it is unclear where a link leads")
    letters = _letters(host)
    name = host if letters == host else f"{host} ({letters})"
    return _("a link leads to {host}").format(host=cut_middle(one_line(name), _HOST_CELLS))


def _trimmed(written: str) -> str:
    """The link without punctuation after it; a closing bracket stays if it was opened inside the link."""
    while (left := written.rstrip(_BEHIND)) and (opening := _BRACKETS.get(left[-1])):
        if left.count(left[-1]) <= left.count(opening):
            break
        written = left[:-1]
    return left


def _read(written: str) -> Link:
    scheme = written.partition(":")[0].lower()
    is_web = scheme in {"http", "https"}
    # A browser reads backslashes as slashes, and accepts any number of them.
    taken = _WEB_START.sub(r"\1://", written.replace("\\", "/"), count=1) if is_web else written
    try:
        parts = urlsplit(taken)
        host = _ascii(unquote(parts.hostname or ""))  # browsers decode %-escapes in a host
        end = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return Link(written, scheme, is_misleading=True)
    if not host:
        return Link(written, scheme, is_misleading=is_web)
    named = parts.netloc.lower().removesuffix(end).strip("[]")
    is_plain = taken == written and named in {host, _letters(host)} and not _is_disguised(host)
    may_open = scheme == "https" and len(written) <= LIMIT and is_public(host)
    return Link(written, scheme, host, _address(parts, host + end) if may_open else "", not is_plain)


def is_public(host: str) -> bool:
    """Whether a host, in ASCII, is a public name, not one of this computer or the local network."""
    return _PUBLIC.fullmatch(host) is not None and not is_near(host)


def _ascii(host: str) -> str:
    """The host in ASCII (IDNA). Raises ValueError if programs may spell it differently."""
    spelled = host if host.isascii() else host.encode("idna").decode("ascii").lower()
    if _SPELLED_TWO_WAYS.search(host) or not _SPELLED.fullmatch(spelled):
        raise ValueError
    return spelled


def _letters(host: str) -> str:
    """The host in Unicode, as people read it."""
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except ValueError:
        return host


def _is_disguised(host: str) -> bool:
    """Whether letters of the host may imitate Latin ones; not in a name that is all Russian."""
    return "xn--" in host and not _RUSSIAN.fullmatch(_letters(host))


def _address(parts: SplitResult, place: str) -> str:
    # Without a user name before the host: it may look like another host.
    path, query, fragment = (quote(part, _KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit(("https", place, path, query, fragment))
