"""The lines of a segment's form as JSON, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bot.domain.audience import AttributeType
from bot.domain.errors import WebhookRejected
from bot.journeys.criteria import EVENT, Criteria, Criterion, How
from bot.journeys.criteria_words import Subject, how_words
from bot.journeys.syntax import MOST_DAYS

MOST_LINES = 100
LONGEST_VALUE = 1_000
WITHOUT_VALUE = frozenset({How.KNOWN, How.UNKNOWN})
OF_EVENTS = frozenset({How.IS, How.AT_LEAST, How.AT_MOST})
LOOKED_AT = re.compile(r"(profile|lead|customer)\.[^\W\d]\w{0,79}|did\..{1,200}")


def criteria_json(criteria: Criteria) -> Mapping[str, Any]:
    return {"join": criteria.join, "parts": [_part_json(one) for one in criteria.parts]}


def _part_json(part: Criterion | Criteria) -> Mapping[str, Any]:
    if isinstance(part, Criteria):
        return criteria_json(part)
    return {"of": part.of, "how": part.how, "values": list(part.values), "days": part.days}


def subject_json(subject: Subject) -> Mapping[str, Any]:
    """What a form offers of it; the words of each way to hold it against a value are in `words_json`."""
    return {
        "of": subject.of,
        "label": subject.label,
        "kind": subject.kind,
        "offered": subject.hows,
        "values": [{"value": value, "words": words} for value, words in subject.values],
    }


def words_json() -> Mapping[str, Mapping[str, str]]:
    """How each line reads, by the kind of what it looks at."""
    return {kind: {how: how_words(how, kind) for how in How} for kind in (*AttributeType, "event")}


def criteria_of(body: Any) -> Criteria:
    """Raises WebhookRejected where they are none that can be written."""
    criteria = _group(body, inner=True)
    if sum(len(one.parts) if isinstance(one, Criteria) else 1 for one in criteria.parts) > MOST_LINES:
        raise WebhookRejected(400, f"at most {MOST_LINES} lines make a condition")
    return criteria


def _group(body: Any, *, inner: bool) -> Criteria:
    match body:
        case {"join": "all" | "any" as join, "parts": [_, *_] as parts}:
            return Criteria(join, tuple(_part(one, inner=inner) for one in parts))
    raise WebhookRejected(400, 'a group of lines wants "join", all or any, and at least one line in "parts"')


def _part(body: Any, *, inner: bool) -> Criterion | Criteria:
    if inner and isinstance(body, dict) and "parts" in body:
        return _group(body, inner=False)
    match body:
        case {"of": str() as of, "how": str() as how, "values": list() as values} if LOOKED_AT.fullmatch(of):
            with suppress(ValueError):
                return _whole(Criterion(of, How(how), tuple(map(_value, values)), _days(body.get("days"))))
    raise WebhookRejected(400, 'a line wants "of", what it looks at, "how", and its "values"')


def _whole(line: Criterion) -> Criterion:
    wants = 0 if line.how in WITHOUT_VALUE else 1
    several = line.how in (How.ONE_OF, How.NONE_OF, How.OTHER_THAN)
    if len(line.values) < wants or (len(line.values) > wants and not several):
        raise WebhookRejected(400, f'"{line.of}" has {len(line.values)} values, which do not go with "{line.how}"')
    if line.of.startswith(EVENT) and (line.how not in OF_EVENTS or not isinstance(line.values[0], int)):
        raise WebhookRejected(400, "an event is counted: at least, at most or exactly so many times")
    return line


def _value(value: Any) -> Any:
    if isinstance(value, bool | int) or (isinstance(value, float) and abs(value) < 1e15):
        return value
    if isinstance(value, str) and len(value) <= LONGEST_VALUE:
        return value
    raise WebhookRejected(400, f"a value is a text of at most {LONGEST_VALUE} characters, a number, or true or false")


def _days(days: Any) -> int | None:
    if days is None:
        return None
    if isinstance(days, bool) or not isinstance(days, int) or not 0 < days <= MOST_DAYS:
        raise WebhookRejected(400, f"days are a whole number from 1 to {MOST_DAYS}")
    return days
