"""A stand-in for Twilio's voice: it plays the telephones of customers, and signs what Twilio would post to us.

The TwiML that we answer with is carried out by whoever holds the telephone: the playground's panel Call, or a test.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from bot.domain.errors import WebhookRejected
from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.twilio_requests import signature_of
from connectors.twilio_voice.account import CHANNEL, E164, SID, VoiceAccount

FEED = f"sandbox:{CHANNEL}"


class VoiceSandbox:
    """One account with one number."""

    name = CHANNEL

    def __init__(self, account: VoiceAccount, service_url: str, feed: FeedWriter, clock: Clock) -> None:
        self._account = account
        self._webhooks = f"{service_url.rstrip('/')}/channels/{CHANNEL}"
        self._feed = feed
        self._clock = clock

    async def answer(self, request: WebhookRequest) -> Reply:
        return Reply(404, b'{"code": 20404, "message": "The requested resource was not found", "status": 404}')

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """`{"deed": "call", "from"}` begins a call; `{"deed": "post", "call", "from", "to": address, "fields": {...}}`
        is what Twilio posts to an address that our TwiML names: `SpeechResult`, `Digits`, or how a dialling ended."""
        match deed:
            case {"deed": "call", "from": str(caller)} if E164.fullmatch(caller) or caller == "anonymous":
                sid = str(deed.get("call") or "CA" + secrets.token_hex(16))
                await self._note(sid, caller, "began", now)
                return self._webhook(f"{self._webhooks}/call", sid, caller, {}, now)
            case {"deed": "post", "call": str(sid), "from": str(caller), "to": str(address)} if SID.fullmatch(
                sid
            ) and address.startswith(f"{self._webhooks}/"):
                fields = {str(name): str(value) for name, value in dict(deed.get("fields") or {}).items()}
                if said := fields.get("SpeechResult") or fields.get("Digits"):
                    await self._note(sid, caller, "said", now, text=said)
                return self._webhook(address, sid, caller, fields, now)
            case {"deed": "hang_up", "call": str(sid), "from": str(caller)} if SID.fullmatch(sid):
                await self._note(sid, caller, "ended", now)
                return self._webhook(f"{self._webhooks}/status", sid, caller, {"CallStatus": "completed"}, now)
        raise WebhookRejected(
            400,
            'A telephone can do {"deed": "call", "from": "+447700900123"}, then "post" to an address of the TwiML, '
            'and "hang_up".',
        )

    async def _note(self, sid: str, caller: str, what: str, at: datetime, **more: str) -> None:
        item = {"type": "call", "what": what, "call": sid, "from": caller, "at": at.isoformat(), **more}
        await self._feed.append(FEED, f"{sid}:{what}:{secrets.token_hex(4)}", item)

    def _webhook(self, url: str, sid: str, caller: str, fields: Mapping[str, str], now: datetime) -> WebhookRequest:
        form = {
            "AccountSid": self._account.sid,
            "ApiVersion": "2010-04-01",
            "CallSid": sid,
            "CallStatus": "in-progress",
            "Called": self._account.sender,
            "Caller": caller,
            "Direction": "inbound",
            "From": caller,
            "FromCountry": "GB" if caller.startswith("+44") else "",
            "To": self._account.sender,
            **fields,
        }
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "i-twilio-idempotency-token": secrets.token_hex(16),
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": signature_of(url, list(form.items()), self._account.auth_token),
        }
        return WebhookRequest("POST", url, headers, urlencode(form).encode(), now)
