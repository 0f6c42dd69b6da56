"""What a database can find people by: the part of the expression language that SQL answers as Python does.

The rest is refused here, in a sentence, rather than answered differently.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from bot.domain.audience import ProfileSchema
from bot.domain.journey import SEGMENT_ENTERED, SEGMENT_LEFT
from bot.domain.likelihood import WORDINGS
from bot.journeys.expression import check
from bot.journeys.kinds import ALWAYS_THERE, kinds_of, profile_names
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
    Node,
    leaves_of,
    parse,
    parts_of,
)

LEAD = frozenset(name.removeprefix("lead.") for name in ALWAYS_THERE if name.startswith("lead."))
MOST_WEIGHT = 3000
"""How often the database may have to look at a value for one condition."""

NOT_FOUND_BY: Mapping[str, str] = {
    "lower": "lower() depends on the language rules of each database. Compare with each spelling: x in ['GB', 'gb'].",
    "text": "text() is for sentences. Compare the number itself.",
    "today": "days are counted. Write days_until(profile.renewal_date) < 14, or days_since(...).",
}


def check_selection(source: str, schema: ProfileSchema | None, *, contact: Collection[str] | None = None) -> str | None:
    """What is wrong with a condition that people are found by; None when nothing is.

    `contact` names the attributes that are contact data, where that is known otherwise than by the schema.
    """
    wrong = check(source, {"profile": profile_names(schema), "lead": LEAD}, kinds_of(schema))
    if wrong is not None:
        return wrong
    try:
        node = parse(source)
        _check(node)
        _check_contact(AllOf((node,)), (schema or ProfileSchema()).contact if contact is None else contact)
        if _weight(node) > MOST_WEIGHT:
            raise ExpressionError(
                "it is too much to ask of everybody. Make it two segments, or keep a part of it as an attribute."
            )
    except ExpressionError as error:
        return str(error)
    return None


@lru_cache(maxsize=1_000)
def looks_at(source: str) -> frozenset[str]:
    """What the condition depends on: `profile.team_size`, `profile.tags`, `lead`, `did:pricing.viewed`."""
    found = set()
    for leaf in leaves_of(parse(source)):
        match leaf:
            case Name(path=("lead", *_)):
                found.add("lead")
            case Name(path=path):
                found.add(".".join(path[:2]))
            case Did(event=event):
                found.add(counting(event))
    return frozenset(found)


def looks_at_grade(source: str) -> bool:
    """Whether the condition looks at the grade: what makes one may change, and who belongs changes with it."""
    return Name(("lead", "grade")) in leaves_of(parse(source))


@lru_cache(maxsize=1_000)
def foretold_in(source: str) -> frozenset[str]:
    """What is foretold of people that the condition looks at: `likelihood`, `churn_risk`."""
    leaves = leaves_of(parse(source))
    return frozenset(predicts for predicts in WORDINGS if Name(("lead", predicts)) in leaves)


COUNTED_EVENT = "did:"


def counting(event: str) -> str:
    """What a condition depends on that counts this event."""
    return f"{COUNTED_EVENT}{event}"


def _check(node: Node) -> None:
    match node:
        case Did(event=event) if event in (SEGMENT_ENTERED, SEGMENT_LEFT):
            raise ExpressionError(
                f'people cannot be found by "{event}", for segments would depend on each other. '
                "Write the condition of the other segment instead."
            )
        case Items():
            raise ExpressionError("a list can only stand behind in or not in: x in ['a', 'b'].")
        case Call(function=function) if function in NOT_FOUND_BY:
            raise ExpressionError(f"people cannot be found by {function}(): {NOT_FOUND_BY[function]}")
        case Arithmetic(rest=rest) if any(sign == "%" for sign, _ in rest):
            raise ExpressionError('people cannot be found by "%": databases do not agree on what it gives.')
        case Comparison(sign="in" | "not in", left=left, right=Items(items=items)):
            for part in (left, *items):
                _check(part)
            return
    for part in parts_of(node):
        _check(part)


def _check_contact(node: Node, contact: Collection[str]) -> None:
    """Contact data is compared whole, for it may be sealed: only blind indexes of it are looked at then."""

    def others(*parts: Node) -> Sequence[Node]:
        return [one for one in parts if not (isinstance(one, Name) and len(one.path) == 2 and _is_in(one, contact))]

    match node:
        case Comparison(sign="==" | "!=", left=left, right=right) if _is_text(left) or _is_text(right):
            parts = others(left, right)
        case Comparison(sign="in" | "not in", left=left, right=Items(items=items)) if all(map(_is_text, items)):
            parts = others(left)
        case Call(function="exists" | "missing") | AllOf() | AnyOf() | Negated():
            parts = others(*parts_of(node))
        case Name() if _is_in(node, contact):
            name = ".".join(node.path[:2])
            raise ExpressionError(
                f"{name} is contact data, which may be sealed in the database: compare the whole of it with texts "
                f"({name} == 'x', {name} in ['x', 'y']), or ask exists({name}). "
                f"To keep it readable there, declare it contact: false in journeys/profile.yml."
            )
        case _:
            parts = parts_of(node)
    for part in parts:
        _check_contact(part, contact)


def _is_in(name: Name, contact: Collection[str]) -> bool:
    return name.path[0] == "profile" and name.path[1] in contact


def _is_text(node: Node) -> bool:
    return isinstance(node, Constant) and isinstance(node.value, str)


def _weight(node: Node) -> int:
    """How often values are looked at: SQL has no variables, so what is asked of a part twice is worked out twice."""
    parts = [_weight(part) for part in parts_of(node)]
    match node:
        case Name() | Did():
            return 1
        case Constant():
            return 0
        case Arithmetic():
            total = parts[0]
            for part in parts[1:]:
                total = 5 * (total + part + 1)
            return total
        case Call(function="default"):
            return 6 * parts[0] + 5 * parts[1]
        case Call(function="days_since" | "days_until"):
            return 8 * parts[0]
        case Comparison():
            return 3 * sum(parts)
        case Items():
            return sum(parts) + len(parts)
        case _:
            return 5 * sum(parts) if not isinstance(node, AllOf | AnyOf) else sum(parts)
