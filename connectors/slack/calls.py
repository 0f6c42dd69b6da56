"""Calls of Slack's Web API: what goes wrong in our words, and the pauses that Slack asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import NotTried, PermanentSendError, TemporarySendError
from bot.ports import Clock
from bot.ports.tracing import trace_headers
from bot.retry_after import pause_asked_for

API_URL = "https://slack.com/api/"
TIMEOUT_SECONDS = 15

PACE_ERRORS = {"ratelimited", "rate_limited", "message_limit_exceeded"}
TEMPORARY_ERRORS = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "token_expired",
}
"""Errors after which Slack may take the same call later; any other will be the same again."""

TOKEN_ERRORS: Final = {"account_inactive", "invalid_auth", "not_authed", "token_revoked"}
"""The token is no good any more, whatever is asked with it."""

ADVICE: Final = {
    "not_in_channel": "invite the app to the channel: /invite @Overture",
    "channel_not_found": "SLACK_CHANNEL wants the id of a channel that the app was invited to",
    "missing_scope": "make the app anew of what `overture slack manifest` prints, and install it again",
    "account_inactive": "the app was uninstalled, or the workspace is gone; install it again",
    "token_revoked": "the app was uninstalled, or its tokens were revoked; install it again",
    "file_deleted": "it was deleted there",
    "file_not_found": "it is not there any more, or the app is not in its channel",
    "invalid_auth": "SLACK_BOT_TOKEN is no token of an installed app; install it again",
}
"""What to do about an error of Slack's."""

DEFAULT_PAUSE: Final = timedelta(seconds=1)


class Pauses:
    """What Slack has asked us to leave for a while: a method, in a workspace."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[tuple[str, str], datetime] = {}

    def check(self, workspace: str, method: str) -> None:
        """Raises NotTried where Slack wants no such call yet."""
        until = self._until.get((workspace, method))
        if until is not None and (left := until - self._clock.now()) > timedelta():
            raise NotTried(f"Slack has asked for a pause from {method}", code="ratelimited", retry_after=left)

    def ask(self, workspace: str, method: str, pause: timedelta | None) -> None:
        self._until[(workspace, method)] = self._clock.now() + (pause or DEFAULT_PAUSE)


async def call(method: str, asked: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    """One call of Slack's; what goes wrong as TemporarySendError or PermanentSendError, without Slack's own words."""
    try:
        return await asked()
    except SlackApiError as error:
        raise _refusal(method, error) from None  # its text repeats the answer, and the answer our message
    except TimeoutError as error:
        raise TemporarySendError(f"Slack did not answer {method} in time") from error
    except aiohttp.ClientError as error:
        raise TemporarySendError(f"Slack cannot be reached: {type(error).__name__}") from error
    except (SlackClientError, AttributeError, ValueError) as error:
        # An answer that is no JSON object trips the SDK; such answers come from what stands before Slack.
        raise TemporarySendError(f"Slack's answer to {method} makes no sense: {type(error).__name__}") from None


def _refusal(method: str, error: SlackApiError) -> TemporarySendError | PermanentSendError:
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    advice = f" ({ADVICE[code]})" if code in ADVICE else ""
    reason = f"Slack refused {method} with status {status}" + (f": {code}" if code else "") + advice
    headers = getattr(response, "headers", None) or {}
    wait = pause_asked_for(headers.get("Retry-After"), headers.get("Date"))
    if status == 429 or code in PACE_ERRORS:
        return NotTried(reason, code="ratelimited", retry_after=wait)
    if status >= 500 or status == 408 or code in TEMPORARY_ERRORS:
        return TemporarySendError(reason, code=code, retry_after=wait)
    return PermanentSendError(reason, code=code)


def named(value: object, method: str) -> str:
    """The id in an answer."""
    if not isinstance(value, str):
        raise TemporarySendError(f"Slack took {method} but its answer names nothing")
    return value


class SlackHttp:
    """One HTTP session for all calls, and a client of Slack's for each token."""

    def __init__(self, api_url: str, *, trust_proxy_settings: bool) -> None:
        self.api_url = api_url
        self._trust_proxy_settings = trust_proxy_settings
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=self._trust_proxy_settings)
        return self._session

    def client(self, token: str = "") -> AsyncWebClient:
        client = AsyncWebClient(
            token=token, base_url=self.api_url, session=self.session, headers=trace_headers(), retry_handlers=[]
        )
        if not self._trust_proxy_settings:
            client.proxy = None  # the SDK takes it from the environment unasked
        return client

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
