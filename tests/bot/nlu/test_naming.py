from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.documents import Document, parse
from bot.domain.understanding import Entity, Expecting
from bot.nlu.entities import EntityExtractor, build_extractor
from bot.nlu.naming import EntityNames, read_entity_names
from bot.nlu.training_data import read_training_data

NLU = """
nlu:
  - intent: pay
    examples: |
      - pay it
      - transfer money
  - intent: greet
    examples: |
      - hello
      - hi there
"""
DOMAIN = "entities: [amount-of-money, time, number, PERSON: {roles: [to]}, duration]"
CONFIG = """
pipeline:
  - name: WhitespaceTokenizer
  - name: DucklingEntityExtractor
    url: http://localhost:8000
    dimensions: [amount-of-money, time, number, duration, phone-number, url, email, temperature, ordinal]
  - name: SpacyEntityExtractor
    dimensions: [PERSON]
"""
NEW_YORK = ZoneInfo("America/New_York")
SAID_AT = datetime(2026, 11, 24, 15, tzinfo=UTC)


def documents(*texts: str) -> list[Document]:
    return [parse(f"{at}.yml", text) for at, text in enumerate(texts)]


def extractor(*texts: str) -> EntityExtractor:
    return build_extractor(read_training_data(documents(NLU)), read_entity_names(documents(*texts)))


def found(text: str, *texts: str, expecting: Expecting | None = None) -> list[Entity]:
    return list(extractor(*texts).extract(text, expecting, "US", zone=NEW_YORK, now=SAID_AT))


def facts(text: str, *texts: str) -> list[tuple[str, Any]]:
    return [(entity.name, entity.value) for entity in found(text, *texts)]


def test_the_domain_and_the_pipeline_name_what_they_use() -> None:
    names = read_entity_names(documents(DOMAIN, CONFIG))
    assert {"amount-of-money", "time", "phone-number"} <= names.duckling
    assert names.spacy == {"PERSON"}
    assert names.declared == {"amount-of-money", "time", "number", "PERSON", "duration"}


def test_duckling_without_dimensions_has_all_of_them() -> None:
    names = read_entity_names(documents("pipeline: [{name: rasa.nlu.extractors.DucklingEntityExtractor}]"))
    assert {"temperature", "volume", "quantity", "ordinal"} <= names.duckling


def test_names_that_only_duckling_and_spacy_have_are_enough_in_the_domain() -> None:
    assert facts("transfer $500", "entities: [amount-of-money]") == [("amount-of-money", 500)]
    assert facts("my name is Ana", "entities: [PERSON]") == [("PERSON", "Ana")]


def test_an_assistant_of_ours_gets_our_names() -> None:
    assert facts("transfer $500", "entities: [money]") == [("money", 500)]
    assert facts("transfer $500") == [("money", 500)]
    assert facts("transfer $500", "entities: [money, amount-of-money]") == [("amount-of-money", 500), ("money", 500)]


@pytest.mark.parametrize(
    ("text", "name", "value", "info"),
    [
        ("transfer $500", "amount-of-money", 500, {"value": 500, "type": "value", "unit": "$"}),
        ("transfer 500 euros", "amount-of-money", 500, {"value": 500, "type": "value", "unit": "EUR"}),
        (
            "between 5 and 10 dollars",
            "amount-of-money",
            {"to": 10, "from": 5},
            {"type": "interval", "from": {"value": 5, "unit": "$"}, "to": {"value": 10, "unit": "$"}},
        ),
        (
            "up to $20",
            "amount-of-money",
            {"to": 20, "from": None},
            {"type": "interval", "to": {"value": 20, "unit": "$"}},
        ),
        (
            "for two weeks",
            "duration",
            2,
            {
                "value": 2,
                "unit": "week",
                "week": 2,
                "type": "value",
                "normalized": {"value": 1209600, "unit": "second"},
            },
        ),
        ("80 people", "number", 80, {"value": 80, "type": "value"}),
        ("the second option", "ordinal", 2, {"value": 2, "type": "value"}),
        ("it is 70 degrees fahrenheit", "temperature", 70, {"value": 70, "type": "value", "unit": "fahrenheit"}),
        ("ana@example.com", "email", "ana@example.com", {"value": "ana@example.com"}),
        ("call +14155552671", "phone-number", "+14155552671", {"value": "+14155552671"}),
        (
            "see www.example.com/x",
            "url",
            "www.example.com/x",
            {"value": "www.example.com/x", "domain": "example.com"},
        ),
    ],
)
def test_values_have_the_shape_that_duckling_gave_them(text: str, name: str, value: Any, info: dict[str, Any]) -> None:
    (entity,) = found(text, DOMAIN, CONFIG)
    assert (entity.name, entity.value, entity.details) == (name, value, info)
    assert entity.extractor == "DucklingEntityExtractor"


