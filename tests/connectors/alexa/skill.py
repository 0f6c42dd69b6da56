"""Amazon's part in tests: a certificate authority of our own, and requests that are signed as Alexa's."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Store

from bot.ports import FeedWriter, WebhookRequest
from connectors.alexa.channel import AlexaChannel
from tests.connectors.vendor_server import NOW, MemoryFeed, request_to

SKILL = "amzn1.ask.skill.00000000-0000-4000-8000-000000000000"
USER = "amzn1.ask.account.AHT5VCB7TV"
CHAIN_URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"


@dataclass(frozen=True)
class Authority:
    """`pem` is the chain that Alexa shows, `roots` whom a skill trusts, `key` what Alexa signs with."""

    pem: bytes
    roots: Store
    key: RSAPrivateKey = field(repr=False)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@cache
def authority(host: str = "echo-api.amazon.com") -> Authority:
    root_key, key = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
    begins, ends = NOW - timedelta(days=30), NOW + timedelta(days=30)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    root = (
        x509.CertificateBuilder(_name("A root"), _name("A root"), root_key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        x509.CertificateBuilder(_name("A root"), _name(host), key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return Authority(leaf.public_bytes(Encoding.PEM), Store([root]), key)


def skill(*, feed: FeedWriter | None = None, shown: Authority | None = None) -> AlexaChannel:
    """The channel, which trusts our authority and has fetched what `shown` (else the same) shows."""
    channel = AlexaChannel(SKILL, feed=feed or MemoryFeed(), roots=authority().roots)
    channel.keep_chain(CHAIN_URL, (shown or authority()).pem)
    return channel


def envelope(
    request: Mapping[str, Any], *, attributes: Mapping[str, Any] | None = None, api: str = ""
) -> dict[str, Any]:
    system: dict[str, Any] = {"application": {"applicationId": SKILL}, "user": {"userId": USER}}
    if api:
        system |= {"apiEndpoint": api, "apiAccessToken": "a token"}
    filled = {"requestId": "amzn1.echo-api.request.1", "timestamp": NOW.isoformat(), "locale": "en-GB", **request}
    session = {"new": False, "sessionId": "s1", "attributes": dict(attributes or {})}
    return {"version": "1.0", "session": session, "context": {"System": system}, "request": filled}


def signed(body: object, *, by: Authority | None = None, at: datetime = NOW, url: str = CHAIN_URL) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = (by or authority()).key.sign(raw, PKCS1v15(), hashes.SHA256())
    headers = {"signaturecertchainurl": url, "signature-256": base64.b64encode(signature).decode()}
    return request_to("alexa/skill", headers, body=raw, at=at)


def intent(name: str, slots: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    given = {slot: {"name": slot, "value": value} for slot, value in (slots or {}).items()}
    return {"type": "IntentRequest", "intent": {"name": name, "slots": given}, **more}
