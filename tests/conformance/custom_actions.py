"""Runs custom actions for both engines, each with the rasa-sdk of its own environment. Imports nothing of either."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor


class CustomActions:
    """A conversation's own `answers` (events by action) come first, then the module's classes; others do nothing."""

    def __init__(self, module: str | None) -> None:
        self.answers: Mapping[str, Sequence[Mapping[str, Any]]] = {}
        self._executor = ActionExecutor()
        for action in _classes_of(module) if module else ():
            self._executor.register_action(action)

    async def run(self, call: dict[str, Any]) -> dict[str, Any]:
        """What the action answers, as an action server would; raises rasa-sdk's ActionExecutionRejection."""
        name = call["next_action"]
        if name in self.answers:
            return {"events": [dict(event) for event in self.answers[name]], "responses": []}
        if name not in self._executor.actions:
            return {"events": [], "responses": []}
        answer = await self._executor.run(call)
        return dict(answer) if isinstance(answer, Mapping) else dict(answer.model_dump())


def _classes_of(module: str) -> list[Any]:
    loaded = importlib.import_module(module)
    found = [one for _, one in inspect.getmembers(loaded, inspect.isclass) if issubclass(one, Action)]
    return [one for one in found if one.__module__ == loaded.__name__ and not one.__subclasses__()]