def test_a_time_is_duckling_s_moment_with_its_grain() -> None:
    (entity,) = found("next tuesday at 5pm", DOMAIN, CONFIG)
    moment = {"type": "value", "value": "2026-12-01T17:00:00.000-05:00", "grain": "hour"}
    assert (entity.value, entity.details) == (moment["value"], {**moment, "values": [moment]})


@pytest.mark.parametrize(
    ("text", "start", "grain"),
    [
        ("the last friday of may", "2027-05-28", "day"),
        ("in march", "2027-03-01", "month"),
        ("next year", "2027-01-01", "year"),
        ("the week of may 4th", "2027-05-03", "week"),
    ],
)
def test_a_whole_month_or_year_is_duckling_s_first_moment_with_that_grain(text: str, start: str, grain: str) -> None:
    entity = found(text, DOMAIN, CONFIG)[0]
    assert str(entity.value).startswith(f"{start}T00:00:00.000")
    assert entity.details is not None
    assert entity.details["grain"] == grain


@pytest.mark.parametrize("text", ["end of february", "in march at 3pm", "next week at 10"])
def test_a_part_of_a_month_and_an_hour_of_more_days_than_one_are_intervals(text: str) -> None:
    (entity,) = found(text, DOMAIN, CONFIG)
    assert set(entity.value) == {"from", "to"}


def test_a_part_of_a_day_is_an_interval() -> None:
    (entity,) = found("tomorrow afternoon", DOMAIN, CONFIG)
    assert entity.value == {"to": "2026-11-25T17:00:00.000-05:00", "from": "2026-11-25T12:00:00.000-05:00"}


@pytest.mark.parametrize(
    ("text", "start", "grain"),
    [
        ("yesterday", "2026-11-23", "day"),
        ("the day before yesterday", "2026-11-22", "day"),
        ("last week", "2026-11-16", "week"),
        ("last month", "2026-10-01", "month"),
        ("this year", "2026-01-01", "year"),
        ("last monday", "2026-11-23", "day"),
        ("three months ago", "2026-08-01", "month"),
        ("2 days ago", "2026-11-22", "day"),
    ],
)
def test_what_is_over_is_a_time_where_duckling_found_it(text: str, start: str, grain: str) -> None:
    (entity,) = found(f"what did I spend {text}", DOMAIN, CONFIG)
    assert str(entity.value).startswith(f"{start}T00:00:00.000-0")
    assert entity.details is not None
    assert entity.details["grain"] == grain
    assert facts(f"what did I spend {text}") == []


def test_this_year_is_a_part_of_the_date_beside_it() -> None:
    (entity,) = found("on 31 December this year", DOMAIN, CONFIG)
    assert str(entity.value).startswith("2026-12-31")


def test_years_before_the_first_are_no_time() -> None:
    assert found("999 years ago", DOMAIN, CONFIG)
    assert list(extractor(DOMAIN, CONFIG).extract("999 years ago", now=datetime(900, 1, 1, tzinfo=UTC))) == []


def test_without_a_clock_a_time_stays_a_phrase() -> None:
    (entity,) = extractor(DOMAIN, CONFIG).extract("next tuesday at 5pm")
    assert entity.value == "next tuesday at 5pm"


def test_a_slot_is_asked_for_by_the_assistant_s_own_name_of_the_entity() -> None:
    expecting = Expecting("transfer_money_form", "amount-of-money", ("amount-of-money",))
    (entity,) = found("500", DOMAIN, CONFIG, expecting=expecting)
    assert (entity.name, entity.value) == ("amount-of-money", 500)


def test_spacy_s_dates_and_times_are_told_apart_by_their_grain() -> None:
    spacy = "pipeline: [{name: SpacyEntityExtractor}]"
    names = {entity.name for entity in found("tomorrow", spacy)}
    assert names == {"DATE"}
    assert {entity.name for entity in found("tomorrow at 3pm", spacy)} == {"TIME"}
    assert {entity.name for entity in found("I'm Ana from Acme, we pay $5", spacy)} == {"PERSON", "ORG", "MONEY"}


def test_names_survive_json() -> None:
    names = read_entity_names(documents(DOMAIN, CONFIG))
    assert EntityNames.from_facts(json.loads(json.dumps(names.facts()))) == names
