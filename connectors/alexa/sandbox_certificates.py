"""The certificates of the stand-in for Alexa: an authority that the sandbox alone trusts, and what that has signed.

The authority's key comes from the installation's secret, so that the channel and its stand-in know the same one and
nothing is kept in a file. A real skill trusts the public authorities only, and never this one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from connectors.alexa.verification import ALEXA

AUTHORITY = "Overture's sandbox, which nobody else trusts"
AUTHORITY_BEGINS, AUTHORITY_ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
GOOD_FOR = timedelta(days=30)
RENEWED_BEFORE = timedelta(days=1)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256: a key is a number below it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """What the stand-in signs requests with, and the chain that it shows, at an address ending in `name`."""

    name: str
    pem: bytes
    ends: datetime
    key: RSAPrivateKey = field(repr=False)

    def is_good(self, now: datetime) -> bool:
        return self.ends - GOOD_FOR <= now < self.ends - RENEWED_BEFORE


def sandbox_root(secret: str) -> x509.Certificate:
    """The authority's own certificate."""
    key = _authority_key(secret)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    return (
        _certificate(AUTHORITY, key.public_key(), AUTHORITY_BEGINS, AUTHORITY_ENDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def new_signer(secret: str, number: int, now: datetime) -> Signer:
    """A key of its own with a certificate in Alexa's name, good from now on."""
    authority, key = _authority_key(secret), generate_private_key(65537, 2048)
    ends = now + GOOD_FOR
    leaf = (
        _certificate(ALEXA, key.public_key(), now - timedelta(hours=1), ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(ALEXA)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    return Signer(f"echo-api-cert-sandbox-{number}.pem", leaf.public_bytes(Encoding.PEM), ends, key)


def _certificate(
    subject: str, key: EllipticCurvePublicKey | RSAPublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(_name(AUTHORITY), _name(subject), key, x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _authority_key(secret: str) -> EllipticCurvePrivateKey:
    derived = hmac.new(secret.encode(), b"alexa sandbox authority", hashlib.sha256).digest()
    return derive_private_key(int.from_bytes(derived) % (ORDER - 1) + 1, SECP256R1())
