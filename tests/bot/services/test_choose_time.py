"""Choose the time: messages that leave at the person's best hour, and what that is learnt from."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from bot.domain.delivery import OutboxStatus
from bot.domain.ids import ProfileId
from bot.domain.timeline import PersonEvent
from bot.services.choose_time import learn_hours
from bot.services.respect_wishes import note_objection
from tests.bot.services.stage import ANA, Stage, journey_of

AT_BEST = """
- id: tip
  send: {response: utter_tip, channels: [sms], at: best, metric: link.clicked, within: 1d}
"""
CAROL = ProfileId("carol")


async def clicked(stage: Stage, person: ProfileId, hour: int, times: int) -> None:
    """At this hour of London's winter, on the days before."""
    today = stage.clock.now().replace(hour=hour, minute=10)
    async with stage.store.transaction() as uow:
        for number in range(times):
            at = today - timedelta(days=1 + number % 20)  # no clock was changed in between
            await uow.timeline.add(PersonEvent(person, "link.clicked", at, at))


async def due(stage: Stage, person: ProfileId) -> list[datetime]:
    async with stage.store.transaction() as uow:
        runs = await uow.enrolments.of(person)
        found = [await uow.outbox.by_key(f"{one.id}:tip:1") for one in runs]
    return [one.due_at for one in found if one is not None and one.status is OutboxStatus.WAITING]


@pytest.fixture
async def everybody(stage: Stage) -> Stage:
    """Sixty clicks at seven in the evening; the journey is in force."""
    stage.play(journey_of(AT_BEST))
    await stage.meet(CAROL, phone="+447700900299", time_zone="Europe/London")
    await clicked(stage, CAROL, 19, 60)
    await learn_hours(stage.runtime)
    return stage


async def people(stage: Stage, count: int) -> list[ProfileId]:
    made = [ProfileId(f"person-{number}") for number in range(count)]
    for number, person in enumerate(made):
        await stage.meet(person, phone=f"+4477009003{number:02}", time_zone="Europe/London")
        await stage.consent(of=person)
    return made


async def test_most_messages_leave_at_the_best_hour_and_some_at_any(everybody: Stage) -> None:
    stage = everybody
    made = await people(stage, 95)
    for person in made:
        await stage.happens("demo.requested", to=person)
    hours: Counter[int] = Counter()
    for person in made:
        (at,) = await due(stage, person) or [stage.clock.now()]
        hours[at.hour] += 1
    assert 72 <= hours[19] < 95
    async with stage.store.transaction() as uow:
        day = stage.clock.now().date()
        tallies = (await uow.splits.of("welcome", day, day + timedelta(days=1)))["tip"]
    assert tallies["best"].went == 95 - tallies["any"].went
    assert 0 < tallies["any"].went < 24


async def test_somebodys_own_hours_count_and_the_record_says_so(everybody: Stage) -> None:
    stage = everybody
    for person in await people(stage, 8):
        await clicked(stage, person, 15, 40)
        await stage.happens("demo.requested", to=person)
        records = [one for one in await stage.decisions(person) if "its best hour is" in one.why]
        if records:  # the others are those at any hour
            assert [at.hour for at in await due(stage, person)] == [15]
            assert "its best hour is 15:00 to 16:00, by 40 times of their own" in records[0].why
            return
    pytest.fail("of eight people nobody was written to at the best hour")


async def test_the_gate_is_asked_again_when_the_hour_has_come(everybody: Stage) -> None:
    stage = everybody
    made = await people(stage, 6)
    for person in made:
        await stage.happens("demo.requested", to=person)
    async with stage.store.transaction() as uow:
        for person in made:
            await note_objection(uow, stage.runtime, person, how="by mail", now=stage.clock.now())
    await stage.later(days=1)
    assert stage.sms.texts() == []


async def test_what_comes_of_it_is_counted(everybody: Stage) -> None:
    stage = everybody
    (person,) = await people(stage, 1)
    await stage.happens("demo.requested", to=person)
    await stage.happens("link.clicked", to=person)
    async with stage.store.transaction() as uow:
        day = stage.clock.now().date()
        (tally,) = (await uow.splits.of("welcome", day, day + timedelta(days=1)))["tip"].values()
    assert (tally.went, tally.reached) == (1, 1)


async def test_nothing_is_learnt_from_those_who_object(stage: Stage) -> None:
    stage.play(journey_of(AT_BEST))
    await stage.meet(ANA, time_zone="Europe/London")
    await clicked(stage, ANA, 19, 60)
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, ANA, how="by mail", now=stage.clock.now())
    await learn_hours(stage.runtime)
    async with stage.store.transaction() as uow:
        assert await uow.hours.of("link.clicked") == {}
