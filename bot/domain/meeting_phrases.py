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
        rf"{_ASKED}(?:find|have|get|choose|pick|meet at) (?:another|a different|a new|some other) "
        rf"(?:time|day|date){_AT}",
    ),
    give_up=(
        rf"{_ASKED}(?:cancel|call off) {_MEETING}{_AT}",
        rf"{_ASKED}call (?:it|that|this|{_MEETING}) off{_AT}",
        r"(?:i|we) (?:can'?t|can ?not|won'?t be able to|(?:am|are) not able to|will not be able to)"
        rf" (?:make (?:it|today|tomorrow|\w+day|{_MEETING})|(?:attend|join)(?: {_MEETING})?|come(?: to {_MEETING})?)"
        rf"{_AT}",
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

_SOFTLY_FR: Final = r"(?: (?:s['’ ]?il (?:vous|te) pla[iî]t|svp|stp|peut-être|malheureusement|plutôt|encore))*"
_MEETING_FR: Final = (
    r"(?:(?:mon|notre|nos|le|la|l['’]|ce|cet|cette) ?)?"
    r"(?:rendez-vous|rendez vous|rdv|réunion|appel|démo|démonstration|entretien|visio|créneau|réservation)"
)
_AT_FR: Final = "(?: {})?".format(
    _when(
        r"avec|à|au|du|de|pour|le|lundi|mardi|mercredi|jeudi|vendredi|samedi|demain|aujourd['’]hui|la semaine|ce",
        "et|mais|ou|puis|aussi|stop|arrêtez|plus",
    )
)
_ASKED_FR: Final = (
    r"(?:(?:(?:pouvons|pourrions|peut|pourrait|puis|pouvez|pourriez|peux|pourrais)[- ](?:nous|on|je|vous|tu)"
    r"|(?:est-ce qu['’ ]?(?:e )?)?(?:on|je|nous|vous) (?:peut|peux|pourrait|pourrais|pouvons|pourrions|pouvez|dois|doit"
    r"|devons|veux|voudrais|voudrions|souhaite|souhaiterais|souhaitons|aimerais|aimerions)"
    r"|(?:est-il|serait-il|est-ce|il est) possible d['’e]|merci d['’e]|il faut)"
    rf"{_SOFTLY_FR} ?)?"
)
_FRENCH: Final = MeetingPhrases(
    before=(
        r"\W*(?:(?:bonjour|bonsoir|salut|désolée?|pardon|excusez-moi|je suis désolée?|malheureusement|non|ok(?:ay)?"
        r"|oh|euh+|mais|alors|j['’]ai un (?:empêchement|imprévu))\W+)*"
    ),
    behind=(
        r"(?:[\s,.]+(?:s['’ ]?il (?:vous|te) pla[iî]t|svp|stp|merci(?: beaucoup)?|désolée?|malheureusement|finalement"
        r"|si (?:possible|c['’]est possible)))*[\s?!.]*"
    ),
    move=(
        rf"{_ASKED_FR}(?:déplacer|décaler|reporter|changer|repousser|avancer|reprogrammer|modifier|déplacez|décalez"
        rf"|reportez) (?:l['’]heure de |la date de )?{_MEETING_FR}{_AT_FR}",
        rf"{_ASKED_FR}(?:trouver|avoir|choisir|prendre|fixer) (?:une? autres? |une? nouvelle? |une? nouveau )"
        rf"(?:moment|créneau|date|heure|jour|rendez-vous|rdv){_AT_FR}",
    ),
    give_up=(
        rf"{_ASKED_FR}(?:annuler|annulez|décommander) {_MEETING_FR}{_AT_FR}",
        r"(?:je|nous|on) (?:ne |n['’]y? ?)?(?:peux|pouvons|peut|pourrai|pourrons|pourra)(?: malheureusement)?"
        rf"(?: plus| pas)(?: (?:venir|participer|assister|être là|être présente?)(?: (?:à|au) ?{_MEETING_FR})?{_AT_FR}"
        r"| (?:le )?(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|demain|aujourd['’]hui)(?: .{0,30}?)?)",
    ),
)

# ---------------------------------------------------------------- Spanish

_SOFTLY_ES: Final = r"(?: (?:por favor|quizás?|tal vez|lamentablemente|mejor))*"
_MEETING_ES: Final = (
    r"(?:(?:mi|nuestra|nuestro|la|el|esta|este) )?"
    r"(?:cita|reunión|llamada|demo|demostración|videollamada|reserva|encuentro|visita)"
)
_AT_ES: Final = "(?: {})?".format(
    _when(
        r"con|a|al|de|del|para|el|lunes|martes|miércoles|jueves|viernes|sábado|mañana|hoy|la semana|este|esta",
        "y|pero|o|luego|también|alto|basta|no más",
    )
)
_ASKED_ES: Final = (
    r"(?:(?:(?:podemos|podríamos|puedo|podría|podrías|puede|puedes|pueden|podrían)"
    r"|(?:quiero|quisiera|queremos|me gustaría|nos gustaría|necesito|necesitamos|tengo que|tenemos que|debo|hay que)"
    rf"|(?:es|sería) posible){_SOFTLY_ES} )?"
)
_SPANISH: Final = MeetingPhrases(
    before=(
        r"[\W¿¡]*(?:(?:hola|buenos días|buenas(?: tardes| noches)?|perdón?|disculpe|disculpa|lo siento|lamentablemente"
        r"|no|ok|oh|eh|pero|me ha surgido algo|me surgió algo)[\W¿¡]+)*"
    ),
    behind=(
        r"(?:[\s,.]+(?:por favor|gracias|muchas gracias|perdón|lo siento|lamentablemente|si (?:es posible|se puede)))*"
        r"[\s?!.]*"
    ),
    move=(
        rf"{_ASKED_ES}(?:mover|cambiar|aplazar|posponer|reprogramar|adelantar|retrasar|mueva|cambie|cambien)"
        rf" (?:la hora de |el día de |la fecha de )?{_MEETING_ES}{_AT_ES}",
        rf"{_ASKED_ES}(?:encontrar|buscar|tener|elegir|quedar) (?:a |en )?otr[oa] "
        rf"(?:momento|hora|día|fecha|cita){_AT_ES}",
    ),
    give_up=(
        rf"{_ASKED_ES}(?:cancelar|anular|cancele|cancelen|cancela|anule) {_MEETING_ES}{_AT_ES}",
        r"no (?:puedo|podemos|podré|podremos)(?: (?:ir|venir|asistir|acudir|llegar)"
        rf"(?: a {_MEETING_ES})?{_AT_ES}| (?:el |este )?(?:lunes|martes|miércoles|jueves|viernes|sábado|mañana|hoy)"
        r"(?: .{0,30}?)?)",
    ),
)

PHRASES: Final[Mapping[str, MeetingPhrases]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""
