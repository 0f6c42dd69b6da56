"""Whoever tells of people, and however: the same words come to the same values, or are refused alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.importing import Arrival
from bot.entrypoints.api.events_api.traits import read_traits
from bot.entrypoints.api.rectifying import corrections_of
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.objects import PersonReader
from bot.entrypoints.importing.rows import RowReader, RowRefused
from tests.contracts.samples import NOON

Kept = Mapping[str, Any]
SCHEMA = ProfileSchema({"country": Attribute("country", AttributeType.TEXT)})
COLUMNS = {"country": "profile.country", "locale": "locale", "time_zone": "time_zone"}


def by_event(name: str, value: Any) -> Kept | str:
    traits = read_traits({name: value}, SCHEMA)
    if traits.refused:
        return traits.refused[0].why
    addresses = {one.kind: one.value for one in traits.identities}
    return known(traits.attributes | addresses, traits.locale, traits.time_zone)


def by_correction(name: str, value: Any) -> Kept | str:
    found = corrections_of({name: value}, SCHEMA)
    if isinstance(found, str):
        return found.removeprefix(f"{name}: ")
    return known(found.attributes, found.locale, found.time_zone)


def by_file(name: str, value: Any) -> Kept | str:
    reader = RowReader(
        ColumnMapping({"id": "user_id", name: COLUMNS.get(name, name)}), SCHEMA, [], source="a file", now=lambda: NOON
    )
    return as_arrived(name, lambda: reader.read(1, {"id": "u1", name: value}))


def by_people_api(name: str, value: Any) -> Kept | str:
    reader = PersonReader(RowReader(ColumnMapping(), SCHEMA, [], source="the API", now=lambda: NOON))
    told = {"attributes": {name: value}} if name == "country" else {name: value}
    return as_arrived(name, lambda: reader.read(1, {"user_id": "u1", **told}))


def as_arrived(name: str, read: Callable[[], Arrival]) -> Kept | str:
    try:
        arrival = read()
    except RowRefused as error:
        return str(error).removeprefix(f"{name}: ")
    addresses = {one.kind: one.value for one in arrival.identities if one.kind != "user_id"}
    return known({**arrival.attributes, **addresses}, arrival.locale, arrival.time_zone)


def known(values: Kept, locale: str | None, time_zone: str | None) -> Kept:
    more = {"locale": locale, "time_zone": time_zone}
    return {**values, **{name: value for name, value in more.items() if value is not None}}


ADDRESS_DOORS = (by_event, by_file, by_people_api)
DOORS = (*ADDRESS_DOORS, by_correction)
Door = Callable[[str, Any], Kept | str]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("country", "Germany", "DE"), ("country", " germany ", "DE"), ("country", "DEU", "DE"), ("country", "de", "DE"),
        ("country", "Deutschland", "DE"), ("country", "UK", "GB"),
        ("locale", "de_de", "de-DE"), ("locale", "German", "de"), ("locale", "DE", "de"), ("locale", "deu", "de"),
        ("locale", "español", "es"), ("locale", "zh-hant-tw", "zh-Hant-TW"), ("locale", "pt_BR.UTF-8", "pt-BR"),
        ("locale", "Portuguese (Brazil)", "pt-BR"), ("locale", "English (UK)", "en-GB"), ("locale", "es-419", "es-419"),
        ("time_zone", "america/new_york", "America/New_York"),
        ("time_zone", "W. Europe Standard Time", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_it_is_kept_alike(door: Door, name: str, written: str, kept: str) -> None:
    assert door(name, written) == {name: kept}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("name", "written", "why"),
    [
        ("country", "Narnia", "it must be a country"), ("country", 49, "it must be a country"),
        ("country", "EU", "it must be a country"), ("country", "x" * 5000, "it must be a country"),
        ("locale", "--", "it must be a language"), ("locale", "Klingonish", "it must be a language"),
        ("locale", "en;q=0.9", "it must be a language"), ("locale", 7, "it must be a language"),
        ("locale", "German (Narnia)", "it must be a language"),
        ("time_zone", "Mars/Base", "it must be the name of a time zone"),
        ("time_zone", 2, "it must be the name of a time zone"),
    ],
)  # fmt: skip
def test_it_is_refused_alike(door: Door, name: str, written: Any, why: str) -> None:
    refused = door(name, written)
    assert isinstance(refused, str)
    assert refused.startswith(why)


@pytest.mark.parametrize("door", ADDRESS_DOORS)
@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("phone", "+44 (0) 7700 900123", "+447700900123"), ("phone", "+4407700900123", "+447700900123"),
        ("phone", "+5215512345678", "+525512345678"), ("email", " Ana@Example.COM ", "ana@example.com"),
    ],
)  # fmt: skip
def test_an_address_is_kept_in_one_form(door: Door, name: str, written: str, kept: str) -> None:
    assert door(name, written) == {name: kept}


@pytest.mark.parametrize("door", ADDRESS_DOORS)
@pytest.mark.parametrize(
    ("name", "written", "why"),
    [
        ("phone", "+44", "the phone number is"), ("phone", "+447700900123 ext. 5", "the phone number has an extension"),
        ("phone", "+1555", "the phone number is too short"), ("email", "ana@", "the e-mail address is not valid"),
        ("email", "ana@exa mple.com", "the e-mail address is not valid"),
        ("email", 5, "the e-mail address is not valid"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(door: Door, name: str, written: Any, why: str) -> None:
    refused = door(name, written)
    assert isinstance(refused, str)
    assert refused.startswith(why)
