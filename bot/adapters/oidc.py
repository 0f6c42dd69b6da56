"""An OpenID Connect provider: discovery, the authorization code with PKCE (RFC 7636), and ID tokens that are checked.

joserfc checks signatures and claims. What is fetched is limited in size and time, and follows no redirect.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, encode_basic_auth
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from bot.domain.errors import OvertureError, SettingsError
from bot.domain.provider_login import ProviderIdentity
from bot.settings import LOOPBACK, Settings

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""With a public key alone: neither "none" nor one whose key would be our own secret."""

LARGEST_ANSWER = 512 * 1024
FRESH = timedelta(hours=1)
REFETCH = timedelta(minutes=1)
SKEW = timedelta(minutes=1)


class ProviderError(OvertureError):
    """The provider is away, or what it says cannot be believed; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is remembered of a login while the browser is away: only this browser may come back with it, once."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Provider:
    def __init__(self, *, issuer: str, client_id: str, client_secret: str, groups_claim: str = "groups") -> None:
        self._issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._groups_claim = groups_claim
        self._http: ClientSession | None = None
        self._metadata: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    @classmethod
    def of(cls, settings: Settings) -> Provider | None:
        if not settings.oidc_issuer:
            return None
        if not settings.oidc_client_id:
            raise SettingsError(
                "OVERTURE_OIDC_ISSUER is set, and OVERTURE_OIDC_CLIENT_ID is not: what are we called there?"
            )
        return cls(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            groups_claim=settings.oidc_groups_claim,
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    # ------------------------------------------------------------ there and back

    async def address(self, attempt: Attempt, back: str, now: datetime) -> str:
        """Where the browser goes to log in."""
        challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint(await self._discovered(now), "authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def identity(self, told: Mapping[str, str], attempt: Attempt, back: str, now: datetime) -> ProviderIdentity:
        """Who came back with this query; raises ProviderError where that cannot be believed."""
        if not hmac.compare_digest(told.get("state", "").encode(), attempt.state.encode()):
            raise ProviderError("the state is not the one that this browser left with")
        metadata = await self._discovered(now)
        issuer = metadata["issuer"]
        if told.get("iss", issuer) != issuer:  # RFC 9207: who mixes up providers is found out
            raise ProviderError("another issuer sent the browser back")
        if "error" in told or not told.get("code"):
            raise ProviderError(f"the provider did not let them in: {told.get('error', 'no code')[:80]!r}")
        token = await self._id_token(metadata, told["code"], attempt, back)
        claims = await self._claims(token, issuer, attempt, now)
        told_groups = claims.get(self._groups_claim)
        groups = told_groups if isinstance(told_groups, list) else []
        return ProviderIdentity(
            issuer=issuer,
            subject=claims["sub"],
            email=claims["email"] if isinstance(claims.get("email"), str) else "",
            email_verified=claims.get("email_verified") is True,
            groups=frozenset(one for one in groups if isinstance(one, str))
            if isinstance(groups, list)
            else frozenset(),
        )

    async def _id_token(self, metadata: Mapping[str, Any], code: str, attempt: Attempt, back: str) -> str:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._client_id,
            "code_verifier": attempt.verifier,
        }
        headers = {}
        if self._client_secret:
            methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in methods:
                name, word = (quote(one, safe="") for one in (self._client_id, self._client_secret))  # RFC 6749, 2.3.1
                headers["Authorization"] = encode_basic_auth(name, word)
            else:
                asked["client_secret"] = self._client_secret
        answer = await self._json("POST", self._endpoint(metadata, "token_endpoint"), data=asked, headers=headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("the answer to the code has no ID token")
        return token

    async def _claims(self, token: str, issuer: str, attempt: Attempt, now: datetime) -> Mapping[str, Any]:
        try:
            read = jwt.decode(token, await self._keys_now(now), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # a key that is newer than what we have
            try:
                read = jwt.decode(token, await self._keys_now(now, anew=True), algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise ProviderError(f"the ID token is not signed as it should be: {type(error).__name__}") from error
        checks = JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(SKEW.total_seconds()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )
        try:
            checks.validate(read.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderError(f"the ID token is not for us, or not for now: {error}") from error
        claims = read.claims
        nonce, subject = claims.get("nonce"), claims.get("sub")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), attempt.nonce.encode()):
            raise ProviderError("the ID token is of another login: its nonce is another")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderError("the ID token does not say of whom it is")
        if claims.get("azp", self._client_id) != self._client_id:
            raise ProviderError("the ID token was made for another client")
        return claims

    # ------------------------------------------------------------ what the provider publishes

    async def _discovered(self, now: datetime) -> Mapping[str, Any]:
        if self._metadata is None or not self._metadata[0] <= now < self._metadata[0] + FRESH:
            told = await self._json("GET", self._issuer + WELL_KNOWN)
            if str(told.get("issuer", "")).rstrip("/") != self._issuer:
                raise ProviderError("the provider says that it is another issuer than OVERTURE_OIDC_ISSUER")
            self._metadata = (now, told)
        return self._metadata[1]

    async def _keys_now(self, now: datetime, *, anew: bool = False) -> KeySet:
        kept = self._keys
        fresh = REFETCH if anew else FRESH
        if kept is None or not kept[0] <= now < kept[0] + fresh:
            told = await self._json("GET", self._endpoint(await self._discovered(now), "jwks_uri"))
            try:
                kept = (now, KeySet.import_key_set({"keys": _usable(told.get("keys"))}))
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise ProviderError("the provider's keys cannot be read") from error
            self._keys = kept
        return kept[1]

    def _endpoint(self, metadata: Mapping[str, Any], name: str) -> str:
        url = metadata.get(name)
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ProviderError(f"the provider names no {name} with https://")
        return str(url)

    async def _json(self, method: str, url: str, **more: Any) -> Mapping[str, Any]:
        if self._http is None:
            self._http = ClientSession(timeout=ClientTimeout(total=10))
        try:
            async with self._http.request(method, url, allow_redirects=False, **more) as answer:
                if answer.status != 200:
                    raise ProviderError(f"the provider answered {answer.status} at {urlsplit(url).path}")
                body = b""
                async for part in answer.content.iter_any():
                    body += part
                    if len(body) > LARGEST_ANSWER:
                        raise ProviderError("the provider's answer is too large")
        except (ClientError, TimeoutError) as error:
            raise ProviderError(f"the provider cannot be reached: {type(error).__name__}") from error
        return _parsed(body)


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProviderError("the provider's answer is not JSON") from error
    if not isinstance(told, dict):
        raise ProviderError("the provider's answer is no JSON object")
    return told


def _usable(keys: Any) -> list[Any]:
    """Those for signatures, of kinds that we know; a provider may publish others."""
    if not isinstance(keys, list):
        raise ProviderError("the provider publishes no keys")
    known = [one for one in keys if isinstance(one, dict) and one.get("kty") in ("RSA", "EC")]
    return [one for one in known if one.get("use", "sig") == "sig"]
