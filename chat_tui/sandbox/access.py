"""The pretend business and its shops, who may do what (keys, tokens, scopes), and the form of a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

BUSINESS_ID: Final = 1185230


class Shop(NamedTuple):
    """One shop (API campaign)."""

    campaign_id: int
    placement: str


SHOPS: Final = (
    Shop(21098765, "FBS"),
    Shop(21098766, "FBY"),
    Shop(21098767, "DBS"),
)
"""Their names are in the language of the world: `Content.shops`."""

Scopes = frozenset[str] | None
"""Any one of these allows an operation; None = any scope at all."""
READ: Final[Scopes] = frozenset({"COMMUNICATION", "ALL_METHODS", "ALL_METHODS_READ_ONLY"})
WRITE: Final[Scopes] = frozenset({"COMMUNICATION", "ALL_METHODS"})
RETURNS: Final = frozenset(
    {
        "INVENTORY_AND_ORDER_PROCESSING",
        "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY",
        "ALL_METHODS",
        "ALL_METHODS_READ_ONLY",
    }
)
ORDERS: Final = RETURNS | {"FINANCE_AND_ACCOUNTING"}


@dataclass(frozen=True, slots=True)
class Key:
    """One Api-Key, or an OAuth token (`scopes` None: a person's token may do everything)."""

    name: str
    scopes: frozenset[str] | None
    business_id: int = BUSINESS_ID
    revoked: bool = False
    refusal: str = ""
    """The words of the 403 that every request gets, for credentials that are valid but blocked."""


API_KEY: Final = "ACMA:sandbox:5f1c2e7a9b3d4c60"
READ_ONLY_KEY: Final = "ACMA:sandbox:readonly00000000"
NO_ORDERS_KEY: Final = "ACMA:sandbox:noorders00000000"
REVOKED_KEY: Final = "ACMA:sandbox:revoked000000000"
FOREIGN_KEY: Final = "ACMA:sandbox:foreign000000000"
SCOPELESS_KEY: Final = "ACMA:sandbox:scopeless0000000"
DISABLED_KEY: Final = "ACMA:sandbox:disabled00000000"
OAUTH_TOKEN: Final = "y0_sandbox_oauth_token"  # noqa: S105 - a made-up one
LOGGED_OUT_TOKEN: Final = "y0_sandbox_logged_out"  # noqa: S105 - as above

KEYS: Final[Mapping[str, Key]] = {
    API_KEY: Key("chat terminal", frozenset({"COMMUNICATION", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY"})),
    READ_ONLY_KEY: Key("read only", frozenset({"ALL_METHODS_READ_ONLY"})),
    NO_ORDERS_KEY: Key("chats only", frozenset({"COMMUNICATION"})),
    REVOKED_KEY: Key("old", frozenset({"COMMUNICATION"}), revoked=True),
    SCOPELESS_KEY: Key("of an unknown scope", frozenset({"TELEPATHY"}), refusal="Scope is invalid"),
    DISABLED_KEY: Key("of one who left", frozenset({"COMMUNICATION"}), refusal="User account is disabled"),
    FOREIGN_KEY: Key("another business", frozenset({"COMMUNICATION"}), business_id=BUSINESS_ID + 1),
}
TOKENS: Final[Mapping[str, Key]] = {
    OAUTH_TOKEN: Key("owner", None),
    LOGGED_OUT_TOKEN: Key(
        "owner", None, refusal="OAuth token is invalid (account has been globally logged out)"
    ),
}


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


class Refusal(Exception):  # noqa: N818 - the Market's answer, not an error of this program
    """Raised by checks and operations; the server answers its status with the error envelope."""

    def __init__(self, status: int, message: str, *, allow: str = "") -> None:
        """`allow`: the methods that a 405 offers instead."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.allow = allow


def envelope(status: int, message: str) -> dict[str, Any]:
    """The body of an error answer."""
    return {"status": "ERROR", "errors": [{"code": _CODES.get(status, "INTERNAL_ERROR"), "message": message}]}


def authorize(headers: Mapping[str, str]) -> Key:
    """The key or token of a request (header names in lower case); Refusal (401 or 403) if it is not valid."""
    key = _known(headers)
    if key.refusal:
        raise Refusal(403, key.refusal)
    return key


def _known(headers: Mapping[str, str]) -> Key:
    written = headers.get("api-key")
    if written is not None:
        return _by_key(written)
    bearer = headers.get("authorization")
    if bearer is None:
        raise Refusal(401, "Credentials are not specified")
    scheme, _, token = bearer.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(401, "Authorization header has invalid syntax")
    if token.strip() not in TOKENS:
        raise Refusal(403, "OAuth token is invalid")
    return TOKENS[token.strip()]


def _by_key(written: str) -> Key:
    if not written.startswith("ACMA:"):
        raise Refusal(401, "Api-Key token prefix invalid")
    if len(written.split(":")) != 3:
        raise Refusal(401, "Api-Key token format invalid")
    key = KEYS.get(written)
    if key is None:
        raise Refusal(401, "Api-Key token is invalid")
    if key.revoked:
        raise Refusal(401, "Api-Key token is revoked")
    return key


def check_scope(key: Key, wanted: Scopes) -> None:
    """Refusal (403) if none of the key's scopes allows the operation; a person's token has them all."""
    if key.scopes is not None and wanted is not None and not wanted & key.scopes:
        names = ", ".join(sorted(name.lower().replace("_", "-") for name in wanted))
        raise Refusal(403, f"Token does not have any of the scopes to access the API method: {names}")


def check_business(key: Key, business_id: int, header: str | None) -> None:
    """Refusal (400) if X-Business-Id is not the business of the URL, (403) if the key is of another one."""
    if header is not None and not header.isdecimal():
        raise Refusal(400, f"Incorrect X-Business-Id header value: '{header}'")
    if header is not None and header != str(business_id):
        words = (
            f"URL businessId ('{business_id}') does not match businessId in X-Business-Id header ('{header}')"
        )
        raise Refusal(400, words)
    if key.business_id != business_id:
        raise Refusal(403, "Access denied")


def check_campaign(key: Key, campaign_id: int) -> None:
    """Refusal (404) if there is no such shop, (403) if it is not the key's."""
    if campaign_id not in {shop.campaign_id for shop in SHOPS}:
        raise Refusal(404, f"Campaign not found '{campaign_id}'")
    if key.business_id != BUSINESS_ID:
        raise Refusal(403, f"No access to campaigns: {campaign_id}")
