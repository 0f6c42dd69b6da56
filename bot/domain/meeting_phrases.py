"""How four languages ask for another time of a meeting that is booked, or say that one cannot come.

German puts its verb last, and what is said of when before it or at the beginning; French and Spanish begin as English.
Umlauts, ß and accents may be missing (`also_in_plain_letters`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_UP_TO_ANOTHER_THING: Final = r"(?:(?!\b(?:ENDS)\b)(?:[^?!.;,\n]|(?<=\d)\.)){0,60}?"


def _when(words: str, ends: str) -> str:
    """When it is, or is to be, and with whom, up to a word that begins something else."""
    return rf"(?:{words})\b" + _UP_TO_ANOTHER_THING.replace("ENDS", ends)


@dataclass(frozen=True, slots=True)
class MeetingPhrases:
    """Patterns: what may stand `before` a wish and `behind` it, and the wishes to `move` a meeting and to `give_up`."""

    before: str
    behind: str
    move: tuple[str, ...]
    give_up: tuple[str, ...]


# ---------------------------------------------------------------- English

_ASKED: Final = (
    r"(?:(?:(?:can|could|may|might|shall|should|would) (?:we|you|i)(?: (?:please|maybe|perhaps|possibly))?"
    r"|(?:is it|would it be) possible(?: for (?:us|me))? to|(?:would you mind|how (?:can|do) i|let'?s|please|pls)"
    r"|(?:i|we)(?:'d| would) (?:rather|prefer to|like to|love to)|(?:i|we)(?:'ve| have) (?:got )?to"
    r"|(?:i|we)(?:'ll| will)? (?:have|need|want|wish|must)(?: to)?)\W+)?(?:please )?"
)
_MEETING: Final = (
    r"(?:(?:my|our|the|this|that) )?(?:(?:\w+day|tomorrow)(?:'?s)? )?"
    r"(?:meeting|demo|appointment|call|booking|slot|session|visit|video ?call)"
)
_AT: Final = "(?: {})?".format(
    _when(
        "with|on|at|for|from|of|to|till|until|today|tomorrow|tonight|this|next|in",
        "and|but|or|then|also|stop|unsubscribe|no more",
    )
)
_ENGLISH: Final = MeetingPhrases(
    before=(
        r"\W*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|sorry|i'?m (?:so )?sorry|i'?m afraid|oh|um+|"
        r"unfortunately|no|ok(?:ay)?|well|actually|but|and|so|something(?: has|'?s)? c(?:a|o)me up)\W+)*"
    ),
    behind=(
        r"(?:[\s,.]+(?:please|pls|thanks|thank you|sorry|unfortunately|i'?m afraid|instead|after all|any ?more"
        r"|if (?:possible|you can|that'?s ok(?:ay)?)))*[\s?!.]*"
    ),
    move=(
        rf"{_ASKED}(?:move|reschedule|postpone|rearrange|rebook|shift|delay|push back|bring forward|put off|change)"
        rf" (?:the (?:time|date|day) of )?{_MEETING}(?: time| back| forward)?{_AT}",
        rf"{_ASKED}(?:reschedule|rebook)(?: it| that)?{_AT}",
        rf"(?:can|could|may|shall|should) (?:we|you|i)(?: please)? (?:move|postpone|push back|put off) (?:it|that)"
        rf"{_AT}",
        rf"{_ASKED}(?:find|have|get|choose|pick|meet at) (?:another|a different|a new|some other) "
        rf"(?:time|day|date){_AT}",
    ),
    give_up=(
        rf"{_ASKED}(?:cancel|call off) {_MEETING}{_AT}",
        rf"{_ASKED}call (?:it|that|this|{_MEETING}) off{_AT}",
        r"(?:(?:i|we) )?(?:can'?t|can ?not|won'?t be able to|(?:am|are) not able to|will not be able to)"
        rf" (?:make (?:it|today|tomorrow|\w+day|{_MEETING})|(?:attend|join)(?: {_MEETING})?|come(?: to {_MEETING})?)"
        rf"{_AT}",
        r"something(?: has|'?s)? c(?:a|o)me up",
        r"(?:the|that|this) (?:one|time|day|date|slot) (?:doesn'?t|does not|won'?t|will not) (?:work|suit|fit)"
        r"(?: (?:for )?(?:me|us))?",
    ),
)

# ---------------------------------------------------------------- German

_SOFTLY_DE: Final = (
    r"(?: (?:bitte|vielleicht|leider|eventuell|evtl\.?|doch|auch|lieber|mal|noch(?: ein)?mal|noch|gern|gerne|irgendwie"
    r"|wohl|jetzt|nun|schon|kurzfristig|einfach|wieder))*"
)
_WHEN_ALONE_DE: Final = _when(
    r"(?:erst |nur )?(?:am|an|um|vom|von|im|in|auf|für|mit|zum|zu|gegen|ab|heute|morgen|übermorgen|nächste\w*"
    r"|kommende\w*|diese[nmrs]?|\w+tag|mittwoch|sonnabend)",
    "und|oder|aber|sondern|dann|stopp?|abmelden|keine|kann|können|muss|müssen|möchte|möchten|ich|wir|nicht",
)
_WHEN_DE: Final = rf"(?: {_WHEN_ALONE_DE})?"
_MODAL_DE: Final = (
    r"(?:kann|können|könnte|könnten|könntest|kannst|könnt|könntet|darf|dürfen|dürfte|dürften|muss|müssen|müsste|müssten"
    r"|möchte|möchten|würde|würden|würdest|würdet|will|wollen|wollte|wollten|sollte|sollten)"
)
_WHO_DE: Final = r"(?:ich|wir|sie|du|ihr|man)"
_MEETING_DE: Final = (
    r"(?:(?:mein|unser|d|dies)(?:e[nsrm]?|as|ie|n)? )?(?:(?:heutigen?|morgigen?|gebuchten?|vereinbarten?) )?"
    r"(?:(?:telefon|beratungs|video)?(?:termin|gespräch|call|meeting)s?|telefonat|demo|vorführung|anruf|treffen"
    r"|besprechung|beratung|rückruf|buchung)"
)
_ASKED_DE: Final = rf"(?:(?:{_MODAL_DE} {_WHO_DE}|{_WHO_DE} {_MODAL_DE}|(?:ist|wäre) es möglich,?|bitte){_SOFTLY_DE} )"
_MOVE_DE: Final = (
    r"(?:(?:zu )?(?:verschieben|verlegen|ändern|schieben|vertagen)|um(?:zu)?(?:buchen|legen|planen)"
    r"|vor(?:zu)?(?:ziehen|verlegen))"
)
_CANCEL_DE: Final = r"(?:ab(?:zu)?(?:sagen|blasen)|(?:zu )?(?:stornieren|canceln|streichen)|ausfallen (?:zu )?lassen)"
_OTHER_DE: Final = r"(?:ein(?:en?)? )?(?:ander|neu)e[rsn]? (?:termin|tag|zeit|uhrzeit|zeitpunkt|datum)"
_NOT_DE: Final = rf"{_SOFTLY_DE} nicht(?: mehr)?"
_COME_DE: Final = r"(?: (?:kommen|teilnehmen|dabei ?sein|da ?sein|wahrnehmen|einhalten|schaffen))"

_GERMAN: Final = MeetingPhrases(
    before=(
        r"\W*(?:(?:hi|hallo|hey|moin|servus|guten (?:tag|morgen|abend)|grüß gott|sorry|entschuldigung|verzeihung"
        r"|entschuldigen sie(?: bitte)?|(?:es )?tut mir (?:sehr )?leid|oh|äh+m*|leider|bitte|nein|nee?"
        r"|ok(?:ay)?|also|aber|und|(?:mir|uns) (?:ist|kam) (?:leider )?(?:et)?was dazwischen(?:gekommen)?)\W+)*"
    ),
    behind=(
        r"(?:[\s,.]+(?:bitte|danke|vielen dank|dankeschön|sorry|leider|doch"
        r"|wenn (?:es |das )?(?:geht|möglich ist|passt)|falls möglich|wenn möglich|geht das"
        r"|tut mir (?:sehr )?leid|entschuldigung))*[\s?!.]*"
    ),
    move=(
        rf"{_ASKED_DE}?{_MEETING_DE}{_WHEN_DE}{_SOFTLY_DE}{_WHEN_DE} {_MOVE_DE}",
        rf"{_ASKED_DE}(?:(?:das|ihn|es|uns) )?(?:{_WHEN_ALONE_DE} )?{_MOVE_DE}",
        rf"{_MEETING_DE}{_WHEN_DE} {_MODAL_DE} {_WHO_DE}{_SOFTLY_DE}{_WHEN_DE} {_MOVE_DE}",
        rf"(?:lässt|ließe) sich {_MEETING_DE}{_WHEN_DE}{_SOFTLY_DE}{_WHEN_DE} {_MOVE_DE}",
        rf"(?:verschieb|verleg|änder)(?:en|n|t|e)?(?: sie)?{_SOFTLY_DE} {_MEETING_DE}{_SOFTLY_DE}{_WHEN_DE}",
        rf"{_ASKED_DE}{_OTHER_DE}{_WHEN_DE}(?: (?:zu )?(?:finden|ausmachen|vereinbaren|haben|bekommen|wählen"
        r"|suchen|machen|nehmen))?",
        rf"{_WHO_DE} (?:brauchen?|bräuchten?|hätten?|suchen?){_SOFTLY_DE} {_OTHER_DE}{_WHEN_DE}",
        rf"(?:geht|ginge|gibt es|gäbe es|hätten sie|haben sie|hast du|habt ihr|passt){_SOFTLY_DE} {_OTHER_DE}"
        rf"{_WHEN_DE}",
    ),
    give_up=(
        r"(?:mir|uns) (?:ist|kam) (?:leider )?(?:et)?was dazwischen(?:gekommen)?",
        rf"(?:die|diese) (?:zeit|uhrzeit) (?:passt|klappt|geht)(?: (?:mir|uns|bei mir|bei uns))?{_NOT_DE}",
        rf"{_ASKED_DE}?{_MEETING_DE}{_WHEN_DE}{_SOFTLY_DE}{_WHEN_DE} {_CANCEL_DE}",
        rf"{_WHO_DE} (?:muss|müssen|möchte|möchten){_SOFTLY_DE}(?: {_WHEN_ALONE_DE})?{_SOFTLY_DE} absagen",
        rf"(?:{_MEETING_DE}{_WHEN_DE}|{_WHEN_ALONE_DE}) (?:muss|müssen|möchte|möchten) {_WHO_DE}{_SOFTLY_DE}{_WHEN_DE}"
        rf" {_CANCEL_DE}",
        rf"(?:sag(?:en|t|e)?|blas(?:en|t|e)?)(?: sie)?{_SOFTLY_DE} {_MEETING_DE}{_SOFTLY_DE}{_WHEN_DE}{_SOFTLY_DE} ab",
        rf"(?:stornier|cancel|streich)(?:en|n|t|e)?(?: sie)?{_SOFTLY_DE} {_MEETING_DE}{_SOFTLY_DE}{_WHEN_DE}",
        rf"{_WHO_DE} sagen? {_MEETING_DE}{_WHEN_DE}{_SOFTLY_DE} ab",
        rf"(?:ich|wir) (?:kann|können){_SOFTLY_DE} (?:{_WHEN_ALONE_DE}|zu {_MEETING_DE}){_NOT_DE}{_COME_DE}?",
        rf"(?:ich|wir) (?:kann|können){_NOT_DE}(?: zu[mr]? {_MEETING_DE})?{_COME_DE}",
        rf"(?:ich|wir) (?:kann|können){_SOFTLY_DE} {_MEETING_DE}{_WHEN_DE}{_NOT_DE}{_COME_DE}?",
        rf"(?:{_MEETING_DE}{_WHEN_DE}|{_WHEN_ALONE_DE}) (?:kann|können) (?:ich|wir){_NOT_DE}{_COME_DE}?",
        rf"(?:ich|wir) schaffen? (?:es|das|{_MEETING_DE}){_WHEN_DE}{_NOT_DE}(?: zu[mr]? {_MEETING_DE})?",
        rf"(?:{_MEETING_DE}{_WHEN_DE}|{_WHEN_ALONE_DE}) schaffen? (?:ich|wir)(?: es| das)?{_NOT_DE}",
        rf"(?:{_MEETING_DE}{_WHEN_DE}|{_WHEN_ALONE_DE}) (?:passt|klappt|geht|ginge)(?: es| das)?"
        rf"(?: (?:mir|uns|bei mir|bei uns))?{_NOT_DE}",
        rf"(?:es|das) (?:passt|klappt|geht)(?: (?:mir|uns|bei mir|bei uns))?{_SOFTLY_DE} {_WHEN_ALONE_DE}{_NOT_DE}",
    ),
)

# ---------------------------------------------------------------- French

_SOFTLY_FR: Final = (
    r"(?: (?:s['’ ]?il (?:vous|te) pla[iî]t|svp|stp|peut-être|malheureusement|plutôt|encore|juste|finalement|donc"
    r"|éventuellement|hélas|du coup|en fait|bien|quand même))*"
)
_MEETING_FR: Final = (
    r"(?:(?:mon|notre|nos|le|la|l['’]|ce|cet|cette|votre) ?)?"
    r"(?:rendez-vous|rendez vous|rdv|rv|réunion|rencontre|appel|rappel|démo|démonstration|entretien"
    r"|visio(?:conférence)?"
    r"|créneau|réservation|consultation|entrevue)(?: (?:téléphonique|prévue?|fixée?))?"
)
_DAY_FR: Final = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain|après-demain|aujourd['’]hui)"
_AT_FR: Final = "(?: {})?".format(
    _when(
        rf"avec|à|au|du|de|pour|le|en|vers|{_DAY_FR}|la semaine|ce|cette|cet",
        "et|mais|ou|puis|aussi|stop|arrêtez|plus",
    )
)
_WHEN_FR: Final = (
    rf"(?:pour |le |à |ce )?(?:{_DAY_FR}|ce (?:soir|matin)|cet après-midi|\d[\d/.]*|la semaine)"
    r"(?: (?:prochaine?|matin|après-midi|soir|midi|\d{1,2}|janvier|février|mars|avril|mai|juin|juillet|août|septembre"
    r"|octobre|novembre|décembre))*(?: (?:à|vers) \d{1,2} ?(?:h|heures?)(?: ?\d\d)?)?"
)
_ASKING_FR: Final = (
    r"(?:(?:pouvons|pourrions|peut|pourrait|puis|pouvez|pourriez|peux|pourrais)[- ](?:nous|on|je|vous|tu)"
    r"|(?:est-ce qu['’ ]?(?:e )?)?(?:on|je|nous|vous|tu|j['’]) ?(?:peut|peux|pourrait|pourrais|pouvons|pourrions|pouvez"
    r"|pourriez|dois|doit|devons|devrais|veux|voudrais|voudrions|souhaite|souhaiterais|souhaitons|souhaiterions"
    r"|aimerais|aimerions|préfère|préférerais|préférerions|vais devoir|allons devoir|(?:suis|sommes) obligée?s? d['’e])"
    r"|(?:est-il|serait-il|est-ce|c['’]est|ce serait|il serait|il est) possible d['’e]|merci d['’e]|il fau(?:t|drait)"
    r"|il (?:me|nous) fau(?:t|drait)|j['’]ai besoin d['’e]|comment)"
    rf"{_SOFTLY_FR} ?"
)
_ASKED_FR: Final = rf"(?:{_ASKING_FR})?"
_MOVE_FR: Final = (
    r"(?:déplacer|décaler|reporter|changer|repousser|avancer|reprogrammer|modifier|replanifier|recaler|remettre"
    r"|retarder)"
)
_OTHER_FR: Final = (
    r"(?:d['’])?(?:un|une) (?:autre|nouvelle?|nouveau|nouvel) (?:moment|créneau|date|heure|horaire|jour|rendez-vous"
    r"|rdv)"
)
_COME_FR: Final = (
    rf"(?:venir|participer|assister|être (?:là|présente?|disponible|des vôtres)|y être|y aller|me libérer|me déplacer"
    rf"|me joindre|honorer|assurer|tenir|faire)(?: (?:à|au)? ?{_MEETING_FR})?"
)
_NOT_FR: Final = r"(?: malheureusement| hélas)? (?:plus|pas)(?: du tout)?"
_FRENCH: Final = MeetingPhrases(
    before=(
        r"\W*(?:(?:bonjour|bonsoir|salut|coucou|désolée?|pardon|excusez-moi|excuse-moi|je suis (?:vraiment )?désolée?"
        r"|malheureusement|non|ok(?:ay)?|oh|ah|euh+|mais|alors|finalement|en fait|bon|zut|mince|hélas|et|aïe"
        r"|(?:j['’]ai|nous avons) (?:eu )?un (?:empêchement|imprévu|contretemps|souci|problème))\W+)*"
    ),
    behind=(
        r"(?:[\s,.]+(?:s['’ ]?il (?:vous|te) pla[iî]t|svp|stp|merci(?: (?:beaucoup|d['’]avance|bien))?|désolée?"
        r"|malheureusement|finalement|(?:je suis|vraiment) désolée?|toutes mes excuses|pardon|bonne journée"
        r"|si (?:possible|c['’]est possible|ça vous va|vous pouvez)|c['’]est possible|possible))*[\s?!.]*"
    ),
    move=(
        rf"{_ASKED_FR}{_MOVE_FR}{_SOFTLY_FR} (?:l['’]heure (?:de |du )|la date (?:de |du )|le jour (?:de |du ))?"
        rf"{_MEETING_FR}{_AT_FR}",
        rf"(?:déplac|décal|report|repouss|avanc|chang|modifi|retard)(?:ez|e){_SOFTLY_FR} {_MEETING_FR}{_AT_FR}",
        rf"{_ASKING_FR}(?:(?:le |la |ça |cela )|l['’])?{_MOVE_FR}(?: (?:ça|cela))?{_AT_FR}",
        rf"{_MEETING_FR}{_AT_FR} (?:peut|pourrait|doit|devrait)(?:[- ]il|[- ]elle)? être (?:déplacé|décalé|reporté"
        rf"|avancé|repoussé)e?{_AT_FR}",
        rf"(?:{_ASKED_FR}(?:trouver|avoir|choisir|prendre|fixer|proposer|voir|caler|convenir|me (?:proposer|donner)) )"
        rf"{_OTHER_FR}{_AT_FR}",
        rf"(?:(?:il (?:me|nous) fau(?:t|drait)|j['’](?:ai|aurais) besoin|je (?:cherche|préférerais|voudrais)|avez-vous"
        rf"|auriez-vous|vous (?:avez|auriez)|y a-t-il|(?:est-ce qu['’])?il y (?:a|aurait)|plutôt)"
        rf"{_SOFTLY_FR} )?{_OTHER_FR}{_AT_FR}(?: (?:serait|est|c['’]est) possible)?",
    ),
    give_up=(
        r"(?:j['’]ai|nous avons) (?:eu )?un (?:empêchement|imprévu|contretemps)",
        rf"(?:cette heure|cette date|ce jour|ce créneau) (?:ne )?(?:me|nous) (?:convient|va){_NOT_FR}",
        rf"{_ASKED_FR}(?:annuler|annulez|annule|décommander|supprimer|supprimez){_SOFTLY_FR} {_MEETING_FR}{_AT_FR}",
        rf"{_ASKING_FR}(?:l['’])?(?:annuler|décommander){_AT_FR}",
        rf"j['’]annule {_MEETING_FR}{_AT_FR}",
        rf"(?:je|nous|on) (?:ne |n['’]y? ?)?(?:peux|pouvons|peut|pourrai|pourrais|pourrons|pourra|vais|allons|va)"
        rf"{_NOT_FR}(?: pouvoir)? {_COME_FR}{_AT_FR}",
        rf"(?:je|nous|on) (?:ne |n['’]y? ?)?(?:peux|pouvons|peut|pourrai|pourrons|pourra){_NOT_FR} {_WHEN_FR}",
        rf"(?:je|nous|on) (?:ne |n['’])(?:suis|serai|sommes|serons|est|sera){_NOT_FR} (?:là|disponibles?|dispo|libres?"
        rf"|présente?s?)(?: {_WHEN_FR})?",
        rf"{_WHEN_FR}(?: [cç]a| cela)?,? (?:je |nous |on )?(?:ne |n['’])?(?:peux|pouvons|peut|pourrai|pourrais|pourrons"
        rf"|me convient|me va|m['’]arrange|convient|va|marche|est|suis|sommes|serai){_NOT_FR}"
        rf"(?: (?:possible|disponible|dispo|libre|là|pouvoir|{_COME_FR}))?",
        rf"(?:[cç]a|cela|c['’])(?: (?:ne|n['’]))? ?(?:me convient|me va|m['’]arrange|va|marche|est){_NOT_FR}"
        rf"(?: (?:possible|bon))? {_WHEN_FR}",
        rf"je n['’](?:arriverai|arrive){_NOT_FR} à (?:venir|me libérer){_AT_FR}",
    ),
)

# ---------------------------------------------------------------- Spanish

_SOFTLY_ES: Final = r"(?: (?:por ?favor|porfa|quizás?|tal vez|lamentablemente|mejor|también|desgraciadamente))*"
_MEETING_ES: Final = (
    r"(?:(?:mi|nuestr[ao]|la|el|esta|este|su|tu) )?"
    r"(?:cita|reunión|llamada|demo|demostración|videollamada|reserva|encuentro|visita|turno|junta|asesoría)"
)
_ENDS_ES: Final = "y|pero|o|luego|también|alto|basta|no más|stop|baja|ya no|no"
_AT_ES: Final = "(?: {})?".format(
    _when(
        r"con|a|al|de|del|para|el|lunes|martes|miércoles|jueves|viernes|sábado|mañana|pasado mañana|hoy|la semana|este"
        r"|esta|una?|media",
        _ENDS_ES,
    )
)
_DAY_ES: Final = (
    r"(?:(?:para )?(?:el|este) )?(?:próximo )?(?:lunes|martes|miércoles|jueves|viernes|sábado|mañana|hoy|día \d{1,2})"
    r"(?:(?! (?:no|ya|y|pero)\b)[^?!.;,\n]){0,30}?"
)
_ASKED_ES: Final = (
    r"(?:(?:(?:(?:se |me |nos )?(?:podemos|podríamos|puedo|podría|podrías|puede|puedes|pueden|podrían|podéis|podríais))"
    r"|(?:quiero|quisiera|queremos|quisiéramos|querría|me gustaría|nos gustaría|necesito|necesitamos|tengo que"
    r"|tenemos que|debo|hay que|prefiero|preferiría)"
    rf"|(?:es|sería|habría|hay) (?:posible|posibilidad de|forma de|manera de)){_SOFTLY_ES} )?"
)
_MOVE_ES: Final = (
    r"(?:mover|aplazar|posponer|postergar|reprogramar|reagendar|adelantar|retrasar|atrasar|recorrer|trasladar)"
)
_OTHER_ES: Final = (
    r"otr[oa] (?:momento|hora|día|fecha|cita|horario|turno|semana)(?: (?:disponible|libre|posible|distint[oa]))?"
)
_CANNOT_ES: Final = (
    r"(?:ya )?no (?:puedo|podemos|podré|podremos|podría|podríamos|voy a poder|vamos a poder|creo que pueda|alcanzo a)"
)
_COME_ES: Final = rf"(?: (?:ir|venir|asistir|acudir|llegar|estar|participar|conectarme)(?: a {_MEETING_ES})?)"

_SPANISH: Final = MeetingPhrases(
    before=(
        r"[\W¿¡]*(?:(?:hola|buen[oa]s(?: días| tardes| noches)?|buen día|perdón?|perdone|(?:mil )?disculp(?:as?|en?)"
        r"|lo siento(?: mucho)?|lamentablemente|qué pena|no|ok|oh|eh|pero|es que"
        r"|(?:me|nos) (?:ha surgido|surgió|salió|ha salido) (?:algo|un imprevisto|un problema)"
        r"|(?:tengo|tuve|tenemos) un imprevisto)[\W¿¡]+)*"
    ),
    behind=(
        r"(?:[\s,.]+(?:por ?favor|porfa|gracias|muchas gracias|perdón|disculpe|lo siento|lamentablemente|al final"
        r"|si (?:es posible|se puede|no es molestia)))*[\s?!.]*"
    ),
    move=(
        rf"{_ASKED_ES}(?:{_MOVE_ES}|cambiar|correr|pasar|modificar|mueva[ns]?|cambie[ns]?|aplacen?|pospongan?|pasen?"
        rf"|reprogramen?|reagenden?|adelanten?) (?:(?:la hora|el horario|el día|la fecha) de )?{_MEETING_ES}{_AT_ES}",
        rf"{_ASKED_ES}(?:cambiar|mover|modificar) (?:la hora|el horario|el día|la fecha){_AT_ES}",
        rf"{_ASKED_ES}{_MOVE_ES}l[oa]{_AT_ES}",
        rf"{_ASKED_ES}(?:cambiar|pasar|dejar|correr)l[oa] (?:a|al|para) {_when('', _ENDS_ES)}",
        rf"l[oa] (?:podemos|podríamos|puedo|podría|pueden|podrían|puede|puedes){_SOFTLY_ES}"
        rf" (?:{_MOVE_ES}|cambiar|pasar){_AT_ES}",
        rf"{_ASKED_ES}(?:encontrar|buscar|tener|elegir|quedar|vernos|reunirnos|hablar|hablamos|nos vemos) (?:a |en )?"
        rf"{_OTHER_ES}{_AT_ES}",
        rf"(?:hay|habrá|habría|tiene[ns]?|tenéis|tendrían?|me dan?|me das|prefiero|preferiría|necesito|quisiera|busco"
        rf"|me gustaría){_SOFTLY_ES} {_OTHER_ES}{_AT_ES}",
    ),
    give_up=(
        r"(?:me|nos) (?:ha surgido|surgió|salió|ha salido) (?:algo|un imprevisto)",
        r"(?:esa|esta) (?:hora|fecha) (?:ya )?no (?:me|nos) (?:viene|va|queda|conviene)(?: bien)?",
        rf"{_ASKED_ES}(?:cancelar|anular|suspender|cancel[ea]n?|anul[ea]n?|suspend[ae]n?) {_MEETING_ES}{_AT_ES}",
        rf"{_CANNOT_ES}{_COME_ES}{_AT_ES}",
        rf"{_CANNOT_ES} {_DAY_ES}",
        rf"(?:{_DAY_ES}|(?:a )?{_MEETING_ES}{_AT_ES}) {_CANNOT_ES}{_COME_ES}?",
        rf"{_DAY_ES} no (?:me|nos) (?:viene|va|queda|conviene|da)(?: (?:bien|tiempo))?",
        rf"(?:no (?:me|nos) (?:viene|va|queda|conviene)(?: bien)?|(?:me|nos) (?:viene|va|queda) mal) {_DAY_ES}",
        rf"no (?:llego|llegamos|llegaré|llegaremos|asistiré|asistiremos|iré|iremos|voy a ir|vamos a ir) a {_MEETING_ES}"
        rf"{_AT_ES}",
        rf"(?:me|nos) (?:es|será|resulta) imposible{_COME_ES}{_AT_ES}",
    ),
)

PHRASES: Final[Mapping[str, MeetingPhrases]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""
