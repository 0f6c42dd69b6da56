"""Preferences: what a message says of the marketing that somebody gets, without ending it.

Whoever asks "did I consent to texts?" asks what is in the ledger, and "fewer texts, please" is no opt-out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from bot.domain.folding import plain_letters
from bot.domain.preference_words import WORDS
from bot.domain.preference_words.words import PreferenceWords

_LONGEST: Final = 300
"""Letters; a longer text is no such question."""

_SENTENCE: Final = re.compile(r"[^.!?;:\n]+[.!?;:\n]*")
_CLAUSE: Final = re.compile(r"(?:(?!\b(?:and|but|und|aber|et|mais|y|pero)\b)[^.!?;:,\n])+[.!?;:,\n]*")


class Preference(StrEnum):
    """What they want."""

    STANDING = "standing"  # to know what they have agreed to
    FEWER = "fewer"  # to hear from us less often
    LATER = "later"  # to hear nothing from us before a day
    HOURS = "hours"  # to hear from us at other hours


@dataclass(frozen=True, slots=True)
class StatedPreference:
    """What somebody wants, in which `language`; with `pause`, at most one message in so long, and none before `until`.
    `rest` is what else their message says."""

    wants: Preference
    language: str
    pause: timedelta | None = None
    until: datetime | None = None
    rest: str = ""


@dataclass(frozen=True, slots=True)
class _Forms:
    standing: re.Pattern[str]
    fewer: re.Pattern[str]
    bare: re.Pattern[str]
    answer: re.Pattern[str]
    often: re.Pattern[str]


def preference_in(text: str, *, asked: bool = False, offered: bool = False) -> StatedPreference | None:
    """What the text wants of this, in whichever language; None where it is about something else.

    While another question is `asked`, "not so often" may be the answer to that. Where fewer messages were `offered`,
    "monthly" is the answer.
    """
    if len(text) > _LONGEST:
        return None
    for piece, rest in _pieces(text):
        if (found := _read(piece, asked=asked and not offered, offered=offered)) is None:
            continue
        other = preference_in(rest, asked=asked, offered=offered) if rest else None
        if other is None:
            return replace(found, rest=rest)
        return replace(other if other.pause is not None else found, rest=other.rest)
    return None


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text, its sentences and its clauses, each with what is left without it."""
    yield text, ""
    for parts in (_SENTENCE, _CLAUSE):
        for part in parts.finditer(text):
            rest = f"{text[: part.start()]} {text[part.end() :]}".strip()
            yield part[0], rest if re.search(r"\w", rest) else ""


def _read(text: str, *, asked: bool, offered: bool) -> StatedPreference | None:
    said = " ".join(re.findall(r"\w+", re.sub(r"['’`´]", "", plain_letters(text))))
    for language in WORDS:
        forms = _forms(language)
        if forms.standing.fullmatch(said):
            return StatedPreference(Preference.STANDING, language)
        plain = forms.fewer.fullmatch(said) or (not asked and forms.bare.fullmatch(said))
        if plain or (offered and forms.answer.fullmatch(said)):
            return StatedPreference(Preference.FEWER, language, _pause_in(forms, WORDS[language], said))
    return None


@cache
def _forms(language: str) -> _Forms:
    words = WORDS[language]

    def of(phrases: tuple[str, ...]) -> re.Pattern[str]:
        written = "|".join(_written_out(one, words) for one in phrases)
        return re.compile(rf"(?:(?:{words.beside}) ){{0,6}}(?:{written})(?: (?:{words.beside})){{0,6}}")

    return _Forms(
        of(words.standing), of(words.fewer), of(words.bare), of(("(?:AT_MOST )?OFTEN",)), re.compile(words.often)
    )


def _written_out(phrase: str, words: PreferenceWords) -> str:
    """The phrase with the words of each kind in the place of its name."""
    name = re.compile("|".join(sorted(words.kinds, key=len, reverse=True)))
    while name.search(phrase):
        phrase = name.sub(lambda found: words.kinds[found[0]], phrase)
    return phrase


def _pause_in(forms: _Forms, words: PreferenceWords, said: str) -> timedelta | None:
    """The least time between two messages, where it says how often at most."""
    often = forms.often.search(said)
    if often is None:
        return None
    if often["said"]:
        return timedelta(days=words.days[often["said"]])
    if often["each"]:
        return timedelta(days=_number(words, often["each"]) * words.days[often["of"]])
    return timedelta(days=max(1, words.days[often["unit"]] // _number(words, often["count"])))


def _number(words: PreferenceWords, said: str) -> int:
    return int(said) if said.isdecimal() else words.numbers[said]
