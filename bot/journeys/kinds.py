"""What kind of value each part of an expression has, as far as that is declared, and what never fits together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.documents import Faults, did_you_mean
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, written_day
from bot.domain.errors import Place
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
    parse,
)

TEXT, NUMBER, YES_NO, DATE, LIST = AttributeType
WORDS = {TEXT: "a text", NUMBER: "a number", YES_NO: "yes or no", DATE: "a date", LIST: "a list"}

GRADES = tuple(letter + digit for letter in "ABC" for digit in "123")
Kinds = Mapping[str, Attribute]
"""What is declared, by its dotted name: `profile.team_size`."""

ALWAYS_THERE: Kinds = {
    "profile.tags": Attribute("tags", LIST),
    "profile.time_zone": Attribute("time_zone", TEXT),
    "profile.locale": Attribute("locale", TEXT),
    "profile.created_on": Attribute("created_on", DATE),
    "lead.fit": Attribute("fit", NUMBER),
    "lead.engagement": Attribute("engagement", NUMBER),
    "lead.total": Attribute("total", NUMBER),
    "lead.grade": Attribute("grade", TEXT, GRADES),
    "lead.likelihood": Attribute("likelihood", NUMBER),
    "lead.churn_risk": Attribute("churn_risk", NUMBER),
}
"""What everybody has, whatever `journeys/profile.yml` says."""


def kinds_of(schema: ProfileSchema | None) -> Kinds:
    declared = schema.attributes if schema is not None else {}
    return {**{f"profile.{name}": attribute for name, attribute in declared.items()}, **ALWAYS_THERE}


def profile_names(schema: ProfileSchema | None) -> frozenset[str] | None:
    """What may follow `profile.`; None where nothing is declared and anything may."""
    if schema is None:
        return None
    own = (name.removeprefix("profile.") for name in ALWAYS_THERE if name.startswith("profile."))
    return frozenset((*schema.attributes, *own))


def check_day(attribute: str, schema: ProfileSchema | None, faults: Faults, place: Place) -> None:
    """Report an attribute that is to name a day, and that nobody declared or that never does: nobody's time would come.
    A text may be a day with a time."""
    if schema is None:
        return
    declared = schema.attributes.get(attribute)
    if declared is None:
        faults.unknown(place, "attribute", attribute, schema.attributes)
    elif declared.type not in (DATE, TEXT):
        kind = WORDS[declared.type]
        faults.add(place, f"profile.{attribute} is {kind}, and names no day.", "Name an attribute whose type is date.")


def kind_of_source(source: str, schema: ProfileSchema | None) -> AttributeType | None:
    """The kind of what an expression computes; None where it is not known, or cannot be read."""
    try:
        return check_kinds(parse(source), kinds_of(schema))
    except ExpressionError:
        return None


def check_kinds(node: Node, kinds: Kinds) -> AttributeType | None:
    """The kind of the value, None where it is not known; raises ExpressionError where two things never fit."""
    match node:
        case Constant(value=value):
            return _kind_of_value(value)
        case Name(path=path):
            return _kind_of_name(path, kinds)
        case Items(items=items):
            for item in items:
                check_kinds(item, kinds)
            return LIST
        case Negated(of=of):
            check_kinds(of, kinds)
            return YES_NO
        case Negative(of=of):
            _must_be(of, kinds, NUMBER, why='"-" is for numbers')
            return NUMBER
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                check_kinds(part, kinds)
            return YES_NO
        case Comparison():
            _check_comparison(node, kinds)
            return YES_NO
        case Arithmetic():
            return _check_arithmetic(node, kinds)
        case Did():
            return NUMBER
        case Call(function=function, arguments=arguments):
            return _check_call(function, arguments, kinds)


def _kind_of_value(value: Any) -> AttributeType | None:
    match value:
        case bool():
            return YES_NO
        case int() | float():
            return NUMBER
        case str():
            return TEXT
        case _:
            return None


def _kind_of_name(path: tuple[str, ...], kinds: Kinds) -> AttributeType | None:
    attribute = kinds.get(".".join(path[:2]))
    if attribute is None:
        return None
    if len(path) > 2:
        whole = ".".join(path[:2])
        raise ExpressionError(f'{whole} is {WORDS[attribute.type]} and has no parts, so there is no "{path[2]}" in it.')
    return attribute.type


# ---------------------------------------------------------------- comparisons


def _check_comparison(node: Comparison, kinds: Kinds) -> None:
    left, right = check_kinds(node.left, kinds), check_kinds(node.right, kinds)
    if node.sign in ("in", "not in"):
        _check_box(node, left, right, kinds)
        return
    for side, kind in ((node.left, left), (node.right, right)):
        if kind is LIST:
            raise ExpressionError(
                f"{_shown(side)} is a list, which compares with nothing. Write 'x' in {_shown(side)}."
            )
    if YES_NO in (left, right) and node.sign not in ("==", "!="):
        raise ExpressionError(f'"{node.sign}" has no meaning for yes or no. Write == true, or == false.')
    _check_pair(node.left, left, node.right, right, kinds)


def _check_box(node: Comparison, left: AttributeType | None, right: AttributeType | None, kinds: Kinds) -> None:
    if isinstance(node.right, Items):
        for item in node.right.items:
            _check_pair(node.left, left, item, check_kinds(item, kinds), kinds)
    elif right is TEXT and left not in (TEXT, DATE, None):
        raise ExpressionError(
            f"{_shown(node.right)} is a text, and {_shown(node.left)} is {_words(left)}: never in it."
        )
    elif right not in (LIST, TEXT, None):
        raise ExpressionError(
            f'"{node.sign}" looks into a list or a text, and {_shown(node.right)} is {_words(right)}.'
        )


def _check_pair(
    left: Node, left_kind: AttributeType | None, right: Node, right_kind: AttributeType | None, kinds: Kinds
) -> None:
    """Two values that are held against each other must be of one kind, and among the declared ones."""
    for one, other, kind in ((left, right, left_kind), (right, left, right_kind)):
        if not isinstance(other, Constant):
            continue
        if kind is DATE and isinstance(other.value, str):
            if written_day(other.value) is None:
                raise ExpressionError(f"{_shown(one)} is a date, and {_shown(other)} is none. Write '2026-11-24'.")
            return
        _check_declared(one, other.value, kinds)
    if left_kind is None or right_kind is None or left_kind is right_kind:
        return
    advice = ""
    if {left_kind, right_kind} == {NUMBER, TEXT}:
        advice = " Leave out the quotation marks." if _is_number_in_quotes(left) or _is_number_in_quotes(right) else ""
    elif {left_kind, right_kind} == {NUMBER, DATE}:
        advice = " Put quotation marks around a date: '2026-11-24'."
    raise ExpressionError(
        f"{_shown(left)} is {_words(left_kind)} and {_shown(right)} is {_words(right_kind)}: "
        f"that is never true.{advice}"
    )


def _check_declared(one: Node, value: Any, kinds: Kinds) -> None:
    attribute = kinds.get(".".join(one.path)) if isinstance(one, Name) else None
    if attribute is None or not attribute.one_of or value in attribute.one_of:
        return
    if _kind_of_value(value) is not attribute.type:
        return
    known = [str(known) for known in attribute.one_of]
    near = did_you_mean(str(value), known) or f"Known: {', '.join(known[:12])}."
    raise ExpressionError(f'{_shown(one)} is never "{value}". {near}')


def _is_number_in_quotes(node: Node) -> bool:
    return isinstance(node, Constant) and isinstance(node.value, str) and node.value.replace(".", "", 1).isdecimal()


# ---------------------------------------------------------------- calculations and functions


def _check_arithmetic(node: Arithmetic, kinds: Kinds) -> AttributeType | None:
    parts = [node.first, *(part for _, part in node.rest)]
    if all(sign == "+" for sign, _ in node.rest):
        found = [check_kinds(part, kinds) for part in parts]
        if TEXT in found or DATE in found:
            for part, kind in zip(parts, found, strict=True):
                if kind not in (TEXT, DATE, None):
                    raise ExpressionError(f"{_shown(part)} is {_words(kind)}. Write text(...) to put it into a text.")
            return TEXT
        if None in found and NUMBER not in found:
            return None
    for part in parts:
        _must_be(part, kinds, NUMBER, why="only numbers are calculated with")
    return NUMBER


_TAKES: Mapping[str, tuple[AttributeType, ...]] = {
    "lower": (TEXT, DATE),
    "length": (TEXT, DATE, LIST),
    "text": (TEXT, DATE, NUMBER, YES_NO),
    "starts_with": (TEXT, DATE),
    "days_since": (DATE,),
    "days_until": (DATE,),
}
_GIVES = {
    "lower": TEXT,
    "length": NUMBER,
    "text": TEXT,
    "exists": YES_NO,
    "missing": YES_NO,
    "starts_with": YES_NO,
    "days_since": NUMBER,
    "days_until": NUMBER,
    "today": DATE,
}


def _check_call(function: str, arguments: tuple[Node, ...], kinds: Kinds) -> AttributeType | None:
    if function == "default":
        first, second = (check_kinds(argument, kinds) for argument in arguments)
        return first if first is second else None
    for argument in arguments:
        if function in ("days_since", "days_until") and isinstance(argument, Constant):
            if not isinstance(argument.value, str) or written_day(argument.value) is None:
                raise ExpressionError(f"{_shown(argument)} is no date. Write '2026-11-24'.")
        elif function in _TAKES:
            _must_be(argument, kinds, *_TAKES[function], why=f"{function}() takes {_either(_TAKES[function])}")
        else:
            check_kinds(argument, kinds)
    return _GIVES[function]


def _must_be(node: Node, kinds: Kinds, *wanted: AttributeType, why: str) -> None:
    kind = check_kinds(node, kinds)
    if kind is not None and kind not in wanted:
        raise ExpressionError(f"{_shown(node)} is {_words(kind)}, and {why}.")


def _either(kinds: tuple[AttributeType, ...]) -> str:
    return " or ".join(WORDS[kind] for kind in kinds if kind is not DATE or len(kinds) == 1)


def _words(kind: AttributeType | None) -> str:
    return WORDS[kind] if kind is not None else "of no known type"


def _shown(node: Node) -> str:
    match node:
        case Name(path=path):
            return ".".join(path)
        case Constant(value=bool() as value):
            return str(value).lower()
        case Constant(value=str() as value):
            return f"'{value}'"
        case Constant(value=value):
            return str(value)
        case Call(function=function):
            return f"{function}(...)"
        case _:
            return "one side"
