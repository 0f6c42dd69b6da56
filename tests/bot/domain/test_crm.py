from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.crm import CrmMapping, CrmRecord, MappedField, as_field, weigh_fields

MAPPING = CrmMapping("crm", (MappedField("company", "profile.company"), MappedField("grade", "lead.grade", True)))


def verdicts(values: dict[str, Any], theirs: dict[str, Any] | None, told: dict[str, Any] | None = None) -> list[str]:
    record = None if theirs is None else CrmRecord("1", theirs)
    return [f"{one.verdict} {one.name}" for one in weigh_fields(MAPPING, values, told or {}, record)]


def test_what_is_empty_over_there_is_set() -> None:
    assert verdicts({"company": "Ours", "grade": "A1"}, {"company": "", "grade": None}) == ["set company", "set grade"]
    assert verdicts({"company": "Ours", "grade": "A1"}, None) == ["set company", "set grade"]


def test_what_is_there_stays_unless_the_mapping_says_overwrite() -> None:
    assert verdicts({"company": "Ours", "grade": "A1"}, {"company": "Theirs", "grade": "B2"}) == [
        "keep company",
        "overwrite grade",
    ]


def test_what_a_journey_is_told_to_write_is_written() -> None:
    assert verdicts(
        {"company": "Ours"}, {"company": "Theirs", "stage": "old"}, {"company": "New", "stage": "demo"}
    ) == [
        "overwrite company",
        "overwrite stage",
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"), [(50.0, "50"), (True, "true"), (["a", "b"], "a\r\nb"), (" Ours ", "Ours"), (2.5, "2.5")]
)
def test_the_same_value_in_another_shape_is_the_same(ours: Any, theirs: Any) -> None:
    assert verdicts({"grade": ours}, {"grade": theirs}) == ["same grade"]


@pytest.mark.parametrize("value", [None, "", "  ", [], [None], {"a": 1}])
def test_what_is_no_value_of_a_field_is_nothing(value: Any) -> None:
    assert as_field(value) is None


anything = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(company=anything, theirs=anything)
def test_a_field_that_may_not_be_overwritten_never_loses_a_value(company: Any, theirs: Any) -> None:
    [change] = weigh_fields(MAPPING, {"company": company}, {}, CrmRecord("1", {"company": theirs}))
    if as_field(theirs) is not None:
        assert not change.is_written
    if change.is_written:
        assert change.ours is not None
