"""Problems and doubts in the operator's language: one sentence each, with the fix."""

from collections.abc import Sequence
from typing import Final

from chat_tui.locale import N_, _, ngettext
from chat_tui.model.doubt import Contact, ContactKind, Doubt, DoubtKind
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.safetext import one_line
from chat_tui.terminal.environment import Unfit
from chat_tui.words.line import cut
from chat_tui.words.times import spoken

_NAMED: Final = 3
"""Pieces of the text that are quoted; the others are counted."""
_CELLS: Final = 40
"""Cells of one of them."""
_KINDS: Final = {
    ContactKind.PHONE: N_("a phone number"),
    ContactKind.MAIL: N_("an email address"),
    ContactKind.MESSENGER: N_("a messenger"),
    ContactKind.LINK: N_("a link to another site"),
}


def contact_warning(found: Sequence[Contact]) -> str:
    """The contacts in a text, and why they matter."""
    pieces = [
        _("{kind}: “{text}”").format(kind=_(_KINDS[one.kind]), text=cut(one_line(one.text), _CELLS))
        for one in found[:_NAMED]
    ]
    if (more := len(found) - _NAMED) > 0:
        pieces.append(ngettext("{n} more", "{n} more", more).format(n=more))
    words = _("The text seems to contain {what}. The Market may hide the shop's goods for that.")
    return words.format(what=", ".join(pieces))


def doubt_words(doubts: Sequence[Doubt]) -> str:
    """One sentence for each doubt; the caller adds how to agree."""
    return " ".join(map(_sentence, doubts))


def _sentence(doubt: Doubt) -> str:
    match doubt.kind:
        case DoubtKind.FINISHED:
            return _("This chat is finished: the Market may refuse the message.")
        case DoubtKind.CONTACTS:
            return contact_warning(doubt.contacts)
        case DoubtKind.FIELD:
            words = _("This looks like a field that is not filled in: {fields}.")
            return words.format(fields=cut(one_line(doubt.about), _CELLS))
        case DoubtKind.PRIVATE:
            return _("This file seems to contain a key or passwords.")


def missing_words(markers: Sequence[str]) -> str:
    """A sentence that names the fields of a template which are not filled in; "" if there are none."""
    if not markers:
        return ""
    return _("Not filled in: {markers}. Write it yourself.").format(markers=one_line(" ".join(markers)))


# -- what went wrong -------------------------------------------------------------------------------------


_WORDS_LENGTH = 200
"""Characters of a message from the server or the system that are shown."""

_FIXES = {
    ProblemKind.OFFLINE: N_("No network. Retrying automatically."),
    ProblemKind.SURROUNDINGS: N_("Then restart chat-tui. Until then nothing is loaded or sent."),
    ProblemKind.CERTIFICATE: N_(
        "The Market's server could not be verified, so nothing was sent. Check this computer's "
        "clock and the proxy."
    ),
    ProblemKind.TIMEOUT: N_("The Market did not answer in time. Retrying automatically."),
    ProblemKind.CUT: N_("The connection dropped before the answer was complete. Retrying automatically."),
    ProblemKind.BAD_REQUEST: N_("The Market rejected this. Change it and send it again."),
    ProblemKind.UNAUTHORIZED: N_(
        "The Market does not accept the key. Create a new one in the seller's cabinet, replace "
        "the old one with it (CHAT_TUI_API_KEY or settings.toml) and restart chat-tui."
    ),
    ProblemKind.FORBIDDEN: N_(
        "The key lacks the right for this. Give it “Chats with buyers” in the seller's cabinet, "
        "or check that the shop's API is turned on."
    ),
    ProblemKind.NOT_FOUND: N_("Chat, order or return not found. Check the number."),
    ProblemKind.LOCKED: N_("The Market has locked this business for now. Retrying automatically."),
    ProblemKind.PARALLEL_LIMIT: N_("Too many requests at once. Retrying in a moment."),
    ProblemKind.HOURLY_LIMIT: N_(
        "The Market's quota is used up. Continuing automatically when it is renewed."
    ),
    ProblemKind.SERVER: N_("The Market has a problem on its side. Retrying automatically."),
    ProblemKind.UNEXPECTED_ANSWER: N_(
        "This was not an answer from the Market. Perhaps this network requires you to log in first."
    ),
    ProblemKind.ERROR_ANSWER: N_("The Market answered with an error that it did not explain."),
    ProblemKind.TOO_LARGE: N_("The Market's answer is too large. Please report this to its support."),
    ProblemKind.READ_ONLY: N_("Started with --read-only. To send, restart without it."),
    ProblemKind.KEY_READ_ONLY: N_(
        "View only: the key has no right to send. Give it “Chats with buyers” in the seller's "
        "cabinet, then press r."
    ),
    ProblemKind.TEXT_EMPTY: N_("There is nothing to send: type a message first."),
    ProblemKind.TEXT_TOO_LONG: N_("The text is over 4096 characters. Shorten it or send it in two parts."),
    ProblemKind.TEXT_UNFILLED: N_("A template field is not filled in. Fill it in or remove it."),
    ProblemKind.NOT_AGREED: N_("Not sent: there is a warning. Read it and confirm first."),
    ProblemKind.TEXT_SECRET: N_(
        "The text contains something like a Market key, so it was not sent. Remove the key."
    ),
    ProblemKind.TEXT_GARBLED: N_("The text is not UTF-8, so it was not sent. Save it as UTF-8."),
    ProblemKind.FILE_SECRET: N_(
        "The file contains this program's own key, so it was not sent. Remove the key from it."
    ),
    ProblemKind.FILE_EMPTY: N_("The file is empty. Choose another one."),
    ProblemKind.FILE_TOO_LARGE: N_("The file is over 5 MB. Make it smaller or choose another one."),
    ProblemKind.FILE_NOT_REGULAR: N_("This is not a file. Choose a file."),
    ProblemKind.FILE_UNREADABLE: N_("The file cannot be opened. Check its path and permissions."),
    ProblemKind.FILE_CHANGED: N_("The file has changed since you looked at it. Attach it again."),
    ProblemKind.SPOOL_FULL: N_(
        "Too many files are waiting to be sent. Wait until some are delivered, or discard some "
        "in the outbox (O)."
    ),
    ProblemKind.FILE_OWN: N_("This file belongs to chat-tui and is never sent. Choose another one."),
    ProblemKind.FILE_REFUSED: N_(
        "The file server refused the download: the link has expired or requires a login. The "
        "file is in the seller's cabinet."
    ),
    ProblemKind.FILE_NO_LINK: N_("The file has no safe link. Open it in the seller's cabinet."),
    ProblemKind.FILE_CUT: N_("The download stopped early, so the file was not saved. Try again."),
    ProblemKind.FILE_OVER_CAP: N_(
        "The file is too large, so it was not saved. Download it in the seller's cabinet."
    ),
    ProblemKind.FILE_ONLY_TO_SAVE: N_("The file is too large to view here. Save it instead: s."),
    ProblemKind.FOLDER_UNUSABLE: N_("This folder is not writable. Choose another one."),
    ProblemKind.DISK_FULL: N_(
        "The disk is full, so the file was not saved. Free some space or choose another folder."
    ),
    ProblemKind.GONE: N_("The state has already changed. Check the conversation."),
    ProblemKind.BUSY: N_("Another chat-tui window is working on this. Try again in a moment."),
    ProblemKind.STALE: N_("The message waited too long to be sent without asking you. Resend or discard it."),
    ProblemKind.STORAGE: N_(
        "The local database cannot be written, so nothing was sent. Fix this, then send again."
    ),
    ProblemKind.UNWRITABLE: N_(
        "View only: nothing new is loaded or sent, nothing is saved. Fix this, then restart chat-tui."
    ),
    ProblemKind.LEFT_OUT: N_("Its chats are not shown; the other businesses work."),
}
_FILE_FIXES = {
    ProblemKind.OFFLINE: N_("The file server cannot be reached, so the file was not saved. Try again."),
    ProblemKind.CERTIFICATE: N_("The file server could not be verified, so nothing was downloaded."),
}
_FILE_FIX = N_("The file server did not return the file, so nothing was saved. Try again later.")
_ABOUT_FILES = {kind for kind in ProblemKind if kind.startswith("file_")}
_EXPLAINED = N_("The Market answered with this error.")
_NO_BUSINESS = N_(
    "Business not found. Check its number (CHAT_TUI_BUSINESS_ID or business_id in settings.toml) "
    "and restart chat-tui."
)


