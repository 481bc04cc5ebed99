"""Letters over TLS: to the server whose certificate says that it is the one, and to no other."""

from __future__ import annotations

import json
import socket
import ssl
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from evenhand.tasks.mail import Mail
from ports import free_port
from reports.post import Post


def _certificate(folder: Path, host: str) -> Path:
    """A certificate of a host that it signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    of_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(of_key + made.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize("begins", ["at once", "by STARTTLS"])
@pytest.mark.parametrize(
    ("host", "is_known", "extra", "is_sent"),
    [
        ("localhost", True, {}, True),
        ("localhost", False, {}, False),
        ("attacker.invalid", True, {}, False),
        ("attacker.invalid", False, {"ssl_context": "none"}, True),
    ],
)
def test_a_letter_and_its_password_go_to_the_server_whose_certificate_says_that_it_is_the_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    begins: str,
    host: str,
    is_known: bool,
    extra: dict[str, str],
    is_sent: bool,
) -> None:
    file, post = _certificate(tmp_path, host), Post(free_port())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    at_once = begins == "at once"
    how: dict[str, Any] = {"ssl_context": server} if at_once else {"tls_context": server, "require_starttls": True}
    said = {"timeout": 3, "disable_ssl": not at_once, **extra}
    connection = {"conn_type": "smtp", "host": "localhost", "port": post.port, "extra": said}
    monkeypatch.setenv("AIRFLOW_CONN_POST", json.dumps(connection))
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    controller = _Unasked(post, hostname="localhost", port=post.port, **how)
    controller.start()
    try:
        mail = Mail("evenhand@example.org", "post", "bo@example.org")
        with nullcontext() if is_sent else pytest.raises(ssl.SSLCertVerificationError):
            mail.notify({"subject": "Tonight", "body": "All is well.", "files": []})
    finally:
        controller.stop()
    assert len(post.letters) == is_sent


class _Unasked(Controller):
    """A server that isn't asked over TLS whether it is up: whoever asks would have to know its certificate."""

    def _trigger_server(self) -> None:
        socket.create_connection((self.hostname, self.port), timeout=3).close()
