"""What the engine looks things up by, made once from an assistant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.rules import RuleBook, compile_rules
from bot.dialogue.slots import first_slots
from bot.dialogue.stories import StoryBook, compile_stories
from bot.domain.assistant import Assistant, Rule, Story


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rules and stories, compiled, and the slots that have a value from the start."""

    rules: RuleBook
    stories: StoryBook
    first_slots: Mapping[str, Any]
    made_from: tuple[tuple[Rule, ...], tuple[Story, ...]]


def prepare(assistant: Assistant) -> Assistant:
    """The assistant with what the engine looks things up by."""
    prepared = Prepared(
        rules=compile_rules(assistant.rules, assistant.stories, assistant.slots),
        stories=compile_stories(assistant.stories, assistant.rules, assistant.slots),
        first_slots=first_slots(assistant),
        made_from=(assistant.rules, assistant.stories),
    )
    return replace(assistant, prepared=prepared)


def prepared_of(assistant: Assistant) -> Prepared:
    """What `prepare` made; made anew, which is slow, where that was left out or the rules were replaced."""
    prepared = assistant.prepared
    if isinstance(prepared, Prepared):
        rules, stories = prepared.made_from
        if rules is assistant.rules and stories is assistant.stories:
            return prepared
    made = prepare(assistant).prepared
    assert isinstance(made, Prepared)  # noqa: S101  prepare has just put it there
    return made
