"""A stand-in for the mail service: what customers do in their mail programs, as its webhooks."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, Reply, WebhookRequest
from connectors.email.account import EmailAccount, normalised
from connectors.email.letters import one_line
from connectors.email.postbox import FEED
from connectors.email.unsubscribe import ONE_CLICK
from connectors.email.webhooks import authorization

DEEDS = (
    'A mail program can do {"deed": "write", "from": "ana@example.com", "subject": "...", "text": "...", '
    '"in_reply_to": "<...>"}; with the message_id of one of our e-mails {"deed": "unsubscribe"}, {"deed": "complain"} '
    'and {"deed": "bounce"}; and {"deed": "away", "message_id": "<...>"} answers it with an absence notice.'
)


class EmailSandbox:
    """Everybody's mail program. The mail itself comes by SMTP (`postbox.py`) and is on the feed."""

    name = "email"

    def __init__(self, account: EmailAccount, service_url: str, feed: FeedWriter) -> None:
        self._account = account
        self._service_url = service_url.rstrip("/")
        self._feed = feed

    async def answer(self, request: WebhookRequest) -> Reply:
        return Reply(404, b"Mail comes by SMTP: there is nothing to ask for over HTTP.")

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        match deed:
            case {"deed": "write", "from": str(sender), "subject": str(subject), "text": str(text)}:
                return await self._write(sender, subject, text, str(deed.get("in_reply_to") or ""), now)
            case {"deed": "away", "message_id": str(message_id)}:
                ours = await self._ours(message_id)
                subject, text = f"Automatic reply: {ours['subject']}", "I am away until Monday."
                return await self._write(ours["to"], subject, text, message_id, now, automatic=True)
            case {"deed": "unsubscribe", "message_id": str(message_id)}:
                return await self._unsubscribe(await self._ours(message_id), now)
            case {"deed": "complain", "message_id": str(message_id)}:
                return self._event(await self._ours(message_id), now, event="spamreport")
            case {"deed": "bounce", "message_id": str(message_id)}:
                told = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such user"}
                return self._event(await self._ours(message_id), now, **told)
        raise WebhookRejected(400, DEEDS)

    async def _write(
        self, sender: str, subject: str, text: str, in_reply_to: str, now: datetime, *, automatic: bool = False
    ) -> WebhookRequest:
        """As SendGrid's Inbound Parse posts it."""
        address, subject = normalised(sender), one_line(subject)
        message_id = f"<{secrets.token_hex(16)}@mail.example.com>"
        item = {
            "type": "email",
            "direction": "from_customer",
            "from": address,
            "to": self._account.reply_to,
            "subject": subject,
            "text": text,
            "message_id": message_id,
            "in_reply_to": in_reply_to,
            "date_created": now.isoformat(),
        }
        await self._feed.append(FEED, message_id, item)
        headers = {"Message-ID": message_id, "Date": format_datetime(now), "From": address, "Subject": subject}
        if in_reply_to:
            headers |= {"In-Reply-To": one_line(in_reply_to), "References": one_line(in_reply_to)}
        if automatic:
            headers["Auto-Submitted"] = "auto-replied"
        quoted = "".join(f"> {line}\r\n" for line in (await self._text_of(in_reply_to)).splitlines())
        fields = {
            "headers": "".join(f"{name}: {value}\r\n" for name, value in headers.items()),
            "from": address,
            "to": self._account.reply_to,
            "subject": subject,
            "text": text + (f"\r\n\r\nOn {now:%d %B %Y}, {self._account.name} wrote:\r\n{quoted}" if quoted else ""),
            "charsets": json.dumps(dict.fromkeys(("to", "from", "subject", "text"), "UTF-8")),
            "envelope": json.dumps({"to": [self._account.reply_to], "from": address}),
        }
        boundary = f"xYzZY-{secrets.token_hex(12)}"
        return self._post("inbound", f"multipart/form-data; boundary={boundary}", _multipart(fields, boundary), now)

    async def _unsubscribe(self, ours: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """The mail program's own button (RFC 8058): no cookie, no password, one POST."""
        link = ours["list_unsubscribe"]
        if not link:
            raise WebhookRejected(400, "This e-mail is no marketing: there is nothing to unsubscribe from.")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return WebhookRequest("POST", link, headers, ONE_CLICK, now)

    def _event(self, ours: Mapping[str, Any], now: datetime, **told: str) -> WebhookRequest:
        """As SendGrid's Event Webhook posts it."""
        event = {
            "email": ours["to"],
            "smtp-id": ours["message_id"],
            "timestamp": int(now.timestamp()),
            "sg_event_id": secrets.token_urlsafe(16),
            **told,
        }
        return self._post("events", "application/json", json.dumps([event]).encode(), now)

    def _post(self, tail: str, content_type: str, body: bytes, now: datetime) -> WebhookRequest:
        headers = {"content-type": content_type, "authorization": authorization(self._account.webhook_secret)}
        return WebhookRequest("POST", f"{self._service_url}/channels/email/{tail}", headers, body, now)

    async def _text_of(self, message_id: str) -> str:
        return next((str(one["text"]) for one in await self._feed.items(FEED) if one["message_id"] == message_id), "")

    async def _ours(self, message_id: str) -> Mapping[str, Any]:
        for item in await self._feed.items(FEED):
            if item["message_id"] == message_id and item["direction"] == "to_customer":
                return item
        raise WebhookRejected(400, "There is no e-mail of ours with that message_id.")


def _multipart(fields: Mapping[str, str], boundary: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()
