"""Messages are withdrawn of whoever leaves a journey, also those that are just leaving, or that did not arrive."""

from __future__ import annotations

import pytest

from bot.adapters.database import Database
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import PermanentSendError, SendError, TemporarySendError
from bot.domain.message import DeliveryState, DeliveryStatus, OutboundMessage
from bot.domain.person import Identity
from bot.services.advance import advance_due
from bot.services.let_go import TakenOver, let_go
from bot.services.receive import receive
from tests.bot.services.crash import claimed, die_while_sending, restart
from tests.bot.services.stage import ANA, VISITOR, Stage, journey_of
from tests.manual_clock import ManualClock

TOO_LATE = (OutboxStatus.WITHHELD, "it came too late to be of use")
LEFT = "they have left the journey: meeting.booked happened"


@pytest.fixture
async def stage(store: Database, clock: ManualClock) -> Stage:
    """On SQLite, and on PostgreSQL: Ana is in a journey until she books, and its message is due."""
    stage = Stage(store, clock)
    await stage.meet()
    await stage.consent()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    steps = "- id: tip\n  send: {response: utter_tip, channels: [sms, webchat]}\n- wait: 5d"
    stage.play(journey_of(steps, "exit: {goal: event meeting.booked}", purpose="service"))
    await stage.happens("demo.requested")
    await advance_due(stage.runtime)
    return stage


async def key_of(stage: Stage) -> str:
    [run] = await stage.enrolments()
    return f"{run.id}:tip:1"


def books_while_it_is_sent(stage: Stage, and_then: SendError) -> None:
    async def book(_: OutboundMessage) -> None:
        stage.sms.on_send = None
        await stage.happens("meeting.booked")
        raise and_then

    stage.sms.on_send = book


async def test_what_was_taken_to_be_sent_and_has_not_left_yet(stage: Stage) -> None:
    key = await key_of(stage)
    [entry] = await claimed(stage)
    await stage.happens("meeting.booked")
    assert isinstance((await let_go(stage.runtime, [entry]))[entry.id], TakenOver)
    await stage.later(minutes=5)
    assert stage.sms.tries == []
    assert await stage.outcome(key) == (OutboxStatus.WITHHELD, LEFT)
    assert [(one.outcome, one.why) for one in await stage.decisions()] == [("withhold", LEFT)]


async def test_what_its_vendor_does_not_take_is_not_tried_again(stage: Stage) -> None:
    key = await key_of(stage)
    books_while_it_is_sent(stage, TemporarySendError("busy"))
    await stage.settle()
    await stage.later(minutes=5)
    assert len(stage.sms.tries) == 1
    assert await stage.outcome(key) == TOO_LATE


async def test_what_its_vendor_refuses_goes_to_no_other_channel(stage: Stage) -> None:
    books_while_it_is_sent(stage, PermanentSendError("this number does not exist"))
    await stage.settle()
    await stage.later(minutes=5)
    assert (stage.sms.taken, stage.webchat.taken) == ([], [])


async def test_what_does_not_arrive_is_not_sent_once_more(stage: Stage) -> None:
    key = await key_of(stage)
    await stage.settle()
    await stage.happens("meeting.booked")
    assert (await stage.entry(key)).status is OutboxStatus.SENT
    told = DeliveryStatus("sms", "told", f"sms-{key}", DeliveryState.FAILED, "off")
    await receive(stage.runtime, stage.sms, [told])
    await stage.later(hours=2)
    assert len(stage.sms.taken) == 1
    assert await stage.outcome(key) == TOO_LATE


async def test_what_may_have_left_before_a_crash_is_not_sent_again(stage: Stage) -> None:
    key = await key_of(stage)
    await die_while_sending(stage, stage.sms)
    await stage.happens("meeting.booked")
    await restart(stage)
    await stage.later(minutes=5)
    assert len(stage.sms.taken) == 1
    assert await stage.outcome(key) == TOO_LATE


async def test_what_its_vendor_has_taken_is_sent(stage: Stage) -> None:
    key = await key_of(stage)

    async def book(_: OutboundMessage) -> None:
        await stage.happens("meeting.booked")

    stage.sms.on_send = book
    await stage.settle()
    assert (await stage.entry(key)).status is OutboxStatus.SENT
