"""The time zones that somebody names after a time of day: "3pm EST", "15:00 UTC+2", "noon Pacific time"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.time_zones import zone_names

_NEW_YORK, _CHICAGO, _DENVER, _LOS_ANGELES = (
    f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Los_Angeles")
)
_REGIONS = {
    "EST": _NEW_YORK, "EDT": _NEW_YORK, "CST": _CHICAGO, "CDT": _CHICAGO, "MST": _DENVER, "MDT": _DENVER,
    "PST": _LOS_ANGELES, "PDT": _LOS_ANGELES, "AKST": "America/Anchorage", "AKDT": "America/Anchorage",
    "HST": "Pacific/Honolulu", "BST": "Europe/London", "CET": "Europe/Paris", "CEST": "Europe/Paris",
    "MEZ": "Europe/Berlin", "MESZ": "Europe/Berlin", "EET": "Europe/Athens", "EEST": "Europe/Athens",
    "MSK": "Europe/Moscow", "SAST": "Africa/Johannesburg", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul", "SGT": "Asia/Singapore", "HKT": "Asia/Hong_Kong", "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney", "ACST": "Australia/Adelaide", "ACDT": "Australia/Adelaide", "AWST": "Australia/Perth",
    "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}  # fmt: skip
"""Whose clocks an abbreviation goes by, for who lives in none of the zones that go by it."""

_SHORT = {"ET": _NEW_YORK, "CT": _CHICAGO, "MT": _DENVER, "PT": _LOS_ANGELES}
"""Those that mean other things as well: "a 3pm PT session"."""

_AMERICAN = {"eastern": _NEW_YORK, "central": _CHICAGO, "mountain": _DENVER, "pacific": _LOS_ANGELES}
_NAMES = _AMERICAN | {
    "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu", "uk": "Europe/London", "british": "Europe/London",
    "greenwich mean": "UTC", "central european": "Europe/Paris", "eastern european": "Europe/Athens",
    "india": "Asia/Kolkata", "indian": "Asia/Kolkata", "japan": "Asia/Tokyo", "australian eastern": "Australia/Sydney",
}  # fmt: skip
"""What stands before "time", besides the names of cities."""

_ENDS = r"(?=\s*(?:$|[,.;:!?)\]]|(?:on|or|and|next|this|today|tomorrow|if|is|works?|please|would|for me)\b))"
"""What follows a zone whose name may be something else: "3pm Pacific" is one, "3pm Pacific Avenue" none."""

_ZONE = re.compile(
    r"\s*(?P<bracket>[(\[]\s*)?(?:"
    r"(?P<offset>(?:UTC|GMT)\s?(?P<sign>[-+−])\s?(?P<hours>1[0-4]|0?\d)(?::?(?P<minutes>[0-5]\d))?)(?!\d)"
    rf"|(?P<abbreviation>UTC|GMT|Z|{'|'.join(_REGIONS)})(?!\w)"
    rf"|(?P<short>{'|'.join(_SHORT)})(?!\w){_ENDS}"
    rf"|(?P<name>[a-z]+(?:[ _-][a-z]+){{0,2}}?)(?: (?:standard|summer|daylight))? time(?!\w)"
    rf"|(?P<alone>{'|'.join(_AMERICAN)})(?!\w){_ENDS}"
    r")(?(bracket)\s*[)\]])",
    re.IGNORECASE | re.ASCII,
)
_HALF_OF_DAY = ("am", "pm", "a.m", "p.m", "a.m.", "p.m.")


@dataclass(frozen=True, slots=True)
class NamedZone:
    """A zone as it was named; `abbreviation` is empty where it was named by an offset or in words."""

    zone: tzinfo
    abbreviation: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether its name is hardly anything else."""
        return self.abbreviation not in _SHORT

    def meant(self, own: tzinfo, now: datetime) -> tzinfo:
        """Whose clocks are meant by somebody who lives in `own`.

        An abbreviation means a region, as people use it: "3pm EST", said in July, is 3pm on New York's clocks, and not
        an hour later. Where their own zone goes by that name within the year, it is their own: IST is Ireland's time in
        Dublin, CST is China's in Shanghai, MST in Phoenix knows no summer. GMT is UTC for all but those.
        """
        seasons = (now, now + timedelta(days=182))
        named = {moment.astimezone(own).tzname() for moment in seasons} if self.abbreviation else set()
        return own if self.abbreviation in named else self.zone


def zone_at(text: str, at: int) -> tuple[NamedZone, int] | None:
    """The zone that is named here, right after a time, and where its name ends; None where there is none.

    An abbreviation is in capitals, as "est" and "ist" are words elsewhere, or comes after "am" or "pm".
    """
    match = _ZONE.match(text, at)
    if match is None:
        return None
    if match["offset"]:
        ahead = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        return NamedZone(timezone(ahead if match["sign"] == "+" else -ahead)), match.end()
    if written := match["abbreviation"] or match["short"]:
        if not written.isupper() and not text[:at].lower().endswith(_HALF_OF_DAY):
            return None
        name = written.upper()
        region = _REGIONS.get(name) or _SHORT.get(name)
        return NamedZone(ZoneInfo(region) if region else UTC, name), match.end()
    words = " ".join((match["alone"] or match["name"]).lower().replace("_", " ").split())
    region = _NAMES.get(words) or _cities().get(words)
    return (NamedZone(ZoneInfo(region)), match.end()) if region else None


@cache
def _cities() -> Mapping[str, str]:
    """The cities that zones are named after, in lower case: "new york"."""
    return {
        name.rpartition("/")[2].replace("_", " ").lower(): name
        for name in sorted(zone_names())
        if "/" in name and not name.startswith(("Etc/", "US/", "SystemV/", "posix/", "right/"))
    }
