"""What every stand-in must do whose vendor carries out our answers: its webhooks are good, and no deed breaks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors.alexa
import connectors.dialogflow
from bot.domain.errors import WebhookRejected
from bot.ports import Channel, HearsAnswers, Prepares, Reply, Said, SandboxVendor, WebhookRequest
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, built, serve, settings_for

MODULES = {"alexa": connectors.alexa, "dialogflow": connectors.dialogflow}
WORDS = st.text(max_size=30)
DEEDS = st.dictionaries(
    st.sampled_from(["text", "intent", "slots", "parameters", "dialog", "edition", "proof", "speaker", "digits"]),
    WORDS | st.none() | st.integers() | st.dictionaries(WORDS, WORDS | st.integers(), max_size=2),
    max_size=4,
)
KINDS = st.sampled_from(
    ["launch", "say", "intent", "silence", "leave", "link", "open", "press", "set", "again", "dance"]
)


@dataclass
class Pair:
    name: str
    vendor: Any
    channel: Channel
    feed: MemoryFeed

    async def parsed(self, webhook: WebhookRequest) -> Any:
        if isinstance(self.channel, Prepares):
            await self.channel.prepare(webhook)
        return self.channel.parse(webhook)

    async def shown(self) -> list[Any]:
        return list(await self.feed.items(f"sandbox:{self.name}"))


@pytest.fixture(params=list(MODULES))
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    name, feed = request.param, MemoryFeed()
    module: ModuleType = MODULES[name]
    vendor: SandboxVendor = module.build_sandbox(settings_for(module, feed=feed))
    async with serve(VendorServer(vendor, StillClock())) as server:
        assert isinstance(vendor, HearsAnswers)
        channel = built(module, name, feed=feed, sandbox_url=server.url)
        yield Pair(name, vendor, channel, feed)
        await channel.close()


async def test_what_is_said_comes_in_as_a_turn_and_our_answer_is_one_that_the_vendor_takes(pair: Pair) -> None:
    webhook = await pair.vendor.act({"deed": "say", "text": "do you have boats?"}, NOW)
    taken = await pair.parsed(webhook)
    [message] = taken.inbound
    assert message.text == "do you have boats?"
    reply = taken.await_turn.reply(Said([], finished=False))
    assert await pair.vendor.hear(webhook, reply, timedelta(milliseconds=3500)) is None
    heard = (await pair.shown())[-1]
    assert (heard["what"], heard["took_ms"], heard["troubles"]) == ("hears", 3500, [])
    assert "One moment, please." in str(heard)


async def test_what_is_late_is_shown_as_such(pair: Pair) -> None:
    webhook = await pair.vendor.act({"deed": "say", "text": "hello"}, NOW)
    await pair.vendor.hear(webhook, None, pair.vendor.patience)
    told = [item for item in await pair.shown() if item["what"] == "hears"]
    assert "No answer came within" in told[0]["troubles"][0]


async def test_an_address_where_the_vendor_has_nothing_is_not_found(pair: Pair) -> None:
    answer = await pair.vendor.answer(WebhookRequest("GET", "http://127.0.0.1/nowhere", {}, b"", NOW))
    assert answer.status == 404


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=KINDS, deed=DEEDS, reply=st.none() | st.binary(max_size=40).map(lambda body: Reply(200, body)))
async def test_no_deed_and_no_answer_breaks_it(
    pair: Pair, kind: str, deed: dict[str, Any], reply: Reply | None
) -> None:
    done = {**deed, "deed": kind}
    try:
        if await pair.vendor.settle(done, NOW):
            return
        webhook = await pair.vendor.act(done, NOW)
    except WebhookRejected as refused:
        assert refused.reason  # noqa: PT017
        return
    await pair.parsed(webhook) if deed.get("proof") != "none" else None
    await pair.vendor.hear(webhook, reply, timedelta(seconds=1))
