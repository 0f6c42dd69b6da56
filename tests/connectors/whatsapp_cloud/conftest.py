"""The channel of Meta's Cloud API, against its stand-in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

import connectors.whatsapp_cloud
from bot.domain.message import CustomerMessage, OutboundMessage, Template, Text
from bot.ports import Reply, WebhookRequest
from connectors.whatsapp_cloud.channel import CloudWhatsAppChannel
from connectors.whatsapp_cloud.webhooks import SIGNATURE, signature
from tests.connectors.vendor_server import (
    NOW,
    SECRET,
    MemoryFeed,
    StillClock,
    VendorServer,
    built,
    request_to,
    serve,
    settings_for,
)

NUMBER = "+447700900123"
VALUES = connectors.whatsapp_cloud.sandbox_values(SECRET)
TEMPLATE = Text("Hello Ana", template=Template("demo_reminder/en_GB", {"1": "Ana"}))
CONTACT = {"profile": {"name": "Ana"}, "wa_id": "447700900123"}


def message(content: Text, **more: Any) -> OutboundMessage:
    return OutboundMessage("enrolment 1:step:1", "whatsapp", more.pop("address", NUMBER), content, **more)


@dataclass
class Stage:
    channel: CloudWhatsAppChannel
    server: VendorServer
    feed: MemoryFeed
    clock: StillClock

    async def write(self, body: str = "Hello", **more: Any) -> CustomerMessage:
        """The customer writes first, so that they may be answered."""
        request = await self.server.vendor.act({"deed": "text", "from": NUMBER, "body": body, **more}, self.clock.now())
        [said] = self.channel.parse(request).inbound
        assert isinstance(said, CustomerMessage)
        return said

    def sent(self) -> list[dict[str, Any]]:
        items = self.feed.entries.get("sandbox:whatsapp", {}).values()
        return [dict(item) for item in items if item.get("direction") == "to_customer"]

    def asked(self) -> list[dict[str, Any]]:
        """The bodies of our calls."""
        return [json.loads(one.body) for one in self.server.asked if one.method == "POST"]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.whatsapp_cloud
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        channel = built(module, "whatsapp", feed=feed, clock=clock, sandbox_url=server.url)
        yield Stage(channel, server, feed, clock)
        await channel.close()


def told(field: str = "messages", number: str = VALUES["WHATSAPP_PHONE_NUMBER_ID"], **value: Any) -> WebhookRequest:
    """A notification of Meta's, as its documents have it, signed."""
    metadata = {"display_phone_number": "447700900101", "phone_number_id": number}
    change = {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": field}
    return signed({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})


def wrote(said: Mapping[str, Any], **more: Any) -> WebhookRequest:
    """One message of a customer's."""
    sender = {"from": "447700900123", "id": "wamid.1", "timestamp": str(int(NOW.timestamp()))}
    return told(messages=[{**sender, **said}], **{"contacts": [CONTACT], **more})


def signed(body: Any) -> WebhookRequest:
    raw = json.dumps(body).encode()
    return request_to("whatsapp/webhook", {SIGNATURE: signature(raw, VALUES["WHATSAPP_APP_SECRET"])}, body=raw)


def refused(code: int, status: int = 400, **more: Any) -> Reply:
    error = {"message": f"(#{code}) words of Meta's", "code": code, **more}
    return Reply(status, json.dumps({"error": error}).encode(), "application/json")
