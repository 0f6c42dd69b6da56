"""Webhooks as the vendors would send them, signed with the sandbox's made-up credentials of one installation."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from aiohttp import ClientSession
from twilio.request_validator import RequestValidator

from connectors import slack, twilio_messaging


class Vendors:
    """Twilio and Slack as seen from the server at `address`, whose installation secret is `secret`."""

    def __init__(self, http: ClientSession, address: str, secret: str) -> None:
        self._http = http
        self._address = address
        self._twilio = twilio_messaging.sandbox_values(secret)
        self._slack = slack.sandbox_values(secret)

    async def text(self, body: str, *, sender: str, sid: str, forged: bool = False, **more: str) -> int:
        """Twilio's webhook for an incoming text; our status."""
        url = f"{self._address}/channels/sms/inbound"
        fields = {
            "MessageSid": sid,
            "AccountSid": self._twilio["TWILIO_ACCOUNT_SID"],
            "From": sender,
            "To": self._twilio["TWILIO_FROM"],
            "Body": body,
            "NumMedia": "0",
            **more,
        }
        token = "0" * 32 if forged else self._twilio["TWILIO_AUTH_TOKEN"]
        signature = RequestValidator(token).compute_signature(url, fields)
        return await self._post(
            url,
            urlencode(fields).encode(),
            {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
        )

    async def click(self, card: Mapping[str, Any], action_id: str, *, user: str = "ana") -> int:
        """Slack's webhook for a pressed button."""
        value = next(
            element["value"]
            for block in card["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
            if element["action_id"] == action_id
        )
        payload = {
            "type": "block_actions",
            "user": {"id": "U1", "username": user, "name": user},
            "trigger_id": f"{time.time()}.1",
            "container": {"type": "message", "message_ts": card["ts"], "channel_id": "C0000SALES"},
            "channel": {"id": "C0000SALES", "name": "sales"},
            "message": {"ts": card["ts"]},
            "actions": [{"type": "button", "action_id": action_id, "value": value, "action_ts": f"{time.time():.6f}"}],
        }
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self._slack_post("interactivity", body, "application/x-www-form-urlencoded")

    async def reply(
        self, thread: str, text: str, *, ts: str, user: str = "U1", age: float = 0, forged: bool = False
    ) -> int:
        """Slack's webhook for a message in a thread, whose id is `ts`, delivered `age` seconds ago."""
        event = {
            "type": "message",
            "text": text,
            "user": user,
            "ts": ts,
            "thread_ts": thread,
            "channel": "C0000SALES",
            "channel_type": "channel",
        }
        callback = {"type": "event_callback", "event_id": f"Ev{uuid4().hex}", "team_id": "T1", "event": event}
        return await self._slack_post(
            "events", json.dumps(callback).encode(), "application/json", age=age, forged=forged
        )

    async def _slack_post(
        self, tail: str, body: bytes, content_type: str, *, age: float = 0, forged: bool = False
    ) -> int:
        timestamp = str(int(time.time() - age))
        secret = "forged" if forged else self._slack["SLACK_SIGNING_SECRET"]
        digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
            "Content-Type": content_type,
        }
        return await self._post(f"{self._address}/channels/slack/{tail}", body, headers)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        async with self._http.post(url, data=body, headers=dict(headers)) as response:
            await response.read()
            return response.status
