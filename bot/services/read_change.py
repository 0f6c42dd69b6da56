"""Read a change: a message that only puts another value in the place of an answer, and which answer that is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from bot.dialogue.changes import (
    NAMES,
    NUMBERS,
    TIMES,
    Change,
    alternatives,
    changeable,
    changes_in,
    changing_intent,
    is_all_of,
    slots_meant,
    told_lately,
)
from bot.domain.accepting import ADay
from bot.domain.assistant import Assistant
from bot.domain.conversation import Tracker
from bot.domain.time_corrections import says_no_day
from bot.domain.time_shifts import shift_in, shifted
from bot.domain.understanding import CORRECT_INTENT, LEAVING_INTENTS, Entity, Expecting, IntentScore, Understood
from bot.nlu.names import is_a_given_name
from bot.nlu.translated_times import times_in

CHANGED: Final = "expected"
"""The stage of such a reading: it is an answer to what was asked, a little late."""

Parse = Callable[[str, Expecting], Understood]


def read_change(
    assistant: Assistant,
    tracker: Tracker,
    understood: Understood,
    parse: Parse,
    languages: Collection[str] = (),
    *,
    now: datetime,
    zone: tzinfo,
) -> Understood:
    """The reading, as a correction where the message only changes an answer, in English or one of `languages`; the
    value is read by `parse`, as if it were asked for now. Where it might be of several answers, it is a correction that
    does not say of which. "An hour later" is of the one time that is known, for whoever is in `zone` `now`.

    An answer to what is asked for now is none, nor what a button or a wish to be left alone says.
    """
    intent = changing_intent(assistant, tracker)
    if intent is None or understood.stage in ("button", CHANGED) or understood.intent.name in LEAVING_INTENTS:
        return understood
    known = changeable(assistant, tracker, intent)
    if (later := _later_time(tracker, known, understood.text, languages, now, zone)) is not None:
        return replace(
            understood, intent=IntentScore(intent, 1.0), entities=(later,), stage=CHANGED, answer=None, further=()
        )
    for change in changes_in(understood.text, languages) if known else ():
        found = _readings(change, known, parse, languages)
        fitting = {
            slot: kind & names
            for slot, names in known.items()
            for kind, told in found.items()
            if kind & names and not (kind is TIMES and _takes_days(assistant, slot) and _names_no_day(told))
        }
        is_a_time = any(times_in(change.value, frozenset(languages))) or not any(map(str.isdecimal, change.value))
        meant = slots_meant(fitting, told_lately(tracker), is_a_time=is_a_time, proposed=change.proposed)
        if not meant or (len(meant) > 1 and intent != CORRECT_INTENT):
            continue
        slot = next(iter(meant)) if len(meant) == 1 else None
        told = tuple(one for kind in found.values() for one in kind if slot is not None and one.name in known[slot])
        correction = IntentScore(intent, 1.0)
        return replace(understood, intent=correction, entities=told, stage=CHANGED, answer=None, further=())
    return understood


def _later_time(
    tracker: Tracker,
    known: Mapping[str, frozenset[str]],
    text: str,
    languages: Collection[str],
    now: datetime,
    zone: tzinfo,
) -> Entity | None:
    """The time that is known, as much later or earlier as the text says; only where that is asked for, or the time was
    told lately."""
    shift = shift_in(text, languages)
    times = [slot for slot, entities in known.items() if entities & TIMES]
    if shift is None or len(times) != 1 or not (shift.asked or times[0] in told_lately(tracker)):
        return None
    value = shifted(str(tracker.slots[times[0]]), shift.later, now, zone)
    return (
        None if value is None else Entity(min(known[times[0]] & TIMES), value, text, 0, len(text), extractor="changes")
    )


def _readings(
    change: Change, known: Mapping[str, frozenset[str]], parse: Parse, languages: Collection[str]
) -> Mapping[frozenset[str], tuple[Entity, ...]]:
    """What the value is as a number, a time and a name, as far as an answer that is known is one."""
    possible = (TIMES,) if change.timed else (NUMBERS, TIMES) if change.unnamed else (NUMBERS, TIMES, NAMES)
    kinds = [kind for kind in possible if any(kind & entities for entities in known.values())]
    read = {kind: _value_of(change, Expecting("", "", tuple(sorted(kind))), parse, languages) for kind in kinds}
    return {kind: entities for kind, entities in read.items() if entities}


def _value_of(change: Change, expected: Expecting, parse: Parse, languages: Collection[str]) -> tuple[Entity, ...]:
    """The entities that the value is, each by itself, where they stand in the message. A name has its capital, or is
    what many are called, and is nothing else's; of times there may be several for choice."""
    if TIMES.issuperset(expected.entities) and len(parts := alternatives(change.value, languages)) > 1:
        told = [_value_of(_part(change, *part), expected, parse, languages) for part in parts]
        return tuple(one for each in told for one in each) if all(told) else ()
    found = parse(change.value, expected).entities
    if NAMES.issuperset(expected.entities) and not _is_a_name(found):
        return ()
    return tuple(
        replace(one, start=one.start + change.start, end=one.end + change.start)
        for one in found
        if one.name in expected.entities and is_all_of(change.value, one, languages)
    )


def _takes_days(assistant: Assistant, slot: str) -> bool:
    return isinstance(assistant.slots[slot].accepts, ADay)


def _names_no_day(told: Sequence[Entity]) -> bool:
    """ "Make it 250" may be ten to three, but no day."""
    return all(says_no_day(str(one.value)) for one in told)


def _part(change: Change, begin: int, value: str) -> Change:
    return replace(change, value=value, start=change.start + begin)


def _is_a_name(found: Sequence[Entity]) -> bool:
    return all(
        one.name in NAMES and (one.text[:1].isupper() or is_a_given_name(one.text.split(" ")[0])) for one in found
    )
