"""What is made up of people in simulations of whom nothing is said: values on both sides of each condition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Literal

from bot.domain.entries import OnDate, ScheduleEntry
from bot.domain.journey import Journey
from bot.domain.steps import AttributeTime, WaitStep
from bot.journeys.expression import names_in
from bot.journeys.people import Day, OneOf, Spread, WholeNumber
from bot.journeys.syntax import (
    AllOf,
    AnyOf,
    Call,
    Comparison,
    Constant,
    ExpressionError,
    Items,
    Name,
    Negated,
    Negative,
    Node,
    parse,
)

AS_THEY_ARE = ("default", "lower", "text")
"""Functions whose value is compared as that of the name within them would be."""
YEAR = timedelta(days=365)


def values_for(conditions: Iterable[str], root: str) -> dict[str, Spread]:
    """By name, values of `root.<name>` for which the conditions are true of some people and false of others."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for name, value in _compared(conditions, root):
        found[name].append(value)
    spreads = {name: _spread(values) for name, values in found.items()}
    return {name: spread for name, spread in spreads.items() if spread is not None}


def the_same_for(conditions: Iterable[str]) -> dict[str, Spread]:
    """Of what people come in with and what happens to them later, the names of data that conditions compare with each
    other, such as an order's: all that happens to a person is about one order."""
    return {
        name: OneOf(("one",), (1,))
        for node in _nodes(conditions)
        if isinstance(node, Comparison) and node.sign == "=="
        for brought, told in ((node.left, node.right), (node.right, node.left))
        if (first := _named(brought, "event")) is not None and (second := _named(told, "happened")) is not None
        for name in (first, second)
    }


def tags_in(conditions: Iterable[str]) -> frozenset[str]:
    """The tags that conditions look for."""
    found = {
        constant
        for node in _nodes(conditions)
        if isinstance(node, Comparison) and node.sign in ("in", "not in")
        if any(one.path == ("profile", "tags") for one in names_in(node.right))
        for constant in _constants(node.left)
    }
    return frozenset(one for one in found if isinstance(one, str))


def days_for(
    journeys: Iterable[Journey], start: date, length: int, of: Literal["profile", "event"] = "profile"
) -> dict[str, Spread]:
    """By name, days of the attributes that journeys begin on or wait for, which come within these `length` days; or of
    what people come in with."""
    found: defaultdict[str, list[Day]] = defaultdict(list)
    for journey in journeys:
        for name, before, again in _looked_for(journey, of):
            first = start - YEAR if again else start + timedelta(days=before)
            found[name].append(Day(first, first + (YEAR if again else timedelta(days=length))))
    return {name: Day(min(one.first for one in days), max(one.last for one in days)) for name, days in found.items()}


def _looked_for(journey: Journey, of: str) -> Iterator[tuple[str, int, bool]]:
    for entry in journey.entries:
        if of == "profile" and isinstance(entry, ScheduleEntry) and isinstance(on := entry.schedule, OnDate):
            yield on.attribute, on.days_before, on.yearly or on.monthly
    for step in journey.steps.values():
        if isinstance(step, WaitStep) and isinstance(until := step.until, AttributeTime) and until.of == of:
            yield until.attribute, -until.offset.days, False


def _compared(conditions: Iterable[str], root: str) -> Iterator[tuple[str, Any]]:
    for node in _nodes(conditions):
        match node:
            case Comparison(sign=sign, left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if (name := _named(one, root)) is not None:
                        yield from ((name, value) for value in _constants(other) if _tells(sign, value))
            case Name(path=(head, name)) if head == root:
                yield name, True


def _nodes(conditions: Iterable[str]) -> Iterator[Node]:
    """Whatever can be true or false by itself."""
    for condition in conditions:
        with suppress(ExpressionError):
            yield from _parts(parse(condition))


def _parts(node: Node) -> Iterator[Node]:
    match node:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _parts(part)
        case Negated(of=of):
            yield from _parts(of)
        case _:
            yield node


def _named(node: Node, root: str) -> str | None:
    match node:
        case Name(path=(head, name)) if head == root:
            return name
        case Call(function=function, arguments=(inner, *_)) if function in AS_THEY_ARE:
            return _named(inner, root)
        case _:
            return None


def _constants(node: Node) -> list[Any]:
    match node:
        case Constant(value=value):
            return [value]
        case Negative(of=Constant(value=value)) if isinstance(value, int | float):
            return [-value]
        case Items(items=items):
            return [value for item in items for value in _constants(item)]
        case _:
            return []


def _tells(sign: str, value: Any) -> bool:
    """Texts in an order are days, which are not made up."""
    return isinstance(value, bool | int | float) or (isinstance(value, str) and sign in ("==", "!=", "in", "not in"))


def _spread(values: Collection[Any]) -> Spread | None:
    known = list(dict.fromkeys(values))
    if all(isinstance(one, bool) for one in known):
        return OneOf((True, False), (1, 1))
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in known):
        return WholeNumber(min(0, *(int(2 * one) for one in known)), max(10, *(int(2 * one) for one in known)))
    if all(isinstance(one, str) for one in known):
        return OneOf((*known, None), (1,) * (len(known) + 1))
    return None
