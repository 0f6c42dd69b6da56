from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.choosing_words import WORDS
from bot.nlu.chosen_time import any_of_them, chosen_times, none_of_them

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONDAY, NINE, HALF_PAST, THURSDAY = (
    datetime(2026, 11, day, hour, minute, tzinfo=LONDON)
    for day, hour, minute in ((23, 14, 0), (25, 9, 0), (25, 10, 30), (26, 16, 0))
)
OFFERED = (MONDAY, NINE, HALF_PAST, THURSDAY)


TWO = (NINE, HALF_PAST)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("wednesday at 9", NINE),
        ("Wed 9am please", NINE),
        ("could we do 9am on Wednesday?", NINE),
        ("9 on Wednesday", NINE),
        ("nine on wednesday please", NINE),
        ("wednesday 9", NINE),
        ("Wednesday nine o'clock", NINE),
        ("wednesday ten thirty", HALF_PAST),
        ("9am on the 25th", NINE),
        ("25th at 9", NINE),
        ("25th 10:30", HALF_PAST),
        ("the 26th", THURSDAY),
        ("the one on Wednesday at nine", NINE),
        ("let's take thursday", THURSDAY),
        ("the thursday one", THURSDAY),
        ("today works for me", MONDAY),
        ("10:30", HALF_PAST),
        ("10.30", HALF_PAST),
        ("9 please", NINE),
        ("26 November would be perfect", THURSDAY),
        ("the first one please", MONDAY),
        ("second option", NINE),
        ("the last option works", THURSDAY),
        ("the later one on Wednesday", HALF_PAST),
        ("the earlier one on the 25th", NINE),
    ],
)
def test_a_time_is_chosen_by_being_named(text: str, chosen: datetime) -> None:
    assert chosen_times(text, OFFERED, NOW) == [chosen]


@pytest.mark.parametrize(
    "text",
    [
        "I'd like Wednesday at 9", "I'm free Wednesday at 9", "we're available wednesday 9", "wednesday at 9 instead",
        "how about Wednesday at 9?", "put me down for Wednesday at 9", "wednesday 9, looking forward to it",
        "ich kann am Mittwoch um 9", "ich bin Mittwoch um 9 frei", "wie wäre es mit Mittwoch um 9?",
        "Mittwoch um 9 stattdessen", "am Mittwoch um 9 statt dessen", "je peux mercredi à 9h",
        "je suis libre mercredi à 9h", "mercredi 9h à la place", "estoy libre el miércoles a las 9",
        "me gustaría el miércoles a las 9",
    ],
)  # fmt: skip
def test_who_can_come_at_a_time_or_would_like_it_chooses_it(text: str) -> None:
    assert chosen_times(text, OFFERED, NOW, {"de", "fr", "es"}) == [NINE]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("3", [HALF_PAST]),
        ("#3", [HALF_PAST]),
        ("2", [MONDAY]),  # at two o'clock
        ("option 3", [HALF_PAST]),
        ("Nr. 2", [NINE]),
        ("No. 3", [HALF_PAST]),
        ("n° 3", [HALF_PAST]),
        ("(3)", [HALF_PAST]),
        ("3 👍", [HALF_PAST]),
        ("9", [NINE]),
        ("5", []),
        ("2 people", []),
        ("-", []),
        ("-1", []),
        ("$3", []),
        ("$9", []),
        ("9%", []),
    ],
)
def test_a_number_that_is_no_hour_counts_the_times(text: str, chosen: list[datetime]) -> None:
    assert list(chosen_times(text, OFFERED, NOW, {"de"})) == chosen


@pytest.mark.parametrize("text", ["No, 3", "no 3", "No - 3", "No! 3"])
def test_a_number_behind_a_no_may_be_what_is_declined(text: str) -> None:
    assert not chosen_times(text, OFFERED, NOW, {"de", "es"})


