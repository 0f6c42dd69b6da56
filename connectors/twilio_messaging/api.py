"""Twilio's REST API, as far as messages go: create one, list them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, TemporarySendError
from bot.ports.tracing import trace_headers
from bot.retry_after import pause_asked_for
from connectors.twilio_answers import CLOCKS_DIFFER, MEND_ACCOUNT, lets_us_in, made_at
from connectors.twilio_messaging import media
from connectors.twilio_messaging.account import TwilioAccount
from connectors.twilio_messaging.failures import NOT_ARRIVED, PACE_CODES, TEMPORARY_CODES, reason_for
from connectors.vendor_api import read_answer

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)


@dataclass(frozen=True, slots=True)
class Listed:
    """A message in Twilio's list."""

    sid: str
    body: str
    made_at: datetime


class MessagesApi:
    """The Messages resource of one account."""

    def __init__(self, account: TwilioAccount, api_url: str, *, trust_proxy_settings: bool = True) -> None:
        self._account = account
        self._api_url = api_url
        self._url = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account.sid}/Messages.json"
        self._trust_proxy_settings = trust_proxy_settings
        self._http: aiohttp.ClientSession | None = None

    async def create(self, form: Mapping[str, str]) -> str:
        """Hand the message over; its SID."""
        answer = await self.call("POST", data=form)
        sid = answer.get("sid")
        if not isinstance(sid, str):
            raise TemporarySendError("Twilio took the message but its answer names no sid")
        return sid

    async def arrived(self, *, to: str, sender: str, since: datetime, but: Iterable[str]) -> Sequence[Listed]:
        """Messages to this address made at `since` or later, oldest first, but for those that failed and for `but`."""
        query = {"To": to, "PageSize": "100", **({"From": sender} if sender else {})}
        answer = await self.call("GET", params=query)
        others = frozenset(but)
        found = []
        for entry in answer.get("messages") or ():
            match entry:
                case {"sid": str(sid), "body": str(body)} if sid not in others:
                    made = made_at(entry)
                    if entry.get("status") not in NOT_ARRIVED and made >= since - CLOCKS_DIFFER:
                        found.append(Listed(sid, body, made))
        return sorted(found, key=lambda one: one.made_at)

    async def call(
        self, method: str, *, data: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """One request to the account's message list; its JSON, or TemporarySendError or PermanentSendError."""
        session, headers = self._session(), dict(trace_headers())
        if data is not None:  # as a form of aiohttp it takes longer to write than to send
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        form = None if data is None else urlencode(data).encode()
        try:
            async with session.request(
                method, self._url, data=form, params=params, headers=headers, allow_redirects=False
            ) as response:
                text = (await read_answer(response)).decode(errors="replace")
                status, told = response.status, response.headers
        except TimeoutError as error:
            raise TemporarySendError("Twilio did not answer in time") from error
        except aiohttp.ClientError as error:
            raise TemporarySendError(f"Twilio cannot be reached: {type(error).__name__}") from error
        answer = _read_json(text)
        if 200 <= status < 300:
            return answer
        raise refusal(status, answer, pause_asked_for(told.get("Retry-After"), told.get("Date")))

    async def fetch(self, url: str) -> bytes:
        """A file that a customer sent."""
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=self._trust_proxy_settings) as session:
            return await media.fetch(session, url, account=self._account, api_url=self._api_url)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            authorization = aiohttp.encode_basic_auth(self._account.sid, self._account.auth_token)
            self._http = aiohttp.ClientSession(
                timeout=TIMEOUT,
                headers={"Authorization": authorization, "Accept": "application/json"},
                trust_env=self._trust_proxy_settings,
                connector=aiohttp.TCPConnector(limit=0),  # the caller knows how much may be under way
            )
        return self._http


def _read_json(text: str) -> Mapping[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def refusal(status: int, answer: Mapping[str, Any], wait: timedelta | None) -> TemporarySendError | PermanentSendError:
    """Twilio's error as ours; `wait` is the pause that it asks for.

    Its own words are left out: they may repeat the number or the text.
    """
    code = str(answer.get("code") or "")
    reason = f"Twilio refused with status {status}" + (f", {reason_for(code)}" if code else "")
    if status == 429 or code in PACE_CODES:
        return NotTried(reason, code=code, retry_after=wait)
    if status == 408 or status >= 500 or code in TEMPORARY_CODES:
        return TemporarySendError(reason, code=code, retry_after=wait)
    if not lets_us_in(status, code):
        return CredentialRefused(f"{reason}; {MEND_ACCOUNT}", code=code, retry_after=wait)
    return PermanentSendError(reason, code=code)
