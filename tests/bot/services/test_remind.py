"""Reminders, on the sample assistant as it is wired: due at their time, unless called off or made void by a message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.conversation import ReminderCancelled, ReminderScheduled
from bot.domain.effects import ScheduleReminder
from bot.services.perform import Cause, perform
from bot.services.respect_wishes import restrict
from tests.scenarios.stage import Stage, set_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with set_stage(tmp_path) as opened:
        await opened.visitor_opens_the_chat()
        await opened.lines_by("bot", "bot")
        yield opened


async def tell(stage: Stage, *events: ReminderScheduled | ReminderCancelled) -> None:
    """What an action's turn does with these events."""
    runtime = stage.service.runtime
    now = runtime.clock.now()
    conversation = await stage.conversation()
    effects = [
        ScheduleReminder(one.name, one.intent, one.due_at) for one in events if isinstance(one, ReminderScheduled)
    ]
    async with runtime.store.transaction() as uow:
        tracker = conversation.tracker.apply_all(events)
        await uow.conversations.save(replace(conversation, tracker=tracker, version=conversation.version + 1))
        cause = Cause("turn", conversation.profile_id, conversation.id)
        await perform(uow, runtime, effects, cause, now)


def in_an_hour(stage: Stage, *, kill: bool = True) -> ReminderScheduled:
    due_at = stage.service.runtime.clock.now() + timedelta(hours=1)
    return ReminderScheduled("who", "bot_challenge", due_at, kill_on_user_message=kill)


async def test_a_reminder_goes_on_as_if_its_intent_had_been_said(stage: Stage) -> None:
    await tell(stage, in_an_hour(stage))
    await stage.time_passes("30m")
    assert await stage.lines_by("bot", "bot") == []
    await stage.time_passes("31m")
    assert "automated assistant" in " ".join(await stage.lines_by("bot", "bot"))
    assert (await stage.conversation()).tracker.reminders == ()
    await stage.time_passes("2h")
    assert await stage.lines_by("bot", "bot") == []


async def test_who_is_restricted_is_reminded_of_nothing(stage: Stage) -> None:
    await tell(stage, in_an_hour(stage))
    runtime, person = stage.service.runtime, (await stage.conversation()).profile_id
    async with runtime.store.transaction() as uow:
        await restrict(uow, person, now=runtime.clock.now())
    await stage.time_passes("2h")
    assert await stage.lines_by("bot", "bot") == []


async def test_what_a_reminder_says_is_none_of_the_customers_words(stage: Stage) -> None:
    await tell(stage, in_an_hour(stage))
    await stage.time_passes("2h")
    conversation = await stage.conversation()
    async with stage.service.runtime.store.transaction() as uow:
        transcript = await uow.conversations.transcript(conversation.id)
    assert not [line for line in transcript if "EXTERNAL" in line.text]


async def test_a_message_makes_a_reminder_void(stage: Stage) -> None:
    await tell(stage, in_an_hour(stage))
    await stage.visitor_says("thank you")
    await stage.lines_by("bot", "bot")
    await stage.time_passes("2h")
    assert await stage.lines_by("bot", "bot") == []


async def test_a_message_leaves_a_reminder_that_outlives_it(stage: Stage) -> None:
    await tell(stage, in_an_hour(stage, kill=False))
    await stage.visitor_says("thank you")
    await stage.lines_by("bot", "bot")
    await stage.time_passes("2h")
    assert "automated assistant" in " ".join(await stage.lines_by("bot", "bot"))


async def test_a_reminder_that_is_called_off_says_nothing(stage: Stage) -> None:
    await tell(stage, in_an_hour(stage))
    await tell(stage, ReminderCancelled("who"))
    await stage.time_passes("2h")
    assert await stage.lines_by("bot", "bot") == []
