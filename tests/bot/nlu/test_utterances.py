"""What customers write, row by row: see utterances.yml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.adapters.understanding.encoder import common_words, source_folder
from bot.documents import parse
from bot.domain.understanding import Entity, Expecting
from bot.nlu.entities import EntityExtractor, build_extractor
from bot.nlu.places import build_places
from bot.nlu.training_data import read_training_data

TABLE = Path(__file__).with_name("utterances.yml")
ROWS: list[Mapping[str, Any]] = parse(str(TABLE), TABLE.read_text(encoding="utf-8")).data["utterances"]
SAID_AT = datetime(2026, 11, 24, 10, tzinfo=UTC)

LOOKUPS = """
nlu:
  - lookup: product
    examples: |
      - Harbour Pro
      - Harbour Lite
      - Shiftboard
      - Rosterline
  - lookup: plan
    examples: |
      - Starter
      - Business
      - Enterprise
  - intent: greet
    examples: |
      - hello
      - hi there
  - intent: inform
    examples: |
      - we are 80 people
      - my name is Ana
"""


@pytest.fixture(scope="session")
def extractor() -> EntityExtractor:
    data = read_training_data([parse("nlu.yml", LOOKUPS)])
    encoder = source_folder("")
    assert encoder is not None
    return build_extractor(data, places=build_places(), language=common_words(encoder))


@pytest.mark.parametrize("row", ROWS, ids=[row["text"] for row in ROWS])
def test_an_utterance_has_these_entities_and_no_others(row: Mapping[str, Any], extractor: EntityExtractor) -> None:
    text, region = row["text"], row.get("region", "GB")
    expecting = Expecting("form", "slot", (row["asked"],)) if "asked" in row else None
    zone = ZoneInfo(row.get("zone", "Europe/London"))
    wanted = [tuple(expected[:3]) for expected in row["found"]]
    compared = {"timeline"} & {name for name, *_ in wanted}

    found = extractor.extract(text, expecting, region, zone=zone, now=SAID_AT, languages=row.get("languages", ()))

    found = tuple(one for one in found if one.name != "timeline" or one.name in compared)
    assert [_facts(one) for one in found] == sorted(wanted, key=lambda one: (text.index(one[1]), one[0]))
    for expected in row["found"]:
        details = expected[3] if len(expected) > 3 else {}
        one = next(one for one in found if _facts(one) == tuple(expected[:3]))
        assert {name: (one.details or {}).get(name) for name in details} == details


def _facts(entity: Entity) -> tuple[str, str, Any]:
    return entity.name, entity.text, entity.value
