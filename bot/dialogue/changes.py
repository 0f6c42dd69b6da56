"""What a message puts in the place of an answer and says nothing besides: "can we make it 11?", "it's Bo, not Jo"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.dialogue.slots import entities_that_fill
from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT, SlotSet, Tracker, UserUttered
from bot.domain.understanding import CORRECT_INTENT, INFORM_INTENT, Entity

NUMBERS: Final = frozenset({"number", "CARDINAL"})
TIMES: Final = frozenset({"time", "DATE", "TIME"})
NAMES: Final = frozenset({"person", "PERSON", "PER"})
"""The names of entities that are numbers, times and names of people: ours, Duckling's and spaCy's."""

LATELY: Final = 4
"""Messages of the customer's within which a number alone may still be of an answer."""

LONGEST: Final = 160
"""Characters of a message that may be a change; a longer one says more."""

_OPENING = (
    r"(?:(?:no|nope|nah|oh|oops|sorry|wait|hang on|hold on|actually|hm+|um+|well|ok(?:ay)?|hey|and|but|so|then|thanks|"
    r"thank you)\W+)*"
)
_CORRECTING = (
    r"(?:(?:oh|ah|um+|hm+|well)\W+)*(?:no|nope|nah|oops|sorry|wait|actually|correction|rather|hang on|hold on)\W+"
    r"(?:(?:sorry|wait|actually|rather|make it|i mean|i meant|it'?s|it is|that'?s)\W+)*"
)
_IT = r"(?: (?:it|that|this|the (?:call|demo|meeting|appointment|visit|time|date|hour)))?"
_ASKED = (
    r"(?:(?:can|could|may|might|shall|should|would) (?:we|you|i)(?: (?:please|maybe|perhaps|also))?"
    r"|(?:is it|would it be) possible to|let'?s|let us|(?:i|we)(?:'d| would) (?:rather|prefer to|like to)|please)"
)
_VERB = r"(?:make|do|say|have|take|move|change|push|shift|switch|bring|put|set|reschedule|postpone|go (?:for|with))"
_TO = r"(?: (?:forward|back|up))?(?: (?:to|for|until|till))?"
_VALUE = r"(?P<value>[^?!;\n]{1,60}?)"
_IT_IS = r"(?:(?:it'?s|it is|that'?s|i'?m|i am|we'?re|we are) )?"
_CLOSING = (
    r"(?:[\s,.]+(?:instead|rather|please|pls|then|if (?:possible|that works|you can|that'?s ok(?:ay)?)|thanks|thank you"
    r"|for (?:me|us|you)|work|works|be (?:ok|okay|fine|possible|better)))*[\s?!.]*"
)
_PROPOSALS: Final = tuple(
    re.compile(rf"\W*{_OPENING}{body}{_CLOSING}", re.IGNORECASE)
    for body in (
        rf"{_ASKED} {_VERB}{_IT}{_TO} {_VALUE}",
        rf"(?:how|what) about {_VALUE}",
        rf"(?:would|does|is|could) {_VALUE} (?:work|suit|be (?:ok|okay|fine|possible|better)|possible|better)",
        rf"{_VALUE} (?:(?:works|suits|is|would be|would work|would suit|'d be) (?:me |us )?(?:much |even |a bit )?"
        r"(?:better|best|easier|nicer))",
    )
)
_CORRECTIONS: Final = tuple(
    re.compile(rf"\W*{body}{_CLOSING}", re.IGNORECASE)
    for body in (
        rf"{_CORRECTING}{_VALUE}",
        rf"{_OPENING}(?:i mean|i meant|make (?:it|that)|change (?:it|that) to|that should (?:be|have been)) {_VALUE}",
        rf"{_OPENING}{_IT_IS}{_VALUE}\W+(?:i mean|i meant|sorry|rather|actually|i should have said)",
        rf"{_OPENING}(?:or )?(?:maybe|perhaps|rather|more like|closer to) {_VALUE}",
        rf"{_OPENING}(?:it'?s|it is|i'?m|i am|we'?re|we are) (?:actually|really|rather|more like) {_VALUE}",
        rf"{_OPENING}{_IT_IS}{_VALUE},? (?:and )?not [^?!;\n]{{1,40}}",
    )
)


_BESIDE_A_VALUE: Final = frozenset(
    {"at", "on", "the", "to", "for", "about", "around", "say", "just", "only", "it", "s"}
)


@dataclass(frozen=True, slots=True)
class Change:
    """The words of the new `value`, and where they begin; `proposed`: as only a time is ("how about 11?")."""

    value: str
    start: int
    proposed: bool = False


def changes_in(text: str) -> Iterator[Change]:
    """What it may put in the place of an answer, the likeliest first; nothing where it may say something else, too."""
    if len(text) > LONGEST:
        return
    for patterns, proposed in ((_PROPOSALS, True), (_CORRECTIONS, False)):
        for pattern in patterns:
            if match := pattern.fullmatch(text):
                yield Change(match["value"], match.start("value"), proposed)


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


def is_all_of(value: str, entity: Entity) -> bool:
    """Whether the value says nothing but this entity."""
    besides = f"{value[: entity.start]} {value[entity.end :]}"
    return all(word in _BESIDE_A_VALUE for word in re.findall(r"\w+", besides.lower()))
