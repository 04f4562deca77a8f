"""Turns HTTP statuses and exceptions into problems, judged by how far the request had got.

Each has a `Certainty`, on which delivery relies:

no byte of the request written            NOT_SENT   after any failure
3xx, 4xx but 408 and 499                  REFUSED    even when the rest of the answer is lost
408, 499, 5xx, 1xx, an unusable 2xx       UNCLEAR
cut, silence, deadline after that byte    UNCLEAR
"""

import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from chat_tui.locale import N_, _
from chat_tui.market.answers import count, error_words, quota_wait, retry_after, says_error
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.safetext import one_line

log = logging.getLogger(__name__)

_TRACEPARENT: Final = re.compile(r"[0-9a-f-]{1,100}")
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""After these surely no byte was written, even if the transport reported no step."""
_BY_STATUS = {
    401: ProblemKind.UNAUTHORIZED,
    403: ProblemKind.FORBIDDEN,
    404: ProblemKind.NOT_FOUND,
    408: ProblemKind.TIMEOUT,
    423: ProblemKind.LOCKED,
    499: ProblemKind.TIMEOUT,
}

# By OpenSSL's numbers, X509_V_ERR_….
_SELF_SIGNED = N_("The server's certificate is self-signed.")
_UNKNOWN_ISSUER = N_("The server's certificate comes from an unknown issuer.")
_OTHER_NAME = N_("The server's certificate is for another name.")
_CERTIFICATE_FAULTS = {
    2: _UNKNOWN_ISSUER,
    9: N_("The server's certificate is not valid yet."),
    10: N_("The server's certificate has expired."),
    18: _SELF_SIGNED,
    19: _SELF_SIGNED,
    20: _UNKNOWN_ISSUER,
    21: _UNKNOWN_ISSUER,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}


_ORDERS: Final = (
    "inventory-and-order-processing:read-only",
    "inventory-and-order-processing",
    "all-methods:read-only",
    "all-methods",
)
_READ: Final = ("communication", "all-methods:read-only", "all-methods")
_WRITE: Final = ("communication", "all-methods")
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "getChats": _READ,
    "getChat": _READ,
    "getChatHistory": _READ,
    "getChatMessage": _READ,
    "createChat": _WRITE,
    "sendMessageToChat": _WRITE,
    "sendFileToChat": _WRITE,
    "getBusinessOrders": (*_ORDERS, "finance-and-accounting"),
    "getReturn": _ORDERS,
}
"""By operationId, as documented: any one of these scopes is enough; the narrowest comes first."""
_NO_SCOPE: Final = re.compile(r"does not have any of the scopes", re.IGNORECASE)
"""The words of a 403 for want of a scope; others have other causes, such as a shop of another business."""


class FileChangedError(Exception):
    """The file is not, or is no longer, what the operator confirmed; its text says so to the operator."""

    def __init__(self) -> None:
        super().__init__(_("The file has changed or cannot be read."))


class AnswerTooLargeError(Exception):
    """The answer is larger than the limit."""


class EncodedAnswerError(Exception):
    """The answer is compressed although the request did not allow it."""


@dataclass(slots=True)
class Phase:
    """How far one request has got, as the transport reports it."""

    began: bool = False
    """Whether the first byte was or may have been written."""
    heard: bool = False
    """Whether the transport reports its steps at all."""
    head: tuple[int, Mapping[str, str]] | None = None
    """Status and headers (lower case) of the answer, once received."""

    async def hear(self, step: str, info: Mapping[str, Any]) -> None:
        """Note one step; called by httpcore as its `trace` extension."""
        self.heard = True
        if step.endswith("send_request_headers.started"):
            # A proxy is first asked for a tunnel; that request carries nothing of ours.
            self.began = self.began or info["request"].method != b"CONNECT"

    def certainty(self, error: Exception) -> Certainty:
        """What is known of the request that ended with `error`."""
        # A transport that reports nothing (another one than httpcore's) may have written something.
        unreported = not self.heard and not isinstance(error, _NEVER_CONNECTED)
        return Certainty.UNCLEAR if self.began or unreported else Certainty.NOT_SENT


def from_exception(error: Exception, phase: Phase, operation: str) -> Problem:
    """The problem of a request without an answer, or with one that could not be read to its end."""
    # The status alone shows a refusal, even when the body that explains it is lost.
    if phase.head is not None:
        status, headers = phase.head
        if status_certainty(status) == Certainty.REFUSED:
            return from_status(status, headers, b"", operation)
        _note(status, headers, operation)
    certainty = phase.certainty(error)
    kind, message = _cause(error, began=certainty == Certainty.UNCLEAR)
    return Problem(
        kind=kind,
        certainty=certainty,
        operation=operation,
        http_status=phase.head[0] if phase.head is not None else None,
        message=message,
    )


def _cause(error: Exception, *, began: bool) -> tuple[ProblemKind, str]:
    if isinstance(error, FileChangedError):
        return ProblemKind.FILE_CHANGED, str(error)
    if isinstance(error, AnswerTooLargeError):
        return ProblemKind.TOO_LARGE, ""
    if isinstance(error, EncodedAnswerError | httpx.DecodingError):
        return ProblemKind.UNEXPECTED_ANSWER, ""
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.ProxyError):
        fault = _certificate_fault(error)
        # A proxy says why; the words of the library say nothing that ours do not.
        refusal = str(error)[:500] if isinstance(error, httpx.ProxyError) else ""
        return (ProblemKind.CERTIFICATE, fault) if fault else (ProblemKind.OFFLINE, refusal)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return (ProblemKind.TIMEOUT if began else ProblemKind.OFFLINE), ""
    return (ProblemKind.CUT if began else ProblemKind.OFFLINE), ""


def _certificate_fault(error: BaseException | None) -> str:
    """What is wrong with the server's certificate; empty if that was not the cause."""
    # httpx raises its own error from that of httpcore, and httpcore from that of ssl.
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return ""
    return _(_CERTIFICATE_FAULTS.get(error.verify_code, error.verify_message))


