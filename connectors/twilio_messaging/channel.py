"""The SMS channel: sends through Twilio's REST API, takes its webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.message import OutboundMessage, Receipt, Text
from bot.domain.preview import Preview
from bot.ports import Abilities, Webhook, WebhookRequest
from connectors.twilio_messaging import webhooks
from connectors.twilio_messaging.account import LONGEST_BODY, TwilioAccount

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
OPTED_OUT_AT_TWILIO = "21610"
OPTED_OUT = "opted_out"
"""Our own code for it, which makes the service suppress the address."""

TEMPORARY_CODES = {"20429", "21611", "30001", "20500", "20503"}
"""Too many requests, a full queue, trouble at Twilio's."""

TRIAL_PREFIX = "Sent from your Twilio trial account - "


class TwilioMessagingChannel:
    """Sends texts from `account`. `service_url` is where Twilio reaches us with status callbacks."""

    name = "sms"
    abilities = Abilities(identity="phone", longest_text=LONGEST_BODY, proactive=True)

    def __init__(
        self, account: TwilioAccount, *, api_url: str, service_url: str, trust_proxy_settings: bool = True
    ) -> None:
        self._account = account
        self._messages_url = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account.sid}/Messages.json"
        self._status_url = f"{service_url.rstrip('/')}/channels/{self.name}/status"
        self._trust_proxy_settings = trust_proxy_settings
        self._http: aiohttp.ClientSession | None = None

    def parse(self, request: WebhookRequest) -> Webhook:
        return webhooks.parse(request, self.name, self._account)

    async def send(self, message: OutboundMessage) -> Receipt:
        if not isinstance(message.content, Text):
            raise PermanentSendError(f"a text message cannot carry a {message.content.kind}")
        body = body_of(message.content)
        if len(body) > LONGEST_BODY:
            raise PermanentSendError(
                f"the text has {len(body):,} characters; Twilio takes {LONGEST_BODY:,}. Shorten the response.",
                code="21617",
            )
        # Twilio knows no idempotency key, so a second try asks first whether the one before got through.
        if message.attempt > 1 and (earlier := await self.find(message)) is not None:
            return earlier
        form = {
            "To": message.address,
            "Body": body,
            "StatusCallback": f"{self._status_url}?oid={quote(message.key, safe='')}",
        }
        if self._account.messaging_service_sid:
            form["MessagingServiceSid"] = self._account.messaging_service_sid
        else:
            form["From"] = self._account.sender
        answer = await self._call("POST", data=form)
        sid = answer.get("sid")
        if not isinstance(sid, str):
            raise TemporarySendError("Twilio took the message but its answer names no sid")
        return Receipt(sid)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        """The message in Twilio's list with this recipient and text, made since the first try."""
        if not isinstance(message.content, Text) or message.first_tried_at is None:
            return None
        body = body_of(message.content)
        # Twilio's times have no fractions of a second, and its clock may differ from ours.
        since = message.first_tried_at - timedelta(seconds=5)
        query = {"To": message.address, "PageSize": "50"}
        if not self._account.messaging_service_sid:
            query["From"] = self._account.sender
        answer = await self._call("GET", params=query)
        for entry in answer.get("messages") or ():
            match entry:
                case {"sid": str(sid), "body": str(text)} if text in (body, TRIAL_PREFIX + body):
                    if _made_at(entry) >= since:
                        return Receipt(sid)
        return None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _call(
        self, method: str, *, data: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """One request to the account's message list; its JSON, or TemporarySendError or PermanentSendError."""
        session = self._session()
        try:
            async with session.request(
                method, self._messages_url, data=data, params=params, allow_redirects=False
            ) as response:
                text = await response.text(errors="replace")
                status, retry_after = response.status, response.headers.get("Retry-After")
        except TimeoutError as error:
            raise TemporarySendError("Twilio did not answer in time") from error
        except aiohttp.ClientError as error:
            raise TemporarySendError(f"Twilio cannot be reached: {type(error).__name__}") from error
        answer = _read_json(text)
        if 200 <= status < 300:
            return answer
        raise _refusal(status, answer, retry_after)

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            authorization = aiohttp.encode_basic_auth(self._account.sid, self._account.auth_token)
            self._http = aiohttp.ClientSession(
                timeout=TIMEOUT,
                headers={"Authorization": authorization, "Accept": "application/json"},
                trust_env=self._trust_proxy_settings,
            )
        return self._http


def body_of(content: Text) -> str:
    """The text, the choices on a line of their own, and where an answer came from."""
    lines = [content.text]
    if content.buttons:
        lines.append("Reply: " + " / ".join(button.title for button in content.buttons))
    if content.source_url.startswith(("http://", "https://")):
        lines.append(content.source_url)
    return "\n".join(lines)


def preview(content: Text) -> Preview:
    return Preview("sms", body_of(content))


def _made_at(entry: Mapping[str, Any]) -> datetime:
    """When the message was made; long ago where Twilio does not say."""
    try:
        made = parsedate_to_datetime(str(entry.get("date_created")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)


def _read_json(text: str) -> Mapping[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(
    status: int, answer: Mapping[str, Any], retry_after: str | None
) -> TemporarySendError | PermanentSendError:
    """Twilio's error as ours. Its own words are left out: they may repeat the number or the text."""
    code = str(answer.get("code") or "")
    reason = f"Twilio refused with status {status}" + (
        f", error {code}: see https://www.twilio.com/docs/api/errors/{code}" if code else ""
    )
    if status == 429 or status == 408 or status >= 500 or code in TEMPORARY_CODES:
        wait = timedelta(seconds=int(retry_after)) if retry_after and retry_after.isdecimal() else None
        return TemporarySendError(reason, code=code, retry_after=wait)
    if code == OPTED_OUT_AT_TWILIO:
        return PermanentSendError(f"{reason} (this number has opted out)", code=OPTED_OUT)
    return PermanentSendError(reason, code=code)
