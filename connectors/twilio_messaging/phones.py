"""The phones of customers in the sandbox: what they do, as Twilio's signed webhooks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, WebhookRequest
from connectors.phone_panel import is_e164, new_item
from connectors.twilio_messaging.account import TwilioAccount
from connectors.twilio_requests import signature_of
from connectors.whatsapp import USER

FEED = "sandbox:sms"
WAYS = ("sms", "rcs", "whatsapp")
"""By what a phone writes: the app, as it were. Our channel for RCS is that of texts."""

DEEDS = (
    'A phone can do {"deed": "text", "from": "+447700900123", "body": "...", "picture": true}, {"deed": "press", '
    '"from": "+44...", "sid": "...", "title": "..."} and {"deed": "status", "sid": "...", "status": "failed", '
    '"error": "30003"}; "channel" is sms, rcs or whatsapp; from is a number in E.164, on WhatsApp also "GB." and an id.'
)


class Phones:
    """They read and write the stand-in's feed; `senders` are whom they write to, by the way."""

    def __init__(
        self,
        account: TwilioAccount,
        senders: Mapping[str, str],
        service_url: str,
        feed: FeedWriter,
        *,
        api_url: str,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._account = account
        self._senders = senders
        self._service_url = service_url.rstrip("/")
        self._feed = feed

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """The webhook that Twilio sends us of it; raises WebhookRejected for what no phone can do."""
        channel = deed.get("channel", "sms")
        if channel not in WAYS:
            raise WebhookRejected(400, DEEDS)
        match deed:
            case {"deed": "text", "from": str(number), "body": str(body)} if is_address(channel, number):
                return await self._write(channel, number, {"Body": body}, now, picture=bool(deed.get("picture")))
            case {"deed": "press", "from": str(number), "sid": str(sid), "title": str(title)} if is_address(
                channel, number
            ):
                return await self._press(channel, number, sid, title, now)
            case {"deed": "status", "sid": str(sid), "status": str(status)}:
                return await self._tell(sid, status, str(deed.get("error") or ""), now)
        raise WebhookRejected(400, DEEDS)

    async def _press(self, channel: str, number: str, sid: str, title: str, now: datetime) -> WebhookRequest:
        """A button of a template."""
        sent = await self._message(sid)
        pressed = next((one for one in sent.get("buttons", ()) if one["title"] == title), None)
        if pressed is None:
            raise WebhookRejected(400, "There is no such button on that message.")
        fields = {
            "Body": title,
            "ButtonText": title,
            "ButtonPayload": pressed["payload"],
            "OriginalRepliedMessageSid": sid,
        }
        return await self._write(channel, number, fields, now)

    async def _write(
        self, channel: str, number: str, said: Mapping[str, str], now: datetime, *, picture: bool = False
    ) -> WebhookRequest:
        to = self._senders[channel]
        item = new_item("from_customer", channel, number, to, said["Body"], now, sid=new_sid())
        await self._feed.append(FEED, item["sid"], item)
        scheme = scheme_of(channel)
        fields = {
            "AccountSid": self._account.sid,
            "ApiVersion": "2010-04-01",
            "From": scheme + number,
            "MessageSid": item["sid"],
            "NumMedia": str(int(picture)),
            "NumSegments": "1",
            "SmsMessageSid": item["sid"],
            "SmsSid": item["sid"],
            "SmsStatus": "received",
            "To": scheme + to,
            **(_of_whatsapp(number) if channel == "whatsapp" else _of_sms(number)),
            **said,
            **(self._picture(item["sid"]) if picture else {}),
        }
        return self._webhook(channel, "inbound", fields, now)

    def _picture(self, sid: str) -> Mapping[str, str]:
        path = f"/2010-04-01/Accounts/{self._account.sid}/Messages/{sid}/Media/ME{secrets.token_hex(16)}"
        return {"MediaUrl0": self._api_url + path, "MediaContentType0": "image/png"}

    async def _tell(self, sid: str, status: str, error: str, now: datetime) -> WebhookRequest:
        """How far one of our messages got. The feed keeps it for the list of messages."""
        sent = await self._message(sid)
        item = {"type": "sms status", "sid": sid, "status": status, "error": error}
        await self._feed.append(FEED, f"{sid}:{status}", item)
        fields = {
            "AccountSid": self._account.sid,
            "ApiVersion": "2010-04-01",
            "From": sent["from"],
            "MessageSid": sid,
            "MessageStatus": status,
            "SmsSid": sid,
            "SmsStatus": status,
            "To": sent["to"],
            **({"ErrorCode": error} if error else {}),
        }
        return self._webhook(sent.get("channel", "sms"), "status", fields, now, oid=sent.get("oid", ""))

    async def _message(self, sid: str) -> Mapping[str, Any]:
        for item in await self._feed.items(FEED):
            if item["sid"] == sid and item["type"] == "sms" and item["direction"] == "to_customer":
                return item
        raise WebhookRejected(400, "There is no message of that sid on these phones.")

    def _webhook(
        self, way: str, tail: str, fields: Mapping[str, str], now: datetime, *, oid: str = ""
    ) -> WebhookRequest:
        channel = channel_of(way)
        url = f"{self._service_url}/channels/{channel}/{tail}" + (f"?oid={quote(oid, safe='')}" if oid else "")
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "i-twilio-idempotency-token": secrets.token_hex(16),
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": signature_of(url, list(fields.items()), self._account.auth_token),
        }
        return WebhookRequest("POST", url, headers, urlencode(fields).encode(), now)


def new_sid() -> str:
    return "SM" + secrets.token_hex(16)


def channel_of(way: str) -> str:
    """Which of our channels is written on this way."""
    return "sms" if way == "rcs" else way


def scheme_of(way: str) -> str:
    """What stands before an address there."""
    return "" if way == "sms" else f"{way}:"


def is_address(channel: str, address: str) -> bool:
    """Whether somebody can be written to there: a number in E.164, and by WhatsApp an id of Meta's, too."""
    return is_e164(address) or (channel == "whatsapp" and USER.fullmatch(address) is not None)


def _of_whatsapp(address: str) -> Mapping[str, str]:
    who = {"WaId": address.removeprefix("+")} if is_e164(address) else {"ExternalUserId": f"whatsapp:{address}"}
    return {"ProfileName": "A customer", **who, "MessageType": "text"}


def _of_sms(number: str) -> Mapping[str, str]:
    places = dict.fromkeys(("FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip"), "")
    return {**places, "FromCountry": "GB" if number.startswith("+44") else "", "ToCountry": "GB"}
