from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.timelines import SURE, find_meeting_times, find_timelines


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("asap", "now"),
        ("as soon as possible please", "now"),
        ("in 2 weeks' time", "now"),
        ("this quarter", "this_quarter"),
        ("in three months", "this_quarter"),
        ("within 6-8 weeks", "this_quarter"),
        ("just looking", "later"),
        ("no rush", "later"),
        ("some time next year", "later"),
        ("in six months", "later"),
    ],
)
def test_how_soon_is_sure_in_plain_words(text: str, value: str) -> None:
    assert [(entity.value, entity.confidence) for entity in find_timelines(text)] == [(value, SURE)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("now", "now"), ("next week", "now"), ("next month", "this_quarter"), ("in the spring", "later"), ("Q3", "later"),
     ("idk", "later"), ("dunno yet", "later"), ("In due course, I should think", "later")],
)  # fmt: skip
def test_other_answers_count_where_it_was_asked_for(text: str, value: str) -> None:
    assert [entity.value for entity in find_timelines(text, asked=True)] == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Q1", "this_quarter"),
        ("end of January", "this_quarter"),
        ("by the end of the year", "this_quarter"),
        ("early march", "later"),
        ("in Q4", "now"),
        ("this autumn", "now"),
        ("winter", "this_quarter"),
        ("next summer", "later"),
        ("February 2028", "later"),
        ("may", "later"),
        ("thursday afternoon", "now"),
        ("the 3rd", "now"),
        ("1 February", "this_quarter"),
        ("15 August 2027", "later"),
    ],
)
def test_how_soon_a_month_is_depends_on_the_day(text: str, value: str) -> None:
    november = datetime(2026, 11, 28, 10, tzinfo=UTC)
    assert [entity.value for entity in find_timelines(text, asked=True, now=november)] == [value]


@pytest.mark.parametrize(
    ("text", "value"), [("im Dezember", "now"), ("Ende Januar", "this_quarter"), ("nächstes Jahr", "later"),
                        ("Mitte Mai", "later"), ("nach Weihnachten", "this_quarter"), ("ab Februar", "this_quarter"),
                        ("am Donnerstag", "now"), ("im Fruehjahr", "later"), ("im Sommer 2027", "later"),
                        ("gestern", "now")]
)  # fmt: skip
def test_so_it_does_in_other_languages(text: str, value: str) -> None:
    november = datetime(2026, 11, 28, 10, tzinfo=UTC)
    found = find_timelines(text, asked=True, now=november, languages=("de",))
    assert [entity.value for entity in found] == [value]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("so bald wie möglich", "de", "now"),
        ("möglichst schnell bitte", "de", "now"),
        ("es eilt nicht", "de", "later"),
        ("wir schauen uns erst mal um", "de", "later"),
        ("au plus vite", "fr", "now"),
        ("le trimestre prochain", "fr", "this_quarter"),
        ("rien ne presse", "fr", "later"),
        ("dans les prochains jours", "fr", "now"),
        ("ça ne presse pas", "fr", "later"),
        ("je regarde juste", "fr", "later"),
        ("pas urgent", "fr", "later"),
        ("lo antes posible", "es", "now"),
        ("no tenemos prisa", "es", "later"),
        ("no hay apuro", "es", "later"),
        ("no corre prisa", "es", "later"),
        ("nomas estoy viendo", "es", "later"),
        ("el año que entra", "es", "later"),
        ("a la brevedad", "es", "now"),
        ("en cuanto puedan", "es", "now"),
        ("de dos a tres semanas", "es", "now"),
        ("il prima possibile", "it", "now"),
        ("nei prossimi mesi", "it", "this_quarter"),
        ("zo snel mogelijk", "nl", "now"),
        ("o mais rápido possível", "pt", "now"),
        ("sem pressa", "pt", "later"),
    ],
)
def test_how_soon_is_sure_in_plain_words_of_other_languages(text: str, language: str, value: str) -> None:
    assert [(one.value, one.confidence) for one in find_timelines(text, languages=[language])] == [(value, SURE)]


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("in etwa zwei Wochen", "de", "now"),
        ("in sechs Wochen", "de", "this_quarter"),
        ("innerhalb der nächsten 3 Monate", "de", "this_quarter"),
        ("in sechs Monaten", "de", "later"),
        ("in zwei Jahren", "de", "later"),
        ("nächsten Monat", "de", "this_quarter"),
        ("weiß ich noch nicht", "de", "later"),
        ("weiss noch nicht", "de", "later"),
        ("kommt drauf an", "de", "later"),
        ("naechstes Quartal", "de", "this_quarter"),
        ("in zwei, drei Monaten", "de", "this_quarter"),
        ("in 2-3 Wochen", "de", "now"),
        ("in zwei bis drei Monaten", "de", "this_quarter"),
        ("dans deux ou trois mois", "fr", "this_quarter"),
        ("pas tout de suite, dans deux ou trois mois", "fr", "this_quarter"),
        ("pas tout de suite", "fr", "later"),
        ("pas pour l'instant", "fr", "later"),
        ("on verra", "fr", "later"),
        ("ça dépend", "fr", "later"),
        ("peu importe", "fr", "later"),
        ("dès lundi", "fr", "now"),
        ("par curiosite", "fr", "later"),
        ("en 2 o 3 semanas", "es", "now"),
        ("innerhalb eines Monats", "de", "now"),
        ("in etwa einem halben Jahr", "de", "later"),
        ("so in nem halben jahr", "de", "later"),
        ("Anfang nächster Woche", "de", "now"),
        ("im Laufe des Jahres", "de", "later"),
        ("dans environ deux mois", "fr", "this_quarter"),
        ("dentro de seis meses", "es", "later"),
        ("au printemps prochain", "fr", "later"),
        ("en verano", "es", "later"),
        ("en un par de meses", "es", "this_quarter"),
        ("el mes que entra", "es", "this_quarter"),
        ("el mes q viene", "es", "this_quarter"),
        ("ahorita", "es", "now"),
        ("entro tre settimane", "it", "now"),
        ("over ongeveer twee maanden", "nl", "this_quarter"),
        ("nos próximos 2 meses", "pt", "this_quarter"),
    ],
)
def test_how_soon_a_span_is_in_other_languages_goes_by_its_length(text: str, language: str, value: str) -> None:
    assert [one.value for one in find_timelines(text, asked=True, languages=[language])] == [value]


