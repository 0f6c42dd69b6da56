"""What the customer hears when an action fails: an apology, once for a message, and the form goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.conversation import Tracker
from bot.domain.effects import ActionResult
from bot.domain.errors import ActionError
from bot.ports import ActionRunner
from tests.scenarios.stage import play, set_stage


class Failing:
    """Actions of which some fail, as code does that meets something its author did not think of."""

    def __init__(self, actions: ActionRunner, failing: frozenset[str]) -> None:
        self._actions = actions
        self._failing = failing

    def knows(self, action: str) -> bool:
        return self._actions.knows(action)

    async def run(self, action: str, tracker: Tracker, context: Mapping[str, Any]) -> ActionResult:
        if action in self._failing:
            raise ActionError(f'The action "{action}" raised KeyError. Mend it in the actions package.')
        return await self._actions.run(action, tracker, context)

    async def close(self) -> None:
        await self._actions.close()


async def test_several_failures_on_one_message_are_told_once(tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage:
        runtime = stage.service.runtime
        failing = Failing(runtime.actions, frozenset(("action_qualify_lead", "validate_follow_up_form")))
        await play(stage, ["visitor opens the chat", {"visitor": "I'd like a demo"}, {"visitor": "Lea"}])
        await play(stage, [{"visitor": "lea@lea.example"}, {"visitor": "80"}, {"bot": "start"}])
        stage.service = replace(stage.service, runtime=replace(runtime, actions=failing))
        await stage.visitor_presses("Now")
        lines = await stage.lines_by("bot", "bot")
        assert sum("something went wrong" in line for line in lines) == 1, lines
        assert any("mobile number" in line for line in lines), lines


async def test_an_answer_that_nothing_could_validate_is_asked_for_again(tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage:
        runtime = stage.service.runtime
        working = stage.service
        await play(stage, ["visitor opens the chat", {"visitor": "I'd like a demo"}, {"visitor": "Lea"}])
        await play(stage, [{"visitor": "lea@lea.example"}, {"bot": "how many"}])
        failing = Failing(runtime.actions, frozenset(("validate_demo_form",)))
        stage.service = replace(stage.service, runtime=replace(runtime, actions=failing))
        await play(stage, [{"visitor": "80"}, {"bot": ["something went wrong", "how many"]}])
        await play(stage, [{"slots": {"team_size": None, "work_email": "lea@lea.example"}}])
        stage.service = working
        await play(stage, [{"visitor": "80"}, {"bot": "start"}, {"slots": {"team_size": 80}}])
