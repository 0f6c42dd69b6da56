"""Enrol: journeys that run other journeys."""

from __future__ import annotations

import pytest

from bot.domain.journey import EnrolmentStatus
from bot.services.publish import Publisher, plan_publishing, publish
from tests.bot.services.enrolments import places, tags_of
from tests.bot.services.stage import ANA, Stage, journey_of

OUTER = "- id: sub\n  run: {journey: inner, with: {size: '= event.size'}}\n- add_to: back"


async def test_a_journey_waits_for_the_one_that_it_runs(stage: Stage) -> None:
    await stage.meet()
    inner = journey_of("- wait: 1d\n- set: {size: '= event.size'}", "enter: {api: true}", name="inner")
    stage.play(journey_of(OUTER), inner)
    await stage.happens("demo.requested", size=50)
    assert sorted(await places(stage)) == [("inner", "steps.0"), ("welcome", "sub")]
    await stage.later(hours=23)
    assert await tags_of(stage) == set()
    await stage.later(hours=1)
    assert await tags_of(stage) == {"back"}
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes == {"size": 50}


async def test_a_journey_that_is_over_at_once_is_run_in_one_go(stage: Stage) -> None:
    await stage.meet()
    inner = journey_of("- add_to: inner", "enter: {api: true}", name="inner")
    stage.play(journey_of(OUTER), inner)
    await stage.happens("demo.requested")
    assert await tags_of(stage) == {"inner", "back"}


async def test_a_journey_can_be_run_for_somebody_who_is_in_it_already(stage: Stage) -> None:
    await stage.meet()
    inner = journey_of("- wait: 1d\n- add_to: inner", "enter: {event: call.missed}", name="inner")
    stage.play(journey_of(OUTER), inner)
    await stage.happens("call.missed")
    await stage.later(hours=12)
    await stage.happens("demo.requested")
    assert len(await places(stage)) == 3
    await stage.later(hours=12)
    assert await tags_of(stage) == {"inner"}
    await stage.later(hours=12)
    assert await tags_of(stage) == {"inner", "back"}


async def test_leaving_the_outer_journey_ends_the_inner_ones(stage: Stage) -> None:
    await stage.meet()
    middle = journey_of("- run: outer\n- add_to: middle", "enter: {api: true}", name="inner")
    innermost = journey_of("- wait: 1d\n- add_to: innermost", "enter: {api: true}", name="outer")
    stage.play(journey_of(OUTER, "exit: {goal: event meeting.booked}"), middle, innermost)
    await stage.happens("demo.requested")
    assert len(await places(stage)) == 3
    await stage.happens("meeting.booked")
    assert await places(stage) == []
    await stage.later(days=2)
    assert await tags_of(stage) == set()


@pytest.mark.parametrize("mapped", ["on_edit: {map: {sub: rest}}", "on_edit: map"])
async def test_publishing_that_takes_people_out_of_the_step_ends_the_inner_journey(stage: Stage, mapped: str) -> None:
    """Else they would be in both, and in the inner one for good, whatever ends the outer one."""
    await stage.meet()
    inner = journey_of("- wait: 1d\n- add_to: inner", "enter: {api: true}", name="inner")
    stage.play(journey_of(OUTER), inner)
    await stage.happens("demo.requested")
    without = journey_of("- id: rest\n  wait: 2d\n- add_to: back", mapped)
    stage.play(without, inner)
    async with stage.store.transaction() as uow:
        plan = await plan_publishing(uow, without)
    await publish(Publisher(stage.store, stage.clock, "Ana"), plan, park=True)
    await stage.later(days=1, hours=1)
    assert await tags_of(stage) == set()
    assert {one.journey for one in await stage.enrolments()} == ({"welcome"} if "rest" in mapped else set())


async def test_who_is_taken_to_a_step_that_runs_it_anew_is_in_the_new_run(stage: Stage) -> None:
    await stage.meet()
    inner = journey_of("- wait: 1d\n- add_to: inner", "enter: {api: true}", name="inner")
    stage.play(journey_of(OUTER), inner)
    await stage.happens("demo.requested")
    anew = journey_of(OUTER + "\n- add_to: later", "on_edit: {map: {sub: sub}}")
    stage.play(anew, inner)
    async with stage.store.transaction() as uow:
        plan = await plan_publishing(uow, anew)
    await publish(Publisher(stage.store, stage.clock, "Ana"), plan)
    await stage.later(hours=1)
    assert len(await stage.enrolments()) == 2
    await stage.later(days=1)
    assert await tags_of(stage) == {"inner", "back", "later"}


async def test_what_ends_the_outer_journey_may_be_what_the_inner_one_waits_for(stage: Stage) -> None:
    await stage.meet()
    inner = journey_of(
        "- wait: {for: meeting.booked, at_most: 2d}\n- add_to: inner", "enter: {api: true}", name="inner"
    )
    stage.play(journey_of(OUTER, "exit: {goal: event meeting.booked}"), inner)
    await stage.happens("demo.requested")
    await stage.happens("meeting.booked")
    assert await places(stage) == []
    assert await tags_of(stage) == set()


async def test_the_same_goal_ends_the_outer_journey_and_the_inner_one(stage: Stage) -> None:
    await stage.meet()
    goal = "exit: {goal: event meeting.booked}"
    inner = journey_of("- wait: 2d", f"enter: {{api: true}}\n{goal}", name="inner")
    stage.play(journey_of(OUTER, goal), inner)
    await stage.happens("demo.requested")
    await stage.happens("meeting.booked")
    assert await places(stage) == []


async def test_an_opt_out_that_ends_what_a_service_journey_runs_lets_that_one_go_on(stage: Stage) -> None:
    await stage.meet()
    inner = journey_of("- wait: 1d", "enter: {api: true}", name="inner")
    stage.play(journey_of(OUTER, purpose="service"), inner)
    await stage.happens("demo.requested")
    await stage.says("stop")
    assert await tags_of(stage) == {"back"}


async def test_a_run_of_a_journey_that_is_gone_is_parked(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- id: hold\n  wait: 1d\n" + OUTER))
    await stage.happens("demo.requested")
    (before,) = await stage.enrolments()
    await stage.later(days=1)
    parked = await stage.enrolment(before.id)
    assert parked.status is EnrolmentStatus.PARKED
    assert 'there is no journey "inner" any more' in parked.reason


async def test_a_fault_of_the_inner_journey_parks_the_outer_one_too(stage: Stage) -> None:
    await stage.meet()
    inner = journey_of("- action: action_lead", "enter: {api: true}", name="inner")
    stage.play(journey_of(OUTER), inner)
    stage.actions.broken.add("action_lead")
    await stage.happens("demo.requested")
    parent = next(one for one in await stage.enrolments() if one.journey == "welcome")
    await stage.settle()
    parked = await stage.enrolment(parent.id)
    assert parked.status is EnrolmentStatus.PARKED
    assert "inner" in parked.reason
