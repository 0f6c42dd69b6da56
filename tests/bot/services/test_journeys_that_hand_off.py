"""Enrol: hand-offs with a deadline, and a wait while a rep has the floor."""

from __future__ import annotations

from bot.domain.message import DeskVerb
from tests.bot.services.enrolments import places, tags_of
from tests.bot.services.stage import ANA, Stage, journey_of

URGENT = """
- handoff: {reason: hot, crm: crm, within: 15m, late: {do: [add_to: late]}}
- add_to: after
"""


async def test_a_rep_who_claims_in_time_lets_the_journey_go_on(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(URGENT))
    await stage.happens("demo.requested")
    await stage.settle()
    assert await tags_of(stage) == set()
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    assert await tags_of(stage) == {"after"}
    assert list(stage.crm.records) == [ANA]
    assert [text for _, text in stage.crm.notes.values()] == ["Handed over to sales: hot; writes on sms"]


async def test_a_hand_off_that_nobody_claims_is_late(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(URGENT))
    await stage.happens("demo.requested")
    await stage.later(minutes=15)
    assert await tags_of(stage) == {"late", "after"}


async def test_while_a_rep_has_the_floor_a_wait_stands_still_and_then_has_what_was_left(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- handoff: {reason: hot}\n- wait: 1d\n- add_to: after"))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.later(hours=12)
    await stage.reply("Hello, I am Ana Rep.")
    await stage.later(days=3)
    assert await tags_of(stage) == set()
    await stage.click(await stage.handoff(), DeskVerb.HAND_BACK)
    await stage.later(hours=11)
    assert await tags_of(stage) == set()
    await stage.later(hours=1)
    assert await tags_of(stage) == {"after"}


async def test_a_question_may_end_its_journey_when_a_rep_takes_over(stage: Stage) -> None:
    await stage.meet()
    steps = "- handoff: {reason: hot}\n- ask: {form: size_form, channels: [sms]}\n  silent: {after: 1d, go: end}\n"
    stage.play(journey_of(steps + "  human: exit"))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    assert await places(stage) == []
