"""A country is one by any of its names: what is kept of it are the two letters that conditions go by."""

from __future__ import annotations

import pytest

from bot.documents import parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.folding import close_up
from bot.entrypoints.importing.mapping import ColumnMapping, guessed
from bot.entrypoints.importing.objects import PersonReader
from bot.entrypoints.importing.rows import RowReader, RowRefused
from bot.entrypoints.importing.words import FILE as WORDS
from bot.journeys.told.countries import FILE, LANGUAGES, read_country
from tests.contracts.samples import NOON

COUNTRY = Attribute("country", AttributeType.TEXT, label="Country (ISO code)")


def reader(*declared: Attribute) -> RowReader:
    schema = ProfileSchema({one.name: one for one in declared}) if declared else None
    mapping = ColumnMapping({"E-Mail": "email", "Land": "profile.country"})
    return RowReader(mapping, schema, ["sms"], source="people.csv", now=lambda: NOON)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Spanien", "ES"), ("España", "ES"), ("ESPANA", "ES"), ("Hiszpania", "ES"), ("スペイン", "ES"), ("ESP", "ES"),
        ("Germany", "DE"), ("Deutschland", "DE"), ("de", "DE"), ("BRD", "DE"),
        ("Österreich", "AT"), ("Oesterreich", "AT"),
        ("USA", "US"), ("U.S.", "US"), ("EE. UU.", "US"), ("United States of America", "US"), ("États-Unis", "US"),
        ("UK", "GB"), ("U.K.", "GB"), ("England", "GB"), ("Großbritannien", "GB"), ("UAE", "AE"), ("VAE", "AE"),
        ("The Netherlands", "NL"), ("Holland", "NL"), ("Turkey", "TR"), ("Czech Republic", "CZ"), ("Hong Kong", "HK"),
        ("Korea, Republic of", "KR"), ("Trinidad and Tobago", "TT"), ("Saint Lucia", "LC"), ("NO", "NO"),
    ],
)  # fmt: skip
def test_names_short_forms_and_codes_are_read(written: str, code: str) -> None:
    assert read_country(written) == code


@pytest.mark.parametrize("written", ["Narnia", "Bayern", "EU", "ZZ", "+49", "-", "Korea", "Saint-Martin"])
def test_what_is_no_country_or_may_be_two_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(ValueError, match=r"write its two letters \(ISO 3166\), such as DE, or its name"):
        read_country(written)


def test_no_short_form_is_of_two_countries_and_none_is_another_ones_code() -> None:
    seen: dict[str, str] = {}
    for code, names in parse(FILE.name, FILE.read_text(encoding="utf-8")).data.items():
        assert read_country(code) == code
        for name in names:
            assert seen.setdefault(close_up(name), code) == code, name
            assert read_country(name) == code


def test_names_are_known_in_each_language_in_which_a_column_of_countries_is() -> None:
    columns = parse(WORDS.name, WORDS.read_text(encoding="utf-8")).data["columns"]["profile.country"]
    assert columns.keys() - {"mul"} <= {one.partition("_")[0] for one in LANGUAGES}


@pytest.mark.parametrize("declared", [[COUNTRY], []])
def test_a_row_tells_the_two_letters_or_why_not(declared: list[Attribute]) -> None:
    arrival = reader(*declared).read(1, {"E-Mail": "ana@example.com", "Land": " Spanien "})
    assert arrival.attributes["country"] == "ES"
    with pytest.raises(RowRefused, match=r"^Land: it must be a country: write its two letters"):
        reader(*declared).read(1, {"E-Mail": "ana@example.com", "Land": "Bayern"})


def test_a_person_in_json_tells_them_too() -> None:
    people = PersonReader(reader(COUNTRY))
    assert people.read(0, {"email": "a@example.com", "attributes": {"country": "UK"}}).attributes == {"country": "GB"}
    with pytest.raises(RowRefused, match=r"^country: it must be a country"):
        people.read(0, {"email": "a@example.com", "attributes": {"country": "Narnia"}})


def test_a_country_that_is_declared_by_its_name_stays_so() -> None:
    named = Attribute("country", AttributeType.TEXT, one_of=("Germany", "AT"))
    row = {"E-Mail": "ana@example.com"}
    assert reader(named).read(1, {**row, "Land": "Germany"}).attributes["country"] == "Germany"
    assert reader(named).read(1, {**row, "Land": "Österreich"}).attributes["country"] == "AT"


@pytest.mark.parametrize(
    "head",
    ["Land", "País", "PAIS", "Pays", "Paese", "Staat", "Country", "Kraj", "Country/Region", "国", "Mailing Country"],
)
def test_a_column_of_countries_is_known_by_its_head(head: str) -> None:
    for schema in (ProfileSchema({"country": COUNTRY}), None):
        assert guessed(ColumnMapping(), ["Email", head], schema).columns[head] == "profile.country"


def test_a_column_is_what_is_declared_under_its_name_first() -> None:
    state = Attribute("state", AttributeType.TEXT, label="Land")
    schema = ProfileSchema({"country": COUNTRY, "state": state})
    assert guessed(ColumnMapping(), ["Land", "Country"], schema).columns == {
        "Land": "profile.state", "Country": "profile.country",
    }  # fmt: skip
    nowhere = ProfileSchema({"state": Attribute("state", AttributeType.TEXT)})
    assert guessed(ColumnMapping(), ["Land"], nowhere).columns == {"Land": "ignore"}
