"""Which addresses and keys are accepted, and that no key is ever printed."""

import subprocess
import sys

import pytest

from chat_tui.market.access import Access, AccessError
from chat_tui.market.client import MarketClient
from chat_tui.model.ids import BusinessId
from tests.support.refs import ref

KEY = "ACMA:secret:1"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.partner.market.yandex.ru",
        "https://api.partner.market.yandex.net/",
        "http://127.0.0.1:8080",
        "http://127.9.8.7",
        "http://[::1]:8080",
        "http://localhost:1/prefix/",
        "http://LOCALHOST",
    ],
)
def test_accepted_addresses(url: str) -> None:
    assert Access(base_url=url, api_key=KEY).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.partner.market.yandex.ru",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "http://evil.example#@127.0.0.1",
        "http://evil.example\\@127.0.0.1",
        "http://127.0.0.1:99999",
        "http://[::1",
        "https://user:pass@api.partner.market.yandex.ru",
        "https://api.example/?x=1",
        "https://маркет.рф",
        "https://a b",
        "https://a\r\nX: 1",
        "ftp://127.0.0.1",
        "api.partner.market.yandex.ru",
        "https://",
        "",
    ],
)
def test_refused_addresses(url: str) -> None:
    with pytest.raises(AccessError) as refusal:
        Access(base_url=url, api_key=KEY)
    assert KEY not in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_copied_key_loses_its_newline() -> None:
    assert Access("https://a.example", api_key=f" {KEY}\r\n").headers() == {"Api-Key": KEY}


def test_oauth_token_is_a_bearer() -> None:
    access = Access("https://a.example", oauth_token="y0_t", business_id=BusinessId(5))
    assert access.headers() == {"Authorization": "Bearer y0_t"}


@pytest.mark.parametrize("key", ["", " \n", "ключ", "a b", "a\r\nX: 1", "a\x00b", "k" * 1_000_000])
def test_refused_keys_are_not_printed(key: str) -> None:
    with pytest.raises(AccessError) as refusal:
        Access("https://a.example", api_key=key)
    assert not key.strip() or key not in str(refusal.value)


@pytest.mark.parametrize("business_id", [0, -1, 2**63])
def test_refused_businesses(business_id: int) -> None:
    with pytest.raises(AccessError):
        Access("https://a.example", api_key=KEY, business_id=BusinessId(business_id))


def test_secrets_are_in_no_repr() -> None:
    access = Access("https://a.example", api_key=KEY, oauth_token="y0_t")
    assert KEY not in repr(access)
    assert "y0_t" not in repr(access)
    assert KEY not in repr(MarketClient(access))


async def test_a_call_about_no_business_is_an_error_of_ours() -> None:
    client = MarketClient(Access("https://a.example", api_key=KEY))
    with pytest.raises(AccessError):
        await client.get_chat(ref(1))
    await client.aclose()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
        ("HTTPS_PROXY", "gopher://x"),
        ("HTTPS_PROXY", "http://[::1"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
    ],
)
def test_unusable_surroundings_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(AccessError):
        MarketClient(Access("https://a.example", api_key=KEY))


def test_the_value_is_light() -> None:
    code = "import sys, chat_tui.market.access; sys.exit('httpx' in sys.modules or 'msgspec' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
