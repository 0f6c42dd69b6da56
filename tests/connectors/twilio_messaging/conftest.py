"""Twilio's channels for SMS and WhatsApp, against its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from openapi_core import OpenAPI

import connectors.twilio_messaging
from bot.domain.message import OutboundMessage, Template, Text
from connectors.twilio_messaging.channel import SmsChannel, WhatsAppChannel
from tests.connectors.twilio_document import twilio_document
from tests.connectors.vendor_server import (
    NOW,
    MemoryFeed,
    StillClock,
    VendorServer,
    built,
    serve,
    settings_for,
)

MESSAGE = OutboundMessage(
    "enrolment 1:step:1", "sms", "+447700900123", Text("Would Tuesday suit you?"), first_tried_at=NOW
)


@dataclass
class Stage:
    channel: SmsChannel
    whatsapp: WhatsAppChannel
    server: VendorServer
    feed: MemoryFeed
    clock: StillClock

    def sent(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.feed.entries.get("sandbox:sms", {}).values()]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.twilio_messaging
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        sms = built(module, "sms", feed=feed, clock=clock, sandbox_url=server.url)
        whatsapp = built(module, "whatsapp", feed=feed, clock=clock, sandbox_url=server.url)
        yield Stage(sms, whatsapp, server, feed, clock)
        await sms.close()
        await whatsapp.close()


TEMPLATE = replace(
    MESSAGE,
    channel="whatsapp",
    content=Text("Hello Ana", template=Template("HX00000000000000000000000000000001", {"1": "Ana"})),
)


@pytest.fixture(scope="module")
def twilio_api() -> OpenAPI:
    return twilio_document("/Messages.json")
