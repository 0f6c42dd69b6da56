"""Waiting for a turn, whose loops are turned by hand here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Conflict
from bot.domain.message import CustomerMessage, OutboundMessage, Text
from bot.entrypoints.wiring.service import open_service
from bot.ports import AwaitTurn, Meanwhile, Reply, Said
from bot.services import attend as attending
from bot.services.attend import attend, find_or_start, lease_of
from bot.services.await_turn import await_turn
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.receive import receive
from bot.services.runtime import Runtime
from bot.settings import Settings
from tests.lending import lend_model, lend_store

HELLO = CustomerMessage("rest", "robin:1", "robin", "hello")
AT_ONCE = timedelta()


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    lend_model(tmp_path)
    lend_store(tmp_path)
    async with open_service(Settings(data=tmp_path, _env_file=None)) as service:  # type: ignore[call-arg]
        yield service.runtime


async def take_turn(runtime: Runtime) -> None:
    conversation = await find_or_start(runtime, "rest", "robin")
    assert await converse(runtime, conversation.id) == 1


async def said(runtime: Runtime, *, within: timedelta = AT_ONCE, **further: Any) -> Said:
    awaited = AwaitTurn("rest:robin", within, lambda _: Reply(), **further)
    return await await_turn(runtime, [HELLO], awaited, channel="rest")


async def heard(runtime: Runtime, *, within: timedelta = AT_ONCE) -> int:
    return len((await said(runtime, within=within)).items)


async def test_at_the_deadline_the_answer_is_what_was_said_by_then(runtime: Runtime) -> None:
    await receive(runtime, runtime.channel("rest"), [HELLO])
    assert await heard(runtime, within=timedelta(milliseconds=50)) == 0
    await take_turn(runtime)
    assert await heard(runtime) == 2


async def test_it_ends_as_soon_as_all_has_left(runtime: Runtime) -> None:
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        await receive(runtime, runtime.channel("rest"), [HELLO])
        waiting = tasks.create_task(heard(runtime, within=timedelta(hours=1)))
        await take_turn(runtime)
        await deliver_due(runtime)
    assert waiting.result() == 2


async def test_a_message_that_was_answered_before_gets_the_same_at_once(runtime: Runtime) -> None:
    await receive(runtime, runtime.channel("rest"), [HELLO])
    await take_turn(runtime)
    await deliver_due(runtime)
    first = await said(runtime)
    assert await receive(runtime, runtime.channel("rest"), [HELLO]) == 0
    assert await said(runtime) == first


async def test_a_conversation_is_attended_to_by_one_at_a_time(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "WAIT_AT_MOST", timedelta(milliseconds=60))
    conversation = await find_or_start(runtime, "rest", "robin")
    assert (await find_or_start(runtime, "rest", "robin")).id == conversation.id
    async with attend(runtime, conversation.id):
        async with runtime.leases.hold(lease_of(conversation.id), ttl=timedelta(seconds=9)) as held:
            assert not held
        with pytest.raises(Conflict, match="busy"):
            async with attend(runtime, conversation.id):
                raise AssertionError("two at a time")
    async with attend(runtime, conversation.id):
        pass


async def test_behind_a_position_everything_is_told_whoever_said_it(runtime: Runtime) -> None:
    await receive(runtime, runtime.channel("rest"), [HELLO])
    await take_turn(runtime)
    await deliver_due(runtime)
    whole = await said(runtime, behind=0)
    assert whole.finished
    assert whole.position is not None
    rep = OutboundMessage("a rep", "rest", "robin", Text("Sam here."), occasion="aside")
    await runtime.channel("rest").send(rep)
    [new] = (await said(runtime, behind=whole.position)).items
    assert new.item["messages"][0]["text"] == "Sam here."


async def test_who_waits_long_is_told_so_once_and_a_failure_of_that_costs_nothing(runtime: Runtime) -> None:
    told = []

    async def tell() -> None:
        told.append("one moment")
        raise ConnectionError("the vendor is away")

    await receive(runtime, runtime.channel("rest"), [HELLO])
    soon = Meanwhile(timedelta(milliseconds=20), tell)
    assert not (await said(runtime, within=timedelta(milliseconds=80), meanwhile=soon)).finished
    await take_turn(runtime)
    await deliver_due(runtime)
    assert (await said(runtime, within=timedelta(hours=1), meanwhile=soon)).finished
    assert told == ["one moment"]


async def test_a_turn_that_was_late_is_waited_for_with_the_next(runtime: Runtime) -> None:
    await receive(runtime, runtime.channel("rest"), [HELLO])
    awaited = AwaitTurn("rest:robin", timedelta(hours=1), lambda _: Reply(), earlier=(HELLO.vendor_id,))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(await_turn(runtime, [], awaited, channel="rest"))
        await take_turn(runtime)
        await deliver_due(runtime)
    assert len(waiting.result().items) == 2
