"""The Market's address and the key for it: a light value, made long before httpx is imported."""

from dataclasses import dataclass, field
from typing import Final

from chat_tui.addresses import WebAddress, read_address
from chat_tui.locale import _
from chat_tui.model.ids import BusinessId

_LONGEST_SECRET: Final = 4096


class AccessError(ValueError):
    """The address or key cannot be used; its text is one sentence for the operator, without the key."""


@dataclass(frozen=True, slots=True)
class Access:
    """One business of one key at one origin; creating it raises `AccessError` if it cannot be used."""

    base_url: str
    """Origin and perhaps a path, without a slash at its end; https, or http to this machine."""
    api_key: str = field(default="", repr=False)
    """Sent as the header `Api-Key`."""
    oauth_token: str = field(default="", repr=False)
    """Sent as `Authorization: Bearer` if there is no Api-Key."""
    business_id: BusinessId | None = None
    """None while it is unknown: only `get_shops` and `get_key_rights` work then."""
    _address: WebAddress = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Strip the blanks that a copied key brings along, then check every field."""
        object.__setattr__(self, "base_url", self.base_url.strip().rstrip("/"))
        object.__setattr__(self, "api_key", self.api_key.strip())
        object.__setattr__(self, "oauth_token", self.oauth_token.strip())
        object.__setattr__(self, "_address", _checked(self.base_url))
        _check_secret(self.api_key, self.oauth_token)
        if self.business_id is not None and not 1 <= self.business_id < 2**63:
            raise AccessError(_("The business id must be a positive number."))

    @property
    def host(self) -> str:
        """The only host that the key is sent to."""
        return self._address.host

    @property
    def is_local(self) -> bool:
        """Whether the Market is a server on this machine, as the pretend one is."""
        return self._address.is_loopback

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection uses TLS."""
        return self._address.scheme == "https"

    @property
    def secret(self) -> str:
        """The key or token, which must appear nowhere but in its header."""
        return self.api_key or self.oauth_token

    def headers(self) -> dict[str, str]:
        """The header that carries the key."""
        if self.api_key:
            return {"Api-Key": self.api_key}
        return {"Authorization": f"Bearer {self.oauth_token}"}


def _checked(url: str) -> WebAddress:
    address = read_address(url)
    if address is None:
        raise AccessError(_("The Market's address is not a web address."))
    if address.has_user:
        raise AccessError(_("The Market's address must not contain a name or a password."))
    if not address.is_safe_for_a_key:
        raise AccessError(_("The Market's address must begin with https."))
    return address


def _check_secret(api_key: str, oauth_token: str) -> None:
    secret = api_key or oauth_token
    if not secret:
        raise AccessError(_("An Api-Key or an OAuth token is needed."))
    if len(secret) > _LONGEST_SECRET or not all("!" <= c <= "~" for c in secret):
        raise AccessError(_("The key contains characters that are not allowed, or is too long."))
