"""The report: entities that are judged unseen, and everything as plain values."""

from __future__ import annotations

import json

from bot.documents import parse
from bot.nlu.entities import build_extractor
from bot.nlu.evaluate import cross_validate, judge
from bot.nlu.material import vectors_of
from bot.nlu.pipeline import Pipeline
from bot.nlu.report import as_json, build_report, cross_validate_entities, judge_entities
from bot.nlu.training_data import TrainingData, read_examples, read_training_data
from bot.ports import Encoder

TEAS = """
nlu:
  - intent: order
    examples: |
      - a cup of [sencha](tea) please
      - bring me [sencha](tea)
      - [sencha](tea) for two
      - I would like [oolong]{"entity": "tea", "value": "wulong"} today
  - intent: greet
    examples: |
      - hello
      - good morning
      - hi there
"""


def test_the_report_has_everything_as_plain_values(training_data: TrainingData, pipeline: Pipeline) -> None:
    examples = training_data.examples
    vectors = vectors_of([one.text for one in examples], [one.intent for one in examples], pipeline.encoder)
    embeddings = vectors.examples
    verdicts = cross_validate(training_data.examples, vectors, folds=3)
    strangers = read_examples([parse("oos.yml", "nlu: [{intent: x, examples: ['is the moon made of cheese?']}]")])
    judged = judge(pipeline.classifier, strangers, pipeline.encoder.encode([one.text for one in strangers]))
    told = as_json(build_report("three folds", training_data, embeddings, verdicts, strangers=judged))
    assert json.loads(json.dumps(told)) == told
    assert (told["how"], told["judged"]) == ("three folds", len(verdicts))
    assert {one["label"] for one in told["intents"]} >= {"greet", "request_demo", "opt_out"}
    assert sum(one["count"] for one in told["confusions"]) == sum(not one.right for one in verdicts)
    assert sum(one["count"] for one in told["calibration"]["bins"]) == len(verdicts)
    assert told["out_of_scope"]["count"] == 1
    assert {one["intent"] for one in told["thin_intents"]} >= {"greet", "deny"}


def test_entities_are_found_by_an_extractor_that_has_not_seen_them(encoder: Encoder) -> None:
    data = read_training_data([parse("teas.yml", TEAS)])
    figures, errors = cross_validate_entities(data, build_extractor, folds=3, region="GB", languages=())
    (tea,) = figures
    assert (tea.label, tea.support) == ("tea", 4)
    assert any((one.words, one.found) == ("oolong", False) for one in errors)
    learnt_by_heart = judge_entities(data.examples, build_extractor(data), "GB", ())[0]
    assert learnt_by_heart[0].recall >= tea.recall


def test_entities_are_found_in_the_languages_that_the_assistant_speaks() -> None:
    tables = read_examples(
        [parse("tische.yml", "nlu: [{intent: buchen, examples: ['wir sind [fünfundzwanzig](number) Personen']}]")]
    )
    extractor = build_extractor(TrainingData((), {}, {}, {}))
    assert judge_entities(tables, extractor, "DE", {"de"})[0][0].recall == 1.0
    assert judge_entities(tables, extractor, "DE", ())[0][0].recall == 0.0


def test_where_nothing_is_annotated_there_are_no_figures_of_entities() -> None:
    plain = "nlu: [{intent: a, examples: [one, two, three]}, {intent: b, examples: [four, five, six]}]"
    data = read_training_data([parse("plain.yml", plain)])
    assert cross_validate_entities(data, build_extractor, folds=3, region="GB", languages=()) == ((), ())
