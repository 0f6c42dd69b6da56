"""What a segment's form offers, and a condition in plain words: `People in the team is more than 20`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from bot.domain.audience import Attribute, AttributeType
from bot.journeys.criteria import BY_DAYS, EVENT, Criteria, Criterion, How
from bot.journeys.expression import in_words
from bot.journeys.kinds import Kinds

HERE: Final = "…"
"""Where the value stands in the words; without it, behind them."""

TEXT, NUMBER, YES_NO, DATE, LIST = AttributeType
Asked = AttributeType | Literal["event"]

_WORDS: Final[Mapping[How, str]] = {
    How.IS: How.IS,
    How.IS_NOT: f"is not {HERE} (or is not known)",
    How.IS_OTHER: "is known and is not",
    How.IS_OR_UNKNOWN: f"is {HERE} (or is not known)",
    How.ONE_OF: "is one of",
    How.NONE_OF: f"is none of {HERE} (or is not known)",
    How.OTHER_THAN: "is known and is none of",
    How.MORE: "is more than",
    How.AT_LEAST: "is at least",
    How.LESS: "is less than",
    How.AT_MOST: "is at most",
    How.HAS: "contains",
    How.HAS_NOT: "does not contain",
    How.STARTS_WITH: "begins with",
    How.KNOWN: "is known",
    How.UNKNOWN: "is not known",
    How.WITHIN_LAST: f"was in the last {HERE} days",
    How.WITHIN_NEXT: f"is in the next {HERE} days",
    How.AGO_IS: f"was {HERE} days ago",
    How.AGO_AT_LEAST: f"was at least {HERE} days ago",
    How.AGO_AT_MOST: f"was at most {HERE} days ago (or is to come)",
    How.IN_IS: f"is in {HERE} days",
    How.IN_AT_LEAST: f"is in at least {HERE} days",
    How.IN_AT_MOST: f"is in at most {HERE} days (or is over)",
}
_WORDS_OF: Final[Mapping[Asked, Mapping[How, str]]] = {
    DATE: {
        How.IS: "is on",
        How.MORE: "is after",
        How.AT_LEAST: "is on or after",
        How.LESS: "is before",
        How.AT_MOST: "is on or before",
    },
    LIST: {How.HAS: "include", How.HAS_NOT: "do not include"},
    "event": {How.AT_LEAST: "at least", How.AT_MOST: "at most", How.IS: "exactly"},
}
_OFFERED: Final[Mapping[Asked, tuple[How, ...]]] = {
    TEXT: (How.IS, How.IS_NOT, How.ONE_OF, How.NONE_OF, How.HAS, How.HAS_NOT, How.STARTS_WITH, How.KNOWN, How.UNKNOWN),
    NUMBER: (How.IS, How.IS_NOT, How.MORE, How.AT_LEAST, How.LESS, How.AT_MOST, How.KNOWN, How.UNKNOWN),
    YES_NO: (How.IS, How.IS_OR_UNKNOWN, How.KNOWN, How.UNKNOWN),
    DATE: (
        *(How.WITHIN_LAST, How.WITHIN_NEXT, How.AGO_IS, How.IN_IS, How.AGO_AT_LEAST, How.IN_AT_LEAST),
        *(How.IS, How.LESS, How.AT_LEAST, How.KNOWN, How.UNKNOWN),
    ),
    LIST: (How.HAS, How.HAS_NOT),
    "event": (How.AT_LEAST, How.AT_MOST, How.IS),
}
_OF_CONTACT: Final[tuple[How, ...]] = (How.IS, How.IS_NOT, How.ONE_OF, How.NONE_OF, How.KNOWN, How.UNKNOWN)
_OF_A_CHOICE: Final[tuple[How, ...]] = (
    How.IS,
    How.IS_NOT,
    How.ONE_OF,
    How.NONE_OF,
    How.IS_OR_UNKNOWN,
    How.KNOWN,
    How.UNKNOWN,
)
_LABELS: Final = {
    "profile.tags": "Tags",
    "profile.time_zone": "Time zone",
    "profile.locale": "Language and country (locale)",
    "profile.created_on": "First contact",
    "lead.fit": "Points for fit",
    "lead.engagement": "Points for engagement",
    "lead.total": "Points in all",
    "lead.grade": "Grade",
    "lead.likelihood": "Likelihood to be won",
    "lead.churn_risk": "Risk to leave",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a line may look at, how, and with which values, where it has only those; each with its words."""

    of: str
    label: str
    kind: Asked
    hows: tuple[How, ...]
    values: tuple[tuple[Any, str], ...] = ()


