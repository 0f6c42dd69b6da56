"""Liquid in responses: `Hi {{ profile.first_name | default: "there" }}`, with limits, and never an empty "Hi ,".

A value that is null, or a text or list with nothing in it, is missing. Where a missing one would be said, nothing is:
the answer is `Unsayable`, with its name. `liquid_check` sees to it that each has a default or stands under an `if`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, Mode, RenderContext, Undefined
from liquid.ast import Node
from liquid.builtin.content import Literal
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.filters import array, math, misc, string
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output
from liquid.builtin.tags import assign_tag, case_tag, comment_tag, for_tag, if_tag, unless_tag
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.expression import Expression
from liquid.tag import Tag

from bot.dialogue.locale_filters import CALENDAR, LOCALE, ZONES, date_of, locale_of, money, number, time_of
from bot.dialogue.personal import EVENT, PREFERENCES, Personal, Unsayable
from bot.domain.languages import base_language

LONGEST_TEMPLATE = 4_000
LONGEST_OUTPUT = 10_000


class LiquidFault(ValueError):
    """The text is no Liquid that we take; says what is wrong, and what to write instead."""


class _Missing(Exception):
    """A value that is missing would be said."""


class _NotThere(Undefined):
    """May be asked for in a condition and given a default; raises where it would be said or gone through."""

    __slots__ = ()

    def __str__(self) -> str:
        raise _Missing(str(self.hint or self.name).removesuffix(" is undefined"))

    def __iter__(self) -> Iterator[Any]:
        str(self)
        return iter(())

    def __len__(self) -> int:
        str(self)
        return 0

    def __int__(self) -> int:
        str(self)
        return 0


class _Limited(Environment):
    """The part of Liquid that words messages: nothing that reads files, and nothing that grows without bound."""

    block_nesting_limit = 10
    context_depth_limit = 15
    loop_iteration_limit = 1_000
    local_namespace_limit = 20_000
    output_stream_limit = LONGEST_OUTPUT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        tags: tuple[type[Tag], ...] = (Literal, Output, Illegal, if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag)
        tags += (for_tag.ForTag, for_tag.BreakTag, for_tag.ContinueTag, assign_tag.AssignTag, comment_tag.CommentTag)
        for tag in tags:
            self.add_tag(tag)
        for name, work in FILTERS.items():
            self.add_filter(name, work)


def _distinct(values: Any) -> Any:
    """Each value once. Liquid's own filter takes a property besides, and says in its faults what the values are."""
    return array.uniq(values)


FILTERS: Mapping[str, Any] = {
    "default": misc.default,
    "size": misc.size,
    "upcase": string.upcase,
    "downcase": string.downcase,
    "capitalize": string.capitalize,
    "strip": string.strip,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "append": string.append,
    "prepend": string.prepend,
    "join": array.join,
    "first": array.first,
    "last": array.last,
    "sort": array.sort,
    "uniq": _distinct,
    "plus": math.plus,
    "minus": math.minus,
    "times": math.times,
    "divided_by": math.divided_by,
    "round": math.round_,
    "floor": math.floor,
    "ceil": math.ceil,
    "number": number,
    "money": money,
    "date": date_of,
    "time": time_of,
}


@lru_cache(maxsize=1)
def environment() -> Environment:
    return _Limited(tolerance=Mode.STRICT, undefined=_NotThere, strict_filters=True)


@lru_cache(maxsize=2_000)
def template_of(source: str) -> BoundTemplate:
    """The parsed text; raises LiquidFault."""
    if len(source) > LONGEST_TEMPLATE:
        raise LiquidFault(f"it is longer than {LONGEST_TEMPLATE} characters.")
    try:
        template = environment().from_string(source)
        _check_ranges(template.nodes, RenderContext(template))
        return template
    except ResourceLimitError as error:
        raise LiquidFault(f"it is nested more than {_Limited.block_nesting_limit} deep.") from error
    except LiquidError as error:
        raise LiquidFault(f"{error.args[0]}.") from error


def _check_ranges(nodes: Iterable[Node], context: RenderContext) -> None:
    """A range stands behind `for`, which counts its rounds. Anything else would go through all of it before a limit is
    looked at: `{{ (1..900000000) | join }}`, and a `for` that begins at its end."""
    for node in nodes:
        for expression in node.expressions():
            _check_expression(expression)
        _check_ranges(node.children(context), context)


def _check_expression(expression: Expression) -> None:
    if isinstance(expression, RangeLiteral):
        raise LiquidFault(f"a range stands behind for, without reversed or offset: {{% for one in {expression} %}}.")
    counted = isinstance(expression, LoopExpression) and not expression.reversed and expression.offset is None
    for part in expression.children():
        if not (counted and isinstance(part, RangeLiteral)):
            _check_expression(part)


def locale_for(personal: Personal, language: str | None) -> str:
    """In which locale to write numbers and days into a text of this language (None: the assistant's own)."""
    language = language or personal.language
    theirs = personal.locale if base_language(personal.locale or "") == base_language(language) else None
    return locale_of(theirs, language)


def render_liquid(source: str, personal: Personal, slots: Mapping[str, Any], locale: str) -> str | Unsayable:
    """What the text says to this person; never raises, whatever their values are."""
    names = {
        "profile": _present(personal.profile),
        "lead": _present(personal.lead),
        "slots": _present(slots),
        EVENT: _present(personal.event),
        PREFERENCES: _present(personal.preferences_link),
        LOCALE: locale,
        ZONES: personal.zones,
        CALENDAR: locale if "_" in locale else locale_of(f"{locale}_{personal.region}", locale),
    }
    try:
        return str(template_of(source).render(names)).strip()
    except _Missing as missing:
        return Unsayable(f"{missing} is missing, and has no default")
    except ResourceLimitError:
        return Unsayable(f"it would be longer than {LONGEST_OUTPUT} characters, or goes round too often")
    except (LiquidFault, LiquidError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        return Unsayable(f"it cannot be worded: {str(error).splitlines()[0]}")


class _Group:
    """Values by name, and nothing else: Liquid would take the `size` of a mapping for how many names it has."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __str__(self) -> str:
        raise _Missing("one value of a group")


def _present(value: Any) -> Any:
    """The value without its empty parts; None if nothing is left."""
    match value:
        case Mapping():
            kept = {str(name): said for name, one in value.items() if (said := _present(one)) is not None}
            return _Group(kept) if kept else None
        case list() | tuple():
            return [said for one in value if (said := _present(one)) is not None] or None
        case str():
            return value if value.strip() else None
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
