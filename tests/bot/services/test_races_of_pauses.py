"""Somebody lets a paused journey go on at the very moment at which something happens in it: nobody stays behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.database import Database
from bot.domain.effects import Emit
from bot.domain.publishing import InForce, Running
from bot.services.advance import advance_due
from bot.services.deliver import deliver_due
from bot.services.enrol import tell_journeys
from bot.services.publish import Publisher, pause, resume
from bot.services.take_events import Told, take_events
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.bot.services.test_races import WORKER, Gate, process, still_blocked
from tests.manual_clock import ManualClock


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    return Stage(store, clock)


async def test_a_message_is_not_held_back_by_a_pause_that_has_ended_meanwhile(stage: Stage) -> None:
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}\n- wait: 9d"))
    await stage.meet()
    await stage.consent()
    async with stage.store.transaction() as uow:
        await tell_journeys(uow, stage.runtime, ANA, [Emit("demo.requested")], stage.clock.now())
    publisher = Publisher(stage.store, stage.clock, "Ben")
    await pause(publisher, "welcome")
    worker, watched = process(stage, WORKER, [])
    watched.before_third = decided = Gate()
    delivering = asyncio.create_task(deliver_due(worker))
    await decided.reached.wait()
    assert [one.outcome for one in await stage.decisions()] == ["later"]
    await resume(publisher, "welcome")
    decided.opened.set()
    await delivering
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_nobody_stays_behind_whose_time_comes_as_their_journey_goes_on_again(stage: Stage) -> None:
    stage.play(journey_of("- wait: 1d\n- send: {response: utter_tip, channels: [sms]}"))
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    stage.clock.forward(timedelta(days=1))
    async with stage.store.transaction() as uow:  # the pause has begun, and has not come to her
        await uow.journeys.put(InForce("welcome", Running.PAUSED, stage.clock.now()))
    worker, watched = process(stage, WORKER, [])
    watched.before_commit = gate = Gate()
    advancing = asyncio.create_task(advance_due(worker))
    await gate.reached.wait()
    resuming = asyncio.create_task(resume(Publisher(stage.store, stage.clock, "Ben"), "welcome"))
    assert await still_blocked(resuming)
    gate.opened.set()
    await asyncio.gather(advancing, resuming)
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_nobody_stays_behind_whom_an_event_moves_as_their_journey_goes_on_again(stage: Stage) -> None:
    stage.play(
        journey_of(
            "- wait: {for: link.clicked, at_most: 9d}\n- wait: 1d\n- send: {response: utter_tip, channels: [sms]}"
        )
    )
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    await stage.settle()
    async with stage.store.transaction() as uow:  # the pause has begun, and has not come to her
        await uow.journeys.put(InForce("welcome", Running.PAUSED, stage.clock.now()))
    worker, watched = process(stage, WORKER, [])
    watched.before_commit = gate = Gate()
    clicked = Told("link.clicked", stage.clock.now(), "click", profile_id=ANA)
    moving = asyncio.create_task(take_events(worker, [clicked]))
    await gate.reached.wait()
    resuming = asyncio.create_task(resume(Publisher(stage.store, stage.clock, "Ben"), "welcome"))
    await still_blocked(resuming)
    gate.opened.set()
    await asyncio.gather(moving, resuming)
    await stage.later(days=1)
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_nobody_is_paused_by_a_pause_that_comes_to_them_after_their_journey_goes_on_again(stage: Stage) -> None:
    stage.play(journey_of("- wait: 1d\n- send: {response: utter_tip, channels: [sms]}"))
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    slow, watched = process(stage, "slow", [])
    watched.before_second = gate = Gate()
    pausing = asyncio.create_task(pause(Publisher(slow.store, stage.clock, "Ana"), "welcome"))
    await gate.reached.wait()
    await resume(Publisher(stage.store, stage.clock, "Ben"), "welcome")
    gate.opened.set()
    await pausing
    await stage.later(days=1)
    assert stage.sms.texts() == ["I am a machine. A tip."]
