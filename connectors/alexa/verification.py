"""Whether a request comes from Alexa: Amazon's certificate, its signature over the body, and its time.

What must be checked is said at developer.amazon.com/docs/alexa/custom-skills/host-a-custom-skill-as-a-web-service.html;
Amazon wants status 400 for whatever fails.
"""

from __future__ import annotations

import base64
import contextlib
import posixpath
import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import certifi
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, DNSName, load_pem_x509_certificate, load_pem_x509_certificates
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from bot.domain.errors import WebhookRejected

CERTIFICATE_HOST, CERTIFICATE_FOLDER = "s3.amazonaws.com", "/echo.api/"
ALEXA = "echo-api.amazon.com"
TOLERANCE = timedelta(seconds=150)
END = b"-----END CERTIFICATE-----"


def public_roots() -> Store:
    """The certificate authorities that browsers trust, but for those whose own certificate breaks RFC 5280."""
    roots = []
    for pem in Path(certifi.where()).read_bytes().split(END)[:-1]:
        with warnings.catch_warnings(), contextlib.suppress(ValueError, Warning):
            warnings.simplefilter("error")
            roots.append(load_pem_x509_certificate(pem + END))
    return Store(roots)


def check_certificate_url(url: str) -> None:
    """Raises WebhookRejected for an address at which Amazon keeps no certificates of Alexa's."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookRejected(400, "SignatureCertChainUrl is no address.") from error
    path = posixpath.normpath(unquote(parts.path))
    if (
        parts.scheme.lower() != "https"
        or (parts.hostname or "").lower() != CERTIFICATE_HOST
        or port not in (None, 443)
        or parts.username is not None
        or not path.startswith(CERTIFICATE_FOLDER)
    ):
        raise WebhookRejected(
            400, f"SignatureCertChainUrl is not under https://{CERTIFICATE_HOST}{CERTIFICATE_FOLDER}."
        )


def read_chain(pem: bytes) -> Sequence[Certificate]:
    """The certificates, Alexa's own first; raises WebhookRejected."""
    try:
        return load_pem_x509_certificates(pem)
    except ValueError as error:
        raise WebhookRejected(400, "SignatureCertChainUrl leads to no certificates.") from error


def check_signature(body: bytes, signature: str, chain: Sequence[Certificate], roots: Store, now: datetime) -> None:
    """Raises WebhookRejected unless Alexa has signed this body with a certificate that is good now."""
    verifier = PolicyBuilder().store(roots).time(now).build_server_verifier(DNSName(ALEXA))
    try:
        verifier.verify(chain[0], list(chain[1:]))
    except VerificationError as error:
        raise WebhookRejected(400, f"The certificate is not one of {ALEXA} that is good now.") from error
    key = chain[0].public_key()
    if not isinstance(key, RSAPublicKey):
        raise WebhookRejected(400, "The certificate has no RSA key.")
    try:
        key.verify(base64.b64decode(signature, validate=True), body, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        raise WebhookRejected(400, "Signature-256 does not fit the request.") from error


def check_time(timestamp: object, now: datetime) -> None:
    """Raises WebhookRejected for a request that is not of now: it may have been recorded and sent again."""
    try:
        at = datetime.fromisoformat(str(timestamp))
        late = abs(now - at)
    except (ValueError, TypeError, OverflowError) as error:
        raise WebhookRejected(400, "The request has no timestamp with its time zone.") from error
    if late > TOLERANCE:
        raise WebhookRejected(400, f"The request's timestamp is more than {TOLERANCE.seconds} seconds from now.")
