"""A yes that is none of consent: it leaves something out ("yes, but only by e-mail"), or says no, too ("I do not
consent"); and what is neither: "I don't know"."""

from __future__ import annotations

import re
from typing import Final

_NARROWING: Final = re.compile(
    r"(?<!\w)(?:"
    r"but(?! (?:of course|sure|yes|certainly)\b)|only(?! because\b)|except|unless|as long as|provided|providing"
    r"|if(?! you (?:like|want|wish)\b)"
    r"|aber(?! (?:ja|gern|gerne|sicher|klar|natürlich|natuerlich|selbstverständlich|doch)\b)|nur(?! (?:zu|weil)\b)"
    r"|außer|ausser"
    r"|ausschließlich|ausschliesslich|sofern"
    r"|mais(?! (?:oui|bien sûr|certainement)\b)|seulement|uniquement|sauf"
    r"|pero(?! (?:claro|sí)\b)|s[oó]lo|solamente|[uú]nicamente|salvo|excepto"
    r")(?!\w)",
    re.IGNORECASE,
)
"""In English, German, French and Spanish, whatever is spoken. A strong yes has such words, too: "aber gern"."""

_STRONG_YES_WITH_A_NO: Final = re.compile(
    r"(?<!\w)(?:"
    r"why (?:ever )?not|no(?:t a|t any)? (?:problems?|worries|objections?|issues?|bother|doubt)"
    r"|(?:do not|don't|dont) mind|(?:would not|wouldn't|wouldnt|can't|cannot|cant) say no"
    r"|warum nicht|wieso nicht|keine? (?:problem|thema|ding|stress|einwände|frage|sorge)|nichts dagegen"
    r"|pourquoi pas|(?:pas de|aucun) (?:problème|souci)s?|por ?qu[eé] no|c[oó]mo no"
    r"|no hay (?:problema|inconveniente)|ning[uú]n problema|no (?:me importa|tengo inconveniente)"
    r")(?!\w)",
    re.IGNORECASE,
)
_NO: Final = re.compile(
    r"(?<!\w)(?:no|nope|nah|not|never|cannot|(?:do|does|did|wo|would|ca|should|is|are)n'?t"
    r"|refuse|decline|reject|object|disagree|negative|ablehnen|lehne|verweigere?n?|rechazo|niego"
    r"|nein|nee|nicht|nie|niemals|kein(?:e[mnrs]?)?|non|pas|jamais|nunca|jam[aá]s)(?!\w)",
    re.IGNORECASE,
)

_UNSURE: Final = re.compile(
    r"(?<!\w)(?:"
    r"maybe|perhaps|possibly|(?:not|un) ?(?:so |really |quite )?(?:sure|certain)|undecided|depends"
    r"|no (?:idea|clue)|idk|dunno"
    r"|(?:do not|don't|dont) (?:really )?know|(?:let me|have to|need to|must|will|i'll) (?:think|ask|check)|ask my"
    r"|vielleicht|eventuell|mal (?:sehen|schauen)|jein|keine ahnung|weiß (?:\w+ ){0,2}nicht|weiss (?:\w+ ){0,2}nicht"
    r"|unsicher|unschlüssig|kommt (?:ganz )?(?:drauf|darauf) an|überlegen|fragen sie (?:meine|bitte)|frag meine"
    r"|peut[- ]être|(?:sais|suis) pas (?:sûre?|trop)?|aucune idée|[cç]a dépend|réfléchir"
    r"|quiz[aá]s?|tal vez|puede ser|no (?:lo )?s[eé]|no estoy segur[oa]|depende|ni idea|lo pensar[eé]"
    r")(?!\w)",
    re.IGNORECASE,
)


def is_unsure(text: str) -> bool:
    """Whether it says that nothing is decided yet."""
    return _UNSURE.search(text.replace("’", "'")) is not None


def is_narrowed(text: str) -> bool:
    """Whether it says that something is left out of what is agreed to."""
    return _NARROWING.search(text) is not None


def begins_with_condition(text: str) -> bool:
    """Whether it goes on with what was said before, and leaves something out of it: "but only by e-mail"."""
    return _NARROWING.match(text.lstrip(" ,.…-–")) is not None


def says_no_too(text: str) -> bool:
    """Whether there is a no in it besides those of a strong yes: "why not", "kein Problem"."""
    return _NO.search(_STRONG_YES_WITH_A_NO.sub(" ", text.replace("’", "'"))) is not None
