"""The phones of the sandbox, by each way in which they can write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

import connectors.twilio_messaging
from bot.domain.message import OutboundMessage, Text
from bot.ports import Channel, SandboxVendor
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, built, serve, settings_for

PHONE = "+447700900123"


@dataclass
class Phones:
    vendor: SandboxVendor
    channel: Channel
    feed: MemoryFeed

    async def write(self, way: str) -> tuple[str, str]:
        """On which channel it comes in, and from whom."""
        deed = {"deed": "text", "channel": way, "from": PHONE, "body": "hello"}
        (message,) = self.channel.parse(await self.vendor.act(deed, NOW)).inbound
        return message.channel, message.address  # type: ignore[union-attr]

    async def answered_by(self, key: str, attempt: int = 1) -> list[str]:
        """By what each answer came so far, once we have sent this one."""
        message = OutboundMessage(key, "sms", PHONE, Text("Hello!"), attempt=attempt, first_tried_at=NOW)
        await self.channel.send(message)
        items = await self.feed.items("sandbox:sms")
        return [item["channel"] for item in items if item["direction"] == "to_customer"]


@pytest.fixture
async def phones() -> AsyncIterator[Phones]:
    feed, module = MemoryFeed(), connectors.twilio_messaging
    vendor = module.build_sandbox(settings_for(module, feed=feed))
    async with serve(VendorServer(vendor, StillClock())) as server:
        channel = built(module, "sms", feed=feed, sandbox_url=server.url)
        yield Phones(vendor, channel, feed)
        await channel.close()


async def test_who_writes_by_rcs_is_answered_by_rcs_on_the_channel_of_texts(phones: Phones) -> None:
    assert await phones.write("rcs") == ("sms", PHONE)
    assert await phones.answered_by("a") == ["rcs"]
    assert await phones.write("sms") == ("sms", PHONE)
    assert await phones.answered_by("b") == ["rcs", "sms"]


async def test_who_shows_no_number_on_whatsapp_is_answered_all_the_same() -> None:
    feed, module, user = MemoryFeed(), connectors.twilio_messaging, "GB.1502576394655843"
    vendor = module.build_sandbox(settings_for(module, feed=feed))
    async with serve(VendorServer(vendor, StillClock())) as server:
        channel = built(module, "whatsapp", feed=feed, sandbox_url=server.url)
        deed = {"deed": "text", "channel": "whatsapp", "from": user, "body": "hello"}
        (message,) = channel.parse(await vendor.act(deed, NOW)).inbound
        assert (message.address, message.nameless) == (user, True)
        await channel.send(OutboundMessage("a", "whatsapp", message.address, Text("Hello!")))
        await channel.close()
    assert [item["to"] for item in await feed.items("sandbox:sms")][-1] == user


async def test_how_far_an_answer_by_rcs_got_is_told_to_the_channel_of_texts(phones: Phones) -> None:
    await phones.write("rcs")
    await phones.answered_by("a")
    sent = (await phones.feed.items("sandbox:sms"))[-1]
    told = await phones.vendor.act({"deed": "status", "sid": sent["sid"], "status": "delivered"}, NOW)
    assert "/channels/sms/status" in told.url
    phones.channel.parse(told)


async def test_an_answer_by_rcs_is_found_again_after_a_crash(phones: Phones) -> None:
    await phones.write("rcs")
    await phones.answered_by("a")
    assert await phones.answered_by("a", attempt=2) == ["rcs"]
