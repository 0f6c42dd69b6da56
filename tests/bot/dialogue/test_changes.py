from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.change_phrases import PHRASES
from bot.dialogue.changes import Change, changes_in, slots_meant, told_lately
from bot.domain.conversation import SlotSet, Tracker, UserUttered
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import IntentScore, Understood


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("can we make it 11?", "11"),
        ("could we do 11 instead", "11"),
        ("actually 3pm works better", "3pm"),
        ("could you move the demo to Friday, please?", "Friday"),
        ("can we push it back to 4", "4"),
        ("how about Thursday at 2?", "Thursday at 2"),
        ("would 2pm be ok for you?", "2pm"),
        ("I'd rather do Friday", "Friday"),
        ("Thursday is better for me", "Thursday"),
        ("can you cancel it and book friday at 9 instead", "friday at 9"),
        ("scrap that and make it Thursday", "Thursday"),
    ],
)
def test_a_time_is_proposed_in_many_words(text: str, value: str) -> None:
    assert next(changes_in(text)) == Change(value, text.index(value), proposed=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("make it Thursday", "Thursday"),
        ("sorry, 45", "45"),
        ("no, 45", "45"),
        ("45 I mean", "45"),
        ("oops, I meant 60!", "60"),
        ("that should have been 12", "12"),
        ("hmm, 3 actually", "3"),
        ("actually it's Robert", "Robert"),
        ("it's Robert actually", "Robert"),
        ("it's Robert, not Ana", "Robert"),
        ("80, not 50", "80"),
        ("hmm, maybe 50", "50"),
        ("or rather 50", "50"),
        ("more like 50", "50"),
        ("we're actually 50", "50"),
    ],
)
def test_a_value_is_put_in_the_place_of_another(text: str, value: str) -> None:
    assert Change(value, text.index(value)) in list(changes_in(text))


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("können wir 11 Uhr machen?", "de", "11 Uhr"),
        ("können Sie den Termin absagen und Freitag um 9 buchen?", "de", "Freitag um 9"),
        ("pouvez-vous annuler le rendez-vous et prendre vendredi à 9h plutôt ?", "fr", "vendredi à 9h"),
        ("¿puede cancelar la cita y reservar el viernes a las 9?", "es", "el viernes a las 9"),
        ("koennten wir das bitte auf Freitag verschieben", "de", "Freitag"),
        ("wie wäre es mit Donnerstag um 2?", "de", "Donnerstag um 2"),
        ("ginge auch halb drei?", "de", "halb drei"),
        ("Donnerstag wäre besser", "de", "Donnerstag"),
        ("Freitag passt mir besser", "de", "Freitag"),
        ("est-ce qu'on peut plutôt faire jeudi ?", "fr", "jeudi"),
        ("jeudi m'irait mieux", "fr", "jeudi"),
        ("on pourrait décaler à 11h ?", "fr", "11h"),
        ("est-il possible de le reporter au vendredi svp", "fr", "vendredi"),
        ("que diriez-vous de jeudi à 14h ?", "fr", "jeudi à 14h"),
        ("et si on disait 15h ?", "fr", "15h"),
        ("je préférerais vendredi", "fr", "vendredi"),
        ("jeudi ça m'arrangerait", "fr", "jeudi"),
        ("en fait 14h me convient mieux", "fr", "14h"),
        ("¿qué tal el jueves?", "es", "el jueves"),
        ("el jueves me viene mejor", "es", "el jueves"),
        ("¿y el jueves?", "es", "el jueves"),
        ("¿podría ser el viernes a las 10?", "es", "el viernes a las 10"),
        ("¿se puede a las 5?", "es", "a las 5"),
        ("prefiero el lunes", "es", "el lunes"),
        ("el lunes me queda mejor", "es", "el lunes"),
    ],
)
def test_so_it_is_in_other_languages_that_are_read(text: str, language: str, value: str) -> None:
    assert Change(value, text.index(value), proposed=True) in list(changes_in(text, {language}))


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("nein, ich meinte 60", "de", "60"),
        ("nee 60", "de", "60"),
        ("doch lieber 60", "de", "60"),
        ("lieber doch 60", "de", "60"),
        ("sorry, es sind 45", "de", "45"),
        ("45 meinte ich", "de", "45"),
        ("eher 50", "de", "50"),
        ("wir sind eigentlich 50", "de", "50"),
        ("ach nein, Moment, fünfzig", "de", "fünfzig"),
        ("aendern Sie das auf 12", "de", "12"),
        ("80, nicht 50", "de", "80"),
        ("nicht 50, sondern 80", "de", "80"),
        ("non, 45", "fr", "45"),
        ("pardon, je voulais dire 45", "fr", "45"),
        ("plutôt 50", "fr", "50"),
        ("oups, je me suis trompé, 45", "fr", "45"),
        ("ah non pardon c'est 45", "fr", "45"),
        ("45 pardon", "fr", "45"),
        ("pas 50 mais 80", "fr", "80"),
        ("finalement on sera 12", "fr", "12"),
        ("desole, nous serons 12", "fr", "12"),
        ("mettez plutot 50", "fr", "50"),
        ("changez ça en 12", "fr", "12"),
        ("non, mon nom c'est Robert", "fr", "Robert"),
        ("no, perdón, 45", "es", "45"),
        ("más bien 50", "es", "50"),
        ("perdon me equivoque, son 45", "es", "45"),
        ("digo, 60", "es", "60"),
        ("quise poner 60", "es", "60"),
        ("cámbielo a 50", "es", "50"),
        ("no 50, sino 80", "es", "80"),
        ("me equivoqué, el 15", "es", "el 15"),
    ],
)
def test_so_is_a_value_in_them(text: str, language: str, value: str) -> None:
    assert (value, text.index(value)) in [(one.value, one.start) for one in changes_in(text, {language})]


