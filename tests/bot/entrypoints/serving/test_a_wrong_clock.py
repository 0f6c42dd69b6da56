"""A worker whose clock is put forward or back, stands still, or is not the database's."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.adapters.database import Database
from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.entrypoints.serving import worker
from bot.entrypoints.serving.worker import Worker
from bot.ports import ScheduleState
from bot.services.compose_outbound import STALE_AFTER
from bot.services.keep_time import TimeKeeper
from tests.bot.entrypoints.serving.test_worker import at_work, until
from tests.bot.services.crash import claimed, die_while_sending
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.manual_clock import ManualClock

pytestmark = pytest.mark.usefixtures("_watched_closely")


@pytest.fixture
def _watched_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOK_AT_CLOCK_EVERY", 0.02)


async def test_what_came_before_the_clock_was_put_back_is_answered_all_the_same(stage: Stage) -> None:
    async with at_work(stage):
        await asyncio.sleep(0.05)
        stage.clock.forward(timedelta(hours=2))
        await asyncio.sleep(0.05)
        await stage.hear("greet", address="+447700900124")
        await until(lambda: len(stage.sms.taken) == 1)
    await stage.hear("greet")  # and nobody works yet
    async with at_work(stage):
        stage.clock.forward(-timedelta(hours=2))
        await until(lambda: len(stage.sms.taken) == 2)
        await stage.hear("greet")
        await until(lambda: len(stage.sms.taken) == 3)


async def test_a_clock_that_is_put_forward_sends_nothing_twice(stage: Stage) -> None:
    async with at_work(stage):
        await stage.hear("greet")
        await until(lambda: bool(stage.sms.taken))
        stage.clock.forward(timedelta(days=1))
        await asyncio.sleep(0.1)
        await stage.hear("greet")
        await until(lambda: len(stage.sms.taken) == 2)
    assert stage.sms.texts() == ["I am a machine. Hello!", "Hello!"]


async def test_what_was_left_by_a_clock_that_was_ahead_is_taken_up_when_that_is_right_again(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.clock.forward(timedelta(hours=1))
    await die_while_sending(stage, stage.sms)
    stage.sms.taken.clear()  # its vendor has not got it
    stage.clock.forward(-timedelta(hours=1))
    await TimeKeeper(stage.runtime).look()
    await stage.later(seconds=STALE_AFTER.total_seconds())
    assert (await stage.entry("k")).status is OutboxStatus.SENT
    assert len(stage.sms.taken) == 1


async def test_a_schedule_that_ran_by_a_clock_that_was_ahead_runs_by_the_right_one(stage: Stage) -> None:
    """Such as the playground's, before the service was connected to its vendors: it stood still for as long."""
    daily = "enter: {schedule: {cron: '0 9 * * *', zone: UTC}, if: exists(profile.time_zone), again: always}"
    stage.play(journey_of("- emit: demo.requested", daily))
    await stage.meet()
    await stage.settle()
    await stage.later(days=30)
    stage.clock.forward(-timedelta(days=30))
    for day in range(2):
        await TimeKeeper(stage.runtime).look()
        await stage.settle()
        assert await times_happened(stage) == day
        await stage.later(days=1)
    assert await times_happened(stage) == 2


async def test_whoever_starts_with_a_clock_that_is_behind_leaves_schedules_alone(stage: Stage) -> None:
    async def difference() -> timedelta:
        return timedelta(hours=1)

    stage.store.clock_difference = difference  # type: ignore[method-assign]
    async with stage.store.transaction() as uow:
        await uow.schedules.add(ScheduleState("welcome:daily", "welcome", stage.clock.now(), stage.clock.now()))
    stage.clock.forward(-timedelta(hours=1))
    assert not await TimeKeeper(stage.runtime).look()
    async with stage.store.transaction() as uow:
        assert await uow.schedules.ids() == {"welcome:daily"}


async def times_happened(stage: Stage) -> int:
    async with stage.store.transaction() as uow:
        return len(await uow.timeline.of(ANA, limit=10))


async def test_whoever_starts_with_a_clock_that_is_behind_leaves_to_others_what_they_are_sending(stage: Stage) -> None:
    async def difference() -> timedelta:
        return timedelta(hours=1)

    stage.store.clock_difference = difference  # type: ignore[method-assign]
    await stage.meet()
    await stage.queue("k")
    [entry] = await claimed(stage)
    stage.clock.forward(-timedelta(hours=1))
    assert not await TimeKeeper(stage.runtime).look()
    assert (await stage.entry("k")).claimed_at == entry.claimed_at


