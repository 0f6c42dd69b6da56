"""Wrong number: by which words whoever answers at an address says that it is not the person's whom we took them for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.word_forms import spelled


class About(StrEnum):
    """What is said to be wrong. An answer to a question for such a thing may say the same, and means that answer."""

    NUMBER = "number"
    ADDRESS = "address"
    PERSON = "person"


NAME = "{name}"
"""What stands in a phrase for any name of the person."""

LONGEST = 40
"""Words; a longer message says more than that."""

NAMES = ("name", "full_name", "first_name", "last_name", "given_name", "family_name")
"""Attributes of people that hold one."""

_ASKING = ("?", "\uff1f", "\u061f")
_CLAUSES = re.compile(r"[.!;:,\n()\u2013\u2014\u3002\uff01\uff1b\uff0c\u060c]+|\s-\s")


@dataclass(frozen=True, slots=True)
class WrongNumberForm:
    """The phrases of one language, each as its letters are compared: without blanks, for people leave them out.

    `named` are in parts, between which a name stands; `beside` may stand around a phrase and changes nothing.
    """

    plain: Sequence[tuple[About, str]]
    named: Sequence[tuple[About, tuple[str, ...]]]
    beside: Sequence[str]

    def found_in(self, said: str, names: Collection[str]) -> About | None:
        """What is wrong, where such phrases and what may stand beside them are all of these letters."""
        phrases = [*self.plain]
        phrases += [(about, one.join(parts)) for about, parts in self.named for one in names if one in said]
        looked_at: set[tuple[int, About | None]] = set()
        to_look_at: list[tuple[int, About | None]] = [(0, None)]
        while to_look_at:
            place = at, found = to_look_at.pop()
            if place in looked_at:
                continue
            looked_at.add(place)
            if at == len(said) and found is not None:
                return found
            to_look_at += [(at + len(one), found) for one in self.beside if said.startswith(one, at)]
            to_look_at += [(at + len(one), about) for about, one in phrases if said.startswith(one, at)]
        return None


def wrong_number_form(phrases: Mapping[About, Iterable[str]], beside: Iterable[str]) -> WrongNumberForm:
    """`{name}` in a phrase stands for any name of the person."""
    written = [(about, one) for about, those in phrases.items() for one in those]
    return WrongNumberForm(
        tuple((about, _letters(one)) for about, one in written if NAME not in one),
        tuple((about, tuple(map(_letters, one.split(NAME)))) for about, one in written if NAME in one),
        tuple(map(_letters, beside)),
    )


def wrong_in(forms: Iterable[WrongNumberForm], text: str, names: Collection[str] = ()) -> About | None:
    """What the message says to be wrong, where it says nothing besides. A question only asks whether it is."""
    if len(spelled(text)) > LONGEST or text.rstrip().endswith(_ASKING):
        return None
    said = _letters(text)
    return next((found for form in forms if (found := form.found_in(said, names)) is not None), None)


def wrong_in_a_clause(forms: Sequence[WrongNumberForm], text: str, names: Collection[str] = ()) -> About | None:
    """The same where it is all that one clause says: of a message that asks to stop in another."""
    clauses = (wrong_in(forms, clause, names) for clause in _CLAUSES.split(text))
    return next((found for found in clauses if found is not None), None)


def names_of(attributes: Mapping[str, object]) -> frozenset[str]:
    """What somebody is called, as it is compared: by the whole name, the first of it, or the last."""
    found: set[str] = set()
    for key in NAMES:
        value = attributes.get(key)
        words = spelled(value) if isinstance(value, str) else ()
        found |= {"".join(words), *words[:1], *words[-1:]}
    return frozenset(one for one in found if len(one) > 1 or (one and not one.isascii()))


def _letters(text: str) -> str:
    return "".join(spelled(text))
