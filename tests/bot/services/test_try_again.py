"""Try again: how long a message waits after each try, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxEntry, OutboxStatus
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.services.attempt import attempt
from bot.services.deliver import deliver_due
from bot.services.let_go import Answer
from bot.services.runtime import Runtime
from bot.services.try_again import FIRST_PAUSE, LONGEST_PAUSE, MOST_ATTEMPTS
from tests.bot.services.stage import Stage


async def test_each_pause_is_longer_than_the_one_before_until_it_gives_up(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    for number in range(1, MOST_ATTEMPTS):
        stage.sms.faults.append(TemporarySendError("busy"))
        await deliver_due(stage.runtime)
        entry = await stage.entry("k")
        pause = min(FIRST_PAUSE * 4 ** (number - 1), LONGEST_PAUSE)
        assert 0.75 * pause <= entry.due_at - stage.clock.now() <= 1.25 * pause
        assert (entry.status, entry.attempts, entry.reason) == (OutboxStatus.WAITING, number, "busy")
        stage.clock.set(entry.due_at)
    stage.sms.faults.append(TemporarySendError("busy"))
    await deliver_due(stage.runtime)
    assert await stage.outcome() == (OutboxStatus.DEAD, f"gave up after {MOST_ATTEMPTS} tries: busy")
    assert (await stage.decisions())[-1].outcome == "dead"


async def test_the_vendors_own_time_is_waited_for(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.faults.append(TemporarySendError("slow down", retry_after=timedelta(minutes=5)))
    await deliver_due(stage.runtime)
    assert (await stage.entry("k")).due_at == stage.clock.now() + timedelta(minutes=5)
    await stage.later(minutes=5)
    assert stage.sms.texts() == ["An offer."]
    first, second = stage.sms.tries
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.first_tried_at == second.first_tried_at


async def test_what_can_never_be_sent_is_dead_at_once_and_holds_up_nothing(stage: Stage) -> None:
    here = (await stage.meet()).id
    await stage.queue("k", purpose=Purpose.REPLY, conversation_id=here)
    await stage.queue("next", "Next", purpose=Purpose.REPLY, conversation_id=here)
    stage.sms.faults.append(PermanentSendError("no such number"))
    await stage.settle()
    assert await stage.outcome() == (OutboxStatus.DEAD, "no such number")
    assert stage.sms.texts() == ["I am a machine. Next"]


async def test_an_error_that_nobody_foresaw_is_tried_again_and_costs_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def attempt_others(runtime: Runtime, entry: OutboxEntry, answer: Answer | None) -> OutboxEntry:
        if entry.key == "k":
            raise ZeroDivisionError
        return await attempt(runtime, entry, answer)

    monkeypatch.setattr("bot.services.deliver.attempt", attempt_others)
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    await stage.queue("answer", purpose=Purpose.REPLY)
    assert await deliver_due(stage.runtime) == 2
    assert await stage.outcome() == (OutboxStatus.WAITING, "an unforeseen error; see the log")
    assert (await stage.entry("answer")).status is OutboxStatus.SENT


async def test_an_opt_out_that_only_the_vendor_knew_of_is_learnt(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")
    await stage.queue("second")
    stage.sms.faults.append(PermanentSendError("the number has opted out", code="opted_out"))
    await stage.settle()
    assert (await stage.entry("k")).status is OutboxStatus.DEAD
    status, why = await stage.outcome("second")
    assert status is OutboxStatus.WITHHELD
    assert why.startswith("this address opted out on")
    assert len(stage.sms.tries) == 1
