"""Times as they are kept and said: with their dates, for "next week" is over in a week."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from bot.domain.time_expressions import AN_INSTANT_LASTS


def in_full(said: str, span: tuple[datetime, datetime], zone: tzinfo, *, at_an_hour: bool) -> str:
    """The span that was `said`, with its dates and hours."""
    # A day ends where the next one begins.
    first, last = span[0].astimezone(zone), (span[1] - timedelta(seconds=1)).astimezone(zone)
    if first.date() != last.date():
        return f"{said.lower()} ({_day(first)} to {_day(last)})"
    if span[1] - span[0] <= AN_INSTANT_LASTS:
        return f"{_day(first)} at {first:%H:%M}"
    if at_an_hour:
        return f"{_day(first)}, from {first:%H:%M} to {span[1].astimezone(zone):%H:%M}"
    return _day(first)


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B}"
