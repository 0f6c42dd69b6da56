"""The JWT with which a website lets its visitors in, where it wants to say who may come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import storable

SHORTEST_SECRET = 32
"""In bytes: a key of HS256 is no shorter than the hash (RFC 7518, section 3.2)."""

LONGEST_NAME = 255


class Passes:
    """Checks the token that a client connects with; the website's server signs it by HS256 with the shared `secret`.

    Without a secret everybody may connect.
    """

    def __init__(self, secret: str = "") -> None:
        if secret and len(secret.encode()) < SHORTEST_SECRET:
            raise SettingsError(
                f"SOCKETIO_JWT_SECRET is too short: it should have at least {SHORTEST_SECRET} bytes, which no "
                "dictionary has. Make one: openssl rand -hex 32"
            )
        self._key = OctKey.import_key(secret.encode()) if secret else None

    def holder(self, auth: Any, now: datetime) -> str | None:
        """Whom the token names (`sub`); None where it names nobody, or none is asked for. Raises WebhookRejected."""
        if self._key is None:
            return None
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str):
            raise WebhookRejected(401, "Connect with auth: {token: ...}, a JWT of your website.")
        try:
            claims = jwt.decode(token.removeprefix("Bearer "), self._key, algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(now=int(now.timestamp())).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise WebhookRejected(
                403, "The JWT is not signed with SOCKETIO_JWT_SECRET by HS256, or has expired."
            ) from error
        subject = claims.get("sub")
        if subject is None:
            return None
        is_name = isinstance(subject, str) and subject.strip() and len(subject) <= LONGEST_NAME
        if not is_name or storable(subject) != subject:  # which without a NUL would be somebody else's
            raise WebhookRejected(403, f'"sub" of the JWT should be a text of 1 to {LONGEST_NAME} characters.')
        return str(subject)
