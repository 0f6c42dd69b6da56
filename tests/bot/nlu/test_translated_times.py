"""Times in eight languages mean what they mean in English."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.nlu.translated_times import PHRASES, find_translated_times

TIMES = {
    "de": {
        "am letzten Freitag im Mai um 15 Uhr": "last friday of may 15 o'clock",
        "Mitte April": "middle of april",
        "Ende des Monats": "end of the month",
        "im März 2028": "in march 2028",
        "nächstes Jahr": "next year",
        "in fünf Werktagen": "in 5 working days",
        "am nächsten Werktag um 10 Uhr": "next working day 10 o'clock",
        "Donnerstag, den 3. Dezember um 14:00 Uhr": "thursday 3 december at 14:00",
        "zwischen 9 und 11 Uhr": "between 9 and 11",
        "morgen Nachmittag zwischen 2 und 4 Uhr": "tomorrow between 2pm and 4pm",
        "heute Morgen zwischen 9 und 12 Uhr": "today between 9am and 12",
        "am Wochenende": "this weekend",
        "morgen gegen zehn": "tomorrow at 10",
        "morgen um halb drei": "tomorrow 2:30",
        "übermorgen": "day after tomorrow",
        "morgen früh": "tomorrow morning",
        "heute Abend": "today evening",
        "heute Morgen um 9 Uhr": "today 9 o'clock in the morning",
        "am Dienstag um 15:30 Uhr": "tuesday at 15:30",
        "nächsten Montag gegen zehn Uhr": "next monday 10 o'clock",
        "nächste Woche Dienstag": "tuesday next week",
        "Viertel vor vier": "quarter to 4",
        "in zwei Wochen": "in 2 weeks",
        "am 3. Mai um 14 Uhr": "3 may 14 o'clock",
        "am 3 mai um 14 uhr": "3 may 14 o'clock",
        "am Freitagnachmittag": "friday afternoon",
        "Mi um 9": "wednesday at 9",
        "Do., 26. Nov. um 14 Uhr 30": "thursday 26 november at 14:30",
        "mi 25. nov um 9": "wednesday 25 november at 9",
        "Fr um 9": "friday at 9",
        "um neun Uhr fünfundvierzig": "at 9:45",
        "um neun Uhr": "9 o'clock",
        "binnen 14 Tagen": "in 14 days",
    },
    "fr": {
        "jeudi après-midi": "thursday afternoon",
        "jeudi en fin d'après-midi": "thursday afternoon",
        "vendredi dans la matinée": "friday morning",
        "lundi matin vers 10h": "monday 10 o'clock in the morning",
        "mardi quatorze heures trente": "tuesday at 14:30",
        "à neuf heures quarante-cinq": "at 9:45",
        "jeudi neuf heures": "thursday 9 o'clock",
        "mar. 24 nov. à 9h": "tuesday 24 november 9 o'clock",
        "jeu 14h30": "thursday at 14:30",
        "la semaine prochaine, mardi": "tuesday next week",
        "début de semaine prochaine": "next week",
        "vendredi en fin de journée": "friday evening",
        "demain entre midi et deux": "tomorrow between 12pm and 2pm",
        "dès 18h": "18 o'clock",
        "vendredi qui vient": "friday",
        "sous quinzaine": "in 2 weeks",
        "d'ici 20 minutes": "in 20 minutes",
        "demain aprem": "tomorrow afternoon",
        "le premier lundi de juin": "first monday of june",
        "fin février": "end of february",
        "mi-avril": "middle of april",
        "l'année prochaine": "next year",
        "en mars": "in march",
        "sous 5 jours ouvrés": "in 5 working days",
        "dans trois jours ouvrables": "in 3 working days",
        "demain entre 14h et 16h": "tomorrow between 14 and 16",
        "ce week-end": "this weekend",
        "jeudi 3 décembre à 9h": "thursday 3 december 9 o'clock",
        "ce soir entre 7h et 9h": "today between 7pm and 9pm",
        "demain à 15h": "tomorrow 15 o'clock",
        "après-demain": "day after tomorrow",
        "demain matin": "tomorrow morning",
        "mardi prochain à trois heures et demie": "next tuesday half past 3",
        "ce soir à 19h30": "today at 19:30 in the evening",
        "la semaine prochaine": "next week",
        "dans une semaine": "in 1 weeks",
        "le 3 mai 2027 à midi": "3 may 2027 noon",
        "jeudi à 9 heures du matin": "thursday 9 o'clock in the morning",
    },
    "es": {
        "el último viernes de mayo": "last friday of may",
        "mañana a primera hora": "tomorrow morning",
        "el lunes que entra": "next monday",
        "la semana que entra": "next week",
        "el próximo finde": "next weekend",
        "el primero de mayo": "1 may",
        "el miércoles 3 de mayo a las 16 hs": "3 may 16 o'clock",
        "hoy a eso de las 5 y media": "today half past 5",
        "cuarto para las 5": "quarter to 5",
        "mañana 4 de la tarde": "tomorrow at 4 in the afternoon",
        "en un par de semanas": "in 2 weeks",
        "en medio año": "in 6 months",
        "a finales de febrero": "end of february",
        "en marzo de 2028": "in march 2028",
        "el próximo año": "next year",
        "en tres días hábiles": "in 3 working days",
        "mañana entre las 9 y las 11": "tomorrow between 9 and 11",
        "mañana sobre las 4": "tomorrow at 4",
        "mañana por la tarde": "tomorrow afternoon",
        "mañana por la mañana": "tomorrow morning",
        "pasado mañana": "day after tomorrow",
        "el próximo martes a las tres y media": "next tuesday half past 3",
        "el martes que viene": "next tuesday",
        "a las 9 de la noche": "at 9 in the evening",
        "hoy a las 16:30": "today at 16:30",
        "dentro de dos semanas": "in 2 weeks",
        "el 3 de mayo a la una": "3 may at 1",
        "esta noche": "today evening",
    },
    "it": {
        "l'ultimo venerdì di maggio": "last friday of may",
        "a metà aprile": "middle of april",
        "a marzo": "in march",
        "l'anno prossimo": "next year",
        "entro 5 giorni lavorativi": "in 5 working days",
        "domani pomeriggio verso le 4": "tomorrow at 4 in the afternoon",
        "dalle 9 alle 11": "between 9 and 11",
        "domani alle tre": "tomorrow at 3",
        "dopodomani": "day after tomorrow",
        "stasera": "today evening",
        "stasera alle 9": "today at 9 in the evening",
        "martedì prossimo alle dieci e mezza": "next tuesday half past 10",
        "domani mattina": "tomorrow morning",
        "la prossima settimana": "next week",
        "tra due settimane": "in 2 weeks",
        "il 3 maggio alle 15:30": "3 may at 15:30",
        "giovedì all'una": "thursday at 1",
    },
    "nl": {
        "de eerste maandag van juni": "first monday of june",
        "eind februari": "end of february",
        "in maart": "in march",
        "volgend jaar": "next year",
        "binnen vijf werkdagen": "in 5 working days",
        "donderdag 3 december om 14:00": "thursday 3 december at 14:00",
        "tussen 9 en 11 uur": "between 9 and 11",
        "volgende week dinsdag": "tuesday next week",
        "morgen om half drie": "tomorrow 2:30",
        "overmorgen": "day after tomorrow",
        "vanavond om acht uur": "today 8 o'clock in the evening",
        "morgenmiddag om vier uur": "tomorrow 4 o'clock in the afternoon",
        "dinsdag om kwart over drie": "tuesday quarter past 3",
        "over twee weken": "in 2 weeks",
        "3 mei om 15.30 uur": "3 may at 15:30",
        "volgende week": "next week",
    },
    "pt": {
        "na última sexta-feira de maio": "last friday of may",
        "no fim de fevereiro": "end of february",
        "em março": "in march",
        "no próximo ano": "next year",
        "em 3 dias úteis": "in 3 working days",
        "sexta às 14h": "friday 14 o'clock",
        "das 9 às 11": "between 9 and 11",
        "amanhã às 10": "tomorrow at 10",
        "depois de amanhã": "day after tomorrow",
        "amanhã de manhã": "tomorrow morning",
        "terça-feira às três e meia": "tuesday half past 3",
        "na terça às 15h30": "tuesday at 15:30",
        "na próxima semana": "next week",
        "daqui a duas semanas": "in 2 weeks",
        "no dia 3 de maio ao meio-dia": "3 may noon",
        "hoje à noite": "today evening",
    },
    "ca": {
        "el primer dilluns de juny": "first monday of june",
        "a finals de febrer": "end of february",
        "al març": "in march",
        "l'any vinent": "next year",
        "d'aquí a tres dies hàbils": "in 3 working days",
        "entre les 9 i les 11": "between 9 and 11",
        "demà a les tres": "tomorrow at 3",
        "demà passat": "day after tomorrow",
        "demà al matí": "tomorrow morning",
        "dimarts vinent a les 15h": "next tuesday 15 o'clock",
        "avui a dos quarts de tres": "today 2:30",
        "la setmana que ve": "next week",
        "d'aquí a dues setmanes": "in 2 weeks",
        "el 3 de maig a migdia": "3 may noon",
        "aquest vespre": "today evening",
    },
    "sv": {
        "den sista fredagen i maj": "last friday of may",
        "i slutet av februari": "end of february",
        "i mars": "in march",
        "nästa år": "next year",
        "inom fem arbetsdagar": "in 5 working days",
        "i helgen": "this weekend",
        "i morgon klockan tre": "tomorrow 3 o'clock",
        "i övermorgon": "day after tomorrow",
        "i morgon bitti": "tomorrow morning",
        "på tisdag kl 15.30": "tuesday at 15:30",
        "nästa tisdag halv tre": "next tuesday 2:30",
        "nästa vecka": "next week",
        "om två veckor": "in 2 weeks",
        "den 3 maj": "3 may",
        "i kväll": "today evening",
    },
}

NO_TIMES = {
    "de": [
        "Guten Morgen",
        "letzten Dienstag",
        "ein Tisch für drei",
        "um drei Ecken gedacht",
        "jeden Morgen",
        "halb so wild",
        "das kostet 3.50 Euro",
        "das kostet Fr. 12.50",
        "gestern um 3 Uhr",
    ],
    "fr": [
        "mardi dernier",
        "trois heures de travail",
        "à trois personnes",
        "il est neuf",
        "24h/24",
        "hier à 15h",
        "deux demandes",
    ],
    "es": ["el martes pasado", "la mañana es bonita", "a las personas", "tres mesas", "con la una y la otra"],
    "it": ["martedì scorso", "sei persone", "alle persone", "tre tavoli", "prossima volta"],
    "nl": [
        "goedemorgen",
        "goede morgen",
        "afgelopen dinsdag",
        "over drie dingen",
        "half werk",
        "om drie redenen",
        "dat kost 3.50 euro",
    ],
    "pt": ["a segunda opção", "terça passada", "três mesas", "às pessoas", "uma quarta parte"],
    "ca": ["dimarts passat", "a les persones", "tres taules", "bon matí", "un quart de litre", "costa 3.50 euros"],
    "sv": ["i tisdags", "god morgon", "tre personer", "om tre saker"],
}


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [(language, text, english) for language, rows in TIMES.items() for text, english in rows.items()],
)
def test_a_time_in_another_language_is_one_in_english(language: str, text: str, english: str | None) -> None:
    for said, start in ((text, 0), (f"ok, {text}.", 4)):
        found = [(one.start, one.end, one.phrase) for one in find_translated_times(said, {language}) if one.certain]
        assert found == ([] if english is None else [(start, start + len(text), english)])


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, rows in NO_TIMES.items() for text in rows]
)
def test_other_words_are_no_times(language: str, text: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language}) if one.certain] == []


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "können wir uns um drei treffen?", "at 3"),
        ("de", "Guten Morgen, ein Termin am Nachmittag wäre gut", "afternoon"),
        ("fr", "un rendez-vous l'après-midi", "afternoon"),
        ("es", "¿podemos hablar a las tres?", "at 3"),
        ("it", "sentiamoci, se possibile vorrei prenotare alle tre se va bene", "at 3"),
        ("nl", "bel me in de middag", "afternoon"),
        ("pt", "podemos falar às três com ela?", "at 3"),
        ("ca", "podem parlar a les tres", "at 3"),
        ("sv", "ring mig på eftermiddagen", "afternoon"),
    ],
)
def test_beside_words_for_meeting_an_hour_or_a_part_of_a_day_is_a_time(language: str, text: str, english: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language}) if one.certain] == [english]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "der Kurs beginnt um drei"),
        ("de", "Guten Abend, ich möchte einen Termin"),
        ("de", "es geht um drei Dinge, können wir reden"),
        ("fr", "bon après-midi, je voudrais un rendez-vous"),
        ("es", "quiero hablar a las dos personas"),
        ("it", "buona sera, vorrei prenotare"),
        ("it", "voglio parlare alle due persone"),
        ("nl", "goede middag, ik wil een afspraak"),
        ("pt", "quero falar às duas pessoas"),
        ("sv", "god kväll, kan jag boka?"),
    ],
)
def test_greetings_and_numbers_are_none_beside_them_either(language: str, text: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language}) if one.certain] == []


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "am 3. um 15 Uhr 30", "the 3rd at 15:30"),
        ("de", "an Heiligabend um 10 Uhr", "24 december 10 o'clock"),
        ("de", "Silvester 2027 um 9 Uhr", "31 december 2027 9 o'clock"),
        ("fr", "la veille de Noël à 10 h", "24 december 10 o'clock"),
        ("es", "en Nochebuena a las 10", "24 december at 10"),
        ("fr", "le 3 à 15h30", "the 3rd at 15:30"),
        ("es", "el 3 a las 15:30", "the 3rd at 15:30"),
        ("it", "il 21 alle 15", "the 21st at 15"),
        ("nl", "de 3e om 15:30", "the 3rd at 15:30"),
        ("pt", "no dia 3 às 15h30", "the 3rd at 15:30"),
        ("ca", "el 2 a les 15", "the 2nd at 15"),
        ("sv", "den 3:e klockan 15", "the 3rd 15 o'clock"),
        ("de", "am 3.12. um 9:30", "3 december at 9:30"),
        ("de", "am 03.12.26 um 15 Uhr", "3 december 2026 15 o'clock"),
        ("fr", "le 3/12 à 15h", "3 december 15 o'clock"),
        ("es", "el 3/12/2026 a las 15:30", "3 december 2026 at 15:30"),
        ("nl", "op 3-12 om 15 uur", "3 december 15 o'clock"),
    ],
)
def test_a_day_that_is_said_as_a_number_keeps_its_time(language: str, text: str, english: str) -> None:
    (found,) = find_translated_times(text, {language})
    assert (found.phrase, text[found.start : found.end]) == (english, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "den 3. Artikel bitte"),
        ("de", "ich nehme Version 3.12."),
        ("fr", "je prends le 3"),
        ("es", "quiero el 3"),
        ("nl", "24-7 bereikbaar"),
        ("fr", "disponible 24/7"),
    ],
)
def test_a_number_by_itself_is_no_day(language: str, text: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language}) if one.certain and one.day] == []


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "heute in einer Woche", "in 1 weeks"),
        ("de", "Montag in acht Tagen", "1 weeks on monday"),
        ("de", "Freitag in zwei Wochen um 10 Uhr", "2 weeks on friday 10 o'clock"),
        ("fr", "lundi en huit à 10h", "1 weeks on monday 10 o'clock"),
        ("nl", "dinsdag over een week", "1 weeks on tuesday"),
    ],
)
def test_a_day_and_a_week_are_one_time(language: str, text: str, english: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language})] == [english]


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("de", "in anderthalb Stunden", 90),
        ("fr", "dans une heure et demie", 90),
        ("es", "dentro de hora y media", 90),
        ("it", "tra un'ora e mezza", 90),
        ("nl", "over anderhalf uur", 90),
        ("pt", "daqui a uma hora e meia", 90),
        ("ca", "d'aquí a una hora i mitja", 90),
        ("sv", "om en och en halv timme", 90),
        ("de", "in einer halben Stunde", 30),
        ("fr", "dans un quart d'heure", 15),
    ],
)
def test_halves_and_quarters_of_an_hour_are_counted(language: str, text: str, minutes: int) -> None:
    assert [one.phrase for one in find_translated_times(text, {language})] == [f"in {minutes} minutes"]


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "uebermorgen um halb vier", "day after tomorrow 3:30"),
        ("de", "nachsten Dienstag", "next tuesday"),
        ("fr", "apres-demain a 15h", "day after tomorrow 15 o'clock"),
        ("es", "pasado manana a las 4", "day after tomorrow at 4"),
        ("es", "el miercoles", "wednesday"),
        ("pt", "3 de marco as 15h", "3 march 15 o'clock"),
        ("sv", "nasta lordag", "next saturday"),
        ("de", "am 3. Maerz", "3 march"),
        ("de", "um zwoelf Uhr dreissig", "at 12:30"),
    ],
)
def test_accents_may_be_missing(language: str, text: str, english: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language})] == [english]


@pytest.mark.parametrize(
    ("language", "text"), [("de", "drei"), ("fr", "quinze"), ("es", "tres"), ("it", "tre"), ("nl", "drie")]
)
def test_a_bare_hour_is_a_time_where_one_was_asked_for(language: str, text: str) -> None:
    assert list(find_translated_times(text, {language})) == []
    (found,) = find_translated_times(text, {language}, asked=True)
    assert found.phrase in {"at 3", "at 15:00"}
    assert not found.certain


@example("ſamstag, um ² uhr")
@given(st.text() | st.lists(st.sampled_from(sorted(text for rows in TIMES.values() for text in rows))).map(" ".join))
def test_any_text_can_be_searched_in_all_languages(text: str) -> None:
    for found in find_translated_times(text, PHRASES.keys(), asked=True):
        assert text[found.start : found.end]
