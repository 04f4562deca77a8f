"""multipart/form-data, taken apart byte by byte."""

import re
from email.message import Message
from typing import NamedTuple
from urllib.parse import unquote

from chat_tui.sandbox.refusal import Refusal


class Part(NamedTuple):
    """One part of a form."""

    name: str
    file_name: str | None
    content: bytes


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type header announces; 400 if it has none."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise Refusal(400, "Required request part 'file' is not present")
    return boundary.encode("latin-1")


def parts(body: bytes, boundary: bytes) -> list[Part]:
    """The parts of a form; 400 if the form does not end as it must.

    A delimiter is a whole line, so a line of the content that only begins like one stays content.
    """
    delimiter = re.compile(rb"(?:\A|\r\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|\Z)")
    found: list[Part] = []
    start = None
    for match in delimiter.finditer(body):
        if start is not None:
            found.append(_part(body[start : match.start()]))
        if match.group(1):
            return found
        start = match.end()
    raise Refusal(400, "Could not parse multipart request")


def _part(raw: bytes) -> Part:
    head, parted, content = raw.partition(b"\r\n\r\n")
    if not parted:
        raise Refusal(400, "Could not parse multipart request")
    disposition = ""
    for line in head.decode("utf-8", "surrogateescape").split("\r\n"):
        title, _, value = line.partition(":")
        if title.strip().lower() == "content-disposition":
            disposition = value
    values: dict[str, str] = dict(re.findall(r';\s*([\w*]+)="((?:\\.|[^"\\])*)"', disposition, re.DOTALL))
    if "name" not in values:
        raise Refusal(400, "Could not parse multipart request")
    name = values["name"]
    file_name = values.get("filename")
    extended = re.search(r"filename\*=(?:UTF-8|utf-8)''([^;\s]+)", disposition)
    if extended:
        return Part(_plain(name), unquote(extended.group(1)), content)
    return Part(_plain(name), None if file_name is None else _plain(file_name), content)


def _plain(written: str) -> str:
    """A name as browsers and HTTP libraries escape it."""
    text = re.sub(r"\\(.)", r"\1", written)
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
