"""Where the encoder runs: in the event loop, in a thread beside it, or in a process of its own that several share.

CPU is that of all processes involved. The loop's delay is what others wait for meanwhile: how late a timer of 1 ms is.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import uvloop

from bot.adapters.understanding.encoder import OnnxEncoder
from tests.lending import shared_model
from tests.load.processes import cpu_seconds, family, resident_megabytes

SAID = (
    "How much does it cost for a team of thirty people?",
    "is my data safe with you",
    "could somebody call me back tomorrow afternoon please",
    "what happens when I cancel in the middle of the month?",
)
MESSAGES = 400
Encode = Callable[[Sequence[str]], Awaitable[Any]]

_own: list[OnnxEncoder] = []
"""The encoder of a process that only encodes."""


def _load(folder: str) -> None:
    _own.append(OnnxEncoder(Path(folder)))


def _encode(texts: Sequence[str]) -> Any:
    return _own[0].features(texts)


def table(messages: int = MESSAGES) -> Iterator[str]:
    folder = next(shared_model().rglob("encoder.json")).parent
    without = resident_megabytes([_pid()])
    encoder = OnnxEncoder(folder)
    encoder.features(SAID)
    loaded = resident_megabytes([_pid()]) - without

    async def at_once(texts: Sequence[str]) -> Any:
        return encoder.features(texts)

    async def in_thread(texts: Sequence[str]) -> Any:
        return await asyncio.to_thread(encoder.features, texts)

    yield "| the encoder runs | messages | CPU ms each | loop late by, p95 ms | MB more |\n|---|---|---|---|---|"
    yield _row("in the event loop", messages, uvloop.run(_measure(at_once, messages)), loaded)
    yield _row("in a thread, as it does", messages, uvloop.run(_measure(in_thread, messages)), loaded)
    for together in (1, 8):
        before = resident_megabytes(family(_pid()))
        with ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=_load, initargs=(str(folder),)
        ) as pool:

            async def elsewhere(texts: Sequence[str], pool: ProcessPoolExecutor = pool) -> Any:
                return await asyncio.get_running_loop().run_in_executor(pool, _encode, texts)

            pool.submit(_encode, SAID).result()
            measured = uvloop.run(_measure(elsewhere, messages, together=together))
            more = resident_megabytes(family(_pid())) - before
        name = "in a process of its own" + (f", {together} messages a call" if together > 1 else "")
        yield _row(name, messages, measured, more)


async def _measure(encode: Encode, messages: int, *, together: int = 1) -> tuple[float, float]:
    """CPU milliseconds of a message, and how late the loop was for others."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append((time.perf_counter() - begun - 0.001) * 1000)

    await encode(SAID)
    watching = asyncio.create_task(watch())
    before = cpu_seconds(family(_pid()))
    for number in range(0, messages, together):
        await encode([SAID[(number + one) % len(SAID)] for one in range(together)])
        await asyncio.sleep(0)
    used = cpu_seconds(family(_pid())) - before
    watching.cancel()
    return used / messages * 1000, statistics.quantiles(late, n=20)[18]


def _row(name: str, messages: int, measured: tuple[float, float], more: float) -> str:
    return f"| {name} | {messages} | {measured[0]:.1f} | {measured[1]:.1f} | {more:.0f} |"


def _pid() -> int:
    return int(Path("/proc/self").readlink().name)
