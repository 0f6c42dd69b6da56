"""Follow dates: who waits for a day of theirs waits for the new one where that moves."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.effects import SetAttribute
from bot.domain.ids import ProfileId
from bot.services.merge_people import merge_people
from bot.services.publish import pause, resume
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.bot.services.test_publish import publisher

REMINDS = """
- wait: {until: profile.renewal - 3d at 09:00}
- send: {response: utter_tip, channels: [sms]}
- wait: 90d
"""
REMINDED = ["I am a machine. A tip."]


async def waits_for(stage: Stage, renewal: str | None) -> None:
    """Ana, who is reminded of this day three days before it; today is 23 November 2026."""
    await stage.meet(attributes={"renewal": renewal}, time_zone="UTC")
    await stage.consent()
    stage.play(journey_of(REMINDS))
    await stage.happens("demo.requested")
    await stage.settle()


async def due_at(stage: Stage) -> datetime | None:
    [run] = await stage.enrolments()
    return run.due_at


async def test_who_has_a_later_day_is_reminded_of_that_one_alone(stage: Stage) -> None:
    await waits_for(stage, "2026-12-04")
    await stage.do(SetAttribute("renewal", "2026-12-14"))
    assert await due_at(stage) == datetime(2026, 12, 11, 9, tzinfo=UTC)
    await stage.later(days=17)
    assert stage.sms.texts() == []
    await stage.later(days=2)
    assert stage.sms.texts() == REMINDED


async def test_who_has_an_earlier_day_is_reminded_in_time(stage: Stage) -> None:
    await waits_for(stage, "2027-06-04")
    await stage.do(SetAttribute("renewal", "2026-12-04"))
    assert await due_at(stage) == datetime(2026, 12, 1, 9, tzinfo=UTC)


async def test_a_day_that_has_come_by_now_or_is_none_any_more_is_waited_for_no_longer(stage: Stage) -> None:
    await waits_for(stage, "2027-06-04")
    await stage.do(SetAttribute("renewal", None))
    await stage.settle()
    assert stage.sms.texts() == REMINDED


async def test_what_else_becomes_known_moves_nothing(stage: Stage) -> None:
    await waits_for(stage, "2026-12-04")
    [before] = await stage.enrolments()
    await stage.do(SetAttribute("city", "Leeds"), SetAttribute("renewal", "2026-12-04"))
    assert await stage.enrolments() == [before]


async def test_a_day_that_moved_unseen_is_found_when_its_time_comes(stage: Stage) -> None:
    """As for people on a version of the journey that is no more in its file."""
    await waits_for(stage, "2026-12-04")
    stage.play(journey_of("- wait: 1d"))
    await stage.do(SetAttribute("renewal", "2026-12-14"))
    await stage.later(days=17)
    assert stage.sms.texts() == []
    await stage.later(days=2)
    assert stage.sms.texts() == REMINDED


async def test_a_day_moves_while_the_journey_is_paused(stage: Stage) -> None:
    await waits_for(stage, "2027-06-04")
    await pause(publisher(stage), "welcome")
    await stage.do(SetAttribute("renewal", "2026-12-14"))
    await resume(publisher(stage), "welcome")
    assert await due_at(stage) == datetime(2026, 12, 11, 9, tzinfo=UTC)


async def test_who_is_merged_with_somebody_of_another_day_waits_for_that_one(stage: Stage) -> None:
    bea = ProfileId("bea")
    await stage.meet(bea, phone="+447700900124", attributes={"renewal": "2026-12-04"}, time_zone="UTC")
    await stage.later(hours=1)
    await waits_for(stage, "2027-06-04")
    async with stage.store.transaction() as uow:
        merge = await merge_people(uow, stage.runtime, ANA, bea, who="ben", why="the same", now=stage.clock.now())
    assert merge.kept.id == bea
    [run] = await stage.enrolments(bea)
    assert run.due_at == datetime(2026, 12, 1, 9, tzinfo=UTC)


async def test_somebody_new_waits_for_nothing(stage: Stage) -> None:
    await waits_for(stage, "2026-12-04")
    ben = ProfileId("ben")
    await stage.meet(ben, phone="+447700900124")
    assert await stage.enrolments(ben) == []
