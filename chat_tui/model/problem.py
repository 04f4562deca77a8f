"""An expected failure, as a value."""

from dataclasses import dataclass
from enum import StrEnum

from chat_tui.model.doubt import Doubt


class ProblemKind(StrEnum):
    """What went wrong, as far as the program has to act differently."""

    OFFLINE = "offline"
    """No connection could be made: no network, no name, nothing listens."""
    SURROUNDINGS = "surroundings"
    """Nobody can be asked as this computer is set up; `message` says what and how to mend it."""
    CERTIFICATE = "certificate"
    """The server could not prove who it is."""
    TIMEOUT = "timeout"
    """No complete answer within the deadline."""
    CUT = "cut"
    """The connection ended before the answer was complete."""
    BAD_REQUEST = "bad_request"
    """400 and other 4xx that a repetition would not mend."""
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
    """Not the JSON that was agreed: a captive portal, a redirect, half a page."""
    TOO_LARGE = "too_large"
    """The answer is larger than the program is ready to read."""
    READ_ONLY = "read_only"
    """The program was started with --read-only."""
    KEY_READ_ONLY = "key_read_only"
    """The key may only read: nothing is sent with it."""
    # Problems of our own side, before anything is asked of the Market.
    TEXT_EMPTY = "text_empty"
    """There is nothing to say in the text."""
    TEXT_TOO_LONG = "text_too_long"
    """The text is over `message.TEXT_LIMIT`."""
    TEXT_SECRET = "text_secret"  # noqa: S105 - the name of a problem
    """Something in the text is, or looks like, an Api-Key."""
    TEXT_GARBLED = "text_garbled"
    """The text holds what is no letter: it was not UTF-8 where it came from."""
    TEXT_UNFILLED = "text_unfilled"
    """Markers of a template stand in the text; `message` names them."""
    NOT_AGREED = "not_agreed"
    """The operator has to agree first; `doubts` say to what."""
    FILE_SECRET = "file_secret"  # noqa: S105 - the name of a problem
    """The file, or its name, holds a key of this program."""
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    """The file is over `file.MAX_BYTES`."""
    FILE_NOT_REGULAR = "file_not_regular"
    """A directory, pipe, device or socket."""
    FILE_UNREADABLE = "file_unreadable"
    """The file cannot be opened; `message` is the system's word."""
    FILE_CHANGED = "file_changed"
    """The file is not what its card showed any more."""
    SPOOL_FULL = "spool_full"
    """Too many files wait to be sent: no copy of another one can be kept."""
    FILE_OWN = "file_own"
    """The file belongs to this program: its key, outbox or cache."""
    FILE_REFUSED = "file_refused"
    """The host of a received file does not give it out: the link has expired, or needs a login."""
    FILE_NO_LINK = "file_no_link"
    """A received file came without a link that may be followed: none at all, no https, a private address."""
    FILE_CUT = "file_cut"
    """The connection ended, or nothing came for too long, before the file was whole."""
    FILE_OVER_CAP = "file_over_cap"
    """A received file is larger than `file.SAVED_BYTES`."""
    FOLDER_UNUSABLE = "folder_unusable"
    """The folder is gone or cannot be written; `message` is the system's word."""
    DISK_FULL = "disk_full"
    """There is no room for the file."""
    GONE = "gone"
    """The outbox item is not where the operator saw it: it went on meanwhile."""
    BUSY = "busy"
    """Another copy of the program is at it just now."""
    STALE = "stale"
    """The outbox item waited too long to be sent without asking."""
    STORAGE = "storage"
    """The local database cannot be written."""
    UNWRITABLE = "unwritable"
    """The local files can only be read in this run; `message` says why."""
    LEFT_OUT = "left_out"
    """One of several businesses cannot be shown; `message` says why."""


class Certainty(StrEnum):
    """What is known of a request that failed."""

    NOT_SENT = "not_sent"
    """No byte of it left: may be tried again."""
    REFUSED = "refused"
    """The Market said no: surely not applied."""
    UNCLEAR = "unclear"
    """It may have been applied. For a send: look, never repeat."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something that was asked for did not happen."""

    kind: ProblemKind
    certainty: Certainty = Certainty.NOT_SENT
    operation: str = ""
    """operationId of the API call, or empty."""
    http_status: int | None = None
    message: str = ""
    """The server's or system's own words, raw: pass through safe text before showing."""
    retry_after_s: float | None = None
    """Seconds from now before which the call must not be repeated, when the Market told."""
    scopes: tuple[str, ...] = ()
    """The rights of which the key would need one, as they are documented, when it has none of them."""
    doubts: tuple[Doubt, ...] = ()
    """What the operator has to agree to before it leaves."""

    @property
    def is_passing(self) -> bool:
        """Whether waiting alone may mend it."""
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
        }
