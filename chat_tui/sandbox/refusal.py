"""A request that is not granted: an HTTP status and the documented words."""

from typing import Any, Final

_CODES: Final = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BAD_REQUEST",
    415: "UNSUPPORTED_MEDIA_TYPE",
    420: "LIMIT_EXCEEDED",
    423: "LOCKED",
    500: "INTERNAL_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
_WORDS: Final = {
    401: "Api-Key token is invalid",
    403: "Access denied",
    404: "Resource not found",
    500: "Internal server error",
    503: "Service temporarily unavailable. Please, try again later",
}


class Refusal(Exception):  # noqa: N818 - the Market's answer, not an error of this program
    """Raised by checks and operations; becomes the error envelope."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message or _WORDS.get(status, "Error")


def envelope(status: int, message: str = "") -> dict[str, Any]:
    """The body of an error answer."""
    words = message or _WORDS.get(status, "Error")
    return {"status": "ERROR", "errors": [{"code": _CODES.get(status, "INTERNAL_ERROR"), "message": words}]}
