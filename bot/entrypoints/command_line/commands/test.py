"""`overture test`: test stories, examples under `nlu:` and tests of journeys against the content as it is now.

Each kind of test is a top-level key of a file; a further kind is one more entry in `KINDS`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.adapters.content.library import Contents, read_contents, trained_understanding
from bot.adapters.rasa.actions import InProcessActions
from bot.dialogue.story_report import (
    classification_report,
    marks,
    paired,
    story_report,
    summary,
    table,
    with_comments,
)
from bot.dialogue.story_tests import Perform, SaidStep, Understand, hold
from bot.documents import Document
from bot.domain.assistant import Assistant
from bot.domain.conversation import BotUttered, Event, Tracker
from bot.domain.errors import ActionError, ModelError, SettingsError
from bot.domain.understanding import Understood
from bot.entrypoints.command_line.commands.journeys.test import hold_all
from bot.entrypoints.command_line.commands.journeys.trying import tests_of, trying
from bot.entrypoints.command_line.commands.written_tests import documents_in, folders_of_tests, parted, story_tests
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.wiring.choosing import has_action_server
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.nlu.training_data import Example, read_examples
from bot.ports import Nlu
from bot.services.understand import expecting
from bot.settings import Settings

NOT_TRAINED = "there is no model of this content, so only the stories are tested. Train one: overture train."
NONE_FAILED = "None of the test stories failed - all good!"
NO_WARNINGS = "None of the test stories had a warning - all good!"


@dataclass(frozen=True, slots=True)
class Trial:
    """What tests are run with. `nlu` is None where messages are taken to mean what the tests say.

    `documents` are those about the dialogue, `of_journeys` those about journeys.
    """

    settings: Settings
    contents: Contents
    documents: Sequence[Document]
    nlu: Nlu | None
    out: Path
    of_journeys: Sequence[Document] = ()


def run(settings: Settings, options: argparse.Namespace) -> int:
    shelves = shelves_of(settings, channel_names(settings))
    contents = read_contents(shelves)
    of_journeys, documents = parted(_test_files(settings, options.path))
    nlu = None if options.stories and not options.nlu else trained_understanding(shelves, contents)
    if nlu is None and options.nlu:
        raise ModelError("there is no model of this content to test. Train one: overture train.")
    if nlu is None and not options.stories:
        print(f"overture: {NOT_TRAINED}", file=sys.stderr)
    trial = Trial(settings, contents, documents, nlu, options.out, of_journeys)
    if options.nlu and not options.stories:
        return 0 if test_understanding(trial) else 1
    found = {str(key) for one in (*documents, *of_journeys) if isinstance(one.data, Mapping) for key in one.data}
    kinds = [test for kind, test in KINDS.items() if kind in found and (kind == "stories" or not options.stories)]
    results = [test(trial) for test in kinds]
    return 0 if all(results) else 1


def _test_files(settings: Settings, given: Path | None) -> list[Document]:
    """The files of the path; without one, the assistant's tests and the journeys'."""
    folders = [given] if given is not None else folders_of_tests(settings)
    path = folders[0]
    if not path.exists():
        raise SettingsError(f"there is no {path}. Name a file or folder of test stories: overture test PATH.")
    documents = documents_in(folders)
    if not any(isinstance(one.data, Mapping) and not KINDS.keys().isdisjoint(one.data) for one in documents):
        raise SettingsError(f"there are no tests in {path}. Write test stories, as nlu_data/tests/ has them.")
    return documents


def test_journeys(trial: Trial) -> bool:
    """Hold the time-travel tests against the journeys; whether all passed."""
    at_hand = trying(trial.settings, trial.contents)
    return hold_all(tests_of(trial.of_journeys, at_hand), at_hand)


# ---------------------------------------------------------------- stories


def test_stories(trial: Trial) -> bool:
    """Hold all test stories against the assistant; whether all passed."""
    assistant = trial.contents.assistant
    tests, warnings = story_tests(trial.documents, trial.contents)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    understand = _understanding(trial, assistant)
    with asyncio.Runner() as runner:
        perform = _performing(trial.settings, assistant, runner)
        outcomes = [hold(test, assistant, understand=understand, perform=perform) for test in tests]
    failed = [outcome for outcome in outcomes if not outcome.passed]
    warned = [outcome for outcome in outcomes if outcome.warnings]
    write_whole(trial.out / "failed_test_stories.yml", with_comments(failed, NONE_FAILED))
    write_whole(trial.out / "stories_with_warnings.yml", with_comments(warned, NO_WARNINGS))
    write_whole(trial.out / "story_report.json", _json(story_report(outcomes)))
    print(summary(outcomes, end_to_end=trial.nlu is not None))
    for outcome in failed:
        print(f'{outcome.test.place}: the story "{outcome.test.name}" failed.')
    if failed:
        print(f"{trial.out / 'failed_test_stories.yml'} says what came instead.")
    if warned:
        print(f"{len(warned)} stories have warnings: {trial.out / 'stories_with_warnings.yml'}")
    return not failed


def _understanding(trial: Trial, assistant: Assistant) -> Understand | None:
    nlu, region = trial.nlu, trial.settings.region
    if nlu is None:
        return None
    return lambda text, tracker: nlu.parse(text, expecting=expecting(assistant, tracker), region=region)


def _performing(settings: Settings, assistant: Assistant, runner: asyncio.Runner) -> Perform:
    """Runs the custom actions that are at hand in this process; others are not run, as in Rasa's tests."""
    if has_action_server(settings) or not assistant.actions:
        return lambda *_: None
    actions = InProcessActions(settings.actions, lambda: assistant, beside=settings.assistant)

    def perform(action: str, tracker: Tracker) -> Sequence[Event] | str | None:
        if not actions.knows(action):
            return None
        try:
            done = runner.run(actions.run(action, tracker, _somebody()))
        except ActionError as error:
            return str(error)
        # What it says is in the log, too: an action may look at what has been said.
        return [*done.events, *(BotUttered(say.content.text, response=say.response) for say in done.says)]

    return perform


