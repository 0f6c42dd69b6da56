"""Cleans a text for reading, and remembers where each character stood."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.understanding import Entity, Understood

LONGEST = 4000
"""Characters read of a message; the rest is not looked at, so that the time it takes is bounded."""

_PLAIN = {"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}
_CAPITAL = "İ"
"""A Turkish capital i, which is read as I: of all letters it alone has a small form of two characters."""
_DOT = "\u0307"
"""What stands above a Turkish capital i, and stays above the small one where software makes it of that."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` has no control or invisible characters, compatible and composed forms, and single blanks.

    `origin[i]` is where its character i was in the original.
    """

    text: str
    origin: Sequence[int]
    original: str

    def place(self, entity: Entity) -> Entity:
        """The entity with offsets into the original text, and the original's words."""
        if not self.origin or entity.end <= entity.start:
            return entity
        start, end = self.origin[entity.start], self.origin[entity.end - 1] + 1
        while end < len(self.original) and _belongs_to_the_one_before(self.original[end]):
            end += 1
        words = self.original[start:end]
        composed = unicodedata.normalize("NFC", words)
        is_read_otherwise = _CAPITAL in composed and entity.value == self.text[entity.start : entity.end]
        value = composed if is_read_otherwise else entity.value
        return replace(entity, start=start, end=end, text=words, value=value)

    def reads(self, entity: Entity) -> Entity:
        """The entity, of which the offsets are into the original, with those into what is read of it."""
        start, end = bisect_left(self.origin, entity.start), bisect_left(self.origin, entity.end)
        text = self.text[start:end]
        value = text if entity.value == entity.text else entity.value
        return replace(entity, start=start, end=end, text=text, value=value)

    def _place_of(self, at: int) -> int:
        return self.origin[at] if at < len(self.origin) else len(self.original)

    def place_all(self, understood: Understood) -> Understood:
        """The reading of `text` as one of the original text."""
        starts = [self.origin[one.start] for one in understood.further]
        ends = [self._place_of(one.end) for one in understood.further]
        return replace(
            understood,
            text=self.original,
            entities=tuple(map(self.place, understood.entities)),
            further=tuple(
                replace(
                    one,
                    text=self.original[start:end].rstrip(),
                    start=start,
                    end=end,
                    entities=tuple(map(self.place, one.entities)),
                )
                for one, start, end in zip(understood.further, starts, ends, strict=True)
            ),
        )


def read(original: str) -> Reading:
    """Any text at all can be read."""
    if len(original) <= LONGEST and original.isascii() and original.isprintable() and "  " not in original:
        return Reading(original, range(len(original)), original)  # the same, and quicker
    characters: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(original[:LONGEST]):
        if character == _DOT and characters[-1:] in (["i"], ["I"]):
            continue
        if characters and _belongs_to_the_one_before(character):
            composed = unicodedata.normalize("NFC", characters[-1] + character)
            if len(composed) == 1 and len(composed.lower()) == 1:
                characters[-1] = composed
                continue
        for plain in _plain(character):
            if plain == " " and characters[-1:] == [" "]:
                continue
            characters.append(plain)
            origin.append(at)
    return Reading("".join(characters), origin, original)


def _belongs_to_the_one_before(character: str) -> bool:
    """Accents that are written after their letter, and what a Korean syllable has after its first consonant."""
    return not character.isascii() and (unicodedata.combining(character) > 0 or "\u1160" <= character <= "\u11ff")


def _plain(character: str) -> str:
    if character.isascii() and character.isprintable():
        return character
    if character.isspace():
        return " "
    if character in _PLAIN:
        return _PLAIN[character]
    if character == _CAPITAL:
        return "I"
    # Cf are the invisible ones (zero-width blanks and joiners, direction marks), Cs halves of characters.
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return ""
    # Lower and upper case may change the length of exotic letters, which would move what is found in lower case.
    compatible = unicodedata.normalize("NFKC", character)
    return "".join(part for part in compatible if len(part.lower()) == 1)
