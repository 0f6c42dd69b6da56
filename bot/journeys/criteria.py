"""A segment's condition as a form shows it: lines that each hold one thing against a value, joined by all or any.

What a form cannot show (arithmetic, functions within functions, deeper nesting) stays a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal

from bot.domain.audience import AttributeType
from bot.journeys.kinds import Kinds
from bot.journeys.syntax import (
    AllOf,
    AnyOf,
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
    parse,
)


class How(StrEnum):
    """How a line holds what it looks at against its values.

    `IS_NOT` is also true of those of whom it is not known, and `IS_OTHER` is not; the same holds for `NONE_OF` and
    `OTHER_THAN`.
    """

    IS = "is"
    IS_NOT = "is_not"
    IS_OTHER = "is_other"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    OTHER_THAN = "other_than"
    IS_OR_UNKNOWN = "is_or_unknown"
    MORE = "more"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    HAS = "has"
    HAS_NOT = "has_not"
    STARTS_WITH = "starts_with"
    KNOWN = "known"
    UNKNOWN = "unknown"
    WITHIN_LAST = "within_last"
    WITHIN_NEXT = "within_next"
    AGO_IS = "ago_is"
    AGO_AT_LEAST = "ago_at_least"
    AGO_AT_MOST = "ago_at_most"
    IN_IS = "in_is"
    IN_AT_LEAST = "in_at_least"
    IN_AT_MOST = "in_at_most"


Join = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line. `of` is `profile.team_size` or `lead.grade`; of an event that is counted, `did.` and its name.

    `days`: how many days back an event is counted; None is ever.
    """

    of: str
    how: How
    values: tuple[Any, ...] = ()
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """Lines, and groups of lines, of which all or any must hold. A group within another has none within itself."""

    join: Join
    parts: tuple[Criterion | Criteria, ...]


EVENT: Final = "did."
DAYS_BEHIND, DAYS_AHEAD = "days_since", "days_until"

