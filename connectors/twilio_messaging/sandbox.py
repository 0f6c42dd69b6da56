"""A stand-in for Twilio: takes our calls as its REST API would, and has customers' phones (`phones.py`)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from bot.domain.sms_segments import segments_of
from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.phone_panel import PICTURE, new_item
from connectors.twilio_messaging.account import LONGEST_BODY, TwilioAccount
from connectors.twilio_messaging.channel import CONTENT_SID
from connectors.twilio_messaging.media import MEDIA_PATH
from connectors.twilio_messaging.phones import FEED, Phones, channel_of, is_address, new_sid, scheme_of
from connectors.twilio_requests import SignedForm, form_of
from connectors.whatsapp import WINDOW

MESSAGES_PATH = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages\.json$")


RCS_AGENT = "harbourline_agent"


class TwilioSandbox:
    """One account with numbers for texts and WhatsApp, and an agent for RCS. Its messages are those on the feed.

    Texts are answered by RCS where the phone wrote by it last, as a Messaging Service does.
    """

    name = "sms"

    def __init__(
        self, account: TwilioAccount, service_url: str, feed: FeedWriter, clock: Clock, *, api_url: str
    ) -> None:
        self._account = account
        self._feed = feed
        self._clock = clock
        self._senders = {
            "sms": account.sender or "+447700900100",
            "rcs": RCS_AGENT,
            "whatsapp": account.whatsapp_sender or "+447700900101",
        }
        self._phones = Phones(account, self._senders, service_url, feed, api_url=api_url)

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        return await self._phones.act(deed, now)

    async def answer(self, request: WebhookRequest) -> Reply:
        path = MESSAGES_PATH.search(urlsplit(request.url).path) or MEDIA_PATH.search(urlsplit(request.url).path)
        if path is None:
            return _error(404, 20404, "The requested resource was not found")
        expected = aiohttp.encode_basic_auth(self._account.sid, self._account.auth_token)
        given = request.headers.get("authorization", "")
        if path[1] != self._account.sid or not secrets.compare_digest(given.encode(), expected.encode()):
            return _error(401, 20003, "Authenticate")
        if path.re is MEDIA_PATH:
            return Reply(200, PICTURE, "image/png")
        if request.method == "POST":
            return await self._create(form_of(parse_qsl(request.body.decode("utf-8", "replace"), True)))
        if request.method == "GET":
            return await self._list(form_of(parse_qsl(urlsplit(request.url).query, True)))
        return _error(405, 20004, "Method not allowed")

    async def _create(self, form: SignedForm) -> Reply:
        channel, to = _channel_and_number(form.first("To"))
        refused = self._refusal(form, channel, to)
        if refused is not None:
            return refused
        now, template = self._clock.now(), form.first("ContentSid")
        if channel == "whatsapp" and not template and not await self._is_open(to, now):
            # Twilio tells of this by a status callback. The stand-in has no way to call back, and says it at once.
            return _error(400, 63016, "Failed to send freeform message because you are outside the allowed window.")
        shown = _shown(template, form.first("ContentVariables")) if template else None
        body, buttons = shown or (form.first("Body"), ())
        way = "rcs" if channel == "sms" and await self._writes_by_rcs(to) else channel
        item = new_item(
            "to_customer",
            way,
            self._senders[way],
            to,
            body,
            now,
            sid=new_sid(),
            buttons=buttons,
            media=form.first("MediaUrl"),
            template=template,
            oid=_oid(form.first("StatusCallback")),
        )
        await self._feed.append(FEED, item["sid"], item)
        return _json(201, self._resource(item, status="queued"))

    def _refusal(self, form: SignedForm, channel: str, to: str) -> Reply | None:
        """What Twilio would refuse before it takes anything."""
        sender, template = form.first("From"), form.first("ContentSid")
        if not to:
            return _error(400, 21604, "A 'To' phone number is required.")
        if not is_address(channel, to):
            return _error(400, 21211, f"Invalid 'To' Phone Number: {to[:4]}XXXX")
        if not sender and not form.first("MessagingServiceSid"):
            return _error(400, 21603, "A 'From' phone number is required.")
        if sender and _channel_and_number(sender) != (channel, self._senders[channel]):
            return _error(
                400, 21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number."
            )
        if template and not CONTENT_SID.fullmatch(template):
            return _error(400, 21655, "The ContentSid is Invalid")
        if template and not _are_variables(form.first("ContentVariables") or "{}"):
            return _error(400, 21656, "The ContentVariables Parameter is invalid")
        if not template and not form.first("Body") and not form.first("MediaUrl"):
            return _error(400, 21602, "Message body is required.")
        if len(form.first("Body")) > LONGEST_BODY:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        return None

    async def _is_open(self, number: str, now: datetime) -> bool:
        """Whether the customer has written by WhatsApp within the last 24 hours."""
        return any(
            item["type"] == "sms"
            and (item["direction"], item.get("channel", "sms"), item["from"]) == ("from_customer", "whatsapp", number)
            and now - datetime.fromisoformat(item["date_created"]) < WINDOW
            for item in await self._feed.items(FEED)
        )

    async def _writes_by_rcs(self, number: str) -> bool:
        """Whether the phone's last text came by RCS."""
        ways = [
            item.get("channel", "sms")
            for item in await self._feed.items(FEED)
            if item["type"] == "sms" and (item["direction"], item["from"]) == ("from_customer", number)
        ]
        return next((way for way in reversed(ways) if channel_of(way) == "sms"), "sms") == "rcs"

    async def _list(self, query: SignedForm) -> Reply:
        wanted_from = _channel_and_number(query.first("From"))[1]
        channel, wanted_to = _channel_and_number(query.first("To"))
        items = await self._feed.items(FEED)
        statuses = {item["sid"]: item["status"] for item in items if item["type"] == "sms status"}
        found = [
            self._resource(item, status=statuses.get(item["sid"], "delivered"))
            for item in items
            if item["type"] == "sms"
            and item["direction"] == "to_customer"
            and channel_of(item.get("channel", "sms")) == channel
            and wanted_to in ("", item["to"])
            and wanted_from in ("", item["from"], self._senders[channel])
        ]
        found.reverse()
        size = int(query.first("PageSize")) if query.first("PageSize").isdecimal() else 50
        return _json(200, {"messages": found[:size], "page": 0, "page_size": size, "next_page_uri": None})

    def _resource(self, item: Mapping[str, Any], *, status: str) -> Mapping[str, Any]:
        """A message as the API shows it (Message resource, 2010-04-01)."""
        made = format_datetime(datetime.fromisoformat(item["date_created"]))
        scheme = scheme_of(item.get("channel", "sms"))
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
            "from": scheme + item["from"],
            "messaging_service_sid": self._account.messaging_service_sid or None,
            "num_media": "1" if item.get("media") else "0",
            "num_segments": str(segments_of(item["body"]).count or 1),
            "price": None,
            "price_unit": "USD",
            "sid": item["sid"],
            "status": status,
            "subresource_uris": {},
            "to": scheme + item["to"],
            "uri": f"/2010-04-01/Accounts/{self._account.sid}/Messages/{item['sid']}.json",
        }


