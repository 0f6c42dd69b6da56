"""What sealing costs: processor time of turns and look-ups with field keys and without, and of sealing all anew."""

from __future__ import annotations

import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import structlog
import uvloop

from bot.adapters.database import Database
from bot.adapters.database.resealing import Resealing
from bot.adapters.database.sealing import OFF, Sealing
from bot.domain.ids import ProfileId
from bot.domain.merging import Claim
from bot.domain.person import Identity, Profile
from bot.services.converse import converse
from tests.bot.services.stage import Stage
from tests.field_keys import ROTATED, SEALED
from tests.manual_clock import ManualClock
from tests.servers import postgresql_url

TURNS, WARM_UP, PEOPLE, LOOK_UPS, ROUNDS = 200, 20, 5_000, 2_000, 5
AT_ONCE = 500


def _address(number: int) -> str:
    return f"person{number}@example.com"


async def _turns(stage: Stage) -> float:
    """Processor time of a turn in milliseconds: a message is received, read, answered, and written."""
    conversation = await stage.meet()
    for number in range(TURNS):
        if number == WARM_UP:
            begun = time.process_time()
        await stage.hear("thanks, and how much is it?")
        await converse(stage.runtime, conversation.id)
    return 1000 * (time.process_time() - begun) / (TURNS - WARM_UP)


async def _people(store: Database) -> float:
    """Processor time of writing a person with two identities, in microseconds."""
    now = ManualClock().now()
    begun = time.process_time()
    for start in range(0, PEOPLE, AT_ONCE):
        numbers = range(start, start + AT_ONCE)
        ids = {number: ProfileId(f"p{number}") for number in numbers}
        known = {n: {"email": _address(n), "name": f"Person {n}", "team_size": n} for n in numbers}
        async with store.transaction() as uow:
            await uow.profiles.add_all([Profile(ids[n], now, known[n]) for n in numbers])
            claims = [Claim(ids[n], Identity("email", _address(n)), now) for n in numbers]
            claims += [Claim(ids[n], Identity("phone", f"+447700{n:06}"), now) for n in numbers]
            await uow.profiles.claim_all(claims)
    return 1e6 * (time.process_time() - begun) / PEOPLE


async def _look_ups(store: Database) -> float:
    """Processor time of finding a person by an address, in microseconds."""
    async with store.transaction() as uow:
        begun = time.process_time()
        for number in range(LOOK_UPS):
            assert await uow.profiles.owner_of("email", _address(number * 7 % PEOPLE)) is not None
        return 1e6 * (time.process_time() - begun) / LOOK_UPS


async def _anew(url: str) -> float:
    """Processor time of sealing a field with another key, in microseconds."""
    store = Database(url, Sealing(ROTATED))
    begun = time.process_time()
    fields = sum([step.fields async for step in Resealing(store).seal()])
    await store.close()
    return 1e6 * (time.process_time() - begun) / fields


async def _measure(url: str, sealing: Sealing) -> list[float]:
    store = Database(url, sealing)
    await store.migrate()
    try:
        figures = [await _turns(Stage(store, ManualClock())), await _people(store), await _look_ups(store)]
    finally:
        await store.close()
    return figures


def _run(work: Callable[[], Awaitable[list[float]]]) -> list[float]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work())  # type: ignore[arg-type]


def _median(rounds: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(one) for one in zip(*rounds, strict=True)]


def _on_sqlite(sealing: Sealing) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        return _run(lambda: _measured(f"sqlite+aiosqlite:///{Path(folder) / 'overture.db'}", sealing))


def _on_postgresql(sealing: Sealing) -> list[float]:
    with postgresql_url() as url:
        return _run(lambda: _measured(url, sealing))


async def _measured(url: str, sealing: Sealing) -> list[float]:
    figures = await _measure(url, sealing)
    return [*figures, await _anew(url) if sealing.is_on else 0.0]


def table() -> Iterator[str]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield f"Processor time of our process, the median of {ROUNDS} rounds, taken in turns"
    yield "| database | field keys | a turn, ms | writing a person, µs | finding one, µs | a field sealed anew, µs |"
    yield "|---|---|---|---|---|---|"
    for name, measured in (("SQLite", _on_sqlite), ("PostgreSQL", _on_postgresql)):
        rounds = [(measured(OFF), measured(SEALED)) for _ in range(ROUNDS)]
        for words, which in (("none", 0), ("set", 1)):
            turn, person, look_up, anew = _median([one[which] for one in rounds])
            last = f"{anew:.0f}" if which else ""
            yield f"| {name} | {words} | {turn:.2f} | {person:.0f} | {look_up:.0f} | {last} |"