_BY_SIGN: Final[Mapping[str, How]] = {"==": How.IS, ">": How.MORE, ">=": How.AT_LEAST, "<": How.LESS, "<=": How.AT_MOST}
_MIRRORED: Final = {"==": "==", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
_BY_DAYS: Final[Mapping[tuple[str, str], How]] = {
    (DAYS_BEHIND, "=="): How.AGO_IS,
    (DAYS_BEHIND, ">="): How.AGO_AT_LEAST,
    (DAYS_BEHIND, "<="): How.AGO_AT_MOST,
    (DAYS_AHEAD, "=="): How.IN_IS,
    (DAYS_AHEAD, ">="): How.IN_AT_LEAST,
    (DAYS_AHEAD, "<="): How.IN_AT_MOST,
}
_SIGNS: Final = {how: sign for sign, how in _BY_SIGN.items()} | {How.IS_OTHER: "!="}
_DAY_SIGNS: Final = {how: asked for asked, how in _BY_DAYS.items()}
_WITHIN: Final[Mapping[How, str]] = {How.WITHIN_LAST: DAYS_BEHIND, How.WITHIN_NEXT: DAYS_AHEAD}
BY_DAYS: Final = frozenset({*_DAY_SIGNS, *_WITHIN})
"""The lines whose truth changes by itself, as days go by."""


# ---------------------------------------------------------------- reading


def read_criteria(source: str, kinds: Kinds) -> Criteria | None:
    """The lines of a condition; None where it cannot be read, or says what no line can.

    `kinds` tells which names are yes or no, so that such a name may stand alone.
    """
    try:
        node = parse(source)
    except ExpressionError:
        return None
    alone = _criterion(node, kinds)
    return Criteria("all", (alone,)) if alone is not None else _group(node, kinds, inner=True)


def _group(node: Node, kinds: Kinds, *, inner: bool) -> Criteria | None:
    match node:
        case AllOf(parts=nodes):
            join: Join = "all"
        case AnyOf(parts=nodes):
            join = "any"
        case _:
            return None
    parts: list[Criterion | Criteria] = []
    for one in nodes:
        found: Criterion | Criteria | None = _criterion(one, kinds)
        if found is None:
            found = _group(one, kinds, inner=False) if inner else None
        if found is None:
            return None
        parts += found.parts if isinstance(found, Criteria) and found.join == join else [found]
    return Criteria(join, tuple(parts))


def _criterion(node: Node, kinds: Kinds) -> Criterion | None:
    match node:
        case Name() if (name := _name(node)) and _is_yes_no(name, kinds):
            return Criterion(name, How.IS, (True,))
        case Negated(of=Name() as of) if (name := _name(of)) and _is_yes_no(name, kinds):
            return Criterion(name, How.IS_NOT, (True,))
        case Negated(of=Comparison(sign="==" | "in") as of):
            return _negated(_comparison(of))
        case Comparison():
            return _comparison(node)
        case AllOf(parts=(Comparison() as first, Comparison() as second)):
            return _within(_comparison(first), _comparison(second))
        case Call(function="exists", arguments=(Name() as of,)):
            return _named(of, How.KNOWN)
        case Call(function="missing", arguments=(Name() as of,)):
            return _named(of, How.UNKNOWN)
        case Call(function=How.STARTS_WITH, arguments=(Name() as of, Constant(value=str() as text))):
            return _named(of, How.STARTS_WITH, text)
        case _:
            return None


def _comparison(node: Comparison) -> Criterion | None:
    sign, left, right = node.sign, node.left, node.right
    if sign in _MIRRORED and _value(left) is not None:
        sign, left, right = _MIRRORED[sign], right, left
    match left, sign, right:
        case Name(), "in" | "not in", Items(items=items):
            values = [_value(item) for item in items]
            if not values or None in values:
                return None
            return _named(left, How.ONE_OF if sign == "in" else How.OTHER_THAN, *values)
        case Constant(value=str() as value), "in", Name():
            return _named(right, How.HAS, value)
        case _, "in" | "not in", _:
            return None
    value = _value(right)
    if value is None:
        return None
    match left:
        case Name():
            return _named(left, _BY_SIGN.get(sign, How.IS_OTHER), value)
        case Did(event=event, days=days):
            return _counted(event, days, sign, value)
        case Call(function="default", arguments=(Name() as of, otherwise)) if sign == "==" and _is(otherwise, value):
            return _named(of, How.IS_OR_UNKNOWN, value)
        case Call(function=function, arguments=(Name() as of,)):
            sign, value = _whole(sign, value)
            how = _BY_DAYS.get((function, sign))
            return _named(of, how, value) if how is not None and isinstance(value, int) else None
        case _:
            return None


def _counted(event: str, days: int | None, sign: str, value: Any) -> Criterion | None:
    sign, value = _whole(sign, value)
    if sign not in ("==", ">=", "<=") or not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return None
    return Criterion(f"{EVENT}{event}", _BY_SIGN[sign], (value,), days)


def _whole(sign: str, value: Any) -> tuple[str, Any]:
    """Of whole numbers `> 2` is `>= 3`."""
    if not isinstance(value, int) or isinstance(value, bool):
        return sign, value
    return {">": (">=", value + 1), "<": ("<=", value - 1)}.get(sign, (sign, value))


def _negated(of: Criterion | None) -> Criterion | None:
    turned: Mapping[How, How] = {How.IS: How.IS_NOT, How.ONE_OF: How.NONE_OF, How.HAS: How.HAS_NOT}
    if of is None or of.how not in turned or of.of.startswith(EVENT):
        return None
    return Criterion(of.of, turned[of.how], of.values)


def _within(first: Criterion | None, second: Criterion | None) -> Criterion | None:
    """`days_until(x) >= 0 and days_until(x) <= 30`: days that are over are not within the next ones."""
    if first is None or second is None or first.of != second.of or first.values != (0,):
        return None
    match first.how, second.how:
        case How.AGO_AT_LEAST, How.AGO_AT_MOST:
            return Criterion(first.of, How.WITHIN_LAST, second.values)
        case How.IN_AT_LEAST, How.IN_AT_MOST:
            return Criterion(first.of, How.WITHIN_NEXT, second.values)
        case _:
            return None


def _named(name: Name, how: How, *values: Any) -> Criterion | None:
    path = _name(name)
    return Criterion(path, how, values) if path else None


def _name(name: Name) -> str:
    return ".".join(name.path) if len(name.path) == 2 else ""


def _is_yes_no(name: str, kinds: Kinds) -> bool:
    return name in kinds and kinds[name].type is AttributeType.YES_NO


def _value(node: Node) -> Any:
    match node:
        case Constant(value=value):
            return value
        case Negative(of=Constant(value=int() | float() as value)) if not isinstance(value, bool):
            return -value
        case _:
            return None


def _is(node: Node, value: Any) -> bool:
    found = _value(node)
    return type(found) is type(value) and found == value


# ---------------------------------------------------------------- writing


def written_criteria(criteria: Criteria) -> str:
    """The condition that says the same."""
    word = " and " if criteria.join == "all" else " or "
    parts = [_part(one, alone=len(criteria.parts) == 1) for one in criteria.parts]
    return word.join(parts)


def _part(part: Criterion | Criteria, *, alone: bool) -> str:
    if isinstance(part, Criteria):
        inside = written_criteria(part)
        return inside if alone or len(part.parts) == 1 else f"({inside})"
    text = _written(part)
    return f"({text})" if part.how in _WITHIN and not alone else text


def _written(one: Criterion) -> str:
    name, values = one.of, [written_value(value) for value in one.values]
    first = values[0] if values else ""
    if name.startswith(EVENT):
        counted = [written_value(name.removeprefix(EVENT)), *([str(one.days)] if one.days is not None else [])]
        return f"did({', '.join(counted)}) {_SIGNS[one.how]} {first}"
    match one.how:
        case How.IS_NOT:
            return f"not ({name} == {first})"
        case How.ONE_OF:
            return f"{name} in [{', '.join(values)}]"
        case How.NONE_OF:
            return f"not ({name} in [{', '.join(values)}])"
        case How.OTHER_THAN:
            return f"{name} not in [{', '.join(values)}]"
        case How.IS_OR_UNKNOWN:
            return f"default({name}, {first}) == {first}"
        case How.HAS:
            return f"{first} in {name}"
        case How.HAS_NOT:
            return f"not ({first} in {name})"
        case How.STARTS_WITH:
            return f"starts_with({name}, {first})"
        case How.KNOWN:
            return f"exists({name})"
        case How.UNKNOWN:
            return f"missing({name})"
        case How.WITHIN_LAST | How.WITHIN_NEXT:
            days = f"{_WITHIN[one.how]}({name})"
            return f"{days} >= 0 and {days} <= {first}"
        case how if how in _DAY_SIGNS:
            function, sign = _DAY_SIGNS[how]
            return f"{function}({name}) {sign} {first}"
        case how:
            return f"{name} {_SIGNS[how]} {first}"


def written_value(value: Any) -> str:
    """A constant as the language writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return format(Decimal(repr(value)), "f")
        case _:
            quoted = str(value).replace("\\", "\\\\").replace("'", "\\'")
            return f"'{quoted}'"
