"""Reads an expression into nodes; what they mean is in `bot/journeys/expression.py`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from bot.documents import did_you_mean

LONGEST_SOURCE = 4000
DEEPEST = 30
LARGEST_NUMBER = 2**53
"""From here on not every whole number is one of its own in floating point, as databases and JSON have it."""

SMALLEST_NUMBER = 1e-100
"""What is nearer to zero counts as zero, so that no product of two numbers is too small to be one."""

FUNCTIONS = {
    "lower": 1,
    "length": 1,
    "text": 1,
    "exists": 1,
    "missing": 1,
    "default": 2,
    "starts_with": 2,
    "days_since": 1,
    "days_until": 1,
    "today": 0,
}
"""Each function, and how many values it takes; `did` is a node of its own."""

MOST_DAYS = 3660
"""How far back `did` looks: ten years."""

ADVICE = {
    "=": 'Write "==" to compare.',
    "&": 'Write "and".',
    "|": 'Write "or".',
    "!": 'Write "not", or "!=" for "is not".',
    "{": "Values in braces are not part of the language; write a list: ['a', 'b'].",
    "'": "Close the quotation mark.",
    '"': "Close the quotation mark.",
}


IN = "Write 'x' in ..., for a list and for a part of a text."
SURPRISES = {"is": 'Write "==" or "!=".', "contains": IN, "includes": IN}
"""Words that other languages have, and what is written here."""


class ExpressionError(ValueError):
    """The text is no expression; says what is wrong and what to write instead."""


# ---------------------------------------------------------------- what an expression is made of


@dataclass(frozen=True, slots=True)
class Constant:
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """`not x`"""

    of: Node


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`"""

    of: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first`, then each sign and value from left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Did:
    """`did('pricing.viewed', 30)`: how often the event happened to the person, in so many days or ever (None)."""

    event: str
    days: int | None = None


Node = Constant | Name | Items | Negated | Negative | AllOf | AnyOf | Comparison | Arithmetic | Call | Did


def parts_of(node: Node) -> Sequence[Node]:
    """What the node is directly made of."""
    match node:
        case Items(items=parts) | AllOf(parts=parts) | AnyOf(parts=parts) | Call(arguments=parts):
            return parts
        case Negated(of=of) | Negative(of=of):
            return (of,)
        case Comparison(left=left, right=right):
            return (left, right)
        case Arithmetic(first=first, rest=rest):
            return (first, *(part for _, part in rest))
        case Constant() | Name() | Did():
            return ()


def leaves_of(node: Node) -> Iterator[Node]:
    """The parts that have no parts: constants, names, and what is counted."""
    parts = parts_of(node)
    if not parts:
        yield node
    for part in parts:
        yield from leaves_of(part)


@lru_cache(maxsize=4096)
def parse(source: str) -> Node:
    """Raises ExpressionError."""
    return _Parser(source).whole()


def bounded(number: int | float) -> int | float | None:
    """The number, or None (null) where it is infinite, no number at all, or too large to be exact."""
    if isinstance(number, float) and not math.isfinite(number):
        return None
    if abs(number) >= LARGEST_NUMBER:
        return None
    return number if abs(number) >= SMALLEST_NUMBER else 0


# ---------------------------------------------------------------- reading

_TOKEN = re.compile(
    r"""(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    |(?P<sign>==|!=|<=|>=|[<>+\-*/%()\[\],])""",
    re.VERBOSE | re.DOTALL,
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "in", "not in")
_WORDS = ("and", "or", "not", "in")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


_NOTHING = _Token("end", "")
_IN_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""What no database keeps, so that nothing could be compared with it."""


def _tokens(source: str) -> tuple[_Token, ...]:
    if len(source) > LONGEST_SOURCE:
        raise ExpressionError(f"it is longer than {LONGEST_SOURCE} characters. Use several steps.")
    if (odd := _IN_NO_TEXT.search(source)) is not None:
        raise ExpressionError(
            f"it has a character that no text has, at {odd.start() + 1}: NUL, or half of a pair. Take it out."
        )
    found = []
    position = 0
    while position < len(source):
        if source[position].isspace():
            position += 1
            continue
        match = _TOKEN.match(source, position)
        if match is None:
            character = source[position]
            advice = ADVICE.get(character, "")
            raise ExpressionError(f'"{character}" at character {position + 1} is not understood. {advice}'.rstrip())
        kind = str(match.lastgroup)
        found.append(_Token("word" if kind == "name" and match.group() in _WORDS else kind, match.group()))
        position = match.end()
    return tuple(found)


class _Parser:
    """Recursive descent, loosest first: or, and, not, comparison, + -, * / %, minus, a value."""

    def __init__(self, source: str) -> None:
        self._tokens = _tokens(source)
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        if not self._tokens:
            raise ExpressionError("it is empty.")
        node = self._any()
        if self._token() is not _NOTHING:
            self._surprise("an operator such as ==, in, and")
        return node

    def _token(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else _NOTHING

    def _take(self, *texts: str) -> str | None:
        token = self._token()
        if token.kind in ("sign", "word") and token.text in texts:
            self._next += 1
            return token.text
        return None

    def _need(self, text: str) -> None:
        if self._take(text) is None:
            self._surprise(f'"{text}"')

    def _surprise(self, wanted: str) -> NoReturn:
        token = self._token()
        if token is _NOTHING:
            raise ExpressionError(f"it ends where {wanted} should follow.")
        small = token.text.lower()
        advice = SURPRISES.get(small, f'Write "{small}".' if small in _WORDS else "")
        raise ExpressionError(f'it has "{token.text}" where {wanted} should be. {advice}'.rstrip())

    def _any(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(f"it is nested more than {DEEPEST} deep. Use several steps.")
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self) -> Node:
        parts = [self._not()]
        while self._take("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _not(self) -> Node:
        times = 0
        while self._take("not"):
            times += 1
        node = self._comparison()
        for _ in range(min(times, 2 - times % 2)):
            node = Negated(node)
        return node

    def _comparison(self) -> Node:
        left = self._sum()
        sign = self._comparison_sign()
        if sign is None:
            return left
        right = self._sum()
        if self._comparison_sign() is not None:
            raise ExpressionError('two comparisons in a row. Join them with "and": a < b and b < c.')
        if Constant(None) in (left, right):
            raise ExpressionError(
                "a comparison with null is always false. Write exists(...) or missing(...) to ask whether it is set."
            )
        return Comparison(sign, left, right)

    def _comparison_sign(self) -> str | None:
        if self._take("not"):
            self._need("in")
            return "not in"
        return self._take(*_COMPARISONS)

    def _sum(self) -> Node:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Node:
        return self._chain(self._signed, "*", "/", "%")

    def _chain(self, part: Callable[[], Node], *signs: str) -> Node:
        first = part()
        rest = []
        while sign := self._take(*signs):
            rest.append((sign, part()))
        return Arithmetic(first, tuple(rest)) if rest else first

    def _signed(self) -> Node:
        negative = False
        while self._take("-"):
            negative = not negative
        return Negative(self._primary()) if negative else self._primary()

    def _primary(self) -> Node:
        token = self._token()
        if self._take("("):
            node = self._any()
            self._need(")")
            return node
        if self._take("["):
            return Items(self._list("]"))
        if token.kind not in ("number", "text", "name"):
            self._surprise("a value")
        self._next += 1
        if token.kind == "number":
            return Constant(bounded(float(token.text) if "." in token.text else int(token.text)))
        if token.kind == "text":
            return Constant(re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL))
        if self._take("("):
            return self._call(token.text)
        if token.text in _CONSTANTS:
            return Constant(_CONSTANTS[token.text])
        return Name(tuple(token.text.split(".")))

    def _list(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._take(closing):
            if items:
                self._need(",")
            items.append(self._any())
        return tuple(items)

    def _call(self, name: str) -> Node:
        arguments = self._list(")")
        if name == "did":
            return _did(arguments)
        if name not in FUNCTIONS:
            near = SURPRISES.get(name) or did_you_mean(name, [*FUNCTIONS, "did"])
            raise ExpressionError(f'there is no function "{name}". {near}'.rstrip())
        wanted = FUNCTIONS[name]
        if len(arguments) != wanted:
            raise ExpressionError(f"{name}() takes {wanted} value{'s' * (wanted != 1)}, not {len(arguments)}.")
        return Call(name, arguments)


def _did(arguments: Sequence[Node]) -> Did:
    """`did('pricing.viewed')` or `did('pricing.viewed', 30)`; both are written out, for the database looks them up."""
    match arguments:
        case [Constant(value=str() as event)] if event:
            return Did(event)
        case [Constant(value=str() as event), Constant(value=int() as days)] if event and 0 < days <= MOST_DAYS:
            return Did(event, days)
    raise ExpressionError(
        "did() takes the name of an event in quotation marks, and perhaps how many days back: "
        f"did('pricing.viewed', 30). Days are a whole number from 1 to {MOST_DAYS}."
    )
