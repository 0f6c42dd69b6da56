"""Work out segments: after an edit, and as days go by, the members are those for whom the condition is true."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audience import Segment
from bot.domain.effects import AddTag, ChangeScore, PersonEffect, SetAttribute
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.domain.score import Grades, ScoreRule
from bot.services import work_out_segments
from bot.services.enrol import tell_journeys
from bot.services.perform import Cause, perform
from bot.services.work_out_segments import work_on_segments
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.bot.services.test_keep_segments import BIG, KEEN, TRIAL, divide, segments_of
from tests.bot.services.test_properties import on_a_stage
from tests.contracts.samples import opened

BEN = ProfileId("ben")
NEW = Segment("new", "days_since(profile.created_on) <= 30")
WELCOME = journey_of("- wait: 90d", "enter: {event: segment.entered, again: always}")


async def work(stage: Stage) -> int:
    """Until nothing is left to do; how many rounds that took."""
    for rounds in range(200):
        if not await work_on_segments(stage.runtime):
            return rounds
    raise AssertionError("it never became still")


async def add(stage: Stage, *people: Profile) -> None:
    async with stage.store.transaction() as uow:
        for one in people:
            await uow.profiles.add(one)


def person(stage: Stage, name: str, **attributes: Any) -> Profile:
    return Profile(ProfileId(name), stage.clock.now(), attributes)


async def test_a_new_segment_finds_its_people_and_tells_journeys(stage: Stage) -> None:
    await add(stage, person(stage, "ana", team_size=50), person(stage, "ben", team_size=5))
    stage.play(WELCOME)
    divide(stage, BIG)
    await work(stage)
    assert (await segments_of(stage), await segments_of(stage, BEN)) == ({"big-teams"}, set())
    (entered,) = await stage.enrolments()
    assert entered.data["event"] == {"segment": "big-teams"}
    assert await stage.enrolments(BEN) == []


async def test_an_edited_segment_is_worked_out_anew_and_only_the_difference_is_told(stage: Stage) -> None:
    await add(stage, person(stage, "ana", team_size=50), person(stage, "ben", team_size=30))
    divide(stage, BIG)
    await work(stage)
    stage.play(journey_of("- wait: 90d", "enter: {event: segment.left}"))
    divide(stage, Segment("big-teams", "profile.team_size > 40"))
    await work(stage)
    assert (await segments_of(stage), await segments_of(stage, BEN)) == ({"big-teams"}, set())
    assert (len(await stage.enrolments()), len(await stage.enrolments(BEN))) == (0, 1)


async def test_as_days_go_by_people_leave_without_doing_anything(stage: Stage) -> None:
    await add(stage, person(stage, "ana"))
    divide(stage, NEW)
    await work(stage)
    assert await segments_of(stage) == {"new"}
    assert await work(stage) == 0
    stage.clock.forward(timedelta(days=30))
    await work(stage)
    assert await segments_of(stage) == {"new"}
    stage.clock.forward(timedelta(days=1))
    await work(stage)
    assert await segments_of(stage) == set()


async def test_what_was_worked_out_by_a_clock_that_was_ahead_is_worked_out_by_the_right_one(stage: Stage) -> None:
    await add(stage, person(stage, "ana"))
    divide(stage, NEW)
    stage.clock.forward(timedelta(days=40))
    await work(stage)
    assert await segments_of(stage) == set()
    stage.clock.forward(-timedelta(days=40))
    await work(stage)
    assert await segments_of(stage) == {"new"}
    assert await work(stage) == 0


async def test_everybody_leaves_a_segment_whose_file_is_gone(stage: Stage) -> None:
    await add(stage, person(stage, "ana", team_size=50))
    divide(stage, BIG)
    await work(stage)
    stage.play(journey_of("- wait: 90d", "enter: {event: segment.left}"))
    divide(stage)
    await work(stage)
    assert await segments_of(stage) == set()
    assert len(await stage.enrolments()) == 1
    assert await work(stage) == 0


async def test_a_working_out_that_was_cut_off_goes_on_where_it_was(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_out_segments, "CHUNK", 2)
    people = [person(stage, f"p{number}", team_size=50) for number in range(5)]
    await add(stage, *people)
    divide(stage, BIG)
    assert await work_on_segments(stage.runtime)
    again = Stage(stage.store, stage.clock)
    divide(again, BIG)
    again.play(WELCOME)
    await work(again)
    for one in people:
        assert await segments_of(again, one.id) == {"big-teams"}
        assert len(await again.enrolments(one.id)) == 1


async def test_two_workers_share_the_work_and_tell_each_change_once(
    stage: Stage, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_out_segments, "CHUNK", 3)
    monkeypatch.setattr(work_out_segments, "BATCH", 2)
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        stages = [Stage(store, stage.clock) for store in (one, other)]
        people = [person(stage, f"p{number}", team_size=50) for number in range(20)]
        await add(stages[0], *people)
        for each in stages:
            divide(each, BIG, NEW)
            each.play(WELCOME)
        await asyncio.gather(*(work(each) for each in stages))
        async with one.transaction() as uow:
            assert [await uow.segments.count_members(name) for name in ("big-teams", "new")] == [20, 20]
            assert await uow.segments.claim_changes(100) == []
        for person_ in people:
            assert len(await stages[0].enrolments(person_.id)) == 1


async def test_a_change_that_cannot_be_told_holds_up_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await add(stage, person(stage, "ana", team_size=50), person(stage, "ben", team_size=50))
    stage.play(WELCOME)
    divide(stage, BIG)

    async def tell(uow: Any, runtime: Any, profile_id: ProfileId, events: Any, now: Any) -> None:
        if profile_id == ANA:
            raise RuntimeError("a bad row")
        await tell_journeys(uow, runtime, profile_id, events, now)

    monkeypatch.setattr(work_out_segments, "tell_journeys", tell)
    await work(stage)
    assert await stage.enrolments() == []
    assert len(await stage.enrolments(BEN)) == 1
    assert await segments_of(stage) == {"big-teams"}
    async with stage.store.transaction() as uow:
        [left] = await uow.queues.untold()
        assert (left.to, left.reason, left.entries) == ("big-teams", "RuntimeError", 1)
        await uow.segments.tell_again("big-teams", "RuntimeError")
    monkeypatch.undo()
    await work(stage)
    assert len(await stage.enrolments()) == 1


async def test_what_another_worker_has_told_meanwhile_is_not_told_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch of one has failed, and while it begins to go one by one the other takes the same batch."""
    await add(stage, person(stage, "ana", team_size=50), person(stage, "ben", team_size=50))
    stage.play(WELCOME)
    divide(stage, BIG)
    alone, failures = work_out_segments._pass_on_alone, [RuntimeError("a bad moment")]

    async def tell(uow: Any, runtime: Any, profile_id: ProfileId, events: Any, now: Any) -> None:
        if failures:
            raise failures.pop()
        await tell_journeys(uow, runtime, profile_id, events, now)

    async def behind_the_other(*arguments: Any) -> bool:
        await work_on_segments(stage.runtime)
        return await alone(*arguments)

    monkeypatch.setattr(work_out_segments, "tell_journeys", tell)
    monkeypatch.setattr(work_out_segments, "_pass_on_alone", behind_the_other)
    await work(stage)
    async with stage.store.transaction() as uow:
        for who in (ANA, BEN):
            told = [one.event for one in await uow.timeline.of(who, limit=10)]
            assert told == ["segment.entered"]


