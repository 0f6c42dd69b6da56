from __future__ import annotations

from datetime import date, time

import pytest

from bot.domain.errors import SettingsError
from bot.domain.routing import DaysOff, WorkingHours
from bot.domain.send_window import SendWindow
from bot.entrypoints.wiring.connectors import shelves_of
from bot.entrypoints.wiring.desks import read_desks
from bot.services.runtime import Desk
from bot.settings import load_settings

WEEK = SendWindow(time(9), time(17, 30), frozenset(range(5)), zone="Europe/Berlin")
BERLIN = WorkingHours(WEEK)
ALWAYS = WorkingHours(SendWindow(time(0), time(0), zone="UTC"))
HOURS = "mon-fri 09:00-17:30 Europe/Berlin; support=mon-sun 00:00-24:00 UTC"


def test_the_first_desk_is_the_usual_one_and_the_others_have_names() -> None:
    settings = load_settings(desk="slack:#sales, support=slack:#support", desk_hours=HOURS)
    assert read_desks(settings) == (
        Desk("slack", "#sales", "", BERLIN),
        Desk("slack", "#support", "support", ALWAYS),
    )
    assert shelves_of(settings, ("slack",)).desks == ("slack:#sales", "support", "slack:#support")


def test_the_first_desk_may_have_a_name_too() -> None:
    for hours in ("mon-fri 09:00-17:30 Europe/Berlin", "sales=mon-fri 09:00-17:30 Europe/Berlin"):
        [desk] = read_desks(load_settings(desk="sales=slack:#sales", desk_hours=hours))
        assert desk == Desk("slack", "#sales", "sales", BERLIN)


def test_a_desk_may_be_closed_on_days_of_its_own_zone() -> None:
    hours = f"mon-fri 09:00-17:30 Europe/Berlin except 2026-12-24..2026-12-26, 2027-01-01; {HOURS.split('; ')[1]}"
    sales, support = read_desks(load_settings(desk="slack:#sales, support=slack:#support", desk_hours=hours))
    christmas, new_year = DaysOff(date(2026, 12, 24), date(2026, 12, 26)), DaysOff(*[date(2027, 1, 1)] * 2)
    assert sales.hours == WorkingHours(WEEK, (christmas, new_year))
    assert support.hours == ALWAYS


def test_there_may_be_no_desk() -> None:
    assert read_desks(load_settings(desk=" ")) == ()


@pytest.mark.parametrize(
    ("desk", "hours", "words"),
    [
        ("slack", "", "it wants a channel and an address, such as slack:#sales"),
        ("slack:", "", "it wants a channel and an address, such as slack:#sales"),
        ("slack:#a,slack:#b", "", "needs a name of its own, such as support=slack:#b"),
        ("a=slack:#a,a=slack:#b", "", "needs a name of its own"),
        ("slack:#a,support=slack:#b", "suport=mon 09:00-10:00 UTC", "Did you mean"),
        ("slack:#a", "9 to 5", "Write mon-fri 09:00-17:30 Europe/London"),
        ("slack:#a", "mon-fri 09:00-17:30", "it wants days, hours and a time zone"),
        ("slack:#a", "mon-fri 09:00-17:30 person", "a desk is in one time zone"),
        ("slack:#a", "mon-fri 09:00-17:30 UTC except christmas", '"christmas" is no day. Write mon-fri'),
        ("slack:#a", "mon-fri 09:00-17:30 UTC except 2026-12-26..2026-12-24", "ends before it begins"),
        ("slack:#a", "mon-fri 09:00-17:30 UTC except ", '"mon-fri 09:00-17:30 UTC except" is no week'),
        ("slack:#a", "mon-fri 09:00-17:30 Europe/Berln", "there is no time zone"),
        ("slack:#a", "mon-fri 09:00-25:30 UTC", "has a time that is on no clock"),
    ],
)
def test_what_is_wrong_with_desks_is_told(desk: str, hours: str, words: str) -> None:
    with pytest.raises(SettingsError) as told:
        read_desks(load_settings(desk=desk, desk_hours=hours))
    assert words in str(told.value)
    assert str(told.value).startswith("OVERTURE_DESK")
