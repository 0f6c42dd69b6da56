"""Reads Rasa's NLU files: examples of intents with annotated entities, synonyms, regular expressions, look-ups."""

from __future__ import annotations

import os.path
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from ruamel.yaml.scalarstring import FoldedScalarString

from bot.documents import Document, Faults, did_you_mean, position_of, warns_of_lapses
from bot.domain.errors import Fault, Place
from bot.domain.understanding import Entity, base_intent
from bot.nlu.annotations import read_annotated, with_other_entities
from bot.nlu.patterns import Pattern
from bot.nlu.reading import read

FEWEST_EXAMPLES = 2
FEWEST_INTENTS = 2
MOST_ROWS = 200
"""Rows over which one line of a folded block may go on."""

_KINDS = ("intent", "synonym", "regex", "lookup")


@dataclass(frozen=True, slots=True)
class Example:
    """Something a customer might say; `entities` have offsets into `text`, which has no annotations any more."""

    text: str
    intent: str
    entities: tuple[Entity, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`synonyms` maps a text in lower case to its value; `regexes` and `lookups` say what an entity looks like.

    `warnings` tell of what can be learnt from, and is hardly meant.
    """

    examples: tuple[Example, ...]
    synonyms: Mapping[str, str]
    regexes: Mapping[str, tuple[str, ...]]
    lookups: Mapping[str, tuple[str, ...]]
    warnings: tuple[Fault, ...] = ()

    @property
    def intents(self) -> frozenset[str]:
        return frozenset(example.intent for example in self.examples)

    @property
    def marked(self) -> dict[str, frozenset[str]]:
        """The intents that have examples, each with the entities that are marked in these."""
        found: dict[str, set[str]] = {}
        for example in self.examples:
            found.setdefault(example.intent, set()).update(entity.name for entity in example.entities)
        return {intent: frozenset(entities) for intent, entities in found.items()}


def read_training_data(
    documents: Sequence[Document],
    *,
    extra: Sequence[Example] = (),
    known_intents: Collection[str] | None = None,
    known_entities: Collection[str] | None = None,
    allow_duplicates: bool = False,
) -> TrainingData:
    """All training data of an assistant; raises ContentError with every fault.

    `extra` are examples from elsewhere (the questions of knowledge pages). Where `known_intents` and `known_entities`
    are given (those of the domain), whatever else the files name is a fault. A text that is an example of two intents
    is one too, unless `allow_duplicates` (assistants written for Rasa have some): then its first intent counts, as it
    does where this is a warning. Of an intent that has nothing but `extra`, and too little of it, nothing is learnt:
    its author never wrote it.
    """
    reader = _Reader(known_intents, known_entities, lenient=warns_of_lapses(documents))
    for document in documents:
        reader.read(document)
    reader.examples.extend(_learnable(extra, {example.intent for example in reader.examples}))
    reader.check(documents, allow_duplicates=allow_duplicates)
    reader.faults.raise_if_any()
    return TrainingData(
        examples=tuple(_as_messages_are_read(one) for one in _without_repetitions(reader.examples)),
        synonyms={read(text).text.lower(): value for text, value in reader.synonyms.items()},
        regexes={name: tuple(patterns) for name, patterns in reader.regexes.items()},
        lookups={name: tuple(read(value).text for value in values) for name, values in reader.lookups.items()},
        warnings=tuple(reader.warnings.in_order()),
    )


def read_examples(
    documents: Sequence[Document],
    known_intents: Collection[str] | None = None,
    known_entities: Collection[str] | None = None,
) -> tuple[Example, ...]:
    """Only the examples of these files, however few; raises ContentError with every fault."""
    reader = _Reader(known_intents, known_entities, lenient=warns_of_lapses(documents))
    for document in documents:
        reader.read(document)
    reader.faults.raise_if_any()
    return tuple(reader.examples)


def plain_key(text: str) -> str:
    """Two texts with the same key are the same example."""
    return " ".join(re.findall(r"\w+|[^\w\s]", text.casefold()))


def _as_messages_are_read(example: Example) -> Example:
    """With composed accents, plain marks and so on: a file may be written otherwise than customers write."""
    reading = read(example.text)
    if reading.text == example.text:
        return example
    return replace(example, text=reading.text, entities=tuple(map(reading.reads, example.entities)))


def _learnable(extra: Sequence[Example], written: Collection[str]) -> Iterator[Example]:
    for example in extra:
        texts = {plain_key(other.text) for other in extra if other.intent == example.intent}
        if example.intent in written or len(texts) >= FEWEST_EXAMPLES:
            yield example


def _without_repetitions(examples: Sequence[Example]) -> Iterator[Example]:
    seen: set[str] = set()
    for example in examples:
        key = plain_key(example.text)
        if key not in seen:
            seen.add(key)
            yield example


class _Reader:
    def __init__(
        self, known_intents: Collection[str] | None, known_entities: Collection[str] | None, *, lenient: bool
    ) -> None:
        self.faults = Faults()
        self.warnings = Faults()
        self.lapses = self.warnings if lenient else self.faults
        self.examples: list[Example] = []
        self.synonyms: dict[str, str] = {}
        self.regexes: dict[str, list[str]] = {}
        self.lookups: dict[str, list[str]] = {}
        self._places: dict[str, Place] = {}
        self._valued: dict[str, tuple[str, Place]] = {}
        self._rows: list[str] = []
        self._known_intents = known_intents
        self._known_entities = known_entities

    def read(self, document: Document) -> None:
        if not isinstance(document.data, Mapping) or "nlu" not in document.data:
            return
        items = document.data["nlu"]
        if items is None:
            return
        self._rows = document.text.split("\n")
        if not isinstance(items, list):
            self.faults.add(document.place(key="nlu"), '"nlu" is not a list.', "Start each item with `- intent: ...`.")
            return
        for index, item in enumerate(items):
            place = document.place(items, index)
            kind = next((kind for kind in _KINDS if isinstance(item, Mapping) and kind in item), None)
            if kind is None:
                named = [str(key) for key in item if key != "examples"] if isinstance(item, Mapping) else []
                advice = did_you_mean(named[0], _KINDS) if named else "Write `- intent: name`."
                self.faults.add(place, "this item is no intent, synonym, regex or lookup.", advice)
                continue
            self._read_item(document, item, kind, place)

    def _read_item(self, document: Document, item: Mapping[str, Any], kind: str, place: Place) -> None:
        name = str(item[kind] or "")
        if not name:
            self.faults.add(place, f"this {kind} has no name.", f"Write `- {kind}: name`.")
            return
        lines = list(self._lines(document, item, kind, name))
        if kind == "intent":
            self._read_intent(name, lines, place)
        elif kind == "synonym":
            for text, where in lines:
                self._read_synonym(text, name, where)
                self.synonyms[text.lower()] = name
        elif kind == "lookup":
            if self._known_entities and name not in self._known_entities:
                advice = did_you_mean(name, self._known_entities)
                self.warnings.add(place, f'the lookup "{name}" finds nothing: there is no entity of this name.', advice)
            self.lookups.setdefault(name, []).extend(text for text, _ in lines)
        else:
            for pattern, where in lines:
                self._read_regex(name, pattern, where)

    def _read_intent(self, name: str, lines: list[tuple[str, Place]], place: Place) -> None:
        # A retrieval intent (`faq/ask_price`) is learnt with its key, for the key chooses the response.
        self._places.setdefault(name, place)
        if self._known_intents is not None and base_intent(name) not in self._known_intents:
            self.lapses.unknown(place, "intent", base_intent(name), self._known_intents)
        for text, where in lines:
            example = self._read_example(text, name, where)
            if not read(example.text).text.strip():  # also where it has only characters that nobody sees
                self.warnings.add(where, f'this example of "{name}" is empty, and passed over.', "Remove the line.")
                continue
            self.examples.append(example)

    def _read_regex(self, name: str, pattern: str, where: Place) -> None:
        try:
            hangs = Pattern(pattern).hangs()
        except ValueError as error:
            self.lapses.add(where, f'the pattern of "{name}" is no regular expression: {error}.', "Mend or remove it.")
            return
        if hangs:
            self.warnings.add(
                where,
                f'the pattern of "{name}" takes very long on some messages, and is given up on those.',
                "Two repetitions of the same letters follow or contain each other, as in (a+)+; write it with one.",
            )
        self.regexes.setdefault(name, []).append(pattern)

    def _lines(self, document: Document, item: Mapping[str, Any], kind: str, name: str) -> Iterator[tuple[str, Place]]:
        """The entries under `examples`, each with its place."""
        examples = item.get("examples")
        if not examples:
            where = document.place(item, kind)
            others = (str(key) for key in item if key not in (kind, "examples"))
            misspelt = next((key for key in others if get_close_matches(key, ["examples"])), None)
            advice = f'"{misspelt}" should be "examples".' if misspelt else "Add some under `examples: |`."
            (self.faults if misspelt else self.lapses).add(where, f'the {kind} "{name}" has no examples.', advice)
        elif isinstance(examples, str):
            yield from self._block(document, item, f'{kind} "{name}"')
        elif isinstance(examples, list):
            for index, entry in enumerate(examples):
                text = entry.get("text") if isinstance(entry, Mapping) else entry
                if isinstance(text, str):
                    yield text.strip().removeprefix("- ").strip(), document.place(examples, index)
                else:
                    where = document.place(examples, index)
                    self.faults.add(where, f'an example of the {kind} "{name}" has no text.', "Write `- text: ...`.")
        else:
            where = document.place(item, "examples")
            self.faults.add(
                where, f'"examples" of the {kind} "{name}" is no list.', "Write `examples: |`, then a list."
            )

    def _block(self, document: Document, item: Any, owner: str) -> Iterator[tuple[str, Place]]:
        lines = str(item["examples"]).split("\n")
        is_list = any(line.lstrip().startswith("-") for line in lines)
        for line, where in zip(lines, self._places_of(document, item, lines), strict=True):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            if not text.startswith("-"):
                found, so = (self.warnings, ", and is passed over, as in Rasa") if is_list else (self.lapses, "")
                found.add(where, f"this line of the {owner} does not begin with a dash{so}.", "Write `- text`.")
                continue
            if isinstance(item["examples"], FoldedScalarString) and " - " in text:
                what = f"these lines of the {owner} are one example: what `>` folds is one until an empty line."
                self.warnings.add(where, what, "Write `examples: |`.")
            yield text[1:].strip(), where

    def _places_of(self, document: Document, item: Any, lines: Sequence[str]) -> Iterator[Place]:
        """Where each line of the block stands: an alias (`examples: *greetings`) has its lines elsewhere, and one of a
        folded block (`examples: >`) goes on over several."""
        begins = position_of(item, "examples", of_value=True) or (0, 0)
        row = begins[0] + (type(item["examples"]) is not str)  # of `examples: |` the text begins on the next line
        for line in lines:
            said = line.strip()
            near = enumerate(self._rows[row : row + MOST_ROWS], row)
            found = next(((at, one) for at, one in near if _begins(said, one.strip())), None)
            at, column = begins if found is None else (found[0], len(found[1]) - len(found[1].lstrip()))
            yield Place(document.path, at + 1, column + 1)
            row = row if found is None else at + 1

    def _read_example(self, annotated: str, intent: str, place: Place) -> Example:
        read = read_annotated(
            annotated, place, self.faults, lapses=self.lapses, warnings=self.warnings, known=self._known_entities
        )
        for entity in read.valued:
            if isinstance(entity.value, str):
                self._read_synonym(entity.text, entity.value, place)
                self.synonyms.setdefault(entity.text.lower(), entity.value)
        return Example(read.text, intent, read.entities, place)

    def _read_synonym(self, text: str, value: str, place: Place) -> None:
        """Warns of a text that has a value already."""
        earlier, where = self._valued.setdefault(text.lower(), (value, place))
        if earlier != value:
            self.warnings.add(
                place,
                f'"{text}" stands for "{value}" here, and for "{earlier}" at {where}; only one of the two counts.',
                "Give it the same value everywhere.",
            )

    def check(self, documents: Sequence[Document], *, allow_duplicates: bool) -> None:
        """What can be wrong with the examples taken together."""
        nowhere = _where_examples_belong(documents)
        if not self.examples:
            self.faults.add(
                nowhere,
                "there are no examples of any intent.",
                "Write `nlu:`, below it `- intent: name` and `examples: |`, then one example a line: `- hello there`.",
            )
            return
        first: dict[str, Example] = {}
        counts: dict[str, set[str]] = {}
        for example in self.examples:
            key = plain_key(example.text)
            other = first.setdefault(key, example)
            counts.setdefault(example.intent, set()).update({key} if other.intent == example.intent else ())
            if other.intent != example.intent and not allow_duplicates:
                self.lapses.add(
                    example.place,
                    f'"{example.text}" is an example of "{example.intent}" and, at {other.place}, of "{other.intent}".',
                    "Keep it in one of them.",
                )
            elif other.intent == example.intent and with_other_entities(other.entities, example.entities):
                self.warnings.add(
                    example.place,
                    f'"{example.text}" stands at {other.place}, too, with other entities; the first counts.',
                    "Mark the same ones, and keep one of the two.",
                )
        self._check_counts({intent: len(texts) for intent, texts in counts.items()}, nowhere)
        if len(counts) == 1:
            place = self._places.get(next(iter(counts)), nowhere)
            self.faults.add(place, "there is only one intent to choose from.", "Add examples of a second one.")

    def _check_counts(self, counts: Mapping[str, int], nowhere: Place) -> None:
        """An intent of one example is hardly learnt, and takes no other's place. What is sure enough is learnt from
        examples that the classifier has not seen, so two intents must have some to spare."""
        learnable = sum(count >= FEWEST_EXAMPLES for count in counts.values())
        for intent, count in counts.items():
            if count >= FEWEST_EXAMPLES:
                continue
            found, what = (
                (self.warnings, "it is hardly recognised by so few")
                if learnable >= FEWEST_INTENTS
                else (self.faults, f"it cannot be learnt from fewer than {FEWEST_EXAMPLES}")
            )
            found.add(
                self._places.get(intent, nowhere),
                f'the intent "{intent}" has {count or "no"} example{"" if count else " of its own"}; {what}.',
                "Add more, ten if you can, in the words that customers use.",
            )


def _begins(said: str, written: str) -> bool:
    """Whether what is written in a row is a line of the block, or, where it is folded, the first part of one."""
    return bool(written) and (said == written or said.startswith(f"{written} "))


def _where_examples_belong(documents: Sequence[Document]) -> Place:
    """The first list of examples, be it empty; else the folder of all files, or the only file that there is."""
    for document in documents:
        if isinstance(document.data, Mapping) and "nlu" in document.data:
            return document.place(key="nlu")
    if len(documents) == 1:
        return Place(documents[0].path)
    return Place(os.path.commonpath([PurePath(one.path).parent for one in documents]) if documents else "nlu_data/nlu")
