"""Word forms: by which words a sentence asks for something, in languages that nothing else here reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LONGEST_TEXT = 1000
"""Letters; of a longer text no word is looked at."""

_SENTENCE = re.compile(r"([^.!?;:()\"\n\u3002\uff01\uff1f\u061f]+)([.!?;:()\"\n\u3002\uff01\uff1f\u061f]*)")
_ASKING = frozenset("?\uff1f\u061f")
_QUOTED = re.compile('"[^"]+"|\u201c[^\u201d]+\u201d|\u201e[^\u201c\u201d]+[\u201c\u201d]|\u00ab[^\u00bb]+\u00bb')
_SENTENCE_HAS = 3
"""Words; fewer in quotation marks are said themselves: I wrote "stop"."""

_UNPARTED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
"""Japanese and Chinese, which have no blanks between words."""

_BETWEEN = r"(?: \w+){0,6}"
"""What may stand between the two halves of a request: "delete all of the" personal data."""

_PARTING_ASCII = {number: " " for number in range(128) if not chr(number).isalnum()}

_ANY_WORDS = r"(?: \w+){0,3} "
"""What a star in a phrase stands for."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one, and whether it is a question by its mark."""

    words: tuple[str, ...]
    asks: bool


@dataclass(frozen=True, slots=True)
class WordForm:
    """A row of words, as it is compared with a sentence that is spelled alike.

    Only what has one of the words `begins` in it is looked at; most has none in any but one language. In a question it
    counts only with what makes that a request (`asked`); where that is None, questions are as other sentences.
    """

    begins: frozenset[str]
    form: re.Pattern[str]
    unless: re.Pattern[str] | None
    asked: re.Pattern[str] | None

    def is_in(self, sentence: Sentence) -> bool:
        if self.begins and self.begins.isdisjoint(sentence.words):
            return False
        said = f" {' '.join(sentence.words)} "
        if self.form.search(said) is None or (self.unless is not None and self.unless.search(said) is not None):
            return False
        return not sentence.asks or self.asked is None or self.asked.search(said) is not None


def word_form(
    *,
    say: Sequence[str] = (),
    of: Sequence[str] = (),
    words: Sequence[str] = (),
    unless: Sequence[str] = (),
    asked: Sequence[str] | None = None,
) -> WordForm:
    """One of `words`, or one of `say` and one of `of` near to each other, whichever comes first; but not where one of
    `unless` is in the sentence, too. A star in them stands for up to three words."""
    first, second, alone, but = map(_any_of, (say, of, words, unless))
    forms = [alone] if alone else []
    if first and second:
        forms += [f"{first}{_BETWEEN}(?={second})", f"{second}{_BETWEEN}(?={first})"]
    needed = [*of, *words]
    begins = frozenset() if any(map(_UNPARTED.search, needed)) else frozenset(spelled(one)[0] for one in needed)
    form = re.compile("|".join(forms) or "(?!)")
    request = None if asked is None else re.compile(_any_of(asked) or "(?!)")
    return WordForm(begins, form, re.compile(but) if but else None, request)


def sentences(text: str) -> Iterator[Sentence]:
    """Those with a word in them."""
    for said, mark in _SENTENCE.findall(text):
        if words := spelled(said):
            yield Sentence(words, not _ASKING.isdisjoint(mark))


def own_words(text: str) -> str:
    """The text without the sentences that it quotes; all of it where nothing else is in it."""
    without = _QUOTED.sub(lambda found: found.group() if len(spelled(found.group())) < _SENTENCE_HAS else " ", text)
    return without if spelled(without) else text


def spelled(text: str) -> tuple[str, ...]:
    """The text's words in small letters without accents; punctuation, emoji and invisible characters part them."""
    if len(text) > LONGEST_TEXT:
        return ()
    if text.isascii():  # the same, and quicker
        return tuple(text.lower().translate(_PARTING_ASCII).split())
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = [character for character in folded if unicodedata.category(character) not in ("Mn", "Me", "Cf")]
    return tuple("".join(one if one.isalnum() else " " for one in kept).split())


def signs(text: str) -> tuple[str, ...]:
    """The signs of a text that says nothing in words: 🛑. Their colour and what joins them do not count."""
    if len(text) > LONGEST_TEXT or spelled(text):
        return ()
    return tuple(one for one in text if unicodedata.category(one) == "So")


def _any_of(phrases: Iterable[str]) -> str:
    """A pattern for any of them, in whole words; where words are not parted by blanks, anywhere."""
    written = [_ANY_WORDS.join(" ".join(spelled(part)) for part in one.split("*")) for one in phrases]
    whole = "|".join(one for one in written if not _UNPARTED.search(one))
    anywhere = "|".join(one for one in written if _UNPARTED.search(one))
    forms = [f" (?:{whole})(?= )" if whole else "", f" ?\\w*?(?:{anywhere})" if anywhere else ""]
    return f"(?:{'|'.join(filter(None, forms))})" if any(forms) else ""
