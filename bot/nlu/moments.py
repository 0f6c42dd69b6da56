"""What a time expression means to whoever writes it, as the details of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from bot.domain.day_grammar import Ahead, InPeriod
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
    """An `interval` is a part of a day, a week or a month; an instant or a whole day, week or month is a `value`."""
    if expression.clock is not None:
        return "value" if expression.clock.start == expression.clock.end else "interval"
    return "interval" if isinstance(expression.day, InPeriod) and expression.day.part else "value"


def _grain(expression: TimeExpression) -> str:
    if isinstance(expression.day, Ahead) and expression.day.unit in {"minute", "hour"}:
        return "minute"
    if expression.clock is not None:
        on_the_hour = expression.clock.start % 60 == 0 and expression.clock.end % 60 == 0
        return "hour" if on_the_hour else "minute"
    if isinstance(expression.day, InPeriod):
        return "week" if expression.day.unit == "week" else expression.day.unit
    return "day"
