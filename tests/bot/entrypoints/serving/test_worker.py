"""The worker: it serves who waits, and when it stops it finishes what it has begun."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.adapters.memory import MemoryWakeups
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Lane
from bot.domain.errors import PermanentSendError
from bot.domain.message import CustomerMessage, OutboundMessage, Text
from bot.entrypoints.serving.worker import Worker
from bot.services.deliver import deliver_due
from bot.services.receive import receive
from bot.services.runtime import INBOX
from tests.bot.services.stage import PHONE, Stage


@asynccontextmanager
async def at_work(stage: Stage, *lanes: Lane) -> AsyncIterator[Worker]:
    worker = Worker(stage.runtime, lanes or tuple(Lane))
    working = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        async with asyncio.timeout(30):
            await working


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  the fakes tell nobody
            await asyncio.sleep(0.005)


async def test_what_waited_for_a_channel_is_taken_up_by_a_worker_that_has_it(stage: Stage) -> None:
    every = stage.runtime
    await stage.hear("greet")
    stage.runtime = replace(every, channels={})
    with capture_logs() as logs:
        async with at_work(stage):
            await until(lambda: any(line["event"] == "what came in waits until its channel is back" for line in logs))
    stage.runtime = every
    async with at_work(stage):
        await until(lambda: bool(stage.sms.taken))


async def test_a_message_is_answered_as_soon_as_it_comes(stage: Stage) -> None:
    async with at_work(stage):
        await stage.hear("greet")
        await until(lambda: bool(stage.sms.taken))
    assert stage.sms.texts() == ["I am a machine. Hello!"]


async def test_what_came_in_while_nobody_worked_is_answered_at_the_start(stage: Stage) -> None:
    await stage.hear("greet")
    async with at_work(stage):
        await until(lambda: bool(stage.sms.taken))
    assert stage.sms.texts() == ["I am a machine. Hello!"]


async def test_whoever_is_told_of_much_still_looks_by_the_clock(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.entrypoints.serving.worker.LOOK_EVERY", timedelta(milliseconds=100))
    async with at_work(stage):
        async with asyncio.timeout(5):
            message = CustomerMessage("sms", "in-1", PHONE, "greet")
            elsewhere = replace(stage.runtime, wakeups=MemoryWakeups())
            await receive(elsewhere, stage.runtime.channel("sms"), [message])
            while not stage.sms.taken:
                await stage.runtime.wakeups.notify(INBOX, ["another conversation"])
                await asyncio.sleep(0.005)
    assert stage.sms.texts() == ["I am a machine. Hello!"]


async def test_who_writes_again_during_a_turn_is_answered_after_it(stage: Stage) -> None:
    may_go_on = asyncio.Event()

    async def think_long() -> None:
        await may_go_on.wait()

    stage.actions.before = think_long
    async with at_work(stage):
        await stage.hear("lead")
        await until(lambda: bool(stage.actions.ran))
        await stage.hear("greet")
        await asyncio.sleep(0.02)
        may_go_on.set()
        await until(lambda: bool(stage.sms.taken))
    assert stage.sms.texts() == ["I am a machine. Hello!"]


async def test_a_stop_finishes_the_turn_in_hand_and_delivers_what_it_said(stage: Stage) -> None:
    thinking, may_go_on = asyncio.Event(), asyncio.Event()

    async def think_long() -> None:
        thinking.set()
        await may_go_on.wait()

    stage.actions.before = think_long
    stage.actions.broken = {"action_lead"}
    worker = Worker(stage.runtime)
    working = asyncio.create_task(worker.run())
    await stage.hear("lead")
    await thinking.wait()
    await worker.stop()
    await stage.hear("greet", address="+447700900124")
    may_go_on.set()
    async with asyncio.timeout(5):
        await working
    assert stage.sms.texts() == ["I am a machine. Sorry, that went wrong."], "and takes up no other"


async def test_a_slow_conversation_holds_up_no_other(stage: Stage) -> None:
    may_go_on = asyncio.Event()

    async def think_long() -> None:
        await may_go_on.wait()

    stage.actions.before = think_long
    async with at_work(stage):
        await stage.hear("lead")
        await stage.hear("greet", address="+447700900124")
        await until(lambda: bool(stage.sms.taken))
        assert [message.address for message in stage.sms.taken] == ["+447700900124"]
        may_go_on.set()


async def test_where_more_wait_than_one_look_finds_nobody_waits_for_the_clock(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.entrypoints.serving.worker.MOST_TURNS", 3)
    monkeypatch.setattr("bot.entrypoints.serving.worker.LOOK_EVERY", timedelta(minutes=1))
    durations = itertools.cycle([0.01, 0.08, 0.08])

    async def think_for_a_while() -> None:
        await asyncio.sleep(next(durations))

    stage.actions.before = think_for_a_while
    for number in range(9):
        await stage.hear("lead", address=f"+4477009001{number:02}")
    async with at_work(stage):
        await until(lambda: len(stage.actions.ran) == 9)


async def test_a_conversation_that_another_process_serves_is_left_to_it(stage: Stage) -> None:
    await stage.hear("greet")
    name = f"conversation:{(await stage.at()).id}"
    async with at_work(stage):
        async with stage.runtime.leases.hold(name, ttl=timedelta(minutes=1)) as held:
            assert held
            await asyncio.sleep(0.05)
        await until(lambda: bool(stage.sms.taken))
    assert stage.sms.texts() == ["I am a machine. Hello!"]


async def test_what_a_crash_left_is_taken_up_at_the_start(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.lost = asyncio.Event()
    dying = asyncio.create_task(deliver_due(stage.runtime))
    await stage.sms.lost.wait()
    dying.cancel()
    await asyncio.wait([dying])
    stage.sms.lost = None
    stage.sms.taken.clear()
    stage.clock.forward(timedelta(seconds=1))
    async with at_work(stage):
        await until(lambda: bool(stage.sms.taken))
    assert stage.sms.taken[0].address == PHONE


async def test_a_delivery_that_fails_does_not_end_the_loop(stage: Stage) -> None:
    async with at_work(stage):
        stage.sms.faults.append(PermanentSendError("a bad day"))
        await stage.hear("greet")
        await until(lambda: len(stage.sms.tries) == 1)
        await stage.hear("greet")
        await until(lambda: bool(stage.sms.taken))
    assert stage.sms.texts() == ["I am a machine. Hello!"]


async def test_a_campaign_whose_vendor_hangs_delays_no_reply(stage: Stage) -> None:
    """Each lane has a loop of its own: twenty calls that hang are a whole batch."""
    answers = asyncio.Event()

    async def hang(_message: OutboundMessage) -> None:
        await answers.wait()

    stage.slack.on_send = hang
    for number in range(25):
        offer = ChannelMessage("slack", "#sales", Text(f"Offer {number}."))
        await stage.queue(f"send {number}", dispatch=offer, purpose=Purpose.DESK, priority=50, profile_id=None)
    async with at_work(stage):
        await until(lambda: len(stage.slack.tries) >= 20)
        await stage.hear("greet")
        await until(lambda: bool(stage.sms.taken))
        answers.set()


async def test_a_worker_leaves_the_other_lanes_to_others(stage: Stage) -> None:
    await stage.hear("greet")
    async with at_work(stage, Lane.TIMERS, Lane.SENDS):
        await asyncio.sleep(0.05)
    assert not stage.sms.tries
    async with at_work(stage, Lane.REPLIES):
        await until(lambda: bool(stage.sms.taken))
