"""Case 030: proxy and certificate settings of the environment are used, or named in one sentence."""

import os
import shutil
import ssl
from pathlib import Path

import certifi
import pytest

from chat_tui.market.access import Access, AccessError
from chat_tui.market.client import MarketClient
from chat_tui.market.network import certificates, proxy_for

HOST = "market.example"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with everything that may be in the place of certificates."""
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("no certificates\n")
    (tmp_path / "bytes").write_bytes(os.urandom(3_000))
    (tmp_path / "cut").write_text(Path(certifi.where()).read_text()[:900])
    (tmp_path / "folder").mkdir()
    (tmp_path / "key").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("/dev/zero")
    return tmp_path


@pytest.mark.parametrize("name", ["none", "empty", "text", "bytes", "cut", "folder", "key", "fifo", "link"])
def test_a_file_without_certificates_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(place / name))
    with pytest.raises(AccessError) as refused:
        MarketClient(Access(f"https://{HOST}", "key"))
    assert str(refused.value) == (
        f"SSL_CERT_FILE does not point to certificates: {place / name}. "
        "Set it to a PEM file of certificates, or unset it."
    )


@pytest.mark.parametrize("name", ["none", "empty", "folder", "fifo", "none:folder"])
def test_a_directory_without_certificates_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = ":".join(str(place / each) for each in name.split(":"))
    monkeypatch.setenv("SSL_CERT_DIR", whole)
    with pytest.raises(AccessError, match="SSL_CERT_DIR does not point to certificates"):
        MarketClient(Access(f"https://{HOST}", "key"))


def test_what_is_right_is_used(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = len(certificates().get_ca_certs())
    assert usual > 50
    shutil.copy(certifi.where(), place / "marked")
    (place / "marked").write_bytes(b"\xef\xbb\xbf# \xd1\x8f\n" + (place / "marked").read_bytes())
    for good in (certifi.where(), str(place / "marked")):
        monkeypatch.setenv("SSL_CERT_FILE", good)
        context = certificates()
        assert len(context.get_ca_certs()) == usual
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    monkeypatch.setenv("SSL_CERT_FILE", "")
    (place / "folder" / "0a1b2c3d.0").write_text("one")
    monkeypatch.setenv("SSL_CERT_DIR", f"{place / 'none'}:{place / 'folder'}")
    assert certificates().verify_mode == ssl.CERT_REQUIRED


def test_plain_http_on_this_machine_needs_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "socks5://x")
    assert MarketClient(Access("http://127.0.0.1:1", "key")).proxy == ""


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    "value",
    [
        *("socks5://127.0.0.1:1", "gopher://x", "http://[::1", "http://", "http://a..b:1", "://x"),
        *(
            f"http://{'a' * 70}:1",
            "http://a:99999",
            "http://a:port",
            "http://a b",
            "прокси:3128",
            "http://u:s3cret@",
        ),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(AccessError) as refused:
        MarketClient(Access(f"https://{HOST}", "key"))
    assert str(refused.value).startswith(f"{name.upper()} does not name a usable proxy.")
    assert "s3cret" not in str(refused.value)


def test_good_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, proxy in (("proxy:3128", "http://proxy:3128"), ("http://u:p@[::1]:1", "http://u:p@[::1]:1")):
        monkeypatch.setenv("HTTPS_PROXY", value)
        assert proxy_for(HOST) == proxy
        assert MarketClient(Access(f"https://{HOST}", "key")).proxy in {"proxy", "::1"}
    monkeypatch.setenv("HTTPS_PROXY", "socks5://x")
    for none in ("*", HOST, ".example", "x, market.example ,,"):
        monkeypatch.setenv("NO_PROXY", none)
        assert proxy_for(HOST) is None
