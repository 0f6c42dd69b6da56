"""A desk's digest: once a working day, whichever process is quicker, behind everything that somebody waits for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.delivery import Lane
from bot.domain.effects import RequestHandoff
from bot.domain.message import DeskChart, DeskLine, DeskVerb
from bot.domain.routing import WorkingHours
from bot.domain.send_window import SendWindow
from bot.services.desk_digest import digests_here, send_digests
from tests.bot.services.stage import Stage
from tests.bot.services.test_offer import PLAN

ALL_WEEK = WorkingHours(SendWindow(time(0), time(23, 59), frozenset(range(7)), "UTC"))
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def desk(stage: Stage) -> Stage:
    plan = replace(PLAN, hours=ALL_WEEK, digest=time(9))
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(plan,))
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    stage.clock.set(TUESDAY)
    return stage


async def told(desk: Stage) -> list[str]:
    await send_digests(desk.runtime)
    await desk.settle()
    lines = (one.content for one in desk.slack.taken if isinstance(one.content, DeskLine))
    return [one.text for one in lines if one.speaker == "Daily digest"]


async def test_it_says_what_came_how_soon_it_was_claimed_and_what_is_open_longest(desk: Stage) -> None:
    await desk.meet(attributes={"name": "Zoe"})
    await desk.says("lead")
    await desk.later(minutes=10)
    await desk.click(await desk.handoff(), DeskVerb.CLAIM, rep="Ana Lima")
    desk.clock.set(TUESDAY + timedelta(days=1))
    [digest] = await told(desk)
    counted, head, longest = digest.splitlines()
    assert counted == "1 lead since Tue 24 Nov, 09:00; 1 claimed, 1 within 15 minutes."
    assert head == "Open longest:"
    assert longest.startswith("• Asked for a person, since Tue 24 Nov, 10:00 (Ana Lima): http")
    assert "Zoe" not in digest, "whoever is erased is in no digest"


async def test_it_comes_once_a_day_from_however_many_processes_and_after_a_restart(desk: Stage) -> None:
    await desk.says("lead")
    desk.clock.set(TUESDAY + timedelta(days=1))
    assert sorted(await asyncio.gather(*(send_digests(desk.runtime) for _ in range(4)))) == [0, 0, 0, 1]
    await desk.later(hours=1)
    assert len(await told(desk)) == 1
    desk.clock.set(TUESDAY + timedelta(days=2))
    assert len(await told(desk)) == 2, "it is still open"


async def test_it_goes_behind_what_somebody_waits_for(desk: Stage) -> None:
    await desk.says("lead")
    desk.clock.set(TUESDAY + timedelta(days=1))
    await send_digests(desk.runtime)
    async with desk.store.transaction() as uow:
        entry = await uow.outbox.by_key("digest:slack:#sales:2026-11-25")
    assert entry is not None
    assert entry.lane is Lane.SENDS


@pytest.mark.parametrize("late", [timedelta(hours=-2), timedelta(hours=6)])
async def test_it_is_not_early_and_one_that_was_missed_for_long_is_left_out(desk: Stage, late: timedelta) -> None:
    await desk.says("lead")
    desk.clock.set(TUESDAY + timedelta(days=1) + late)
    assert await told(desk) == []


async def test_a_day_on_which_nothing_happened_is_told_nothing_though_somebody_comes_later(desk: Stage) -> None:
    assert await told(desk) == []
    await desk.says("lead")
    assert await told(desk) == []


async def test_with_it_comes_a_chart_of_the_week_before_by_how_soon_each_lead_was_claimed(desk: Stage) -> None:
    await desk.meet(attributes={"name": "Zoe"})
    await desk.says("lead")
    await desk.later(minutes=20)
    await desk.click(await desk.handoff(), DeskVerb.CLAIM, rep="Ana Lima")
    await desk.says("lead", channel="webchat")
    desk.clock.set(TUESDAY + timedelta(days=1))
    await told(desk)
    [chart] = [one.content.chart for one in desk.slack.taken if isinstance(one.content, DeskChart)]
    assert [column.label for column in chart.columns] == [
        *("Wed 18 Nov", "Thu 19 Nov", "Fri 20 Nov", "Sat 21 Nov", "Sun 22 Nov", "Mon 23 Nov", "Tue 24 Nov")
    ]
    assert chart.parts == ("claimed within 15 minutes", "claimed later", "not claimed")
    assert [column.values for column in chart.columns] == [*[(0, 0, 0)] * 6, (0, 1, 1)]
    assert "Zoe" not in chart.in_words


async def test_a_week_in_which_nobody_came_has_no_chart(desk: Stage) -> None:
    await desk.says("lead")
    desk.clock.set(TUESDAY + timedelta(days=9))
    assert len(await told(desk)) == 1
    assert not any(isinstance(one.content, DeskChart) for one in desk.slack.taken)


async def test_a_desk_on_our_own_page_reads_its_latest_digest_there_and_no_other_does(desk: Stage) -> None:
    async def here() -> list[str]:
        async with desk.store.transaction() as uow:
            return [one.text for one in await digests_here(uow, desk.runtime, desk.clock.now())]

    await desk.says("lead")
    desk.clock.set(TUESDAY + timedelta(days=1))
    [digest] = await told(desk)
    assert await here() == [], "Slack shows it"
    desk.slack.abilities = replace(desk.slack.abilities, kept_here=True)
    assert await here() == [digest]
    desk.clock.set(TUESDAY + timedelta(days=2))
    assert await here() == [], "today's is not there yet"