async def test_a_worker_whose_clock_is_not_the_databases_takes_no_work_until_it_is(stage: Stage) -> None:
    apart = timedelta(minutes=-3)

    async def difference() -> timedelta:
        return apart

    stage.store.clock_difference = difference  # type: ignore[method-assign]
    await stage.hear("greet")
    with capture_logs() as logs:
        async with at_work(stage):
            await asyncio.sleep(0.2)
            assert stage.sms.taken == []
            apart = timedelta(seconds=1)
            await until(lambda: bool(stage.sms.taken))
    told = [line["event"] for line in logs if "clock" in line["event"]]
    assert told == [
        "this machine's clock is wrong, and it takes no work until it is right",
        "this machine's clock is right again",
    ]


async def test_a_clock_that_is_put_away_from_the_databases_takes_nothing_that_others_are_sending(stage: Stage) -> None:
    """For up to five seconds it took claims of others for left by a crash, and sent what is due within the hour."""

    async def difference() -> timedelta:
        return -stage.clock.step

    stage.store.clock_difference = difference  # type: ignore[method-assign]
    keeper = TimeKeeper(stage.runtime)
    assert await keeper.look()
    before = stage.clock.now()
    stage.clock.put_forward = timedelta(hours=1)
    with capture_logs() as logs:
        assert await keeper.look()
        assert await keeper.look()
    assert stage.clock.now() == before
    assert [line["event"] for line in logs] == [
        "the machine's clock was put forward or back, away from the database's; time goes on as before"
    ]


async def test_a_clock_that_is_put_right_is_followed(stage: Stage) -> None:
    right = stage.clock.now() + timedelta(hours=1)

    async def difference() -> timedelta:
        return right - (stage.clock.now() + stage.clock.step)

    stage.store.clock_difference = difference  # type: ignore[method-assign]
    keeper = TimeKeeper(stage.runtime)
    assert not await keeper.look()
    stage.clock.put_forward = timedelta(hours=1)
    assert await keeper.look()
    assert stage.clock.now() == right


async def test_where_the_database_has_no_clock_the_machines_is_followed(stage: Stage) -> None:
    before = stage.clock.now()
    stage.clock.put_forward = timedelta(hours=-1)
    assert await TimeKeeper(stage.runtime).look()
    assert stage.clock.now() - before == timedelta(hours=-1)


async def test_a_server_without_lanes_says_that_its_clock_is_wrong(stage: Stage) -> None:
    async def difference() -> timedelta:
        return timedelta(hours=1)

    stage.store.clock_difference = difference  # type: ignore[method-assign]
    working = Worker(stage.runtime, ())
    with capture_logs() as logs:
        running = asyncio.create_task(working.run())
        await until(lambda: any("clock is wrong" in line["event"] for line in logs))
        await working.stop()
        await running


async def test_what_a_server_takes_whose_clock_is_ahead_is_answered_all_the_same(
    postgresql_url: str, clock: ManualClock
) -> None:
    """It waited until the clocks of the workers were there, an hour later."""

    async def no_difference() -> timedelta:
        return timedelta()

    database = Database(postgresql_url)
    database.clock_difference = no_difference  # type: ignore[method-assign]
    right, ahead = Stage(database, clock), Stage(database, ManualClock(clock.now() + timedelta(hours=1)))
    async with at_work(right):
        await asyncio.sleep(0.05)
        await ahead.hear("greet")
        await until(lambda: bool(right.sms.taken))
    await database.close()


async def test_what_a_process_answers_whose_clock_is_ahead_leaves_all_the_same(
    postgresql_url: str, clock: ManualClock
) -> None:
    async def no_difference() -> timedelta:
        return timedelta()

    database = Database(postgresql_url)
    database.clock_difference = no_difference  # type: ignore[method-assign]
    right, ahead = Stage(database, clock), Stage(database, ManualClock(clock.now() + timedelta(seconds=25)))
    await right.meet()
    async with at_work(right):
        await asyncio.sleep(0.05)
        await ahead.queue("k", purpose=Purpose.REPLY)
        await until(lambda: bool(right.sms.taken))
    await database.close()


async def test_a_loop_that_stands_still_for_a_while_takes_it_for_no_step_of_the_clock(stage: Stage) -> None:
    with capture_logs() as logs:
        async with at_work(stage):
            await asyncio.sleep(0.05)
            time.sleep(0.5)  # noqa: ASYNC251  that is the trouble
            stage.clock.forward(timedelta(seconds=0.5))
            await stage.hear("greet")
            await until(lambda: bool(stage.sms.taken))
    assert [line for line in logs if "clock" in line["event"]] == []