TEMPLATES: Mapping[str, tuple[str, Sequence[Mapping[str, str]]]] = {
    "HX00000000000000000000000000000001": (
        "Hello {{1}}, you asked Harbourline for a demo. Shall we find a time?",
        (
            {"title": "Yes, please", "payload": "/affirm"},
            {"title": "Not now", "payload": "/deny"},
        ),
    ),
}
"""What was approved for the stand-in's account."""


def _shown(sid: str, variables: str) -> tuple[str, Sequence[Mapping[str, str]]]:
    """How the phone shows the template. Of one that only Twilio has, the SID and the variables are known here."""
    values = {str(name): str(value) for name, value in json.loads(variables or "{}").items()}
    if sid not in TEMPLATES:
        said = ", ".join(f"{name}: {value}" for name, value in values.items())
        return f"[template {sid}{'; ' if said else ''}{said}]", ()
    body, buttons = TEMPLATES[sid]
    for name, value in values.items():
        body = body.replace(f"{{{{{name}}}}}", value)
    return body, buttons


def _channel_and_number(address: str) -> tuple[str, str]:
    scheme, _, number = address.rpartition(":")
    return "whatsapp" if scheme == "whatsapp" else "sms", number


def _oid(status_callback: str) -> str:
    return form_of(parse_qsl(urlsplit(status_callback).query)).first("oid")


def _are_variables(text: str) -> bool:
    """An object in JSON. No value may be empty, or have a line break, a tab or a long blank in it (error 21656)."""
    try:
        variables = json.loads(text)
    except ValueError:
        return False
    return isinstance(variables, dict) and all(
        isinstance(value, str) and value.strip() and not re.search(r"[\n\r\t]| {5}", value)
        for value in variables.values()
    )


def _json(status: int, body: Mapping[str, Any]) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json; charset=utf-8")


def _error(status: int, code: int, message: str) -> Reply:
    """An error as Twilio words it."""
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more_info, "status": status})
