"""Explainers: the model in force, with its examples read once for each model."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.content.explaining import CurrentExplainer, training_data_of
from bot.adapters.content.library import Shelves, read_contents
from bot.adapters.understanding.training import load
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.nlu.pipeline import Pipeline
from bot.settings import Settings
from tests.bot.services.fakes import FakeNlu

ROOT = Path(__file__).parents[4]


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelves:
    for name in ("nlu_data", "journeys"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    return shelves_of(settings, channel_names(settings))


@pytest.fixture(scope="module")
def trained(trained_model: Path) -> Pipeline:
    return load(trained_model)


def test_all_that_is_learnt_from_has_its_place(shelves: Shelves) -> None:
    data = training_data_of(read_contents(shelves))
    assert {Path(one.place.path).suffix for one in data.examples} == {".yml", ".md"}
    assert all(one.text for one in data.examples)


def test_examples_are_read_once_for_each_model(shelves: Shelves, trained: Pipeline) -> None:
    current = CurrentExplainer(shelves)
    first = current.of(trained)
    assert first is not None
    assert first is current.of(trained)
    assert first.explain("I'd like a demo").neighbours[0].example.text == "I'd like a demo"
    assert current.of(replace(trained)) is not first


def test_what_is_in_force_is_explained_although_the_files_are_broken(shelves: Shelves, trained: Pipeline) -> None:
    Path("nlu_data/rules.yml").write_text("rules: [\n")
    explainer = CurrentExplainer(shelves).of(trained)
    assert explainer is not None
    explanation = explainer.explain("I'd like a demo")
    assert (explanation.understood.intent.name, explanation.neighbours) == ("request_demo", ())


def test_another_engine_gives_no_reasons(shelves: Shelves) -> None:
    assert CurrentExplainer(shelves).of(FakeNlu()) is None
