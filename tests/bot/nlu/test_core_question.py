from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding import COUNTED, Entity
from bot.nlu.core_question import core_questions, only_surrounds


def core(text: str, counted: str = "", languages: Sequence[str] = ()) -> list[str]:
    start = text.find(counted) if counted else 0
    number = Entity("number", counted, counted, start, start + len(counted), extractor=COUNTED)
    return list(core_questions(text, [number] if counted else [], languages))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Hello, what does it cost? Thanks", "what does it cost"),
        ("Hi there! I was wondering if you have an app. Many thanks, Ana", "you have an app"),
        ("Dear team, where is it stored? Kind regards, Ana Silva", "where is it stored"),
        ("could you tell me what it costs, please", "what it costs"),
        ("yeah but how much does it cost tho", "how much does it cost"),
        ("hmm ok so how much is it then?", "how much is it"),
        ("bro how much is it lol thx Ana", "how much is it lol"),
        ("one more thing, what happens then with my data", "what happens then with my data"),
    ],
)
def test_greeting_and_thanks_surround_a_question(text: str, question: str) -> None:
    assert core(text) == [question]


@pytest.mark.parametrize(
    ("text", "language", "question"),
    [
        ("Guten Tag, was kostet das? Vielen Dank", "de", "was kostet das"),
        ("Könnten Sie mir bitte sagen, was das kostet?", "de", "was das kostet?"),
        ("ich wollte mal fragen wie lange das dauert", "de", "wie lange das dauert"),
        ("koennt ihr mir sagen wo ihr seid, danke schoen", "de", "wo ihr seid"),
        (
            "Sehr geehrte Damen und Herren, mich würde interessieren, ob Sie liefern. MfG, Ana Silva",
            "de",
            "Sie liefern",
        ),
        ("hallo, hätte mal ne frage: habt ihr samstags offen?", "de", "habt ihr samstags offen?"),
        ("Bonjour, pouvez-vous me dire si vous livrez ? Merci d'avance", "fr", "vous livrez"),
        ("bjr je voulais juste savoir combien ca coute svp", "fr", "combien ca coute"),
        ("Madame, Monsieur, j'aimerais connaître vos tarifs. Bien cordialement, Ana Silva", "fr", "vos tarifs"),
        (
            "salut j'ai une petite question : vous êtes ouverts le samedi ? bonne journée",
            "fr",
            "vous êtes ouverts le samedi",
        ),
        ("Bonsoir à tous, est-ce que vous pourriez m'indiquer où vous êtes, merci beaucoup", "fr", "où vous êtes"),
        ("Hola, quisiera saber cuánto cuesta, gracias", "es", "cuánto cuesta"),
        ("oiga una consulta, cuanto sale", "es", "cuanto sale"),
        ("disculpe, ¿me podría decir el precio?", "es", "el precio?"),
        ("ok und was kostet das denn eigentlich?", "de", "was kostet das"),
        ("d'accord mais du coup c'est combien au juste ?", "fr", "c'est combien"),
        ("vale, pero cuánto cuesta entonces", "es", "cuánto cuesta"),
        ("buen dia queria consultar el precio porfa", "es", "el precio"),
    ],
)
def test_so_they_do_in_languages_that_are_spoken(text: str, language: str, question: str) -> None:
    assert core(text, languages=[language]) == [question]


@pytest.mark.parametrize("text", ["what does it cost?", "Hello", "thanks", "Hi, thanks!", "", "  "])
def test_where_there_is_nothing_else_or_nothing_around_it_there_is_no_other_question(text: str) -> None:
    assert core(text) == []


@pytest.mark.parametrize(
    ("text", "counted", "question"),
    [
        ("what does it cost for a team of 20?", "20", "what does it cost?"),
        ("what does it cost for about 20 people per month?", "20", "what does it cost per month?"),
        ("what is the price if we have 20 people?", "20", "what is the price?"),
        ("what does the plan for 20 users include?", "20", "what does the plan include?"),
    ],
)
def test_for_how_many_it_is_asked_is_left_out(text: str, counted: str, question: str) -> None:
    assert core(text, counted) == [question]


@pytest.mark.parametrize(
    ("text", "counted", "language", "question"),
    [
        ("was kostet das für ein Team von 20?", "20", "de", "was kostet das?"),
        ("was kostet es für etwa 20 Leute im Monat?", "20", "de", "was kostet es im Monat?"),
        ("combien ça coûte pour 20 personnes par mois ?", "20", "fr", "combien ça coûte par mois ?"),
        ("quel est le prix pour une équipe de 20 ?", "20", "fr", "quel est le prix ?"),
        ("cuánto cuesta para unas 20 personas?", "20", "es", "cuánto cuesta?"),
    ],
)
def test_so_it_is_in_languages_that_are_spoken(text: str, counted: str, language: str, question: str) -> None:
    assert core(text, counted, [language]) == [question]


def test_without_for_a_number_is_of_the_question() -> None:
    assert core("do you have 20 plans?", "20") == []


def test_first_only_what_surrounds_it_is_left_out() -> None:
    assert core("Hi, what is it for 20 people? Cheers", "20") == ["what is it for 20 people", "what is it"]


@given(st.text(max_size=80))
def test_any_text_can_be_asked(text: str) -> None:
    assert all(question in text for question in core(text, languages=["de", "es", "fr"]))


@pytest.mark.parametrize(
    "text", ["thanks " * 140, "thanks" + "a" * 900, "hello " * 160 + "?", " " * 990 + "thanks x y z w"]
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.process_time()
    core(text, languages=["de", "es", "fr"])
    assert time.process_time() - begun < 0.5


def test_words_that_several_languages_have_are_looked_at_once() -> None:
    """Each "ok" may be one of any of them: to try out all of these took hours, of a text message."""
    assert not only_surrounds("ok " * 300 + "x", ["de", "en", "es", "fr"])
    assert only_surrounds("ok " * 300, ["de", "en", "es", "fr"])