def test_a_good_morning_is_no_answer_to_how_soon() -> None:
    assert list(find_timelines("Guten Morgen", asked=True, languages=["de"])) == []


def test_a_word_of_another_language_is_no_time_of_english_there() -> None:
    assert list(find_timelines("pardon, mon nom est Anna Silva", asked=True, languages=["fr"])) == []
    assert list(find_meeting_times("c'est mon avis", asked=True, languages=["fr"])) == []
    assert [one.value for one in find_timelines("on mon", asked=True, languages=["de"])] == ["later"]


def test_a_month_alone_is_a_time_where_one_was_asked_for() -> None:
    assert [one.value for one in find_meeting_times("maybe March?", asked=True)] == ["in march"]
    assert list(find_meeting_times("maybe March?")) == []


def test_a_season_that_has_begun_is_now() -> None:
    january = datetime(2027, 1, 10, tzinfo=UTC)
    assert [one.value for one in find_timelines("this winter", asked=True, now=january)] == ["now"]


@pytest.mark.parametrize(
    "text", ["I'm looking for a demo", "we may start, or march on", "prices may fall", "how soon can I start?", "hello"]
)
def test_questions_and_wishes_are_no_timelines(text: str) -> None:
    assert list(find_timelines(text, asked=True)) == []


def test_a_quarter_of_an_hour_is_no_quarter_of_a_year() -> None:
    assert list(find_timelines("call me in a quarter of an hour")) == []


def test_a_time_is_its_phrase_in_normal_form() -> None:
    (found,) = find_meeting_times("can we meet Next Tuesday at half past 3?")
    assert (found.value, found.confidence) == ("next tuesday at half past 3", SURE)


def test_a_day_that_is_left_out_is_no_time_for_it() -> None:
    assert list(find_meeting_times("any day but Friday", asked=True)) == []
    assert [one.value for one in find_meeting_times("next week, except on Monday")] == ["next week"]


@pytest.mark.parametrize("text", ["can I use it today", "I sat there", "we have 3 shops at 4 places"])
def test_a_time_is_unsure_without_a_second_signal(text: str) -> None:
    assert all(found.confidence < SURE for found in find_meeting_times(text))


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    for entity in [*find_timelines(text, asked=True), *find_meeting_times(text)]:
        assert text[entity.start : entity.end] == entity.text


@pytest.mark.parametrize("text", ["actually at 11", "at 10 would be better", "no, I meant at half past 3", "at 9"])
def test_a_time_of_day_and_nothing_else_is_surely_one(text: str) -> None:
    assert [entity.confidence >= SURE for entity in find_meeting_times(text)] == [True]


@pytest.mark.parametrize("text", ["I looked at 3 of them", "meet you at 5"])
def test_a_time_of_day_among_other_words_is_as_sure_as_they_make_it(text: str) -> None:
    assert [entity.confidence >= SURE for entity in find_meeting_times(text)] == [text.startswith("meet")]
