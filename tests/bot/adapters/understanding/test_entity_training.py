from __future__ import annotations

from pathlib import Path

from bot.adapters.understanding.entity_training import learn_entities
from bot.documents import parse
from bot.nlu.naming import NO_OTHER_NAMES
from bot.nlu.report import cross_validate_entities
from bot.nlu.training_data import read_training_data

FLIGHTS = """
nlu:
- intent: fly
  examples: |
    - flights from [madrid](from) to [barcelona](to)
    - show flights from [porto](from) to [lisboa](to)
    - I want to go from [paris](from) to [oslo](to)
    - is there a flight from [rome](from) to [vienna](to)?
    - fly from [kyiv](from) to [riga](to) please
    - from [turin](from) to [ghent](to)
- intent: greet
  examples: |
    - hello
    - good morning
    - hi there
"""


def test_an_evaluation_finds_entities_as_service_does_by_the_words_around_them_too(tmp_path: Path) -> None:
    data = read_training_data([parse("flights.yml", FLIGHTS)])
    figures, _ = cross_validate_entities(
        data,
        lambda part: learn_entities(part, NO_OTHER_NAMES, (), tmp_path / "tags"),
        folds=3,
        region="GB",
        languages=(),
    )
    assert {one.label: one.recall > 0.5 for one in figures} == {"from": True, "to": True}
