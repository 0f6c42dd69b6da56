"""How four languages want no marketing until a day: "no texts until January", "bitte erst nach dem 15. schreiben".

SENT stands for what is sent, TO_ME for sending it. Umlauts, ß and accents may be missing (`also_in_plain_letters`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PausePhrases:
    """Patterns of a `wish` for none, an opt-out where nothing follows, as is a yes that was `unmeant`; of a wish to
    `hold` it, of what stands `before` and `behind` it, and of what leads to the day until which (`until`) or how long
    (`lasting`), which is WHEN in a wish that goes `around` that; a `wish_from` names the day from which they want some
    again. What stands `alone` is such a wish in answer to marketing only; UNTIL in it is a day with what leads to it,
    DAY one without.

    `kinds` are the names that patterns have in them. `today`, `week` and `month` are the ones that it is now. `ended`
    stands before a day that is to be over, `beside` are words that add nothing to it, and `leads` those without which a
    month, a date or a length is no time. `named` are days by a name, in English. `hours` are what somebody may want
    none in for good, with HOUR for an `hour`.
    """

    kinds: Mapping[str, str]
    before: str
    behind: str
    wish: tuple[str, ...]
    unmeant: tuple[str, ...]
    hold: tuple[str, ...]
    around: tuple[str, ...]
    wish_from: tuple[str, ...]
    alone: tuple[str, ...]
    until: str
    lasting: str
    today: str
    week: str
    month: str
    ended: str
    beside: frozenset[str]
    leads: tuple[str, ...]
    in_length: str
    named: Mapping[str, str]
    hour: str
    hours: str


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ENGLISH: Final = PausePhrases(
    kinds={
        "SENT": (
            r"(?:(?:any|more|other|further|your|the|all|of|these|those|this|marketing|promotional|sms|text"
            r"|automated) )*"
            r"(?:texts?|messages?|msgs?|sms|e-?mails?|mails?|marketing|newsletters?|mailings?|offers|promotions"
            r"|promos|ads|advertising|whatsapps?)(?: from you)?"
        ),
        "TO_ME": (
            r"(?:text(?:ing)?|txt|messag(?:e|ing)|msg|contact(?:ing)?|writ(?:e|ing)(?: to)?|e-?mail(?:ing)?"
            r"|send(?:ing)?) (?:to )?(?:me|us)(?: SENT| anything)?(?: again| any ?more)?"
        ),
    },
    before=(
        r"(?:(?:hi|hello|hey|please|pls|plz|ok(?:ay)?|sorry|thanks|thank you|so|well|and|but|no|look|listen|actually"
        r"|just|can|could|would|you|for now)\W+)*"
    ),
    behind=r"(?:[\s,.]+(?:please|pls|plz|thanks|thx|thank you|ok(?:ay)?|if possible|though|then))*[\s.!?,]*",
    wish=(
        r"(?:no|not any) SENT",
        r"(?:i|we) (?:don'?t|do not) (?:(?:want|need)(?: to (?:get|receive|have))?|wanna (?:get|receive|have)) SENT",
        r"(?:don'?t|do not|not) (?:TO_ME|send SENT)", r"(?:i|we) (?:don'?t|do not) want to hear from you",
    ),
    unmeant=(
        r"(?:i|we) (?:consented|agreed|opted in|said yes|clicked yes)(?: to (?:that|this|it|SENT))?"
        r" (?:by (?:mistake|accident)|accidentally|in error)",
        r"(?:i|we) (?:accidentally|mistakenly) (?:consented|agreed|opted in|said yes|clicked yes)"
        r"(?: to (?:that|this|it|SENT))?",
        r"(?:i|we) (?:signed up|subscribed) (?:to|for) SENT (?:by (?:mistake|accident)|accidentally|in error)",
        r"(?:i|we) (?:never|didn'?t|did not) mean(?:t)? to (?:agree|consent|say yes|opt in)"
        r"(?: to (?:that|this|it|SENT))?",
        r"my (?:yes|consent) was (?:a mistake|an accident|by (?:mistake|accident)|in error)",
    ),
    hold=(r"(?:pause|suspend|snooze|hold(?: off)?(?: on)?|hold back|put on hold) SENT",),
    around=(),
    wish_from=(r"only (?:TO_ME|send SENT)(?: again)?",),
    alone=(
        r"(?:not|nothing|none|not again|later,? not) UNTIL",
        r"(?:i'?m|i am|we'?re|we are)?(?: still)? ?(?:away|off|travell?ing|abroad|out of (?:the )?office"
        r"|on (?:holidays?|vacation|leave|annual leave)) UNTIL",
        r"(?:maybe |perhaps |only )?(?:try|ask|write to|contact|text|message)(?: me)? again (?:on |in |from )?DAY",
    ),
    until=r"(?:until|till?|untill|'til|before|prior to)",
    lasting=r"for(?: the next)?",
    today=r"today", week=r"this week", month=r"this month",
    ended=r"(?:after|end of|including|through)(?: the)? $",
    beside=_words(
        "after my our the holiday holidays vacation vacations leave trip i i'm im am we we're are back on in at again "
        "from work then by which is it ends and of start beginning when i'll we'll be return"
    ),
    leads=("", "in ", "on ", "the "), in_length="in ",
    named={r"(?:the )?new year": "next year", r"christmas|xmas": "25 december"},
    hour=(
        r"(?:(?:\d{1,2}(?:[:.]\d\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half past \w+)"
        r"(?: ?[ap]\.?m\.?| o'?clock)?(?: in the (?:morning|afternoon|evening)| at night)?|noon|midnight)"
    ),
    hours=(
        r"(?:before|after|past|until after|earlier than|later than|between HOUR and|from HOUR (?:to|until|till)|at"
        r"|around) HOUR|(?:before|after|during|at|over) (?:breakfast|lunch(?: ?time)?|dinner|bedtime|midday)"
        r"|(?:in|during) the (?:mornings?|evenings?|afternoons?|day(?: ?time)?|night)|(?:at|by) night"
        r"|(?:in|during) the week|(?:at|on|over|during)(?: the)? weekends?"
        r"|during (?:work(?:ing hours)?|office hours|business hours)"
        r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?|on (?:week ?days|bank holidays)"
        r"|(?:so |too |this )?(?:early|late)(?: in the morning| in the evening| at night)?"
    ),
)  # fmt: skip

_GERMAN: Final = PausePhrases(
    kinds={
        "SENT": (
            r"(?:(?:weiteren?|mehr|eure|ihre|deine|diese|die|der|von|den) )*"
            r"(?:(?:werbe|text|kurz)?nachrichten?|(?:werbe-?)?sms|werbung|(?:werbe-?)?(?:e-?)?mails?|newsletter|angebote"
            r"|whatsapps?)(?: von (?:euch|ihnen|dir))?(?: mehr)?"
        ),
        "ME": r"(?:mir|mich|uns)(?: bitte)?",
        "WRITE": (
            r"(?:schreib(?:t|en sie|e)?|schick(?:t|en sie|e)?|send(?:et|en sie|e)|text(?:et|en sie|e)"
            r"|kontaktier(?:t|en sie|e)|meldet euch|melden sie sich|melde? dich)"
        ),
        "TO_WRITE": r"(?:zu )?(?:schreiben|schicken|senden|texten|kontaktieren|anschreiben|melden|zusenden|zuschicken)",
    },
    before=(
        r"(?:(?:hallo|hi|hey|bitte|danke|ok(?:ay)?|nein|also|und|aber|sorry|entschuldigung|guten (?:tag|morgen|abend)"
        r"|können sie|könnt ihr|kannst du|könnten sie)\W+)*"
    ),
    behind=(
        r"(?:[\s,.]+(?:bitte|danke|vielen dank|mehr|wieder|bekommen|erhalten|haben|schreiben|schicken|senden|texten|"
        r"kontaktieren|anschreiben|melden|zusenden|zuschicken|aussetzen|pausieren))*[\s.!?,]*"
    ),
    wish=(
        r"(?:ich|wir) (?:möchte|möchten|will|wollen|brauche|brauchen|wünsche)(?: bitte)? keinen? SENT",
        r"(?:mir |uns )?(?:bitte )?keinen? SENT(?: bitte)?(?: (?:an mich|TO_WRITE))?",
        r"WRITE(?: ME)?(?: bitte)? (?:nichts?|keinen? SENT)(?: mehr)?", r"(?:ME )?nichts?(?: mehr)? TO_WRITE",
    ),
    unmeant=(
        r"(?:ich|wir) haben? (?:(?:dem|dazu|SENT) )?(?:aus versehen|versehentlich|irrtümlich) (?:(?:dem|dazu|SENT) )?"
        r"(?:zugestimmt|eingewilligt|ja gesagt)",
        r"(?:ich|wir) wollten? (?:(?:dem|dazu|SENT|gar|eigentlich|überhaupt) )*nicht"
        r" (?:zustimmen|einwilligen|ja sagen)",
        r"(?:meine (?:einwilligung|zustimmung)|mein ja) war (?:ein (?:versehen|fehler|irrtum)|nicht so gemeint)",
    ),
    hold=(r"(?:pausier(?:en|t|e)?|stopp(?:en|t)? vorübergehend)(?: sie)? SENT",),
    around=(
        r"(?:ME )?(?:bitte )?nicht WHEN(?: wieder)? TO_WRITE",
        r"(?:ich|wir) (?:möchte|möchten|will|wollen|brauche|brauchen) WHEN keinen? SENT",
        r"WRITE(?: ME)?(?: bitte)? WHEN (?:nichts?|keinen? SENT)(?: mehr)?",
    ),
    wish_from=(
        r"WRITE(?: ME)?(?: bitte)? erst(?: wieder)?",
        r"(?:ME )?(?:SENT )?(?:bitte )?erst(?: wieder)?(?= .* TO_WRITE)",
    ),
    alone=(
        r"(?:bitte )?(?:nicht|nichts)(?: mehr)? UNTIL", r"(?:bitte )?erst(?: wieder)? DAY",
        r"(?:(?:ich |wir )?(?:bin|sind) )?(?:im urlaub|verreist|unterwegs|auf reisen|weg|nicht da|in elternzeit) UNTIL",
        r"(?:ich |wir )?(?:bin|sind) UNTIL (?:im urlaub|verreist|unterwegs|auf reisen|weg|nicht da|in elternzeit)",
    ),
    until=r"(?:bis(?: zu[mr]?)?|vor)",
    lasting=r"(?:für|in)(?: (?:die|den))?(?: nächsten)?",
    today=r"heute", week=r"diese woche", month=r"diesen monat",
    ended=r"(?:nach|ende|einschließlich|einschl\.)(?: de[mnrs])? $",
    beside=_words(
        "nach dem der den des die das meinem meinen meiner unserem unseren urlaub ferien reise elternzeit ich bin wir "
        "sind wieder zurück zurueck ab am im in erst dann da ist ende anfang zu zum zur von einschließlich und wenn"
    ),
    leads=("", "am ", "im ", "in "), in_length="in ",
    named={r"(?:dem |ins |das |im )?neue[ns]? jahr|neujahr": "next year", r"weihnachten": "25 december"},
    hour=(
        r"(?:(?:\d{1,2}(?:[:.]\d\d)?|eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|halb \w+)(?: uhr)?"
        r"(?: (?:morgens|abends|nachts))?|mittags?|mitternacht)"
    ),
    hours=(
        r"(?:vor|nach|ab|um|zwischen HOUR und|von HOUR bis) HOUR|(?:am|in der|während der) (?:morgen|abend|vormittag"
        r"|nachmittag|nacht|wochenende|arbeit(?:szeit)?)|an (?:wochenenden|feiertagen)|(?:nur )?(?:morgens|abends"
        r"|nachts|vormittags|nachmittags|tagsüber)"
        r"|(?:am )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?"
        r"|(?:so |zu )?(?:früh(?: morgens| am morgen)?|spät(?: abends| am abend| in der nacht)?)"
    ),
)  # fmt: skip

_FRENCH: Final = PausePhrases(
    kinds={
        "SENT": (
            r"(?:(?:vos|les|des|ces|autres?|de|d['’]|la) ?)*(?:sms|textos?"
            r"|messages?(?: (?:publicitaires|commerciaux))?|e-?mails?|mails?|courriels?|pubs?|publicités?"
            r"|newsletters?|offres|promotions|whatsapps?)(?: de votre part)?"
        ),
        "WRITE": (
            r"(?:(?:m['’ ]?|nous )(?:écrivez|écris|envoyez|envoie|écrire|envoyer)"
            r"|(?:me|nous) (?:contactez|contacter|textez|recontactez))"
        ),
    },
    before=(
        r"(?:(?:bonjour|bonsoir|salut|svp|stp|s['’ ]?il (?:vous|te) pla[iî]t|merci|non|ok|d['’]accord|et|mais|alors"
        r"|pouvez-vous|pourriez-vous|merci de)\W+)*"
    ),
    behind=r"(?:[\s,.]+(?:svp|stp|s['’ ]?il (?:vous|te) pla[iî]t|merci|si possible))*[\s.!?,]*",
    wish=(
        r"(?:plus|pas|aucune?) (?:de |d['’])?SENT",
        r"(?:ne |n['’])?WRITE (?:plus|pas|rien)(?: (?:de |d['’])?SENT)?",
        r"(?:ne |n['’])(?:plus|pas|rien) WRITE(?: (?:de |d['’])?SENT)?",
        r"(?:je|nous|on) (?:ne )?(?:veux|voulons|veut|souhaite|souhaitons) (?:plus|pas|aucune?)(?: recevoir)?"
        r" (?:de |d['’])?SENT",
    ),
    unmeant=(
        r"j['’]ai (?:accepté|consenti|dit oui|donné mon accord)(?: (?:à|pour|aux) (?:[cç]a|cela|SENT))? par erreur",
        r"je (?:ne )?voulais pas (?:accepter|consentir|dire oui)(?: (?:à|aux) (?:[cç]a|cela|SENT))?",
        r"mon (?:oui|accord|consentement) était une erreur",
    ),
    hold=(r"(?:suspend(?:ez|re|s)|mett(?:ez|re) en pause) SENT",),
    around=(),
    wish_from=(r"(?:écrivez|contactez|écris)-moi(?: seulement| uniquement)?(?= (?:à partir|après|qu['’]))",),
    alone=(
        r"(?:pas|rien|plutôt pas) UNTIL", r"(?:seulement |plutôt |uniquement |pas avant,? )?(?=à partir|après)DAY",
        r"(?:(?:je suis|nous sommes|on est) )?(?:en (?:vacances|congés?|voyage|déplacement)|absente?s?) UNTIL",
    ),
    until=r"(?:avant|jusqu['’](?:aux?|à la|à l['’]|à|en)?|d['’]ici(?: à)?)",
    lasting=r"(?:pendant|pour|durant|dans)(?: les?)?(?: prochaine?s)?",
    today=r"aujourd['’]hui", week=r"cette semaine", month=r"ce mois(?:-ci)?",
    ended=r"(?:après|fin(?: de)?|inclus)(?: l[ea])? $",
    beside=_words(
        "après apres mes nos les le la l des de du d vacances congés congé voyage je j suis nous sommes reviens rentre "
        "revenons retour fin début et en à au que qu' partir"
    ),
    leads=("", "le ", "en ", "dans "), in_length="dans ",
    named={r"(?:la |le )?(?:nouvel an|nouvelle année)": "next year", r"noël": "25 december"},
    hour=(
        r"(?:(?:\d{1,2}|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze)(?: ?h(?:eures?)?(?: ?\d\d| et demie)?)?"
        r"(?: du (?:matin|soir))?|midi|minuit)"
    ),
    hours=(
        r"(?:avant|après|à|vers|entre HOUR et|de HOUR à|à partir de) HOUR|(?:le|les) (?:matins?|soirs?|week-?ends?"
        r"|lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|jours fériés)|la nuit"
        r"|(?:en|l['’]) ?après-midi|en (?:soirée|matinée|journée)"
        r"|(?:aussi |si |trop )?(?:tôt(?: le matin)?|tard(?: le soir)?)"
    ),
)  # fmt: skip

_SPANISH: Final = PausePhrases(
    kinds={
        "SENT": (
            r"(?:(?:m[aá]s|sus|tus|los|las|de|la|el|esos|estos) )*"
            r"(?:sms|mensajes?(?: (?:de texto|publicitarios|comerciales))?|publicidad|propaganda"
            r"|correos?(?: electrónicos)?|e-?mails?|mails?|boletines|newsletters?|ofertas|promociones|whatsapps?)"
            r"(?: de ustedes)?"
        ),
        "WRITE": (
            r"(?:(?:me|nos) (?:escrib(?:an?|as|[aá]is)|mand(?:en?|es|[eé]is)|env[ií](?:en?|es|[eé]is)"
            r"|contact(?:en?|es|[eé]is))|(?:escribir|mandar|enviar|contactar)(?:me|nos))"
        ),
    },
    before=(
        r"(?:(?:hola|no|buenas|buenos días|por ?favor|porfa|gracias|ok|vale|bueno|y|pero|pues|perdón|pueden|puede"
        r"|podrían)\W+)*"
    ),
    behind=r"(?:[\s,.]+(?:por ?favor|porfa|gracias|si es posible|vale))*[\s.!?,]*",
    wish=(
        r"(?:no m[aá]s|nada de|ningún|sin|no quiero(?: recibir)?|no queremos(?: recibir)?) SENT",
        r"no WRITE(?: (?:m[aá]s|nada|SENT))*",
    ),
    unmeant=(
        r"(?:acepté|consentí|dije que sí|di mi consentimiento)(?: (?:a|para|de) (?:eso|esto|SENT))?"
        r" (?:por error|sin querer)",
        r"no quería (?:aceptar|consentir|decir que sí)(?: (?:a )?(?:eso|esto|SENT))?",
        r"mi (?:sí|consentimiento) fue (?:un|por) error",
    ),
    hold=(r"(?:pausen?|suspendan?|pausar|suspender|dejen en pausa) SENT",),
    around=(),
    wish_from=(r"(?:escríban?me|mánden?me|env[ií]en?me)(?: SENT)?(?: solo| sólo)?(?= (?:a partir|después))",),
    alone=(
        r"(?:no|nada|mejor no) UNTIL", r"(?:solo |sólo |mejor )?(?=a partir|después)DAY",
        r"(?:(?:estoy|estamos) )?(?:de (?:vacaciones|viaje|permiso|baja)|fuera) UNTIL",
    ),
    until=r"(?:hasta|antes del?)(?: que)?",
    lasting=r"(?:durante|por|en)(?: l[oa]s)?(?: próxim[oa]s)?",
    today=r"hoy", week=r"esta semana", month=r"este mes",
    ended=r"(?:después del?|tras|final(?:es)? de|fin de)(?: (?:el|la|los|las|l[oa]))? $",
    beside=_words(
        "después despues de del mis nuestras las los el la lo vacaciones viaje permiso vuelvo regreso volvemos estoy "
        "estamos vuelta y en a que finales final fin tras partir"
    ),
    leads=("", "el ", "en ", "la "), in_length="en ",
    named={r"(?:el )?año nuevo": "next year", r"(?:la )?navidad(?:es)?": "25 december"},
    hour=(
        r"(?:las? (?:\d{1,2}(?:[:.]\d\d)?|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)(?: y media)?"
        r"(?: ?h(?:oras)?)?(?: de la (?:mañana|tarde|noche))?|mediodía|medianoche)"
    ),
    hours=(
        r"(?:antes de|después de|a|sobre|entre HOUR y|desde HOUR hasta|a partir de) HOUR|(?:por|en|de) la (?:mañana"
        r"|tarde|noche)"
        r"|(?:los|el) (?:lunes|martes|miércoles|jueves|viernes|sábados?|domingos?|fin(?:es)? de semana|festivos)"
        r"|(?:tan |muy )?(?:temprano|tarde)(?: por la (?:mañana|noche))?"
    ),
)  # fmt: skip

PHRASES: Final[Mapping[str, PausePhrases]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""
