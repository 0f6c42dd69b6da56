"""Reads test stories: Rasa's `test_stories.yml`, in which messages are given in words and are to mean an intent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from bot.dialogue.domain_yaml import Declarations, Node
from bot.dialogue.source import Source
from bot.dialogue.steps_yaml import Vocabulary, read_user
from bot.dialogue.stories_yaml import read_stories
from bot.dialogue.story_tests import SaidStep, SpokenStep, StoryTest, TestStep, saying
from bot.documents import Document, Faults
from bot.domain.assistant import ActionStep, Assistant, Story, StoryStep, UserStep
from bot.domain.errors import Place
from bot.domain.understanding import Entity

ReadMessage = Callable[[str, Place, Faults], tuple[str, tuple[Entity, ...]]]
"""From a message with annotations, or a button's payload, to its text and the entities that are said to be in it."""

KEYS = ("version", "stories", "nlu")


def read_story_tests(
    documents: Sequence[Document], assistant: Assistant, read_message: ReadMessage, *, lapses: Faults | None = None
) -> list[StoryTest]:
    """All test stories, each once for each way through it; raises one ContentError with every fault.

    Where `lapses` is given, it takes what is wrong and Rasa takes all the same.
    """
    faults = Faults()
    sources = [
        Source(document, faults, Faults() if lapses is None else lapses, lapses is not None)
        for document in documents
        if _is_readable(document, faults)
    ]
    found: list[StoryTest] = []
    if sources:
        stories = read_stories(sources, _vocabulary(sources[0], assistant, read_message))
        found = [test for story in stories for test in _unrolled(story)]
    faults.raise_if_any()
    return found


def _is_readable(document: Document, faults: Faults) -> bool:
    if document.data is None:
        return False
    if not isinstance(document.data, Mapping):
        faults.add(document.place(), "the file should be a mapping.", "Begin it with stories:.")
        return False
    Source(document, faults).only_keys(document.data, KEYS, "a file of tests")
    return True


def _vocabulary(source: Source, assistant: Assistant, read_message: ReadMessage) -> Vocabulary:
    """The names of an assistant that has been read already, as steps are checked against."""

    def named(names: Any) -> dict[str, Node]:
        return dict.fromkeys(names, Node(source, None, source.place()))

    declared = Declarations(
        intents=named(assistant.intents),
        entities=named(assistant.entities),
        slots=named(assistant.slots),
        forms=named(assistant.forms),
        responses=named(assistant.responses),
        actions=named(assistant.actions),
    )

    def spoken(source: Source, step: Mapping[Any, Any], names: Vocabulary) -> StoryStep | None:
        if "bot" in step:
            return _read_bot(source, step, assistant)
        return _read_message(source, step, names, read_message)

    return Vocabulary(declared, assistant.slots, assistant.forms, spoken)


def _read_message(source: Source, step: Mapping[Any, Any], names: Vocabulary, read_message: ReadMessage) -> SaidStep:
    place = source.place(step, "user")
    written = source.text(step["user"], place, "what the user says").strip()
    text, entities = read_message(written, place, source.faults)
    for entity in entities:
        if entity.name not in names.declared.entities:
            source.lapses.unknown(place, "entity", entity.name, names.declared.entities)
    if step.get("intent") is None:  # as in an end-to-end story: whatever it is understood to mean
        return SaidStep((), text=text, written=written, found=entities)
    told = read_user(source, step, names)
    # With its key, which a story does not see.
    meant = source.text(step["intent"], place, "an intent").removeprefix("/")
    return SaidStep((meant,), told.entities, text=text, written=written, found=entities)


def _read_bot(source: Source, step: Mapping[Any, Any], assistant: Assistant) -> SpokenStep:
    place = source.place(step, "bot")
    text = source.text(step["bot"], place, "what the bot says").strip()
    responses = saying(assistant, text)
    if not responses and text not in assistant.lines:
        source.lapses.add(place, "no response has these words.", "Write what it says, or action: and a response.")
    return SpokenStep(min(responses, default=text), text)


def _unrolled(story: Story) -> list[StoryTest]:
    """A test for each intent of a step that leaves open which one it is."""
    ways: list[list[TestStep]] = []
    for step in story.steps:
        if isinstance(step, UserStep) and not isinstance(step, SaidStep):
            entities = tuple(Entity(name, value) for name, value in step.entities.items() if "#" not in name)
            ways.append([SaidStep((intent,), step.entities, found=entities) for intent in step.intents])
        elif isinstance(step, (SaidStep, ActionStep)):
            ways.append([step])
        else:
            ways.append([replace(step)])
    return [StoryTest(story.name, steps, story.place) for steps in product(*ways)]