def subjects(kinds: Kinds, contact: Collection[str], events: Collection[str]) -> list[Subject]:
    """What is declared of people, what everybody has, and what people `did`; `contact` names attributes."""
    named = [_subject(of, one, is_contact=of.removeprefix("profile.") in contact) for of, one in kinds.items()]
    return [*named, *(_event(name) for name in sorted(events))]


def known_of_people(found: Iterable[Subject]) -> list[Subject]:
    """What of that a condition may look at which is to be true until something is learnt: neither scores, nor events,
    nor how long ago a day was."""
    return [
        replace(one, hows=tuple(how for how in one.hows if how not in BY_DAYS))
        for one in found
        if one.of.startswith("profile.")
    ]


def of_others(criteria: Criteria, known: Collection[str]) -> list[Subject]:
    """What the lines look at beyond that: nobody declared it."""
    found: dict[str, Subject] = {}
    for one in lines_of(criteria):
        if one.of in known or one.of in found:
            continue
        name = one.of.split(".", 1)[1]
        guessed = _event(name) if one.of.startswith(EVENT) else _subject(one.of, Attribute(name, _kind_of(one)))
        found[one.of] = guessed
    return list(found.values())


def lines_of(criteria: Criteria) -> list[Criterion]:
    """Every line, also those in groups."""
    return [line for part in criteria.parts for line in (lines_of(part) if isinstance(part, Criteria) else [part])]


def how_words(how: How, kind: Asked) -> str:
    """How a line of this kind reads, with `HERE` where its value stands."""
    return _WORDS_OF.get(kind, {}).get(how, _WORDS[how])


def criteria_words(criteria: Criteria, kinds: Kinds) -> str:
    """The lines in one sentence, without a full stop."""
    word = ", and " if criteria.join == "all" else ", or "
    return word.join(
        f"({criteria_words(part, kinds)})" if isinstance(part, Criteria) else _line_words(part, kinds)
        for part in criteria.parts
    )


def _line_words(one: Criterion, kinds: Kinds) -> str:
    if one.of.startswith(EVENT):
        return _event_words(one)
    attribute = kinds.get(one.of) or Attribute(one.of.split(".", 1)[1], _kind_of(one))
    values = _listed([_value_words(value, attribute) for value in one.values])
    how = how_words(one.how, attribute.type)
    if one.values == (1,):
        how = how.replace(f"{HERE} days", f"{HERE} day")
    said = how.replace(HERE, values) if HERE in how else f"{how} {values}".rstrip()
    return f"{_label(one.of, attribute)} {said}"


def _event_words(one: Criterion) -> str:
    name, times = one.of.removeprefix(EVENT), one.values[0]
    when = "" if one.days is None else " today" if one.days == 1 else f" in the last {one.days} days"
    if one.how == How.IS and times == 0:
        return f"did not {name}{when}" if when else f"never did {name}"
    if one.how == How.AT_LEAST and times == 1:
        return f"did {name}{when}"
    counted = "once" if times == 1 else f"{times} times"
    return f"did {name} {how_words(one.how, 'event')} {counted}{when}"


def _value_words(value: Any, attribute: Attribute) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    said = attribute.in_words(value)
    return f"“{said}”" if isinstance(said, str) and attribute.type in (TEXT, LIST) else in_words(said)


def _listed(values: Sequence[str]) -> str:
    return " or ".join([", ".join(values[:-1]), values[-1]] if len(values) > 1 else values)


def _subject(of: str, attribute: Attribute, *, is_contact: bool = False) -> Subject:
    offered = _OFFERED[attribute.type]
    if attribute.one_of:
        offered = _OF_A_CHOICE
    elif is_contact:
        offered = _OF_CONTACT
    values = tuple((value, _plain(attribute.in_words(value))) for value in attribute.one_of)
    return Subject(of, _label(of, attribute), attribute.type, offered, values)


def _event(name: str) -> Subject:
    return Subject(f"{EVENT}{name}", name, "event", _OFFERED["event"])


def _plain(value: Any) -> str:
    return "yes" if value is True else "no" if value is False else in_words(value)


def _label(of: str, attribute: Attribute) -> str:
    return attribute.label or _LABELS.get(of) or attribute.name.replace("_", " ").capitalize()


def _kind_of(one: Criterion) -> AttributeType:
    """What it must be, so that the line means something."""
    if one.how in (How.WITHIN_LAST, How.WITHIN_NEXT) or one.how.startswith(("ago_", "in_")):
        return DATE
    match one.values:
        case [bool(), *_]:
            return YES_NO
        case [int() | float(), *_]:
            return NUMBER
        case _:
            return TEXT
