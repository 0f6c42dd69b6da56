"""Reads entities as Rasa's files mark them in a text; tells of marks that cannot be read, or are hardly meant."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bot.documents import Faults
from bot.domain.errors import Place
from bot.domain.understanding import ANNOTATION, Entity

_BROKEN = re.compile(
    r"\[[^\[\]]*\]\s*[({]"  # between text and name stands a blank, or one of the two is empty
    r"|\[[^\[\]]+\]\w+\(\w+\)"  # more of the word stands between the two
    r"|\]\s*\[\s*\{"  # several entities in one place, and not as Rasa has them
    r"|\[[^\[\]]*$"  # never closed
    r"|^[^\[\]]*(?P<unopened>\])(?=[({])"
    r"|(?:^|(?<=\s))\(\w+\)\[[^\[\]]+\]"  # the wrong way round
    r'|^\{\s*"(?:entity|value|role|group)"'  # marked in both ways
)
_SEVERAL = re.compile(r"\[(?P<text>[^\[\]]+)\]\[\s*(?P<first>\{[^{}]*\})(?:\s*,\s*\{[^{}]*\})*\s*\]")
"""Rasa's form for several entities in one place."""
_DETAILS = {"entity", "value", "role", "group"}
_MOST_SHOWN = 60

LAST_WITH_BLANKS = "\u058f"
"""The end of Latin, Greek, Cyrillic and Armenian: scripts whose words have blanks around them."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text without its annotations, and the entities that they mark, with offsets into that text.

    `valued` are those whose annotation gives a value, be it the same words.
    """

    text: str
    entities: tuple[Entity, ...]
    valued: tuple[Entity, ...]


def read_annotations(annotated: str, place: Place, faults: Faults) -> tuple[str, tuple[Entity, ...]]:
    """A text without its annotations, and what they say is in it."""
    read = read_annotated(annotated, place, faults)
    return read.text, read.entities


def read_annotated(
    annotated: str,
    place: Place,
    faults: Faults,
    *,
    lapses: Faults | None = None,
    warnings: Faults | None = None,
    known: Collection[str] | None = None,
) -> Annotated:
    """`place` is that of the dash before the text.

    An entity that is not among `known` is a lapse, where that is given, and so is a mark that is none, which stays in
    the text; they are faults where `lapses` is not given. `warnings` takes what can be read and is hardly meant.
    """
    lapses = faults if lapses is None else lapses
    annotated = _with_the_first_of_several(annotated, place, lapses)
    text, read_to, broken = "", 0, False
    found: list[tuple[re.Match[str], Entity]] = []
    for match in ANNOTATION.finditer(annotated):
        between = annotated[read_to : match.start()]
        broken = broken or _is_broken(between, annotated, read_to, place, lapses)
        text += between
        entity = _read_one(match, len(text), _moved(place, match.start()), faults, lapses, known)
        text += match["text"]
        read_to = match.end()
        if entity is not None:
            found.append((match, entity))
    if not broken:  # one mark that is wrong makes more look so
        _is_broken(annotated[read_to:], annotated, read_to, place, lapses)
    text += annotated[read_to:]
    if warnings is not None:
        for match, entity in found:
            _check_whole_words(text, entity, match, _moved(place, match.start()), warnings)
    return Annotated(
        text, tuple(entity for _, entity in found), tuple(entity for match, entity in found if _gives_value(match))
    )


def _gives_value(match: re.Match[str]) -> bool:
    return bool(match["value"] if match["details"] is None else json.loads(match["details"]).get("value"))


def _is_broken(between: str, annotated: str, start: int, place: Place, faults: Faults) -> bool:
    """Whether there is a broken mark in what stands `between` two annotations, which begins at `start`."""
    broken = _BROKEN.search(between)
    if broken is None:
        return False
    advice = 'Write `[text](entity)` or `[text]{"entity": "name", "value": "..."}`.'
    at = start + broken.start("unopened" if broken["unopened"] else 0)
    faults.add(_moved(place, at), f'"{_short(annotated[at:])}" is no annotation that can be read.', advice)
    return True


def _with_the_first_of_several(annotated: str, place: Place, lapses: Faults) -> str:
    """The text with one entity in each place: words are of one entity here."""
    for match in _SEVERAL.finditer(annotated):
        what = f'"{_short(match[0])}" marks several entities in one place; only the first counts.'
        lapses.add(_moved(place, match.start()), what, 'Keep one of them: `[text]{"entity": "name"}`.')
    return _SEVERAL.sub(r"[\g<text>]\g<first>", annotated)


def _read_one(
    match: re.Match[str], start: int, place: Place, faults: Faults, lapses: Faults, known: Collection[str] | None
) -> Entity | None:
    details: Any = {"entity": match["name"], "value": match["value"]}
    if match["details"] is not None:
        try:
            details = json.loads(match["details"])
        except ValueError:
            faults.add(place, f"{match['details']} is not JSON.", 'Write `{"entity": "name"}`.')
            return None
    if not match["text"].strip():
        lapses.add(place, f'"{match[0]}" marks no words.', "Write `[text](entity)`, or remove it.")
        return None
    name = details.get("entity")
    if not isinstance(name, str | None) or not (name or "").strip():
        # Rasa leaves [text]() where it stands, and does not start with a text in braces that names none.
        problems = lapses if match["details"] is None else faults
        problems.add(place, f'"{match[0]}" names no entity.', "Write `[text](entity)`.")
        return None
    for unknown in sorted(set(details) - _DETAILS):
        lapses.unknown(place, "part of an annotation called", unknown, _DETAILS)
    for part in ("role", "group"):
        if not isinstance(details.get(part), str | None):
            faults.add(place, f"the {part} {json.dumps(details[part])} is no text.", f'Write `"{part}": "name"`.')
            return None
    name = str(name).strip()
    if known is not None and name not in known:
        lapses.unknown(place, "entity", name, known)
    text, value = match["text"], details.get("value")
    return Entity(
        name=name,
        value=text if value is None else value,
        text=text,
        start=start,
        end=start + len(text),
        role=details.get("role"),
        group=details.get("group"),
        extractor="annotation",
    )


def _check_whole_words(text: str, entity: Entity, match: re.Match[str], place: Place, warnings: Faults) -> None:
    """An entity that begins or ends inside a word cannot be learnt: it is words that are read."""
    start, end = entity.start, entity.end
    while _is_inside_word(text, start):
        start -= 1
    while _is_inside_word(text, end):
        end += 1
    if (start, end) != (entity.start, entity.end):
        mark = match[0].removeprefix(f"[{match['text']}]")
        warnings.add(
            place,
            f'"{entity.text}" is marked as "{entity.name}" and is a part of "{text[start:end]}"; entities are learnt '
            "as whole words.",
            f"Did you mean `[{text[start:end]}]{mark}`?",
        )


def _is_inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and all(one.isalpha() and one <= LAST_WITH_BLANKS for one in text[at - 1 : at + 1])


def with_other_entities(one: Sequence[Entity], other: Sequence[Entity]) -> bool:
    """Whether two annotations of the same words differ in what they mark."""
    return {_mark(entity) for entity in one} != {_mark(entity) for entity in other}


def _mark(entity: Entity) -> tuple[object, ...]:
    return entity.name, entity.text.casefold(), entity.role, entity.group


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _moved(place: Place, columns: int) -> Place:
    # The two characters are the dash and the blank in front of the text.
    return Place(place.path, place.line, place.column + 2 + columns) if columns else place
