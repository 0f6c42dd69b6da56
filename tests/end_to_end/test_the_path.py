"""The path of the README, over HTTP with signed requests, on a real server; and what must not break it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from tests.end_to_end.signing import Vendors
from tests.running import Chat, Feed, RunningServer, Visitor, chatting, running

PHONE = "+447700900123"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def vendors(server: RunningServer, http: ClientSession) -> Vendors:
    return Vendors(http, server.address, (server.log_file.parent / "secret").read_text().strip())


def playground(server: RunningServer, http: ClientSession) -> Feed:
    return Feed(http, f"{server.address}/playground/events?after=0")


async def forward_until(server: RunningServer, http: ClientSession, seen: Feed, wanted: Any) -> dict[str, Any]:
    """Press "To what is next" until it comes: the clock of the desk is before it, and a send may wait for morning."""
    for _ in range(6):
        async with http.post(f"{server.address}/playground/clock", json={"to": "next"}) as response:
            assert response.status == 200, await response.text()
        for _ in range(20):
            if found := next((item for item in seen.items if wanted(item)), None):
                return found
            await asyncio.sleep(0.1)
    raise AssertionError("moving the clock on brought nothing of the kind")


def sms_to_customer(words: str) -> Any:
    return lambda item: (
        item["feed"] == "sandbox:sms" and item["direction"] == "to_customer" and words.lower() in item["body"].lower()
    )


async def test_a_visitor_chats_qualifies_is_handed_over_and_hears_from_us_again(
    server: RunningServer, http: ClientSession, vendors: Vendors
) -> None:
    visitor = await Visitor(http, server.address).open()
    async with chatting(visitor) as chat, playground(server, http) as seen:
        await chat.hear("automated assistant")
        await chat.say("How much does it cost?", expect="£")
        await chat.say("I'd like a demo please", expect="name")
        await chat.say("Ana Weaver", expect="e-mail")
        await chat.say("ana@weaver.example", expect="people")
        await chat.say("about fifty of us", expect="start")
        await chat.say("no, 80 people", expect="start")
        await chat.say("Now", payload='/inform{"timeline": "now"}', expect="mobile number")
        await chat.say(PHONE, expect="May Harbourline")
        await chat.say("Yes, text me", payload="/affirm", expect="colleague")

        card = await seen.until(lambda item: item["feed"] == "sandbox:slack" and "handoff_claim" in json.dumps(item))
        assert "Ana Weaver" in json.dumps(card["blocks"])
        contact = await seen.until(lambda item: item["feed"] == "sandbox:hubspot" and item["type"] == "contact")
        assert contact["properties"]["email"] == "ana@weaver.example"

        assert await vendors.click(card, "handoff_claim") == 200
        await chat.hear("joined", by="system")
        said_at = f"{time.time():.6f}"
        assert await vendors.reply(card["ts"], "Hello Ana", ts=said_at) == 200
        assert await vendors.reply(card["ts"], "Hello Ana", ts=said_at) == 200
        await chat.hear("Hello Ana", by="person")
        assert await vendors.click(card, "handoff_hand_back") == 200
        await chat.hear("left", by="system")
        assert [item["text"] for item in chat.feed.items if item["from"] == "person"] == ["Hello Ana"]

        await forward_until(server, http, seen, sms_to_customer("demo"))
        assert await vendors.text("next week works", sender=PHONE, sid="SM" + uuid4().hex) == 200
        step = await seen.until(lambda item: item["feed"] == "explain" and item.get("status") == "done")
        assert step["journey"] == "demo-follow-up"

        stop = "SM" + uuid4().hex
        assert await vendors.text("STOP", sender=PHONE, sid=stop) == 200
        assert await vendors.text("STOP", sender=PHONE, sid=stop) == 200
        await seen.until(sms_to_customer("opted out"))
        assert await vendors.text("STOP", sender=PHONE, sid="SM" + uuid4().hex) == 200
        await asyncio.sleep(0.5)
        assert len([item for item in seen.items if sms_to_customer("opted out")(item)]) == 1


async def test_an_unsigned_or_stale_webhook_is_refused_and_nothing_is_stored(
    server: RunningServer, http: ClientSession, vendors: Vendors
) -> None:
    stranger = "+447700900199"
    assert await vendors.text("hello", sender=stranger, sid="SM" + uuid4().hex, forged=True) == 403
    assert await vendors.reply("1.1", "hello", ts="1.2", forged=True) == 401
    assert await vendors.reply("1.1", "hello", ts="1.3", age=301) == 401
    async with http.post(f"{server.address}/channels/sms/inbound", data={"From": stranger}) as response:
        assert response.status in (401, 403)
    async with playground(server, http) as seen:
        await asyncio.sleep(0.3)
        assert not [item for item in seen.items if stranger in json.dumps(item)]


async def test_a_malformed_body_is_answered_with_the_reason(server: RunningServer, http: ClientSession) -> None:
    visitor = await Visitor(http, server.address).open()
    url = f"{server.address}/channels/webchat/messages"
    async with http.post(url, data=b"{not json", headers=visitor.headers) as response:
        assert response.status == 400
        assert "JSON" in (await response.json())["error"]
    async with http.post(url, json={"text": "hello"}, headers=visitor.headers) as response:
        assert response.status == 400
        assert "id" in (await response.json())["error"]


async def test_a_message_of_100_kb_is_refused_with_the_reason(server: RunningServer, http: ClientSession) -> None:
    visitor = await Visitor(http, server.address).open()
    body = {"id": str(uuid4()), "text": "x" * 100_000}
    async with http.post(f"{server.address}/channels/webchat/messages", json=body, headers=visitor.headers) as response:
        assert response.status == 413
        assert "larger than any message needs to be" in (await response.json())["error"]


async def test_a_message_delivered_twice_is_one_turn(server: RunningServer, http: ClientSession) -> None:
    visitor = await Visitor(http, server.address).open()
    async with chatting(visitor) as chat:
        await chat.hear("automated assistant")
        message_id = await visitor.say("hello there")
        await visitor.say("hello there", message_id=message_id)
        await chat.say("are you a robot?", expect="automated")
        assert len([item for item in chat.feed.items if item["text"] == "hello there"]) == 1


async def test_sigterm_finishes_the_turn_in_hand(tmp_path: Path, http: ClientSession) -> None:
    with running(tmp_path / "data") as server:
        visitor = await Visitor(http, server.address).open()
        await visitor.say("how much does it cost?")
        assert server.stop() == 0
        assert "stopping; what is in hand is finished first" in server.log()
        assert "nothing is left half-done" in server.log()
    with running(tmp_path / "data") as again:
        visitor = await _return(http, again, visitor)
        async with chatting(visitor) as chat:
            await chat.hear("£")


async def test_sigkill_at_any_moment_loses_no_accepted_message(tmp_path: Path, http: ClientSession) -> None:
    data = tmp_path / "data"
    with running(data) as server:
        visitor = await Visitor(http, server.address).open()
        questions = [f"how much does it cost for {number} people?" for number in range(3, 8)]
        for question in questions:
            await visitor.say(question)
        server.kill()
    with running(data) as again:
        visitor = await _return(http, again, visitor)
        async with chatting(visitor) as chat:
            await chat.feed.until(lambda _: len(_answers(chat)) == len(questions))
            said = [item["text"] for item in chat.feed.items]
            assert [text for text in said if text in questions] == questions
            await chat.say("are you a robot?", expect="automated")
            assert len(_answers(chat)) == len(questions)


def _answers(chat: Chat) -> list[dict[str, Any]]:
    """The bot's answers from knowledge pages: those that name a source."""
    return [item for item in chat.feed.items if item["from"] == "bot" and item["source"]]


