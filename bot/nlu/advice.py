"""What an author could do about their examples: repeated ones, intents with too few or too uniform ones, merges."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.understanding import OPT_OUT_INTENT, OUT_OF_SCOPE_INTENTS
from bot.nlu.evaluate import Confusion, Verdict
from bot.nlu.features import Floats, learn_ngram_space
from bot.nlu.training_data import Example

FEW = 10
"""Fewer examples than that do not show how differently customers say it."""

NEAR_IN_MEANING, NEAR_IN_WORDS = 0.9, 0.75
"""Cosines of two sentences' embeddings and of their n-grams, from which a reader would take them for the same."""

UNIFORM = 0.6
"""An intent of whose examples so many have a near copy beside them teaches less than their number promises."""

FEWEST_MISTAKES, SHARE_OF_MISTAKES = 3, 0.1
"""So many mistakes between two intents, and so large a share of their messages, are more than chance."""

_FIXED = OUT_OF_SCOPE_INTENTS | {OPT_OUT_INTENT}

_ROWS = 512
"""Rows compared with all others at a time, which bounds the memory."""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two examples of different intents that say nearly the same; cosines by meaning (encoder) and words (n-grams)."""

    one: Example
    other: Example
    by_meaning: float
    by_words: float


@dataclass(frozen=True, slots=True)
class ThinIntent:
    """An intent whose examples teach little: there are few of them, or `near_copies` (a share) repeat each other."""

    intent: str
    count: int
    near_copies: float

    @property
    def advice(self) -> str:
        if self.count < FEW:
            return f"has {self.count} examples; write {FEW} or more, each in other words"
        return (
            f"{self.near_copies:.0%} of its {self.count} examples nearly repeat another; vary verbs, length and order"
        )


@dataclass(frozen=True, slots=True)
class Merge:
    """Two intents that are taken for each other: as one, `gain` of all messages (0 to 1) would be understood better."""

    one: str
    other: str
    mistakes: int
    of: int
    gain: float

    @property
    def reason(self) -> str:
        return f"{self.mistakes} of their {self.of} messages were taken for the other"


def near_duplicates(examples: Sequence[Example], embeddings: Floats) -> tuple[NearDuplicate, ...]:
    """Of each example the nearest ones of another intent, where near enough; the nearest pair first."""
    if len({example.intent for example in examples}) < 2:
        return ()
    words = _words(examples)
    intents = _numbers([example.intent for example in examples])
    pairs: set[tuple[int, int]] = set()
    for rows, by_meaning, by_words in _compared(embeddings, words):
        same = intents[rows, None] == intents[None, :]
        for cosines, near in ((by_meaning, NEAR_IN_MEANING), (by_words, NEAR_IN_WORDS)):
            cosines[same] = -1.0
            nearest = cosines.argmax(axis=1)
            for place, (row, other) in enumerate(zip(rows.tolist(), nearest.tolist(), strict=True)):
                if cosines[place, other] >= near:
                    pairs.add((min(row, other), max(row, other)))
    found = [
        NearDuplicate(
            examples[one],
            examples[other],
            round(float(embeddings[one] @ embeddings[other]), 3),
            round(float(words[[one]].multiply(words[[other]]).sum()), 3),
        )
        for one, other in pairs
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.by_meaning - pair.by_words, pair.one.text, pair.other.text)))


def thin_intents(examples: Sequence[Example], embeddings: Floats) -> tuple[ThinIntent, ...]:
    """Those with too few examples first, then those with too uniform ones."""
    words = _words(examples)
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        rows_of[example.intent].append(row)
    found = []
    for intent, rows in sorted(rows_of.items()):
        share = _near_copies(embeddings[rows], words[rows])
        if len(rows) < FEW or share >= UNIFORM:
            found.append(ThinIntent(intent, len(rows), share))
    return tuple(sorted(found, key=lambda one: (one.count >= FEW, one.count, -one.near_copies, one.intent)))


def _near_copies(embeddings: Floats, words: Any) -> float:
    """The share of texts that have another nearby, in words and in meaning."""
    copies = 0
    for rows, by_meaning, by_words in _compared(embeddings, words):
        own = np.arange(len(rows)), rows
        by_meaning[own] = by_words[own] = -1.0
        copies += int(((by_meaning >= NEAR_IN_MEANING) | (by_words >= NEAR_IN_WORDS)).any(axis=1).sum())
    return copies / len(embeddings)


def merges(verdicts: Sequence[Verdict], confused: Iterable[Confusion]) -> tuple[Merge, ...]:
    """Pairs that would be better as one intent, with one response for both or a slot to tell them apart.

    Intents of fixed meaning (asking to stop, being out of scope) stay by themselves, however much they are confused.
    """
    support = Counter(one.example.intent for one in verdicts)
    mistakes: Counter[tuple[str, str]] = Counter()
    for one in confused:
        first, second = sorted((one.wanted, one.taken))
        if not _FIXED.isdisjoint((first, second)):
            continue
        mistakes[first, second] += len(one.verdicts)
    found = [
        Merge(one, other, count, support[one] + support[other], count / len(verdicts))
        for (one, other), count in mistakes.items()
        if count >= FEWEST_MISTAKES and count >= SHARE_OF_MISTAKES * (support[one] + support[other])
    ]
    return tuple(sorted(found, key=lambda merge: (-merge.mistakes, merge.one, merge.other)))


def _numbers(names: Sequence[str]) -> Any:
    order = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([order[name] for name in names])


def _words(examples: Sequence[Example]) -> Any:
    """The examples' n-grams as a sparse matrix of unit rows."""
    from scipy.sparse import csr_matrix

    space = learn_ngram_space([example.text for example in examples])
    rows = [space.row(example.text) for example in examples]
    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    weights = [row.weights / max(1e-9, float(np.sqrt(row.weights @ row.weights))) for row in rows]
    columns = np.concatenate([row.columns for row in rows])
    return csr_matrix((np.concatenate(weights), columns, starts), shape=(len(rows), len(space.rarity)))


def _compared(embeddings: Floats, words: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Some rows at a time, and their cosines with all texts: by meaning, and by words."""
    for start in range(0, embeddings.shape[0], _ROWS):
        rows = np.arange(start, min(start + _ROWS, embeddings.shape[0]))
        yield rows, embeddings[rows] @ embeddings.T, (words[rows] @ words.T).toarray()
