"""Reads an assistant: a Rasa 3 project's domain, responses, rules and stories, from any number of YAML files.

NLU data may be in the same files; others read that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TypeVar

from bot.dialogue.config_yaml import read_configuration
from bot.dialogue.contradictions import contradictions
from bot.dialogue.domain_yaml import (
    RESPONSES_OF_RASA_1,
    Declarations,
    declare,
    read_entities,
    read_forms,
    read_intents,
)
from bot.dialogue.forms import questions_for
from bot.dialogue.prepared import prepare, prepared_of
from bot.dialogue.rasa2 import upgrade
from bot.dialogue.responses import in_own_language
from bot.dialogue.responses_yaml import read_responses
from bot.dialogue.rules import compile_rules
from bot.dialogue.slots_yaml import read_slots
from bot.dialogue.source import Source
from bot.dialogue.steps_yaml import Vocabulary
from bot.dialogue.stories_yaml import read_rules, read_stories
from bot.documents import Document, Faults, plain, warns_of_lapses
from bot.domain.assistant import Assistant, Form, Rule, Story, UserStep
from bot.domain.errors import ContentError

DOMAIN_KEYS = (
    "intents",
    "entities",
    "slots",
    "responses",
    "actions",
    "forms",
    "e2e_actions",
    "session_config",
    "config",
)
LATEST_VERSION = (3, 1)
DIALOGUE_KEYS = ("rules", "stories")
CONFIGURATION_KEYS = ("pipeline", "policies")
Told = TypeVar("Told", Rule, Story)
KEYS_OF_OTHERS = ("version", "nlu", "recipe", "assistant_id", "language", "importers", "imports", "overture")
OUR_KEYS = (*DOMAIN_KEYS, *DIALOGUE_KEYS, *CONFIGURATION_KEYS)
KNOWN_KEYS = (*OUR_KEYS, *KEYS_OF_OTHERS)
FLOWS_OF_RASA_PRO = "flows"
FLOWS_ARE_NOT_READ = (
    "flows are of Rasa Pro (CALM), where a language model holds the dialogue; they are not read.",
    "Write what they do as rules, stories and forms, as in Rasa 3.6: what a flow collects, a form asks for, and a rule "
    "says what follows. What a language model may do here: docs/language-models.md",
)

TEST_PREFIX = "test_"
"""Files named so hold test stories, as in Rasa, and are not part of the assistant."""


def read_assistant(documents: Sequence[Document]) -> Assistant:
    """Read and check the assistant; raises one ContentError with every fault of every file."""
    faults, warnings = Faults(), Faults()
    lenient = warns_of_lapses(documents)
    sources = [
        Source(document, faults, warnings, lenient)
        for document in documents
        if not PurePath(document.path).name.startswith(TEST_PREFIX)
    ]
    sources = [source for source in sources if _is_content(source) and _is_readable(source)]
    declared = Declarations()
    for source in sources:
        declare(source, declared)
    upgrade(declared)
    entities = read_entities(declared)
    intents = read_intents(declared, entities)
    slots = read_slots(declared)
    forms = read_forms(declared)
    responses = read_responses(declared)
    _check_actions(declared)
    _check_intents(declared, warnings)
    _check_questions(declared, forms)
    names = Vocabulary(declared, slots, forms)
    configuration = read_configuration(sources)
    restricted = configuration.restricts_rules
    rules = tuple(
        _as_seen(rule, intents) for source in sources for rule in read_rules(source, names, restricted=restricted)
    )
    _check_names(rules, warnings)
    stories = tuple(_as_seen(story, intents) for story in read_stories(sources, names))
    responses = {name: in_own_language(one, configuration.language) for name, one in responses.items()}
    if configuration.fallback_action not in names.actions():
        at = next(source.place(source.document.data, "policies") for source in sources if source.has("policies"))
        faults.unknown(at, "action or response", configuration.fallback_action, names.actions())
    if configuration.checks_contradictions:
        book = compile_rules(rules, stories, slots)
        faults.include(ContentError(one.fault() for one in contradictions(book, rules, stories, slots)))
    faults.raise_if_any()
    assistant = prepare(
        Assistant(
            intents=intents,
            entities=entities,
            slots=slots,
            forms=forms,
            responses=responses,
            actions=frozenset(declared.actions),
            rules=rules,
            stories=stories,
            session_expires_after=declared.session_expires_after,
            carry_over_slots=declared.carry_over_slots,
            configuration=configuration,
            lines=frozenset(declared.lines),
            fingerprint=_fingerprint(sources),
            is_personal=any(one.is_personal for one in responses.values()),
        )
    )
    warnings.include(ContentError(one.fault(slots) for one in prepared_of(assistant).stories.conflicts))
    return replace(assistant, warnings=tuple(warnings.in_order()))


def _is_content(source: Source) -> bool:
    data = source.document.data
    if data is None:
        return False
    if not isinstance(data, Mapping):
        source.faults.add(source.place(), "the file should be a mapping.", f"Known keys: {', '.join(KNOWN_KEYS)}.")
        return False
    if RESPONSES_OF_RASA_1 in data:
        place = source.place(data, RESPONSES_OF_RASA_1)
        source.lapses.add(place, f"responses were called {RESPONSES_OF_RASA_1} in Rasa 1.", "Call them responses.")
    if FLOWS_OF_RASA_PRO in data:
        source.faults.add(source.place(data, FLOWS_OF_RASA_PRO), *FLOWS_ARE_NOT_READ)
    source.warn_of_others(data, (*KNOWN_KEYS, RESPONSES_OF_RASA_1, FLOWS_OF_RASA_PRO), "the file")
    return True


def _is_readable(source: Source) -> bool:
    """False for a file of a later version than ours, which Rasa would skip, too. Others are read as the latest is."""
    written = source.document.data.get("version")
    if written is None:
        return True
    place = source.place(source.document.data, "version")
    numbers = str(written).strip("\"'").split(".")
    if not all(number.isdigit() for number in numbers):
        source.faults.add(place, f'the version "{written}" is none.', 'Write version: "3.1".')
    elif int(numbers[0]) == 0:
        source.warnings.add(place, f"there never was a version {written}; it is read as 3.1.", 'Write version: "3.1".')
    elif tuple(map(int, numbers)) > LATEST_VERSION:
        source.warnings.add(place, f"version {written} is later than 3.1, so the file is skipped.", "Lower it.")
        return False
    return True


def _check_actions(declared: Declarations) -> None:
    retrieval = declared.retrieval_actions()
    for name, node in declared.actions.items():
        if name.startswith("utter_") and name not in declared.responses and name not in retrieval:
            node.source.lapses.unknown(node.place, "response", name, declared.responses)


def _as_seen(told: Told, intents: Mapping[str, tuple[str, ...] | None]) -> Told:
    """Without the entities that its intents do not use: no rule or story sees them in a message, either."""
    steps = (_with_used_entities(step, intents) if isinstance(step, UserStep) else step for step in told.steps)
    return replace(told, steps=tuple(steps))


def _with_used_entities(step: UserStep, intents: Mapping[str, tuple[str, ...] | None]) -> UserStep:
    used: set[str] = set()
    for intent in step.intents:
        labels = intents.get(intent)
        if labels is None:  # it uses all
            return step
        used.update(labels)
    return replace(step, entities={name: value for name, value in step.entities.items() if name in used})


def _check_intents(declared: Declarations, warnings: Faults) -> None:
    for name, node in declared.intents.items():
        if any(letter.isspace() for letter in name):
            warnings.add(
                node.place,
                f'the intent "{name}" has a blank in its name, so no button can name it.',
                f"Call it {'_'.join(name.split())}.",
            )


def _check_names(rules: Sequence[Rule], warnings: Faults) -> None:
    first: dict[str, Rule] = {}
    for rule in rules:
        if (other := first.setdefault(rule.name, rule)).place != rule.place:  # an or makes several of one
            warnings.add(
                rule.place,
                f'another rule is called "{rule.name}", at {other.place}, so nobody can tell which of them acted.',
                "Give this one a name of its own.",
            )


def _check_questions(declared: Declarations, forms: Mapping[str, Form]) -> None:
    for form in forms.values():
        node = declared.forms[form.name]
        for slot in form.required_slots:
            if slot not in declared.slots:
                continue
            questions = questions_for(form.name, slot)
            if not any(name in declared.actions or name in declared.responses for name in questions):
                node.source.lapses.add(
                    node.place,
                    f'the form "{form.name}" has nothing to ask for the slot "{slot}" with.',
                    f"Add the response {questions[3]}.",
                )


def _fingerprint(sources: Sequence[Source]) -> str:
    """Changes when the assistant does: not with comments, layout, or what others read in the same files."""
    digest = hashlib.sha256()
    for source in sources:
        data = source.document.data
        ours = {key: plain(data[key]) for key in OUR_KEYS if key in data}
        digest.update(json.dumps([PurePath(source.document.path).name, ours], sort_keys=True).encode())
    return digest.hexdigest()
