"""The way to a server: proxy and certificates from the environment, the HTTP client, answers of limited size.

`transport` uses it to reach the Market, `files` to fetch what buyers sent. A variable of the environment that
cannot be used is named in an `AccessError`.
"""

import os
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import getproxies, proxy_bypass

import httpx

from chat_tui import __version__
from chat_tui.addresses import read_address
from chat_tui.files import NotAFile, TooLarge, read_file
from chat_tui.locale import _
from chat_tui.market.access import AccessError
from chat_tui.market.errors import AnswerTooLargeError, EncodedAnswerError

NAME: Final = f"chat-tui/{__version__}"
"""How the program identifies itself."""
_MOST_BYTES: Final = 20_000_000
"""Of a file of certificates; those of all public authorities take 300 kB."""
_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""The names under which OpenSSL looks for a certificate in a directory."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds after which a request is cancelled."""

    connect: float = 5.0
    """For the connection, and once more for TLS."""
    idle: float = 10.0
    """Between two bytes, in either direction."""
    total: float = 30.0
    """From connecting to the last byte of the answer."""
    file_total: float = 120.0
    """The same for a file, sent or fetched."""


def proxy_for(host: str) -> str | None:
    """The proxy that the environment sets for https to this host, or None; `AccessError` if unusable."""
    named = getproxies()
    variable = "https" if named.get("https") else "all"
    proxy = named.get(variable)
    if not proxy or proxy_bypass(host):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    address = read_address(proxy)
    if address is None:
        # The message has only the name of the variable: the value may hold a password.
        raise AccessError(
            _("{variable} does not name a usable proxy. Write http://HOST:PORT, or unset it.").format(
                variable=f"{variable.upper()}_PROXY"
            )
        )
    return proxy


def certificates() -> ssl.SSLContext:
    """A context with the certificates the environment sets, else the usual; `AccessError` if unreadable."""
    file, directory = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        if file:
            return ssl.create_default_context(cadata=_certificates_in(Path(file)))
        if directory:
            if _holds_certificates(directory):
                return ssl.create_default_context(capath=directory)
        else:
            return httpx.create_ssl_context(trust_env=False)
    except (NotAFile, TooLarge, OSError, ValueError):
        pass
    raise AccessError(_fix(file, directory))


def _certificates_in(path: Path) -> str:
    """The text of the file, read here because OpenSSL would wait for a FIFO; ValueError if it is empty."""
    text = read_file(path, _MOST_BYTES).decode("ascii", "ignore")
    if not text.strip():
        # For an empty text ssl would load the usual certificates.
        raise ValueError
    return text


def _holds_certificates(directories: str) -> bool:
    """Whether OpenSSL would find any there; it passes over directories that do not exist."""
    names = [name for each in directories.split(":") if os.path.isdir(each) for name in os.listdir(each)]
    return any(map(_HASHED.fullmatch, names))


def _fix(file: str | None, directory: str | None) -> str:
    if file:
        return _(
            "SSL_CERT_FILE does not point to certificates: {path}. Set it to a PEM file of "
            "certificates, or unset it."
        ).format(path=file)
    if directory:
        return _(
            "SSL_CERT_DIR does not point to certificates: {path}. Set it to a directory prepared "
            "by “openssl rehash”, or unset it."
        ).format(path=directory)
    return _("The list of trusted certificates is missing. Reinstall chat-tui, or set SSL_CERT_FILE.")


def open_client(
    headers: Mapping[str, str],
    deadlines: Deadlines,
    *,
    encrypted: bool,
    proxy: str | None,
    transport: httpx.AsyncBaseTransport | None,
) -> httpx.AsyncClient:
    """A client without keep-alive, redirects and compression; raises `AccessError` as `certificates` does."""
    idle = deadlines.idle
    return httpx.AsyncClient(
        headers={**headers, "Accept-Encoding": "identity", "Connection": "close", "User-Agent": NAME},
        # Plain http needs no certificates, and loading the usual ones takes 20 ms.
        verify=certificates() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        # Only ours: httpx reads the environment by other rules, and the operator is shown this one.
        proxy=proxy,
        trust_env=False,
        timeout=httpx.Timeout(connect=deadlines.connect, read=idle, write=idle, pool=idle),
        # How many requests run at once is the engine's decision.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        follow_redirects=False,
        transport=transport,
    )


async def pieces(response: httpx.Response, limit: int, size: int | None = None) -> AsyncIterator[bytes]:
    """The body in pieces (of `size` bytes, if given), of at most `limit` bytes in all.

    Raises `AnswerTooLargeError` as soon as more is announced or received, and `EncodedAnswerError` for a
    compressed body: 300 kB of gzip become one piece of 64 MiB before its size can be checked.
    """
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise EncodedAnswerError
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise AnswerTooLargeError
    came = 0
    async for piece in response.aiter_bytes(size):
        came += len(piece)
        if came > limit:
            raise AnswerTooLargeError
        yield piece