async def test_a_change_that_others_get_into_the_way_of_holds_up_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(stage, person(stage, "ana", team_size=50), person(stage, "ben", team_size=50))
    stage.play(WELCOME)
    divide(stage, BIG)

    async def tell(uow: Any, runtime: Any, profile_id: ProfileId, events: Any, now: Any) -> None:
        if profile_id == ANA:
            raise Conflict("somebody is faster each time")
        await tell_journeys(uow, runtime, profile_id, events, now)

    monkeypatch.setattr(work_out_segments, "tell_journeys", tell)
    await work(stage)
    assert (await stage.enrolments(), len(await stage.enrolments(BEN))) == ([], 1)
    monkeypatch.undo()
    await work(stage)
    assert len(await stage.enrolments()) == 1


async def test_people_who_wait_in_a_journey_are_told_though_no_journey_begins_with_it(stage: Stage) -> None:
    await add(stage, person(stage, "ana", team_size=50), person(stage, "ben", team_size=50))
    stage.play(journey_of("- wait: {for: segment.entered, at_most: 90d}\n- set: {stage: told}"))
    await stage.happens("demo.requested")
    divide(stage, BIG)
    await work(stage)
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes["stage"] == "told"


async def test_coming_into_a_segment_is_the_goal_of_who_has_left_the_journey_that_is_for_it(stage: Stage) -> None:
    """Nobody waits in a run then, and no journey begins with it."""
    stage.play(journey_of("- set: {stage: told}", "exit: {goal: event segment.entered within 30d}"))
    await stage.meet()
    await stage.happens("demo.requested")
    divide(stage, Segment("told", "profile.stage == 'told'"))
    await work(stage)
    async with stage.store.transaction() as uow:
        unreached = await uow.enrolments.reach_goal(
            ANA, "welcome", since=stage.clock.now() - timedelta(days=1), at=stage.clock.now()
        )
    assert unreached == 0


