"""How eight languages name weeks, months and years and the weekdays of a month; rows as in `bot.nlu.time_phrases.rows`.

`{month}` may have a year behind it. What is said with a number ("the first Monday of", "the last Friday of") is one row
for each number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.time_phrases.rows import DAY, Row

_NUMBERS = ("first", "second", "third", "fourth", "last")


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one language.

    `numbers` are "first" to "fourth" and "last"; `of` stands between a weekday and its month, `within` before a month
    by itself; `year` is what may stand before a year's number.
    """

    numbers: tuple[str, str, str, str, str]
    weekday: str
    week: str
    of: str
    within: str
    early: str
    mid: str
    late: str
    month: str
    next_year: str
    this_year: str
    end_of_year: str
    year: str = ""


_LANGUAGES = {
    "de": _Words(
        numbers=("erste[rnm]?|1\\.", "zweite[rnm]?|2\\.", "dritte[rnm]?|3\\.", "vierte[rnm]?|4\\.", "letzte[rnm]?"),
        weekday="(?:am |den |der )?(?:{number}) {weekday}",
        week="(?:in der |die )?(?:{number}) woche",
        of="(?:im|des|vom) ",
        within="(?:im |ab |diesen |nächsten |kommenden )",
        early="(?:zum )?(?:anfang|beginn) ",
        mid="mitte ",
        late="(?:zum |bis |gegen )?ende ",
        month="(?:des monats|monats|dieses monats|diesen monat)",
        next_year="(?:im )?(?:nächste[sn]?|kommende[sn]?) jahr",
        this_year="(?:in )?diese[sm] jahr",
        end_of_year="(?:zum |bis )?(?:ende (?:des|dieses) jahres|jahresende|ende des jahres)",
    ),
    "fr": _Words(
        numbers=(
            "premi(?:er|ère)|1(?:er|ère)",
            "deuxième|second|seconde|2e",
            "troisième|3e",
            "quatrième|4e",
            "derni(?:er|ère)",
        ),
        weekday="(?:le )?(?:{number}) {weekday}",
        week="(?:dans )?(?:la )?(?:{number}) semaine",
        of="(?:du mois de |du mois d['’]|de |d['’])",
        within="(?:en |au mois de |au mois d['’]|courant )",
        early="(?:au )?début ",
        mid="(?:à la )?mi-?",
        late="(?:à la |d['’]ici )?fin ",
        month="(?:du |de ce )?mois",
        next_year="(?:l['’])?(?:an prochain|année prochaine)",
        this_year="cette année",
        end_of_year="(?:à la |en )?fin (?:de l['’]|d['’])année",
    ),
    "es": _Words(
        numbers=("primera?|primero|1er", "segund[oa]", "tercera?|tercero", "cuart[oa]", "últim[oa]"),
        weekday="(?:el )?(?:{number}) {weekday}",
        week="(?:en )?(?:la )?(?:{number}) semana",
        of="(?:de|del mes de) ",
        within="(?:en|durante|el próximo) ",
        early="(?:a )?(?:principios|comienzos|inicios) de ",
        mid="(?:a )?mediados de ",
        late="(?:a )?(?:final|finales|fines|fin) de ",
        month="(?:mes|este mes)",
        next_year="(?:el )?(?:año que viene|próximo año|año próximo)",
        this_year="este año",
        end_of_year="(?:a )?(?:final|finales|fines|fin) de(?: este)? año",
        year="(?:de |del )?",
    ),
    "it": _Words(
        numbers=("prim[oa]", "second[oa]", "terz[oa]", "quart[oa]", "ultim[oa]"),
        weekday="(?:il |l['’]|la )?(?:{number}) {weekday}",
        week="(?:nella |la |l['’]|nell['’])?(?:{number}) settimana",
        of="(?:di |del mese di |d['’])",
        within="(?:a |ad |in |nel mese di |il prossimo )",
        early="(?:a |agli |all['’])?inizio? (?:di )?",
        mid="(?:a )?metà (?:di )?",
        late="(?:a |alla |entro )?fine (?:di )?",
        month="(?:mese|del mese|questo mese)",
        next_year="(?:l['’])?(?:anno prossimo|prossimo anno)",
        this_year="quest['’]anno",
        end_of_year="(?:a |alla |entro )?fine (?:dell['’])?anno",
    ),
    "nl": _Words(
        numbers=("eerste|1e", "tweede|2e", "derde|3e", "vierde|4e", "laatste"),
        weekday="(?:op )?(?:de )?(?:{number}) {weekday}",
        week="(?:in )?(?:de )?(?:{number}) week",
        of="(?:van|in) ",
        within="(?:in |komende |volgende )",
        early="(?:aan het )?begin (?:van )?",
        mid="(?:half|medio|midden)[ -](?:in )?",
        late="(?:aan het |tegen het )?(?:eind|einde|eind van|einde van) ",
        month="(?:de maand|deze maand|van de maand)",
        next_year="(?:het )?volgend jaar",
        this_year="dit jaar",
        end_of_year="(?:aan het )?(?:eind|einde) van (?:het|dit) jaar",
    ),
    "pt": _Words(
        numbers=("primeir[oa]|1[ªº]", "segund[oa]|2[ªº]", "terceir[oa]|3[ªº]", "quart[oa]|4[ªº]", "últim[oa]"),
        weekday="(?:na |no |a |o )?(?:{number}) {weekday}",
        week="(?:na )?(?:a )?(?:{number}) semana",
        of="(?:de|do mês de) ",
        within="(?:em|durante|no próximo) ",
        early="(?:n?o )?(?:início|começo|inícios) de ",
        mid="(?:em )?(?:meados|meio) de ",
        late="(?:no )?(?:fim|final|finais) de ",
        month="(?:mês|este mês)",
        next_year="(?:n?o )?(?:próximo ano|ano que vem)|para o ano",
        this_year="este ano",
        end_of_year="(?:no )?(?:fim|final) do ano",
        year="(?:de )?",
    ),
    "ca": _Words(
        numbers=("primera?|1r", "seg[oó]na?", "tercera?", "quarta?", "últim[a]?|darrera?"),
        weekday="(?:el )?(?:{number}) {weekday}",
        week="(?:la |l['’])?(?:{number}) setmana",
        of="(?:de |d['’]|del mes de |del mes d['’])",
        within="(?:al |a l['’]|el mes de |el mes d['’]|pel )",
        early="(?:a )?principis? (?:de |d['’])",
        mid="(?:a )?mitjans? (?:de |d['’])",
        late="(?:a )?finals? (?:de |d['’])",
        month="mes",
        next_year="(?:l['’])?any (?:vinent|que ve)",
        this_year="(?:enguany|aquest any)",
        end_of_year="(?:a )?finals? d['’]any",
        year="(?:de |del )?",
    ),
    "sv": _Words(
        numbers=("första|1:a", "andra|2:a", "tredje|3:e", "fjärde|4:e", "sista"),
        weekday="(?:den )?(?:{number}) {weekday}(?:en)?",
        week="(?:den )?(?:{number}) veckan",
        of="i ",
        within="(?:i |under )",
        early="(?:i )?början (?:av|på) ",
        mid="(?:i )?mitten (?:av|på) ",
        late="(?:i )?slutet (?:av|på) ",
        month="månaden",
        next_year="(?:under )?nästa år",
        this_year="i år",
        end_of_year="(?:i )?slutet (?:av|på) året",
    ),
}


def _rows(words: _Words) -> Iterator[Row]:
    year = f"(?:,? {words.year}{{year}})?"
    for number, english in zip(words.numbers, _NUMBERS, strict=True):
        weekday = words.weekday.replace("{number}", number)
        week = words.week.replace("{number}", number)
        yield DAY, f"{weekday} {words.of}{{month}}{year}", f"{english} {{weekday}} of {{month}} {{year}}"
        yield DAY, f"{week} {words.of}{{month}}{year}", f"{english} week of {{month}} {{year}}"
    yield DAY, words.end_of_year, "end of the year"
    for before, part in ((words.early, "beginning of"), (words.mid, "middle of"), (words.late, "end of")):
        yield DAY, f"{before}{{month}}{year}", f"{part} {{month}} {{year}}"
    yield DAY, f"{words.late}{words.month}", "end of the month"
    yield DAY, words.next_year, "next year"
    yield DAY, words.this_year, "this year"
    yield DAY, f"{words.within}{{month}}{year}", "in {month} {year}"


PHRASES: dict[str, tuple[Row, ...]] = {code: tuple(_rows(words)) for code, words in _LANGUAGES.items()}
