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

    What is `after` or `before` a time of day is any later or earlier one; English has times of its own for that. What
    is to be `by` it may be that, too; it is said before or behind it.
    `either` stands between times for choice. In `contrasts` one is `wanted` and another `declined`. `any` takes
    whichever it may be, `any_of` whichever of what is named behind it, and `none` nothing of all that; `polite` is what
    stands before and behind such a message.
    """

    beside: frozenset[str]
    places: Mapping[str, int]
    earlier: str
    later: str
    forms: tuple[str, ...]
    after: str
    before: str
    by: str
    either: str
    contrasts: tuple[str, ...]
    any: tuple[str, ...]
    any_of: str
    none: tuple[str, ...]
    polite: str


_ENGLISH: Final = ChoosingWords(
    beside=word_set(
        "a about actually am are as available be best book brilliant can cheers choose could d day do does down "
        "either fine for forward free from go good great have how i i'd i'll i'm ideal ideally in instead is it it's "
        "let let's lets like ll looking lovely make may me meet my ok okay on one option our perfect pick please pls "
        "possible prefer put rather s schedule see set should slot sounds suit suits sure take thank thanks that "
        "that'd that's the then time times to us want we we'd we'll we're will with work works would yeah yep yes you"
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
    after="(?!)",
    before="(?!)",
    by="at the (?:very )?latest|no later than|not later than",
    either="or (?:else|maybe|if not)|or",
    contrasts=(
        r"(?:no )?not (?P<declined>.+?)(?:, ?but|,| but) (?P<wanted>.+)",
        r"(?P<wanted>.+?),? (?:rather than|instead of|(?:but |and |(?<!if ))not) (?P<declined>.+)",
        r"(?P<wanted>.+?) (?:is|would be|works|suits me) better than (?P<declined>.+)",
        r"(?:i )?(?:can'?t|cannot|can not) (?:do|make|manage) (?P<declined>.+?)(?:,| but|, but) (?P<wanted>.+)",
        r"(?P<declined>.+?) (?:doesn'?t|does not|won'?t) (?:work|suit)(?: (?:for )?me)?(?:,| but|, but) (?P<wanted>.+)",
        r"(?P<declined>.+?) is (?:too (?:early|late)|no good|out)(?: for me)?(?:,| but|, but) (?P<wanted>.+)",
        r"(?P<wanted>.+?) (?:works|is (?:fine|ok|good)|yes|ok),?(?: but)? (?P<declined>.+?) (?:doesn'?t|won'?t|isn'?t"
        r"|no)",
    ),
    any=(
        r"(?:any|either|whichever|all|both)(?: (?:one|time|of (?:them|these|those|the times)|three|two|times))*"
        r"(?: (?:is|are|would be|works?|suits?|will do)(?: for)?(?: me| us| you)?(?: fine| ok| okay| good| great"
        r"| best)?)?",
        r"(?:any ?time|whenever|whatever)(?: (?:suits|works|is best|is easiest)(?: for)?(?: you| me)?(?: best)?)?",
        r"(?:you (?:choose|pick|decide)|(?:it'?s )?up to you|i (?:do not|don'?t) (?:mind|care)(?: which)?|no preference"
        r"|(?:it )?doesn'?t matter|not fussed|not bothered|i'?m (?:easy|flexible))",
    ),
    any_of=r"(?:any ?time|any|anything|whenever)(?: of them)?",
    none=(
        r"(?:neither|none|nothing)(?: (?:of (?:them|these|those|the times|the above)|there|here))*"
        r"(?: (?:really )?(?:works?|suits?|fits?|(?:is|are) (?:any )?(?:good|possible)|(?:will|would) work)"
        r"(?: for)?(?: me| us)?)?",
        r"i (?:can'?t|cannot|can not) (?:do|make|manage) any(?: of (?:them|these|those))?(?: times| dates| days)?",
        r"(?:they|these|those|these times|those times) (?:don'?t|do not|won'?t) (?:work|suit)(?: for)?(?: me| us)?",
        r"(?:(?:do you have|have you got|are there|got)(?: any)?|any) other (?:times?|dates?|days?|options?|slots?)"
        r"(?: available)?",
        r"(?:(?:do you have|have you got|is there|got) )?(?:anything|something) else",
    ),
    polite=r"sorry|no|oh|hi|hello|hey|hm+|please|pls|thanks|thank you|unfortunately|i'?m afraid|honestly|really|then",
)  # fmt: skip

_GERMAN: Final = ChoosingWords(
    beside=word_set(
        "ach also am an auch bei besser besten bestens bin bitte bräuchte buche buchen da dann danke das dass den der "
        "dessen die doch du eher ein eintragen entweder es fein frei freue für gehen geht gern gerne ginge gut hätte "
        "ich ideal ihnen in ist ja jep jo kann klappt klar klingt können könnte könnten lasst lieber liebsten machen "
        "mal mein meine meinen mich mir mit möchte möglich nehme nehmen ok okay optimal option passen passend passt "
        "perfekt prima recht reservieren sagen schön sehr sein sie so statt stattdessen super tag termin trage tragen "
        "treffen uhrzeit um und uns vereinbaren vielen dank vorschlag wäre wähle wählen wär wär's wie würd würde wir "
        "wunderbar zeit zu zum"
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
    after="nach|ab|nicht vor|frühestens(?: um)?",
    before="vor",
    by="(?:bis )?(?:aller)?spätestens(?: bis)?(?: um)?",
    either="oder (?:auch|sonst|wenn nicht)|oder",
    contrasts=(
        r"nicht (?P<declined>.+?)(?:,? sondern|,? lieber|,) (?P<wanted>.+)",
        r"(?:lieber|eher|besser) (?P<wanted>.+?) (?:als|statt) (?P<declined>.+)",
        r"(?P<wanted>.+?),? (?:statt|anstatt|und nicht|(?<!wenn )nicht) (?P<declined>.+)",
        r"(?P<declined>.+?) (?:geht|passt)(?: mir)?(?: leider)? nicht(?:,| aber|, aber) (?P<wanted>.+)",
    ),
    any=(
        r"(?:(?:das |mir )?ist )?(?:mir |das )?(?:ganz |völlig )?egal(?: welche[rs]?)?",
        r"(?:jede[rs]?|alle|beide|alle drei)(?: davon)?(?: (?:passt|passen|geht|gehen)(?: mir)?(?: gut)?)?",
        r"irgendwann|wann (?:sie|ihr|du) (?:wollen|wollt|willst|möchten|möchtet|magst)"
        r"|wie es (?:ihnen|euch|dir)(?: am besten)? passt|suchen sie(?: sich)?(?: einen?)? aus"
        r"|sucht (?:euch )?(?:einen )?aus",
    ),
    any_of=r"irgendwann|egal wann|irgendeine[nrs]?",
    none=(
        r"(?:keine[rsn]?|keins|nichts)(?: (?:davon|von (?:denen|beiden|allen)))?(?: (?:passt|geht|passen)(?: mir)?)?",
        r"(?:da |dann )?(?:kann ich|passt es(?: mir)?|geht es(?: bei mir)?)(?: leider)?(?: überall| an allen)? nicht",
        r"(?:passt|geht)(?: mir)?(?: leider)?(?: alles)? nicht",
        r"(?:(?:haben sie|habt ihr|hast du|gibt es)(?: noch)? )?(?:andere (?:zeiten|termine|vorschläge)"
        r"|(?:et)?was anderes|einen anderen termin)",
    ),
    polite=r"sorry|nein|nee|oh|hallo|hi|bitte|danke|vielen dank|leider|also|ähm|hm+|tut mir leid|entschuldigung",
)  # fmt: skip

_FRENCH: Final = ChoosingWords(
    beside=word_set(
        "à a ah alors allons-y au avec aimerais beaucoup bien bon bonjour bonne ça c c'est ce cela celle celui "
        "choisis convient conviendrait créneau d d'accord date de dire du disons donc dispo disponible en est et "
        "excellent faisons finalement génial gardons heure heures idéal impeccable irait j j'aimerais je jour l la le "
        "les libre m m'arrange m'arrangerait m'irait m'va marche me merci mettez mieux moi moment niquel nickel nous "
        "ok okay on opte option oui parfait parfaitement peut peux place plutôt possible pour pourrais préfère "
        "préférerais prendrai prendrais prends prendre proposition qu qu'on que rendez rendez-vous rdv réserve "
        "réserver réservez retiens s s'il sera serai serait si stp suis super svp plaît plait te top très tiens va "
        "valide vers veux voudrais voulons vous vendu y"
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
    after="après|à partir de|dès|pas avant",
    before="avant",
    by="au plus tard",
    either="ou (?:bien|sinon)|ou|soit",
    contrasts=(
        r"pas (?P<declined>.+?)(?:,? mais|,? plutôt|,) (?P<wanted>.+)",
        r"plutôt (?P<wanted>.+?) (?:plutôt )?que (?P<declined>.+)",
        r"(?P<wanted>.+?),? (?:plutôt que|au lieu de|et pas|mais pas|pas) (?P<declined>.+)",
        r"(?P<declined>.+?) (?:ne (?:me )?(?:va|convient) pas|n'est pas possible)(?:,| mais|, mais) (?P<wanted>.+)",
    ),
    any=(
        r"n'importe(?: (?:lequel|laquelle|quand|quel (?:créneau|horaire|jour)))?|peu importe|comme vous voulez"
        r"|choisissez",
        r"(?:c'est )?à vous de (?:choisir|voir)|(?:ça|cela) m'est égal|au choix",
        r"(?:tous|toutes|les deux|les trois)(?: (?:me (?:vont|conviennent)|vont|conviennent)(?: bien)?)?",
    ),
    any_of=r"n'importe quand|n'importe lequel|n'importe",
    none=(
        r"aucune?(?: (?:de ceux-là|des (?:deux|trois)))?(?: ne (?:me )?(?:convient|va))?", r"ni l'une? ni l'autre",
        r"rien ne (?:me )?(?:convient|va)",
        r"(?:(?:vous avez|avez-vous|auriez-vous|y a-t-il|il y a) )?(?:d'autres (?:créneaux|horaires|dates|heures)"
        r"|un autre (?:créneau|horaire)|autre chose)",
    ),
    polite=r"désolée?|non|oh|bonjour|salut|svp|merci|malheureusement|euh|s'il vous plaît|pardon",
)  # fmt: skip

_SPANISH: Final = ChoosingWords(
    beside=word_set(
        "a agendamos agéndame agendar agende agéndeme agéndenme ahí al anóteme apuntar apúntame apúnteme bien bueno "
        "cita claro con confirmado confirmo conviene cuenta de del dale día disponible el elijo en encantada "
        "encantado entonces es esa escojo ese está estaría este estoy estupendo excelente favor genial gracias "
        "gustaría haremos hacemos hora horario la las le libre listo lo los lugar me mejor mi muchas nos o ok okay "
        "opción para parece perfecta perfecto podemos podría podríamos ponga póngame ponme por porfa porfavor posible "
        "prefiero puede puedo que queda quedamos quedo quiero quisiera reserva reservar resérvame reserve resérveme "
        "reunión sale sería si sí sirve su tomo tomaría turno un una usted ustedes va vale vamos vemos vendría viene "
        "y yo"
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
    after="después de|a partir de|no antes de",
    before="antes de",
    by="a más tardar|como (?:muy |más )?tarde",
    either="o (?:bien|si no)|o",
    contrasts=(
        r"no (?P<declined>.+?)(?:,? sino|,? mejor|,) (?P<wanted>.+)",
        r"mejor (?P<wanted>.+?) que (?P<declined>.+)",
        r"(?P<wanted>.+?),? (?:en vez de|en lugar de|y no|(?<!si )no) (?P<declined>.+)",
        r"(?P<declined>.+?) no (?:me )?(?:va bien|viene bien|sirve|puedo)(?:,| pero|, pero) (?P<wanted>.+)",
    ),
    any=(
        r"cualquiera(?: de (?:ellos|ellas|esos|esas|los dos))?(?: me (?:sirve|va bien|viene bien))?",
        r"(?:a mí )?(?:me )?da (?:igual|lo mismo)|cuando (?:quiera|quieran|sea|usted quiera)|el que (?:sea|quiera)"
        r"|como (?:usted |ustedes )?(?:prefiera|prefieran|quiera|quieran)|elija usted|elijan ustedes",
        r"(?:todos|todas|los dos|las dos|ambos|ambas|los tres)(?: me (?:sirven|van bien|vienen bien))?",
    ),
    any_of=r"cualquiera|cuando sea|cualquier hora|a cualquier hora",
    none=(
        r"ningun[oa](?: de (?:ellos|ellas|esos|esas|los dos))?(?: me (?:sirve|va bien|viene bien))?", r"ni uno ni otro",
        r"(?:ninguno|nada)(?: de eso)?(?: me (?:sirve|va bien))?",
        r"(?:(?:tiene|tienen|tienes|hay) )?(?:otros? (?:horarios?|días?)|otras? (?:horas?|opciones|opción)|otra cosa)",
    ),
    polite=r"lo siento|no|oh|hola|por favor|porfa|gracias|lamentablemente|perdón|disculpe",
)  # fmt: skip

WORDS: Final[Mapping[str, ChoosingWords]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""
