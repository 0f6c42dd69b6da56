"""Who asks for nothing, or for the opposite, in the words that ask for something: "I don't need an appointment"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.folding import also_in_plain_letters
from bot.nlu.features import LONGEST
from bot.nlu.words import word_set


@dataclass(frozen=True, slots=True)
class NegatedWishes:
    """A pattern of how a language says that something is not wanted or not to be done, and the `words`, and
    pairs of words, that say so."""

    pattern: str
    words: frozenset[str]


_ENGLISH: Final = NegatedWishes(
    pattern=(
        r"(?:(?:please|no|ok(?:ay)?|hey|hi|sorry|wait|but|and|actually)\W+)*"
        r"(?:(?:i|we) (?:(?:do not|don['’]?t|did not|didn['’]?t|never|no longer) )"
        r"(?:(?:really|actually|even|ever|currently) )*(?:want|need|wish|wanted|needed|ask|asked|order|ordered|book"
        r"|booked|request|requested|say|said)\b"
        r"|(?:do not|don['’]?t|never)"
        r"(?! (?:you|we|i|they|people|forget|worry|hesitate|have|know|understand|see|get|think|mind|care|remember"
        r"|recogni[sz]e|believe|seem|work|like)\b) \w+"
        r"|(?:there is |there['’]?s |i have |i see )?no need (?:to|for)\b)"
    ),
    words=word_set("don dont didn didnt never") | {"do not", "did not", "no need", "no longer"},
)
_GERMAN: Final = NegatedWishes(
    pattern=(
        r"(?:(?:bitte|nein|ok(?:ay)?|hallo|hi|sorry|moment|aber|und|doch)\W+)*"
        r"(?:(?:ich|wir) (?:will|wollen|möchte|möchten|brauche|brauchen|wollte|wollten|benötige|benötigen)\b"
        r"(?:.*) ?(?:kein\w*|nicht|nie)\b|(?:\w+ ){0,4}(?:bitte )?nicht \w+en\W*$)"
    ),
    words=word_set("kein keine keinen keiner keines nicht nie"),
)
_FRENCH: Final = NegatedWishes(
    pattern=(
        r"(?:(?:non|ok(?:ay)?|bonjour|salut|pardon|mais|et|svp|s['’]il vous plaît)\W+)*"
        r"(?:(?:je|nous|on|j['’]) ?(?:ne |n['’])?(?:(?:veux|voulons|veut|souhaite|souhaitons|voulais|désire)"
        r" (?:pas|plus|jamais)\b|(?:ai|avons|a) (?:pas|plus|jamais) (?:besoin|demandé|voulu|commandé|réservé)\b)"
        r"|n(?:e |['’])\w+ez (?:pas|plus|jamais)\b)"
    ),
    words=word_set("pas plus jamais"),
)
_SPANISH: Final = NegatedWishes(
    pattern=(
        r"(?:(?:no|ok(?:ay)?|hola|perdón|pero|y|por favor)\W+)*?"
        r"(?:yo |nosotros )?(?:ya )?(?:no|nunca) (?:he pedido|quiero|queremos|necesito|necesitamos|deseo|deseamos|pedí"
        r"|pedimos|quería|solicité|reservé)\b"
    ),
    words=word_set("no nunca"),
)

_LANGUAGES: Final[Mapping[str, NegatedWishes]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""

_PATTERNS: Final = {
    language: re.compile(rf"\W*{also_in_plain_letters(one.pattern)}", re.IGNORECASE)
    for language, one in _LANGUAGES.items()
}
_SEVERAL: Final = re.compile(r"[.!?;:,]\W*\w|\b(?:but|because|just|only|sondern|aber|mais|sino|pero)\b", re.IGNORECASE)
"""What says more than that: what is wanted instead, or why."""


def no_in(text: str, languages: Collection[str] = ()) -> frozenset[str]:
    """The words, and pairs of words, that say no in a language, English or one of `languages` (ISO 639-1), in which the
    text does not want something and says nothing besides; none where it is no such text."""
    said = text[:LONGEST]
    if _SEVERAL.search(said):
        return frozenset()
    spoken = ("en", *sorted(_LANGUAGES.keys() & set(languages) - {"en"}))
    found = (_LANGUAGES[language].words for language in spoken if _PATTERNS[language].match(said))
    return next(found, frozenset())
