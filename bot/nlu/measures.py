"""Finds measures: durations, distances, volumes, temperatures, and other quantities with a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.domain.understanding import Entity
from bot.nlu.east_asian_durations import find_east_asian_durations
from bot.nlu.east_asian_measures import find_east_asian_measures
from bot.nlu.numerals import NEAR, Numeral, Numerals, bounded, plain

SURE, POSSIBLE = 1.0, 0.5


def _named(kind: str, **units: str) -> dict[str, tuple[str, str]]:
    """Each way to write a unit with the kind of measure that it is of, and its name."""
    return {
        word.replace("_", " "): (kind, unit.replace("_", " "))
        for unit, words in units.items()
        for word in words.split()
    }


_UNITS: Mapping[str, tuple[str, str]] = {
    **_named(
        "duration",
        second="seconds secs second sec", minute="minutes mins minute min", hour="hours hrs hour hr",
        day="days day", week="weeks wks week wk", month="months mths month mth", year="years yrs year yr",
        fortnight="fortnights fortnight", quarter="quarters",
    ),
    **_named(
        "duration",
        second="sekunden segundos secondes", minute="minuten minutos", hour="stunde stunden heure heures hora horas",
        day="tage tagen jour jours día días", week="woche wochen semaine semaines semana semanas",
        month="monat monate monaten mois mes meses", year="jahr jahre jahren ans année années año años",
    ),
    **_named(
        "distance",
        millimetre="mm millimetres millimeters millimetre", centimetre="cm centimetres centimeters centimetre",
        metre="metres meters metre meter", kilometre="km kms kilometres kilometers kilometre kilometer",
        mile="miles mile", foot="feet foot ft", inch="inches inch", yard="yards yard",
    ),
    **_named(
        "volume",
        litre="litres liters litre liter ltr", millilitre="ml millilitres milliliters",
        centilitre="cl centilitres", gallon="gallons gallon gal",
        pint="pints pint", cubic_metre="m³ cubic_metres cubic_meters",
    ),
    **_named(
        "quantity",
        milligram="mg milligrams milligram", gram="grams gram g",
        kilogram="kg kgs kilos kilo kilograms kilogram", pound="lbs lb", ounce="oz ounces ounce",
        tonne="tonnes tonne tons ton", stone="stone", kilobyte="kb", megabyte="mb megabytes",
        gigabyte="gb gigabytes gigs", terabyte="tb terabytes", square_metre="m² m2 sqm square_metres square_meters",
        square_foot="sqft square_feet", hectare="hectares ha", acre="acres acre", kilowatt_hour="kwh", kilowatt="kw",
        cup="cups cup", percent_point="",
    ),
    **_named("temperature", celsius="°c degrees_celsius degrees_centigrade degrees_c celsius",
             fahrenheit="°f degrees_fahrenheit degrees_f fahrenheit", degree="degrees degree °"),
}  # fmt: skip
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_592_000,
            "quarter": 7_776_000, "year": 31_536_000}  # fmt: skip
"""As Duckling counts: a month has 30 days, a year 365."""
_ISO = {"second": "PT{}S", "minute": "PT{}M", "hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M",
        "quarter": "P{}M", "year": "P{}Y"}  # fmt: skip
_POUNDS_ARE_WEIGHT = {"US", "CA"}
_MOMENTS = {"second", "minute"}
_LABELS = {"version", "option", "page", "step", "room", "chapter", "section", "part", "level"}

_WITHOUT_NUMBER = re.compile(
    r"(?<!\w)(?:(?P<half>(?:an? )?(?:hour|day|week|month|year) and a half|half an hour|half a (?:day|year)"
    r"|(?:a )?quarter of an hour|three quarters of an hour)"
    r"|(?P<few>(?:a )?couple of|a few) (?P<several>minutes|mins|hours|hrs|days|weeks|months|years)"
    r"|(?P<one>a fortnight|(?:(?<=for )|(?<=lasts )|(?<=takes ))(?:a|an) (?:hour|day|week|month|year)))(?!\w)",
    re.IGNORECASE,
)
_HALVES = {"quarter of an hour": (15, "minute"), "three quarters of an hour": (45, "minute"),
           "half an hour": (30, "minute"), "half a day": (12, "hour"),
           "half a year": (6, "month")}  # fmt: skip
_COMPOUND = re.compile(
    r"(?<![\w.])(?P<hours>\d{1,3})\s?h(?:(?:ou)?rs?)?\s?(?:and\s)?(?P<minutes>[0-5]?\d)\s?m(?:in(?:ute)?s?)?(?!\w)",
    re.IGNORECASE,
)


def find_measures(numerals: Numerals, *, region: str | None = None) -> Iterator[Entity]:
    """Measures in the unit that was written; a range is worth its middle.

    The value of a duration is ISO 8601 ("P2W"), that of all others a number; `details` have the `unit`, the ends of a
    range, and for durations the length in `seconds`.
    """
    taken: list[tuple[int, int]] = []
    for entity in _durations_without_number(numerals.text):
        taken.append((entity.start, entity.end))
        yield entity
    for one in find_east_asian_measures(numerals.text):
        taken.append((one.start, one.end))
        words, details = numerals.text[one.start : one.end], {"unit": one.unit}
        yield Entity(
            one.kind, plain(one.amount), words, one.start, one.end, SURE, extractor="measures", details=details
        )
    for numeral in numerals.found:
        found = _unit_after(numerals, numeral, region)
        if found is None or _is_no_measure(numerals, numeral, found[1]):
            continue
        kind, unit, after = found
        first, after, ends = bounded(numerals, numeral.first, after, numeral)
        start, end = numerals.span(first, after)
        negative = (
            kind == "temperature" and re.search(r"(?:^|\s)-$", numerals.text[max(0, start - 2) : start]) is not None
        )
        value = plain(-numeral.value if negative else numeral.value)
        start -= negative
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        if kind == "duration":
            yield duration(value, unit, numerals.text, start, end, ends)
        else:
            yield Entity(
                kind,
                value,
                numerals.text[start:end],
                start,
                end,
                SURE,
                extractor="measures",
                details={"unit": unit, **ends},
            )


def duration(
    amount: float, unit: str, text: str, start: int, end: int, ends: Mapping[str, float] | None = None
) -> Entity:
    if unit == "fortnight":
        amount, unit = amount * 2, "week"
        ends = {name: value * 2 for name, value in (ends or {}).items()}
    months = amount * 3 if unit == "quarter" else amount
    details = {"value": amount, "unit": unit, "seconds": plain(amount * _SECONDS[unit]), **(ends or {})}
    value = _ISO[unit].format(plain(months))
    return Entity("duration", value, text[start:end], start, end, SURE, extractor="measures", details=details)


def _durations_without_number(text: str) -> Iterator[Entity]:
    for match in _WITHOUT_NUMBER.finditer(text):
        if match["half"]:
            words = match["half"].lower().removeprefix("an ").removeprefix("a ")
            amount, unit = _HALVES[words] if words in _HALVES else (1.5, words.split(" ")[0])
        elif match["several"]:
            amount = 3 if match["few"].lower() == "a few" else 2
            unit = _UNITS[match["several"].lower()][1]
        else:
            amount, unit = 1, match["one"].lower().split(" ")[1]
        yield duration(amount, unit, text, *match.span())
    for length in find_east_asian_durations(text):
        yield duration(length.amount, length.unit, text, length.start, length.end, length.ends)
    for match in _COMPOUND.finditer(text) if any(map(str.isdigit, text)) else ():
        yield duration(int(match["hours"]) * 60 + int(match["minutes"]), "minute", text, *match.span())


def _unit_after(numerals: Numerals, numeral: Numeral, region: str | None) -> tuple[str, str, int] | None:
    """The kind, the unit, and where it ends; a hyphen may come before it: "a 30-minute call"."""
    at = numeral.after
    words = numerals.words_from(at, 3)
    if words[:1] == ["-"] and len(words) > 1 and words[1] in _UNITS and _UNITS[words[1]][0] != "temperature":
        at, words = at + 1, words[1:]
    for length in (2, 1):
        for joint in ("", " "):
            written = joint.join(words[:length])
            if len(words) >= length and written in _UNITS:
                return (*_UNITS[written], at + length)
    if words[:1] in (["pounds"], ["pound"]) and (region or "").upper() in _POUNDS_ARE_WEIGHT:
        return "quantity", "pound", at + 1
    return None


def _is_no_measure(numerals: Numerals, numeral: Numeral, unit: str) -> bool:
    start, end = numerals.span(numeral.first, numeral.after)
    left = numerals.text[max(0, start - NEAR) : start]
    if re.search(r"[\w.,:/#$£€_]$|\w-$", left):
        return True
    if numeral.value == 1 and unit in _MOMENTS and numerals.words_before(numeral.first, 1) != ["for"]:
        return True  # "one second please"
    following = numerals.text[end : end + NEAR]
    if re.match(r"\s?\w+\s?/", following):
        return True  # "100 km/h": a rate, of which the measure is only a half
    if re.match(r"\s?(?:day|week|month|year)s? (?:ago|old)\b", following, re.IGNORECASE):
        return True
    return bool(set(numerals.words_before(numeral.first, 1)) & _LABELS)
