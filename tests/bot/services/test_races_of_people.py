"""Somebody is merged, or erased, while something is written for them: nothing is left to somebody who is gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.database import Database
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.ports import UnitOfWork
from bot.services.advance import advance_due
from bot.services.converse import converse
from bot.services.erase_person import erase_person
from bot.services.merge_people import merge_people
from bot.services.take_events import Told, take_events
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of
from tests.bot.services.test_races import WORKER, Gate, process, still_blocked
from tests.manual_clock import ManualClock

BEN = ProfileId("ben")
ASKS = """
- ask: {form: size_form, channels: [sms], need: [team_size]}
  silent: {after: 3d, go: end}
"""


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    return Stage(store, clock)


async def at_a_question(stage: Stage) -> tuple[Gate, asyncio.Task[int]]:
    """Ana's journey puts its question, and has not written it down quite yet."""
    conversation = await stage.meet()
    await stage.consent()
    stage.clock.forward(timedelta(minutes=1))
    stage.play(
        journey_of("- ask: {form: size_form, channels: [sms], need: [team_size]}\n  silent: {after: 3d, go: end}")
    )
    await stage.happens("demo.requested")
    await advance_due(stage.runtime)
    worker, watched = process(stage, WORKER, [])
    gate = Gate()

    async def at_the_question(uow: UnitOfWork) -> None:
        if await uow.outbox.unsettled(conversation.id, "sms"):
            await gate(uow)

    watched.before_commit = at_the_question
    asking = asyncio.create_task(converse(worker, conversation.id))
    await gate.reached.wait()
    return gate, asking


async def test_who_is_merged_while_their_journey_puts_a_question_has_it(stage: Stage) -> None:
    """It was left to somebody whom there was no more, and tried again each second, for ever."""
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(BEN, stage.clock.now() - timedelta(days=1)))
    gate, asking = await at_a_question(stage)

    async def merge() -> None:
        async with stage.store.transaction() as uow:
            await merge_people(uow, stage.runtime, ANA, BEN, who="a test", why="a test", now=stage.clock.now())

    merging = asyncio.create_task(merge())
    await still_blocked(merging)
    gate.opened.set()
    await asyncio.gather(asking, merging)
    await stage.later(seconds=2)
    assert len(stage.sms.taken) == 1


async def test_nothing_is_left_of_who_is_erased_while_their_journey_puts_a_question(stage: Stage) -> None:
    gate, asking = await at_a_question(stage)

    async def erase() -> None:
        async with stage.store.transaction() as uow:
            await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now(), asked=False)

    erasing = asyncio.create_task(erase())
    await still_blocked(erasing)
    gate.opened.set()
    await asyncio.gather(asking, erasing)
    await stage.later(seconds=2)
    assert stage.sms.taken == []
    async with stage.store.transaction() as uow:
        assert not any((await uow.personal_data.of(ANA)).values())


async def test_two_events_of_one_moment_let_somebody_in_once(stage: Stage) -> None:
    """Though the first run is over before the second begins: else its message would come twice."""
    await stage.meet()
    await stage.consent()
    stage.clock.forward(timedelta(minutes=1))
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}"))
    first, held = process(stage, "first", [])
    held.before_commit = gate = Gate()
    told = [Told("demo.requested", stage.clock.now(), f"k{one}", profile_id=ANA) for one in range(2)]
    one = asyncio.create_task(take_events(first, told[:1]))
    await gate.reached.wait()
    other = asyncio.create_task(take_events(stage.runtime, told[1:]))
    await still_blocked(other)
    gate.opened.set()
    await asyncio.gather(one, other)
    await stage.settle()
    assert len(stage.sms.taken) == 1
    async with stage.store.transaction() as uow:
        assert len(await uow.enrolments.of(ANA)) == 1


async def test_of_the_first_two_who_are_erased_at_once_both_addresses_are_left_alone(stage: Stage) -> None:
    """Each had a salt of its own, and what was kept by the second was never found again."""
    phone = "+447700900456"
    await stage.meet()
    await stage.meet(BEN, phone=phone)

    async def erase(who: ProfileId) -> None:
        async with stage.store.transaction() as uow:
            await erase_person(uow, stage.runtime, who, who="a test", now=stage.clock.now())

    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
        second = asyncio.create_task(erase(BEN))
        assert await still_blocked(second)
    await second
    async with stage.store.transaction() as uow:
        assert set(await uow.consents.opted_out([PHONE, phone])) == {PHONE, phone}
