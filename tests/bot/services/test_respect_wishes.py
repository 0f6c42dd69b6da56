"""Objection stops marketing and scoring; restriction stops everything but answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import ChangeScore
from bot.domain.ids import ProfileId
from bot.services.merge_people import merge_people, part_people
from bot.services.respect_wishes import (
    NotInformed,
    lift_restriction,
    note_objection,
    restrict,
    withdraw_objection,
)
from tests.bot.services.stage import ANA, Stage, journey_of

BEA = ProfileId("bea")


async def object_(stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, ANA, how="by letter", now=stage.clock.now())


async def points(stage: Stage) -> list[int]:
    async with stage.store.transaction() as uow:
        return [one.points for one in await uow.scores.of(ANA)]


async def test_an_objection_ends_marketing_and_scoring_at_once(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of("- id: rest\n  wait: 1d\n- send: {response: utter_tip, channels: [sms]}"))
    await stage.happens("demo.requested")
    entry = await stage.queue("offer")
    await object_(stage)
    assert await stage.enrolments() == []
    await stage.settle()
    assert (await stage.entry(entry.key)).reason == "the customer opted out"
    await stage.do(ChangeScore("fit", 10, "large", "size"))
    assert await points(stage) == []


@pytest.mark.parametrize("first", [ANA, BEA])
async def test_a_wish_that_is_told_again_of_who_was_merged_is_of_both_where_they_are_parted(
    stage: Stage, first: ProfileId
) -> None:
    """Until then it was that of one of them, and nobody knows of which of them it was told again."""
    await stage.meet()
    stage.clock.forward(timedelta(minutes=1))
    await stage.meet(BEA, phone="+447700900124")
    await object_and_restrict(stage, first)
    async with stage.store.transaction() as uow:
        await merge_people(uow, stage.runtime, ANA, BEA, who="a test", why="a test", now=stage.clock.now())
    stage.clock.forward(timedelta(minutes=1))
    await object_and_restrict(stage, ANA)
    async with stage.store.transaction() as uow:
        await part_people(uow, stage.runtime, ANA, now=stage.clock.forward(timedelta(minutes=1)))
        both = [await uow.profiles.get(ANA), await uow.profiles.get(BEA)]
    assert None not in [one.objected_at for one in both]
    assert None not in [one.restricted_at for one in both]


async def object_and_restrict(stage: Stage, who: ProfileId) -> None:
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, who, how="by letter", now=stage.clock.now())
        await restrict(uow, who, now=stage.clock.now())
    stage.clock.forward(timedelta(minutes=1))


async def test_consent_that_is_given_by_mistake_after_an_objection_counts_for_nothing(stage: Stage) -> None:
    await stage.meet()
    await object_(stage)
    async with stage.store.transaction() as uow:
        await uow.consents.lift("sms", (await uow.conversations.of(ANA))[0].address)
    await stage.consent()
    await stage.queue("offer")
    await stage.settle()
    assert "objected to marketing on 23 November 2026" in (await stage.decisions())[-1].why


async def test_who_has_objected_enters_no_journey_of_marketing(stage: Stage) -> None:
    await stage.meet()
    await object_(stage)
    stage.play(journey_of("- add_to: sold"), journey_of("- add_to: served", name="inner", purpose="service"))
    await stage.happens("demo.requested")
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).tags == {"served"}


async def test_an_objection_can_be_withdrawn_and_consent_stays_so_until_it_is_given_again(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await object_(stage)
    async with stage.store.transaction() as uow:
        await withdraw_objection(uow, ANA)
    assert not await stage.may_send()
    await stage.do(ChangeScore("fit", 10, "large", "size"))
    assert await points(stage) == [10]


async def test_under_restriction_everything_stands_still_but_answers(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of("- id: rest\n  wait: 1d\n- add_to: through"))
    await stage.happens("demo.requested")
    async with stage.store.transaction() as uow:
        await restrict(uow, ANA, now=stage.clock.now())
    await stage.queue("offer")
    await stage.later(days=3)
    assert "may only be kept since 23 November 2026" in (await stage.decisions())[-1].why
    assert await stage.says("greet") != []
    assert [one.step for one in await stage.enrolments()] == ["rest"]
    async with stage.store.transaction() as uow:
        await lift_restriction(uow, ANA, informed="by letter", now=stage.clock.now())
    stage.clock.forward(timedelta(days=1))
    await stage.settle()
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).tags == {"through"}


async def test_under_restriction_what_was_not_asked_for_since_is_not_sent_whoever_sends_it(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    stage.clock.forward(timedelta(minutes=1))
    async with stage.store.transaction() as uow:
        await restrict(uow, ANA, now=stage.clock.now())
    await stage.queue("a colleague's line", purpose=Purpose.SERVICE)
    await stage.queue("preferences-link:ana:0", purpose=Purpose.SERVICE)
    await stage.settle()
    status, why = await stage.outcome("a colleague's line")
    assert (status, why[:44]) == (OutboxStatus.WITHHELD, "what is kept of this person may only be kept")
    assert (await stage.outcome("preferences-link:ana:0"))[0] is OutboxStatus.SENT, "which serves their own will"
    await stage.says("greet")
    await stage.queue("a line in answer", purpose=Purpose.SERVICE)
    await stage.settle()
    assert (await stage.outcome("a line in answer"))[0] is OutboxStatus.SENT


async def test_a_restriction_is_lifted_once_they_were_told_and_the_register_says_how(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await restrict(uow, ANA, now=stage.clock.now())
        for nothing in ("", "  "):
            with pytest.raises(NotInformed, match=r"article 18\(3\)"):
                await lift_restriction(uow, ANA, informed=nothing, now=stage.clock.now())
        assert (await uow.profiles.get(ANA)).restricted_at is not None
        for _ in range(2):
            await lift_restriction(uow, ANA, informed=" by letter ", now=stage.clock.now())
        assert (await uow.profiles.get(ANA)).restricted_at is None
        (line,) = await uow.privacy_requests.of(ANA)
    assert (line.how, line.done_at) == ("the end of the restriction", stage.clock.now())
    assert line.outcome == "lifted; they were told before: by letter"
