"""A proxy from the environment: it is used, shown, and gets no key and no text."""

import shutil
from pathlib import Path

import pytest

from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.market.conftest import KEY, Connect
from tests.support.certificates import make_certificates, serving
from tests.support.raw_market import raw_market, reply
from tests.support.refs import ref
from tests.support.tunnel import tunnel_to

CHAT = ref(1)
MARKET = "https://market.example"
"""The name in the certificate `othername`."""
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates with openssl")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("tls"))


@needs_openssl
@pytest.mark.parametrize("trusted", ["ca", "stranger"])
async def test_f_191_the_certificate_is_checked_through_a_proxy_that_never_sees_the_key(
    connect: Connect, certificates: Path, monkeypatch: pytest.MonkeyPatch, trusted: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / f"{trusted}.pem"))
    async with (
        raw_market(reply(), tls=serving(certificates, "othername")) as market,
        tunnel_to(market.port) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = connect(MARKET)
        assert client.proxy == "127.0.0.1"
        outcome = await client.send_message(CHAT, "a secret wish")
        if trusted == "ca":
            assert isinstance(outcome, Accepted)
            assert market.asked[0].headers["api-key"] == KEY
        else:
            assert isinstance(outcome, Problem)
            assert (outcome.kind, outcome.certainty) == (ProblemKind.CERTIFICATE, Certainty.NOT_SENT)
            assert market.asked == []
        assert proxy.asked == ["CONNECT market.example:443 HTTP/1.1"]
        assert KEY.encode() not in proxy.seen
        assert b"wish" not in proxy.seen


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "proxy.example"),
        ({"https_proxy": "proxy.example:3128"}, "proxy.example"),
        ({"HTTPS_PROXY": "http://olga:secret@proxy.example:3128"}, "proxy.example"),
        ({"ALL_PROXY": "http://proxy.example"}, "proxy.example"),
        ({"HTTP_PROXY": "http://proxy.example"}, ""),
        ({"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "other.example, .market.example"}, ""),
        ({"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "market.example"}, ""),
        ({"HTTPS_PROXY": "http://proxy.example", "NO_PROXY": "*"}, ""),
    ],
)
def test_f_191_the_proxy_is_told_by_its_host_alone(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], host: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert connect(MARKET).proxy == host
    assert connect("http://127.0.0.1:1").proxy == ""


async def test_f_191_what_is_told_is_what_is_used(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_market(reply("", 403)) as decoy:
        monkeypatch.setenv("HTTPS_PROXY", decoy.url)
        client = connect("https://127.0.0.1.nip.invalid")
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        outcome = await client.get_chat(CHAT)
        assert isinstance(outcome, Problem)
        assert decoy.connections == 1
        monkeypatch.setenv("NO_PROXY", ".invalid")
        straight = connect("https://market.invalid")
        assert straight.proxy == ""
        await straight.get_chat(CHAT)
        assert decoy.connections == 1
