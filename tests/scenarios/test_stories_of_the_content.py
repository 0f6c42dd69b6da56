"""The test stories in `nlu_data/tests/`, played on the service as it is wired: what is meant, and what is done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.scenarios.stage import Stage, set_stage

FOLDER = Path(__file__).parents[2] / "nlu_data" / "tests"
STORIES = [story for file in sorted(FOLDER.glob("test_*.yml")) for story in YAML(typ="safe").load(file)["stories"]]
ANNOTATION = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["story"])
async def test_the_story_goes_as_written(story: Mapping[str, Any], tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage:
        await stage.visitor_opens_the_chat()
        for message, expected in _turns(story["steps"]):
            assert await _turn(stage, message["user"].strip()) == (message["intent"], expected), message["user"]


def _turns(steps: list[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[str]]]:
    """Each message with the actions that follow it."""
    turns: list[tuple[Mapping[str, Any], list[str]]] = []
    for step in steps:
        if "user" in step:
            turns.append((step, []))
        elif "action" in step:
            turns[-1][1].append(step["action"])
    return turns


async def _turn(stage: Stage, text: str) -> tuple[str, list[str]]:
    """The intent of the message, and the actions that were steps of their own: a form's validation is a part of it."""
    if text.startswith("/"):
        await stage.visitor_says(text, payload=text)
    else:
        await stage.visitor_says(ANNOTATION.sub(r"\1", text))
    turn = (await stage.feed("explain"))[-1]
    acted = [one["action"] for one in turn["acted"]]
    steps = [action for action in acted if action != "action_listen" and not action.startswith("validate_")]
    return turn["understood"]["intent"], steps
