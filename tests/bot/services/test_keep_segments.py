"""Keep segments: who belongs follows at once from what is known of a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.audience import Segment
from bot.domain.effects import AddTag, ChangeScore, Emit, PersonEffect, SetAttribute
from bot.domain.ids import ProfileId
from bot.ports import UnitOfWork
from bot.services import keep_segments
from bot.services.enrol import carry_out
from bot.services.perform import Cause, perform
from bot.services.work_out_segments import work_on_segments
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of
from tests.contracts.samples import opened

BIG = Segment("big-teams", "profile.team_size > 20")
TRIAL = Segment("trial", "'trial' in profile.tags")
KEEN = Segment("keen", "lead.engagement >= 10")


def divide(stage: Stage, *segments: Segment) -> None:
    """Put these segments in force."""
    stage.library.playbook = replace(stage.library.playbook, segments={one.id: one for one in segments})


async def segments_of(stage: Stage, who: ProfileId = ANA) -> set[str]:
    async with stage.store.transaction() as uow:
        return set(await uow.segments.of(who))


async def does(stage: Stage, *effects: PersonEffect) -> tuple[Emit, ...]:
    async with stage.store.transaction() as uow:
        return await perform(uow, stage.runtime, effects, Cause("k", ANA), stage.clock.now())


async def test_what_is_learnt_of_somebody_moves_them_at_once(stage: Stage) -> None:
    divide(stage, BIG, TRIAL, KEEN)
    await stage.meet()
    assert await does(stage, SetAttribute("team_size", 50)) == (Emit("segment.entered", {"segment": "big-teams"}),)
    assert await does(stage, AddTag("trial")) == (Emit("segment.entered", {"segment": "trial"}),)
    keen = ChangeScore("engagement", 10, "asked", "asked")
    assert await does(stage, keen) == (Emit("segment.entered", {"segment": "keen"}),)
    assert await segments_of(stage) == {"big-teams", "trial", "keen"}
    assert await does(stage, SetAttribute("team_size", "many")) == (Emit("segment.left", {"segment": "big-teams"}),)
    assert await does(stage, SetAttribute("team_size", "few")) == ()
    assert await segments_of(stage) == {"trial", "keen"}


async def test_what_no_segment_looks_at_is_not_looked_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    divide(stage, BIG, TRIAL, KEEN)
    await stage.meet()
    looked_up: list[ProfileId] = []

    async def person_facts(
        uow: UnitOfWork, who: ProfileId, now: datetime, cards: object, *, grades: object
    ) -> tuple[dict[str, int], dict[str, int]]:
        looked_up.append(who)
        return {}, {}

    monkeypatch.setattr(keep_segments, "person_facts", person_facts)
    assert await does(stage, SetAttribute("name", "Ana"), Emit("a.b")) == (Emit("a.b"),)
    assert looked_up == []
    await does(stage, SetAttribute("team_size", 1), AddTag("trial"))
    assert looked_up == [ANA]


async def test_somebody_new_is_in_the_segments_of_people_of_whom_nothing_is_known(stage: Stage) -> None:
    divide(stage, Segment("unknown", "missing(profile.team_size)"), BIG)
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}", ENTER_UNKNOWN, purpose="service"))
    await stage.says("greet")
    conversation = await stage.at("sms", PHONE)
    assert await segments_of(stage, conversation.profile_id) == {"unknown"}
    assert await work_on_segments(stage.runtime)
    await stage.settle()
    assert stage.sms.texts()[-1] == "A tip."


ENTER_UNKNOWN = """enter: {event: segment.entered, if: "event.segment == 'unknown'"}"""


async def test_a_segment_lets_people_into_a_journey_and_takes_them_out_of_it(stage: Stage) -> None:
    divide(stage, BIG)
    stage.play(
        journey_of(
            "- wait: 1d",
            "enter: {event: segment.entered, if: \"event.segment == 'big-teams'\"}\nexit: {event: segment.left}",
        )
    )
    await stage.meet()

    async def learn(size: int) -> None:
        async with stage.store.transaction() as uow:
            cause = Cause(f"size {size}", ANA)
            await carry_out(uow, stage.runtime, [SetAttribute("team_size", size)], cause, stage.clock.now())

    await learn(50)
    (entered,) = await stage.enrolments()
    await learn(60)
    assert await stage.enrolments() == [entered]
    await learn(5)
    assert await stage.enrolments() == []


async def test_a_journey_that_moves_people_between_segments_for_ever_is_stopped(stage: Stage) -> None:
    divide(stage, BIG)
    enter = "enter: {event: %s, again: always}"
    small = journey_of("- set: {team_size: 1}", enter % "segment.entered", name="small")
    large = journey_of("- set: {team_size: 50}", enter % "segment.left", name="large")
    stage.play(small, large)
    await stage.meet()
    await stage.happens("demo.requested")
    async with stage.store.transaction() as uow:
        await carry_out(uow, stage.runtime, [SetAttribute("team_size", 50)], Cause("k", ANA), stage.clock.now())
    assert len(await segments_of(stage)) <= 1


async def test_two_changes_of_one_person_at_the_same_moment_are_both_seen(postgresql_url: str, stage: Stage) -> None:
    async with opened(postgresql_url) as store:
        stage = Stage(store, stage.clock)
        divide(stage, Segment("both", "profile.team_size > 20 and lead.fit > 0"))
        await stage.meet()

        async def one(*effects: PersonEffect, key: str) -> None:
            async with store.transaction() as uow:
                await perform(uow, stage.runtime, effects, Cause(key, ANA), stage.clock.now())
                await asyncio.sleep(0.1)

        for number in range(3):
            await asyncio.gather(
                one(SetAttribute("team_size", 50 + number), key=f"a{number}"),
                one(ChangeScore("fit", 10, "r", f"r{number}"), key=f"b{number}"),
            )
            assert await segments_of(stage) == {"both"}
