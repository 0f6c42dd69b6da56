"""Conditions of the expression language as SQL over the rows of `profile`, true for whom Python finds them true.

A value's type is known only when it is looked at, so each part of an expression becomes several SQL expressions, its
views: one for each type that it may have. `bot/journeys/selection.py` refuses what cannot be said so.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from bot.adapters.database.json_in_postgresql import PostgresqlJson
from bot.adapters.database.json_in_sqlite import SqliteJson
from bot.adapters.database.sealing import OFF, Sealing
from bot.adapters.database.views import ZERO, Sql, Views, bounded, compared, sure
from bot.adapters.tables import person_event, profile, score_change
from bot.domain.likelihood import Scorecard
from bot.domain.score import MOST_HALVINGS, USUAL_GRADES, Grades
from bot.journeys.expression import LONGEST_TEXT
from bot.journeys.syntax import (
    AllOf,
    AnyOf,
    Arithmetic,
    Call,
    Comparison,
    Constant,
    Did,
    Items,
    Name,
    Negated,
    Negative,
    Node,
    parse,
)

TODAY = "today"
"""The value that a statement with a condition needs: the day that it is in UTC, as text."""

NOTHING = Views()
_CREATED: Sql = type_coerce(profile.c.created_at, BigInteger)


@lru_cache(maxsize=500)
def condition(
    source: str,
    *,
    postgresql: bool,
    cards: tuple[Scorecard, ...] = (),
    grades: Grades = USUAL_GRADES,
    sealing: Sealing = OFF,
) -> Sql:
    """The condition over `profile`; needs the value TODAY. The same one for the same source, so that it compiles once.

    `cards` say how likely people are to be won, or to leave; without one that is not known of anybody.
    `grades` say which points make a grade. Attributes that are sealed are compared by their blind indexes.

    Raises ValueError for what `selection.check_selection` refuses.
    """
    return _Translation(PostgresqlJson() if postgresql else SqliteJson(), cards, grades, sealing).truth(parse(source))


def grade(grades: Grades, *, postgresql: bool) -> Sql:
    """The grade of each row of `profile`, by what makes one; needs the value TODAY."""
    return _Translation(PostgresqlJson() if postgresql else SqliteJson(), (), grades, OFF).grade()


class _Translation:
    def __init__(
        self, json: PostgresqlJson | SqliteJson, cards: tuple[Scorecard, ...], grades: Grades, sealing: Sealing
    ) -> None:
        self._json = json
        self._grades = grades
        self._sealing = sealing
        self._cards = {one.predicts: one for one in cards if one.is_on}

    def truth(self, node: Node) -> Sql:
        """Whether the value counts as true: never NULL."""
        match node:
            case Negated(of=of):
                return not_(self.truth(of))
            case AllOf(parts=parts):
                return and_(true(), *(self.truth(part) for part in parts))
            case AnyOf(parts=parts):
                return or_(false(), *(self.truth(part) for part in parts))
            case Comparison(left=Constant(value=str()), right=Name() as name) if self._is_sealed(name):
                return self._found_by_index(node.sign, name, (node.left,))
            case Comparison(left=Name() as name, right=Constant(value=str())) if self._is_sealed(name):
                return self._found_by_index(node.sign, name, (node.right,))
            case Comparison(left=Name() as name, right=Items(items=items)) if self._is_sealed(name):
                return self._found_by_index(node.sign, name, items)
            case Comparison(sign="in" | "not in"):
                return self._contains(node)
            case Comparison(sign=sign, left=left, right=right):
                return self._compared(self.views(left), sign, self.views(right))
            case Did():
                return exists(literal_column("1")).where(*self._happened(node)).correlate(profile)
            case Call(function="exists", arguments=(argument,)):
                return self.views(argument).is_there
            case Call(function="missing", arguments=(argument,)):
                return not_(self.views(argument).is_there)
            case Call(function="starts_with", arguments=(whole, beginning)):
                return self._starts(self.views(whole).text, self.views(beginning).text)
            case _:
                return self._counts_as_true(self.views(node))

    def views(self, node: Node) -> Views:
        match node:
            case Constant(value=value):
                return _constant(value)
            case Name(path=path):
                return self._named(path)
            case Did():
                times = select(func.count()).where(*self._happened(node)).correlate(profile).scalar_subquery()
                return Views(number=cast(times, Float))
            case Negative(of=of):
                number = self.views(of).number
                return NOTHING if number is None else Views(number=ZERO - number)
            case Arithmetic(first=first, rest=rest):
                result = self.views(first)
                for sign, part in rest:
                    result = self._calculated(sign, result, self.views(part))
                return result
            case Call(function="length", arguments=(argument,)):
                return self._length(self.views(argument))
            case Call(function="default", arguments=(value, otherwise)):
                return _default(self.views(value), self.views(otherwise))
            case Call(function="days_since" | "days_until" as function, arguments=(argument,)):
                days = self._days_since(argument)
                return NOTHING if days is None else Views(number=days if function == "days_since" else ZERO - days)
            case Negated() | AllOf() | AnyOf() | Comparison():
                return _yes_or_no(self.truth(node))
            case Call(function="exists" | "missing" | "starts_with"):
                return _yes_or_no(self.truth(node))
            case _:
                raise ValueError(f"{node} cannot be said in SQL; check_selection refuses it.")

    # ------------------------------------------------------------ names

    def _named(self, path: tuple[str, ...]) -> Views:
        match path:
            case ("profile", "tags"):
                return Views(items=profile.c.tags)
            case ("profile", "time_zone"):
                return Views(text=profile.c.time_zone)
            case ("profile", "locale"):
                return Views(text=profile.c.locale)
            case ("profile", "created_on"):
                return Views(text=self._json.day_of(_CREATED))
            case ("profile", "tags" | "time_zone" | "locale" | "created_on", *_):
                return NOTHING
            case ("profile", *names):
                return self._json.at(profile.c.attributes, names)
            case ("lead", "fit"):
                return Views(number=self._points(score_change.c.dimension == "fit"))
            case ("lead", "engagement"):
                return Views(number=self._points(score_change.c.dimension != "fit"))
            case ("lead", "total"):
                return Views(number=self._points(true()))
            case ("lead", "grade"):
                return Views(text=self.grade())
            case ("lead", "likelihood" | "churn_risk" as predicts):
                card = self._cards.get(predicts)
                return NOTHING if card is None else Views(number=cast(self._percent(card), Float))
            case _:
                return NOTHING

    # ------------------------------------------------------------ scores

    def _points(self, of: Sql) -> Sql:
        return bounded(cast(self._sum(of), Float))

    def grade(self) -> Sql:
        """As `bot.domain.score.Grades.of`."""
        grades = self._grades
        fit, engagement = self._sum(score_change.c.dimension == "fit"), self._sum(score_change.c.dimension != "fit")
        letter = case(
            (fit >= grades.a, literal_column("'A'")),
            (fit >= grades.b, literal_column("'B'")),
            else_=literal_column("'C'"),
        )
        digit = case(
            (engagement >= grades.one, literal_column("'1'")),
            (engagement >= grades.two, literal_column("'2'")),
            else_=literal_column("'3'"),
        )
        return type_coerce(letter, Text) + type_coerce(digit, Text)

    def _sum(self, of: Sql) -> Sql:
        changes = select(func.coalesce(func.sum(self._worth()), 0)).where(score_change.c.profile_id == profile.c.id)
        return changes.where(of).correlate(profile).scalar_subquery()

    def _worth(self) -> Sql:
        """As `bot.domain.score.ScoreChange.worth`: both databases divide whole numbers towards nought."""
        today: Sql = bindparam(TODAY, type_=Text)
        points, half_life = cast(score_change.c.points, BigInteger), cast(score_change.c.half_life, BigInteger)
        gone = cast(self._json.days_after(type_coerce(score_change.c.at, BigInteger), today), BigInteger)
        days = case((gone > 0, gone), else_=literal_column("0", BigInteger))
        halvings = days // half_life
        left = points * (2 * half_life - days % half_life) // (2 * half_life).bitwise_lshift(cast(halvings, Integer))
        return case(
            (half_life.is_(None), points), (halvings > MOST_HALVINGS, literal_column("0", BigInteger)), else_=left
        )

    def _percent(self, card: Scorecard) -> Sql:
        """As `bot.journeys.likelihood.likelihood`; NULL for whoever objects or is restricted."""
        points: Sql = literal_column("0", Integer)
        for one in card.characteristics:
            bins = [(self.truth(parse(each.condition)), literal_column(str(each.points), Integer)) for each in one.bins]
            if bins:
                points = points + case(*bins, else_=literal_column("0", Integer))
        # Its own table, one row long: the points are worked out once, and not once for each rung.
        reached = select(points.label("points")).correlate(profile).offset(literal_column("0")).subquery()
        rungs: list[tuple[Any, Any]] = [
            (reached.c.points >= rung.points, literal_column(str(rung.percent))) for rung in card.ladder[:0:-1]
        ]
        lowest = literal_column(str(card.ladder[0].percent), Integer)
        percent = select(case(*rungs, else_=lowest) if rungs else lowest).select_from(reached).scalar_subquery()
        foretold = and_(profile.c.objected_at.is_(None), profile.c.restricted_at.is_(None))
        return case((foretold, percent))

    # ------------------------------------------------------------ events

    def _happened(self, did: Did) -> list[Sql]:
        """Which lines of the person's timeline are counted."""
        counted = [person_event.c.profile_id == profile.c.id, person_event.c.event == literal(did.event, Text)]
        if did.days is not None:
            today: Sql = bindparam(TODAY, type_=Text)
            first = self._json.start_of_day(today, did.days - 1)
            counted.append(type_coerce(person_event.c.at, BigInteger) >= first)
        return counted

    # ------------------------------------------------------------ comparisons

    def _compared(self, left: Views, sign: str, right: Views) -> Sql:
        """True where both are of one type and compare so."""
        found = []
        if left.number is not None and right.number is not None:
            found.append(compared(left.number, sign, right.number))
        if left.text is not None and right.text is not None:
            one = left.text if sign in ("==", "!=") else self._json.ordered(left.text)
            found.append(compared(one, sign, right.text))
        if left.boolean is not None and right.boolean is not None and sign in ("==", "!="):
            same = sure(left.boolean.op("=", is_comparison=True)(right.boolean))
            different = sure(left.boolean.op("<>", is_comparison=True)(right.boolean))
            found.append(same if sign == "==" else different)
        return or_(false(), *found)

    def _is_sealed(self, name: Name) -> bool:
        return self._sealing.is_on and name.path[0] == "profile" and name.path[1] in self._sealing.contact

    def _found_by_index(self, sign: str, name: Name, wanted: tuple[Node, ...]) -> Sql:
        """A comparison of a sealed attribute with texts: what stands in its place is compared with blind indexes.

        The texts themselves count as well, for an attribute may have been written before there were keys.
        """
        texts = [one.value for one in wanted if isinstance(one, Constant) and isinstance(one.value, str)]
        value = self.views(name)
        found = self._among(value, (*wanted, *(Constant(self._sealing.index(one)) for one in texts)))
        if sign in ("==", "in"):
            return found
        there = value.is_there if sign == "not in" or value.text is None else value.text.is_not(None)
        return and_(there, not_(found))

    def _starts(self, text: Sql | None, beginning: Sql | None) -> Sql:
        return false() if text is None or beginning is None else sure(self._json.starts(text, beginning))

    def _contains(self, node: Comparison) -> Sql:
        value = self.views(node.left)
        wanted = node.sign == "in"
        if isinstance(node.right, Items):
            found = self._among(value, node.right.items)
            return found if wanted else and_(value.is_there, not_(found))
        box = self.views(node.right)
        answers = []
        if box.items is not None:
            only = _text_of(node.left)
            found = self._json.holds(box.items, lambda item: self._compared(item, "==", value), only)
            answers.append(and_(box.items.is_not(None), found if wanted else and_(value.is_there, not_(found))))
        if box.text is not None and value.text is not None:
            found = self._json.find(box.text, value.text)
            answers.append(sure(found if wanted else not_(found)))
        return or_(false(), *answers)

    def _among(self, value: Views, items: tuple[Node, ...]) -> Sql:
        """Whether the value is one of these. Constants of one type are asked for at once."""
        constants = [item.value for item in items if isinstance(item, Constant)]
        texts = [one for one in constants if isinstance(one, str)]
        numbers = [float(one) for one in constants if isinstance(one, int | float) and not isinstance(one, bool)]
        found = []
        if texts and value.text is not None:
            found.append(sure(value.text.in_([literal(one, Text) for one in texts])))
        if numbers and value.number is not None:
            found.append(sure(value.number.in_([literal(one, Float) for one in numbers])))
        others = [item for item in items if not isinstance(item, Constant) or isinstance(item.value, bool)]
        found += [self._compared(self.views(item), "==", value) for item in others]
        return or_(false(), *found)

    def _counts_as_true(self, value: Views) -> Sql:
        found = []
        if value.boolean is not None:
            found.append(sure(value.boolean))
        if value.number is not None:
            found.append(sure(value.number != ZERO))
        if value.text is not None:
            found.append(sure(value.text != ""))
        if value.items is not None:
            found.append(sure(self._json.count_items(value.items) > 0))
        if value.group is not None:
            found.append(and_(value.group.is_not(None), self._json.count_names(value.group) > 0))
        return or_(false(), *found)

    # ------------------------------------------------------------ calculations

    def _calculated(self, sign: str, left: Views, right: Views) -> Views:
        text = number = None
        if sign == "+" and left.text is not None and right.text is not None:
            joined = type_coerce(left.text, Text) + type_coerce(right.text, Text)
            text = case((func.length(joined) <= LONGEST_TEXT, joined))
        if left.number is not None and right.number is not None:
            divisor = func.nullif(right.number, ZERO) if sign == "/" else right.number
            number = bounded(_CALCULATE[sign](type_coerce(left.number, Float), type_coerce(divisor, Float)))
        return Views(number=number, text=text)

    def _length(self, value: Views) -> Views:
        found: list[tuple[Sql, Any]] = []
        if value.text is not None:
            found.append((value.text.is_not(None), func.length(value.text)))
        if value.items is not None:
            found.append((value.items.is_not(None), self._json.count_items(value.items)))
        if value.group is not None:
            found.append((value.group.is_not(None), self._json.count_names(value.group)))
        return Views(number=cast(case(*found), Float)) if found else NOTHING

    def _days_since(self, node: Node) -> Sql | None:
        today: Sql = bindparam(TODAY, type_=Text)
        if node == Name(("profile", "created_on")):
            return cast(self._json.days_after(_CREATED, today), Float)
        text = self.views(node).text
        return None if text is None else cast(self._json.days_between(text, today), Float)


_CALCULATE: Mapping[str, Callable[[Any, Any], Sql]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _yes_or_no(truth: Sql) -> Views:
    return Views(boolean=case((truth, true()), else_=false()))


def _constant(value: Any) -> Views:
    match value:
        case bool():
            return Views(boolean=true() if value else false())
        case int() | float():
            return Views(number=literal(float(value), Float))
        case str():
            return Views(text=literal(value, Text))
        case _:
            return NOTHING


def _text_of(node: Node) -> Sql | None:
    return literal(node.value, Text) if isinstance(node, Constant) and isinstance(node.value, str) else None


def _default(value: Views, otherwise: Views) -> Views:
    is_there = value.is_there

    def chosen(one: Sql | None, other: Sql | None) -> Sql | None:
        if one is None and other is None:
            return None
        arms = [(is_there, one)] if one is not None else []
        if other is not None:
            arms.append((not_(is_there), other))
        return case(*arms)

    return Views(
        boolean=chosen(value.boolean, otherwise.boolean),
        number=chosen(value.number, otherwise.number),
        text=chosen(value.text, otherwise.text),
        items=chosen(value.items, otherwise.items),
        group=chosen(value.group, otherwise.group),
    )
