"""Each recipe is a journey without a fault, in each of its languages, and says how to stop it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.adapters.content.contents import read_contents
from bot.adapters.content.recipes import Aim, Recipe, prepare, recipes
from bot.dialogue.content import read_assistant
from bot.dialogue.personal import Personal
from bot.dialogue.responses import words_of
from bot.documents import parse
from bot.domain.message import Text
from bot.domain.sms_segments import segments_of
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.settings import Settings
from tests.lending import ROOT

AIM = Aim("segment: big-teams", "2030-12-01 09:00", "Europe/London")
BROUGHT = {"starts_at": "2026-12-26T10:00:00+01:00"}  # a Saturday, "sábado"
IN_LANGUAGES = [(one, language) for one in recipes() for language in one.responses]


def test_there_are_some_and_each_speaks_english() -> None:
    assert len(recipes()) >= 4
    assert all("en" in one.responses for one in recipes())
    assert len({one.title for one in recipes()}) == len(recipes())


@pytest.mark.parametrize(("recipe", "language"), IN_LANGUAGES, ids=lambda one: getattr(one, "id", one))
def test_it_is_valid_beside_the_sample_without_a_warning(recipe: Recipe, language: str, tmp_path: Path) -> None:
    assistant, journeys = tmp_path / "acme", tmp_path / "journeys"
    shutil.copytree(ROOT / "nlu_data", assistant)
    shutil.copytree(ROOT / "journeys", journeys)
    settings = Settings(
        assistant=assistant, journeys=journeys, connectors="webchat,twilio_messaging,slack,hubspot,email"
    )
    shelves = shelves_of(settings, channel_names(settings))
    before = {str(one) for one in read_contents(shelves).warnings}
    prepared = prepare(recipe, "spring-offer", ["sms", "email"], language, AIM)
    (journeys / "spring-offer.yml").write_text(prepared.journey, encoding="utf-8")
    (assistant / "responses" / "spring-offer.yml").write_text(prepared.responses, encoding="utf-8")
    contents = read_contents(shelves)
    assert {str(one) for one in contents.warnings} - before == set()
    assert "spring-offer" in contents.journeys


@pytest.mark.parametrize(("recipe", "language"), IN_LANGUAGES, ids=lambda one: getattr(one, "id", one))
def test_all_that_it_says_is_sent_and_fits_two_segments_of_a_text(recipe: Recipe, language: str) -> None:
    prepared = prepare(recipe, "spring", ["sms"], language, AIM)
    says = read_assistant([parse("spring", prepared.responses)]).responses
    assert "NAME" not in prepared.journey + prepared.responses
    for name, response in says.items():
        assert f"response: {name}, channels: [sms]" in prepared.journey
        assert "STOP" in response.variations[0].text
        assert response.variations[0].subject
        words = words_of(
            response.variations[0], {}, Personal(language=language, event=BROUGHT, zones=("Europe/Paris",))
        )
        assert isinstance(words, Text)
        assert segments_of(words.text).count <= 2


def test_a_language_that_it_does_not_speak_is_english() -> None:
    recipe = recipes()[0]
    assert prepare(recipe, "spring", ["sms"], "fi") == prepare(recipe, "spring", ["sms"], "en")