async def test_whoever_comes_into_a_segment_gets_the_points_for_that_though_no_journey_hears_of_it(
    stage: Stage,
) -> None:
    """As they do where it comes of something that they have told."""
    rule = ScoreRule("came", "engagement", 7, "came into a segment", "segment.entered")
    await add(stage, person(stage, "ana", team_size=50))
    divide(stage, BIG)
    stage.library.playbook = replace(stage.library.playbook, score_rules=(rule,))
    await work(stage)
    async with stage.store.transaction() as uow:
        assert [one.points for one in await uow.scores.of(ANA)] == [7]
        assert [one.event for one in await uow.timeline.of(ANA, limit=5)] == ["segment.entered"]


# ---------------------------------------------------------------- kept up to date and worked out are the same

GRADES = Grades(one=5, two=-5)
SEGMENTS = (
    BIG,
    TRIAL,
    KEEN,
    NEW,
    Segment("odd", "profile.team_size in ['20', 20, true] or length(profile.team_size) > 1 or not profile.stage"),
    Segment("late", "days_since(profile.since) > 2 and lead.grade != 'C3'", grades=GRADES),
    Segment("best", "lead.grade == 'C1'", grades=GRADES),
)
values = st.sampled_from([None, 0, 20, 50, "20", True, [1, 2], {"a": 1}, float("inf"), 2**60, "2026-11-22", "\0"])
deeds = st.one_of(
    st.builds(SetAttribute, st.sampled_from(["team_size", "stage", "since"]), values),
    st.builds(AddTag, st.sampled_from(["trial", "vip"])),
    st.builds(
        lambda points, rule: ChangeScore("engagement", points, "r", rule),
        st.sampled_from([-10, 5, 30]),
        st.sampled_from("ab"),
    ),
)


@given(st.lists(st.tuples(st.sampled_from([ANA, BEN]), deeds), max_size=8), st.lists(values, max_size=2))
@settings(max_examples=60)
def test_members_that_are_kept_up_to_date_are_those_that_are_worked_out(
    empty_sqlite_file: Path, happened: Sequence[tuple[ProfileId, PersonEffect]], before: Sequence[Any]
) -> None:
    async def play(stage: Stage) -> None:
        divide(stage, *SEGMENTS)
        stage.library.playbook = replace(stage.library.playbook, grades=GRADES)
        people = [person(stage, name, **{f"a{i}": one for i, one in enumerate(before)}) for name in (ANA, BEN)]
        await add(stage, *people)
        await work(stage)
        for number, (who, effect) in enumerate(happened):
            async with stage.store.transaction() as uow:
                await perform(uow, stage.runtime, [effect], Cause(f"k{number}", who), stage.clock.now())
        kept = [await segments_of(stage, who) for who in (ANA, BEN)]
        stage.clock.forward(timedelta(seconds=1))
        async with stage.store.transaction() as uow:
            for segment in SEGMENTS:
                assert await uow.segments.work_out(segment, "", stage.clock.now(), limit=100) == (None, 0)
        assert [await segments_of(stage, who) for who in (ANA, BEN)] == kept

    asyncio.run(on_a_stage(empty_sqlite_file, play))
