"""The time zones that there are, by their IANA names, and by what Windows and HubSpot call them."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from bot.domain.windows_zones import WINDOWS_ZONES

NOWHERE = frozenset({"localtime", "Factory"})
"""Names without a place: the first is the clock of whichever machine looks, the second that of none."""


@cache
def zone_names() -> frozenset[str]:
    """Every time zone in which somebody may be."""
    return frozenset(available_timezones() - NOWHERE)


def zone_called(name: object) -> str | None:
    """The zone of this name, whatever its case: `america/new_york`; None where there is none.

    Windows, Outlook and Exchange have names of their own (`W. Europe Standard Time`), and HubSpot writes
    `america_slash_new_york`.
    """
    if not isinstance(name, str):
        return None
    if name in zone_names():
        return name
    written = " ".join(name.lower().split())
    return _in_lower_case().get(written.replace("_slash_", "/").replace("_hyphen_", "-"))


@cache
def _in_lower_case() -> dict[str, str]:
    windows = {name.lower(): zone for name, zone in WINDOWS_ZONES.items() if zone in zone_names()}
    return windows | {name.lower(): name for name in zone_names()}
