"""Amazon's own host names over HTTPS: for clients that have them built in, and can be led elsewhere by a proxy only.

A proxy on loopback answers CONNECT for those names with certificates of an authority of its own, and hands what it is
asked to the bench's Amazon. Any other name is refused, so nothing leaves this machine.
"""

from __future__ import annotations

import http.client
import ssl
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.loopback import Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cryptography.x509 import Certificate

#: Amazon's names and, for each, the folder under which the bench's Amazon has it (sp-api.md 1.1, 6).
HOSTS: Final = {
    "api.amazon.com": "",
    "sellingpartnerapi-na.amazon.com": "/na",
    "sellingpartnerapi-eu.amazon.com": "/eu",
    "sellingpartnerapi-fe.amazon.com": "/fe",
}
#: Longer than a client secret lives on: clients may live through that on a clock of their own.
_LIFE: Final = timedelta(days=30)
_TIMEOUT_SECONDS: Final = 30
#: Headers that belong to one connection and are not passed on.
_OWN: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host", "proxy-connection"})


class Disguise:
    """The proxy in front of `amazon` (a base address), from `start` to `stop`; `folder` takes keys and certificates."""

    def __init__(self, amazon: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        #: The authority's certificate, for a client to trust.
        self.authority = folder / "authority.pem"
        chain = folder / "amazon.pem"
        authority, signing = _authority()
        self.authority.write_bytes(_pem(authority))
        certificate, key = _certificate(HOSTS, authority, signing)
        chain.write_bytes(_pem(certificate) + _key(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        self._http = Loopback(_handler(urlsplit(amazon).netloc, context), "disguise")

    def start(self) -> None:
        """Begin to answer."""
        self._http.start()

    def stop(self) -> None:
        """Stop answering."""
        self._http.stop()

    @property
    def url(self) -> str:
        """The proxy's address."""
        return self._http.url


def _handler(amazon: str, context: ssl.SSLContext) -> type[Handler]:
    class Proxy(Handler):
        def do_CONNECT(self) -> None:
            host = self.path.partition(":")[0]
            if host not in HOSTS:
                self.answer(HTTPStatus.FORBIDDEN)
                self.close_connection = True
                return
            self.send_response_only(HTTPStatus.OK)
            self.end_headers()
            self.wfile.flush()
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb", self.rbufsize)
            self.wfile = self.connection.makefile("wb")
            self._folder = HOSTS[host]
            # Some clients ask for the tunnel in HTTP/1.0, which ends a connection with its answer.
            self.close_connection = False

        def finish(self) -> None:
            super().finish()
            if self.connection is not self.request:
                self.connection.close()

        def pass_on(self) -> None:
            folder = getattr(self, "_folder", None)
            if folder is None:
                # In clear, without CONNECT: none of Amazon's names is asked like that.
                self.answer(HTTPStatus.FORBIDDEN)
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
            asked = http.client.HTTPConnection(amazon, timeout=_TIMEOUT_SECONDS)
            try:
                asked.request(self.command, folder + self.path, self.body(), headers)
                given = asked.getresponse()
                kept = {name: value for name, value in given.getheaders() if name.lower() not in _OWN}
                self.answer(given.status, given.read(), kept)
            finally:
                asked.close()
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_DELETE = pass_on  # noqa: N815 - http.server's names

    return Proxy


def _authority() -> tuple[Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named("sellerkeys bench")
    built = _begun(name, name, key.public_key()).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)  # noqa: FBT003  critical
    return built.sign(key, hashes.SHA256()), key


def _certificate(
    hosts: Iterable[str], authority: Certificate, signing: ec.EllipticCurvePrivateKey
) -> tuple[Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    built = _begun(_named("Amazon, on the bench"), authority.subject, key.public_key()).add_extension(names, False)  # noqa: FBT003  not critical
    return built.sign(signing, hashes.SHA256()), key


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFE)
        .not_valid_after(now + _LIFE)
    )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key(key: ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
