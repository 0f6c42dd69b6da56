"""A stand-in for Twilio: takes our calls as its REST API would, and plays the phones of customers."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from bot.domain.errors import WebhookRejected
from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.twilio_messaging.account import LONGEST_BODY, FormFields, TwilioAccount, form_fields
from connectors.twilio_messaging.webhooks import sign

FEED = "sandbox:sms"
MESSAGES_PATH = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages\.json$")
E164 = re.compile(r"\+[1-9][0-9]{4,14}")


class TwilioSandbox:
    """One account with one number. Its messages are those on the feed."""

    name = "sms"

    def __init__(self, account: TwilioAccount, service_url: str, feed: FeedWriter, clock: Clock) -> None:
        self._account = account
        self._service_url = service_url.rstrip("/")
        self._feed = feed
        self._clock = clock
        self._sender = account.sender or "+447700900100"

    # ------------------------------------------------------------ its REST API

    async def answer(self, request: WebhookRequest) -> Reply:
        path = MESSAGES_PATH.search(urlsplit(request.url).path)
        if path is None:
            return _error(404, 20404, "The requested resource was not found")
        expected = aiohttp.encode_basic_auth(self._account.sid, self._account.auth_token)
        given = request.headers.get("authorization", "")
        if path[1] != self._account.sid or not secrets.compare_digest(given.encode(), expected.encode()):
            return _error(401, 20003, "Authenticate")
        if request.method == "POST":
            return await self._create(form_fields(parse_qsl(request.body.decode("utf-8", "replace"), True)))
        if request.method == "GET":
            return await self._list(form_fields(parse_qsl(urlsplit(request.url).query, True)))
        return _error(405, 20004, "Method not allowed")

    async def _create(self, form: FormFields) -> Reply:
        to, body = form.first("To"), form.first("Body")
        if not to:
            return _error(400, 21604, "A 'To' phone number is required.")
        if not E164.fullmatch(to):
            return _error(400, 21211, f"Invalid 'To' Phone Number: {to[:4]}XXXX")
        if not form.first("From") and not form.first("MessagingServiceSid"):
            return _error(400, 21603, "A 'From' phone number is required.")
        if form.first("From") not in ("", self._sender):
            return _error(
                400, 21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number."
            )
        if not body:
            return _error(400, 21602, "Message body is required.")
        if len(body) > LONGEST_BODY:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        item = self._item("to_customer", self._sender, to, body, self._clock.now())
        await self._feed.append(FEED, item["sid"], item)
        return _json(201, self._resource(item, status="queued"))

    async def _list(self, query: FormFields) -> Reply:
        wanted_to, wanted_from = query.first("To"), query.first("From")
        found = [
            self._resource(item, status="delivered")
            for item in await self._feed.items(FEED)
            if item["direction"] == "to_customer"
            and wanted_to in ("", item["to"])
            and wanted_from in ("", item["from"])
        ]
        found.reverse()
        size = int(query.first("PageSize")) if query.first("PageSize").isdecimal() else 50
        return _json(200, {"messages": found[:size], "page": 0, "page_size": size, "next_page_uri": None})

    def _resource(self, item: Mapping[str, Any], *, status: str) -> Mapping[str, Any]:
        """A message as the API shows it (Message resource, 2010-04-01)."""
        made = format_datetime(datetime.fromisoformat(item["date_created"]))
        return {
            "account_sid": self._account.sid,
            "api_version": "2010-04-01",
            "body": item["body"],
            "date_created": made,
            "date_sent": None if status == "queued" else made,
            "date_updated": made,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": item["from"],
            "messaging_service_sid": self._account.messaging_service_sid or None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": item["sid"],
            "status": status,
            "subresource_uris": {},
            "to": item["to"],
            "uri": f"/2010-04-01/Accounts/{self._account.sid}/Messages/{item['sid']}.json",
        }

    # ------------------------------------------------------------ its customers

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """`{"deed": "text", "from": "+44...", "body": "..."}`, or `{"deed": "status", "sid", "status"}`."""
        match deed:
            case {"deed": "text", "from": str(sender), "body": str(body)} if E164.fullmatch(sender):
                return await self._text(sender, body, now)
            case {"deed": "status", "sid": str(sid), "status": str(status)}:
                fields = {
                    "AccountSid": self._account.sid,
                    "ApiVersion": "2010-04-01",
                    "From": self._sender,
                    "MessageSid": sid,
                    "MessageStatus": status,
                    "SmsSid": sid,
                    "SmsStatus": status,
                }
                return self._webhook("status", fields, now)
        raise WebhookRejected(
            400, 'A phone can do {"deed": "text", "from": "+447700900123", "body": "..."}; from is a number in E.164.'
        )

    async def _text(self, sender: str, body: str, now: datetime) -> WebhookRequest:
        item = self._item("from_customer", sender, self._sender, body, now)
        await self._feed.append(FEED, item["sid"], item)
        fields = {
            "AccountSid": self._account.sid,
            "ApiVersion": "2010-04-01",
            "Body": body,
            "From": sender,
            "FromCity": "",
            "FromCountry": "GB" if sender.startswith("+44") else "",
            "FromState": "",
            "FromZip": "",
            "MessageSid": item["sid"],
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": item["sid"],
            "SmsSid": item["sid"],
            "SmsStatus": "received",
            "To": self._sender,
            "ToCity": "",
            "ToCountry": "GB",
            "ToState": "",
            "ToZip": "",
        }
        return self._webhook("inbound", fields, now)

    def _webhook(self, tail: str, fields: Mapping[str, str], now: datetime) -> WebhookRequest:
        url = f"{self._service_url}/channels/{self.name}/{tail}"
        signature = sign(url, form_fields(list(fields.items())), self._account.auth_token)
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "i-twilio-idempotency-token": secrets.token_hex(16),
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": signature,
        }
        return WebhookRequest("POST", url, headers, urlencode(fields).encode(), now)

    def _item(self, direction: str, sender: str, to: str, body: str, at: datetime) -> dict[str, Any]:
        return {
            "type": "sms",
            "direction": direction,
            "from": sender,
            "to": to,
            "body": body,
            "sid": "SM" + secrets.token_hex(16),
            "date_created": at.isoformat(),
        }


def _json(status: int, body: Mapping[str, Any]) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json; charset=utf-8")


def _error(status: int, code: int, message: str) -> Reply:
    """An error as Twilio words it."""
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more_info, "status": status})
