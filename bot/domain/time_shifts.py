"""Time shifts: by how much somebody wants a time that is known to be earlier or later: "push it back an hour".

In plain letters without apostrophes. AMOUNT stands for how long, NEXT for what says that by itself ("the week
after"), IT for what is moved, ASKED for what asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Final

from bot.domain.folding import plain_letters
from bot.domain.time_expressions import AN_INSTANT_LASTS, resolve_expression
from bot.domain.time_grammar import find_times

_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Shift:
    """How much `later`, or earlier where that is negative. `asked`: it is asked for, and no answer to "how long?"."""

    later: timedelta
    asked: bool


@dataclass(frozen=True, slots=True)
class _ShiftWords:
    """`numbers` of `units` are an amount, and so is one of `whole`; `following` names what comes after the
    time. Of `later` and `earlier`, the first says nothing else and may be an answer; the others ask for it."""

    numbers: Mapping[str, float]
    units: Mapping[str, timedelta]
    whole: Mapping[str, timedelta]
    following: Mapping[str, timedelta]
    asked: str
    it: str
    beside: str
    later: tuple[str, ...]
    earlier: tuple[str, ...]


_MINUTE, _HOUR, _DAY, _WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)

_WORDS: Final[Mapping[str, _ShiftWords]] = {
    "en": _ShiftWords(
        numbers={
            "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5, "ten": 10,
            "fifteen": 15, "twenty": 20, "thirty": 30, "forty five": 45,
        },
        units={"minutes?|mins?": _MINUTE, "hours?|hrs?|h": _HOUR, "days?": _DAY, "weeks?": _WEEK},
        whole={
            "(?:a )?half (?:an )?hour": 30 * _MINUTE, "(?:a )?quarter of an hour": 15 * _MINUTE,
            "(?:an|one) hour and a half|one and a half hours": 90 * _MINUTE,
        },
        following={
            "the week after(?: that)?|the following week": _WEEK,
            "the day after(?: that)?|the (?:next|following) day": _DAY,
        },
        asked=(
            "(?:(?:can|could|may|shall|should|would) (?:we|you|i)|is it possible to|would it be possible to|lets"
            "|id (?:like|prefer) to|we(?:d| would) (?:like|prefer) to|please|i (?:need|want) to|how about|what about)"
            "(?: please| maybe| perhaps)?"
        ),
        it="(?:it|that|this|(?:(?:the|my|our|this|that) )?(?:meeting|demo|appointment|call|booking|slot|session"
        "|visit))",
        beside="ok|okay|actually|sorry|no|oh|hi|hello|well|please|pls|thanks|thank you|if possible|instead|then|maybe"
        "|and|but|wait|or|rather",
        later=(
            "(?:AMOUNT later|NEXT)", "ASKED (?:(?:make|do|move|have|meet|push|shift|start) (?:IT )?)?AMOUNT later",
            "(?:make|move|push|shift|do) IT AMOUNT later",
            "(?:would|is|does) AMOUNT later (?:work|ok|okay|possible|suit you)",
            "(?:AMOUNT later|NEXT) (?:would be|is|works|suits me|suits us)(?: much| even| a bit)?"
            " (?:better|easier|best)",
            "(?:ASKED )?(?:push|move|put|shift|set) (?:IT (?:back|out)|back IT)(?: by)? AMOUNT",
            "(?:ASKED )?(?:delay|postpone|put off|push back|put back) (?:IT )?(?:by |for )?AMOUNT",
            "(?:ASKED )?put IT off(?: by| for)? AMOUNT",
            "(?:ASKED )?(?:make|move|change|push|shift|put|switch|do|have|postpone|reschedule|meet)(?: IT)?"
            "(?: (?:back|over|out))?(?: (?:to|for|till|until))? NEXT",
        ),
        earlier=(
            "AMOUNT (?:earlier|sooner)",
            "ASKED (?:(?:make|do|move|have|meet|shift|start) (?:IT )?)?AMOUNT (?:earlier|sooner)",
            "(?:make|move|shift|do) IT AMOUNT (?:earlier|sooner)",
            "(?:would|is|does) AMOUNT (?:earlier|sooner) (?:work|ok|okay|possible|suit you)",
            "AMOUNT (?:earlier|sooner) (?:would be|is|works|suits me|suits us)(?: much| even| a bit)?"
            " (?:better|easier|best)",
            "(?:ASKED )?(?:bring|pull) (?:IT forward|forward IT)(?: by)? AMOUNT",
        ),
    ),
    "de": _ShiftWords(
        numbers={
            "eine": 1, "einen": 1, "ein": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "fuenf": 5, "zehn": 10,
            "funfzehn": 15, "fuenfzehn": 15, "zwanzig": 20, "dreissig": 30, "funfundvierzig": 45,
        },
        units={"minuten?|min": _MINUTE, "stunden?|std|h": _HOUR, "tage?": _DAY, "wochen?": _WEEK},
        whole={
            "(?:eine )?halbe stunde": 30 * _MINUTE, "(?:eine )?viertelstunde|eine viertel stunde": 15 * _MINUTE,
            "(?:anderthalb|eineinhalb) stunden": 90 * _MINUTE,
        },
        following={
            "(?:die|der) woche (?:danach|darauf)|(?:die )?(?:darauf)?folgende woche": _WEEK,
            "(?:den|am) tag (?:danach|darauf)|(?:den|am) (?:darauf)?(?:folgenden|nachsten) tag": _DAY,
        },
        asked=(
            "(?:(?:konn(?:en|ten)|koenn(?:en|ten)|durf(?:en|ten)|duerf(?:en|ten)) (?:wir|sie)|kann ich|(?:kannst"
            "|konntest) du"
            "|(?:geht|ginge)(?: es)?|ist es moglich|ware es moglich|bitte|ich (?:mochte|moechte|muss|wurde)|wie ware es"
            "|machen wir(?: es| das)?|passt)"
        ),
        it="(?:es|ihn|das|(?:(?:den|die|das|unseren?|meinen?) )?(?:termin|gesprach|demo|treffen|anruf|meeting|call))",
        beside="ok|okay|doch|sorry|nein|hallo|bitte|danke|vielen dank|wenn moglich|leider|vielleicht|lieber|gern"
        "|gerne|auch|noch|und|aber|oder|warte",
        later=(
            "(?:(?:um )?AMOUNT (?:spater|spaeter)|(?:in )?NEXT)",
            "ASKED (?:IT )?(?:auch |bitte |vielleicht )?(?:um )?AMOUNT (?:spater|spaeter)(?: machen| legen| anfangen)?",
            "ASKED (?:IT )?(?:bitte |vielleicht )?um AMOUNT (?:nach hinten )?(?:verschieben|verlegen|schieben)",
            "(?:verschieb(?:en|t)?|verleg(?:en|t)?)(?: sie| wir)? IT (?:bitte )?um AMOUNT(?: nach hinten)?",
            "ASKED (?:IT )?(?:bitte |vielleicht )?(?:auf |in )?NEXT"
            "(?: (?:verschieben|verlegen|schieben|legen|machen))?",
            "(?:verschieb(?:en|t)?|verleg(?:en|t)?)(?: sie| wir)? IT (?:bitte )?auf NEXT",
            "(?:AMOUNT (?:spater|spaeter)|NEXT) (?:ware|waere|passt|ginge)(?: mir| uns| es)?(?: viel)? besser",
        ),
        earlier=(
            "(?:um )?AMOUNT (?:fruher|frueher|eher)",
            "ASKED (?:IT )?(?:auch |bitte |vielleicht )?(?:um )?AMOUNT (?:fruher|frueher|eher)(?: machen| legen"
            "| anfangen)?",
            "ASKED (?:IT )?(?:bitte |vielleicht )?um AMOUNT (?:nach vorne? (?:verschieben|verlegen)|vorziehen"
            "|vorverlegen)",
        ),
    ),
    "fr": _ShiftWords(
        numbers={
            "une": 1, "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "quinze": 15, "vingt": 20,
            "trente": 30, "quarante cinq": 45,
        },
        units={"minutes?|min": _MINUTE, "heures?|h": _HOUR, "jours?|journee": _DAY, "semaines?": _WEEK},
        whole={
            "une demi ?heure": 30 * _MINUTE, "un quart dheure|un quart d heure": 15 * _MINUTE,
            "une heure et demie": 90 * _MINUTE,
        },
        following={
            "la semaine (?:suivante|dapres|d apres)": _WEEK,
            "(?:le|au) (?:lendemain|jour (?:suivant|dapres|d apres))": _DAY,
        },
        asked=(
            "(?:(?:pouvons|pourrions|peut|pourrait|pouvez|pourriez|puis) (?:nous|on|vous|je)|(?:on|je|nous) (?:peut"
            "|pourrait|peux"
            "|pouvons|pourrions|voudrais|souhaiterais|aimerais)|jaimerais|est ce (?:possible|quon peut)"
            "|serait il possible"
            "|cest possible|possible)(?: de| d)?"
        ),
        it="(?:le|la|l|ca|cela|(?:le|la|mon|notre|ce|cet|cette) ?(?:rendez vous|rdv|reunion|appel|demo|entretien))",
        beside="bonjour|ok|non|desolee?|pardon|merci|s ?il (?:vous|te) plait|svp|stp|si possible|plutot|en fait"
        "|finalement|et|mais|ou|attendez",
        later=(
            "(?:AMOUNT plus tard|NEXT)", "ASKED (?:(?:faire|mettre|avoir|se voir) )?(?:IT )?AMOUNT plus tard",
            "ASKED (?:IT )?(?:decaler|repousser|reporter|retarder) (?:IT )?(?:de |d ?)?AMOUNT",
            "(?:decal|report|repouss|retard)(?:er|ez|e) (?:IT )?(?:de |d ?)?AMOUNT",
            "ASKED (?:IT )?(?:decaler|repousser|reporter|deplacer|mettre|changer) (?:IT )?(?:a |pour )?NEXT",
            "(?:decal|report|repouss|deplac)(?:er|ez|e) (?:IT )?(?:a |pour )?NEXT",
            "(?:AMOUNT plus tard|NEXT)(?: ce| ca)? (?:serait|sera|me conviendrait|marrangerait) mieux",
        ),
        earlier=(
            "AMOUNT plus tot", "ASKED (?:(?:faire|mettre|avoir|se voir) )?(?:IT )?AMOUNT plus tot",
            "ASKED (?:IT )?avancer (?:IT )?(?:de |d ?)?AMOUNT", "avanc(?:er|ez|e) (?:IT )?(?:de |d ?)?AMOUNT",
        ),
    ),
    "es": _ShiftWords(
        numbers={
            "una": 1, "un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "diez": 10, "quince": 15, "veinte": 20,
            "treinta": 30, "cuarenta y cinco": 45,
        },
        units={"minutos?|min": _MINUTE, "horas?|h": _HOUR, "dias?": _DAY, "semanas?": _WEEK},
        whole={"media hora": 30 * _MINUTE, "un cuarto de hora": 15 * _MINUTE, "una hora y media": 90 * _MINUTE},
        following={"la semana (?:siguiente|despues)": _WEEK, "(?:al|el) dia siguiente": _DAY},
        asked=(
            "(?:(?:(?:lo |la )?(?:podemos|podriamos|puedo|podria|pueden|podrian|puede|puedes))|es posible"
            "|seria posible|quiero"
            "|quisiera|me gustaria|que tal|puede ser|podria ser)"
        ),
        it="(?:lo|la|(?:la|el|mi|nuestra) (?:cita|reunion|llamada|demo|demostracion))",
        beside="hola|ok|vale|no|perdon|disculpe|gracias|por ?favor|porfa|si es posible|mejor|entonces"
        "|y|pero|o|espere",
        later=(
            "(?:AMOUNT (?:mas tarde|despues)|NEXT)",
            "ASKED (?:(?:hacer|mover|pasar|poner|dejar)(?:IT)? )?(?:IT )?(?:a )?AMOUNT (?:mas tarde|despues)",
            "ASKED (?:IT )?(?:retrasar|aplazar|posponer|atrasar)(?:IT)? (?:IT )?AMOUNT",
            "(?:retrasar|aplazar|posponer|atrasar|retrasen|aplacen|pospongan)(?:IT)? (?:IT )?AMOUNT",
            "ASKED (?:IT )?(?:mover|pasar|cambiar|poner|aplazar|dejar)(?:IT)? (?:IT )?(?:a |para )?NEXT",
            "(?:muevan?|pasen?|cambien?|aplacen?)(?:IT)? (?:IT )?(?:a |para )?NEXT",
            "(?:AMOUNT mas tarde|NEXT) (?:seria|me (?:viene|va|vendria)|nos (?:viene|va|vendria)) mejor",
        ),
        earlier=(
            "AMOUNT (?:antes|mas temprano|mas pronto)",
            "ASKED (?:(?:hacer|mover|pasar|poner|dejar)(?:IT)? )?(?:IT )?(?:a )?AMOUNT (?:antes|mas temprano)",
            "ASKED (?:IT )?adelantar(?:IT)? (?:IT )?AMOUNT", "adelant(?:ar|en|e)(?:IT)? (?:IT )?AMOUNT",
        ),
    ),
}  # fmt: skip


def shift_in(text: str, languages: Collection[str] = ()) -> Shift | None:
    """The shift that the text asks for, in English or one of `languages` (ISO 639-1); None where it says anything else,
    too."""
    if len(text) > _LONGEST:
        return None
    said = " ".join(re.findall(r"\w+(?:[.,]\d+)?", re.sub(r"['’`´]", "", plain_letters(text))))
    for language in ("en", *sorted(_WORDS.keys() & set(languages) - {"en"})):
        for pattern, asked, sign in _patterns(language):
            if match := pattern.fullmatch(said):
                politely = re.search(r"\b(?:please|pls|bitte|svp|stp|plait|favor|porfa)\b|\?", f"{said} {text}")
                return Shift(sign * _amount(language, match), asked or politely is not None)
    return None


def shifted(known: str, later: timedelta, now: datetime, zone: tzinfo) -> str | None:
    """The time that is so much later than the `known` one, as a phrase that `find_times` reads; None where that is no
    one time, or is only a day that minutes or hours would not move."""
    found = list(find_times(known))
    if len(found) != 1 or (found[0].clock is None and later % _DAY):
        return None
    span = resolve_expression(found[0], now, zone)
    if span is None:
        return None
    begins, ends = (one.astimezone(zone) + later for one in span)  # on the clock there, which may change in between
    day = f"{begins:%A} {begins.day} {begins:%B}"
    if found[0].clock is None:
        return day if ends - begins <= _DAY else None
    if ends - begins <= AN_INSTANT_LASTS:
        return f"{day} at {begins:%H:%M}"
    return f"{day} from {begins:%H:%M} to {ends:%H:%M}"


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], bool, int], ...]:
    return tuple(_written_out(language))


def _written_out(language: str) -> Iterator[tuple[re.Pattern[str], bool, int]]:
    words = _WORDS[language]
    numbers, units = "|".join(words.numbers), "|".join(words.units)
    wholes, following = "|".join(words.whole), "|".join(words.following)
    amount = rf"(?:(?P<whole>{wholes})|(?P<number>{numbers}|\d{{1,3}}(?:[.,]5)?) ?(?P<unit>{units}))"
    names = {"AMOUNT": amount, "NEXT": rf"(?P<following>{following})", "ASKED": words.asked, "IT": words.it}
    for sign, phrases in ((1, words.later), (-1, words.earlier)):
        for at, phrase in enumerate(phrases):
            body = re.sub("AMOUNT|NEXT|ASKED|IT", lambda name: names[name[0]], phrase)
            beside = rf"(?:(?:{words.beside}) ){{0,6}}(?:{body})(?: (?:{words.beside})){{0,6}}"
            yield re.compile(beside), at > 0, sign


def _amount(language: str, match: re.Match[str]) -> timedelta:
    words, groups = _WORDS[language], match.groupdict()
    if named := groups.get("whole") or groups.get("following"):
        amounts = {**words.whole, **words.following}
        return next(amount for pattern, amount in amounts.items() if re.fullmatch(pattern, named))
    said = match["number"]
    number = words.numbers[said] if said in words.numbers else float(said.replace(",", "."))
    return number * next(unit for pattern, unit in words.units.items() if re.fullmatch(pattern, match["unit"]))
