"""In which language a message is, as far as that can be told: of two words it often cannot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePath

from bot.domain.languages import base_language
from bot.nlu.scripts import languages_of_script
from bot.nlu.training_data import Example
from bot.nlu.words import NEGATED
from bot.ports import LanguageGuesser

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NO_WORDS = re.compile(r"\S*@\S*|(?:https?://|www\.)\S*|\S*\d\S*")
_I_AM = re.compile(r"\bim\b", re.IGNORECASE)
"""As it is typed on a telephone. It is German, too, and few guess anything else of "im not sure"."""

_SAYS_NO = re.compile(rf"\b(?:{'|'.join(sorted(NEGATED))})\b", re.IGNORECASE)
"""Likewise; "dont" is French, too, where it stands among words of French."""

_LATIN_UP_TO = 0x24F
_READ = 200
"""Characters that are looked at."""

_READ_OF_AN_INTENT = 2000
_MANY = 0.2
"""The share of the intents whose examples are in a language from which the assistant speaks it."""

_SURE = 0.7
_UNSAYABLE = re.compile(r"^(?=.{3})[^aeiouy]+$|[^aeiouy\W]{4}|[aeiouy]{4}|([a-z])\1\1", re.IGNORECASE)
"""What few words of any language have, and most of what is typed at random: no vowel, four consonants or vowels in a
row, one letter three times."""

_BACKED, _BY_ITSELF = 0.1, 0.7
"""The share from which on a word speaks for a language, and that from which one is enough, where no word is unsayable.
A word that the guesser knows nothing of has 0.12 for English and less than 0.1 for all others."""

_SPOKEN, _EARLIER, _LOCALE = 4.0, 6.0, 3.0
"""How many times likelier a language is than its words alone say: one that the assistant speaks, that of the message
before, and that of the person's browser or telephone."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The likeliest language of a text (ISO 639-1), and how likely it is; `sure` enough to act on. `other_script`: its
    letters are of none that the assistant speaks."""

    language: str
    share: float
    sure: bool
    other_script: bool = False


NOT_HEARD = Heard("", 0.0, sure=False)


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages that an assistant speaks: its own, and those that it has examples of."""

    guesser: LanguageGuesser
    own: str
    spoken: frozenset[str]

    def hear(self, text: str, *, earlier: str = "", locale: str = "") -> Heard:
        """The language of the text. `earlier` is that of the conversation so far, `locale` the person's (`de-AT`)."""
        said = _NO_WORDS.sub(" ", text[:_READ])
        if "en" in self.spoken and "de" not in self.spoken:
            said = _I_AM.sub("I'm", said)
        words = _LETTERS.findall(said)
        if not words:
            return NOT_HEARD
        persons = base_language(locale)
        shares = self._shares_of_typed(" ".join(words))
        unknown = max(0.0, 1.0 - sum(shares.values()))
        for language in shares:
            if language in self.spoken:
                shares[language] *= _SPOKEN
            if language == earlier:
                shares[language] *= _EARLIER
            if language == persons:
                shares[language] *= _LOCALE
        written_in = languages_of_script(words)
        if written_in and not self.spoken.intersection(written_in):
            likeliest = max(written_in, key=lambda language: shares.get(language, 0.0))
            return Heard(
                likeliest, round(min(1.0, max(shares.get(likeliest, 0.0), _SURE)), 4), sure=True, other_script=True
            )
        if not shares:
            return NOT_HEARD
        likeliest = max(shares, key=lambda language: shares[language])
        share = shares[likeliest] / (sum(shares.values()) + unknown)
        # One word in Latin letters may be a name or a slip of the pen: it takes a second sign.
        expected = likeliest in {earlier, persons, *self.spoken}
        enough = len(words) > 1 or not _is_latin(words[0])
        sure = share >= _SURE and (expected or (enough and self._is_backed(words, likeliest)))
        return Heard(likeliest, round(share, 4), sure=sure)

    def _is_backed(self, words: Sequence[str], language: str) -> bool:
        """Whether words in ASCII letters may be of that language: of "asdf qwer" the guesser knows a pair of letters.

        Two of its words must speak for it by themselves, or one aloud and no word against it.
        """
        if not all(map(str.isascii, words)):
            return True
        sayable = [word for word in words if not _UNSAYABLE.search(word)]
        backing = 0
        for word in sayable:
            share = self._shares(word).get(language, 0.0)
            backing += share >= _BACKED
            if backing > 1 or (share >= _BY_ITSELF and len(sayable) == len(words)):
                return True
        return False

    def _shares_of_typed(self, text: str) -> dict[str, float]:
        """The shares of the text as it was typed, or with the apostrophes that English has: what is likelier."""
        shares = self._shares(text)
        meant = _SAYS_NO.sub(lambda found: NEGATED[found[0].lower()], text) if "en" in self.spoken else text
        if meant == text:
            return shares
        return max(shares, self._shares(meant), key=lambda either: max(either.values(), default=0.0))

    def _shares(self, text: str) -> dict[str, float]:
        shares: dict[str, float] = {}
        for tag, share in self.guesser.guess(text):
            language = base_language(tag)
            shares[language] = shares.get(language, 0.0) + share
        return shares


def languages_with_examples(intent: str, examples: Sequence[Example], languages: Languages) -> frozenset[str]:
    """The languages in which there are examples of this intent: those of their folders, and those that many of the
    others are in; the assistant's own, where that cannot be told."""
    of_folders = {folder_language(one.place.path) for one in examples if one.intent == intent}
    if "" not in of_folders:
        return frozenset(of_folders)
    loose = [one.text for one in examples if one.intent == intent and not folder_language(one.place.path)]
    heard = Counter(found.language for text in loose if (found := languages.hear(text)).sure)
    many = {language for language, texts in heard.items() if texts >= _MANY * heard.total()}
    return frozenset(of_folders - {""} | (many & languages.spoken or {languages.own}))


@lru_cache(maxsize=512)
def folder_language(path: str) -> str:
    """The language of a file's examples, which is the name of its folder under `nlu`: `nlu/de/talking.yml`; else ""."""
    for folder, below in pairwise(PurePath(path).parts[:-1]):
        if folder == "nlu" and re.fullmatch(r"[a-z]{2,3}", below):
            return base_language(below)
    return ""


def spoken_languages(examples: Sequence[Example], own: str, guesser: LanguageGuesser) -> frozenset[str]:
    """The assistant's own language, those of the folders of its examples, and those that many intents are in: an
    imported assistant may not say which."""
    of_folders = {folder_language(example.place.path) for example in examples}
    texts: dict[str, list[str]] = {}
    for example in examples:
        if not folder_language(example.place.path):
            texts.setdefault(example.intent, []).append(example.text)
    guesses = Counter(
        base_language(found[0][0])
        for together in texts.values()
        if (found := guesser.guess(" ".join(together)[:_READ_OF_AN_INTENT])) and found[0][1] >= _SURE
    )
    many = {language for language, intents in guesses.items() if intents >= _MANY * len(texts)}
    return frozenset({own, *of_folders, *many} - {""})


def _is_latin(word: str) -> bool:
    return all(ord(letter) <= _LATIN_UP_TO or not letter.isalpha() for letter in word)
