from __future__ import annotations

import pytest

from bot.nlu.number_words import COUNTED_IN, number_in_words

THREE = {"de": "drei", "es": "tres", "fr": "trois", "it": "tre", "nl": "drie", "pt": "três"}


def test_each_language_that_is_said_to_be_read_is_read() -> None:
    assert {language for language in COUNTED_IN if number_in_words([THREE.get(language, "")], {language})} == COUNTED_IN


@pytest.mark.parametrize(
    ("text", "number"), [("dreissig", 30), ("fuenfunddreissig", 35), ("zwoelf", 12), ("hundert funf", 105)]
)
def test_german_numbers_are_read_without_the_letters_that_a_keyboard_may_not_have(text: str, number: int) -> None:
    assert number_in_words(text.split(), {"de"}) == (number, len(text.split()))


@pytest.mark.parametrize(
    ("text", "number"), [("zero", 0), ("soixante et onze", 71), ("nonante deux", 92), ("quatre vingt dix", 90)]
)
def test_so_are_french_ones_and_those_of_belgium_and_switzerland(text: str, number: int) -> None:
    assert number_in_words(text.split(), {"fr"}) == (number, len(text.split()))
