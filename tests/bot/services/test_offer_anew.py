"""Offer anew: what was offered to somebody who is not at work any more goes to somebody who is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, time

import pytest

from bot.domain.effects import RequestHandoff
from bot.domain.handoff import HandoffState
from bot.domain.message import DeskAction, DeskVerb
from bot.domain.routing import DaysOff, DeskPlan, Rep, Route, WorkingHours
from bot.domain.send_window import SendWindow
from bot.services.offer_anew import offer_anew
from bot.services.receive import receive
from bot.services.respect_wishes import restrict
from tests.bot.services.stage import ANA, Stage
from tests.bot.services.test_offer import LIMA, OKORO, PLAN, requested

ALL_DAY = WorkingHours(SendWindow(time(0), time(0), zone="UTC"))
TODAY = DaysOff(date(2026, 11, 23), date(2026, 11, 23))
"""The clock of the test stands at noon on this Monday."""


def use(desk: Stage, *reps: Rep, hours: WorkingHours = ALL_DAY) -> None:
    routes = (Route("rest", tuple(rep.id for rep in reps)),)
    plan = DeskPlan(PLAN.desk, {rep.id: rep for rep in reps}, routes, PLAN.escalations, hours)
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(plan,))


def away(rep: Rep) -> Rep:
    return replace(rep, hours=replace(ALL_DAY, holidays=(TODAY,)))


@pytest.fixture
def desk(stage: Stage) -> Stage:
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    use(stage, LIMA, OKORO)
    return stage


async def look(desk: Stage) -> int:
    found = await offer_anew(desk.runtime)
    await desk.settle()
    return found


async def test_what_was_offered_to_somebody_who_is_away_now_is_offered_to_the_next(desk: Stage) -> None:
    assert (await requested(desk)).offered_to == "Ana Lima"
    assert await look(desk) == 0
    use(desk, away(LIMA), OKORO)
    assert [await look(desk), await look(desk)] == [1, 0]
    shown = desk.card()
    assert (shown.offered_to, shown.member) == ("Ben Okoro", "U0BEN0001")
    told = desk.desk_lines()[-1]
    assert told.text == "Ana Lima is not at work any more; Ben Okoro is asked to take this."
    assert (told.mentions, told.to_all) == (("U0BEN0001",), False)
    await desk.later(minutes=15)
    assert desk.desk_lines()[-1].text.endswith("it was offered to Ben Okoro.")


async def test_where_nobody_else_is_free_the_whole_desk_is_told_once(desk: Stage) -> None:
    await requested(desk)
    use(desk, away(LIMA), away(OKORO))
    assert [await look(desk), await look(desk)] == [1, 0]
    assert (await desk.handoff()).offered_to == ""
    told = desk.desk_lines()[-1]
    assert (told.text, told.to_all) == ("Ana Lima is not at work any more; nobody else is free: who takes it?", True)


async def test_of_several_processes_one_does_it(desk: Stage) -> None:
    await requested(desk)
    use(desk, away(LIMA), OKORO)
    assert sum(await asyncio.gather(*(offer_anew(desk.runtime) for _ in range(4)))) == 1


async def test_what_somebody_has_claimed_stays_theirs(desk: Stage) -> None:
    await desk.click(await requested(desk), DeskVerb.CLAIM, rep="Ana Lima")
    use(desk, away(LIMA), OKORO)
    assert await look(desk) == 0
    assert ((await desk.handoff()).state, (await desk.handoff()).rep) == (HandoffState.CLAIMED, "Ana Lima")


async def test_whom_a_colleague_has_asked_stays_asked(desk: Stage) -> None:
    """They know why."""
    handoff = await requested(desk)
    asks = DeskAction("slack", "assign", handoff.id, DeskVerb.ASSIGN, "Ana Lima", member="U0BEN0001")
    await receive(desk.runtime, desk.slack, [asks])
    await desk.settle()
    use(desk, LIMA, away(OKORO))
    assert await look(desk) == 0
    assert (await desk.handoff()).offered_to == "Ben Okoro"


async def test_what_is_put_aside_is_offered_anew_when_it_comes_back(desk: Stage) -> None:
    await desk.click(await requested(desk), DeskVerb.SNOOZE, words="1h")
    use(desk, away(LIMA), OKORO)
    assert await look(desk) == 0
    await desk.later(hours=1)
    assert await look(desk) == 1
    assert (await desk.handoff()).offered_to == "Ben Okoro"


async def test_while_the_desk_is_closed_nothing_moves(desk: Stage) -> None:
    await requested(desk)
    use(desk, away(LIMA), OKORO, hours=replace(ALL_DAY, holidays=(TODAY,)))
    assert await look(desk) == 0


async def test_nobody_is_asked_about_somebody_of_whom_data_may_only_be_kept(desk: Stage) -> None:
    await requested(desk)
    await desk.later(minutes=1)
    async with desk.store.transaction() as uow:
        await restrict(uow, ANA, now=desk.clock.now())
    use(desk, away(LIMA), OKORO)
    assert await look(desk) == 0
