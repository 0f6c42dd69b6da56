"""Notice exits: who leaves a journey by what has become known of them, before anything else happens to them."""

from __future__ import annotations

from datetime import time

import pytest

from bot.domain.delivery import OutboxStatus
from bot.domain.effects import ChangeScore, PersonEffect, SetAttribute
from bot.domain.journey import CHANGED
from bot.services.cause import Cause
from bot.services.enrol import carry_out
from bot.services.respect_wishes import lift_restriction, restrict
from tests.bot.services.stage import ANA, Stage, journey_of, open_between

BOUGHT = """exit: {when: "profile.stage == 'customer' or lead.engagement > 50"}"""
QUEUES = "- send: {response: utter_tip, channels: [sms]}\n- wait: 30d"


async def becomes_known(stage: Stage, *known: PersonEffect) -> None:
    async with stage.store.transaction() as uow:
        await carry_out(uow, stage.runtime, known, Cause("known", ANA), stage.clock.now())


async def inside(stage: Stage) -> None:
    """Ana, to whom something waits to be sent at ten in the evening."""
    await stage.meet(time_zone="UTC")
    await stage.consent()
    stage.rule(open_between(time(22), time(23)))
    stage.play(journey_of(QUEUES, BOUGHT))
    await stage.happens("demo.requested")
    await stage.settle()


@pytest.mark.parametrize("known", [SetAttribute("stage", "customer"), ChangeScore("engagement", 60, "is keen", "keen")])
async def test_what_waits_for_its_hour_is_not_sent_to_who_has_become_a_customer(
    stage: Stage, known: PersonEffect
) -> None:
    await inside(stage)
    [run] = await stage.enrolments()
    await becomes_known(stage, known)
    assert await stage.enrolments() == []
    assert (await stage.entry(f"{run.id}:steps.0:1")).status is OutboxStatus.WITHHELD


async def test_who_stays_is_told_nothing(stage: Stage) -> None:
    await inside(stage)
    before = await stage.enrolments()
    await becomes_known(stage, SetAttribute("stage", "lead"), SetAttribute("city", "Leeds"))
    assert await stage.enrolments() == before


async def changes_told(stage: Stage) -> int:
    """How often the timeline has that something known has changed."""
    async with stage.store.transaction() as uow:
        return [one.event for one in await uow.timeline.of(ANA, limit=20)].count(CHANGED)


async def test_who_leaves_by_an_event_that_is_counted_leaves_by_that_alone(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- wait: 30d", """exit: {when: "did('order.placed') > 0"}"""))
    await stage.happens("demo.requested")
    await stage.happens("order.placed")
    assert (await stage.enrolments(), await changes_told(stage)) == ([], 0)


async def test_of_whom_things_may_only_be_kept_nothing_is_told_and_they_leave_once_that_is_lifted(stage: Stage) -> None:
    await inside(stage)
    before = await stage.enrolments()
    async with stage.store.transaction() as uow:
        await restrict(uow, ANA, now=stage.clock.now())
    await becomes_known(stage, SetAttribute("stage", "customer"))
    assert (await stage.enrolments(), await changes_told(stage)) == (before, 0)
    async with stage.store.transaction() as uow:
        await lift_restriction(uow, ANA, informed="by e-mail", now=stage.clock.now())
    await stage.happens("page.viewed")
    assert (await stage.enrolments(), await changes_told(stage)) == ([], 0)