def problem_words(problem: Problem) -> str:
    """The Market's own message, if there is one, and what to do."""
    if problem.doubts:
        return doubt_words(problem.doubts)
    if problem.kind is ProblemKind.TEXT_UNFILLED and problem.message:
        return _("Not filled in: {markers}. Nothing was sent. Fill it in or remove it.").format(
            markers=one_line(problem.message)
        )
    parts = [own_words(problem), _(_fix(problem))]
    if problem.retry_after_s is not None and problem.is_passing:
        wait = spoken(round(problem.retry_after_s * 1000))
        parts.append(_("Next try in {wait}.").format(wait=wait))
    return " ".join(part for part in parts if part)


def _fix(problem: Problem) -> str:
    """What to do, as a message to translate."""
    if problem.kind is ProblemKind.ERROR_ANSWER and server_words(problem.message):
        return _EXPLAINED
    if problem.kind is ProblemKind.NOT_FOUND and problem.operation == "getChats":
        return _NO_BUSINESS
    if problem.operation == "file" and problem.kind not in _ABOUT_FILES:
        return _FILE_FIXES.get(problem.kind, _FILE_FIX)
    return _FIXES[problem.kind]


def server_words(message: str) -> str:
    """The message of the server or the system on one line; empty if it is an HTML page."""
    if message.lstrip().startswith("<"):
        return ""
    words = one_line(message[: 2 * _WORDS_LENGTH])
    return words if len(words) <= _WORDS_LENGTH else f"{words[:_WORDS_LENGTH]}…"


def own_words(problem: Problem) -> str:
    """The HTTP status and the message of an answer as one sentence; empty if there is neither."""
    words = server_words(problem.message)
    status = problem.http_status
    if words and status:
        return f"{status}: {words.rstrip('.')}."
    if status and status >= 500:
        return f"{status}."
    return f"{words.rstrip('.')}." if words else ""


# -- why the screen cannot be shown here -----------------------------------------------------------------


_UNFIT = {
    Unfit.INPUT: N_("The input is not a terminal. Start chat-tui in a terminal, or see chat-tui --help."),
    Unfit.OUTPUT: N_("The output is not a terminal. Start chat-tui in a terminal, or see chat-tui --help."),
    Unfit.TERM_POOR: N_("TERM does not name a terminal that can draw. Try TERM=xterm-256color."),
    Unfit.TERM_UNKNOWN: N_("TERM names a terminal that is unknown here. Try TERM=xterm-256color."),
}


def unfit_words(refusal: Unfit) -> str:
    """One line on why nothing can be drawn, and what to do."""
    return _(_UNFIT[refusal])
