"""Checks the Liquid of a response: each name is known, and each value that may be missing has a default or a condition.

`{{ profile.first_name | default: "there" }}`, or `{% if profile.first_name %}Hi {{ profile.first_name }}{% endif %}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel.numbers import list_currencies
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.expressions import Filter, FilteredExpression, LoopExpression, Path
from liquid.builtin.expressions.logical import (
    BooleanExpression,
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LtExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty, Literal, Nil
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from bot.dialogue.liquid import FILTERS, LiquidFault, template_of
from bot.dialogue.locale_filters import LENGTHS
from bot.dialogue.personal import EVENT, GROUPS, PREFERENCES
from bot.documents import did_you_mean

ALWAYS = frozenset(("lead.fit", "lead.engagement", "lead.total", "lead.grade", "profile.created_on", PREFERENCES))
"""What everybody has."""

_COMPARED = (EqExpression, GtExpression, GeExpression, LtExpression, LeExpression, ContainsExpression)


def check_liquid(source: str, slots: Iterable[str]) -> frozenset[str]:
    """The attributes of the profile that the text looks at; raises LiquidFault for what would be wrong with it."""
    checking = _Checking(frozenset(slots))
    checking.all(template_of(source).nodes, frozenset())
    return frozenset(checking.attributes)


class _Checking:
    """`sure` are the names that are there wherever we are: a condition has asked for them."""

    def __init__(self, slots: frozenset[str]) -> None:
        self._slots = slots
        self._own = {"forloop"}
        self.attributes: set[str] = set()

    def all(self, nodes: Iterable[Node], sure: frozenset[str]) -> None:
        for node in nodes:
            self._node(node, sure)

    def _node(self, node: Node | None, sure: frozenset[str]) -> None:
        match node:
            case None:
                return
            case OutputNode():
                self._said(node.expression, sure)
            case AssignNode():
                self._said(node.expression, sure)
                self._own.add(str(node.name))
            case IfNode():
                self._asked(node.condition)
                self._node(node.consequence, sure | _there_if(node.condition))
                self._others(node.alternatives, sure)
                self._node(node.default, sure)
            case UnlessNode():
                self._asked(node.condition)
                self._node(node.consequence, sure)
                self._others(node.alternatives or [], sure)
                self._node(node.default, sure | _there_if(node.condition))
            case CaseNode():
                self._asked(node.expression)
                for block in node.blocks:
                    if isinstance(block, MultiExpressionBlockNode):
                        self._node(block.block, sure | _name(node.expression))
                    else:
                        self._node(block, sure)
            case ForNode():
                self._loop(node, sure)
            case BlockNode():
                self.all(node.nodes, sure)
            case _:
                return

    def _others(self, alternatives: Iterable[ConditionalBlockNode], sure: frozenset[str]) -> None:
        for other in alternatives:
            self._asked(other.expression)
            self._node(other.block, sure | _there_if(other.expression))

    def _loop(self, node: ForNode, sure: frozenset[str]) -> None:
        loop = node.expression
        assert isinstance(loop, LoopExpression)  # noqa: S101
        for part in loop.children():
            self._value(part, sure)
        self._own.add(str(loop.identifier))
        self._node(node.block, sure)
        self._node(node.default, sure)

    def _asked(self, condition: Expression) -> None:
        """A condition may ask for what is missing; its names must be known all the same."""
        if isinstance(condition, Path):
            self._known(condition)
        for part in condition.children():
            self._asked(part)

    def _said(self, expression: Expression, sure: frozenset[str]) -> None:
        if not isinstance(expression, FilteredExpression):
            self._value(expression, sure)
            return
        filters = list(expression.filters or [])
        for one in filters:
            if one.name not in FILTERS:
                raise LiquidFault(f'there is no filter "{one.name}". {did_you_mean(one.name, FILTERS)}'.rstrip())
            _check_arguments(one)
            for argument in one.args:
                self._value(argument.value, sure)
        if filters and filters[0].name == "default":
            self._asked(expression.left)
            given = filters[0].args[0].value if filters[0].args else None
            if (
                given is None
                or isinstance(given, Nil | Empty | Blank)
                or (isinstance(given, Literal) and not str(given.value).strip())
            ):
                raise LiquidFault(f'the default of {expression.left} says nothing. Write default: "there".')
            return
        self._value(expression.left, sure)

    def _value(self, expression: Expression, sure: frozenset[str]) -> None:
        """What would be said must be there."""
        if not isinstance(expression, Path):
            return
        name = self._known(expression)
        if name is not None and name not in sure | ALWAYS:
            raise LiquidFault(
                f"{name} may be missing. "
                f'Give it a default first: {{{{ {name} | default: "there" }}}}, or ask for it: {{% if {name} %}}.'
            )

    def _known(self, path: Path) -> str | None:
        """The dotted name, once it is known; None for one that the text makes itself."""
        root, *rest = path.path
        if root in self._own:
            return None
        if root == PREFERENCES and not rest:
            return PREFERENCES
        if root not in GROUPS:
            known = (*GROUPS, PREFERENCES, *self._own)
            raise LiquidFault(f'there is no "{root}" to look at. {did_you_mean(str(root), known)}'.rstrip())
        if not rest or not all(isinstance(part, str) or (root == EVENT and isinstance(part, int)) for part in rest):
            raise LiquidFault(f'"{path}" is no single value. Say which one: {{{{ {root}.name }}}}.')
        name = f"{root}.{'.'.join(map(str, rest))}"
        if root == "profile":
            self.attributes.add(str(rest[0]))
        if root == "slots" and rest[0] not in self._slots:
            raise LiquidFault(f'there is no slot "{rest[0]}". {did_you_mean(str(rest[0]), self._slots)}'.rstrip())
        if root == "lead" and name not in ALWAYS:
            known_of_lead = [one.removeprefix("lead.") for one in ALWAYS if one.startswith("lead.")]
            raise LiquidFault(f'there is no "{name}". {did_you_mean(str(rest[0]), known_of_lead)}'.rstrip())
        return name


def _check_arguments(one: Filter) -> None:
    """What stands there in quotes; a message with another currency or length could never be worded."""
    given = one.args[0].value if one.args else None
    if one.name == "money" and given is None:
        raise LiquidFault('money takes a currency. Write money: "EUR".')
    if not isinstance(given, Literal):
        return
    if one.name == "money" and given.value not in (known := list_currencies()):
        meant = str(given.value).upper()
        meant = meant if meant in known else "EUR"
        raise LiquidFault(f'there is no currency "{given.value}". Write its three letters: money: "{meant}".')
    if one.name == "date" and given.value not in LENGTHS:
        raise LiquidFault(f'date takes no "{given.value}". {did_you_mean(str(given.value), LENGTHS)}')


def _name(expression: Expression) -> frozenset[str]:
    return frozenset({".".join(map(str, expression.path))}) if isinstance(expression, Path) else frozenset()


def _there_if(condition: Expression) -> frozenset[str]:
    """The names that are there where this condition holds."""
    match condition:
        case BooleanExpression():
            return _there_if(condition.expression)
        case Path():
            return _name(condition)
        case LogicalAndExpression():
            return _there_if(condition.left) | _there_if(condition.right)
        case condition if isinstance(condition, _COMPARED):
            sides: Any = condition
            literal = isinstance(sides.right, Literal) and bool(str(sides.right.value))
            return _name(sides.left) if literal else frozenset()
        case _:
            return frozenset()
