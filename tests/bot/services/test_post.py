"""What leaves by our own feeds leaves with its turn, after all that waits before it, and never twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus
from bot.domain.ids import OutboxId
from bot.domain.message import CustomerMessage, Text
from bot.entrypoints.wiring.service import open_service
from bot.ports import FeedItem
from bot.services import post
from bot.services.attend import find_or_start
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.receive import receive
from bot.services.runtime import Runtime
from bot.settings import Settings
from tests.lending import lend_model, lend_store

HELLO = CustomerMessage("rest", "robin:1", "robin", "hello", payload="/greet")
KEY = "rest:robin:1:0"


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    lend_model(tmp_path)
    lend_store(tmp_path)
    async with open_service(Settings(data=tmp_path, _env_file=None)) as service:  # type: ignore[call-arg]
        yield service.runtime


async def say_hello(runtime: Runtime) -> None:
    await receive(runtime, runtime.channel("rest"), [HELLO])
    conversation = await find_or_start(runtime, "rest", "robin")
    assert await converse(runtime, conversation.id) == 1


async def entry(runtime: Runtime, key: str = KEY) -> OutboxEntry:
    async with runtime.store.transaction() as uow:
        found = await uow.outbox.by_key(key)
    assert found is not None
    return found


async def shown(runtime: Runtime) -> Sequence[FeedItem]:
    async with runtime.store.transaction() as uow:
        return [item for item in await uow.feeds.read(["rest:robin"], after=0) if item.item["from"] == "bot"]


async def test_an_answer_leaves_with_its_turn(runtime: Runtime) -> None:
    await say_hello(runtime)
    assert (await entry(runtime)).status is OutboxStatus.SENT
    before = await shown(runtime)
    assert before
    assert await deliver_due(runtime) == 0
    assert await shown(runtime) == before
    async with runtime.store.transaction() as uow:
        (decision,) = [one for one in await uow.feeds.read(["decisions"], after=0) if one.item["key"] == KEY]
    assert decision.item["outcome"] == "send"


async def test_an_answer_waits_for_what_waits_before_it(runtime: Runtime) -> None:
    conversation = await find_or_start(runtime, "rest", "robin")
    now = runtime.clock.now()
    first = OutboxEntry(
        id=OutboxId("earlier"),
        key="earlier",
        dispatch=ChannelMessage("rest", "robin", Text("One moment.")),
        purpose=Purpose.REPLY,
        profile_id=conversation.profile_id,
        conversation_id=conversation.id,
        created_at=now,
        due_at=now - timedelta(seconds=1),
    )
    async with runtime.store.transaction() as uow:
        await uow.outbox.add(first)
    await say_hello(runtime)
    assert (await entry(runtime)).status is OutboxStatus.WAITING
    assert await shown(runtime) == []
    while await deliver_due(runtime):
        pass
    keys = [item.item["id"] for item in await shown(runtime)]
    assert keys.index("earlier") < keys.index(KEY)
    assert len(keys) == len(set(keys))


async def test_where_it_cannot_be_posted_the_turn_counts_and_the_answer_follows(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(post, "keep_decision", fail)
        await say_hello(runtime)
        assert (await entry(runtime)).status is OutboxStatus.WAITING
        assert await deliver_due(runtime)  # one by one, without what is broken
    assert (await entry(runtime)).status is OutboxStatus.SENT
    keys = [item.item["id"] for item in await shown(runtime)]
    assert len(keys) == len(set(keys))


async def test_what_may_not_leave_is_not_posted(runtime: Runtime) -> None:
    await say_hello(runtime)
    old = await entry(runtime)
    late = replace(
        old, id=OutboxId("late"), key="late", status=OutboxStatus.WAITING, expires_at=old.created_at - timedelta(1)
    )
    async with runtime.store.transaction() as uow:
        await uow.outbox.add(late)
    before = await shown(runtime)
    assert await deliver_due(runtime) == 1
    assert (await entry(runtime, "late")).status is OutboxStatus.WITHHELD
    assert await shown(runtime) == before
