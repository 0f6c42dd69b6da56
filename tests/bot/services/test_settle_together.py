"""Settle together: one transaction for all who wait, and none costs another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxEntry, OutboxStatus
from bot.domain.errors import Conflict
from bot.ports import UnitOfWork
from bot.services import settle_together as service
from bot.services.compose_outbound import STALE_AFTER
from bot.services.settle import settle_all
from bot.services.settle_together import Settlements
from tests.bot.services.stage import Stage


async def queued(stage: Stage, count: int) -> Sequence[OutboxEntry]:
    await stage.meet()
    return [await stage.queue(f"k{number}", purpose=Purpose.REPLY) for number in range(count)]


def sent(entry: OutboxEntry) -> OutboxEntry:
    return replace(entry, status=OutboxStatus.SENT, vendor_id=f"sms-{entry.key}", attempts=1)


async def statuses(stage: Stage, entries: Sequence[OutboxEntry]) -> list[str]:
    return [(await stage.entry(entry.key)).status.value for entry in entries]


AWAY = OperationalError("COMMIT", {}, ConnectionResetError())


class Counted:
    """The store, and how many transactions were begun; the first of them may fail."""

    def __init__(self, stage: Stage, faults: Sequence[Exception] = ()) -> None:
        self._store = stage.store
        self._faults = list(faults)
        self.is_away = stage.store.is_away
        self.begun = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        self.begun += 1
        if self._faults:
            raise self._faults.pop(0)
        async with self._store.transaction() as uow:
            await asyncio.sleep(0)  # the others come
            yield uow


async def test_whoever_comes_while_one_is_written_shares_the_next_transaction(stage: Stage) -> None:
    entries, counted = await queued(stage, 10), Counted(stage)
    settlements = Settlements(replace(stage.runtime, store=counted))  # type: ignore[arg-type]
    await asyncio.gather(*(settlements.keep(sent(entry)) for entry in entries))
    assert await statuses(stage, entries) == ["sent"] * 10
    assert counted.begun == 2


async def test_it_is_written_when_keep_returns(stage: Stage) -> None:
    entries, settlements = await queued(stage, 3), Settlements(stage.runtime)

    async def keep(entry: OutboxEntry) -> None:
        await settlements.keep(sent(entry))
        assert (await stage.entry(entry.key)).status is OutboxStatus.SENT

    await asyncio.gather(*map(keep, entries))


async def test_where_the_one_who_writes_for_others_is_cancelled_they_are_written_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes_for_three = asyncio.Event()

    async def settle_or_hang(uow: UnitOfWork, runtime: object, settled: Sequence[OutboxEntry], now: object) -> None:
        if len(settled) == 3 and not writes_for_three.is_set():
            writes_for_three.set()
            await asyncio.Event().wait()
        await settle_all(uow, runtime, settled, now)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "settle_all", settle_or_hang)
    entries, settlements = await queued(stage, 4), Settlements(stage.runtime)
    first, writer, *others = [asyncio.create_task(settlements.keep(sent(entry))) for entry in entries]
    await writes_for_three.wait()
    writer.cancel()
    await asyncio.gather(first, *others)
    assert await statuses(stage, entries) == ["sent"] * 4
    assert writer.cancelled()


async def test_what_a_vendor_took_while_the_database_was_away_is_written_down_once_it_is_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAUSES", (0.0,) * 5)
    entries, counted = await queued(stage, 3), Counted(stage, [AWAY] * 5)
    settlements = Settlements(replace(stage.runtime, store=counted))  # type: ignore[arg-type]
    await asyncio.gather(*(settlements.keep(sent(entry)) for entry in entries))
    assert await statuses(stage, entries) == ["sent"] * 3


async def test_what_a_vendor_took_is_written_down_though_others_get_into_its_way(stage: Stage) -> None:
    """Else it would be left by a crash, as it seems, and a service message be sent once more."""
    [entry] = await queued(stage, 1)
    counted = Counted(stage, [Conflict("a deadlock")] * (service.MOST_CONFLICTS - 1))
    await Settlements(replace(stage.runtime, store=counted)).keep(sent(entry))  # type: ignore[arg-type]
    assert await statuses(stage, [entry]) == ["sent"]


async def test_where_there_is_no_end_of_that_it_costs_no_other(stage: Stage) -> None:
    [entry] = await queued(stage, 1)
    counted = Counted(stage, [Conflict("a fault of ours")] * service.MOST_CONFLICTS)
    with pytest.raises(Conflict):
        await Settlements(replace(stage.runtime, store=counted)).keep(sent(entry))  # type: ignore[arg-type]


async def test_where_the_database_stays_away_it_is_left_to_whoever_finds_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAUSES", (0.0,) * 5)
    [entry] = await queued(stage, 1)
    counted = Counted(stage, [AWAY] * 6)
    with pytest.raises(OperationalError):
        await Settlements(replace(stage.runtime, store=counted)).keep(sent(entry))  # type: ignore[arg-type]
    assert counted.begun == 6


def test_others_take_entries_over_only_after_the_last_try() -> None:
    assert timedelta(seconds=sum(service.PAUSES)) < STALE_AFTER


async def test_one_that_cannot_be_settled_costs_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def settle_but_one(uow: UnitOfWork, runtime: object, settled: Sequence[OutboxEntry], now: object) -> None:
        if any(entry.key == "k1" for entry in settled):
            raise RuntimeError("this one is broken")
        await settle_all(uow, runtime, settled, now)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "settle_all", settle_but_one)
    entries, settlements = await queued(stage, 4), Settlements(stage.runtime)
    told = await asyncio.gather(*(settlements.keep(sent(entry)) for entry in entries), return_exceptions=True)
    assert [type(one) for one in told] == [type(None), RuntimeError, type(None), type(None)]
    assert await statuses(stage, entries) == ["sent", "waiting", "sent", "sent"]
