"""What the engine looks things up by, made once from an assistant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.generalise import Experience, learn
from bot.dialogue.rules import RuleBook, compile_rules
from bot.dialogue.slots import first_slots
from bot.dialogue.stories import StoryBook, compile_stories, courses
from bot.domain.assistant import Assistant, Rule, Story


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rules and stories, compiled, what can be guessed from them, and the slots that have a value from the start."""

    rules: RuleBook
    stories: StoryBook
    experience: Experience
    first_slots: Mapping[str, Any]
    made_from: tuple[tuple[Rule, ...], tuple[Story, ...]]


def prepare(assistant: Assistant) -> Assistant:
    """The assistant with what the engine looks things up by."""
    config = assistant.configuration
    book = compile_stories(assistant.stories, assistant.rules, assistant.slots, max_history=config.max_history)
    initial = first_slots(assistant)
    told = ((story.name, course) for story in assistant.stories for course in courses(book, story, initial))
    prepared = Prepared(
        rules=compile_rules(assistant.rules, assistant.stories, assistant.slots),
        stories=book,
        experience=learn(told, config.max_history) if config.generalises else Experience(),
        first_slots=initial,
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
