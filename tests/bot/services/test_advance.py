"""Advance: those whose time has come move on together, and a poisoned one stops alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.audience import Segment
from bot.domain.errors import Conflict, PersonGone
from bot.domain.ids import ProfileId
from bot.domain.journey import ENTRANCE, Enrolment, EnrolmentStatus, TimerFired
from bot.ports import UnitOfWork
from bot.services import advance
from bot.services.advance import advance_due
from bot.services.enrol import step
from bot.services.runtime import Runtime
from tests.bot.services.enrolments import UNREADABLE, tags_of, unreadable
from tests.bot.services.stage import Stage, journey_of, spoil

PAUSES = """
- wait: 1d
- send: {response: utter_tip, channels: [sms]}
"""


async def people_in_a_journey(stage: Stage, count: int) -> list[ProfileId]:
    """So many people, each with a number and consent, who wait for a day."""
    stage.play(journey_of(PAUSES))
    people = [ProfileId(f"person-{number}") for number in range(count)]
    for number, person in enumerate(people):
        await stage.meet(person, phone=f"+4477009001{number:02}")
        await stage.consent(of=person)
        await stage.happens("demo.requested", to=person)
    return people


async def test_nobody_moves_before_their_time(stage: Stage) -> None:
    await people_in_a_journey(stage, 1)
    assert await advance_due(stage.runtime) == 0
    await stage.later(hours=23)
    assert stage.sms.texts() == []
    await stage.later(hours=1)
    assert stage.sms.texts() == ["I am a machine. A tip."]
    assert await advance_due(stage.runtime) == 0


async def test_all_who_are_due_move_in_one_batch(stage: Stage) -> None:
    people = await people_in_a_journey(stage, 3)
    stage.clock.forward(timedelta(days=1))
    assert await advance_due(stage.runtime) == len(people)
    assert [await stage.enrolments(person) for person in people] == [[], [], []]
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."] * 3


async def test_a_poisoned_enrolment_is_parked_and_the_rest_of_its_batch_moves_on(stage: Stage, sqlite_url: str) -> None:
    people = await people_in_a_journey(stage, 3)
    (poisoned,) = await stage.enrolments(people[1])
    spoil(sqlite_url, f"UPDATE conversation SET tracker = 'broken' WHERE profile_id = '{people[1]}'")
    stage.clock.forward(timedelta(days=1))
    assert await advance_due(stage.runtime) == 3
    parked = await stage.enrolment(poisoned.id)
    assert (parked.status, parked.due_at) == (EnrolmentStatus.PARKED, poisoned.due_at)
    assert parked.reason.startswith(f"step {poisoned.step} failed: ")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."] * 2
    assert await advance_due(stage.runtime) == 0
    # The batch that failed has counted nobody, and the poisoned one has not got anywhere.
    assert await ways(stage) == {(ENTRANCE, "steps.0"): 3, ("steps.0", "steps.1"): 2, ("steps.1", "end"): 2}


async def test_a_timer_does_not_wait_for_a_backlog_that_was_there_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advance, "BATCH", 5)
    people = await people_in_a_journey(stage, 20)
    stage.clock.forward(timedelta(hours=1))
    late = ProfileId("late")
    await stage.meet(late, phone="+447700900222")
    await stage.happens("demo.requested", to=late)
    stage.clock.forward(timedelta(hours=23))
    assert await advance_due(stage.runtime) == 5, "of the backlog of twenty"
    stage.clock.forward(timedelta(hours=1))
    assert await advance_due(stage.runtime) == 5
    assert await stage.enrolments(late) == [], "who became due after fifteen others"
    while await advance_due(stage.runtime):
        pass
    assert [await stage.enrolments(person) for person in people] == [[]] * 20


@pytest.mark.parametrize("count", [1, 4, 5, 6, 9])
async def test_however_many_are_due_each_takes_one_step(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(advance, "BATCH", 5)
    await people_in_a_journey(stage, count)
    stage.clock.forward(timedelta(days=1))
    stepped = 0
    while took := await advance_due(stage.runtime):
        stepped += took
    assert stepped == count
    assert await ways(stage) == {(ENTRANCE, "steps.0"): count, ("steps.0", "steps.1"): count, ("steps.1", "end"): count}


async def ways(stage: Stage) -> dict[tuple[str, str], int]:
    async with stage.store.transaction() as uow:
        return {(one.source, one.target): one.times for one in await uow.passages.of("welcome")}


ODD: list[dict[str, object]] = [
    {"name": None, "size": None},
    {"name": 5, "size": "fifty", "time_zone": ["x"]},
    {"name": "\u202eآنا\u202c \U0001f469\u200d\U0001f4bb", "size": float("nan")},
    {"name": {"first": "Ana"}, "size": [1, [2, [3]]], "renewal": "2026-99-99"},
    {"name": "x" * 100_000, "size": 10**30, "renewal": "0001-01-01"},
]
MANY_STEPS = """
- set: {greeting: "= 'Hello ' + profile.name", double: "= profile.size * 2"}
- branch:
    - if: profile.size > 20 or starts_with(profile.name, 'A')
      do: [add_to: big]
