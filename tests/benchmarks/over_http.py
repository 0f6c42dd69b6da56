"""Turns through HTTP on SQLite: a turn's time is from the POST to its answer in the event stream.

The CPU is that of the whole server process: HTTP, understanding, dialogue, store, delivery, streams.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from tests.running import Chat, RunningServer, Visitor, chatting, running

SAID = ("How much does it cost?", "hello there", "is my data safe with you?", "thanks", "are you a robot?")
PRESSED = (("Help", "/help"), ("Hello", "/greet"), ("Thanks", "/thank"))


@dataclass(frozen=True)
class Figures:
    name: str
    conversations: int
    turns: int
    seconds: float
    cpu_seconds: float
    latencies: list[float]

    def row(self) -> str:
        ordered = sorted(self.latencies)
        p50 = statistics.median(ordered) * 1000
        p95 = ordered[int(len(ordered) * 0.95) - 1] * 1000
        return (
            f"| {self.name} | {self.conversations} | {self.turns / self.seconds:.0f} | "
            f"{self.cpu_seconds / self.turns * 1000:.1f} | {p50:.0f} | {p95:.0f} |"
        )


async def measure(server: RunningServer, name: str, conversations: int, turns: int, *, pressed: bool) -> Figures:
    """Let `conversations` visitors take `turns` turns each, each waiting for the answer to the last."""
    latencies: list[float] = []
    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        visitors = [await Visitor(http, server.address).open() for _ in range(conversations)]
        all_welcomed = asyncio.Barrier(conversations + 1)

        async def talk(visitor: Visitor) -> None:
            async with chatting(visitor) as chat:
                await _settle(chat)
                await all_welcomed.wait()
                for number in range(turns):
                    latencies.append(await _turn(chat, number, pressed=pressed))

        talks = asyncio.gather(*(talk(visitor) for visitor in visitors))
        await all_welcomed.wait()
        before, begun = server.cpu_seconds(), time.perf_counter()
        await talks
        seconds = time.perf_counter() - begun
        cpu = server.cpu_seconds() - before
    return Figures(name, conversations, conversations * turns, seconds, cpu, latencies)


async def _settle(chat: Chat) -> None:
    """Wait until the welcome has been said."""
    await chat.hear("")
    known = -1
    while known != len(chat.feed.items):
        known = len(chat.feed.items)
        await asyncio.sleep(0.3)


async def _turn(chat: Chat, number: int, *, pressed: bool) -> float:
    before = len(chat.feed.items)
    begun = time.perf_counter()
    if pressed:
        title, payload = PRESSED[number % len(PRESSED)]
        await chat.visitor.say(title, payload=payload)
    else:
        await chat.visitor.say(SAID[number % len(SAID)])
    await chat.hear("", after=before)
    return time.perf_counter() - begun


async def first_answer(folder: Path) -> tuple[float, float, float]:
    """Seconds from the start of `overture serve` to listening, and to the first answer; megabytes then resident."""
    begun = time.perf_counter()
    with running(folder) as server:
        listening = time.perf_counter() - begun
        async with ClientSession() as http, chatting(await Visitor(http, server.address).open()) as chat:
            await chat.say("how much does it cost?", expect="£")
            return listening, time.perf_counter() - begun, server.resident_megabytes()


def start_line() -> str:
    with tempfile.TemporaryDirectory() as folder:
        listening, answered, megabytes = asyncio.run(first_answer(Path(folder)))
    return f"start to listening {listening:.1f} s, to the first answer {answered:.1f} s, resident {megabytes:.0f} MB"


def table(turns: int) -> Iterator[str]:
    """The lines of the table, as they are measured; `turns` are those of one conversation alone."""
    yield "| turns through HTTP | conversations | turns/s | CPU ms/turn | p50 ms | p95 ms |\n|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        for pressed in (True, False):
            for conversations in (1, 8, 32):
                name = "buttons and rules" if pressed else "free text"
                each = max(turns // (1 if conversations == 1 else 4), 4)
                yield asyncio.run(measure(server, name, conversations, each, pressed=pressed)).row()
