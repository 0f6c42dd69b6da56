"""What a message puts in the place of an answer and says nothing besides: "can we make it 11?", "it's Bo, not Jo"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.dialogue.change_phrases import PHRASES
from bot.dialogue.slots import entities_that_fill
from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT, SlotSet, Tracker, UserUttered
from bot.domain.folding import also_in_plain_letters
from bot.domain.understanding import CORRECT_INTENT, INFORM_INTENT, Entity

NUMBERS: Final = frozenset({"number", "CARDINAL"})
TIMES: Final = frozenset({"time", "DATE", "TIME"})
NAMES: Final = frozenset({"person", "PERSON", "PER"})
"""The names of entities that are numbers, times and names of people: ours, Duckling's and spaCy's."""

LATELY: Final = 4
"""Messages of the customer's within which a number alone may still be of an answer."""

LONGEST: Final = 160
"""Characters of a message that may be a change; a longer one says more."""

_VALUE: Final = r"(?P<value>[^?!;\n]{1,60}?)"


@dataclass(frozen=True, slots=True)
class Change:
    """The words of the new `value`, and where they begin; `proposed`: as only a time is ("how about 11?"). `unnamed`: a
    capital does not tell that it is a name. `timed`: it is nothing but a time ("and at 10")."""

    value: str
    start: int
    proposed: bool = False
    unnamed: bool = False
    timed: bool = False


@dataclass(frozen=True, slots=True)
class _Form:
    """One way of putting a value in the place of another."""

    pattern: re.Pattern[str]
    proposed: bool = False
    unnamed: bool = False
    timed: bool = False


def changes_in(text: str, languages: Collection[str] = ()) -> Iterator[Change]:
    """What it may put in the place of an answer, in English or one of `languages` (ISO 639-1), the likeliest first;
    nothing where it may say something else, too."""
    if len(text) > LONGEST:
        return
    for language in ("en", *sorted(PHRASES.keys() & set(languages) - {"en"})):
        for form in _forms(language):
            if match := form.pattern.fullmatch(text):
                yield Change(match["value"], match.start("value"), form.proposed, form.unnamed, form.timed)


@cache
def _forms(language: str) -> Sequence[_Form]:
    phrases = PHRASES[language]

    def compiled(body: str) -> re.Pattern[str]:
        written = also_in_plain_letters(rf"\W*{body}{phrases.behind}")
        return re.compile(written.replace("VALUE", _VALUE), re.IGNORECASE)

    return (
        *(_Form(compiled(body), proposed=True) for body in phrases.proposals),
        *(_Form(compiled(body)) for body in phrases.corrections),
        *(_Form(compiled(body), unnamed=True) for body in phrases.plain_values),
        *(_Form(compiled(body), timed=True) for body in phrases.times),
    )


def alternatives(value: str, languages: Collection[str] = ()) -> Sequence[tuple[int, str]]:
    """The parts of a value that names several for choice, and where each begins: "9 or 10"; else the one that it is."""
    parts, begin = [], 0
    for parting in _either(frozenset(PHRASES.keys() & {"en", *languages})).finditer(value):
        parts.append((begin, value[begin : parting.start()]))
        begin = parting.end()
    return [*parts, (begin, value[begin:])]


@cache
def _either(languages: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(PHRASES[language].either for language in sorted(languages)), re.IGNORECASE)


def changing_intent(assistant: Assistant, tracker: Tracker) -> str | None:
    """What such a message means; after a form only to assistants that say what may be put right."""
    if CORRECT_INTENT in assistant.intents:
        return CORRECT_INTENT
    return INFORM_INTENT if tracker.loop is not None and INFORM_INTENT in assistant.intents else None


def changeable(assistant: Assistant, tracker: Tracker, intent: str) -> Mapping[str, frozenset[str]]:
    """The answers that are known and are no longer asked for, with the entities that would put each right."""
    asked = tracker.slots.get(REQUESTED_SLOT) if tracker.loop is not None else None
    kinds = NUMBERS | TIMES
    if asked is None or not _takes_any_words(assistant, asked):
        kinds |= NAMES
    found = {
        name: entities_that_fill(assistant, tracker, slot, intent) & kinds
        for name, slot in assistant.slots.items()
        if name != asked and tracker.slots.get(name) is not None
    }
    return {name: entities for name, entities in found.items() if entities}


def _takes_any_words(assistant: Assistant, asked: str) -> bool:
    """Whether a name may be what is asked for, though nothing says so: a company's, a town's."""
    slot = assistant.slots.get(asked)
    return slot is not None and slot.accepts is None and not assistant.entities_for(asked)


def told_lately(tracker: Tracker) -> frozenset[str]:
    """The slots that were set since the last few messages of the customer."""
    names, messages = set(), 0
    for event in reversed(tracker.recent):
        match event:
            case UserUttered():
                messages += 1
                if messages >= LATELY:
                    break
            case SlotSet(name=name):
                names.add(name)
            case _:
                pass
    return frozenset(names)


def slots_meant(
    fitting: Mapping[str, Collection[str]], lately: Collection[str], *, is_a_time: bool, proposed: bool
) -> frozenset[str]:
    """The slots that the new value may be for, of those that would take it (`fitting`).

    A number alone is of an answer that was just given; what is a time by itself, or was proposed, is of the time that
    is known, however long ago it was told.
    """
    times = frozenset(name for name, entities in fitting.items() if TIMES.intersection(entities))
    recent = (times if proposed else frozenset(fitting)).intersection(lately)
    return times if not recent and (proposed or is_a_time) else recent


def is_all_of(value: str, entity: Entity, languages: Collection[str] = ()) -> bool:
    """Whether the value says nothing but this entity."""
    besides = f"{value[: entity.start]} {value[entity.end :]}"
    beside = frozenset().union(*(PHRASES[language].beside for language in PHRASES.keys() & {"en", *languages}))
    return all(word in beside for word in re.findall(r"\w+", besides.lower()))
