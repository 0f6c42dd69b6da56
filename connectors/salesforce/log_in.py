"""How we log in to Salesforce: by client credentials, or by a JWT that our own key signs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bot.domain.errors import CredentialRefused, SettingsError, TemporarySendError
from bot.ports import Clock
from connectors.salesforce.refusals import refusal
from connectors.vendor_api import Answer, VendorApi

LogIn = Callable[[VendorApi], Awaitable[tuple[str, timedelta]]]

TOKEN_HOLDS = timedelta(hours=1)
"""Salesforce does not say how long; a session that ended before is noticed by its 401."""

ASSERTION_HOLDS = timedelta(minutes=3)
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def by_client_credentials(client_id: str, client_secret: str) -> LogIn:
    async def log_in(api: VendorApi) -> tuple[str, timedelta]:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        return await _ask(api, form, "SALESFORCE_CLIENT_SECRET, and that the app has the Client Credentials Flow")

    return log_in


def by_jwt(client_id: str, user: str, key: str, audience: str, clock: Clock) -> LogIn:
    """As `user`, with the private key whose certificate the app has; raises SettingsError where that is no such key."""

    try:
        signs_with = RSAKey.import_key(key)
        is_private = signs_with.is_private
    except (ValueError, TypeError, JoseError):
        is_private = False
    if not is_private:
        raise SettingsError(
            "SALESFORCE_JWT_KEY is no private RSA key: it should be the PEM, or the path of a file with it."
        )

    def assertion() -> str:
        ends = int((clock.now() + ASSERTION_HOLDS).timestamp())
        return jwt.encode({"alg": "RS256"}, {"iss": client_id, "sub": user, "aud": audience, "exp": ends}, signs_with)

    async def log_in(api: VendorApi) -> tuple[str, timedelta]:
        form = {"grant_type": JWT_BEARER, "assertion": assertion()}
        advice = "SALESFORCE_USER and SALESFORCE_JWT_KEY, and that the app has its certificate and allows the user"
        return await _ask(api, form, advice)

    return log_in


async def _ask(api: VendorApi, form: Mapping[str, str], advice: str) -> tuple[str, timedelta]:
    """The answer's `instance_url` is left alone: that of the settings is called."""
    answer = await api.call("POST", "/services/oauth2/token", form=form)
    match answer:
        case Answer(status=200, body={"access_token": str(token)}):
            return token, TOKEN_HOLDS
        case Answer(ok=True):
            raise TemporarySendError("Salesforce's answer has no access token")
    if answer.is_trouble:
        raise refusal(answer)
    raise CredentialRefused(
        f"Salesforce let us not log in, status {answer.status}: check SALESFORCE_URL (your My Domain), "
        f"SALESFORCE_CLIENT_ID, {advice}"
    )
