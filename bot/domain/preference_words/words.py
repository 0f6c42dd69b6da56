"""What is told of a language for such wishes and questions to be read.

Phrases are in plain letters without apostrophes, as in `agreement_words`. A name in capitals stands for the words of
its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PreferenceWords:
    """What a clause says and nothing besides, but for words `beside` it.

    `standing` asks what they have agreed to, `fewer` for less; `bare` asks for less where no other question is open,
    for it does not say of what. `kinds` are the names that phrases have in them: OFTEN is how often at most, which
    `often` reads: of its groups, `count` (once, twice) and `each` (every other) are in `numbers`; `unit`, `of` and
    `said` (monthly) in `days`.
    """

    kinds: Mapping[str, str]
    beside: str
    standing: tuple[str, ...]
    fewer: tuple[str, ...]
    bare: tuple[str, ...]
    often: str
    numbers: Mapping[str, int]
    days: Mapping[str, int]
