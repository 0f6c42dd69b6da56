from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.domain.audience import Attribute, AttributeType, written_day


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
