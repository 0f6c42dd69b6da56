"""What a message means in Rasa's JSON: what custom actions and clients that were written for Rasa take from it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.rasa.rasa_json import read_parse_data
from bot.adapters.rasa.rasa_readings import parse_data_as_rasa_has_it, read_intent
from bot.domain.assistant import Response, Variation
from bot.domain.understanding import IntentScore, Understood

OPENING = IntentScore("faq/opening", 0.6)
ASKED = Understood(
    "when do you open", OPENING, ranking=(OPENING, IntentScore("faq/parking", 0.2), IntentScore("greet", 0.1))
)


def test_the_ranking_begins_with_the_fallback_as_actions_of_rasa_expect_it() -> None:
    """Rasa's own example of an affirmation takes `intent_ranking[1]` for what was most likely meant."""
    unclear = Understood("hm", IntentScore("nlu_fallback", 0.7), ranking=(IntentScore("greet", 0.3),))
    assert _names(unclear) == ["nlu_fallback", "greet"]


def test_what_is_no_word_at_all_has_a_ranking_too() -> None:
    assert _names(Understood("asdf", IntentScore("nlu_fallback", 1.0))) == ["nlu_fallback"]
    assert _names(Understood("", IntentScore("", 0.0))) == []


def test_a_ranking_knows_a_retrieval_intent_once_and_without_its_keys() -> None:
    told = parse_data_as_rasa_has_it(ASKED)
    assert told["intent_ranking"] == [{"name": "faq", "confidence": 0.6}, {"name": "greet", "confidence": 0.1}]


def test_what_a_retrieval_intent_chooses_is_told_under_both_names_of_a_selector_with_its_words() -> None:
    words = Response("utter_faq/opening", (Variation("At nine."),))
    selected = parse_data_as_rasa_has_it(ASKED, {words.name: words})["response_selector"]
    assert selected["faq"] == selected["default"]
    assert selected["default"]["response"] == {
        "responses": [{"text": "At nine."}],
        "intent_response_key": "faq/opening",
        "utter_action": "utter_faq/opening",
        "confidence": 0.6,
    }


def test_retrieval_intents_that_were_not_meant_have_a_selector_too() -> None:
    """Actions that offer the likeliest intents look up the key of each retrieval intent among them."""
    unclear = Understood(
        "hm", IntentScore("nlu_fallback", 0.7), ranking=(IntentScore("greet", 0.2), *ASKED.ranking[:2])
    )
    selected = parse_data_as_rasa_has_it(unclear)["response_selector"]
    assert [one["intent_response_key"] for one in selected["faq"]["ranking"]] == ["faq/opening", "faq/parking"]
    assert read_intent(parse_data_as_rasa_has_it(unclear)) == IntentScore("nlu_fallback", 0.7)


def test_a_retrieval_intent_is_read_with_its_key() -> None:
    assert read_intent(parse_data_as_rasa_has_it(ASKED)) == OPENING
    assert read_parse_data("when do you open", parse_data_as_rasa_has_it(ASKED)).intent == OPENING


@pytest.mark.parametrize(
    "selectors",
    [
        pytest.param({"default": {"response": {"intent_response_key": "chitchat/weather"}}}, id="of another intent"),
        pytest.param({"default": {"response": None}}, id="without a response"),
        pytest.param({"all_retrieval_intents": ["faq"]}, id="without a selector"),
        pytest.param("faq", id="no selectors at all"),
    ],
)
def test_a_selector_that_says_nothing_of_the_intent_changes_nothing(selectors: Any) -> None:
    told = {"intent": {"name": "faq", "confidence": 0.5}, "response_selector": selectors}
    assert read_intent(told) == IntentScore("faq", 0.5)


def test_an_intent_that_is_no_object_is_refused_where_others_send_it() -> None:
    with pytest.raises(ValueError, match="parse_data is"):
        read_parse_data("hi", {"intent": "greet"})


def _names(understood: Understood) -> list[str]:
    return [one["name"] for one in parse_data_as_rasa_has_it(understood)["intent_ranking"]]
