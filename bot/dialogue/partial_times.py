"""A time that an open form was told, and is told anew in part: "no, Wednesday" keeps the hour."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from bot.domain.time_corrections import put_right, says_no_day
from bot.domain.time_grammar import bare_clock
from bot.domain.understanding import AS_DUCKLING, TIMES, Entity


def with_what_stays(known: Any, told: Entity) -> Any:
    """The value of the entity, completed by what the slot held before where both are times."""
    if not (isinstance(known, str) and isinstance(told.value, str)):
        return told.value
    if told.extractor == TIMES:
        return put_right(known, told.value)
    if told.extractor == AS_DUCKLING and told.details is not None and "grain" in told.details:
        return _moment(known, told, str(told.details["grain"]))
    return told.value


def _moment(known: str, told: Entity, grain: str) -> Any:
    """The same of moments as Duckling writes them: a day has the hour 0."""
    try:
        before, now = datetime.fromisoformat(known), datetime.fromisoformat(told.value)
    except ValueError:
        return told.value
    if grain == "day" and before.time() != time():
        meant = datetime.combine(now.date(), before.time(), now.tzinfo)
    elif grain in ("hour", "minute") and (says_no_day(told.text) or bare_clock(told.text)):
        meant = datetime.combine(before.date(), now.time(), before.tzinfo)
    else:
        return told.value
    return meant.isoformat(timespec="milliseconds")
