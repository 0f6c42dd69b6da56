from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.domain.access import MASKED, Role, Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, written_day


@pytest.mark.parametrize(
    ("type_", "taken", "refused"),
    [
        (AttributeType.TEXT, "a", 5),
        (AttributeType.NUMBER, 2.5, True),
        (AttributeType.NUMBER, 50, "50"),
        (AttributeType.YES_NO, False, 0),
        (AttributeType.DATE, "2026-11-24", "tomorrow"),
        (AttributeType.DATE, "2026-11-24T09:00:00+00:00", 20261124),
        (AttributeType.LIST, ["a"], "a"),
    ],
)
def test_an_attribute_takes_values_of_its_type(type_: AttributeType, taken: Any, refused: Any) -> None:
    attribute = Attribute("a", type_)
    assert attribute.takes(taken)
    assert attribute.takes(None)
    assert not attribute.takes(refused)


def test_an_attribute_with_few_values_takes_those() -> None:
    attribute = Attribute("seats", AttributeType.NUMBER, (1, 5))
    assert [attribute.takes(value) for value in (1, 5.0, 2, True, None)] == [True, False, False, False, True]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("2026-11-24T23:59:00-08:00", date(2026, 11, 24)),
        ("2026-11-24 whenever", date(2026, 11, 24)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-02-29", None),
        ("0000-01-01", None),
        ("2026-11-241", None),
        ("2026-1-2", None),
        ("20261124", None),
        ("٢٠٢٦-11-24", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_it_is_written(text: str, day: date | None) -> None:
    assert written_day(text) == day


DECLARED = ProfileSchema(
    {
        "country": Attribute("country", AttributeType.TEXT, sensitivity=Sensitivity.OPEN),
        "email": Attribute("email", AttributeType.TEXT),
        "illness": Attribute("illness", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE),
    }
)
ANA = {"country": "GB", "email": "ana@example.com", "illness": "none", "undeclared": 5, "empty": None}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.ADMIN, {"country", "email", "illness", "undeclared"}),
        (Role.COMPLIANCE, {"country", "email", "illness", "undeclared"}),
        (Role.REP, {"country", "email", "undeclared"}),
        (Role.MARKETER, {"country"}),
        (Role.READ_ONLY, {"country"}),
    ],
)
def test_a_role_sees_what_is_for_it_and_of_the_rest_that_it_is_there(role: Role, seen: set[str]) -> None:
    shown = DECLARED.shown_to(role, ANA)
    assert shown.keys() == ANA.keys()
    assert {name for name, value in shown.items() if value is not None and value == ANA[name]} == seen
    assert {value for name, value in shown.items() if name not in seen} <= {MASKED, None}
