from __future__ import annotations

import pytest

from bot.domain.time_zones import zone_called, zone_names


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("america/new_york", "America/New_York"),
        (" US/eastern ", "US/Eastern"),
        ("Pacific Standard Time", None),
        ("GMT+2", None),
        ("../../etc/passwd", None),
        ("", None),
        (None, None),
        (2, None),
    ],
)
def test_a_zone_is_known_by_its_name_in_any_case(written: object, zone: str | None) -> None:
    assert zone_called(written) == zone


def test_the_clock_of_this_machine_is_nobodys_zone() -> None:
    assert not {"localtime", "Factory", "posixrules"} & zone_names()
    assert zone_called("localtime") is None
