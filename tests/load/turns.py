"""Turns through HTTP against a running service: how many a second, how long they take, and what they cost it."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.load.client import Talker

SAID = ("How much does it cost?", "hello there", "is my data safe with you?", "thanks", "are you a robot?")
PRESSED = (("Help", "/help"), ("Hello", "/greet"), ("Thanks", "/thank"))


@dataclass(frozen=True)
class Measured:
    """`pressed`: by buttons, so that nothing has to be understood. CPU is that of all the service's processes."""

    pressed: bool
    conversations: int
    turns: int
    seconds: float
    cpu_seconds: float
    latencies: Sequence[float]
    repeated: int = 0

    @property
    def per_second(self) -> float:
        return self.turns / self.seconds

    @property
    def cpu_milliseconds(self) -> float:
        return self.cpu_seconds / self.turns * 1000

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        if len(self.latencies) < 2:
            return self.latencies[0] * 1000
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


async def talk(
    address: str, cpu: Callable[[], float], *, conversations: int, seconds: float, pressed: bool, pace: float = 0.0
) -> Measured:
    """Let that many visitors talk for so long, each waiting for its answer; `pace`: turns a second of all together."""
    talkers = [Talker(address) for _ in range(conversations)]
    for talker in talkers:
        await talker.open()
    await asyncio.sleep(0.3)  # what the welcomes leave to do
    latencies: list[float] = []
    before, begun = cpu(), time.perf_counter()
    deadline = begun + seconds

    async def chat(number: int, talker: Talker) -> None:
        turn = number
        if pace:
            await asyncio.sleep(number / pace)
        while (now := time.perf_counter()) < deadline:
            text, payload = PRESSED[turn % len(PRESSED)] if pressed else (SAID[turn % len(SAID)], None)
            latencies.append(await talker.say(text, payload))
            turn += 1
            if pace:
                await asyncio.sleep(max(0.0, now + conversations / pace - time.perf_counter()))

    async with asyncio.TaskGroup() as chats:
        for number, talker in enumerate(talkers):
            chats.create_task(chat(number, talker))
    took = time.perf_counter() - begun
    spent = cpu() - before
    repeated = sum(talker.repeated for talker in talkers)
    for talker in talkers:
        talker.close()
    return Measured(pressed, conversations, len(latencies), took, spent, latencies, repeated)
