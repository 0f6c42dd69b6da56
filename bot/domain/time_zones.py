"""The time zones that there are, by their IANA names, and by what Windows calls them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.windows_zones import WINDOWS_ZONES

NOWHERE = frozenset({"localtime", "Factory"})
"""Names without a place: the first is the clock of whichever machine looks, the second that of none."""


@cache
def zone_names() -> frozenset[str]:
    """Every time zone in which somebody may be."""
    return frozenset(available_timezones() - NOWHERE)


def zone_called(name: object) -> str | None:
    """The zone of this name, whatever its case: `america/new_york`; None where there is none.

    Windows, Outlook and Exchange have names of their own (`W. Europe Standard Time`).
    """
    if not isinstance(name, str):
        return None
    if name in zone_names():
        return name
    return _in_lower_case().get(" ".join(name.lower().split()))


@cache
def _in_lower_case() -> dict[str, str]:
    windows = {name.lower(): zone for name, zone in WINDOWS_ZONES.items() if zone in zone_names()}
    return windows | {name.lower(): name for name in zone_names()}


@lru_cache(maxsize=4096)
def keep_the_same_time(one: str, other: str) -> bool:
    """Whether two names of zones are of one clock: `Asia/Calcutta` and `Asia/Kolkata`.

    Zones of which the tz database has a history of their own have had different hours at some time since 1970.
    """
    if one == other:
        return True
    moments = [datetime(year, month, 1, tzinfo=UTC) for year in range(1970, 2038) for month in range(1, 13)]
    here, there = ZoneInfo(one), ZoneInfo(other)
    return all(at.astimezone(here).utcoffset() == at.astimezone(there).utcoffset() for at in moments)
