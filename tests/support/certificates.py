"""Valid and invalid certificates for servers on loopback, made with the openssl program."""

import shutil
import ssl
import subprocess
from pathlib import Path


def make_certificates(home: Path) -> Path:
    """Authorities `ca` and `stranger`; certificates of `ca`: valid, expired, and for another name."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for authority in ("ca", "stranger", "self"):
        _openssl(
            home,
            *("req", "-x509", *key, "-keyout", f"{authority}.key", "-out", f"{authority}.pem", "-days", "2"),
            *("-subj", f"/CN={authority}", "-addext", "subjectAltName=IP:127.0.0.1"),
            # Python 3.13 checks strictly what an authority may sign and who signed a certificate.
            *("-addext", "keyUsage=critical,digitalSignature,keyCertSign,cRLSign"),
        )
    for name, host, issuer, days in (
        ("good", "IP:127.0.0.1", "ca", "2"),
        ("expired", "IP:127.0.0.1", "ca", "-1"),
        ("othername", "DNS:market.example", "ca", "2"),
        ("unknown", "IP:127.0.0.1", "stranger", "2"),
    ):
        _openssl(home, "req", "-new", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", "/CN=x")
        (home / "ext").write_text(
            f"subjectAltName={host}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        )
        _openssl(
            home,
            *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"),
            *("-CAcreateserial", "-days", days, "-extfile", "ext", "-out", f"{name}.pem"),
        )
    return home


def serving(home: Path, name: str) -> ssl.SSLContext:
    """The TLS context of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / f"{name}.pem", home / f"{name}.key")
    return context


def _openssl(directory: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    assert program is not None
    subprocess.run([program, *arguments], cwd=directory, check=True, capture_output=True)
