"""What a time expression means to whoever writes it, as the details of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from bot.domain.days import Ahead, InMonth, InPeriod, InYear, SeveralDays, WeekOf, WeekOfMonth
from bot.domain.time_expressions import resolve_expression
from bot.domain.time_grammar import TimeExpression

_MONTH_FIRST = {"US", "PH", "PR", "FM", "MH", "PW", "GU", "CN", "TW", "JP", "KR"}
"""Countries (ISO 3166) where 3/4 is the fourth of March."""


def time_details(
    expression: TimeExpression, now: datetime | None, zone: tzinfo | None, region: str | None
) -> Mapping[str, Any] | None:
    """`from` and `to` in ISO 8601 in the person's zone, the `grain` in which it was said, and its `type`.

    None where it is over, where there is no such day, or where nobody says when `now` is; a missing zone is UTC.
    """
    if now is None:
        return None
    zone = zone or UTC
    month_first = None if region is None else region.upper() in _MONTH_FIRST
    span = resolve_expression(expression, now, zone, month_first=month_first)
    if span is None:
        return None
    start, end = (moment.astimezone(zone).isoformat() for moment in span)
    return {"from": start, "to": end, "grain": _grain(expression), "type": _type(expression)}


def _type(expression: TimeExpression) -> str:
    """An `interval` is a part of a day, a week or a month; an instant or a whole day, week or month is a `value`.

    An hour of a whole week or month is no instant: which of its days is meant has yet to be said.
    """
    if expression.clock is not None and isinstance(expression.day, SeveralDays):
        return "interval"
    if expression.clock is not None:
        return "value" if expression.clock.start == expression.clock.end else "interval"
    return "interval" if isinstance(expression.day, InPeriod | InMonth | InYear) and expression.day.part else "value"


def _grain(expression: TimeExpression) -> str:
    if isinstance(expression.day, Ahead) and expression.day.unit in {"minute", "hour"}:
        return "minute"
    if expression.clock is not None:
        on_the_hour = expression.clock.start % 60 == 0 and expression.clock.end % 60 == 0
        return "hour" if on_the_hour else "minute"
    match expression.day:
        case InPeriod(unit=unit) | WeekOf(unit=unit):
            return unit
        case InMonth(part="last day"):
            return "day"
        case InMonth():
            return "month"
        case InYear():
            return "year"
        case WeekOfMonth():
            return "week"
        case _:
            return "day"
