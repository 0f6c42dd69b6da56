"""The expression language of journeys: `answer.timeline == 'now' and lead.grade in ['A1', 'A2']`.

It is total: evaluation never raises and always ends. A missing name is null; a comparison with null, or between
values of different types, is false; division by zero and numbers too large are null; `and`, `or` and `not` give true
or false, where null, 0, '' and [] count as false. Lists and groups of values are never equal to anything. Dates are
texts. What day it is (UTC) comes in as the name `now`; without it, `today`, `days_since` and `days_until` are null, and
so is `did` where it is to look back some days. What `did` counts comes in as the name `did`: events by name and day.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from bot.documents import did_you_mean
from bot.domain.audience import written_day
from bot.journeys.kinds import Kinds, check_kinds
from bot.journeys.syntax import (
    AllOf,
    AnyOf,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Did,
    ExpressionError,
    Items,
    Name,
    Negated,
    Negative,
    Node,
    bounded,
    leaves_of,
    parse,
)

LONGEST_TEXT = 10_000
"""Characters that a text made by `+` may have; a longer one is null."""
# ---------------------------------------------------------------- the public functions


def check(source: str, known: Mapping[str, Collection[str] | None], kinds: Kinds | None = None) -> str | None:
    """What is wrong with `source` and what to write instead; None when nothing is.

    `known` maps each first part of a dotted name (`profile`) to the names that may follow it; None allows any. With
    `kinds`, which says of what type they are, a comparison that can never be true is a fault.
    """
    try:
        node = parse(source)
        for name in names_in(node):
            _check_name(name, known)
        if kinds is not None:
            check_kinds(node, kinds)
    except ExpressionError as error:
        return str(error)
    return None


def evaluate(source: str, names: Mapping[str, Any]) -> Any:
    """The value of `source`; never raises. `names` maps first parts to plain mappings. No expression at all is null."""
    try:
        node = parse(source)
    except ExpressionError:
        return None
    return _value(node, names)


def is_true(source: str, names: Mapping[str, Any]) -> bool:
    """Whether the condition holds; never raises."""
    return bool(evaluate(source, names))


# ---------------------------------------------------------------- checking names


def names_in(node: Node) -> list[Name]:
    """Every name that the expression looks at."""
    return [leaf for leaf in leaves_of(node) if isinstance(leaf, Name)]


@lru_cache(maxsize=1_000)
def counted_events(source: str) -> frozenset[str]:
    """The events that the expression counts with `did`; none in one that cannot be read."""
    try:
        node = parse(source)
    except ExpressionError:
        return frozenset()
    return frozenset(leaf.event for leaf in leaves_of(node) if isinstance(leaf, Did))


def _check_name(name: Name, known: Mapping[str, Collection[str] | None]) -> None:
    root, *rest = name.path
    if root not in known:
        message = f'there is no "{root}" to look at; names begin with {_listed(known)}.'
        near = did_you_mean(root, [*known, "true", "false", "null"]) if len(known) < 8 else ""
        quoted = "" if rest else f"Put quotes around it if it is meant as a text: '{root}'."
        raise ExpressionError(f"{message} {near if near.startswith('Did') else quoted}".rstrip())
    if not rest:
        raise ExpressionError(f'"{root}" alone is a whole group of values. Say which one: {root}.<name>.')
    allowed = known[root]
    if allowed is not None and rest[0] not in allowed:
        raise ExpressionError(f'there is no "{root}.{rest[0]}". {did_you_mean(rest[0], allowed)}'.rstrip())


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "nothing here"


# ---------------------------------------------------------------- values


def _value(node: Node, names: Mapping[str, Any]) -> Any:
    match node:
        case Constant(value=value):
            return value
        case Name(path=path):
            return _look_up(path, names)
        case Items(items=items):
            return [_value(item, names) for item in items]
        case Negated(of=of):
            return not _value(of, names)
        case Negative(of=of):
            return _calculate("-", 0, _value(of, names))
        case AllOf(parts=parts):
            return all(_value(part, names) for part in parts)
        case AnyOf(parts=parts):
            return any(_value(part, names) for part in parts)
        case Comparison(sign=sign, left=left, right=right):
            return _compare(sign, _value(left, names), _value(right, names))
        case Arithmetic(first=first, rest=rest):
            result = _value(first, names)
            for sign, part in rest:
                result = _calculate(sign, result, _value(part, names))
            return result
        case Did(event=event, days=days):
            return _times(names.get("did"), event, days, names.get("now"))
        case Call(function="days_since", arguments=(argument,)):
            return _days_since(_value(argument, names), names.get("now"))
        case Call(function="days_until", arguments=(argument,)):
            return _calculate("-", 0, _days_since(_value(argument, names), names.get("now")))
        case Call(function="today"):
            now = names.get("now")
            return now.astimezone(UTC).date().isoformat() if isinstance(now, datetime) else None
        case Call(function=function, arguments=arguments):
            return _FUNCTIONS[function](*(_value(argument, names) for argument in arguments))


def _look_up(path: Sequence[str], names: Mapping[str, Any]) -> Any:
    value: Any = names
    for part in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return _plain(value)


def _plain(value: Any) -> Any:
    """The value as the language knows it: null, true or false, a number, a text, a list, a group of values."""
    match value:
        case None | bool() | str() | list() | Mapping():
            return value
        case int() | float():
            return bounded(value)
        case tuple() | set() | frozenset():
            return list(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return None


def _type(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "other"


_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(sign: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    if sign in ("in", "not in"):
        return _contains(right, left, wanted=sign == "in")
    kind = _type(left)
    if kind != _type(right) or kind in ("list", "other"):
        return False
    if kind == "boolean" and sign not in ("==", "!="):
        return False
    return _ORDERED[sign](left, right)


def _contains(box: Any, value: Any, *, wanted: bool) -> bool:
    """Whether an item of a list equals the value, or a text has it as a part; false for any other box."""
    if isinstance(box, list):
        return any(_compare("==", _plain(item), value) for item in box) == wanted
    if isinstance(box, str) and isinstance(value, str):
        return (value in box) == wanted
    return False


def _calculate(sign: str, left: Any, right: Any) -> Any:
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        joined = left + right
        return joined if len(joined) <= LONGEST_TEXT else None
    if _type(left) != "number" or _type(right) != "number":
        return None
    if sign in ("/", "%") and right == 0:
        return None
    calculate: Callable[[Any, Any], int | float] = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "%": operator.mod,
    }[sign]
    return bounded(calculate(left, right))


def _days_since(value: Any, now: Any) -> int | None:
    """From the day that a text begins with to today in UTC; negative for a day that is still to come."""
    day = written_day(value) if isinstance(value, str) else None
    if day is None or not isinstance(now, datetime):
        return None
    return (now.astimezone(UTC).date() - day).days


def _times(counts: Any, event: str, days: int | None, now: Any) -> int | float | None:
    """How often it happened; with `days`, on today (UTC) and the days before it, so many together."""
    by_day = counts.get(event, {}) if isinstance(counts, Mapping) else {}
    if days is None:
        return bounded(sum(by_day.values()))
    if not isinstance(now, datetime):
        return None
    before = now.astimezone(UTC).date().toordinal() - days
    return bounded(sum(count for day, count in by_day.items() if day.toordinal() > before))


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else None


def _length(value: Any) -> Any:
    return len(value) if isinstance(value, str | list | Mapping) else None


def in_words(value: Any) -> str:
    """The value as it reads in a sentence; '' for one that cannot be read out, such as null or a list."""
    return _text(_plain(value)) or ""


def _text(value: Any) -> str | None:
    """A number or a truth value as it reads in a sentence: 50, 2.5, true."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.15g}" if isinstance(value, float) else str(value)
        case str():
            return value
        case _:
            return None


def _starts_with(value: Any, beginning: Any) -> bool:
    return isinstance(value, str) and isinstance(beginning, str) and value.startswith(beginning)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "lower": _lower,
    "length": _length,
    "text": _text,
    "exists": lambda value: value is not None,
    "missing": lambda value: value is None,
    "default": lambda value, otherwise: otherwise if value is None else value,
    "starts_with": _starts_with,
}
"""What each function does; none raises, whatever it is given."""
