from __future__ import annotations

from bot.nlu.number_words import COUNTED_IN, number_in_words

THREE = {"de": "drei", "es": "tres", "fr": "trois", "it": "tre", "nl": "drie", "pt": "três"}


def test_each_language_that_is_said_to_be_read_is_read() -> None:
    assert {language for language in COUNTED_IN if number_in_words([THREE.get(language, "")], {language})} == COUNTED_IN