- wait: {until: profile.renewal, at_most: 1h}
- crm: {note: "= profile.greeting"}
- send: {response: utter_tip, channels: [sms]}
"""


async def test_odd_profiles_stop_nobody_else_and_go_on_as_far_as_they_can(stage: Stage) -> None:
    people = [ProfileId(f"odd-{number}") for number in range(len(ODD))]
    stage.play(journey_of(MANY_STEPS))
    for number, (person, attributes) in enumerate(zip(people, ODD, strict=True)):
        await stage.meet(person, phone=f"+4477009001{number:02}", attributes=attributes)
        async with stage.store.transaction() as uow:
            profile = await uow.profiles.get(person)
            await uow.profiles.save(replace(profile, tags=frozenset(f"tag {one}" for one in range(10_000))))
        await stage.consent(of=person)
        await stage.happens("demo.requested", to=person)
    await stage.later(hours=1)
    assert [await stage.enrolments(person) for person in people] == [[]] * len(people)
    assert stage.sms.texts() == ["I am a machine. A tip."] * len(people)


async def test_a_version_that_cannot_be_read_stops_its_own_run_only(stage: Stage, sqlite_url: str) -> None:
    (person,) = await people_in_a_journey(stage, 1)
    await unreadable(stage, sqlite_url, of=person)
    await stage.later(days=1)
    assert (await stage.enrolment(UNREADABLE)).status is EnrolmentStatus.PARKED
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_of_two_runs_that_are_due_together_the_first_may_move_the_second(stage: Stage) -> None:
    """What becomes known at a step of the one is what ends the other."""
    await stage.meet()
    first = journey_of("- wait: 1d\n- add_to: known\n- wait: 1d")
    second = journey_of("- wait: {for: segment.entered, at_most: 1d}\n- add_to: told", name="outer")
    stage.play(first, second)
    known = Segment("known", "'known' in profile.tags")
    stage.library.playbook = replace(stage.library.playbook, segments={known.id: known})
    await stage.happens("demo.requested")
    stage.clock.forward(timedelta(days=1))
    assert await advance_due(stage.runtime) == 2
    assert await advance_due(stage.runtime) == 0
    assert await tags_of(stage) == {"known", "told"}


async def test_one_that_others_get_into_the_way_of_holds_up_no_other_of_its_batch(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await people_in_a_journey(stage, 3)
    stage.clock.forward(timedelta(days=1))

    async def step_but_one(uow: UnitOfWork, runtime: Runtime, enrolment: Enrolment, trigger: Any, now: Any) -> None:
        if enrolment.profile_id == people[1]:
            raise Conflict("somebody is faster each time")
        await step(uow, runtime, enrolment, trigger, now)

    with monkeypatch.context() as patched:
        patched.setattr(advance, "step", step_but_one)
        assert await advance_due(stage.runtime) == 2
        assert await advance_due(stage.runtime) == 0, "there is no hurry to try again"
    assert [len(await stage.enrolments(person)) for person in people] == [0, 1, 0]
    assert await advance_due(stage.runtime) == 1


async def test_somebody_who_is_merged_while_their_step_is_taken_is_not_parked(stage: Stage) -> None:
    (ana,) = await people_in_a_journey(stage, 1)
    (run,) = await stage.enrolments(ana)
    stage.clock.forward(timedelta(days=1))
    with pytest.raises(PersonGone):  # noqa: PT012
        async with stage.store.transaction() as uow:
            gone = replace(run, profile_id=ProfileId("merged"))  # read before, and the merge was quicker
            await step(uow, stage.runtime, gone, TimerFired(), stage.clock.now())
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."]
