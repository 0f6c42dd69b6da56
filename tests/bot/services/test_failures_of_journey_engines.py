"""How journey engines fail, by reports of people who used them: each a test named after its failure.

docs/failures.md says which test stands for which; those that stand elsewhere are not repeated here.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.database.enrolments import StoredEnrolments
from bot.adapters.database.outbox import StoredOutbox
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.domain.journey import Enrolment
from bot.entrypoints.serving.worker import Worker
from bot.services.advance import advance_due
from bot.services.deliver import deliver_due
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.bot.services.test_advance import PAUSES, people_in_a_journey

TIP = "I am a machine. A tip."


async def test_work_whose_claim_is_lost_stays_due(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await people_in_a_journey(stage, 3)
    stage.clock.forward(timedelta(days=1))

    async def lose(_self: StoredEnrolments) -> None:
        raise Conflict("somebody else was faster")

    with monkeypatch.context() as patched:
        patched.setattr(StoredEnrolments, "write", lose)
        await advance_due(stage.runtime)
    await stage.settle()
    assert stage.sms.texts() == [TIP] * 3


async def test_an_exception_in_a_step_stops_that_person_visibly_and_leaves_nobody_claimed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is tried a second time, person by person: who fails only once goes on."""
    await people_in_a_journey(stage, 3)
    stage.clock.forward(timedelta(days=1))
    failures, write = [RuntimeError("a disk hiccup")], StoredOutbox.write

    async def fail_once(self: StoredOutbox) -> None:
        if self._waiting and failures:
            raise failures.pop()
        await write(self)

    monkeypatch.setattr(StoredOutbox, "write", fail_once)
    assert await advance_due(stage.runtime) == 3
    await stage.settle()
    assert stage.sms.texts() == [TIP] * 3


async def test_a_message_that_is_put_off_many_times_stays_one_entry(stage: Stage) -> None:
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}"))
    await stage.meet()
    await stage.consent()
    await stage.says("book")  # a form is open, so journeys wait
    await stage.happens("demo.requested")
    stage.sms.taken.clear()
    for _ in range(10):
        stage.clock.forward(timedelta(minutes=1))
        while await deliver_due(stage.runtime):
            pass
    async with stage.store.transaction() as uow:
        waiting = await uow.outbox.count(OutboxStatus.WAITING)
    assert (waiting, stage.sms.texts()) == (1, [])
    await stage.later(hours=1)
    assert stage.sms.texts() == ["A tip."]


async def test_who_comes_again_while_the_first_run_waits_has_two_runs_with_their_own_logs(stage: Stage) -> None:
    stage.play(
        journey_of(
            "- wait: 1d\n- tag: seen",
            "enter: {event: order.placed, again: always}\nat_once: many",
        )
    )
    await stage.meet()
    await stage.happens("order.placed", number=1)
    await stage.later(hours=12)
    await stage.happens("order.placed", number=2)
    first, second = await stage.enrolments()
    assert [one.data["event"]["number"] for one in (first, second)] == [1, 2]
    await stage.later(hours=12)
    assert await stage.enrolments() == [second]
    await stage.later(hours=12)
    steps = [one for one in await stage.feed("explain") if one["type"] == "step"]
    logs = {run.id: [entry["status"] for entry in steps if entry["enrolment"] == run.id] for run in (first, second)}
    assert logs == {first.id: ["waiting", "done"], second.id: ["waiting", "done"]}


async def test_a_repeat_of_more_than_three_hundred_people_reaches_all_of_them_each_time(stage: Stage) -> None:
    stage.play(
        journey_of(
            "- tag: seen",
            'enter: [{schedule: {cron: "0 9 * * *", zone: UTC}, if: "exists(profile.created_on)", again: always}]',
        )
    )
    people = [ProfileId(f"p{number:03}") for number in range(301)]
    for number, person in enumerate(people):
        await stage.meet(person, phone=f"+447700{number:06}")
    await stage.settle()
    await stage.later(days=1)
    await stage.later(days=1)
    steps = [one for one in await stage.feed("explain") if one["type"] == "step"]
    assert len({one["enrolment"] for one in steps}) == min(2 * len(people), 500)  # what one reading of a feed gives
    async with stage.store.transaction() as uow:
        census = await uow.journeys.census("welcome")
    assert (census.done, census.resting) == (2 * len(people), ())


