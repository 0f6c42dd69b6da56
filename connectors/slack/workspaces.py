"""Which token speaks in which workspace: the one of the settings, or that of each installation, renewed in time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from aiohttp import encode_basic_auth

from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, SendError, TemporarySendError
from bot.domain.installation import Installation
from bot.ports import Clock, Installations
from connectors.slack.calls import TOKEN_ERRORS, SlackHttp, call
from connectors.slack.origin import Origin
from connectors.slack.vault import CannotOpen, Tokens, Vault

log = structlog.get_logger()

CHANNEL = "slack"
RENEW_BEFORE = timedelta(hours=2)
"""Slack's tokens live for 12 hours."""

RENEWAL_TAKES: Final = timedelta(seconds=30)
LOOK_AGAIN_AFTER: Final = 0.25
LOOKS: Final = 20
NOT_YET: Final = timedelta(minutes=1)
REFRESH_IS_OVER: Final = {"invalid_refresh_token", "token_revoked", "token_expired", "account_inactive"}
KNOWN_FOR: Final = timedelta(seconds=2)
"""How long what we know of the installations is taken for true when something comes in."""


class Workspaces(Protocol):
    async def token(self, workspace: str) -> str:
        """The token for a call there; an empty name means the only workspace. Raises SendError."""

    async def refresh(self) -> None:
        """Bring up to date which workspaces are known."""

    def kept_out(self, error: PermanentSendError) -> CredentialRefused | None:
        """The refusal, where by it nothing else may be sent either."""

    def home_of(self, origin: Origin) -> str | None:
        """The id by which what comes from there is known; None where it is not to be listened to."""

    async def end(self, workspace: str, at: datetime, why: str) -> None: ...


class OneWorkspace:
    """The workspace of SLACK_BOT_TOKEN. Whatever Slack signs for our app comes from there."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self, workspace: str) -> str:
        return self._token

    async def refresh(self) -> None: ...

    def kept_out(self, error: PermanentSendError) -> CredentialRefused | None:
        return CredentialRefused(error.reason, code=error.code) if error.code in TOKEN_ERRORS else None

    def home_of(self, origin: Origin) -> str:
        return next(iter(origin.ids), "")

    async def end(self, workspace: str, at: datetime, why: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of our app, as Slack shows them under Basic Information."""

    client_id: str
    client_secret: str


