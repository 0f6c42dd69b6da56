"""Every time zone in which a person may be now."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.person import Profile
from bot.domain.provenance import TIME_ZONE, Source
from bot.journeys.send_window import is_zone, zones_of

MAY_BE_BACK = timedelta(days=14)
"""For so long after a browser told another zone, the one before counts, too: it tells where somebody is, and not
whether they stay."""


def zones_of_person(profile: Profile, phone: object, region: str, now: datetime) -> tuple[str, ...]:
    """The one that is known of them first, and the others as `zones_of` has them."""
    zones = zones_of(profile.time_zone, phone, region)
    left = _left_lately(profile, now)
    return (*zones, left) if left is not None and left not in zones else zones


def _left_lately(profile: Profile, now: datetime) -> str | None:
    told = profile.provenance.get(TIME_ZONE)
    if told is None or told.replaced is None or told.origin is None or told.origin.source is not Source.PAGE:
        return None
    before = told.replaced.value
    return str(before) if is_zone(before) and now - told.origin.at < MAY_BE_BACK else None
