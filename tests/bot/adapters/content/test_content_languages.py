from __future__ import annotations

from bot.adapters.content.content_languages import unknown_languages, without_own_words
from bot.dialogue.content import read_assistant
from bot.documents import parse


def test_a_code_that_is_no_language_is_told_where_it_stands() -> None:
    documents = [
        parse("config.yml", "language: eng\n"),
        parse(
            "responses.yml",
            "responses:\n  utter_hi:\n  - text: Hi\n  - {text: Hallo, language: ger}\n  - {text: Hei, language: no}\n"
            "  - {text: Ahoj, language: cz}\n",
        ),
        parse("nlu/gb/talking.yml", "nlu: []\n"),
        parse("nlu/nb/talking.yml", "nlu: []\n"),
    ]
    assert list(map(str, unknown_languages(read_assistant(documents), documents))) == [
        'config.yml:1:1: "eng" is no code of a language, so nothing is known of it. Did you mean "en"?',
        'nlu/gb/talking.yml:1:1: "gb" is no code of a language, so nobody is understood by these examples. '
        "Languages go by two letters, such as en or de. Call the folder so.",
        'responses.yml:4:5: "ger" is no code of a language, so this variation is never said. Did you mean "de"?',
        'responses.yml:6:5: "cz" is no code of a language, so this variation is never said. '
        "Languages go by two letters, such as en or de.",
    ]


def test_a_response_that_has_words_in_other_languages_alone_is_told() -> None:
    responses = (
        "responses:\n  utter_a: [{text: Hallo, language: de}]\n  utter_b: [{text: Hi, language: en}]\n"
        "  utter_c: [{text: Hi}, {text: Hallo, language: de}]\n"
    )
    assert list(map(str, without_own_words(read_assistant([parse("responses.yml", responses)])))) == [
        'responses.yml:2:13: the response "utter_a" has words in "de" alone, and everybody gets them. '
        "Add a variation without language, for everybody else."
    ]
