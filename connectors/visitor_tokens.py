"""The token by which a visitor's browser proves who it is: a JWT (RFC 7519), signed with HS256."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

VALID_FOR = timedelta(hours=24)
RENEWABLE_FOR = timedelta(days=30)
"""A visitor who comes back within this time of their token's issue finds their conversation again."""

TICKET_VALID_FOR = timedelta(minutes=1)
"""A ticket stands in an address, which servers log; by the time somebody reads the log it opens nothing."""

CLOCK_SKEW = timedelta(minutes=5)


class TokenRefused(Exception):
    """The token proves nothing; the message says why, for the visitor's developer."""


class VisitorTokens:
    """Issues and checks tokens of one channel's visitors. `secret` is the installation's; the key is derived, so that
    no other token fits."""

    def __init__(self, secret: str, channel: str = "webchat") -> None:
        key = hmac.new(secret.encode(), f"{channel} visitor token".encode(), hashlib.sha256).digest()
        self._key = OctKey.import_key(key)
        self._audience, self._ticket_audience = f"overture:{channel}", f"overture:{channel}:events"

    def issue(self, visitor: UUID, site: str, now: datetime) -> str:
        """A token that is good on this website alone (its origin; empty where no page asked)."""
        return self._sign(self._audience, visitor, site, now, VALID_FOR)

    def issue_ticket(self, visitor: UUID, site: str, now: datetime) -> str:
        """What opens the stream of events, and nothing else."""
        return self._sign(self._ticket_audience, visitor, site, now, TICKET_VALID_FOR)

    def visitor(self, token: str, site: str | None, now: datetime) -> UUID:
        """Whose token this is; raises TokenRefused. `site` is the website that asks, where the request names it."""
        visitor, _, expires = self._read(self._audience, token, site, now)
        if now.timestamp() >= expires:
            raise TokenRefused("the token has expired; POST it to /channels/webchat/session for a new one")
        return visitor

    def ticket_holder(self, ticket: str, site: str | None, now: datetime) -> UUID:
        """Who may read their events with this ticket; raises TokenRefused."""
        visitor, _, expires = self._read(self._ticket_audience, ticket, site, now)
        if now.timestamp() >= expires:
            raise TokenRefused("the ticket has expired; POST the token to /channels/webchat/session for a new one")
        return visitor

    def renewable_visitor(self, token: str, site: str | None, now: datetime) -> UUID:
        """Whose token this is or was, where it may be exchanged for a new one; raises TokenRefused."""
        visitor, issued, _ = self._read(self._audience, token, site, now)
        if now.timestamp() >= issued + RENEWABLE_FOR.total_seconds():
            raise TokenRefused("the token is too old to be renewed")
        return visitor

    def _sign(self, audience: str, visitor: UUID, site: str, now: datetime, valid_for: timedelta) -> str:
        claims = {
            "aud": audience,
            "sub": str(visitor),
            "site": site,
            "iat": int(now.timestamp()),
            "exp": int((now + valid_for).timestamp()),
        }
        return jwt.encode({"alg": "HS256"}, claims, self._key)

    def _read(self, audience: str, token: str, site: str | None, now: datetime) -> tuple[UUID, int, int]:
        """Visitor, issued at, expires at; the signature is good. Raises TokenRefused."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError, TypeError) as error:
            raise TokenRefused("the token is not one of ours, or was changed") from error
        if claims.get("aud") != audience:
            raise TokenRefused("the token is for something else")
        if site is not None and claims.get("site") != site:
            raise TokenRefused("the token is of another website")
        issued, expires, subject = claims.get("iat"), claims.get("exp"), claims.get("sub")
        if not isinstance(issued, int) or not isinstance(expires, int) or not isinstance(subject, str):
            raise TokenRefused("the token lacks sub, iat or exp")
        if issued > (now + CLOCK_SKEW).timestamp():
            raise TokenRefused("the token is from the future")
        try:
            return UUID(subject), issued, expires
        except ValueError as error:
            raise TokenRefused("the token names no visitor") from error
