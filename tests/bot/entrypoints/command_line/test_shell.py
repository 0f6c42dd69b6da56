from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.conversation import ReminderScheduled
from bot.entrypoints.command_line.shell import take_turns
from tests.bot.services.test_remind import tell
from tests.scenarios.stage import Stage, set_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with set_stage(tmp_path) as opened:
        await opened.visitor_opens_the_chat()
        await opened.lines_by("bot", "bot")
        yield opened


async def test_a_reminder_is_told_while_nobody_types(stage: Stage) -> None:
    runtime = stage.service.runtime
    due_at = runtime.clock.now() + timedelta(minutes=1)
    await tell(stage, ReminderScheduled("who", "bot_challenge", due_at))
    assert not await take_turns(runtime)
    stage._clock.forward(timedelta(minutes=2))
    assert await take_turns(runtime)
    assert "automated assistant" in " ".join(await stage.lines_by("bot", "bot"))
