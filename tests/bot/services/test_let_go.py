"""Let go: the gate says of many messages what it says of each, and none costs another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.adapters.memory import MemoryPacer
from bot.domain.consent import Consequence, Purpose, Suppression
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus, Withhold
from bot.domain.ids import ProfileId
from bot.domain.message import Text
from bot.domain.pace import Pace
from bot.ports import Store, UnitOfWork
from bot.services import let_go as service
from bot.services.attempt import attempt
from bot.services.compose_outbound import STALE_AFTER, Unready, compose
from bot.services.deliver import deliver_due
from bot.services.let_go import Departure, Paid, let_go
from bot.services.merge_people import merge_people
from bot.services.note_decision import Matter, matter_of
from bot.services.runtime import Runtime
from bot.services.weigh import weigh, weigh_all
from tests.bot.services.stage import Stage, capped
from tests.bot.services.test_properties import on_a_stage
from tests.manual_clock import ManualClock

PEOPLE = tuple(ProfileId(f"person {number}") for number in range(4))


def phone(person: ProfileId) -> str:
    return f"+44770090010{person[-1]}"


async def meet(stage: Stage) -> None:
    for person in PEOPLE:
        await stage.meet(person, phone=phone(person))


async def offer(stage: Stage, person: ProfileId, key: str = "", purpose: Purpose = Purpose.MARKETING) -> OutboxEntry:
    message = ChannelMessage("sms", phone(person), Text("An offer."))
    return await stage.queue(key or f"offer for {person}", profile_id=person, dispatch=message, purpose=purpose)


async def offers(stage: Stage, people: Sequence[ProfileId] = PEOPLE) -> list[OutboxEntry]:
    """An offer for each, claimed to be sent."""
    waiting = [await offer(stage, person) for person in people]
    return await claimed(stage, *waiting)


async def claimed(stage: Stage, *waiting: OutboxEntry) -> list[OutboxEntry]:
    async with stage.store.transaction() as uow:
        taken = {one.key: one for one in await uow.outbox.claim(stage.clock.now(), 10, stale_after=STALE_AFTER)}
    return [taken[one.key] for one in waiting]


async def consent(stage: Stage, person: ProfileId) -> None:
    await stage.consent(of=person)


async def refuse(stage: Stage, person: ProfileId) -> None:
    await stage.consent(False, of=person)


async def opt_out(stage: Stage, person: ProfileId) -> None:
    await _suppress(stage, person, Consequence.OPTED_OUT)


async def be_unreachable(stage: Stage, person: ProfileId) -> None:
    await _suppress(stage, person, Consequence.UNREACHABLE)


async def _suppress(stage: Stage, person: ProfileId, cause: Consequence) -> None:
    async with stage.store.transaction() as uow:
        await uow.consents.suppress(Suppression("sms", phone(person), "a test", stage.clock.now(), cause))


async def object_(stage: Stage, person: ProfileId) -> None:
    async with stage.store.transaction() as uow:
        await uow.profiles.save(replace(await uow.profiles.get(person), objected_at=stage.clock.now()))


async def get_an_offer(stage: Stage, person: ProfileId) -> None:
    await offer(stage, person, f"{person} at {stage.clock.now().isoformat()}")
    await deliver_due(stage.runtime)


DEEDS: Sequence[Callable[[Stage, ProfileId], Awaitable[None]]] = (
    consent,
    refuse,
    opt_out,
    be_unreachable,
    object_,
    get_an_offer,
)


@settings(max_examples=40, deadline=None)
@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from(PEOPLE)), max_size=12),
    purposes=st.lists(st.sampled_from(Purpose), min_size=len(PEOPLE), max_size=len(PEOPLE)),
)
def test_of_many_the_gate_says_what_it_says_of_each(
    empty_sqlite_file: Path,
    deeds: list[tuple[Callable[[Stage, ProfileId], Awaitable[None]], ProfileId]],
    purposes: list[Purpose],
) -> None:
    async def play(stage: Stage) -> None:
        stage.rule(capped(2))
        await meet(stage)
        for deed, person in deeds:
            stage.clock.forward(timedelta(seconds=1))
            await deed(stage, person)
        entries = [await offer(stage, person, purpose=one) for person, one in zip(PEOPLE, purposes, strict=True)]
        matters = [matter_of(one, one.dispatch) for one in entries if isinstance(one.dispatch, ChannelMessage)]
        now = stage.clock.now()
        async with stage.store.transaction() as uow:
            of_each = [await weigh(uow, stage.runtime, one, now) for one in matters]
        async with stage.store.transaction() as uow:
            assert await weigh_all(uow, stage.runtime, matters, now) == of_each

    asyncio.run(on_a_stage(empty_sqlite_file, play))


async def test_each_verdict_leaves_one_decision_record(stage: Stage) -> None:
    await meet(stage)
    for person in PEOPLE[:2]:
        await consent(stage, person)
    answers = await let_go(stage.runtime, await offers(stage))
    assert [isinstance(answers[one], Departure) for one in answers].count(True) == 2
    outcomes = [[one.outcome for one in await stage.decisions(person)] for person in PEOPLE]
    assert outcomes == [["send"], ["send"], ["withhold"], ["withhold"]]


async def test_only_what_may_leave_uses_up_its_senders_pace(stage: Stage) -> None:
    stage.sms.abilities = replace(stage.sms.abilities, pace=Pace(1, 2, lambda _content: 1))
    stage.runtime = replace(stage.runtime, pacer=MemoryPacer())
    await meet(stage)
    for person in PEOPLE[1:]:
        await consent(stage, person)
    answers = await let_go(stage.runtime, await offers(stage))
    kinds = [type(answers[(await stage.entry(f"offer for {person}")).id]).__name__ for person in PEOPLE]
    assert kinds == ["Withhold", "Departure", "Departure", "timedelta"]
    outcomes = [[one.outcome for one in await stage.decisions(person)] for person in PEOPLE]
    assert outcomes == [["withhold"], ["send"], ["send"], []], "of a wait there is no record"


async def test_what_is_said_while_a_message_waits_for_its_sender_counts(stage: Stage) -> None:
    class PacerThatTakesTime(MemoryPacer):
        async def take(self, *told: Any, **more: Any) -> Sequence[timedelta]:
            await opt_out(stage, PEOPLE[0])
            return await super().take(*told, **more)

    stage.sms.abilities = replace(stage.sms.abilities, pace=Pace(9, 9, lambda _content: 1))
    stage.runtime = replace(stage.runtime, pacer=PacerThatTakesTime())
    await meet(stage)
    for person in PEOPLE[:2]:
        await consent(stage, person)
    entries = await offers(stage, PEOPLE[:2])
    answers = await let_go(stage.runtime, entries)
    assert isinstance(answers[entries[0].id], Withhold)
    assert isinstance(answers[entries[1].id], Departure)


async def test_one_that_cannot_be_composed_costs_no_other(stage: Stage) -> None:
    await meet(stage)
    belongs_to_another = ChannelMessage("sms", phone(PEOPLE[0]), Text("More."), thread_of="another")
    await stage.queue("another", purpose=Purpose.REPLY, profile_id=PEOPLE[1])
    waiting = await stage.queue("k", purpose=Purpose.REPLY, profile_id=PEOPLE[0], dispatch=belongs_to_another)
    other = await offer(stage, PEOPLE[2], purpose=Purpose.REPLY)
    waiting, other = await claimed(stage, waiting, other)
    answers = await let_go(stage.runtime, [waiting, other])
    assert isinstance(answers[waiting.id], Unready)
    assert isinstance(answers[other.id], Departure)


def weigh_none_together(monkeypatch: pytest.MonkeyPatch) -> None:
    async def weigh_but_one(uow: UnitOfWork, runtime: Runtime, matters: Sequence[Matter], now: datetime) -> object:
        if len(matters) > 1:
            raise RuntimeError("one of them is broken")
        return await weigh_all(uow, runtime, matters, now)

    monkeypatch.setattr(service, "weigh_all", weigh_but_one)


async def test_where_a_batch_cannot_be_weighed_each_is_weighed_by_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    weigh_none_together(monkeypatch)
    await meet(stage)
    for person in PEOPLE:
        await consent(stage, person)
        await offer(stage, person)
    assert await deliver_due(stage.runtime) == len(PEOPLE)
    assert len(stage.sms.taken) == len(PEOPLE)


async def test_where_a_batch_cannot_be_let_go_together_each_is_only_when_it_leaves(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    weigh_none_together(monkeypatch)
    await meet(stage)
    for person in PEOPLE[:2]:
        await consent(stage, person)
    first, second = await offers(stage, PEOPLE[:2])
    answers = await let_go(stage.runtime, [first, second])
    assert (await attempt(stage.runtime, first, answers[first.id])).status is OutboxStatus.SENT
    await opt_out(stage, PEOPLE[1])
    assert (await attempt(stage.runtime, second, answers[second.id])).status is OutboxStatus.WITHHELD
    assert len(stage.sms.taken) == 1


async def test_that_somebody_is_merged_meanwhile_is_no_error_for_the_log(stage: Stage) -> None:
    await meet(stage)
    entries = await offers(stage)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await merge_people(uow, stage.runtime, PEOPLE[0], PEOPLE[1], who="a test", why="a test", now=now)
    with capture_logs() as logs:
        answers = await let_go(stage.runtime, entries)
    assert set(answers.values()) == {Paid()}
    assert {one["log_level"] for one in logs} == {"info"}


async def test_while_the_database_is_away_before_a_message_leaves_that_is_no_try(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose_the_connection(*_: object) -> object:
        raise OperationalError("SELECT 1", None, ConnectionResetError())

    await meet(stage)
    await consent(stage, PEOPLE[0])
    await offer(stage, PEOPLE[0])
    with monkeypatch.context() as patched:
        patched.setattr(service, "weigh_all", lose_the_connection)
        await deliver_due(stage.runtime)
    entry = await stage.entry(f"offer for {PEOPLE[0]}")
    assert (entry.status, entry.attempts, entry.reason) == (OutboxStatus.WAITING, 0, "the database was away")
    await stage.later(seconds=5)
    assert (await stage.entry(entry.key)).status is OutboxStatus.SENT


async def test_a_batch_that_fails_after_its_senders_pace_was_taken_does_not_pay_for_it_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def compose_none_of_one(uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, message: object) -> object:
        if entry.profile_id == PEOPLE[0]:
            raise RuntimeError("this one is broken")
        return await compose(uow, runtime, entry, message)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "compose", compose_none_of_one)
    stage.sms.abilities = replace(stage.sms.abilities, pace=Pace(1, len(PEOPLE), lambda _content: 1))
    stage.runtime = replace(stage.runtime, pacer=MemoryPacer())
    await meet(stage)
    for person in PEOPLE:
        await consent(stage, person)
        await offer(stage, person)
    await deliver_due(stage.runtime)
    assert len(stage.sms.taken) == len(PEOPLE) - 1, "the others have left in the same second"
    broken = await stage.entry(f"offer for {PEOPLE[0]}")
    assert (broken.status, broken.reason) == (OutboxStatus.WAITING, "an unforeseen error; see the log")


async def test_two_who_let_go_messages_to_the_same_people_do_not_wait_for_each_other_for_ever(store: Store) -> None:
    """On PostgreSQL each locks the people, whichever order their messages are in."""
    stage = Stage(store, ManualClock())
    await meet(stage)
    for person in PEOPLE:
        await consent(stage, person)
    entries = await offers(stage)
    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            *(let_go(stage.runtime, turn) for turn in (entries, entries[::-1], entries, entries[::-1]))
        )
    assert all(isinstance(one, Departure) for found in answers for one in found.values())
