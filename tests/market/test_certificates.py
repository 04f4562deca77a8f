"""Every fault of a certificate is named, and nothing is sent over a connection that has one."""

import shutil
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.market.conftest import Connect
from tests.support.certificates import make_certificates, serving
from tests.support.raw_market import Script, raw_market, reply
from tests.support.refs import ref

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="needs the openssl program to make certificates")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Authorities `ca` and `stranger`; certificates of `ca` that are good, expired and for another name."""
    return make_certificates(tmp_path_factory.mktemp("tls"))


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
        outcome = await connect(market).send_message(ref(1), "m1")
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.CERTIFICATE, Certainty.NOT_SENT)
        assert outcome.message == message
        assert market.asked == []


async def test_a_good_certificate(
    connect: Connect, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    async with raw_market(reply(), tls=serving(certificates, "good")) as market:
        assert isinstance(await connect(market).send_message(ref(1), "m1"), Accepted)


async def test_plain_http_behind_https_is_offline(connect: Connect) -> None:
    async with raw_market(Script((reply("", 400),), read="nothing")) as market:
        outcome = await connect(market.url.replace("http:", "https:")).send_message(ref(1), "m1")
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.OFFLINE, Certainty.NOT_SENT)
