"""multipart/form-data, taken apart by a library of those that servers use."""

from typing import NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File as Uploaded
from python_multipart.multipart import FormParser, parse_options_header

from chat_tui.sandbox.refusal import Refusal

_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""How browsers and HTTP libraries write what may not stand in a quoted name."""


class File(NamedTuple):
    """One file of a form."""

    name: str
    content: bytes


def files_named(field: str, content_type: str, body: bytes) -> tuple[File, ...]:
    """The whole files of a form in one of its fields; Refusal (400) if it is no form."""
    found: list[File] = []

    def take(uploaded: Uploaded) -> None:
        if uploaded.field_name == field.encode():
            uploaded.file_object.seek(0)
            name = (uploaded.file_name or b"file").decode(errors="replace")
            found.append(File(_plain(name), uploaded.file_object.read()))

    kind, options = parse_options_header(content_type.encode("latin-1", "replace"))
    # In memory: the body is there already.
    kept = {"MAX_MEMORY_FILE_SIZE": len(body) + 1}
    try:
        parser = FormParser(kind.decode(), None, take, boundary=options.get(b"boundary"), config=kept)
        parser.write(body)
        parser.finalize()
    except FormParserError as broken:
        raise Refusal(400, "Could not parse multipart request") from broken
    return tuple(found)


def _plain(written: str) -> str:
    for escape, character in _ESCAPES.items():
        written = written.replace(escape, character)
    return written
