from __future__ import annotations

import pytest
from babel.core import get_global

from bot.domain.time_zones import keep_the_same_time, zone_called, zone_names
from bot.domain.windows_zones import WINDOWS_ZONES


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("america/new_york", "America/New_York"),
        (" US/eastern ", "US/Eastern"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("W. Europe  Standard time", "Europe/Berlin"),
        ("UTC-11", "Etc/GMT+11"),
        ("Standard Time", None),
        ("GMT+2", None),
        ("../../etc/passwd", None),
        ("", None),
        (None, None),
        (2, None),
    ],
)
def test_a_zone_is_known_by_its_name_in_any_case(written: object, zone: str | None) -> None:
    assert zone_called(written) == zone


def test_windows_names_are_those_of_cldr() -> None:
    assert dict(get_global("windows_zone_mapping")) == WINDOWS_ZONES
    assert set(WINDOWS_ZONES.values()) <= zone_names()


def test_the_clock_of_this_machine_is_nobodys_zone() -> None:
    assert not {"localtime", "Factory", "posixrules"} & zone_names()
    assert zone_called("localtime") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Asia/Calcutta", "Asia/Kolkata", True),
        ("Europe/London", "Europe/London", True),
        ("Europe/Paris", "Europe/Berlin", False),
        ("Europe/London", "Africa/Abidjan", False),
    ],
)
def test_two_names_may_be_of_one_clock(one: str, other: str, same: bool) -> None:
    assert keep_the_same_time(one, other) is same