async def _return(http: ClientSession, server: RunningServer, visitor: Visitor) -> Visitor:
    """The same visitor, reloading the page on a server that has been started again."""
    same = Visitor(http, server.address)
    same.token, same.visitor = visitor.token, visitor.visitor
    return same


async def test_broken_content_names_the_place_and_the_last_good_version_stays(
    tmp_path: Path, http: ClientSession
) -> None:
    journeys = tmp_path / "journeys"
    root = Path(__file__).parent.parent.parent / "journeys"
    for file in [*root.glob("*.yml"), *root.glob("rules/*.yml")]:
        target = journeys / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.read_text())
    with running(tmp_path / "data", {"OVERTURE_JOURNEYS": str(journeys)}) as server:
        async with playground(server, http) as seen:
            (journeys / "broken.yml").write_text("journey: broken\npurpose: marketing\nsteps:\n  - sned: {}\n")
            broken = await seen.until(lambda item: item["feed"] == "content" and item["content"] == "broken")
            assert any("broken.yml:4" in fault and "send" in fault for fault in broken["faults"])
            visitor = await Visitor(http, server.address).open()
            async with chatting(visitor) as chat:
                await chat.say("how much does it cost?", expect="£")
            (journeys / "broken.yml").unlink()
            await seen.until(lambda item: item["feed"] == "content" and item["content"] == "ok")
