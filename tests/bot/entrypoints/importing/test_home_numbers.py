"""Numbers that name no country are read as of their person's, and never silently as of one that is not theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from bot.domain.errors import SettingsError
from bot.domain.person import Identity
from bot.entrypoints.importing.home_numbers import Doubt, HomeNumbers, refuse
from bot.entrypoints.importing.mapping import ColumnMapping, read_mapping
from bot.entrypoints.importing.rows import RowReader
from bot.entrypoints.importing.sources import Row
from tests.contracts.samples import NOON

MAPPING = ColumnMapping({"Mobile": "phone", "Country": "profile.country"}, region="GB")


def doubt_about(numbers: Sequence[str], mapping: ColumnMapping = MAPPING, **others: str) -> Doubt | None:
    homes = HomeNumbers(mapping, None)
    for number, one in enumerate(numbers, 1):
        homes.see(Row(number, {"Mobile": one, **others}))
    return homes.doubt()


def phone_in(row: Mapping[str, str], mapping: ColumnMapping = MAPPING) -> str:
    reader = RowReader(mapping, None, (), source="people.csv", now=lambda: NOON)
    (found,) = reader.read(1, row).identities
    assert found == Identity("phone", found.value)
    return found.value


@pytest.mark.parametrize("number", ["+49 151 98765432", "0049 151 98765432", "+4915198765432"])
def test_it_is_asked_whose_numbers_they_are_where_most_of_the_others_are_of_another_country(number: str) -> None:
    with pytest.raises(SettingsError) as raised:
        refuse(doubt_about([number, "0176 1234567", "0170 6123456"]))
    assert str(raised.value) == (
        'Most numbers in "Mobile" that name their country are of Germany (DE), and 2 that name none would be read as '
        "numbers of United Kingdom (GB). Say of which country these are (--region DE, or --region GB)."
    )


def test_it_is_asked_where_many_are_nobodys() -> None:
    with pytest.raises(SettingsError, match='3 of 4 numbers in "Mobile" that name no country are nobody'):
        refuse(doubt_about(["0176 12345678", "0170 6123456", "0151 98765432", "0160 1112233"]))


@pytest.mark.parametrize(
    "numbers",
    [
        ["+44 7700 900123", "07700 900124"],
        ["+49 151 98765432", "+44 7700 900123", "07700 900124"],
        ["+49 151 98765432", "+33 6 12 34 56 78"],
        ["07400 123456", "07911 123456", "0123"],
        ["447911123456", "4915198765432", "4915198765433"],
        ["+800 12345678", "+882 1612345", "07911 123456"],
        ["", "-", "x"],
    ],
)
def test_nothing_is_asked_where_nothing_speaks_against_it(numbers: Sequence[str]) -> None:
    assert doubt_about(numbers) is None
    refuse(None)


def test_nothing_is_asked_of_what_was_said() -> None:
    numbers = ["+49 151 98765432", "0176 1234567"]
    assert doubt_about(numbers, replace(MAPPING, is_region_told=True)) is None
    told = read_mapping("m.yml", "columns: {Mobile: phone}\nregion: GB", "DE")
    assert doubt_about(numbers, MAPPING.joined(told)) is None
    assert doubt_about(numbers, Country="Deutschland") is None
    assert doubt_about(numbers, ColumnMapping({"Mobile": "phone"}, {"profile.country": "DE"})) is None
    assert doubt_about(numbers, Country="") is not None


@pytest.mark.parametrize(
    ("number", "country", "found"),
    [
        ("0176 12345678", "Deutschland", "+4917612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("07911 123456", "", "+447911123456"),
        ("07911 123456", "PT", "+447911123456"),
        ("+351 912 345 678", "DE", "+351912345678"),
    ],
)
def test_a_number_is_one_of_its_persons_country_where_it_can_be(number: str, country: str, found: str) -> None:
    told = {"Country": country} if country else {}
    assert phone_in({"Mobile": number, **told}) == found
    of_all = ColumnMapping({"Mobile": "phone"}, {"profile.country": country} if country else {}, "GB")
    assert phone_in({"Mobile": number}, of_all) == found
