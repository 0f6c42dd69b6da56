"""Tokens in a password's place, for mail servers that take no passwords, such as Microsoft 365's (OAuth 2, XOAUTH2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.errors import CredentialRefused, SettingsError, TemporarySendError
from bot.ports import Clock, ConnectorSettings
from connectors.vendor_api import AccessToken, Answer, VendorApi, checked_url

SETTINGS: tuple[str, ...] = (
    "EMAIL_OAUTH_TOKEN_URL",
    "EMAIL_OAUTH_CLIENT_ID",
    "EMAIL_OAUTH_CLIENT_SECRET",
    "EMAIL_OAUTH_SCOPE",
)
MICROSOFTS_SCOPE = "https://outlook.office365.com/.default"
SHORTEST_HOLD = timedelta(minutes=5)
"""Where the answer does not say how long a token holds."""


@dataclass(frozen=True, slots=True)
class App:
    """Who asks for tokens and where (RFC 6749, 4.4: client credentials)."""

    token_url: str
    client_id: str
    scope: str
    client_secret: str = field(repr=False)


def app_of(settings: ConnectorSettings) -> App | None:
    """None where passwords are used; raises SettingsError where some of it is missing or cannot be."""
    if not any(settings.get(name) for name in SETTINGS):
        return None
    if both := next((name for name in ("EMAIL_SMTP_PASSWORD", "EMAIL_IMAP_PASSWORD") if settings.get(name)), None):
        raise SettingsError(
            f"{both} and EMAIL_OAUTH_TOKEN_URL are both set: a token takes a password's place. Unset one."
        )
    return App(
        token_url=checked_url("EMAIL_OAUTH_TOKEN_URL", settings.require("EMAIL_OAUTH_TOKEN_URL")),
        client_id=settings.require("EMAIL_OAUTH_CLIENT_ID"),
        scope=settings.get("EMAIL_OAUTH_SCOPE", MICROSOFTS_SCOPE),
        client_secret=settings.require("EMAIL_OAUTH_CLIENT_SECRET"),
    )


class Tokens:
    """One token for both servers, asked for anew when it ends or was refused."""

    def __init__(self, app: App, clock: Clock) -> None:
        self._app = app
        self._api = VendorApi("the server that gives tokens for the mail server", app.token_url)
        self._token = AccessToken(self._ask, clock)

    async def get(self) -> str:
        """Raises TemporarySendError, or CredentialRefused where none is given."""
        return await self._token.get()

    def forget(self, token: str) -> None:
        """The mail server has refused this one."""
        self._token.forget(token)

    async def close(self) -> None:
        await self._api.close()

    async def _ask(self) -> tuple[str, timedelta]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "scope": self._app.scope,
        }
        answer = await self._api.call("POST", "", form=form)
        match answer:
            case Answer(ok=True, body={"access_token": str(token), **more}):
                return token, _holds(more.get("expires_in"))
            case Answer(ok=True):
                raise TemporarySendError("the answer of EMAIL_OAUTH_TOKEN_URL has no access token")
        if answer.is_trouble:
            raise TemporarySendError(f"EMAIL_OAUTH_TOKEN_URL answers with status {answer.status}")
        raise CredentialRefused(
            f"EMAIL_OAUTH_TOKEN_URL gives no token, status {answer.status}: check it, EMAIL_OAUTH_CLIENT_ID, "
            "EMAIL_OAUTH_CLIENT_SECRET and EMAIL_OAUTH_SCOPE"
        )


def _holds(written: object) -> timedelta:
    try:
        return max(timedelta(seconds=float(str(written))), SHORTEST_HOLD)
    except (ValueError, OverflowError):
        return SHORTEST_HOLD
