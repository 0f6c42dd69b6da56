"""What languages ask of content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.content.content_languages import without_translation
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.domain.errors import Place
from bot.nlu.languages import Languages

RESPONSES = """
intents: [greet]
responses:
  utter_greet: [{text: "Hello"}]
  utter_bye: [{text: "Bye"}%s]
  utter_picture: [{image: "https://example.com/a.png"}]
"""


def warnings(languages: Languages, more: str = "") -> list[str]:
    documents = [parse("domain.yml", RESPONSES % more)]
    found = without_translation(read_assistant(documents), languages, documents, Place("ours"))
    return [str(one) for one in found]


class NobodyKnows:
    def guess(self, _text: str) -> Sequence[tuple[str, float]]:
        return ()


def test_responses_without_words_in_a_language_that_is_understood_are_counted() -> None:
    english = Languages(NobodyKnows(), "en", frozenset({"en"}))
    both = replace(english, spoken=frozenset({"en", "es"}))
    assert warnings(english) == []
    (told,) = warnings(both)
    assert told.startswith(
        'ours:1:1: there are examples in "es", and 2 of 3 responses have no words in it: they are said in "en" '
        "(utter_bye, utter_greet)."
    )
    (told,) = warnings(both, ', {text: "Adiós", language: es}')
    assert "1 of 3 responses" in told
