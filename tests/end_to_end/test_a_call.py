"""A telephone call over HTTP, with webhooks that are signed as Twilio's, on a real server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp import ClientSession, web

from tests.connectors.twilio_voice.telephone import Telephone
from tests.ports import free_port
from tests.running import Feed, RunningServer, running

HANGS_FOR = 5.0
TWILIO_WAITS_FOR = 15.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def telephone(http: ClientSession, server: RunningServer, number: str, call: int) -> Telephone:
    async def post(deed: dict[str, Any]) -> str:
        async with http.post(f"{server.address}/playground/act/voice", json=deed) as response:
            text = await response.text()
            assert response.status == 200, text
            return text

    return Telephone(post, number, f"CA{call:032}")


async def test_a_caller_is_told_what_it_is_asks_and_gets_the_link_by_text(
    server: RunningServer, http: ClientSession
) -> None:
    phone = telephone(http, server, "+447700900141", 1)
    assert (await phone.call()).startswith("I'm Harbourline's automated assistant, not a person.")
    assert "press 1" in phone.words
    assert "£3 per person" in await phone.say("How much does it cost?")
    assert "https://" not in phone.words
    assert "sent you the link" in await phone.press("9")
    async with Feed(http, f"{server.address}/playground/events?after=0") as seen:
        text = await seen.until(lambda item: item["feed"] == "sandbox:sms" and item["to"] == phone.number)
    assert "https://" in text["body"]


async def test_what_is_said_twice_by_twilio_is_one_turn(server: RunningServer, http: ClientSession) -> None:
    phone = telephone(http, server, "+447700900142", 2)
    await phone.call()
    listening = phone.listening
    first = await phone.say("I'd like a demo")
    assert await phone.post_to(listening, SpeechResult="I'd like a demo") == first
    async with Feed(http, f"{server.address}/playground/events?after=0") as seen:
        await seen.until(lambda item: item.get("text") == "I'd like a demo" and item.get("channel") == "voice")
        await asyncio.sleep(0.3)
    turns = [
        one for one in seen.items if one["feed"] == "explain" and one.get("message_id", "").startswith("voice:CA0")
    ]
    assert len([one for one in turns if one["message_id"] == f"voice:{phone.sid}:1"]) == 1


async def test_a_demo_is_booked_by_voice_with_an_address_that_is_spelled_out(
    server: RunningServer, http: ClientSession
) -> None:
    phone = telephone(http, server, "+447700900143", 3)
    await phone.call()
    assert "name" in await phone.press("1")
    assert "mail" in await phone.say("Ana Weaver")
    assert "people" in await phone.say("ana at weaver dot example")
    assert "start" in await phone.say("about fifty of us")


async def test_who_is_put_through_and_finds_nobody_goes_on_with_the_bot(
    server: RunningServer, http: ClientSession
) -> None:
    phone = telephone(http, server, "+447700900144", 4)
    await phone.call()
    await phone.say("I'd like to talk to a person")
    assert phone.dials["number"] == "+447700900102"
    dialled = phone.dials["action"]
    colleague = telephone(http, server, "+447700900101", 5)
    assert "Asked for a person" in await colleague.post_to(phone.dials["whisper"])
    assert "nobody is free" in await phone.post_to(dialled, DialCallStatus="no-answer")
    assert phone.listening


async def test_silence_is_asked_again_twice_and_then_the_call_ends(server: RunningServer, http: ClientSession) -> None:
    phone = telephone(http, server, "+447700900146", 6)
    await phone.call()
    for _ in range(2):
        assert "I did not hear anything. I'm Harbourline's automated assistant" in await phone.say_nothing()
    await phone.say_nothing()
    assert phone.ended


# ---------------------------------------------------------------- an action that hangs


@asynccontextmanager
async def hanging_actions() -> AsyncIterator[tuple[str, list[str]]]:
    """A server of custom actions, each of which takes seconds; and what it was asked to run."""
    asked: list[str] = []

    async def run(request: web.Request) -> web.Response:
        asked.append((await request.json())["next_action"])
        await asyncio.sleep(HANGS_FOR)
        return web.json_response({"events": [], "responses": [{"response": "utter_handoff_requested"}]})

    app = web.Application()
    app.router.add_post("/webhook", run)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/webhook", asked
    finally:
        await runner.cleanup()


async def test_a_caller_never_waits_in_silence_for_an_action_that_hangs(http: ClientSession, tmp_path: Path) -> None:
    async with hanging_actions() as (address, asked):
        with running(tmp_path, {"OVERTURE_ACTIONS": address}) as server:
            phone = telephone(http, server, "+447700900147", 7)
            answers: list[tuple[float, str]] = []
            post = phone.post

            async def timed(deed: dict[str, Any]) -> str:
                begun = time.monotonic()
                twiml = await post(deed)
                answers.append((time.monotonic() - begun, twiml))
                return twiml

            phone.post = timed
            await phone.call()
            answers.clear()
            words = await phone.say("I'd like to talk to a person")
            assert max(took for took, _ in answers) < TWILIO_WAITS_FOR / 2
            assert "One moment, please." in "".join(ElementTree.fromstring(answers[0][1]).itertext())
            assert "I've asked a colleague" in words
            assert words.count("I've asked a colleague") == 1
            assert phone.listening
            assert asked == ["action_hand_off"]
