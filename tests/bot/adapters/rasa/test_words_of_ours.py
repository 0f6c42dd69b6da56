from __future__ import annotations

from bot.adapters.content.library import REQUIRED_RESPONSES
from bot.adapters.rasa.words_of_ours import words_of_ours


def test_every_response_that_is_required_has_words_in_every_language_that_one_has() -> None:
    assert set(REQUIRED_RESPONSES) <= set(words_of_ours("en"))
    for language in ("de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "ru", "ar", "zh"):
        assert not set(words_of_ours(language).values()) & set(words_of_ours("en").values())


def test_a_language_without_words_gets_those_in_english() -> None:
    assert words_of_ours("tlh") == words_of_ours("en")
