"""The content that comes along (the sample and the starter) and the actions name each other rightly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.adapters.rasa.actions import InProcessActions
from bot.domain.assistant import Assistant

ROOT = Path(__file__).parents[2]
RUN_BY_THE_SERVICE = {"action_answer_from_knowledge"}
NOBODY = Assistant({}, {}, {}, {}, {}, frozenset(), (), ())


def content(key: str) -> list[Any]:
    """What the content files have under `key`."""
    yaml = YAML(typ="safe")
    folders = (ROOT / "nlu_data", ROOT / "bot/adapters/content/starter")
    files = [
        path
        for folder in folders
        for path in folder.rglob("*.yml")
        if path.relative_to(folder).parts[0] not in ("tests", "journeys")
    ]
    return [loaded[key] for loaded in map(yaml.load, files) if key in loaded]


def test_every_action_of_the_domain_exists_in_code_and_the_other_way_round() -> None:
    named = {action for actions in content("actions") for action in actions}
    runner = InProcessActions("actions", lambda: NOBODY)
    assert {action for action in named if not runner.knows(action)} == RUN_BY_THE_SERVICE
    written = {
        name
        for path in (ROOT / "actions").glob("*.py")
        for name in re.findall(r'return "((?:action|validate)_\w+)"', path.read_text())
    }
    assert written <= named


def test_every_response_that_an_action_says_is_written() -> None:
    written = {name for responses in content("responses") for name in responses}
    written |= set(with_built_in_responses(NOBODY).responses)
    said = {
        name
        for path in (ROOT / "actions").glob("*.py")
        for name in re.findall(r'"(utter_(?!action")\w*[^\W_])"', path.read_text())
    }
    assert said
    assert said <= written


def test_every_form_asks_every_question() -> None:
    written = {name for responses in content("responses") for name in responses}
    for forms in content("forms"):
        for form, details in forms.items():
            for slot in details["required_slots"]:
                assert written & {f"utter_ask_{form}_{slot}", f"utter_ask_{slot}"}, f"{form} cannot ask for {slot}"
