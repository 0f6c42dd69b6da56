"""A yes to a question on consent: told by its words, all of which have to be those of a yes.

Consent is unambiguous, so that what is not surely a yes is none: "yes, but only by e-mail", "she said yes", "yeah,
right". The languages are those of `agreement_words`, each read whatever is spoken.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from functools import cache
from typing import Final

from bot.domain.agreement_words import CHANNEL_WORDS, WORDS
from bot.domain.folding import plain_letters
from bot.domain.narrowed_yes import is_narrowed, says_no_too

LONGEST: Final = 200
"""Letters; what is longer says more than a yes."""

_SALUTATION: Final = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen)|liebe[rs]?|sehr geehrte[rs]?"
    r"|bonjour|cher|chère|hola|estimad[oa]s?|buen[oa]s (?:d[ií]as|tardes))\b[^\n.!?:]{0,40}[,!.]?[ \t]*\n\s*",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    r"\n\s*(?:--|__|(?:(?:best|kind|kindest|warm|many|with) )?(?:regards|wishes|thanks)|best|thank you|cheers|sincerely"
    r"|yours|sent from|mit freundlichen|freundliche|viele|beste|liebe|herzliche|gesendet von|mfg|lg|vg|gruß|grüße"
    r"|cordialement|bien à vous|amicalement|salutations|envoyé de|un saludo|saludos|atentamente|enviado desde)"
    r"(?!\w)[^\n.!?]{0,40}(?=[,.!]?[ \t]*(?:\n|$))",
    re.IGNORECASE,
)
_POSTSCRIPT: Final = re.compile(r"(?<!\w)p\.? ?s\b", re.IGNORECASE)
_NEAR_LINES: Final = 5
"""Lines from a closing on that may still be about the question; what is further down is an address, or a disclaimer."""

_SIGNS: Final = frozenset("👍👌✅✔☑🙏🙂😊😀😃😄😁🥰😍🎉💯👏🤝❤💪🙌☺️\u200d\ufe0f🏻🏼🏽🏾🏿")
"""What may stand beside a yes and leaves it one; a face that rolls its eyes does not."""


class Agreement(StrEnum):
    """How surely a text is a yes by its words."""

    PLAIN = "plain"  # whatever else took it for something else
    MILD = "mild"  # "ok, thanks": where it is taken for a yes
    NONE = "none"


def agreement_in(text: str, question: str) -> Agreement:
    """Whether the text says yes to the question, and nothing besides; a letter may greet, and be signed."""
    text = _without_form(text)
    if len(text) > LONGEST or any(not _is_plain(sign) for sign in text):
        return Agreement.NONE
    said = _folded(text)
    if re.search(_others(), said):
        return Agreement.NONE
    without, phrases = re.subn(_phrases(), " ", re.sub(_beside(), " ", said))
    if "?" in without:
        return Agreement.NONE
    words = [_squashed(word) for word in re.findall(r"\w+", without)]
    agreeing, mild, fillers = _vocabulary()
    named = [word for word in words if word.startswith(CHANNEL_WORDS)]
    asked = _folded(question)
    if any(not re.search(rf"\b{re.escape(_stem(word))}", asked) for word in named):
        return Agreement.NONE
    if not set(words) - set(named) <= agreeing | mild | fillers:
        return Agreement.NONE
    if phrases or not agreeing.isdisjoint(words) or (named and "me" in words):  # "text me"
        return Agreement.PLAIN
    return Agreement.NONE if mild.isdisjoint(words) else Agreement.MILD


def _without_form(text: str) -> str:
    """A letter without its salutation and what is beneath its closing, unless that goes on with it."""
    letter = _SALUTATION.sub("", text.strip())
    closing = _CLOSING.search(letter)
    if closing is None:
        return letter
    near = " ".join(letter[closing.start() :].split("\n")[:_NEAR_LINES])
    goes_on = _POSTSCRIPT.search(letter) is not None or is_narrowed(near) or says_no_too(near)
    return letter if goes_on else letter[: closing.start()]


def knows(languages: Collection[str]) -> bool:
    """Whether a yes is told by its words in all of these languages."""
    return all(language.partition("-")[0] in WORDS for language in languages)


def begins_with_yes(text: str) -> bool:
    """Whether the first word is one of a yes, whatever follows."""
    words = [_squashed(word) for word in re.findall(r"\w+", _folded(text[:LONGEST]))]
    agreeing, mild, _ = _vocabulary()
    return bool(words) and words[0] in agreeing | mild


def _is_plain(sign: str) -> bool:
    return sign.isalnum() or sign.isspace() or sign in _SIGNS or sign in ".,;:!?¡¿'’`\"“”„()-–—&_*~…/"


def _folded(text: str) -> str:
    """In plain letters, without apostrophes, "e-mail" in one word, and letters that are drawn out once."""
    plain = re.sub(r"['’`]", "", plain_letters(text))
    plain = re.sub(r"\be[- ]mail", "email", plain)
    plain = re.sub(r"([^\W\d])\1{2,}", r"\1", plain)
    return " ".join(re.sub(r"[^\w?]+", " ", plain).split())


def _squashed(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def _stem(word: str) -> str:
    return next(one for one in sorted(CHANNEL_WORDS, key=len, reverse=True) if word.startswith(one))


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The words of a yes, of a mild one, and those beside it, of all languages together."""

    def spelt(words: Collection[str]) -> frozenset[str]:
        return frozenset(_squashed(plain_letters(word)) for word in words)

    agreeing = spelt([word for one in WORDS.values() for word in one.agreeing])
    mild = spelt([word for one in WORDS.values() for word in one.mild]) - agreeing
    return agreeing, mild, spelt([word for one in WORDS.values() for word in one.fillers])


@cache
def _phrases() -> re.Pattern[str]:
    """Phrases of all languages, the longest first, with a question mark of their own: "why not?"."""
    phrases = sorted((phrase for one in WORDS.values() for phrase in one.phrases), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b ?\??")


@cache
def _beside() -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{phrase}\b" for one in WORDS.values() for phrase in one.beside))


@cache
def _others() -> re.Pattern[str]:
    return re.compile("|".join(phrase for one in WORDS.values() for phrase in one.others))
