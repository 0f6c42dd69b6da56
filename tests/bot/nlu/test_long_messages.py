from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.domain.understanding import Further, IntentScore, KnowledgeAnswer, Understood
from bot.nlu.long_messages import MOST_SENTENCES, sentences_of_a_long_message, wish_of
from bot.nlu.several import Piece

TOLD = [
    "We have three cafes.",
    "Most are students.",
    "I make the rota.",
    "It takes ages.",
    "They swap.",
    "It is a mess.",
]
DEMO, PERSON = "Can I have a demo?", "I want a person."
ANSWER = KnowledgeAnswer("It is easy.", "Product", "https://shop.test", 0.9)


def meaning(message: str, sentences: Mapping[str, tuple[str, float]], whole: str = "nlu_fallback") -> str:
    """The intent of the message, of which some sentences mean something and the others nothing."""

    def read(piece: Piece) -> Understood:
        name, confidence = sentences.get(piece.text, ("nlu_fallback", 1.0))
        return Understood(piece.text, IntentScore(name, confidence), answer=ANSWER if name == "ask_knowledge" else None)

    understood = Understood(message, IntentScore(whole, 0.9))
    return wish_of(understood, sentences_of_a_long_message(message), read).intent.name


@pytest.mark.parametrize("between", [" ", "\n"])
def test_a_story_means_what_its_last_request_says(between: str) -> None:
    message = between.join([DEMO, *TOLD, PERSON, "Thanks."])
    assert meaning(message, {DEMO: ("request_demo", 0.9), PERSON: ("talk_to_person", 0.9)}) == "talk_to_person"


def test_a_few_words_that_are_very_long_are_a_story_too() -> None:
    message = f"We have {'very ' * 300}many people. {DEMO}"
    assert meaning(message, {DEMO: ("request_demo", 0.9)}) == "request_demo"


def test_the_end_of_a_letter_is_read_however_long_it_is() -> None:
    message = " ".join([*TOLD * 40, DEMO])
    assert len(sentences_of_a_long_message(message)) == MOST_SENTENCES
    assert meaning(message, {DEMO: ("request_demo", 0.9)}) == "request_demo"


@pytest.mark.parametrize(
    "sentences",
    [
        {},
        {DEMO: ("request_demo", 0.5)},
        {DEMO: ("out_of_scope", 0.9)},
        {DEMO: ("greet", 0.9)},
        {TOLD[2]: ("ask_knowledge", 0.2)},  # near to a passage, and no question
    ],
)
def test_a_story_without_a_clear_request_stays_what_it_is(sentences: Mapping[str, tuple[str, float]]) -> None:
    assert meaning(" ".join([*TOLD, DEMO]), sentences) == "nlu_fallback"


def test_a_question_that_a_page_answers_is_a_request() -> None:
    assert meaning(" ".join([*TOLD, DEMO]), {DEMO: ("ask_knowledge", 0.2)}) == "ask_knowledge"


def test_an_opt_out_goes_before_other_requests() -> None:
    message = " ".join([PERSON, *TOLD, DEMO])
    assert meaning(message, {DEMO: ("request_demo", 0.9), PERSON: ("opt_out", 0.9)}) == "opt_out"


def test_what_is_understood_as_a_whole_or_is_short_is_left_alone() -> None:
    sentences = {DEMO: ("request_demo", 0.9)}
    assert meaning(" ".join([*TOLD, DEMO]), sentences, whole="talk_to_person") == "talk_to_person"
    assert meaning(f"{TOLD[0]} {DEMO}", sentences) == "nlu_fallback"
    further = Further(DEMO, 10, 20, IntentScore("request_demo", 0.9))
    several = Understood(" ".join([*TOLD, DEMO]), IntentScore("nlu_fallback", 0.9), further=(further,))
    assert wish_of(several, sentences_of_a_long_message(several.text), lambda piece: several) == several
