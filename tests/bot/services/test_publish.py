"""Publish: a version is put in force for every process, and people inside go where the dry run said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import CannotPublish
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus, Journey, Passage
from bot.domain.publishing import Running
from bot.journeys.judge import JOURNEY_STOPPED
from bot.services.publish import (
    Plan,
    Publisher,
    plan_publishing,
    plan_rollback,
    publish,
    resume,
    stop,
    versions_before,
)
from tests.bot.services.stage import ANA, Stage, journey_of, spoil

FIRST = """
- id: rest
  wait: {for: link.clicked, at_most: 2d}
- id: question
  ask: {form: size_form, channels: [sms], need: [team_size]}
  silent: {after: 3d, go: later}
- id: later
  wait: 7d
- send: {response: utter_tip, channels: [sms]}
"""
WITHOUT_LATER = """
- id: rest
  wait: {for: link.clicked, at_most: 2d}
- id: question
  ask: {form: size_form, channels: [sms], need: [team_size]}
  silent: {after: 3d, go: soon}
- id: soon
  wait: 1h
- send: {response: utter_offer, channels: [sms]}
"""
MAPPED = "on_edit: {map: {later: soon}}"


def publisher(stage: Stage) -> Publisher:
    return Publisher(stage.store, stage.clock, "Ana")


async def plan(stage: Stage, journey: Journey) -> Plan:
    async with stage.store.transaction() as uow:
        return await plan_publishing(uow, journey)


async def put_in_force(stage: Stage, journey: Journey, *, park: bool = False) -> int:
    return await publish(publisher(stage), await plan(stage, journey), park=park)


async def running(stage: Stage) -> Running:
    async with stage.store.transaction() as uow:
        return (await uow.journeys.states())["welcome"].running


async def enter(stage: Stage, *names: str) -> list[ProfileId]:
    people = [ProfileId(name) for name in names]
    for number, person in enumerate(people):
        await stage.meet(person, phone=f"+4477009002{number:02}")
        await stage.consent(of=person)
        await stage.happens("demo.requested", to=person)
    return people


def on_command(stage: Stage) -> None:
    """Only what is published holds."""
    stage.runtime = replace(stage.runtime, publishing="on_command")


# ---------------------------------------------------------------- what is in force


async def test_an_edited_file_waits_until_it_is_published(stage: Stage) -> None:
    on_command(stage)
    stage.play(journey_of(FIRST))
    (ana,) = await enter(stage, "a")
    assert await stage.enrolments(ana) == []
    await put_in_force(stage, journey_of(FIRST))
    await stage.happens("demo.requested", to=ana)
    assert [one.version for one in await stage.enrolments(ana)] == [journey_of(FIRST).version]


async def test_who_enters_after_publishing_goes_through_the_new_version(stage: Stage) -> None:
    on_command(stage)
    await put_in_force(stage, journey_of(FIRST))
    (first,) = await enter(stage, "a")
    new = journey_of(WITHOUT_LATER)
    await put_in_force(stage, new)
    await stage.meet(ProfileId("b"), phone="+447700900299")
    await stage.happens("demo.requested", to=ProfileId("b"))
    assert (await stage.enrolments(first))[0].version == journey_of(FIRST).version
    assert (await stage.enrolments(ProfileId("b")))[0].version == new.version


async def test_a_version_in_force_that_this_release_cannot_read_keeps_nobody_from_the_other_journeys(
    stage: Stage, sqlite_url: str
) -> None:
    """Each event is held against all journeys in force."""
    on_command(stage)
    await put_in_force(stage, journey_of(FIRST))
    await put_in_force(stage, journey_of(FIRST, name="another"))
    spoil(sqlite_url, "UPDATE journey SET body = '{}' WHERE id = 'another'")
    (ana,) = await enter(stage, "a")
    assert [one.journey for one in await stage.enrolments(ana)] == ["welcome"]


async def test_a_rollback_puts_the_version_before_in_force_and_the_people_back(stage: Stage) -> None:
    on_command(stage)
    old, new = journey_of(FIRST), journey_of(WITHOUT_LATER, MAPPED)
    await put_in_force(stage, old)
    (ana,) = await enter(stage, "a")
    await put_in_force(stage, new)
    assert (await stage.enrolments(ana))[0].version == new.version
    async with stage.store.transaction() as uow:
        back = await plan_rollback(uow, "welcome")
    assert await publish(publisher(stage), back, what="rollback") == 1
    (enrolment,) = await stage.enrolments(ana)
    assert (enrolment.version, enrolment.step) == (old.version, "rest")
    async with stage.store.transaction() as uow:
        told = [(one.what, one.version, one.who) for one in await uow.journeys.history("welcome", 10)]
        with pytest.raises(CannotPublish, match="one published version only"):
            await plan_rollback(uow, "welcome")
    assert told == [("rollback", old.version, "Ana"), ("publish", new.version, "Ana"), ("publish", old.version, "Ana")]


async def test_a_rollback_goes_to_any_version_before_and_the_people_go_back_by_the_same_ways(stage: Stage) -> None:
    on_command(stage)
    first = journey_of("- id: a\n  wait: 7d", "on_edit: map")
    second = journey_of("- id: b\n  wait: 7d", "on_edit: {map: {a: b}}")
    third = journey_of("- id: c\n  wait: 7d", "on_edit: {map: {b: c}}")
    await put_in_force(stage, first)
    (ana,) = await enter(stage, "a")
    await stage.settle()
    for version in (second, third):
        await put_in_force(stage, version)
        await stage.settle()
    assert [one.step for one in await stage.enrolments(ana)] == ["c"]
    async with stage.store.transaction() as uow:
        assert await versions_before(uow, "welcome") == [second.version, first.version]
        with pytest.raises(CannotPublish, match="was not in force before the present one"):
            await plan_rollback(uow, "welcome", third.version)
        back = await plan_rollback(uow, "welcome", first.version)
    await publish(publisher(stage), back, what="rollback")
    await stage.settle()
    assert [(one.version, one.step) for one in await stage.enrolments(ana)] == [(first.version, "a")]
    async with stage.store.transaction() as uow:
        assert await versions_before(uow, "welcome") == []
    await put_in_force(stage, second)
    async with stage.store.transaction() as uow:
        assert await versions_before(uow, "welcome") == [first.version]


async def test_a_plan_that_somebody_has_overtaken_is_not_carried_out(stage: Stage) -> None:
    on_command(stage)
    planned = await plan(stage, journey_of(FIRST))
    await put_in_force(stage, journey_of(WITHOUT_LATER))
    with pytest.raises(CannotPublish, match="has changed what is in force"):
        await publish(publisher(stage), planned)
    async with stage.store.transaction() as uow:
        assert (await uow.journeys.states())["welcome"].version == journey_of(WITHOUT_LATER).version


async def test_a_version_keeps_the_text_that_it_was_read_from(stage: Stage) -> None:
    new = journey_of(FIRST)
    await put_in_force(stage, new)
    async with stage.store.transaction() as uow:
        kept = await uow.enrolments.version("welcome", new.version)
    assert kept.source == new.source
    assert "link.clicked" in kept.source


async def test_a_journey_that_was_never_published_cannot_be_rolled_back(stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        with pytest.raises(CannotPublish, match="never published"):
            await plan_rollback(uow, "welcome")


# ---------------------------------------------------------------- people inside


async def stand_at(stage: Stage, places: Sequence[str]) -> list[ProfileId]:
    """So many people inside, each at the step that is named."""
    stage.play(journey_of(FIRST))
    people = await enter(stage, *(f"p{number}" for number in range(len(places))))
    async with stage.store.transaction() as uow:
        for person, step in zip(people, places, strict=True):
            (one,) = await uow.enrolments.waiting(person)
            waiting_for = {"rest": ("link.clicked",), "question": ("answer",), "later": ()}[step]
            await uow.enrolments.save(replace(one, step=step, waiting_for=waiting_for, seq=one.seq + 1))
    return people


async def where(stage: Stage, people: Sequence[ProfileId]) -> Counter[tuple[str, str]]:
    inside = [one for person in people for one in await stage.enrolments(person)]
    return Counter((one.version, one.step) for one in inside)


async def check_counts_of_the_dry_run(stage: Stage, places: Sequence[str], new: Journey) -> None:
    people = await stand_at(stage, places)
    planned = await plan(stage, new)
    expected: Counter[tuple[str, str]] = Counter()
    for move in planned.moves:
        stays = move.way == "stays"
        version = move.resting.version if stays else new.version
        if move.way != "lost":
            expected[version, move.resting.step if stays else move.to] += move.resting.people
    lost = sum(move.resting.people for move in planned.lost)
    moved = await publish(publisher(stage), planned, park=True)
    assert await where(stage, people) == expected
    assert moved == planned.people_moved
    async with stage.store.transaction() as uow:
        census = await uow.journeys.census("welcome")
    assert sum(census.parked.values()) == lost


@pytest.mark.parametrize("head", ["on_edit: pin", "on_edit: drain", "on_edit: map", MAPPED])
async def test_edit_of_a_live_journey_moves_as_many_as_the_dry_run_said(stage: Stage, head: str) -> None:
    places = ["rest"] * 4 + ["question"] * 2 + ["later"] * 3
    await check_counts_of_the_dry_run(stage, places, journey_of(WITHOUT_LATER, head))


async def test_who_goes_on_while_it_is_published_is_moved_from_where_they_are(stage: Stage) -> None:
    """They stayed on the version before, since nobody had stood there when the plan was made."""
    await stage.meet()
    first = journey_of("- id: rest\n  wait: 1d\n- id: later\n  wait: 7d")
    await publish(publisher(stage), await plan(stage, first))
    stage.runtime = replace(stage.runtime, publishing="on_command")
    await stage.happens("demo.requested")
    edited = journey_of("- id: rest\n  wait: 1d\n- id: later\n  wait: 7d\n- add_to: through", "on_edit: map")
    planned = await plan(stage, edited)
    await stage.later(days=1)
    assert await publish(publisher(stage), planned) == 1
    [run] = await stage.enrolments()
    assert (run.step, run.version) == ("later", edited.version)


async def test_pinned_people_finish_the_version_that_they_entered(stage: Stage) -> None:
    people = await stand_at(stage, ["rest", "later"])
    assert await put_in_force(stage, journey_of(WITHOUT_LATER, "on_edit: pin")) == 0
    assert {version for version, _ in await where(stage, people)} == {journey_of(FIRST).version}


async def test_mapped_people_wait_on_as_long_as_they_would_have(stage: Stage) -> None:
    (person,) = await stand_at(stage, ["rest"])
    (before,) = await stage.enrolments(person)
    new = journey_of(WITHOUT_LATER, MAPPED)
    await put_in_force(stage, new)
    (after,) = await stage.enrolments(person)
    assert after == replace(before, version=new.version, seq=before.seq + 1)


async def test_people_of_a_step_that_is_mapped_come_to_the_new_one_anew(stage: Stage) -> None:
    (person,) = await stand_at(stage, ["later"])
    await put_in_force(stage, journey_of(WITHOUT_LATER, MAPPED))
    await stage.settle()
    (after,) = await stage.enrolments(person)
    assert (after.step, after.due_at) == ("soon", stage.clock.now() + timedelta(hours=1))
    await stage.later(hours=1)
    assert stage.sms.texts() == ["I am a machine. An offer."]


async def test_who_is_moved_by_publishing_is_counted_apart_from_who_goes(stage: Stage) -> None:
    await stand_at(stage, ["rest", "rest", "later"])
    new = journey_of(WITHOUT_LATER, MAPPED)
    await put_in_force(stage, new)
    await stage.settle()
    await stage.later(hours=1)
    async with stage.store.transaction() as uow:
        assert [one for one in await uow.passages.of("welcome") if one.version == new.version] == [
            Passage(new.version, "soon", "steps.3", 1),
            Passage(new.version, "steps.3", "end", 1),
            Passage(new.version, "later", "soon", 1, moved=True),
            Passage(new.version, "rest", "rest", 2, moved=True),
        ]


async def test_publishing_that_would_lose_people_is_refused_and_says_whom(stage: Stage) -> None:
    people = await stand_at(stage, ["rest", "later", "later"])
    new = journey_of(WITHOUT_LATER, "on_edit: map")
    with pytest.raises(CannotPublish, match=r'2 at "later", which is gone\. .*map: {later: <a step>}.*--park'):
        await put_in_force(stage, new)
    assert {version for version, _ in await where(stage, people)} == {journey_of(FIRST).version}
    async with stage.store.transaction() as uow:
        assert await uow.journeys.states() == {}


async def test_who_is_parked_is_told_with_the_reason(stage: Stage) -> None:
    await stand_at(stage, ["later", "rest"])
    await put_in_force(stage, journey_of(WITHOUT_LATER, "on_edit: map"), park=True)
    async with stage.store.transaction() as uow:
        census = await uow.journeys.census("welcome")
    assert census.parked == {"a version was published, and step later is gone": 1}


async def test_drained_people_are_not_moved_by_a_later_version(stage: Stage) -> None:
    people = await stand_at(stage, ["rest"])
    await put_in_force(stage, journey_of(WITHOUT_LATER, "on_edit: drain"))
    assert await put_in_force(stage, journey_of(WITHOUT_LATER, "on_edit: map\nholdout: 1%")) == 0
    assert await where(stage, people) == {(journey_of(FIRST).version, "rest"): 1}


async def test_publishing_that_was_interrupted_goes_on_when_it_is_asked_for_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await stand_at(stage, ["rest"] * 5)
    new = journey_of(WITHOUT_LATER, MAPPED)
    planned = await plan(stage, new)
    monkeypatch.setattr("bot.services.publish.CHUNK", 2)
    async with stage.store.transaction() as uow:
        await uow.enrolments.publish(new)
        end = await uow.journeys.chunk_end("welcome", "", 2)
        assert end is not None
        assert await uow.journeys.move("welcome", planned.moves[0], new.version, "", end, stage.clock.now()) == 2
    assert await put_in_force(stage, new) == 3
    assert await where(stage, people) == {(new.version, "rest"): 5}


# ---------------------------------------------------------------- stopped


async def test_who_is_inside_a_stopped_journey_leaves_and_nothing_queued_of_it_is_sent(stage: Stage) -> None:
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}\n- wait: 1d"))
    (ana,) = await enter(stage, "a")
    (inside,) = await stage.enrolments(ana)
    assert await stop(publisher(stage), "welcome") == (1, 1)
    await stage.later(days=2)
    assert stage.sms.texts() == []
    left = await stage.enrolment(inside.id)
    assert (left.status, left.reason) == (EnrolmentStatus.DONE, JOURNEY_STOPPED)
    await stage.happens("demo.requested", to=ana)
    assert await stage.enrolments(ana) == []
    assert await running(stage) is Running.STOPPED


async def test_the_journey_that_ran_a_stopped_one_goes_on(stage: Stage) -> None:
    outer = journey_of("- run: {journey: inner}\n- send: {response: utter_tip, channels: [sms]}", name="outer")
    stage.play(outer, journey_of("- wait: 5d", "enter: {event: never.happens}", name="inner"))
    await enter(stage, ANA)
    assert await stop(publisher(stage), "inner") == (1, 0)
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_a_stopped_journey_begins_anew_when_it_is_published(stage: Stage) -> None:
    stage.play(journey_of(FIRST))
    await stop(publisher(stage), "welcome")
    with pytest.raises(CannotPublish, match="Publish it first"):
        await resume(publisher(stage), "welcome")
    await put_in_force(stage, journey_of(FIRST))
    (ana,) = await enter(stage, "a")
    assert len(await stage.enrolments(ana)) == 1
