"""Enrol many: the same people come in together as one by one, and a chunk that dies is repeated without doubling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.adapters.database import Database
from bot.adapters.database.schedules import StoredSchedules
from bot.adapters.tables import enrolment as enrolments
from bot.domain.audience import Segment
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import EnrolmentStatus, Journey, TimerFired
from bot.domain.person import Profile
from bot.domain.score import ScoreRule
from bot.journeys.interpreter import begin
from bot.ports import UnitOfWork
from bot.services import enrol_many
from bot.services.enrol import let_in, step, tell_journeys
from bot.services.enrol_many import enrol_everybody, enrol_members
from bot.services.keep_schedule import keep_schedules
from bot.services.keep_segments import segment_event
from bot.services.work_out_segments import work_on_segments
from tests.bot.services.stage import Stage, journey_of
from tests.bot.services.test_keep_segments import divide
from tests.contracts.samples import opened
from tests.manual_clock import ManualClock

BIG = "big-teams"
STEPS = ("- wait: 1d", "- add_to: seen\n- wait: 1d\n- wait: 1d")
HEEDING = journey_of("- wait: {for: segment.entered, at_most: 90d}\n- wait: 1d", name="outer")
DEAF = journey_of("- wait: 90d", name="inner")


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrol_many, "MANY", 1)
    monkeypatch.setattr(enrol_many, "CHUNK", 3)


@dataclass(frozen=True)
class Before:
    """One person as they are when they come into the segment."""

    attributes: dict[str, Any]
    runs: Sequence[tuple[str, EnrolmentStatus, int]]  # of which journey, how it stands, and how many hours ago it began
    changes: Sequence[bool]  # that wait to be told: into the segment, or out of it
    in_another_segment: bool
    said: str = ""


WISHES = ("", "no to marketing", "only keep it")
PURPOSES = st.sampled_from(["marketing", "service"])

values = st.sampled_from([None, 5, 50, "50", True, [1]])
people = st.builds(
    Before,
    st.dictionaries(st.sampled_from(["team_size", "stage"]), values, max_size=2),
    st.lists(
        st.tuples(
            st.sampled_from(["welcome", "outer", "inner"]),
            st.sampled_from([EnrolmentStatus.WAITING, EnrolmentStatus.DONE, EnrolmentStatus.HELD_OUT]),
            st.sampled_from([0, 1, 24 * 30, 24 * 31]),
        ),
        max_size=2,
    ),
    st.sampled_from([(True,), (True,), (True, False, True), (True, True), (True, False)]),
    st.booleans(),
    st.sampled_from(["", *WISHES]),
)
heads = st.builds(
    lambda again, condition, holdout: (f"{again[0]}{condition}", f"{holdout}\n{again[1]}"),
    st.sampled_from(
        [
            ("", ""),
            (", again: always", ""),
            (", again: after 30d", ""),
            (", again: always", "at_once: many"),
            (", again: after 30d", "at_once: many"),
        ]
    ),
    st.sampled_from(["", ", if: profile.team_size > 20 and lead.fit < 5", ", if: lower(profile.stage) == 'x'"]),
    st.sampled_from(["", "holdout: 50%", "holdout: 99%"]),
)


class RolledBackError(Exception):
    """Nothing of what the test did is to stay."""


Work = Callable[[UnitOfWork, Stage], Awaitable[None]]


async def outcome(url: str, journey: Journey, crowd: Sequence[Before], work: Work) -> list[tuple[Any, ...]]:
    """Every enrolment there is after that and after the steps that are due; the ids, which are random, left out."""
    found: list[tuple[Any, ...]] = []
    async with opened(url) as store:
        stage = Stage(store, ManualClock())
        stage.play(journey, HEEDING, DEAF)
        divide(stage, Segment(BIG, "true"))
        try:
            async with store.transaction() as uow:
                await _populate(uow, stage, journey, crowd)
                await work(uow, stage)
                for due in await uow.enrolments.claim_due(stage.clock.now(), 100):
                    await step(uow, stage.runtime, due, TimerFired(), stage.clock.now())
                await uow.enrolments.write()
                rows = await uow.enrolments._session.execute(select(enrolments))
                for row in rows:
                    mine = {"id": "", "lane": "own" if row.lane == row.id else row.lane}
                    found.append(tuple(sorted((row._asdict() | mine).items())))
                raise RolledBackError
        except RolledBackError:
            return sorted(found, key=repr)


async def _populate(uow: UnitOfWork, stage: Stage, journey: Journey, crowd: Sequence[Before]) -> None:
    now = stage.clock.now()
    for one in (journey, HEEDING, DEAF):
        await uow.enrolments.publish(one)
    known = {one.id: one for one in (journey, HEEDING, DEAF)}
    for number, person in enumerate(crowd):
        name = ProfileId(f"person-{number}")
        objected_at = now if person.said == "no to marketing" else None
        restricted_at = now if person.said == "only keep it" else None
        known_as = Profile(name, now, person.attributes, objected_at=objected_at, restricted_at=restricted_at)
        await uow.profiles.add(known_as)
        for count, (into, status, hours) in enumerate(person.runs):
            began = now - timedelta(hours=hours)
            run = begin(known[into], EnrolmentId(f"{name}-{count}"), name, {}, began)
            waits = ("segment.entered",) if into == "outer" else ()
            run = replace(run, status=status, seq=1, due_at=now + timedelta(days=9), waiting_for=waits, reason="")
            await uow.enrolments.add(run)
        if person.in_another_segment:
            await uow.segments.enter(name, "other", now)
            await uow.segments.queue(name, "other", entered=True, at=now)
        for entered in person.changes:
            await uow.segments.queue(name, BIG, entered=entered, at=now)
        if person.changes[-1]:
            await uow.segments.enter(name, BIG, now)


async def one_by_one(uow: UnitOfWork, stage: Stage) -> None:
    for change in await uow.segments.claim_changes(100):
        event = segment_event(change.segment, entered=change.entered)
        await tell_journeys(uow, stage.runtime, change.profile_id, [event], stage.clock.now())
        await uow.segments.told([change.position])


async def together(uow: UnitOfWork, stage: Stage) -> None:
    """And what cannot go together, one by one."""
    while (await enrol_members(uow, stage.runtime, stage.clock.now()))[0]:
        pass
    await one_by_one(uow, stage)


@given(head=heads, steps=st.sampled_from(STEPS), crowd=st.lists(people, min_size=1, max_size=7), purpose=PURPOSES)
@example(("", "holdout: 50%\n"), STEPS[0], [Before({}, (), (True,), False) for _ in "1234567"], "marketing")
@example(("", ""), STEPS[0], [Before({}, (), (True, False), False)], "marketing")
@example(("", ""), STEPS[0], [Before({}, (), (True,), False, said) for said in WISHES], "marketing")
@example(("", ""), STEPS[0], [Before({}, (), (True,), False, said) for said in WISHES], "service")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_segment_comes_in_together_as_it_would_one_by_one(
    postgresql_url: str, head: tuple[str, str], steps: str, crowd: list[Before], purpose: str
) -> None:
    entry, more = head
    journey = journey_of(steps, f"enter: {{segment: {BIG}{entry}}}\n{more}", purpose=purpose)
    alone, joined = (asyncio.run(outcome(postgresql_url, journey, crowd, way)) for way in (one_by_one, together))
    assert joined == alone


@given(head=heads, crowd=st.lists(people, min_size=1, max_size=7), purpose=PURPOSES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everybody_comes_in_together_as_they_would_one_by_one(
    postgresql_url: str, head: tuple[str, str], crowd: list[Before], purpose: str
) -> None:
    entry, more = head
    if "team_size" not in entry:  # a schedule has a condition, and one that SQL does not know goes another way
        entry = entry.partition(", if")[0] + ", if: profile.team_size"
    journey = journey_of(
        STEPS[0], f"enter: {{schedule: {{cron: '0 9 * * mon', zone: UTC}}{entry}}}\n{more}", purpose=purpose
    )
    (way_in,) = journey.entries
    data = {"scheduled_for": "2026-11-30"}

    async def alone(uow: UnitOfWork, stage: Stage) -> None:
        for number in range(len(crowd)):
            name = ProfileId(f"person-{number}")
            now = stage.clock.now()
            await let_in(uow, stage.runtime, journey, way_in, name, data, now, key=f"monday:{name}")

    async def joined(uow: UnitOfWork, stage: Stage) -> None:
        for _ in range(2):  # the second time it lets nobody in
            after: str | None = ""
            while after is not None:
                after = await enrol_everybody(
                    uow, journey, way_in, data, stage.clock.now(), after=after, once="monday:"
                )

    assert asyncio.run(outcome(postgresql_url, journey, crowd, joined)) == asyncio.run(
        outcome(postgresql_url, journey, crowd, alone)
    )


# ---------------------------------------------------------------- as the worker does it


@pytest_asyncio.fixture
async def shared(postgresql_url: str) -> AsyncIterator[Stage]:
    async with opened(postgresql_url) as store:
        yield Stage(store, ManualClock())


async def add_people(stage: Stage, count: int) -> list[ProfileId]:
    names = [ProfileId(f"person-{number:02}") for number in range(count)]
    async with stage.store.transaction() as uow:
        for name in names:
            await uow.profiles.add(Profile(name, stage.clock.now(), {"team_size": 50}))
    return names


async def runs_of(stage: Stage, names: Sequence[ProfileId]) -> list[int]:
    return [len(await stage.enrolments(name)) for name in names]


async def test_a_segment_enrols_its_people_and_they_take_their_first_steps(shared: Stage) -> None:
    names = await add_people(shared, 8)
    shared.play(journey_of("- add_to: seen\n- wait: 1d", f"enter: {{segment: {BIG}}}"))
    divide(shared, Segment(BIG, "profile.team_size > 20"))
    for _ in range(20):
        await work_on_segments(shared.runtime)
    await shared.settle()
    assert await runs_of(shared, names) == [1] * 8
    async with shared.store.transaction() as uow:
        assert {"seen"} == {tag for name in names for tag in (await uow.profiles.get(name)).tags}
        assert [one.times for one in await uow.passages.of("welcome")] == [8, 8]
        lines = [[one.event for one in await uow.timeline.of(name, limit=5)] for name in names]
    assert lines == [["segment.entered"]] * 8, "as one by one"


async def test_who_comes_in_together_gets_the_points_for_coming_into_the_segment(shared: Stage) -> None:
    names = await add_people(shared, 8)
    shared.play(journey_of("- wait: 1d", f"enter: {{segment: {BIG}}}"))
    divide(shared, Segment(BIG, "profile.team_size > 20"))
    rule = ScoreRule("came", "engagement", 7, "came into a segment", "segment.entered")
    shared.library.playbook = replace(shared.library.playbook, score_rules=(rule,))
    for _ in range(20):
        await work_on_segments(shared.runtime)
    assert await runs_of(shared, names) == [1] * 8
    async with shared.store.transaction() as uow:
        assert [[one.points for one in await uow.scores.of(name)] for name in names] == [[7]] * 8


async def test_a_chunk_that_dies_is_repeated_and_nobody_comes_in_twice(
    shared: Stage, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = await add_people(shared, 8)
    monday = "{cron: '0 9 * * mon', zone: UTC}"
    weekly = journey_of("- wait: 90d", f"enter: {{schedule: {monday}, if: profile.team_size, again: always}}")
    shared.play(weekly)
    await keep_schedules(shared.runtime)
    shared.clock.forward(timedelta(days=7))
    assert await keep_schedules(shared.runtime)
    assert sum(await runs_of(shared, names)) == 3

    with monkeypatch.context() as dying:
        dying.setattr(StoredSchedules, "save", _fail)
        with pytest.raises(ConnectionResetError):
            await keep_schedules(shared.runtime)
    assert sum(await runs_of(shared, names)) == 3
    async with opened(postgresql_url) as store:
        again = Stage(store, shared.clock)
        again.play(weekly)
        while await keep_schedules(again.runtime):
            pass
        assert await runs_of(again, names) == [1] * 8


async def _fail(*_: Any) -> None:
    raise ConnectionResetError("the database is gone")


async def test_two_workers_enrol_a_segment_without_doubling(shared: Stage, postgresql_url: str) -> None:
    names = await add_people(shared, 40)
    async with opened(postgresql_url) as store:
        stages = [shared, Stage(store, shared.clock)]
        for stage in stages:
            stage.play(journey_of("- wait: 1d", f"enter: {{segment: {BIG}, again: always}}\nat_once: many"))
        async with store.transaction() as uow:
            for name in names:
                await uow.segments.enter(name, BIG, shared.clock.now())
                await uow.segments.queue(name, BIG, entered=True, at=shared.clock.now())

        async def work(stage: Stage) -> None:
            divide(stage, Segment(BIG, "true"))
            for _ in range(30):
                await work_on_segments(stage.runtime)

        await asyncio.gather(*map(work, stages))
    assert await runs_of(shared, names) == [1] * 40


async def test_on_sqlite_a_segment_goes_one_by_one(sqlite_store: Database) -> None:
    stage = Stage(sqlite_store, ManualClock())
    names = await add_people(stage, 5)
    stage.play(journey_of("- wait: 1d", f"enter: {{segment: {BIG}}}"))
    divide(stage, Segment(BIG, "true"))
    for _ in range(20):
        await work_on_segments(stage.runtime)
    assert await runs_of(stage, names) == [1] * 5
