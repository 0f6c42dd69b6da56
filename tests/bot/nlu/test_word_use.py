from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.nlu.features import NgramSpace, SparseRow, learn_ngram_space
from bot.nlu.word_use import WordUse, learn_word_use

TEXTS = ["book a table", "book a table for two", "play some music", "play a song", "stop the music"]
LABELS = np.array([0, 0, 1, 1, 2])


def learnt() -> tuple[NgramSpace, WordUse]:
    space = learn_ngram_space(TEXTS)
    return space, learn_word_use(matrix([space.row(text) for text in TEXTS], space), LABELS, 3, words_of(space))


def words_of(space: NgramSpace) -> int:
    return space.first_character_column


def matrix(rows: list[SparseRow], space: NgramSpace) -> csr_matrix:
    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    columns, weights = (np.concatenate([getattr(row, name) for row in rows]) for name in ("columns", "weights"))
    return csr_matrix((weights, columns, starts), shape=(len(rows), len(space.column_of)))


def test_words_go_best_with_the_intent_whose_examples_use_them() -> None:
    space, use = learnt()
    fits = [use.fit(space.row("book a table"), intent) for intent in range(3)]
    assert int(np.argmax(fits)) == 0


def test_each_word_that_no_example_has_speaks_against_every_intent() -> None:
    space, use = learnt()
    for intent in range(3):
        fits = [use.fit(space.row(f"book a table {more}"), intent) for more in ("", "zebra", "zebra quagga")]
        assert fits == sorted(fits, reverse=True)


@pytest.mark.parametrize("text", ["", "zebra", "👍"])
def test_a_text_without_known_words_has_a_fit_all_the_same(text: str) -> None:
    space, use = learnt()
    assert use.fit(space.row(text), 1) <= 0.0


def test_many_texts_at_once_fit_as_each_by_itself() -> None:
    space, use = learnt()
    rows = [space.row(text) for text in TEXTS]
    alone = [[use.fit(row, intent) for intent in range(3)] for row in rows]
    assert use.fits(matrix(rows, space)) == pytest.approx(np.array(alone), abs=1e-5)


def test_examples_without_words_teach_nothing() -> None:
    use = learn_word_use(csr_matrix((2, 0), dtype=np.float32), np.array([0, 1]), 2, 0)
    assert use.fit(SparseRow(np.zeros(0, np.int64), np.zeros(0, np.float32), 3), 1) == 0.0
