from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.adapters.understanding.language_guesser import language_guesser
from bot.documents import parse
from bot.domain.errors import Place
from bot.nlu.languages import Languages, folder_language, languages_with_examples, spoken_languages
from bot.nlu.training_data import Example

ENGLISH = Languages(language_guesser(), "en", frozenset({"en"}))
SPEAKS_FRENCH = Languages(language_guesser(), "en", frozenset({"en", "fr"}))

TABLE = Path(__file__).with_name("short_messages.yml")
SHORT = parse(str(TABLE), TABLE.read_text(encoding="utf-8")).data
HEARD: Mapping[str, Sequence[str]] = SHORT["heard"]


class ScriptedGuesser:
    """Guesses the same of every text."""

    def __init__(self, *guesses: tuple[str, float]) -> None:
        self._guesses = guesses

    def guess(self, text: str) -> Sequence[tuple[str, float]]:
        return self._guesses


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how much does it cost?", "en"),
        ("Bitte keine Nachrichten mehr", "de"),
        ("ne m'envoyez plus de messages", "fr"),
        ("¿Cuánto cuesta?", "es"),
        ("Сколько это стоит?", "ru"),
        ("いくらですか", "ja"),
        ("Fiyatı ne kadar?", "tr"),
    ],
)
def test_the_language_of_a_sentence_is_heard(text: str, language: str) -> None:
    heard = ENGLISH.hear(text)
    assert (heard.language, heard.sure) == (language, True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("im not sure", "en"),
        ("im interested lol", "en"),
        ("no im not", "en"),
        ("Im Moment nicht", "de"),
        ("hab im Moment keine Zeit", "de"),
    ],
)
def test_im_without_its_apostrophe_is_english_where_that_is_spoken(text: str, language: str) -> None:
    assert ENGLISH.hear(text).language == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("dont call me", "en"),
        ("dont send me the prices", "en"),
        ("dont", "en"),
        ("ce dont j'ai besoin", "fr"),
        ("la chose dont vous parlez", "fr"),
    ],
)
def test_a_no_without_its_apostrophe_is_english_unless_its_words_are_of_another_language(
    text: str, language: str
) -> None:
    assert SPEAKS_FRENCH.hear(text).language == language


@pytest.mark.parametrize(
    ("text", "language"),
    [("얼마예요?", "ko"), ("它多少钱？", "zh"), ("料金はいくら", "ja"), ("цена", "ru"), ("時々", "ja")],
)
def test_a_script_that_no_spoken_language_has_is_enough(text: str, language: str) -> None:
    heard = ENGLISH.hear(text)
    assert (heard.language, heard.sure) == (language, True)


@pytest.mark.parametrize("text", ["what is π", "ok 好"])
def test_a_sign_of_another_script_among_latin_words_is_not(text: str) -> None:
    assert ENGLISH.hear(text).language == "en"


@pytest.mark.parametrize(
    "text", ["", "42", "🙂🙂", "ana.silva@example.com", "https://beispiel.example/preise", "+47 900 00 000"]
)
def test_what_has_no_words_is_in_no_language(text: str) -> None:
    assert not ENGLISH.hear(text).sure


@pytest.mark.parametrize("text", ["Ana", "Bonjour", "Maria", "ok", "Zoltan"])
def test_one_word_in_latin_letters_is_not_enough_to_be_of_another_language(text: str) -> None:
    assert ENGLISH.hear(text).language == "en" or not ENGLISH.hear(text).sure


@pytest.mark.parametrize(("language", "text"), [(one, text) for one, texts in HEARD.items() for text in texts])
def test_a_short_message_is_heard_in_its_language(language: str, text: str) -> None:
    heard = ENGLISH.hear(text)
    assert (heard.language, heard.sure) == (language, True)


@pytest.mark.parametrize("text", SHORT["gibberish"])
def test_what_is_typed_at_random_is_in_no_other_language(text: str) -> None:
    heard = ENGLISH.hear(text)
    assert heard.language == "en" or not heard.sure


