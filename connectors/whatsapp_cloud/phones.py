"""The phones of customers in the sandbox: what they do in WhatsApp, as Meta's signed webhooks."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.ports import FeedWriter, WebhookRequest
from connectors.phone_panel import is_e164, new_item
from connectors.whatsapp import USER
from connectors.whatsapp_cloud.account import CloudNumber
from connectors.whatsapp_cloud.webhooks import ACCOUNT, SIGNATURE, signature

FEED = "sandbox:whatsapp"

DEEDS = (
    'A phone can do {"deed": "text", "from": "+447700900123", "body": "...", "picture": true}, {"deed": "press", '
    '"from": "+44...", "sid": "...", "title": "..."}, {"deed": "status", "sid": "...", "status": "failed", '
    '"error": "131026"}, {"deed": "stop", "from": "+44..."} and {"deed": "echo", "to": "+44...", "body": "..."}, which '
    'is a colleague in the WhatsApp Business app; from and to are numbers in E.164, or "GB." and an id.'
)


class Phones:
    """They read and write the stand-in's feed."""

    def __init__(self, number: CloudNumber, service_url: str, feed: FeedWriter, *, own_number: str) -> None:
        self._number = number
        self._url = f"{service_url.rstrip('/')}/channels/whatsapp/webhook"
        self._feed = feed
        self._own_number = own_number

    async def act(self, deed: Mapping[str, Any], now: datetime) -> WebhookRequest:
        """The webhook that Meta sends us of it; raises WebhookRejected for what no phone can do."""
        match deed:
            case {"deed": "text", "from": str(address), "body": str(body)} if _is_address(address):
                return await self._write(address, body, now, picture=bool(deed.get("picture")))
            case {"deed": "press", "from": str(address), "sid": str(sid), "title": str(title)} if _is_address(address):
                return await self._press(address, sid, title, now)
            case {"deed": "status", "sid": str(sid), "status": str(status)}:
                return await self._tell(sid, status, str(deed.get("error") or ""), now)
            case {"deed": "stop", "from": str(address)} if _is_address(address):
                wish = {"category": "marketing_messages", "value": "stop", "timestamp": int(now.timestamp())}
                told = {**_who(address), "detail": "User requested to stop marketing messages", **wish}
                return self._webhook("user_preferences", {"user_preferences": [told]}, now, contact=address)
            case {"deed": "echo", "to": str(address), "body": str(body)} if _is_address(address):
                return await self._echo(address, body, now)
        raise WebhookRejected(400, DEEDS)

    async def _echo(self, address: str, body: str, now: datetime) -> WebhookRequest:
        """A colleague writes to them in the WhatsApp Business app, on the same number."""
        sid = new_wamid()
        item = new_item("to_customer", "whatsapp", self._own_number, address, body, now, sid=sid)
        await self._feed.append(FEED, sid, {**item, "vendor": "whatsapp"})
        to = {"to": address.removeprefix("+")} if is_e164(address) else {"to_user_id": address}
        words = {"type": "text", "text": {"body": body}, "timestamp": str(int(now.timestamp()))}
        told = {"from": self._own_number.removeprefix("+"), **to, "id": sid, **words}
        return self._webhook("smb_message_echoes", {"message_echoes": [told]}, now, contact=address)

    async def _write(self, address: str, body: str, now: datetime, *, picture: bool) -> WebhookRequest:
        words: dict[str, Any] = {"type": "text", "text": {"body": body}}
        if picture:
            file = {"id": secrets.token_hex(8), "mime_type": "image/png", "sha256": secrets.token_hex(32)}
            words = {"type": "image", "image": {**file, **({"caption": body} if body else {})}}
        return await self._say(address, body, words, now)

    async def _press(self, address: str, sid: str, title: str, now: datetime) -> WebhookRequest:
        """A button of ours, a row of a list, or a template's button."""
        sent = await self._message(sid)
        pressed = next((one for one in sent.get("buttons", ()) if one["title"] == title and "link" not in one), None)
        if pressed is None:
            raise WebhookRejected(400, "There is no such button on that message.")
        context = {"context": {"from": self._own_number.removeprefix("+"), "id": sid}}
        if sent.get("template"):
            button = {"payload": pressed["payload"], "text": title}
            return await self._say(address, title, {**context, "type": "button", "button": button}, now)
        way = "list_reply" if "row" in pressed else "button_reply"
        reply = {"type": way, way: {"id": pressed["payload"], "title": title}}
        return await self._say(address, title, {**context, "type": "interactive", "interactive": reply}, now)

    async def _say(self, address: str, shown: str, words: Mapping[str, Any], now: datetime) -> WebhookRequest:
        sid = new_wamid()
        item = new_item("from_customer", "whatsapp", address, self._own_number, shown, now, sid=sid)
        await self._feed.append(FEED, sid, {**item, "vendor": "whatsapp"})
        sender = {"from": address.removeprefix("+")} if is_e164(address) else {"from_user_id": address}
        message = {**sender, "id": sid, "timestamp": str(int(now.timestamp())), **words}
        return self._webhook("messages", {"messages": [message]}, now, contact=address)

    async def _tell(self, sid: str, status: str, error: str, now: datetime) -> WebhookRequest:
        """How far one of our messages got."""
        sent = await self._message(sid)
        await self._feed.append(FEED, f"{sid}:{status}", {"type": "sms status", "sid": sid, "status": status})
        told: dict[str, Any] = {
            "id": sid,
            "status": status,
            "timestamp": str(int(now.timestamp())),
            "recipient_id": sent["to"].removeprefix("+"),
            **({"biz_opaque_callback_data": sent["oid"]} if sent.get("oid") else {}),
        }
        if error:
            told["errors"] = [{"code": int(error), "title": "An error", "error_data": {"details": "An error"}}]
        return self._webhook("messages", {"statuses": [told]}, now)

    async def _message(self, sid: str) -> Mapping[str, Any]:
        for item in await self._feed.items(FEED):
            if item["sid"] == sid and item["type"] == "sms" and item["direction"] == "to_customer":
                return item
        raise WebhookRejected(400, "There is no message of that id on these phones.")

    def _webhook(self, field: str, told: Mapping[str, Any], now: datetime, *, contact: str = "") -> WebhookRequest:
        metadata = {
            "display_phone_number": self._own_number.removeprefix("+"),
            "phone_number_id": self._number.number,
        }
        contacts = {"contacts": [{"profile": {"name": "A customer"}, **_who(contact)}]} if contact else {}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **contacts, **told}
        entry = {"id": "102290129340398", "changes": [{"value": value, "field": field}]}
        body = json.dumps({"object": ACCOUNT, "entry": [entry]}).encode()
        headers = {"content-type": "application/json", SIGNATURE: signature(body, self._number.app_secret)}
        return WebhookRequest("POST", self._url, headers, body, now)


def new_wamid() -> str:
    return f"wamid.{secrets.token_urlsafe(24)}"


def _who(address: str) -> Mapping[str, str]:
    return {"wa_id": address.removeprefix("+")} if is_e164(address) else {"user_id": address}


def _is_address(address: str) -> bool:
    return is_e164(address) or USER.fullmatch(address) is not None
