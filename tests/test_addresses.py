"""Case 030: web addresses that two programs read as two hosts, and IP addresses that contain another one."""

import socket
from pathlib import Path

import httpx
import pytest

from chat_tui.addresses import WebAddress, is_open, read_address
from chat_tui.market.access import Access, AccessError
from chat_tui.settings import Flags, SettingsProblem, load

KEY = "ACMA:5entinelKey:0a1b2c3d"
_NO_FILE = Path("/nowhere/settings.toml")


@pytest.mark.parametrize(
    ("text", "host", "is_loopback"),
    [
        ("https://api.partner.market.yandex.ru", "api.partner.market.yandex.ru", False),
        ("http://127.0.0.1:8080/x", "127.0.0.1", True),
        ("http://[::1]:80", "::1", True),
        ("https://[::ffff:8.8.8.8]", "::ffff:8.8.8.8", False),
        ("http://LOCALHOST", "LOCALHOST", True),
        ("https://xn--80ak6aa92e.xn--p1ai./a/b%20c", "xn--80ak6aa92e.xn--p1ai.", False),
        ("http://under_score.example", "under_score.example", False),
    ],
)
def test_good_addresses(text: str, host: str, is_loopback: bool) -> None:
    found = read_address(text)
    assert found is not None
    assert (found.host, found.is_loopback, found.has_user) == (host, is_loopback, False)
    assert httpx.URL(text).raw_host.decode() == host.lower()
    assert f"//{found.written_host}" in text


BROKEN = [
    *("http://[::1].evil.com", "http://[::1]evil.com", "http://[::1", "http://::1", "http://[::1%25lo]"),
    *(
        "http://[127.0.0.1]",
        "http://[::1]:x",
        "https://a.example:0",
        "https://a.example:65536",
        "https://:443",
    ),
    *(
        "https://a.example:99999999999",
        "http://127.1",
        "http://0x7f.0.0.1",
        "http://2130706433",
        "https://1.2.3.4.",
    ),
    *(
        "https://a..b",
        "https://.a",
        f"https://{'a' * 64}.example",
        f"https://{'a.' * 127}a",
        "https://-a.example",
    ),
    *(
        "https://маркет.example",
        "https://a.example\\@b",
        "https://a b",
        "https://a\nb",
        "https://a.example?x",
    ),
    *(
        "https://a.example/?x",
        "https://a.example/#x",
        "https:/a",
        "//a",
        "a",
        "",
        "https://a%2eb",
        "https://[v1.a]",
    ),
    *("https://evil.example#@127.0.0.1", "https://evil.example/@127.0.0.1:x@y?z", "http://127.0.0.1.1"),
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_address_is_refused_in_one_sentence_wherever_it_is_written(text: str) -> None:
    assert read_address(text) is None
    with pytest.raises(AccessError):
        Access(text, KEY)
    if text:
        with pytest.raises(SettingsProblem, match="CHAT_TUI_API_URL: this is not the address of an API"):
            load(Flags(), {"CHAT_TUI_API_URL": text}, _NO_FILE)


@pytest.mark.parametrize(
    "text", ["https://user:pw@host", "http://user@127.0.0.1", "https://:@host", "ftp://host"]
)
def test_a_name_a_password_or_another_scheme_is_refused(text: str) -> None:
    with pytest.raises(AccessError):
        Access(text, KEY)
    with pytest.raises(SettingsProblem):
        load(Flags(), {"CHAT_TUI_API_URL": text}, _NO_FILE)
    assert (read_address(text) is None) == text.startswith("ftp:")


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("http://[::ffff:8.8.8.8]", "https://[::ffff:8.8.8.8]"),
        ("http://[2a02:6b8::1]:8080/x", "https://[2a02:6b8::1]"),
        ("http://market.example:80", "https://market.example"),
    ],
)
def test_the_advice_can_be_copied(url: str, advice: str) -> None:
    with pytest.raises(SettingsProblem) as refused:
        load(Flags(), {"CHAT_TUI_API_URL": url}, _NO_FILE)
    assert str(refused.value).endswith(f"write {advice}")
    load(Flags(), {"CHAT_TUI_API_URL": advice}, _NO_FILE)


@pytest.mark.parametrize("port", ["", ":1", ":65535"])
def test_every_accepted_host_can_be_asked_for(port: str) -> None:
    for host in ("a" * 63 + ".example", "xn--a.example", "a_b", "a-b.c-d.", ".".join(["ab"] * 84)):
        found = read_address(f"https://{host}{port}")
        assert found == WebAddress("https", host, "", has_user=False)
        httpx.URL(f"https://{host}{port}")
        host.encode("idna")  # as the resolver does; an error would be unexpected there


# -- addresses within addresses ---------------------------------------------------------------------------

CLOSED = [
    *("::7f00:1", "::10.9.9.9", "::808:808"),  # compatible
    *("::ffff:127.0.0.1", "::ffff:10.9.9.9", "::ffff:a9fe:a9fe"),  # mapped
    *("::ffff:0:7f00:1", "::ffff:0:10.0.0.1", "::ffff:0:808:808"),  # translated
    *("64:ff9b::a09:909", "64:ff9b::127.0.0.1", "64:ff9b::c0a8:101"),  # NAT64
    *("64:ff9b:1::7", "64:ff9b:1:ffff::808:808", "64:ff9b:1::a00:1"),  # the local-use NAT64 prefix
    *("2002:7f00:1::7", "2002:a09:909::1", "2002:c0a8:101:1::"),  # 6to4
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1", "2001:0:a00:1::f5ff:fffe"),  # Teredo
    *("2a02:6b8::5efe:7f00:1", "2a02:6b8::200:5efe:a00:1", "fe80::5efe:10.0.0.1"),  # ISATAP
    *("fec0::7", "fedf::1", "feff::1"),  # site-local
    *("fc00::1", "fd12:3456::1", "fdff::1"),  # ULA
    *("fe80::1", "febf::1", "169.254.169.254"),  # link-local
    *("fe80::1%eth0", "2a02:6b8::1%1", "::1%lo"),  # with a zone
    *("::", "::1", "ff02::1", "ff0e::1", "2001:db8::1", "5f00::1", "100::1", "4000::1", "fe00::1"),
    "2002:808:808::1",  # 6to4
    *("0.0.0.0", "127.255.255.254", "100.64.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
]
OPEN = [
    *("8.8.8.8", "2a02:6b8::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2600::5efe"),
    *("2a02:6b8::5efe:808:808", "3000::1"),
]


@pytest.mark.parametrize("address", CLOSED)
def test_addresses_that_are_not_of_everybody(address: str) -> None:
    assert not is_open(address)
    if "%" not in address and ":" in address:
        whole = socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, address))
        assert not is_open(whole.upper())


@pytest.mark.parametrize("address", OPEN)
def test_addresses_of_the_open_network(address: str) -> None:
    assert is_open(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "[::1]", "::g"])
def test_what_is_no_ip_address_is_no_answer(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        is_open(text)