class InstalledWorkspaces:
    """Every workspace that let us in, and every organisation that did for all of its workspaces, by their ids."""

    def __init__(
        self, installations: Installations, vault: Vault, http: SlackHttp, credentials: Credentials, clock: Clock
    ) -> None:
        self._installations = installations
        self._vault = vault
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._known_at: datetime | None = None

    async def refresh(self) -> None:
        now = self._clock.now()
        if self._known_at is None or now - self._known_at > KNOWN_FOR:
            found = await self._installations.of(CHANNEL)
            self._known, self._known_at = frozenset(one.workspace for one in found if not one.ended), now

    def kept_out(self, error: PermanentSendError) -> None:
        """It is of one workspace: nobody else waits for what is wrong there."""

    def home_of(self, origin: Origin) -> str | None:
        """Of a workspace that has let us in itself its own, else that of its organisation, where that has."""
        return next((one for one in origin.ids if one in self._known), None)

    async def end(self, workspace: str, at: datetime, why: str) -> None:
        await self._installations.end(CHANNEL, workspace, at, why)
        self._known_at = None

    async def put(self, workspace: str, name: str, tokens: Tokens) -> None:
        """Let us in; whatever was kept of this workspace before gives way."""
        sealed = self._vault.seal(tokens, workspace)
        await self._installations.put(Installation(CHANNEL, workspace, name, sealed, self._clock.now()))
        self._known_at = None

    async def token(self, workspace: str) -> str:
        installation = await self._find(workspace)
        tokens = self._open(installation)
        if not self._ends_soon(tokens):
            return tokens.access
        now = self._clock.now()
        if await self._installations.claim_renewal(installation, now, now + RENEWAL_TAKES):
            return (await self._renew(installation, tokens)).access
        if tokens.expiry is not None and tokens.expiry > now:
            return tokens.access  # somebody else renews it, and it is still good
        return await self._await_renewal(installation.workspace)

    async def _find(self, workspace: str) -> Installation:
        if workspace:
            found = await self._installations.get(CHANNEL, workspace)
            if found is None:
                why = f"Slack's workspace {workspace} has not let us in: overture slack install"
                raise NotTried(why, retry_after=NOT_YET)
        else:
            found = await self._only()
        if found.ended:
            raise PermanentSendError(
                f"{found.name} ({found.workspace}) lets us in no more: {found.ended}. "
                "Install it again: overture slack install",
                code="account_inactive",
            )
        return found

    async def _only(self) -> Installation:
        """Of one that ended and one that did not, it is clear which is meant."""
        every = await self._installations.of(CHANNEL)
        live = [one for one in every if not one.ended] or every
        if not live:
            raise NotTried("no workspace of Slack has let us in yet: overture slack install", retry_after=NOT_YET)
        if len(live) > 1:
            names = ", ".join(f"{one.workspace} ({one.name})" for one in live)
            raise PermanentSendError(
                f"SLACK_CHANNEL must say in which workspace the channel is, such as {live[0].workspace}/C0123456789; "
                f"there are {names}"
            )
        return live[0]

    def _open(self, installation: Installation) -> Tokens:
        try:
            return self._vault.open(installation.sealed, installation.workspace)
        except CannotOpen as error:
            raise NotTried(f"{error}. Put the key back, or install it again", retry_after=NOT_YET) from error

    def _ends_soon(self, tokens: Tokens) -> bool:
        return bool(tokens.refresh) and tokens.expiry is not None and tokens.expiry - self._clock.now() < RENEW_BEFORE

    async def _renew(self, installation: Installation, tokens: Tokens) -> Tokens:
        """The next tokens, kept before they are used. While the present one is good, a failure costs nothing."""
        now = self._clock.now()
        try:
            renewed = await self._ask_for_next(tokens)
        except SendError as error:
            workspace = installation.workspace
            log.warning("a token of Slack's could not be renewed", workspace=workspace, reason=error.reason)
            if tokens.expiry is not None and tokens.expiry > now:
                return tokens
            if error.code not in REFRESH_IS_OVER:
                raise NotTried(error.reason, code=error.code, retry_after=NOT_YET) from error
            await self.end(workspace, now, f"its token could not be renewed ({error.code})")
            return self._open(await self._find(workspace))  # says that it ended
        sealed = self._vault.seal(renewed, installation.workspace)
        await self._installations.renew(replace(installation, sealed=sealed))
        return renewed

    async def _ask_for_next(self, tokens: Tokens) -> Tokens:
        asked = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        return tokens_of(await ask_for_tokens(self._http, self._credentials, asked), self._clock.now())

    async def _await_renewal(self, workspace: str) -> str:
        for _ in range(LOOKS):
            await asyncio.sleep(LOOK_AGAIN_AFTER)
            tokens = self._open(await self._find(workspace))
            if tokens.expiry is None or tokens.expiry > self._clock.now():
                return tokens.access
        raise NotTried(f"the token of Slack's workspace {workspace} is being renewed", retry_after=RENEWAL_TAKES)


async def ask_for_tokens(http: SlackHttp, credentials: Credentials, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """What oauth.v2.access answers. The method of Slack's client for it logs in by what aiohttp has deprecated."""
    client = http.client()
    login = {"Authorization": encode_basic_auth(credentials.client_id, credentials.client_secret)}
    answer = await call("oauth.v2.access", lambda: client.api_call("oauth.v2.access", data=dict(asked), headers=login))
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def tokens_of(answer: Mapping[str, Any], now: datetime) -> Tokens:
    """The bot's tokens in an answer of oauth.v2.access; raises TemporarySendError where there are none."""
    match answer:
        case {"access_token": str(access), "refresh_token": str(refresh), "expires_in": int(seconds)} if refresh:
            return Tokens(access, refresh, (now + timedelta(seconds=seconds)).timestamp())
        case {"access_token": str(access)} if access:
            return Tokens(access)
    raise TemporarySendError("Slack's answer to oauth.v2.access has no token")
