"""How long the platforms of voices wait for an answer: their stand-ins ask as they do, signed, over HTTP."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from aiohttp import ClientSession

from tests.running import Feed, RunningServer, running

TURNS = 100
CONNECTORS = "webchat,twilio_messaging,twilio_voice,slack,hubspot,alexa,dialogflow"
LINES = ("How much does it cost?", "Do you have an app?", "I'd like a demo", "Ana", "never mind", "Are you a robot?")
Talk = Callable[[ClientSession, str, int, int], Awaitable[list[float]]]


async def _act(http: ClientSession, address: str, vendor: str, deed: Mapping[str, Any]) -> str:
    async with http.post(f"{address}/playground/act/{vendor}", json=deed) as response:
        response.raise_for_status()
        return await response.text()


def _is_answer(item: Mapping[str, Any], whose: str, name: str) -> bool:
    return item.get("what") == "hears" and item.get(whose) == name


def _count(feed: Feed, whose: str, name: str) -> int:
    return sum(_is_answer(item, whose, name) for item in feed.items)


def _through(vendor: str, opening: str, whose: str) -> Talk:
    """By a stand-in that hears our answers, and says how long each took."""

    async def talk(http: ClientSession, address: str, number: int, turns: int) -> list[float]:
        name = f"{vendor} {number} of {turns}"
        await _act(http, address, vendor, {"deed": opening, whose: name})
        for line in islice(cycle(LINES), turns):
            await _act(http, address, vendor, {"deed": "say", "text": line, whose: name})
        async with Feed(http, f"{address}/playground/events") as feed:
            last = await feed.until(lambda item: _is_answer(item, whose, name) and _count(feed, whose, name) > turns)
        assert not last["troubles"], last["troubles"]
        return [item["took_ms"] for item in feed.items if _is_answer(item, whose, name)][1:]

    return talk


async def _call(http: ClientSession, address: str, number: int, turns: int) -> list[float]:
    """A telephone call by TwiML; in the time, the stand-in's own part is contained."""
    caller, sid = f"+4477009{number:03d}{turns:02d}"[:13], f"CA{number:016x}{turns:016x}"
    twiml = await _act(http, address, "voice", {"deed": "call", "from": caller, "call": sid})
    took = []
    for line in islice(cycle(LINES), turns):
        action = ElementTree.fromstring(twiml).find("Gather").attrib["action"]  # type: ignore[union-attr]
        deed = {"deed": "post", "call": sid, "from": caller, "to": action, "fields": {"SpeechResult": line}}
        begun = time.perf_counter()
        twiml = await _act(http, address, "voice", deed)
        took.append((time.perf_counter() - begun) * 1000)
    return took


PLATFORMS: Mapping[str, tuple[int, Talk]] = {
    "Alexa": (8, _through("alexa", "launch", "speaker")),
    "Dialogflow CX": (5, _through("dialogflow", "open", "customer")),
    "Twilio Voice, Gather": (15, _call),
}


async def _rows(server: RunningServer) -> list[str]:
    rows, address = [], server.address
    async with ClientSession() as http:
        for name, (waits, talk) in PLATFORMS.items():
            for at_once in (1, 8):
                turns = TURNS // at_once
                cpu = server.cpu_seconds()
                talks = await asyncio.gather(*(talk(http, address, number, turns) for number in range(at_once)))
                took = sorted(one for each in talks for one in each)
                each_cpu = (server.cpu_seconds() - cpu) / len(took) * 1000
                p95 = statistics.quantiles(took, n=20)[-1]
                rows.append(
                    f"| {name} | {waits} s | {at_once} | {each_cpu:.0f} "
                    f"| {statistics.median(took):.0f} | {p95:.0f} | {took[-1]:.0f} |"
                )
    return rows


def table() -> Iterator[str]:
    yield "| an answer, without a model | the platform waits | talks at once | CPU ms | p50 ms | p95 ms | slowest ms |"
    yield "|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), {"OVERTURE_CONNECTORS": CONNECTORS}) as server:
        yield from asyncio.run(_rows(server))
