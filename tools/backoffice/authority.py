"""The office's private certificate authority and the server certificate that it signs.

It does not know who serves. Terminals trust the authority alone, so it is made once and lives long.
"""

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tools.backoffice.errors import OfficeError
from tools.backoffice.place import Place, write_private, write_public

# A terminal's clock may be years off, and a simulated one is; the period has to hold there too.
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
AUTHORITY_END = datetime(2069, 12, 31, tzinfo=UTC)
SERVER_LIFE = timedelta(days=20 * 365)
RENEW_BEFORE = timedelta(days=5 * 365)


class Authority:
    """The files of one office's authority and server certificate."""

    def __init__(self, place: Place) -> None:
        self.ca = place.directory / "ca.pem"
        self.ca_key = place.directory / "ca.key"
        self.server = place.directory / "server.pem"
        self.server_key = place.directory / "server.key"

    def provide(self, names: Iterable[str]) -> None:
        """Make the authority where there is none, and a certificate for these names where none fits.

        Raises OfficeError where the authority is damaged: to make a new one is not for a program to decide.
        """
        if not self.ca.exists():
            self._make_authority()
        if not self._server_fits(set(names)):
            self._make_server(sorted(set(names)))

    def _make_authority(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kilotap office authority")])
        builder = _builder(name, name, key.public_key(), AUTHORITY_END)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        # The key first: a certificate whose key was lost would be trusted for nothing.
        write_private(self.ca_key, _private_pem(key), replace=True)
        write_public(self.ca, _pem(builder.sign(key, SHA256())))
        self.server.unlink(missing_ok=True)

    def _make_server(self, names: list[str]) -> None:
        authority, authority_key = self._load_authority()
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kilotap office")])
        end = min(datetime.now(UTC) + SERVER_LIFE, AUTHORITY_END)
        builder = _builder(subject, authority.subject, key.public_key(), end)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        certificate = builder.sign(authority_key, SHA256())
        write_private(self.server_key, _private_pem(key), replace=True)
        write_public(self.server, _pem(certificate))

    def _load_authority(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        try:
            certificate = x509.load_pem_x509_certificate(self.ca.read_bytes())
            key = serialization.load_pem_private_key(self.ca_key.read_bytes(), None)
        except (OSError, ValueError) as problem:
            raise OfficeError(
                f"the authority in {self.ca.parent} cannot be read ({problem}); "
                "restore ca.pem and ca.key, or remove both and give the new ca.pem to every terminal"
            ) from problem
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise OfficeError(
                f"ca.key in {self.ca.parent} is not the key of ca.pem; restore the two from one backup"
            )
        return certificate, key

    def _server_fits(self, names: set[str]) -> bool:
        if not self.server.exists() or not self.server_key.exists():
            return False
        certificate = x509.load_pem_x509_certificate(self.server.read_bytes())
        known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        wanted = {_general_name(name) for name in names}
        end = certificate.not_valid_after_utc
        return wanted <= set(known) and (end == AUTHORITY_END or end - datetime.now(UTC) > RENEW_BEFORE)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), BEGIN, end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
