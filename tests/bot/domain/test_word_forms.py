"""Words as rules look for them: without accents, punctuation and invisible characters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.word_forms import spelled


@given(st.text(st.characters(max_codepoint=127)))
def test_a_text_of_plain_letters_has_the_words_that_it_has_beside_others(text: str) -> None:
    assert (*spelled(text), "e") == spelled(f"{text} \u00e9")


def test_accents_case_and_invisible_characters_do_not_count() -> None:
    assert spelled("\u00c9t\u00e9, ST\u200bOP! \U0001f6d1") == ("ete", "stop")
