"""Who may ask: a caller with our secret in a header, with our user and password, or with an ID token of Google's."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.domain.errors import WebhookRejected
from bot.ports import WebhookRequest
from connectors.vendor_api import read_answer

KEYS_URL = "https://www.googleapis.com/oauth2/v3/certs"
ISSUERS = ("https://accounts.google.com", "accounts.google.com")
SECRET_HEADER = "x-overture-secret"  # noqa: S105
KEPT_FOR = timedelta(hours=1)
NOT_AGAIN_FOR = timedelta(minutes=1)
FETCH = aiohttp.ClientTimeout(total=1)
"""Dialogflow waits for five seconds in all."""

LARGEST_TOKEN = 8 * 1024
CLOCKS_DIFFER = 60
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is asked for; at least one is set. `basic` is `user:password`, `service_agent` whom Google names."""

    secret: str = field(default="", repr=False)
    basic: str = field(default="", repr=False)
    service_agent: str = ""


class Access:
    """Checks requests. Google's keys are fetched from `keys_url`, and kept for an hour."""

    def __init__(self, credentials: Credentials, keys_url: str = KEYS_URL) -> None:
        self._credentials = credentials
        self._keys_url = keys_url
        self._keys: Mapping[str, Any] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    async def prepare(self, request: WebhookRequest, http: aiohttp.ClientSession) -> None:
        """Fetch Google's keys where the request brings a token and they are old, or have not the token's; what cannot
        be fetched leaves those that are here."""
        token = _token(request)
        if not token or not self._credentials.service_agent:
            return
        now = request.received_at
        old = self._fetched_at is None or now - self._fetched_at > KEPT_FOR
        if not old and _key_id(token) in self._keys:
            return
        if self._tried_at is not None and now - self._tried_at < NOT_AGAIN_FOR and not (old and not self._keys):
            return
        self._tried_at = now
        try:
            async with http.get(self._keys_url, allow_redirects=False, timeout=FETCH) as response:
                body = await read_answer(response)
                if response.status == 200:
                    self.keep_keys(json.loads(body), now)
        except (aiohttp.ClientError, TimeoutError, ValueError, RecursionError):
            return

    def keep_keys(self, keys: object, now: datetime) -> None:
        """Know these public keys (RFC 7517); those that are no RSA keys are left out."""
        match keys:
            case {"keys": list(rows)}:
                known = {row["kid"]: row for row in rows if isinstance(row, dict) and _is_rsa(row)}
                self._keys, self._fetched_at = known, now

    def check(self, request: WebhookRequest) -> None:
        """Raises WebhookRejected unless one of the credentials that are set is here and right."""
        wanted = self._credentials
        given = request.headers.get(SECRET_HEADER, "")
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if wanted.secret and given:
            _compare(given, wanted.secret, "X-Overture-Secret is not DIALOGFLOW_SECRET.")
        elif wanted.basic and scheme.lower() == "basic":
            right = base64.b64encode(wanted.basic.encode()).decode()
            _compare(value.strip(), right, "The user and password are not those of DIALOGFLOW_BASIC.")
        elif wanted.service_agent and scheme.lower() == "bearer":
            self._check_token(value.strip(), request)
        else:
            raise WebhookRejected(401, f"The request has none of what is asked for here: {self._wanted()}.")

    def _check_token(self, token: str, request: WebhookRequest) -> None:
        """By signature, time, issuer, audience, and name: anybody can have Google make a token for our address."""
        if not self._keys:
            raise WebhookRejected(403, "Google's keys could not be fetched, so no ID token can be checked now.")
        key = self._keys.get(_key_id(token))
        if key is None:
            raise WebhookRejected(403, "The ID token is signed with none of Google's keys.")
        try:
            claims = jwt.decode(token, KeySet.import_key_set({"keys": [key]}), algorithms=["RS256"]).claims
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise WebhookRejected(403, "The ID token is not signed by Google with RS256.") from error
        now = request.received_at.timestamp()
        match claims.get("iat"), claims.get("exp"):
            case (int() | float() as issued, int() | float() as expires):
                pass
            case _:
                raise WebhookRejected(403, "The ID token lacks iat or exp (numbers).")
        if now > expires + CLOCKS_DIFFER or now < issued - CLOCKS_DIFFER:
            raise WebhookRejected(403, "The ID token has expired, or is of the future. Check the clock.")
        if claims.get("iss") not in ISSUERS:
            raise WebhookRejected(403, "The issuer of the ID token is not Google.")
        if claims.get("aud") != request.url.partition("?")[0]:
            raise WebhookRejected(
                403, "The ID token is for another address. Check that OVERTURE_PUBLIC_URL is what Dialogflow was told."
            )
        if claims.get("email") != self._credentials.service_agent or claims.get("email_verified") is not True:
            raise WebhookRejected(403, "The ID token is not of the service agent in DIALOGFLOW_SERVICE_AGENT.")

    def _wanted(self) -> str:
        wanted = self._credentials
        ways = [
            ("the header X-Overture-Secret", wanted.secret),
            ("Basic authentication", wanted.basic),
            ("an ID token of the agent's service agent", wanted.service_agent),
        ]
        return " or ".join(what for what, is_set in ways if is_set)


def _compare(given: str, right: str, why_not: str) -> None:
    if not hmac.compare_digest(given.encode("utf-8", "replace"), right.encode()):
        raise WebhookRejected(403, why_not)


def _token(request: WebhookRequest) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and len(value) <= LARGEST_TOKEN else ""


def _key_id(token: str) -> str:
    """Which key the token says that it is signed with; nothing is believed of it yet."""
    head = token.partition(".")[0]
    try:
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return ""
    return found["kid"] if isinstance(found, dict) and isinstance(found.get("kid"), str) else ""


def _is_rsa(row: Mapping[str, Any]) -> bool:
    return row.get("kty") == "RSA" and all(isinstance(row.get(name), str) for name in ("kid", "n", "e"))