@pytest.mark.parametrize(
    "text",
    [
        "I'm not free on Thursday", "I'm busy Thursday", "I'm on holiday Thursday", "I'll confirm on Thursday",
        "what time on Thursday?", "I'd rather not on Thursday", "ich kann am Donnerstag nicht",
        "am Donnerstag bin ich nicht da", "ich bin am Donnerstag im Urlaub", "je ne peux pas jeudi",
        "je ne suis pas libre jeudi", "no estoy libre el jueves", "tengo reunión el jueves",
    ],
)  # fmt: skip
def test_who_cannot_come_or_says_something_else_chooses_nothing(text: str) -> None:
    assert not chosen_times(text, OFFERED, NOW, {"de", "fr", "es"})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("wednesday", [NINE, HALF_PAST]),
        ("wednesday morning", [NINE, HALF_PAST]),
        ("after 9 on wednesday", [NINE, HALF_PAST]),
        ("in the afternoon please", [MONDAY, THURSDAY]),
        ("the later one", [NINE, HALF_PAST, THURSDAY]),
    ],
)
def test_what_may_mean_several_leaves_it_open(text: str, meant: list[datetime]) -> None:
    assert chosen_times(text, OFFERED, NOW) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("thursday or today", [MONDAY, THURSDAY]),
        ("wednesday at 9 or 10:30", [NINE, HALF_PAST]),
        ("either 9 or 10:30", [NINE, HALF_PAST]),
        ("the first or the last one", [MONDAY, THURSDAY]),
        ("wednesday 9, or if not thursday", [NINE, THURSDAY]),
        ("9 or 11", [NINE]),
        ("9 or so many people", []),
        ("Mittwoch um 9 oder Donnerstag", [NINE, THURSDAY]),
        ("mercredi 9h ou jeudi", [NINE, THURSDAY]),
        ("el miércoles a las 9 o el jueves", [NINE, THURSDAY]),
        ("nach 9 am Mittwoch", [NINE, HALF_PAST]),
        ("après 9h mercredi", [NINE, HALF_PAST]),
        ("después de las 10", [MONDAY, HALF_PAST, THURSDAY]),
        ("vor 10 Uhr", [NINE]),
        ("spätestens um 9", [NINE]),
        ("am Mittwoch um 9 spaetestens", [NINE]),
        ("au plus tard à 9h", [NINE]),
        ("a las 9 como muy tarde", [NINE]),
        ("no later than 9", [NINE]),
        ("Wednesday 10:30 at the latest", [NINE, HALF_PAST]),
    ],
)
def test_times_for_choice_are_all_that_were_offered_of_them(text: str, meant: list[datetime]) -> None:
    assert list(chosen_times(text, OFFERED, NOW, {"de", "fr", "es"})) == meant


@pytest.mark.parametrize(
    "text",
    [
        "not 9, 10:30",
        "10:30 rather than 9",
        "wednesday 10:30, not 9",
        "9 is too early, 10:30",
        "10:30 works, 9 doesn't",
        "nicht 9, sondern halb elf",
        "lieber 10 uhr 30 als 9 uhr",
        "pas 9h, 10h30",
        "plutôt 10h30 que 9h",
        "no a las 9, a las 10:30",
        "mejor a las 10:30 que a las 9",
    ],
)
def test_what_is_declined_is_not_chosen(text: str) -> None:
    assert chosen_times(text, OFFERED, NOW, {"de", "fr", "es"}) == [HALF_PAST]


@pytest.mark.parametrize(
    "text",
    [
        "any of them", "either is fine", "both work", "you choose", "i don’t mind", "whenever", "whatever suits you",
        "egal", "Mir ist das egal", "alle passen", "n'importe lequel", "peu importe", "cualquiera me sirve",
        "me da igual",
    ],
)  # fmt: skip
def test_whichever_it_may_be_is_taken(text: str) -> None:
    assert any_of_them(text, OFFERED, NOW, {"de", "fr", "es"}) == list(OFFERED)


def test_so_it_is_of_what_is_named() -> None:
    assert any_of_them("any time in the afternoon", OFFERED, NOW) == [MONDAY, THURSDAY]
    assert any_of_them("any on wednesday please", OFFERED, NOW) == [NINE, HALF_PAST]
    assert not any_of_them("any day but thursday", OFFERED, NOW)
    assert not any_of_them("any news?", OFFERED, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "neither", "none of these work for me", "I can't do any of these :(", "sorry, none of them", "any other times?",
        "do you have anything else", "keiner davon passt mir", "Haben Sie noch andere Termine?", "aucun ne me convient",
        "vous avez d'autres créneaux ?", "ninguna me viene bien", "¿tienen otros horarios?",
    ],
)  # fmt: skip
def test_none_of_them_may_be_wanted(text: str) -> None:
    assert none_of_them(text, {"de", "fr", "es"})


@pytest.mark.parametrize("text", ["no", "none of your business", "nothing on wednesday at 9?", "wednesday", "egal", ""])
def test_what_says_anything_else_is_not_that(text: str) -> None:
    assert not none_of_them(text, {"de", "fr", "es"})


@pytest.mark.parametrize(("text", "chosen"), [("the later one", HALF_PAST), ("the former", NINE), ("first one", NINE)])
def test_of_two_one_is_the_later(text: str, chosen: datetime) -> None:
    assert chosen_times(text, TWO, NOW) == [chosen]


@pytest.mark.parametrize(
    "text",
    [
        "wednesday at 11",
        "the fifth one",
        "any day but thursday",
        "I can't do thursday",
        "none of them, maybe later",
        "later",
        "a later one please",
        "do you have a later time?",
        "later than thursday",
        "9 people",
        "24th",
        "please",
        "",
    ],
)
def test_what_names_another_time_or_says_more_chooses_none(text: str) -> None:
    assert not chosen_times(text, OFFERED, NOW)


