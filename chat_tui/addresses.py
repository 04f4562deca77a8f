"""Web addresses as settings may hold them, and which addresses of the internet are open to everybody."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_WEB: Final = re.compile(
    r"(?P<scheme>(?i:https?))://"
    r"(?:(?P<user>[!-\"$-.0->A-\[\]-~]*)@)?"
    rf"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>{_LABEL}(?:\.{_LABEL})*\.?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!-\"$->@-\[\]-~]*)?"
)
_LONGEST_NAME: Final = 253

_OPEN_SIX: Final = ipaddress.IPv6Network("2000::/3")
"""The only part of IPv6 that leads to everybody; all else is of one machine, one network or nobody."""
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""NAT64: how a network without IPv4 reaches it."""
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})


@dataclass(frozen=True, slots=True)
class WebAddress:
    """The parts of an address that is written as one should be."""

    scheme: str
    """In small letters."""
    host: str
    """A name or an IP address, this one without brackets."""
    path: str
    has_user: bool
    """Whether a name or a password stands before the host."""

    @property
    def is_loopback(self) -> bool:
        """Whether it is of this machine by its spelling alone (no name is looked up)."""
        return is_loopback(self.host)

    @property
    def is_safe_for_a_key(self) -> bool:
        """Whether nobody on the way can read what goes there: by TLS, or because there is no way."""
        return self.scheme == "https" or self.is_loopback

    @property
    def written_host(self) -> str:
        """The host as it stands in an address."""
        return f"[{self.host}]" if ":" in self.host else self.host


def read_address(text: str) -> WebAddress | None:
    """The parts of an address of the web (http, https); None for anything else.

    None also for what some reader might take for another host than the next.
    """
    found = _WEB.fullmatch(text)
    if found is None or int(found["port"] or 1) not in range(1, 65_536):
        return None
    host = found["six"] or found["name"]
    if len(host) > _LONGEST_NAME:
        return None
    # What ends in a number is an address of version 4 to every resolver: written in full, or not at all.
    is_number = found["six"] is not None or host.rstrip(".").rpartition(".")[2][0].isdigit()
    if is_number:
        try:
            version = ipaddress.ip_address(host).version
        except ValueError:
            return None
        if version != (6 if found["six"] else 4):
            return None
    return WebAddress(found["scheme"].lower(), host, found["path"] or "", found["user"] is not None)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by its spelling alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_open(address: str) -> bool:
    """Whether an IP address is one of the open network. One that holds another is judged by both.

    Raises ValueError for what is no IP address.
    """
    bare, has_zone, _zone = address.partition("%")
    found = ipaddress.ip_address(bare)
    if isinstance(found, ipaddress.IPv4Address):
        return not has_zone and found.is_global and not found.is_multicast
    inner = _inside(found)
    is_outer_open = inner is not None and (found.ipv4_mapped is not None or found in _TRANSLATED)
    # 6to4 was given up (RFC 7526); whether it counts as global depends on the version of Python.
    is_six_open = found in _OPEN_SIX and found.is_global and found.sixtofour is None
    is_outer_open = is_outer_open or is_six_open
    return not has_zone and is_outer_open and (inner is None or (inner.is_global and not inner.is_multicast))


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address of version 4 to which this one leads in the end; None if there is none in it.

    What holds one outside the open part and is not named here (compatible, translated, the local prefix of
    NAT64) is not open whatever it holds; neither is Teredo, which is of a private part.
    """
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    number = int(address)
    if address in _TRANSLATED or (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        return ipaddress.IPv4Address(number & 0xFFFF_FFFF)
    return None
