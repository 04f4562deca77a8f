"""An expected failure as a value: what went wrong, and whether the request may have taken effect."""

from dataclasses import dataclass
from enum import StrEnum

from chat_tui.model.doubt import Doubt


class ProblemKind(StrEnum):
    """What went wrong, as finely as the program reacts to it."""

    OFFLINE = "offline"
    """No connection could be made: no network, no name, nothing listens."""
    SURROUNDINGS = "surroundings"
    """The settings of this computer allow no client; `message` says which, and how to mend them."""
    CERTIFICATE = "certificate"
    """The server could not prove its identity."""
    TIMEOUT = "timeout"
    """No complete answer within the deadline."""
    CUT = "cut"
    """The connection ended before the answer was complete."""
    BAD_REQUEST = "bad_request"
    """400 and other 4xx that repeating the request would not help."""
    UNAUTHORIZED = "unauthorized"
    """401: the key is missing, wrong or revoked."""
    FORBIDDEN = "forbidden"
    """403: the key lacks a right, or the shop's API is switched off."""
    NOT_FOUND = "not_found"
    """404: no such chat, message, order, return or business."""
    LOCKED = "locked"
    """423: the business cannot be changed for the moment."""
    PARALLEL_LIMIT = "parallel_limit"
    """420: too many requests at once."""
    HOURLY_LIMIT = "hourly_limit"
    """420: the quota of this operation is used up."""
    SERVER = "server"
    """5xx."""
    UNEXPECTED_ANSWER = "unexpected_answer"
    """Not the JSON of the API: a captive portal, a redirect, half a page."""
    ERROR_ANSWER = "error_answer"
    """A 2xx that says it is an error, and seldom which."""
    TOO_LARGE = "too_large"
    """The answer is larger than the program is willing to read."""
    READ_ONLY = "read_only"
    """The program was started with --read-only."""
    KEY_READ_ONLY = "key_read_only"
    """The key may only read, so nothing is sent with it."""
    # The rest are problems of this program and computer, found before a request or without one.
    TEXT_EMPTY = "text_empty"
    """The text is blank."""
    TEXT_TOO_LONG = "text_too_long"
    """The text is longer than `chat.TEXT_LIMIT`."""
    TEXT_SECRET = "text_secret"  # noqa: S105 - the name of a problem
    """Something in the text is, or looks like, an Api-Key."""
    TEXT_GARBLED = "text_garbled"
    """The text was not valid UTF-8 where it came from."""
    TEXT_UNFILLED = "text_unfilled"
    """The text contains markers of a template; `message` names them."""
    NOT_AGREED = "not_agreed"
    """The operator must agree first; `doubts` say to what."""
    FILE_SECRET = "file_secret"  # noqa: S105 - the name of a problem
    """The file or its name contains a key of this program."""
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    """The file is larger than `file.MAX_BYTES`."""
    FILE_NOT_REGULAR = "file_not_regular"
    """A directory, pipe, device or socket."""
    FILE_UNREADABLE = "file_unreadable"
    """The file cannot be opened; `message` is the system's error."""
    FILE_CHANGED = "file_changed"
    """The file has changed since its card was made."""
    SPOOL_FULL = "spool_full"
    """Too many files wait to be sent: there is no room for the copy of another one."""
    FILE_OWN = "file_own"
    """The file belongs to this program: its key, outbox or cache."""
    FILE_REFUSED = "file_refused"
    """The host refuses to send a received file: the link has expired, or needs a login."""
    FILE_NO_LINK = "file_no_link"
    """A received file has no link that may be followed: none at all, no https, a private address."""
    FILE_CUT = "file_cut"
    """The connection ended, or nothing came for too long, before the file was complete."""
    FILE_OVER_CAP = "file_over_cap"
    """A received file is larger than `file.SAVED_BYTES`."""
    FILE_ONLY_TO_SAVE = "file_only_to_save"
    """A received file is too large to be viewed. It can be saved up to `file.SAVED_BYTES`."""
    FOLDER_UNUSABLE = "folder_unusable"
    """The folder is gone or cannot be written; `message` is the system's error."""
    DISK_FULL = "disk_full"
    """There is no room for the file on the disk."""
    GONE = "gone"
    """The outbox item is no longer in the state that the operator saw."""
    BUSY = "busy"
    """Another copy of the program is working on it."""
    STALE = "stale"
    """The outbox item waited so long that the operator must confirm it first."""
    STORAGE = "storage"
    """The local database cannot be written."""
    UNWRITABLE = "unwritable"
    """The local files can only be read in this run; `message` says why."""
    LEFT_OUT = "left_out"
    """One of several businesses cannot be shown; `message` says why."""


class Certainty(StrEnum):
    """Whether a request that failed may have taken effect."""

    NOT_SENT = "not_sent"
    """Not a byte of it was sent: it may be repeated."""
    REFUSED = "refused"
    """The Market refused it: it surely had no effect."""
    UNCLEAR = "unclear"
    """It may have taken effect. A message: look for it in the history, never send it again."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something did not happen."""

    kind: ProblemKind
    certainty: Certainty = Certainty.NOT_SENT
    operation: str = ""
    """operationId of the API call; empty if there was none."""
    http_status: int | None = None
    """None = there was no HTTP answer."""
    message: str = ""
    """The server's or system's own words, raw: pass them through `safetext` before showing."""
    retry_after_s: float | None = None
    """Seconds from now before which the call must not be repeated; None if the Market did not say."""
    scopes: tuple[str, ...] = ()
    """The documented rights, any of which would do, if the key has none of them."""
    doubts: tuple[Doubt, ...] = ()
    """What the operator must agree to before it is sent."""

    @property
    def is_passing(self) -> bool:
        """Whether it may pass with time alone."""
        return self.kind in {
            ProblemKind.OFFLINE,
            ProblemKind.CERTIFICATE,
            ProblemKind.TIMEOUT,
            ProblemKind.CUT,
            ProblemKind.LOCKED,
            ProblemKind.PARALLEL_LIMIT,
            ProblemKind.HOURLY_LIMIT,
            ProblemKind.SERVER,
            ProblemKind.UNEXPECTED_ANSWER,
            ProblemKind.ERROR_ANSWER,
        }