def test_where_nouns_have_capitals_a_capital_alone_makes_no_name() -> None:
    assert all(one.unnamed for one in changes_in("nein, Rechnung", {"de"}) if one.value == "Rechnung" and one.start)
    assert Change("Robert", 10) in list(changes_in("ich heiße Robert", {"de"}))


@pytest.mark.parametrize("text", ["we have 3 sites", "we have 45 staff", "45", "can we meet at 11?", "Thursday", "no"])
def test_other_words_change_nothing(text: str) -> None:
    assert list(changes_in(text)) == []


def test_a_long_message_is_not_looked_at() -> None:
    assert list(changes_in("no, " * 1000 + "45" + " " * 1000)) == []


@given(text=st.text(max_size=100))
def test_any_text_can_be_looked_at(text: str) -> None:
    for change in changes_in(text, PHRASES):
        assert text[change.start :].startswith(change.value)


def said(number: int) -> UserUttered:
    return UserUttered("x", Understood("x", IntentScore("inform", 1.0)), MessageId(f"m{number}"), None, "webchat")


def test_what_was_told_some_messages_ago_was_not_told_lately() -> None:
    events = [event for number in range(6) for event in (said(number), SlotSet(f"slot_{number}", number))]
    assert told_lately(Tracker(ConversationId("c")).apply_all(events)) == {"slot_2", "slot_3", "slot_4", "slot_5"}


SEATS, WHEN = {"seats": {"number"}}, {"when": {"time"}}


@pytest.mark.parametrize(
    ("fitting", "lately", "is_a_time", "proposed", "meant"),
    [
        (SEATS, {"seats"}, False, False, {"seats"}),
        (SEATS, set(), False, False, set()),
        (SEATS, {"seats"}, False, True, set()),
        (WHEN, set(), True, False, {"when"}),
        (WHEN, set(), False, True, {"when"}),
        (WHEN, set(), False, False, set()),
        (SEATS | WHEN, {"seats", "when"}, False, False, {"seats", "when"}),
        (SEATS | WHEN, {"seats", "when"}, False, True, {"when"}),
        (SEATS | WHEN, {"when"}, False, False, {"when"}),
    ],
)
def test_of_which_answer_a_value_is(
    fitting: dict[str, set[str]], lately: set[str], is_a_time: bool, proposed: bool, meant: set[str]
) -> None:
    assert slots_meant(fitting, lately, is_a_time=is_a_time, proposed=proposed) == meant
