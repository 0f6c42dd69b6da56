"""The tests that stand beside the content, as they are written: test stories, examples, and tests of journeys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bot.adapters.content.content_files import read_documents
from bot.adapters.content.library import Contents
from bot.dialogue.story_tests import StoryTest
from bot.dialogue.story_tests_yaml import read_story_tests
from bot.documents import Document, Faults, warns_of_lapses
from bot.domain.errors import ContentError, Fault, Place
from bot.domain.understanding import Entity
from bot.entrypoints.command_line.commands.journeys.trying import test_files, tests_of, trying
from bot.nlu.annotations import read_annotations
from bot.nlu.payload import parse_payload
from bot.nlu.training_data import read_examples
from bot.settings import Settings


def folders_of_tests(settings: Settings) -> list[Path]:
    """Where the assistant's tests are, and the journeys'."""
    return [settings.assistant / "tests", settings.journeys_folder / "tests"]


def documents_in(folders: Iterable[Path]) -> list[Document]:
    """Raises ContentError for files that are no YAML."""
    faults = Faults()
    documents = read_documents([file for folder in folders for file in test_files(folder)], faults)
    faults.raise_if_any()
    return documents


def parted(documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """Tests of journeys, and those of the dialogue."""
    of_journeys: list[Document] = []
    others: list[Document] = []
    for one in documents:
        is_of_journeys = isinstance(one.data, Mapping) and "journey" in one.data
        (of_journeys if is_of_journeys else others).append(one)
    return of_journeys, others


def story_tests(documents: Sequence[Document], contents: Contents) -> tuple[list[StoryTest], list[Fault]]:
    """The test stories, and what is wrong with them and no fault in an assistant that was taken over from Rasa."""
    warnings = Faults()
    lapses = warnings if warns_of_lapses(contents.documents) else None
    tests = read_story_tests(documents, contents.assistant, read_message, lapses=lapses)
    return tests, warnings.in_order()


def read_message(written: str, place: Place, faults: Faults) -> tuple[str, tuple[Entity, ...]]:
    """What a test story's user says: a button's payload, or a text with annotations."""
    pressed = parse_payload(written)
    return (written, pressed.entities) if pressed is not None else read_annotations(written, place, faults)


def doubts_of_tests(settings: Settings, contents: Contents) -> list[Fault]:
    """What is to be warned of in the tests; raises ContentError with every fault of theirs.

    In an assistant that was taken over from Rasa, whose own validation reads no tests, there are warnings alone.
    """
    warnings: list[Fault] = []
    faults: list[Fault] = []
    for look_at in (_look_at_stories, _look_at_examples, _look_at_journeys):
        try:
            warnings += look_at(settings, contents)
        except ContentError as error:
            faults += error.faults
    if faults and not warns_of_lapses(contents.documents):
        raise ContentError(list(dict.fromkeys(faults)))
    return list(dict.fromkeys([*faults, *warnings]))


def _look_at_stories(settings: Settings, contents: Contents) -> list[Fault]:
    return story_tests(parted(documents_in(folders_of_tests(settings)))[1], contents)[1]


def _look_at_examples(settings: Settings, contents: Contents) -> list[Fault]:
    others = parted(documents_in(folders_of_tests(settings)))[1]
    read_examples(others, contents.assistant.intents, contents.assistant.entities)
    return []


def _look_at_journeys(settings: Settings, contents: Contents) -> list[Fault]:
    if about := parted(documents_in(folders_of_tests(settings)))[0]:
        tests_of(about, trying(settings, contents))
    return []
