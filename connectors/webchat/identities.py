"""Who a visitor is, as the website vouches for it with a secret that its pages never see."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import storable, storable_json
from bot.domain.person import USER_ID, Identity

SHORTEST_SECRET = 32
LONGEST_ID = 255
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
EMAIL = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]{1,185}\.[^@\s<>.]{2,}")
NEITHER = '"identify" wants {"id": ..., "hash": ...} or {"jwt": ...}.'


@dataclass(frozen=True, slots=True)
class Known:
    """What a proof shows. An identity that it does not cover is not verified."""

    identities: tuple[Identity, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


class IdentityProofs:
    """Checks an HMAC of the visitor's id, or a JWT; the website's server makes either with the shared `secret`."""

    def __init__(self, secret: str) -> None:
        if secret and len(secret) < SHORTEST_SECRET:
            raise SettingsError(
                f"WEBCHAT_IDENTITY_SECRET has fewer than {SHORTEST_SECRET} characters, which can be guessed. "
                "Make one: openssl rand -hex 32"
            )
        self._secret = secret.encode()

    def check(self, given: Any, now: datetime) -> Known:
        """Raises WebhookRejected where it is malformed (400), or proves nothing (403)."""
        if not self._secret:
            raise WebhookRejected(403, "Nobody can be identified here until WEBCHAT_IDENTITY_SECRET is set.")
        match given:
            case {"jwt": str(token)}:
                return self._by_jwt(token, now)
            case {"id": str(name), "hash": str(proof), **more} if 0 < len(name) <= LONGEST_ID:
                return self._by_hash(name, proof, more)
        raise WebhookRejected(400, NEITHER)

    def _by_hash(self, name: str, proof: str, more: Mapping[Any, Any]) -> Known:
        """The HMAC covers the id alone, so an address beside it is only what somebody says."""
        _require_storable(name)
        wanted = hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), proof.lower().encode("utf-8", "replace")):
            raise WebhookRejected(
                403, "The hash is not the HMAC-SHA256 of the id with WEBCHAT_IDENTITY_SECRET, in hex."
            )
        return Known((Identity(USER_ID, name, verified=True), *_addresses(more, verified=False)))

    def _by_jwt(self, token: str, now: datetime) -> Known:
        """Signed as a whole, so all of it counts as verified."""
        try:
            claims = jwt.decode(token, OctKey.import_key(self._secret), algorithms=["HS256"]).claims
        except (JoseError, ValueError, TypeError) as error:
            raise WebhookRejected(403, "The JWT is not signed with WEBCHAT_IDENTITY_SECRET by HS256.") from error
        subject, expires = claims.get("sub"), claims.get("exp")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_ID or not isinstance(expires, int):
            raise WebhookRejected(403, "The JWT lacks sub (a text) or exp (a number).")
        if now.timestamp() >= expires:
            raise WebhookRejected(403, "The JWT has expired.")
        _require_storable(subject)
        attributes = claims.get("attributes", {})
        if not isinstance(attributes, dict):
            raise WebhookRejected(400, 'The "attributes" of the JWT are not an object.')
        try:
            attributes = storable_json(attributes)
        except ValueError as error:
            raise WebhookRejected(400, f'The "attributes" of the JWT are not taken: {error}.') from error
        return Known((Identity(USER_ID, subject, verified=True), *_addresses(claims, verified=True)), attributes)


def _require_storable(name: str) -> None:
    """Without what no database takes, an id would be another's, whom the proof is not about."""
    if storable(name) != name:
        raise WebhookRejected(400, "The id has a NUL or half of a character in it, and so is nobody's.")


def _addresses(given: Mapping[Any, Any], *, verified: bool) -> tuple[Identity, ...]:
    found = []
    for kind, shape, example in (("email", EMAIL, "ana@example.com"), ("phone", E164, "+447700900123")):
        value = given.get(kind)
        if value is None:
            continue
        if not isinstance(value, str) or not shape.fullmatch(value) or storable(value) != value:
            raise WebhookRejected(400, f'"{kind}" is none, such as {example}.')
        found.append(Identity(kind, value.lower(), verified=verified))
    return tuple(found)
