"""The time zones that there are, by their IANA names."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

NOWHERE = frozenset({"localtime", "Factory"})
"""Names without a place: the first is the clock of whichever machine looks, the second that of none."""


@cache
def zone_names() -> frozenset[str]:
    """Every time zone in which somebody may be."""
    return frozenset(available_timezones() - NOWHERE)


def zone_called(name: object) -> str | None:
    """The zone of this name, whatever its case: `america/new_york`; None where there is none."""
    if not isinstance(name, str):
        return None
    return name if name in zone_names() else _in_lower_case().get(name.strip().lower())


@cache
def _in_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in zone_names()}