async def test_a_step_behind_another_journey_waits_exactly_the_stated_time(stage: Stage) -> None:
    outer = journey_of(
        "- run: {journey: inner}\n- wait: 2h\n- send: {response: utter_tip, channels: [sms]}", name="outer"
    )
    inner = journey_of("- wait: 90m", "enter: {event: never.happens}", name="inner")
    stage.play(outer, inner)
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    await stage.later(minutes=90)
    (waits,) = await stage.enrolments()
    assert (waits.journey, waits.due_at) == ("outer", stage.clock.now() + timedelta(hours=2))
    await stage.later(minutes=119)
    assert stage.sms.texts() == []
    await stage.later(minutes=1)
    assert stage.sms.texts() == [TIP]


async def test_a_loop_with_a_wait_goes_round_as_long_as_it_says(stage: Stage) -> None:
    stage.play(journey_of("- id: again\n  wait: 1d\n- tag: seen\n- go: again"))
    await stage.meet()
    await stage.happens("demo.requested")
    for _ in range(60):
        await stage.later(days=1)
    (inside,) = await stage.enrolments()
    assert inside.data["visits"]["again"] == 61


async def test_a_reply_at_the_instant_of_the_time_out_goes_one_way_only(stage: Stage) -> None:
    """Whichever comes first wins, and the other finds that it is past."""
    stage.play(
        journey_of(
            """
            - wait: {for: reply, at_most: 1d}
            - branch:
                - if: happened.event == 'message.received'
                  do: [send: {response: utter_tip, channels: [sms]}]
                - else: {do: [send: {response: utter_offer, channels: [sms]}]}
            """
        )
    )
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    stage.clock.forward(timedelta(days=1))
    await stage.hear("hello there")
    await asyncio.gather(stage.settle(), advance_due(stage.runtime))
    await stage.settle()
    said = [one for one in stage.sms.texts() if "tip" in one or "offer" in one]
    assert len(said) == 1
    assert await stage.enrolments() == []


async def test_a_stale_step_changes_nothing(stage: Stage) -> None:
    """The timer read the person before the reply moved them: its writing is refused as a whole."""
    (person,) = await people_in_a_journey(stage, 1)
    (read,) = await stage.enrolments(person)
    async with stage.store.transaction() as uow:
        await uow.enrolments.save(_moved(read, "reply"))
    with pytest.raises(Conflict):
        await _save_as_a_timer_would(stage, read)
    assert [one.step for one in await stage.enrolments(person)] == ["reply"]


def _moved(enrolment: Enrolment, step: str) -> Enrolment:
    return replace(enrolment, step=step, seq=enrolment.seq + 1)


async def _save_as_a_timer_would(stage: Stage, read: Enrolment) -> None:
    async with stage.store.transaction() as uow:
        await uow.enrolments.save_at_end(_moved(read, "timer"))


async def test_a_storm_of_events_for_one_person_is_heard_in_order_and_none_is_dropped(stage: Stage) -> None:
    stage.play(
        journey_of(
            "- wait: 1d",
            "enter: {message: {channels: [sms]}, again: always}\nat_once: many",
        )
    )
    await stage.meet()
    for number in range(50):
        await stage.hear(f"number {number}", vendor_id=f"v{number}")
        await stage.hear(f"number {number}", vendor_id=f"v{number}")  # vendors repeat themselves
    await stage.settle()
    runs = {one.id: one.data["event"]["text"] for one in await stage.enrolments()}
    heard = [runs[one["enrolment"]] for one in await stage.feed("explain") if one["type"] == "step"]
    assert heard == [f"number {number}" for number in range(50)]


@pytest.mark.slow
async def test_an_idle_engine_takes_less_than_a_fiftieth_of_a_core(stage: Stage) -> None:
    stage.play(journey_of(PAUSES))
    await stage.meet(ANA)
    await stage.happens("demo.requested")
    worker = Worker(stage.runtime)
    working = asyncio.create_task(worker.run())
    await asyncio.sleep(0.5)
    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(6)
    share = (time.process_time() - cpu) / (time.perf_counter() - begun)
    await worker.stop()
    await working
    assert share < 0.02