def status_certainty(status: int) -> Certainty:
    """What is known of a request that was answered with this status, unless it is a good 200."""
    refused = 300 <= status < 500 and status not in {408, 499}
    return Certainty.REFUSED if refused else Certainty.UNCLEAR


def from_status(status: int, headers: Mapping[str, str], body: bytes, operation: str) -> Problem:
    """The problem of an answer that is not a 2xx, or a 2xx that is not what was agreed: HTML, cut, ERROR.

    Its `retry_after_s` is set only where waiting helps.
    """
    _note(status, headers, operation)
    message = error_words(body)
    kind = _kind(status, headers, body, message)
    wait_s = None
    if kind == ProblemKind.HOURLY_LIMIT:
        wait_s = quota_wait(headers) or retry_after(headers)
    elif status >= 500 or kind in {ProblemKind.PARALLEL_LIMIT, ProblemKind.LOCKED}:
        wait_s = retry_after(headers)
    lacks_scope = kind == ProblemKind.FORBIDDEN and _NO_SCOPE.search(message)
    return Problem(
        kind=kind,
        certainty=status_certainty(status),
        operation=operation,
        http_status=status,
        message=message,
        retry_after_s=wait_s,
        scopes=SCOPES.get(operation, ()) if lacks_scope else (),
    )


def _kind(status: int, headers: Mapping[str, str], body: bytes, message: str) -> ProblemKind:
    # The Market answers 420; a proxy or gateway before it means the same by 429.
    if status in {420, 429}:
        return _limit_kind(headers, message.lower())
    if status >= 500:
        return ProblemKind.SERVER
    if status < 400:  # a redirect, which is not followed, or a 2xx
        is_error = 200 <= status < 300 and says_error(body)
        return ProblemKind.ERROR_ANSWER if is_error else ProblemKind.UNEXPECTED_ANSWER
    return _BY_STATUS.get(status, ProblemKind.BAD_REQUEST)


def _limit_kind(headers: Mapping[str, str], message: str) -> ProblemKind:
    """The error text decides; without one, a quota that is not used up means the parallel limit."""
    if "parallel" in message:
        return ProblemKind.PARALLEL_LIMIT
    if "hour" in message:
        return ProblemKind.HOURLY_LIMIT
    return ProblemKind.PARALLEL_LIMIT if count(headers, "remaining") else ProblemKind.HOURLY_LIMIT


def _note(status: int, headers: Mapping[str, str], operation: str) -> None:
    """Log the id of a request that failed: Market support asks for it."""
    trace = headers.get("traceparent", "")
    if _TRACEPARENT.fullmatch(trace):
        log.info("%s: HTTP %s, traceparent %s", one_line(operation), one_line(str(status)), one_line(trace))
