"""The wait behind a message that is held back begins when that leaves."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.adapters.database import Database
from bot.domain.effects import RequestHandoff
from bot.domain.message import DeskVerb
from bot.domain.sending_rules import SendingRules
from tests.bot.services.stage import Stage, capped, journey_of, open_between
from tests.manual_clock import ManualClock

NIGHT = datetime(2026, 11, 23, 22, tzinfo=UTC)
MORNING = NIGHT + timedelta(hours=11)
TWO = """
- send: {response: utter_tip, channels: [sms]}
- wait: WAIT
- send: {response: utter_offer, channels: [sms]}
"""


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    """On SQLite, and on PostgreSQL."""
    return Stage(store, clock)


async def written_to(stage: Stage, steps: str, rules: SendingRules, head: str = "") -> None:
    stage.clock.set(NIGHT)
    stage.rule(rules)
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(steps, head))
    await stage.happens("demo.requested")
    await stage.settle()


@pytest.mark.parametrize(("wait", "hours"), [("1h", 1), ("1d", 24), ('{until: "09:00"}', 24)])
async def test_by_the_hours_of_the_rules_it_begins_in_the_morning(stage: Stage, wait: str, hours: int) -> None:
    await written_to(stage, TWO.replace("WAIT", wait), open_between(time(9), time(20)))
    (enrolment,) = await stage.enrolments()
    assert (enrolment.arrived_at, enrolment.due_at) == (MORNING, MORNING + timedelta(hours=hours))
    await stage.later(hours=11)
    assert len(stage.sms.texts()) == 1
    await stage.later(hours=hours, minutes=-1)
    assert len(stage.sms.texts()) == 1
    await stage.later(minutes=1)
    assert len(stage.sms.texts()) == 2


async def test_by_a_cap_it_begins_when_the_cap_lets_it_go(stage: Stage) -> None:
    steps = """
    - send: {response: utter_tip, channels: [sms]}
    - wait: 1h
    - send: {response: utter_offer, channels: [sms], cap: wait}
    - wait: 1d
    - tag: through
    """
    await written_to(stage, steps, capped(1, timedelta(days=3)))
    await stage.later(hours=1)
    (enrolment,) = await stage.enrolments()
    assert enrolment.due_at is not None
    assert enrolment.due_at >= NIGHT + timedelta(days=4)


async def test_while_a_conversation_goes_on_it_is_put_off_again_and_again(stage: Stage) -> None:
    stage.play(journey_of(TWO.replace("WAIT", "20m")))
    await stage.meet()
    await stage.consent()
    await stage.says("book")  # a form is open, so journeys wait
    await stage.happens("demo.requested")
    await stage.settle()
    for _ in range(3):
        await stage.later(minutes=15)
    (enrolment,) = await stage.enrolments()
    assert enrolment.step == "steps.1"


async def test_a_colleague_who_has_the_floor_stops_its_clock_once(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.do(RequestHandoff("Asked for a person"))
    await stage.settle()
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    stage.play(journey_of(TWO.replace("WAIT", "1d")))
    await stage.happens("demo.requested")
    await stage.later(hours=1)
    (enrolment,) = await stage.enrolments()
    assert enrolment.data.get("held")


async def test_a_wait_that_an_event_led_to_begins_with_the_event(stage: Stage) -> None:
    steps = """
    - send: {response: utter_tip, channels: [sms]}
    - wait: {for: link.clicked, at_most: 2d}
    - wait: 30m
    - tag: through
    """
    await written_to(stage, steps, open_between(time(9), time(20)))
    await stage.happens("link.clicked")
    await stage.settle()
    (enrolment,) = await stage.enrolments()
    assert enrolment.due_at == NIGHT + timedelta(minutes=30)


async def test_a_message_for_its_best_hour_holds_the_wait_behind_it(stage: Stage) -> None:
    steps = """
    - id: tip
      send: {response: utter_tip, channels: [sms], at: best, metric: link.clicked, within: 1d}
    - wait: 1h
    """
    stage.clock.set(NIGHT)
    stage.play(journey_of(steps))
    await stage.meet()
    await stage.consent()
    async with stage.store.transaction() as uow:
        await uow.hours.put("link.clicked", {15: 400})
    await stage.happens("demo.requested")
    (enrolment,) = await stage.enrolments()
    async with stage.store.transaction() as uow:
        entry = await uow.outbox.by_key(f"{enrolment.id}:tip:1")
    assert entry is not None
    assert entry.due_at > NIGHT + timedelta(minutes=10)
    assert enrolment.due_at == entry.due_at + timedelta(hours=1)
