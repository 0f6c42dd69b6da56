from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.rare_words import RareWords, index_words, stems

PASSAGES = ["the plan costs three pounds", "the plan ends when you cancel the plan", "a gift for charities"]


def test_the_passage_with_the_rare_word_scores_higher_than_one_with_a_common_word() -> None:
    scores = index_words(PASSAGES, []).scores(stems("a plan for charities"))
    assert scores[2] > scores[1] > scores[0] > 0


def test_a_word_that_stands_nowhere_lowers_all_scores() -> None:
    words = index_words(PASSAGES, [])
    assert words.scores(stems("charities and giraffes"))[2] < words.scores(stems("charities"))[2]
    assert words.unknown(stems("charities and giraffes")) == 0.5


def test_a_word_of_a_question_is_known_and_stands_in_no_passage() -> None:
    words = index_words(PASSAGES, ["is there a discount"])
    assert words.unknown(stems("discount")) == 0.0
    assert not words.scores(stems("discount")).any()


def test_a_text_of_asking_words_alone_scores_nothing() -> None:
    words = index_words(PASSAGES, [])
    assert stems("what is it about") == []
    assert not words.scores([]).any()
    assert words.unknown([]) == 0.0


def test_what_questions_are_asked_with_is_left_out_in_each_language() -> None:
    assert stems("Und was kostet das denn eigentlich bei euch?") == ["koste"]
    assert stems("Où est-ce que vous êtes situés ?") == ["situe"]
    assert stems("¿Me puede decir cuál es el horario de ustedes?") == ["decir", "horar"]


def test_accents_may_be_missing_and_the_marks_of_other_scripts_count() -> None:
    assert stems("donde estan") == stems("¿Dónde están?")
    assert stems("offnungszeiten") == stems("Öffnungszeiten")
    assert stems("が") != stems("か")


@given(st.lists(st.text(), max_size=5), st.text())
def test_a_score_is_a_share_and_survives_being_stored(passages: list[str], asked: str) -> None:
    words = index_words(passages, [])
    scores = words.scores(stems(asked))
    assert scores.shape == (len(passages),)
    assert np.all((scores >= 0) & (scores <= 1 + 1e-5))
    again = RareWords.from_arrays(words.arrays(), words.facts())
    assert np.array_equal(again.scores(stems(asked)), scores)
