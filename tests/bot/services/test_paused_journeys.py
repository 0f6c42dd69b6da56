"""Publish: a journey that is paused, and what its people live through meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.delivery import OutboxStatus
from bot.domain.errors import CannotPublish
from bot.services.advance import advance_due
from bot.services.publish import (
    PAST_DUE,
    pause,
    resume,
)
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.bot.services.test_publish import FIRST, enter, publisher

WITH_A_SEND = """
- wait: 1d
- send: {response: utter_tip, channels: [sms]}
- id: after
  wait: {for: link.clicked, at_most: 1d}
- send: {response: utter_offer, channels: [sms]}
"""


async def test_nobody_enters_a_paused_journey(stage: Stage) -> None:
    stage.play(journey_of(FIRST))
    await pause(publisher(stage), "welcome")
    (ana,) = await enter(stage, "a")
    assert await stage.enrolments(ana) == []


async def test_while_a_journey_is_paused_its_times_stand_still(stage: Stage) -> None:
    stage.play(journey_of(WITH_A_SEND))
    await enter(stage, ANA)
    await stage.later(hours=20)
    assert await pause(publisher(stage), "welcome") == 1
    await stage.later(days=10)
    assert stage.sms.texts() == []
    assert await resume(publisher(stage), "welcome") == (1, 0, 0)
    await stage.later(hours=3)
    assert stage.sms.texts() == []
    await stage.later(hours=1)
    assert stage.sms.texts() == ["I am a machine. A tip."]


@pytest.mark.parametrize("told_meanwhile", [False, True])
async def test_a_time_of_the_clock_comes_as_it_would_have(stage: Stage, told_meanwhile: bool) -> None:
    """A reminder of the day after tomorrow is not to come a week too late, since its journey was paused for one."""
    stage.play(
        journey_of(
            """
            - wait: {until: profile.renewal - 2d}
            - send: {response: utter_tip, channels: [sms]}
            """,
            "exit: {events: [contract.renewed], when: profile.gone}",
        )
    )
    renewal = stage.clock.now() + timedelta(days=10)
    await stage.meet(attributes={"renewal": renewal.date().isoformat()})
    await stage.consent()
    await stage.happens("demo.requested")
    [before] = await stage.enrolments()
    await pause(publisher(stage), "welcome")
    await stage.later(days=5)
    if told_meanwhile:
        await stage.happens("page.viewed")
    await resume(publisher(stage), "welcome")
    [run] = await stage.enrolments()
    assert (run.due_at, run.paused_at) == (before.due_at, None)
    await stage.later(days=4)
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_a_time_that_came_meanwhile_counts_when_the_journey_goes_on(stage: Stage) -> None:
    stage.play(journey_of("- wait: {until: tue 09:00}\n- send: {response: utter_tip, channels: [sms]}"))
    await enter(stage, ANA)
    await pause(publisher(stage), "welcome")
    await stage.later(days=8)
    assert stage.sms.texts() == []
    await resume(publisher(stage), "welcome")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_what_people_wait_for_counts_while_their_journey_is_paused(stage: Stage) -> None:
    stage.play(journey_of(WITH_A_SEND))
    await enter(stage, ANA)
    await stage.later(days=1)
    await pause(publisher(stage), "welcome")
    await stage.happens("link.clicked")
    await stage.settle()
    assert await stage.enrolments() == []
    assert stage.sms.texts() == ["I am a machine. A tip."]
    await resume(publisher(stage), "welcome")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip.", "An offer."]


@pytest.mark.parametrize(("closed", "goes"), [("wait", True), ("skip", False)])
async def test_a_paused_journey_resumes_and_past_due_messages_follow_their_window(
    stage: Stage, closed: str, goes: bool
) -> None:
    head = f'send_window: {{hours: "00:00-23:59", closed: {closed}}}'
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}", head))
    await enter(stage, ANA)
    await pause(publisher(stage), "welcome")
    await stage.later(days=3)
    assert stage.sms.texts() == []
    assert await resume(publisher(stage), "welcome") == (0, int(goes), int(not goes))
    await stage.settle()
    assert stage.sms.texts() == (["I am a machine. A tip."] if goes else [])
    (step,) = [one for one in await stage.feed("explain") if one["type"] == "step"]
    message = await stage.entry(f"{step['enrolment']}:{step['trail'][0]['step']}:1")
    expected = (OutboxStatus.SENT, "") if goes else (OutboxStatus.WITHHELD, PAST_DUE)
    assert (message.status, message.reason) == expected


async def test_a_question_that_was_to_be_asked_meanwhile_is_asked_when_the_journey_goes_on(stage: Stage) -> None:
    """And not a day later, when the silence that counts from here on has long been taken for an answer."""
    stage.play(
        journey_of(
            """
            - wait: 1h
            - ask: {form: size_form, channels: [sms], need: [team_size]}
              silent: {after: 4h, go: end}
            """
        )
    )
    await enter(stage, ANA)
    stage.clock.forward(timedelta(hours=1))
    assert await advance_due(stage.runtime) == 1
    await pause(publisher(stage), "welcome")
    await stage.later(hours=2)
    assert stage.sms.texts() == []
    await resume(publisher(stage), "welcome")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. How many are you?"]


async def test_another_system_is_told_nothing_while_the_journey_is_paused(stage: Stage) -> None:
    stage.play(journey_of("- webhook: {to: billing, body: {size: 5}}\n- send: {response: utter_tip, channels: [sms]}"))
    await enter(stage, ANA)
    await pause(publisher(stage), "welcome")
    await stage.later(days=3)
    assert not stage.endpoints.told
    await resume(publisher(stage), "welcome")
    await stage.settle()
    assert len(stage.endpoints.told) == 1
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_only_what_is_paused_can_be_resumed(stage: Stage) -> None:
    with pytest.raises(CannotPublish, match="is not paused"):
        await resume(publisher(stage), "welcome")


async def test_who_waits_for_the_last_day_there_is_can_be_read_after_a_pause(stage: Stage) -> None:
    """CRMs write "never" so. Nothing could be told to somebody whose time was after the end of the calendar."""
    await stage.meet(attributes={"renewal": "9999-12-31"})
    await stage.consent()
    stage.play(journey_of("- wait: {until: profile.renewal}"))
    await stage.happens("demo.requested")
    await stage.settle()
    await pause(publisher(stage), "welcome")
    stage.clock.forward(timedelta(days=1))
    await resume(publisher(stage), "welcome")
    [run] = await stage.enrolments()
    assert run.due_at == datetime(9999, 12, 31, 9, tzinfo=UTC)
    await stage.says("stop")
    assert not await stage.may_send()
