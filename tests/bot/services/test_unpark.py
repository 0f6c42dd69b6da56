"""Publish: whom an error stopped go on once it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.domain.errors import CannotPublish
from bot.domain.ids import ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.services.publish import stop, unpark
from tests.bot.services.stage import Stage, journey_of
from tests.bot.services.test_publish import enter, publisher

WAITS_A_DAY = """
- wait: 1d
- send: {response: utter_tip, channels: [sms]}
"""
WAITS_FOR_A_CLICK = """
- wait: {for: link.clicked, at_most: 9d}
- send: {response: utter_tip, channels: [sms]}
"""
SENT = ["I am a machine. A tip."]


@contextmanager
def without_the_tip(stage: Stage) -> Iterator[None]:
    """An edit has taken the response away, and puts it back."""
    playbook = stage.library.playbook
    responses = {name: one for name, one in playbook.assistant.responses.items() if name != "utter_tip"}
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, responses=responses))
    yield
    stage.library.playbook = playbook


async def parked(stage: Stage) -> list[Enrolment]:
    async with stage.store.transaction() as uow:
        return list(await uow.enrolments.parked("welcome", 9))


async def test_who_was_parked_when_their_time_was_over_goes_on_at_once(stage: Stage) -> None:
    stage.play(journey_of(WAITS_A_DAY))
    await enter(stage, "a", "b")
    with without_the_tip(stage):
        await stage.later(days=1)
    assert [one.reason for one in await parked(stage)] == [
        'step steps.0 failed: there is no response "utter_tip" any more'
    ] * 2
    assert stage.sms.texts() == []
    assert await unpark(publisher(stage), "welcome") == (2, 0)
    await stage.settle()
    assert (stage.sms.texts(), await parked(stage)) == (SENT * 2, [])
    assert [(one.what, one.detail["people"]) for one in await stage.deeds()] == [("journey.unpark", 2)]


async def test_who_was_parked_by_what_they_waited_for_waits_for_it_again(stage: Stage) -> None:
    stage.play(journey_of(WAITS_FOR_A_CLICK))
    (ana,) = await enter(stage, "a")
    with without_the_tip(stage):
        await stage.happens("link.clicked", to=ana)
    assert await unpark(publisher(stage), "welcome") == (1, 0)
    await stage.later(days=8)
    assert stage.sms.texts() == []
    await stage.happens("link.clicked", to=ana)
    await stage.settle()
    assert stage.sms.texts() == SENT


async def test_who_waited_for_nothing_when_they_were_parked_comes_to_their_step_anew(stage: Stage) -> None:
    stage.play(journey_of(WAITS_A_DAY))
    (ana,) = await enter(stage, "a")
    async with stage.store.transaction() as uow:
        (run,) = await uow.enrolments.waiting(ana)
        nowhere = replace(run, status=EnrolmentStatus.PARKED, reason="x", due_at=None, waiting_for=(), seq=run.seq + 1)
        await uow.enrolments.save(nowhere)
    await stage.later(days=1)
    assert await unpark(publisher(stage), "welcome") == (1, 0)
    await stage.settle()
    await stage.later(hours=23)
    assert stage.sms.texts() == []
    await stage.later(hours=1)
    assert stage.sms.texts() == SENT


async def test_whom_the_same_stops_again_is_parked_again(stage: Stage) -> None:
    stage.play(journey_of(WAITS_A_DAY))
    await enter(stage, "a")
    with without_the_tip(stage):
        await stage.later(days=1)
        assert await unpark(publisher(stage), "welcome") == (1, 0)
        await stage.settle()
        assert len(await parked(stage)) == 1


async def test_of_several_runs_of_one_person_the_one_that_goes_on_or_the_last_is_let_go_on(stage: Stage) -> None:
    stage.play(journey_of(WAITS_A_DAY, "enter: {event: demo.requested, again: always}"))
    (ana,) = await enter(stage, "a")
    with without_the_tip(stage):
        await stage.later(days=1)
        await stage.happens("demo.requested", to=ana)
        assert await unpark(publisher(stage), "welcome") == (0, 1)
        await stage.later(days=1)
    first, last = sorted(await parked(stage), key=lambda one: one.id)
    assert await unpark(publisher(stage), "welcome") == (1, 1)
    assert [(await stage.enrolment(one.id)).status for one in (first, last)] == ["parked", "waiting"]


async def test_nobody_goes_on_in_a_journey_that_was_stopped(stage: Stage) -> None:
    stage.play(journey_of(WAITS_A_DAY))
    await enter(stage, "a")
    with without_the_tip(stage):
        await stage.later(days=1)
    await stop(publisher(stage), "welcome")
    with pytest.raises(CannotPublish, match="was stopped, so nobody goes on in it"):
        await unpark(publisher(stage), "welcome")


async def test_who_left_is_not_let_in_again(stage: Stage) -> None:
    stage.play(journey_of(WAITS_A_DAY))
    await enter(stage, "a")
    await stage.later(days=1)
    assert await unpark(publisher(stage), "welcome") == (0, 0)
    assert await stage.enrolments(ProfileId("a")) == []
