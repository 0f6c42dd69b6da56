"""Who may use the HTTP API: users and keys in their roles, and callers with Rasa's two credentials.

Those are one token for all, and a JWT (RFC 7519) that says who calls.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from bot.domain.access import Caller, Right, Role
from bot.domain.errors import SettingsError, WebhookRejected
from bot.ports import WebhookRequest

SHORTEST_SECRET = 32
"""In bytes: a key of HS256 is no shorter than the hash (RFC 7518, section 3.2)."""

CLOCK_SKEW = timedelta(minutes=1)
OUR_NAMES = ("localhost", "127.0.0.1", "::1")


class CredentialAccess:
    """Access by token or JWT; with neither set, to this machine only, and only where `private` says so.

    An admin's JWT (`user.role`) may do everything, a user's what concerns the conversation that `user.username` names.
    `accounts`: there are users or keys of ours, who bring their role.
    """

    def __init__(self, *, token: str = "", jwt_secret: str = "", private: bool = False, accounts: bool = False) -> None:
        if jwt_secret and len(jwt_secret.encode()) < SHORTEST_SECRET:
            raise SettingsError(
                f"OVERTURE_API_JWT_SECRET is too short: it should have at least {SHORTEST_SECRET} bytes, which no "
                'dictionary has. Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        self._token = token
        self._key = OctKey.import_key(jwt_secret.encode()) if jwt_secret else None
        self._private = private and not token and not jwt_secret
        self._accounts = accounts

    @property
    def is_open(self) -> bool:
        return bool(self._token) or self._key is not None or self._private or self._accounts

    def open_to_accounts(self) -> None:
        self._accounts = True

    def check(
        self, request: WebhookRequest, conversation: str | None = None, right: Right = Right.ADMINISTER
    ) -> Caller:
        if request.caller is not None:
            return _in_role(request.caller, right)
        if not self.is_open:
            raise WebhookRejected(
                404,
                "The API is off. Make a user or a key (overture users add, overture keys add), or set "
                "OVERTURE_API_TOKEN or OVERTURE_API_JWT_SECRET and start again.",
            )
        if self._private:
            _refuse_other_websites(request)
            return Caller("machine", Role.ADMIN)
        if self._has_token(request):
            return Caller("token", Role.ADMIN)
        return self._check_user(request, conversation)

    def _has_token(self, request: WebhookRequest) -> bool:
        given = parse_qs(urlsplit(request.url).query).get("token", [""])[0]
        return bool(self._token) and hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())

    def _check_user(self, request: WebhookRequest, conversation: str | None) -> Caller:
        user = self._claims(request).get("user")
        role, name = (user.get("role"), user.get("username")) if isinstance(user, dict) else (None, None)
        if role == "admin" or (role == "user" and conversation is not None and name == conversation):
            known = name if isinstance(name, str) else None
            return Caller("jwt", Role.ADMIN if role == "admin" else Role.REP, name=known)
        raise WebhookRejected(403, "User has insufficient permissions.")

    def _claims(self, request: WebhookRequest) -> dict[str, Any]:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if self._key is None or scheme.lower() != "bearer":
            raise _unknown_caller()
        try:
            claims = jwt.decode(given.strip(), self._key, algorithms=["HS256"]).claims
        except (JoseError, ValueError, TypeError) as error:
            raise _unknown_caller() from error
        if not _in_force(claims, request.received_at):
            raise _unknown_caller()
        return claims


def _in_role(caller: Caller, right: Right) -> Caller:
    if not caller.may(right):
        raise WebhookRejected(
            403,
            f"The role {caller.role} may not {right}. An admin gives another: overture users role, keys add.",
        )
    return caller


def _in_force(claims: dict[str, Any], now: datetime) -> bool:
    """Whether the token is neither expired nor from the future; a token need not say."""
    expires, begins = claims.get("exp", now.timestamp() + 1), claims.get("nbf", now.timestamp())
    if not isinstance(expires, int | float) or not isinstance(begins, int | float):
        return False
    return now.timestamp() < expires and begins <= (now + CLOCK_SKEW).timestamp()


def _refuse_other_websites(request: WebhookRequest) -> None:
    """Without a credential, a page that a developer happens to visit could talk to us through their browser."""
    host = request.headers.get("host", "")
    try:
        here = urlsplit(f"//{host}").hostname in OUR_NAMES
    except ValueError:
        here = False
    if not here or request.headers.get("origin", f"http://{host}") != f"http://{host}":
        raise WebhookRejected(
            401, "Without a token, the API answers programs on this machine only. Set OVERTURE_API_TOKEN to open it."
        )


def _unknown_caller() -> WebhookRejected:
    return WebhookRejected(
        401,
        "User is not authenticated. Send a key or a JWT (Authorization: Bearer ...), or OVERTURE_API_TOKEN in the "
        "address (?token=...); or log in: /login",
        headers={"WWW-Authenticate": "Bearer"},
    )