@pytest.mark.parametrize(("keys", "at_most"), [("asdfghjklqwertyuiopzxcvbnm", 0.025), ("asdfghjkl", 0.005)])
def test_of_two_words_of_random_keys_few_are_heard(keys: str, at_most: float) -> None:
    hand = random.Random(20261128)
    texts = [" ".join("".join(hand.choices(keys, k=6)) for _ in range(2)) for _ in range(1000)]
    heard = [ENGLISH.hear(text) for text in texts]
    assert sum(one.sure and one.language != "en" for one in heard) <= at_most * len(texts)


def test_what_somebody_is_expected_to_speak_is_heard_from_less() -> None:
    assert not ENGLISH.hear("bvc qwerty").sure
    assert ENGLISH.hear("bvc qwerty", earlier="de").sure


def test_a_short_text_is_heard_with_a_second_sign() -> None:
    assert not ENGLISH.hear("Bonjour").sure
    assert ENGLISH.hear("Bonjour", locale="fr-CA").language == "fr"
    assert ENGLISH.hear("Bonjour", locale="fr-CA").sure
    assert ENGLISH.hear("gracias", earlier="es").sure


def test_of_two_near_languages_the_one_that_is_spoken_is_likelier() -> None:
    guesser = ScriptedGuesser(("da", 0.5), ("no", 0.4))
    assert Languages(guesser, "no", frozenset({"no"})).hear("hvad koster det").language == "no"
    assert Languages(guesser, "en", frozenset({"en"})).hear("hvad koster det").language == "da"


def test_the_language_of_examples_is_the_name_of_their_folder() -> None:
    assert folder_language("nlu_data/nlu/de/talking.yml") == "de"
    assert folder_language("nlu/pt-x.yml") == ""
    assert folder_language("nlu_data/nlu/talking.yml") == ""
    assert folder_language("imported/nlu/faq/talking.yml") == "faq"


def test_an_assistant_speaks_its_own_language_that_of_its_folders_and_that_of_its_examples() -> None:
    spanish = ["¿cuánto cuesta el plan?", "quiero saber el precio por persona"]
    german = [Example("Guten Tag zusammen", "greet", (), Place("nlu/de/talking.yml"))]
    assert spoken_languages(german, "en", language_guesser()) == {"en", "de"}
    examples = [Example(text, "price", (), Place("nlu/all.yml")) for text in spanish]
    assert spoken_languages(examples, "en", language_guesser()) == {"en", "es"}
    assert spoken_languages([], "en", language_guesser()) == {"en"}


@example("아", "", "")
@given(st.text(), st.sampled_from(["", "de"]), st.text(max_size=10))
def test_any_text_is_heard_without_an_error(text: str, earlier: str, locale: str) -> None:
    heard = ENGLISH.hear(text, earlier=earlier, locale=locale)
    assert 0.0 <= heard.share <= 1.0 + 1e-6


@pytest.mark.parametrize(
    ("written", "languages"),
    [
        ({"nlu/talking.yml": ["please stop texting me"]}, {"en"}),
        ({"nlu/talking.yml": ["STOP"]}, {"en"}),
        ({"nlu/de/talking.yml": ["bitte keine Nachrichten mehr"]}, {"de"}),
        ({"nlu/talking.yml": ["STOP", "take me off your list"], "nlu/de/talking.yml": ["Abmelden"]}, {"en", "de"}),
        ({"nlu/talking.yml": ["please stop texting me", "bitte keine Nachrichten mehr"]}, {"en", "de"}),
        ({}, set()),
    ],
)
def test_an_intent_has_examples_in_the_languages_of_their_folders_and_of_the_others(
    written: dict[str, list[str]], languages: set[str]
) -> None:
    spoken = Languages(language_guesser(), "en", frozenset({"en", "de"}))
    examples = [Example(text, "opt_out", (), Place(path)) for path, texts in written.items() for text in texts]
    examples.append(Example("Guten Tag", "greet", (), Place("nlu/de/talking.yml")))
    assert languages_with_examples("opt_out", examples, spoken) == languages
