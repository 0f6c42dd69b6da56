from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.understanding import Expecting
from bot.nlu.entities import EntityExtractor, asks_for, build_extractor
from bot.nlu.training_data import TrainingData, read_training_data


@pytest.fixture(scope="session")
def extractor(training_data: TrainingData) -> EntityExtractor:
    return build_extractor(training_data)


def asking(slot: str, *entities: str) -> Expecting:
    return Expecting("demo_form", slot, entities)


def found(extractor: EntityExtractor, text: str, expecting: Expecting | None = None) -> list[tuple[str, Any]]:
    return [(entity.name, entity.value) for entity in extractor.extract(text, expecting, "GB")]


def test_a_sentence_gives_all_that_it_says(extractor: EntityExtractor) -> None:
    assert found(
        extractor, "I'm Ana from Acme, 80 people, ana@example.com, 07700 900123, demo next Tuesday at 3pm"
    ) == [
        ("person", "Ana"),
        ("organisation", "Acme"),
        ("number", 80),
        ("email", "ana@example.com"),
        ("phone", "+447700900123"),
        ("time", "next tuesday at 3pm"),
    ]


def test_a_bare_answer_is_what_was_asked_for(extractor: EntityExtractor) -> None:
    assert found(extractor, "fifty") == []
    assert found(extractor, "fifty", asking("team_size", "number")) == [("number", 50)]
    assert found(extractor, "ana", asking("lead_name", "person")) == [("person", "Ana")]
    assert found(extractor, "now", asking("timeline", "timeline")) == [("timeline", "now")]


def test_a_slot_without_entities_says_by_its_name_what_it_wants() -> None:
    assert asks_for(asking("lead_name"), "person")
    assert asks_for(asking("company_name"), "organisation")
    assert not asks_for(asking("company_name"), "person")
    assert not asks_for(asking("lead_name", "email"), "person")
    assert not asks_for(None, "person")


def test_nothing_is_found_inside_addresses_and_phone_numbers(extractor: EntityExtractor) -> None:
    expecting = asking("team_size", "number")
    assert found(extractor, "team50@example.com", expecting) == [("email", "team50@example.com")]
    address = "https://example.com/50/people"
    assert found(extractor, address, expecting) == [("url", address)]
    assert found(extractor, "07700 900123", expecting) == [("phone", "+447700900123")]


def test_a_time_is_no_number(extractor: EntityExtractor) -> None:
    assert found(extractor, "tomorrow at 10", asking("team_size", "number")) == [("time", "tomorrow at 10")]


def test_lookups_synonyms_annotations_and_patterns_are_found(extractor: EntityExtractor) -> None:
    assert found(extractor, "from NYC to oslo") == [("city", "New York"), ("city", "Oslo")]
    assert found(extractor, "fly to the big apple") == [("city", "New York")]
    assert found(extractor, "we want the GOLD plan") == [("plan", "premium")]
    assert found(extractor, "where is hb-1234?") == [("order", "hb-1234")]


def test_a_role_is_told_by_the_word_in_front() -> None:
    text = """
nlu:
  - intent: travel
    examples: |
      - from [Oslo]{"entity": "city", "role": "departure"} to [Rome]{"entity": "city", "role": "destination"}
      - I go to [Paris]{"entity": "city", "role": "destination"}
  - intent: greet
    examples: |
      - hi
      - hello
"""
    extractor = build_extractor(read_training_data([parse("nlu.yml", text)]))
    assert [(e.value, e.role) for e in extractor.extract("to oslo from paris")] == [
        ("Oslo", "destination"),
        ("Paris", "departure"),
    ]


def test_an_extractor_survives_json(extractor: EntityExtractor) -> None:
    again = EntityExtractor.from_facts(json.loads(json.dumps(extractor.facts())))
    text = "no, 80 people in NYC, order HB-1234"
    assert again.extract(text) == extractor.extract(text)


@given(text=st.text())
def test_any_text_can_be_searched(extractor: EntityExtractor, text: str) -> None:
    for entity in extractor.extract(text, asking("name", "person", "number", "time", "timeline", "organisation"), "GB"):
        assert 0 <= entity.start < entity.end <= len(text)
