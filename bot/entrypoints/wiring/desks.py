"""Reads the desks of the settings, and the hours at which somebody is there."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.documents import did_you_mean
from bot.domain.errors import SettingsError
from bot.domain.routing import WorkingHours
from bot.journeys.desk_plan import days_off, working_window
from bot.journeys.wording import Unreadable
from bot.services.runtime import Desk
from bot.settings import Settings

NO_DESK = "there is no sales desk, for no connector for one is loaded: a customer who asks for a person gets none"
ADD_A_DESK = "slack to OVERTURE_CONNECTORS; or desk, with OVERTURE_DESK=desk:sales"

NAMED = re.compile(r"(?:([a-z][a-z0-9_-]*)\s*=)?\s*(.*)", re.DOTALL)
EXCEPT = re.compile(r"\s+except\s+")
AN_EXAMPLE = "mon-fri 09:00-17:30 Europe/London except 2026-12-25; support=mon-sun 08:00-20:00 Europe/London"


def read_desks(settings: Settings) -> tuple[Desk, ...]:
    """The desks of OVERTURE_DESK, the usual one first; raises SettingsError."""
    hours = _read_hours(settings.desk_hours)
    desks: list[Desk] = []
    for number, part in enumerate(filter(None, map(str.strip, settings.desk.split(",")))):
        name, place = _named(part)
        channel, _, address = place.partition(":")
        if not channel or not address:
            raise SettingsError(
                f'OVERTURE_DESK is "{settings.desk}": it wants a channel and an address, such as slack:#sales. '
                "Further desks have a name: slack:#sales,support=slack:#support. Set it empty to have no desk."
            )
        if number and (not name or name in {one.name for one in desks}):
            raise SettingsError(
                f'OVERTURE_DESK is "{settings.desk}": each desk after the first needs a name of its own, '
                f"such as support={place}."
            )
        its_hours = hours.pop(name, None) or (hours.pop("", None) if number == 0 else None)
        desks.append(Desk(channel, address, name, its_hours))
    if hours:
        near = did_you_mean(next(iter(hours)), [one.name for one in desks if one.name])
        raise SettingsError(f'OVERTURE_DESK_HOURS has hours for "{next(iter(hours))}"; no such desk. {near}'.rstrip())
    return tuple(desks)


def staffed_desks(settings: Settings, with_reps: Collection[str]) -> tuple[Desk, ...]:
    """The same; raises SettingsError also where one is on none of these channels, which have reps.

    The usual one, which nobody named, is left out then.
    """
    desks = read_desks(settings)
    if "desk" not in settings.model_fields_set and any(one.channel not in with_reps for one in desks):
        return ()
    if any(desk.channel not in with_reps for desk in desks):
        raise SettingsError(
            f'OVERTURE_DESK is "{settings.desk}": it wants a channel and an address, such as slack:#sales. '
            f"Channels with reps: {', '.join(with_reps) or 'none'}. Set it empty to have no desk."
        )
    return desks


def lacks_desk(settings: Settings, desks: Collection[Desk]) -> bool:
    """Whether there is none, and nobody has said that there should not be."""
    return not desks and "desk" not in settings.model_fields_set


def _read_hours(text: str) -> dict[str, WorkingHours]:
    return {name: _hours(text, told) for name, told in map(_named, filter(None, map(str.strip, text.split(";"))))}


def _hours(text: str, told: str) -> WorkingHours:
    """`mon-fri 09:00-17:30 Europe/London`, perhaps `except 2026-12-24..2026-12-26, 2027-01-01`."""
    week, *closed = EXCEPT.split(told, maxsplit=1)
    try:
        days = [day.strip() for part in closed for day in part.split(",")]
        return WorkingHours(working_window(week), tuple(map(days_off, days)))
    except Unreadable as error:
        raise SettingsError(f'OVERTURE_DESK_HOURS is "{text}": {error} Write {AN_EXAMPLE}.') from error


def _named(part: str) -> tuple[str, str]:
    found = NAMED.fullmatch(part)
    assert found is not None  # noqa: S101  it matches any text
    return found[1] or "", found[2].strip()
