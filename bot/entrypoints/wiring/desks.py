"""Reads the desks of the settings, and the hours at which somebody is there."""

from __future__ import annotations

import re
from collections.abc import Collection

import structlog

from bot.documents import did_you_mean
from bot.domain.errors import SettingsError
from bot.domain.send_window import PERSON_ZONE, SendWindow
from bot.journeys import wording
from bot.services.runtime import Desk
from bot.settings import Settings

log = structlog.get_logger()

NAMED = re.compile(r"(?:([a-z][a-z0-9_-]*)\s*=)?\s*(.*)", re.DOTALL)
AN_EXAMPLE = "mon-fri 09:00-17:30 Europe/London; support=mon-sun 08:00-20:00 Europe/London"


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
        log.warning(
            "there is no sales desk, for no connector for one is loaded: a customer who asks for a person gets none",
            add="slack to OVERTURE_CONNECTORS",
        )
        return ()
    if any(desk.channel not in with_reps for desk in desks):
        raise SettingsError(
            f'OVERTURE_DESK is "{settings.desk}": it wants a channel and an address, such as slack:#sales. '
            f"Channels with reps: {', '.join(with_reps) or 'none'}. Set it empty to have no desk."
        )
    return desks


def _read_hours(text: str) -> dict[str, SendWindow]:
    return {name: _window(text, told) for name, told in map(_named, filter(None, map(str.strip, text.split(";"))))}


def _window(text: str, told: str) -> SendWindow:
    try:
        days, hours, zone = told.split()
        opens, closes = wording.hours(hours)
        window = SendWindow(opens, closes, wording.days(days), wording.zone(zone))
    except wording.Unreadable as error:
        raise SettingsError(f'OVERTURE_DESK_HOURS is "{text}": {error} Write {AN_EXAMPLE}.') from error
    except ValueError:
        window = None
    if window is None or window.zone == PERSON_ZONE:
        raise SettingsError(
            f'OVERTURE_DESK_HOURS is "{text}": write days, hours and a time zone for each desk, such as {AN_EXAMPLE}.'
        )
    return window


def _named(part: str) -> tuple[str, str]:
    found = NAMED.fullmatch(part)
    assert found is not None  # noqa: S101  it matches any text
    return found[1] or "", found[2].strip()
