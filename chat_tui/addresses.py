"""Web addresses as settings may contain them, and which IP addresses belong to the public internet."""

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
_NEAR: Final = (
    *(".localhost", ".local", ".localdomain", ".lan", ".home"),
    *(".internal", ".intranet", ".corp", ".arpa"),
)

_OPEN_SIX: Final = ipaddress.IPv6Network("2000::/3")
"""The global unicast range of IPv6; all other addresses are local, reserved or unassigned."""
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""NAT64: the range through which a network without IPv4 reaches IPv4 addresses."""
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""The 32 bits before the IPv4 address in an interface identifier of ISATAP (RFC 5214)."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """The parts of a valid address."""

    scheme: str
    """`http` or `https`, in lower case."""
    host: str
    """A name, or an IP address without brackets."""
    path: str
    """From the first slash on; empty if there is none. A query or a fragment is not allowed."""
    has_user: bool
    """Whether a user name or a password stands before the host."""

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, by its spelling alone (no name is looked up)."""
        return is_loopback(self.host)

    @property
    def is_safe_for_a_key(self) -> bool:
        """Whether no one else can read the requests: they go by TLS, or do not leave this machine."""
        return self.scheme == "https" or self.is_loopback

    @property
    def written_host(self) -> str:
        """The host as an address contains it: IPv6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host


def read_address(text: str) -> WebAddress | None:
    """The parts of a web address (http, https); None for anything else.

    None also for spellings of which two programs might read two different hosts.
    """
    found = _WEB.fullmatch(text)
    if found is None or int(found["port"] or 1) not in range(1, 65_536):
        return None
    host = found["six"] or found["name"]
    if len(host) > _LONGEST_NAME:
        return None
    # Every resolver takes a host that ends in a number for IPv4: it must be a complete address.
    is_number = found["six"] is not None or host.rstrip(".").rpartition(".")[2][0].isdigit()
    if is_number:
        try:
            version = ipaddress.ip_address(host).version
        except ValueError:
            return None
        if version != (6 if found["six"] else 4):
            return None
    return WebAddress(found["scheme"].lower(), host, found["path"] or "", found["user"] is not None)


def is_near(name: str) -> bool:
    """Whether only this machine or its local network resolves a host name, by its ending alone."""
    return f".{name.lower()}".endswith(_NEAR)


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is this machine, by its spelling alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_open(address: str) -> bool:
    """Whether an IP address is public. If it contains another address, both must be public.

    Raises ValueError if `address` is not an IP address.
    """
    bare, has_zone, _zone = address.partition("%")
    found = ipaddress.ip_address(bare)
    if isinstance(found, ipaddress.IPv4Address):
        return not has_zone and found.is_global and not found.is_multicast
    inner = _inside(found)
    stands_for_four = found.ipv4_mapped is not None or found in _TRANSLATED
    # 6to4 is obsolete (RFC 7526); whether it counts as global depends on the version of Python.
    is_six_open = found in _OPEN_SIX and found.is_global and found.sixtofour is None
    return not has_zone and (stands_for_four or is_six_open) and (inner is None or is_open(str(inner)))


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which this one leads in the end; None if it contains none.

    Other forms with an IPv4 address (compatible, translated, the local prefix of NAT64, Teredo) are outside
    the global range or private, and so never public, whatever they contain.
    """
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    number = int(address)
    if address in _TRANSLATED or (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        return ipaddress.IPv4Address(number & 0xFFFF_FFFF)
    return None
