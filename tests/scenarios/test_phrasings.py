"""Phrasings by the intent that they must have, understood with no form open and at each question of each form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.domain.conversation import REQUESTED_SLOT, OpenLoop, Tracker
from bot.domain.ids import ConversationId
from bot.domain.understanding import Expecting
from bot.ports import Playbook
from bot.services.understand import expecting
from tests.scenarios.stage import set_stage

FILES = sorted((Path(__file__).parent / "phrasings").glob("*.yml"))
IN_EVERY_STATE = frozenset(("bot_challenge", "opt_out"))
PATTERNS = ("bot_challenge", "cancel", "skip", "ask_why", "repeat", "go_on", "none_of_these")


def phrasings(file: Path) -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = YAML(typ="safe").load(file)
    return found


def every_state(playbook: Playbook) -> list[Expecting | None]:
    """No form, and each question of each form."""
    nothing = Tracker(ConversationId("c"))
    asked = [
        replace(nothing, loop=OpenLoop(form.name), slots={REQUESTED_SLOT: slot})
        for form in playbook.assistant.forms.values()
        for slot in form.required_slots
    ]
    return [expecting(playbook.assistant, tracker) for tracker in (nothing, *asked)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_every_phrasing_is_understood_as_labelled(file: Path, tmp_path: Path) -> None:
    wrong = []
    async with set_stage(tmp_path) as stage:
        playbook = stage.service.runtime.library.current()
        for intent, texts in phrasings(file).items():
            states = every_state(playbook) if intent in IN_EVERY_STATE else [None]
            for text in texts:
                for state in states:
                    understood = playbook.nlu.parse(text, expecting=state, region="GB").intent.name
                    if understood != intent:
                        wrong.append(f"{text!r} is {understood}, not {intent}, while {state} is expected")
    assert not wrong, "\n".join(wrong)


def test_there_are_enough_phrasings_of_are_you_human() -> None:
    labelled = phrasings(Path(__file__).parent / "phrasings" / "are_you_human.yml")
    assert len(labelled["bot_challenge"]) >= 45
    assert sum(map(len, labelled.values())) >= 60


async def test_no_form_takes_a_pattern_for_an_answer(tmp_path: Path) -> None:
    """A form ignores the intent of each pattern, unless a slot of it has a value for just that intent."""
    async with set_stage(tmp_path) as stage:
        assistant = stage.service.runtime.library.current().assistant
    for form in assistant.forms.values():
        meant = {
            intent
            for slot in form.required_slots
            for mapping in assistant.slots[slot].mappings
            if mapping.type == "from_intent"
            for intent in mapping.intents
        }
        missing = set(PATTERNS) - set(form.ignored_intents) - meant
        assert not missing, f"{form.name} neither ignores nor maps {sorted(missing)}"
