"""Reads what a slot accepts: `accepts: email`, or `accepts: {number: {from: 1, to: 500}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import regex

from bot.dialogue.accepting import invalid
from bot.dialogue.domain_yaml import Declarations
from bot.dialogue.source import Source
from bot.documents import plain
from bot.domain.accepting import Accepts, ADay, AnAddress, ANumber, APattern, OneOf
from bot.domain.errors import Place

KINDS = ("email", "phone", "number", "date", "one_of", "pattern")
_SHORT: Final[Mapping[str, Accepts]] = {
    "email": AnAddress("email"),
    "phone": AnAddress("phone"),
    "number": ANumber(),
    "date": ADay(),
}
_FITTING = {"number": ("float", "text", "any"), "one_of": ("text", "categorical", "any")}
_TEXTS = ("text", "any")
_DAYS = {"today": 0, "tomorrow": 1}


def read_accepts(
    source: Source, properties: Mapping[Any, Any], name: str, kind: str, declared: Declarations
) -> Accepts | None:
    """What the slot `name`, of this type, accepts; None where it says nothing."""
    if "accepts" not in properties:
        return None
    node, place, what = properties["accepts"], source.place(properties, "accepts"), f'what the slot "{name}" accepts'
    if invalid(name) not in declared.responses:
        source.faults.add(
            place, f'nothing is said to an answer that the slot "{name}" refuses.', f"Add the response {invalid(name)}."
        )
    if isinstance(node, Mapping) and len(node) != 1:
        source.faults.add(place, f"{what} should be one thing, not {len(node)}.", f"Known: {', '.join(KINDS)}.")
        return None
    if isinstance(node, Mapping):
        form, told = next(iter(node.items()))
    else:
        form, told = source.text(node, place, what), None
    if form == "":
        return None
    if form not in KINDS:
        source.faults.unknown(place, "kind of answer called", str(form), KINDS)
        return None
    types = _FITTING.get(form, _TEXTS)
    if kind not in types:
        source.faults.add(
            place, f'the slot "{name}" is of type {kind}, which holds no such answer.', f"Set type: {types[0]}."
        )
    accepts = _read(source, form, told, node, place)
    if kind == "categorical" and isinstance(accepts, OneOf):
        values = [str(one) for one in source.sequence(properties.get("values"), place, "values")]
        for value in accepts.values:
            if value not in values:
                source.faults.unknown(place, f'value of the slot "{name}"', value, values)
    return accepts


def _read(source: Source, form: str, told: Any, node: Any, place: Place) -> Accepts | None:
    at = source.place(node, form) if isinstance(node, Mapping) else place
    match form:
        case "one_of":
            return _one_of(source, told, at)
        case "pattern":
            return _pattern(source, told, at)
        case "number" | "date" if told is not None:
            limits = source.mapping(told, at, f"the limits of the {form}")
            return _number(source, limits) if form == "number" else _day(source, limits)
        case _:
            if told is not None:
                source.faults.add(at, f"{form} has nothing to set.", f"Write `accepts: {form}`.")
            return _SHORT[form]


def _number(source: Source, limits: Mapping[Any, Any]) -> ANumber:
    source.only_keys(limits, ("from", "to", "whole"), "the limits of the number")
    least, most = (
        None if limits.get(key) is None else source.number(limits[key], source.place(limits, key), key)
        for key in ("from", "to")
    )
    if least is not None and most is not None and least > most:
        source.faults.add(source.place(limits, "to"), f"no number is from {least:g} to {most:g}.", "Swap the two.")
    whole = "whole" in limits and source.flag(limits["whole"], source.place(limits, "whole"), "whole")
    return ANumber(least, most, whole)


def _day(source: Source, limits: Mapping[Any, Any]) -> ADay:
    source.only_keys(limits, ("from", "to"), "the limits of the date")
    first, last = _days(source, limits, "from"), _days(source, limits, "to")
    if last is not None and (first or 0) > last:
        source.faults.add(source.place(limits, "to"), f"no day is from {first} to {last} days ahead.", "Swap the two.")
    return ADay(first or 0, last)


def _days(source: Source, limits: Mapping[Any, Any], key: str) -> int | None:
    if limits.get(key) is None:
        return None
    said = str(limits[key]).strip()
    if said in _DAYS:
        return _DAYS[said]
    found = re.fullmatch(r"([0-9]{1,4}) ?(d|w)", said)
    if found is None:
        source.faults.add(
            source.place(limits, key),
            f'"{said}" is no distance from the day on which the customer says it.',
            "Write today, tomorrow, or a number of days or weeks from then: 2d, 6w.",
        )
        return None
    return int(found[1]) * (7 if found[2] == "w" else 1)


def _one_of(source: Source, told: Any, place: Place) -> OneOf | None:
    """A list of values, or each value with the words for it."""
    if isinstance(told, Mapping):
        values = {
            str(value): source.names(words, source.place(told, value), str(value)) for value, words in told.items()
        }
    else:
        values = dict.fromkeys(source.names(told, place, "one_of"), ())
    if not values:
        source.faults.add(place, "one_of has no values.", "List them: one_of: [small, large].")
        return None
    first: dict[str, str] = {}
    for value, words in values.items():
        for word in (value, *words):
            if first.setdefault(word.casefold(), value) != value:
                other = first[word.casefold()]
                source.faults.add(place, f'"{word}" stands for both "{other}" and "{value}".', "Keep one of the two.")
    return OneOf(values)


def _pattern(source: Source, told: Any, place: Place) -> APattern | None:
    written = source.text(plain(told), place, "the pattern")
    try:
        regex.compile(written)
    except regex.error as error:
        source.faults.add(place, f'"{written}" is no regular expression: {error}.', "Correct it.")
        return None
    if not written:
        source.faults.add(place, "the pattern is empty.", 'Write a regular expression, such as "AB-[0-9]{4}".')
        return None
    return APattern(written)