GERMAN = {
    NINE: [
        "Mittwoch um 9", "mi 9 uhr bitte", "um 9 am mittwoch", "mittwoch neun", "am 25. um 9", "9 uhr passt mir gut",
        "das zweite", "den zweiten Termin bitte", "zweite Option", "der frühere am Mittwoch",
        "mittwoch um neun uhr waere super, danke",
    ],
    HALF_PAST: ["halb elf", "mittwoch zehn uhr dreissig", "10 uhr 30", "den spaeteren am mittwoch bitte"],
    THURSDAY: ["donnerstag passt mir am besten", "den letzten bitte", "do 16 uhr", "am 26. bitte"],
    MONDAY: ["heute passt gut", "ich nehme den ersten", "der früheste Termin"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "chosen"), [(text, at) for at, texts in GERMAN.items() for text in texts])
def test_so_it_is_in_german(text: str, chosen: datetime) -> None:
    assert chosen_times(text, OFFERED, NOW, {"de"}) == [chosen]


FRENCH = {
    NINE: [
        "mercredi 9h", "mercredi à neuf heures svp", "le 25 à 9h", "9h mercredi ça me va", "va pour mercredi 9h",
        "je prends le deuxième créneau", "la 2e option", "le second choix", "mercredi neuf heures c'est parfait merci",
        "le mercredi 25 novembre à 9h00 me conviendrait",
    ],
    HALF_PAST: [
        "mercredi à 10h30", "à dix heures et demie mercredi", "mercredi dix heures et demie",
        "mercredi 10 h 30 c'est bon",
    ],
    THURSDAY: ["plutôt jeudi", "jeudi m'arrange mieux", "le dernier svp", "le 26 ça marche", "jeudi 16h00 ok"],
    MONDAY: ["aujourd'hui c'est parfait", "le tout premier", "je choisis le premier", "le plus tot"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "chosen"), [(text, at) for at, texts in FRENCH.items() for text in texts])
def test_so_it_is_in_french(text: str, chosen: datetime) -> None:
    assert chosen_times(text, OFFERED, NOW, {"fr"}) == [chosen]


@pytest.mark.parametrize(
    "text",
    [
        "mercredi à 11h",
        "plus tard",
        "avez-vous un créneau plus tard ?",
        "jeudi je ne peux pas",
        "tous sauf jeudi",
        "le cinquième",
        "oui volontiers",
        "aucun des trois",
    ],
)
def test_what_says_more_in_french_chooses_none(text: str) -> None:
    assert not chosen_times(text, OFFERED, NOW, {"fr"})


@pytest.mark.parametrize(
    ("text", "language", "chosen"),
    [
        ("mercredi à 9h s'il vous plaît", "fr", NINE),
        ("le deuxième", "fr", NINE),
        ("jeudi me convient", "fr", THURSDAY),
        ("el segundo por favor", "es", NINE),
        ("el jueves me viene bien", "es", THURSDAY),
        ("la última", "es", THURSDAY),
        ("a las nueve del miércoles", "es", NINE),
        ("las 10 y media porfa", "es", HALF_PAST),
        ("ok dale, el jueves", "es", THURSDAY),
        ("agendeme el jueves a las 4 de la tarde", "es", THURSDAY),
        ("la segunda me sirve", "es", NINE),
        ("miércoles 25 a las 10:30", "es", HALF_PAST),
        ("miercoles 9", "es", NINE),
    ],
)
def test_so_it_is_in_french_and_spanish(text: str, language: str, chosen: datetime) -> None:
    assert chosen_times(text, OFFERED, NOW, {language}) == [chosen]


@pytest.mark.parametrize(
    "text",
    [
        "Mittwoch um 11",
        "später",
        "lieber einen späteren Termin",
        "haben Sie auch einen späteren Termin?",
        "Donnerstag kann ich nicht",
        "alles außer Donnerstag",
        "den fünften",
        "ja gerne",
        "keiner davon",
    ],
)
def test_what_says_more_in_german_chooses_none(text: str) -> None:
    assert not chosen_times(text, OFFERED, NOW, {"de"})


@given(st.text())
def test_any_text_means_some_that_were_offered_or_none(text: str) -> None:
    assert set(chosen_times(text, OFFERED, NOW, WORDS)) <= set(OFFERED)


@given(at=st.sampled_from(OFFERED), ahead=st.integers(0, 600))
def test_each_is_chosen_by_its_day_and_hour(at: datetime, ahead: int) -> None:
    now = NOW - timedelta(minutes=ahead)
    assert chosen_times(f"{at:%d %B at %H:%M}", OFFERED, now) == [at]
