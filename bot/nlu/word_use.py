"""How well the words of a text go with an intent, each by itself: a stranger may share a phrase, but not the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.nlu.features import Floats, Integers, SparseRow

_PRIOR = 30.0
"""Occurrences of words in general that are added to those of each intent (a Dirichlet prior)."""


@dataclass(frozen=True, slots=True)
class WordUse:
    """How often each intent's examples use a word or a pair of words, against how often all do.

    `keys` are `column * intents + intent` in order, with `gain` for each: the logarithm of how much likelier the intent
    makes that column. `absent` is the gain of a word that the intent's examples do not have, one for each intent. The
    first `words` columns of a text's n-grams are words and pairs.
    """

    words: int
    keys: Integers
    gain: Floats
    absent: Floats

    def fits(self, rows: Any) -> Any:
        """Of many texts to every intent, of shape (texts, intents); `rows` are as those of `learn_word_use`."""
        from scipy.sparse import csr_matrix

        intents = len(self.absent)
        words = rows[:, : self.words]
        present = csr_matrix((np.ones(words.nnz, np.float32), words.indices, words.indptr), shape=words.shape)
        more = csr_matrix(
            (self.gain - self.absent[self.keys % intents], (self.keys // intents, self.keys % intents)),
            shape=(words.shape[1], intents),
        )
        total = np.maximum(np.asarray(present.sum(axis=1)), 1.0)
        return np.asarray((present @ more).todense()) / total + self.absent

    def has(self, column: int, intent: int) -> bool:
        """Whether an example of the intent has the word."""
        wanted = column * len(self.absent) + intent
        at = int(np.searchsorted(self.keys, wanted))
        return at < len(self.keys) and int(self.keys[at]) == wanted

    def fit(self, row: SparseRow, intent: int) -> float:
        """The mean gain over a text's words and pairs of words; what no example has counts as absent."""
        columns = row.columns[row.columns < self.words]
        total = len(columns) + row.unknown
        if not total:
            return 0.0
        wanted = columns * len(self.absent) + intent
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        used = self.keys[at] == wanted
        missing = total - int(np.count_nonzero(used))
        return float((self.gain[at[used]].sum() + missing * self.absent[intent]) / total)


def learn_word_use(rows: Any, labels: Integers, intents: int, words: int) -> WordUse:
    """From examples as n-grams, sparse of shape (examples, columns).

    The likelihood of a word given an intent is smoothed towards that of all examples: Zhai and Lafferty, "A study of
    smoothing methods for language models" (2001), equation 6.
    """
    found = rows[:, :words].tocoo()
    keys, counts = np.unique(found.col.astype(np.int64) * intents + labels[found.row], return_counts=True)
    if not len(keys):
        return WordUse(words, np.zeros(1, np.int64), np.zeros(1, np.float32), np.zeros(intents, np.float32))
    of_all = np.bincount(keys // intents, weights=counts, minlength=words)
    of_intent = np.bincount(keys % intents, weights=counts, minlength=intents)
    share = of_all[keys // intents] / counts.sum()
    gain = np.log((counts / share + _PRIOR) / (of_intent[keys % intents] + _PRIOR))
    absent = np.log(_PRIOR / (of_intent + _PRIOR))
    return WordUse(words, keys, gain.astype(np.float32), absent.astype(np.float32))
