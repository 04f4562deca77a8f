"""Which fault of a certificate is named, and that nothing is sent over a connection that has one."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.ids import ChatId
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.market.conftest import Connect
from tests.support.raw_market import Script, raw_market, reply

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="needs the openssl program to make certificates")


def openssl(directory: Path, *arguments: str) -> None:
    assert OPENSSL is not None
    subprocess.run([OPENSSL, *arguments], cwd=directory, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Authorities `ca` and `stranger`; certificates of `ca` that are good, expired and for another name."""
    home = tmp_path_factory.mktemp("tls")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for authority in ("ca", "stranger", "self"):
        openssl(
            home,
            *("req", "-x509", *key, "-keyout", f"{authority}.key", "-out", f"{authority}.pem", "-days", "2"),
            *("-subj", f"/CN={authority}", "-addext", "subjectAltName=IP:127.0.0.1"),
        )
    for name, host, issuer, days in (
        ("good", "IP:127.0.0.1", "ca", "2"),
        ("expired", "IP:127.0.0.1", "ca", "-1"),
        ("othername", "DNS:market.example", "ca", "2"),
        ("unknown", "IP:127.0.0.1", "stranger", "2"),
    ):
        openssl(home, "req", "-new", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=x")
        (home / "ext").write_text(f"subjectAltName={host}\n")
        openssl(
            home,
            *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"),
            *("-CAcreateserial", "-days", days, "-extfile", "ext", "-out", f"{name}.pem"),
        )
    return home


def serving(home: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / f"{name}.pem", home / f"{name}.key")
    return context


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("expired", "Срок действия сертификата сервера истёк."),
        ("othername", "Сертификат сервера выдан на другое имя."),
        ("self", "Сертификат сервера самоподписанный."),
        ("unknown", "Сертификат сервера выдан неизвестным центром."),
    ],
)
async def test_faults_are_told_apart(
    connect: Connect, certificates: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    locale.use("ru")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    async with raw_market(reply(), tls=serving(certificates, name)) as market:
        outcome = await connect(market).send_message(ChatId(1), "m1")
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.CERTIFICATE, Certainty.NOT_SENT)
        assert outcome.message == message
        assert market.asked == []


async def test_a_good_certificate(
    connect: Connect, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    async with raw_market(reply(), tls=serving(certificates, "good")) as market:
        assert isinstance(await connect(market).send_message(ChatId(1), "m1"), Accepted)


async def test_plain_http_behind_https_is_offline(connect: Connect) -> None:
    async with raw_market(Script((reply("", 400),), read="nothing")) as market:
        outcome = await connect(market.url.replace("http:", "https:")).send_message(ChatId(1), "m1")
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.OFFLINE, Certainty.NOT_SENT)