def _somebody() -> Mapping[str, Any]:
    """What a custom action may know of the person: here, of somebody who has just come."""
    return {
        "profile": {"id": "test"},
        "time_zone": None,
        "lead": {"fit": 0, "engagement": 0, "total": 0, "grade": "C3", "reasons": []},
        "consents": {},
        "channel": "test",
        "message_id": "test",
        "now": datetime.now(UTC).isoformat(),
    }


# ---------------------------------------------------------------- understanding


def test_understanding(trial: Trial) -> bool:
    """Hold what is understood of each text of the tests against what they say; whether all intents were right."""
    if trial.nlu is None:
        return True  # that it was left out is told already
    assistant = trial.contents.assistant
    examples = list(read_examples(trial.documents, assistant.intents, assistant.entities))
    told = list(dict.fromkeys(examples + _said_in_stories(trial)))
    if not told:
        return True
    found = [(example, trial.nlu.parse(example.text, region=trial.settings.region)) for example in told]
    intents = [(example.intent, understood.intent.name) for example, understood in found]
    entities = [
        pair
        for example, understood in found
        for pair in paired(marks(example.text, example.entities), marks(example.text, understood.entities))
    ]
    write_whole(trial.out / "intent_report.json", _json(classification_report(intents)))
    write_whole(trial.out / "intent_errors.json", _json([_error(*one) for one in found if not _right(*one)]))
    write_whole(trial.out / "entity_report.json", _json(classification_report(entities)))
    print("\n".join([*table("INTENT", intents), *table("ENTITY", entities)]))
    return all(_right(*one) for one in found)


def _said_in_stories(trial: Trial) -> list[Example]:
    tests, _ = story_tests(trial.documents, trial.contents)
    return [
        Example(step.text, step.intent, step.found, test.place)
        for test in tests
        for step in test.steps
        if isinstance(step, SaidStep) and step.text and step.intent
    ]


def _right(example: Example, understood: Understood) -> bool:
    return example.intent == understood.intent.name


def _error(example: Example, understood: Understood) -> dict[str, Any]:
    prediction = {"name": understood.intent.name, "confidence": understood.intent.confidence}
    return {"text": example.text, "intent": example.intent, "intent_prediction": prediction}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


KINDS: Mapping[str, Callable[[Trial], bool]] = {
    "stories": test_stories,
    "nlu": test_understanding,
    "journey": test_journeys,
}
