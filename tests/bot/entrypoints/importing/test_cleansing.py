"""What cannot be right of one person."""

from __future__ import annotations

import pytest

from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.entrypoints.importing.cleansing import faults_of
from bot.entrypoints.importing.reading import Known
from tests.contracts.samples import NOON


def faults(number: str) -> list[str]:
    profile = Profile(ProfileId("ana"), NOON, time_zone="Europe/London")
    return [one.what for one in faults_of(Known(profile, [Identity("phone", number)], [], frozenset()))]


@pytest.mark.parametrize(
    "number",
    ["+525512345678", "+5215512345678", "+5491112345678", "+541112345678", "+5511987654321", "+551187654321"],
)
def test_a_mobile_number_as_its_country_wrote_it_before_is_one(number: str) -> None:
    assert faults(number) == []


@pytest.mark.parametrize("number", ["+5210012345678", "+521551234567", "+550087654321", "+12"])
def test_a_number_that_nobody_has_is_told(number: str) -> None:
    assert faults(number) == [f"the number {number} was never given out"]
