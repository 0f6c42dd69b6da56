"""How four languages choose one of the times that were offered: by its place among them, and with which words beside.

`{one}` in a form is a word of `places`; what a place is counts from the first, or from the last where it is negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.nlu.words import word_set


@dataclass(frozen=True, slots=True)
class ChoosingWords:
    """`beside` add nothing to a choice: whatever else is said may turn it round, "not on Wednesday", "after 9".

    `places` are patterns of the words for a place, with which it is; `earlier` and `later` those for one of two. None
    is "later" by itself, nor "a later one": those are none that was offered.
    """

    beside: frozenset[str]
    places: Mapping[str, int]
    earlier: str
    later: str
    forms: tuple[str, ...]


_ENGLISH: Final = ChoosingWords(
    beside=word_set(
        "a are as be best book brilliant can could d day do does fine for free from go good great have how i "
        "ideal ideally is it let let's like ll lovely make may me meet my ok okay on one option our perfect "
        "please pls prefer rather s see set should slot sounds suit suits sure take thank thanks that that's "
        "the then time times to us want we will with work works would yeah yep yes you"
    ),
    places={
        "first|earliest": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last|latest": -1,
    },
    earlier="earlier|former",
    later="later|latter",
    forms=(
        r"the {one}(?: (?:one|option|slot|time))?",
        r"(?!earlie|late[rs]|former|latter){one} (?:one|option|slot|time)",
    ),
)  # fmt: skip

_GERMAN: Final = ChoosingWords(
    beside=word_set(
        "ach also am an auch bei besser besten bestens bitte bräuchte buche buchen da dann danke das dass den "
        "der die doch du eintragen es fein für gehen geht gern gerne ginge gut hätte ich ideal ihnen in ist "
        "ja jep jo klappt klar klingt können könnte lasst lieber liebsten machen mal mein meine meinen mich "
        "mir möchte nehme nehmen ok okay optimal option passen passend passt perfekt prima reservieren sagen "
        "schön sehr sein sie so super tag termin treffen uhrzeit um und uns vereinbaren vielen dank vorschlag "
        "wäre wählen wär würd würde wir wunderbar zeit zu zum"
    ),
    places={
        "erste[nrs]?|früheste[nrs]?": 0, "zweite[nrs]?": 1, "dritte[nrs]?": 2, "vierte[nrs]?": 3, "fünfte[nrs]?": 4,
        "letzte[nrs]?|späteste[nrs]?": -1,
    },
    earlier="frühere[nrs]?",
    later="spätere[nrs]?",
    forms=(
        r"(?:de[nrm]|die|das) {one}(?: (?:termin|vorschlag|option|uhrzeit|zeit|variante|davon))?",
        r"(?!früher|fruher|fruehe?r|später|spaeter|spater){one} (?:termin|vorschlag|option|uhrzeit|zeit|variante)",
    ),
)  # fmt: skip

_FRENCH: Final = ChoosingWords(
    beside=word_set(
        "à a ah alors allons-y au avec aimerais beaucoup bien bon bonjour bonne ça c c'est ce cela celle celui choisis "
        "convient conviendrait créneau d d'accord date de du disons donc dispo disponible en est et excellent faisons "
        "génial gardons heure heures idéal impeccable irait j j'aimerais je jour l la le les libre m m'arrange "
        "m'arrangerait m'irait m'va marche me merci mettez mieux moi moment niquel nickel nous ok okay on opte option"
        " oui "
        "parfait parfaitement plutôt pour préfère préférerais prendrai prendrais prends prendre proposition qu qu'on"
        " que "
        "rendez rendez-vous rdv réserve réserver réservez retiens s s'il sera serai serait si stp super svp plaît"
        " plait "
        "te top très tiens va valide vers veux voudrais voulons vous vendu y"
    ),
    places={
        "premi(?:er|ère)|1(?:er|re|ère)|plus t[ôo]t": 0, "deuxième|second|seconde|2(?:e|ème|nd|nde)": 1,
        "troisième|3(?:e|ème)": 2, "quatrième|4(?:e|ème)": 3, "cinquième|5(?:e|ème)": 4,
        "derni(?:er|ère)|plus tard": -1,
    },
    earlier="(?!)",
    later="(?!)",
    forms=(
        r"(?:l[ea]|celui|celle) {one}(?: (?:créneau|option|proposition|date|heure|choix|horaire|rendez-vous|rdv"
        r"|de la liste|des deux|des trois))?",
        r"(?:l[ea] )?(?:tout(?:e)? )(?!plus){one}(?: (?:créneau|option|proposition|date|heure|choix))?",
        r"(?!plus){one} (?:créneau|option|proposition|choix|horaire)",
    ),
)  # fmt: skip

_SPANISH: Final = ChoosingWords(
    beside=word_set(
        "a agendamos agéndame agendar agende agéndeme agéndenme ahí al anóteme apuntar apúntame apúnteme bien bueno "
        "cita claro con confirmado confirmo conviene cuenta de del dale día disponible el elijo en encantada encantado "
        "entonces es esa escojo ese está estaría este estupendo excelente favor genial gracias haremos hacemos hora "
        "horario la las le libre listo lo los me mejor mi muchas nos o ok okay opción para parece perfecta perfecto "
        "podemos podría podríamos ponga póngame ponme por porfa porfavor prefiero puede puedo que queda quedamos quedo "
        "quiero reserva reservar resérvame reserve resérveme reunión sale sería si sí sirve tomo tomaría turno un una "
        "usted ustedes va vale vamos vemos vendría viene y yo"
    ),
    places={
        "primer[oa]?": 0, "segund[oa]": 1, "tercer[oa]?": 2, "cuart[oa]": 3, "quint[oa]": 4, "últim[oa]": -1,
        "m[áa]s temprano": 0, "m[áa]s tarde": -1,
    },
    earlier="(?!)",
    later="(?!)",
    forms=(
        r"(?:el|la|lo) {one}(?: (?:opción|cita|hora|horario))?",
        r"(?!más|mas){one} (?:opción|cita|horario)",
    ),
)  # fmt: skip

WORDS: Final[Mapping[str, ChoosingWords]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""
