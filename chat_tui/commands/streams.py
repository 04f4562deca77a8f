"""Standard input, output and error, any of which may be closed, full or a broken pipe.

Only this module writes to the last two. It imports almost nothing, because `--help` prints through it.
While a verb works for long, standard error shows how far it is, if that is a terminal (`draw`).
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

_CANNOT_DRAW: Final = frozenset({"", "dumb", "unknown"})
"""Values of TERM of terminals on which a line that was printed stays."""
_BAR_CELLS: Final = 20


class Unprintable(Exception):  # noqa: N818 - house word: a failure that was expected
    """Standard output cannot be written; `error` is the system's error."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def nobody_reads(self) -> bool:
        """Whether the other end of a pipe was closed, as `head` does when it has enough."""
        return isinstance(self.error, BrokenPipeError)

    @property
    def reason(self) -> str:
        """The system's words for it."""
        return getattr(self.error, "strerror", None) or str(self.error)


def prepare() -> None:
    """Make sure that the three streams exist, accept any character, and fail only when they are used.

    A descriptor that was closed at the start is opened again, read-only: otherwise the next file we open
    would get its number, and what we print would be written into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)
    sys.stdin = sys.stdin or _stream(0, "r")
    sys.stdout = sys.stdout or _stream(1, "w")
    sys.stderr = sys.stderr or _stream(2, "w")
    for stream in (sys.stdout, sys.stderr):
        # Tests put other objects here.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _stream(number: int, mode: str) -> TextIO:
    """A stream on this descriptor, which it never closes."""
    stream: TextIO = io.TextIOWrapper(
        os.fdopen(number, f"{mode}b", closefd=False), encoding="utf-8", line_buffering=number == 2
    )
    return stream


def out(text: str) -> None:
    """Write to standard output. Raises Unprintable, perhaps only at the next `flush`."""
    draw(())
    with _printing():
        _write(sys.stdout, text)


def out_bytes(data: bytes) -> None:
    """Write bytes to standard output. Raises Unprintable, perhaps only at the next `flush`."""
    draw(())
    with _printing():
        # Text that is still in the buffer must come first.
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def flush() -> None:
    """Flush standard output. Raises Unprintable."""
    with _printing():
        sys.stdout.flush()


def err(text: str) -> None:
    """Write to standard error. Never raises: text that cannot be written is dropped."""
    draw(())
    try:
        _write(sys.stderr, text)
        sys.stderr.flush()
    except (OSError, ValueError):
        _let_go(sys.stderr)


_drawn: "Progress | None" = None
"""The lines at the bottom of the terminal; None = there are none."""


def may_draw() -> bool:
    """Whether standard error is a terminal on which lines can be drawn over."""
    try:
        return sys.stderr.isatty() and os.environ.get("TERM", "").lower() not in _CANNOT_DRAW
    except ValueError:
        # It is closed.
        return False


def draw(works: Sequence[tuple[str, int, int | None]]) -> None:
    """Show a line for each long work: its words (safe), how much is done, and of how much, if that is known.

    The lines replace those of the last call; with no works they are erased, as before anything is printed.
    Never raises. Call it only if `may_draw`.
    """
    global _drawn  # noqa: PLW0603 - there is one terminal
    try:
        if works:
            _drawn = _drawn or _lines()
            _show(_drawn, works)
        elif _drawn is not None:
            drawn, _drawn = _drawn, None
            drawn.stop()
    except (OSError, ValueError):
        _drawn = None
        _let_go(sys.stderr)


def _lines() -> "Progress":
    from rich.console import Console, RenderableType  # noqa: PLC0415 - only a work that takes long is drawn
    from rich.progress import Progress, ProgressColumn, Task, TextColumn  # noqa: PLC0415
    from rich.progress_bar import ProgressBar  # noqa: PLC0415

    class OpenConsole(Console):
        def show_cursor(self, show: bool = True) -> bool:
            """Leave the cursor as it is: a process that is killed or suspended could not show it again."""
            return False

    class Share(ProgressColumn):
        def render(self, task: Task) -> RenderableType:
            """A bar; nothing without a total, for which a bar would look full."""
            if task.total is None:
                return ""
            return ProgressBar(total=task.total, completed=task.completed, width=_BAR_CELLS)

    console = OpenConsole(stderr=True, highlight=False)
    # Our works are published twice a second at most: nothing else has to draw.
    lines = Progress(
        TextColumn("{task.description}", markup=False),
        Share(),
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    lines.start()
    return lines


def _show(lines: "Progress", works: Sequence[tuple[str, int, int | None]]) -> None:
    # A few lines, in the order of the works: it is simpler to make them again than to find each.
    for task in lines.task_ids:
        lines.remove_task(task)
    for words, done, total in works:
        lines.add_task(words, completed=done, total=total)
    lines.refresh()


@contextmanager
def _printing() -> Iterator[None]:
    """Raise every error of standard output as Unprintable."""
    try:
        yield
    except (OSError, ValueError) as error:
        _let_go(sys.stdout)
        raise Unprintable(error) from None


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeError:
        # This stream could not be reconfigured to replace characters outside its encoding.
        stream.write(text.encode("ascii", "replace").decode())


def _let_go(stream: TextIO) -> None:
    """Point the stream to /dev/null: Python flushes it at exit, where an error would change the exit code."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        # The stream has no descriptor, so nothing is written at exit.
        return
