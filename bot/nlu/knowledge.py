"""Answers from knowledge pages: the passage nearest in meaning, word for word, or none where none is near enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from bot.domain.understanding import ANYBODY, Asker, KnowledgeAnswer
from bot.nlu.features import Floats, Integers
from bot.nlu.knowledge_pages import Page, Terms, is_question, sentences
from bot.nlu.rare_words import RareWords, index_words, stems
from bot.ports import Encoder

UNTRIED_THRESHOLD = 0.6
"""The sureness that an answer needs where the pages have too few questions to learn it from."""

MOST_PASSAGES = 4
FAR = 0.2
"""The score below which a passage has nothing to do with a text. Nothing leads by more than what it is above it."""

_FEWEST_QUESTIONS = 4
_INTRODUCTION_FIRST = 0.2
"""How much nearer than the introduction a passage must be to be what a question of the front matter asks for."""

_OF_ITS_WORDS = 0.5
"""Which share of the question's words must stand there, too, and not in the introduction: "Who are you?" is near in
meaning to "Where are you?", and in a language that the encoder does not know so is anything."""

_RARE_WORDS = 0.1
"""What sharing all words with a passage adds to its similarity: it tells apart what is near in meaning anyway."""

_UNKNOWN_WORDS = 0.15
"""What is taken off the score of a question none of whose words is on any page: "do you have a dark mode?"."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as it is given for an answer."""

    text: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is searched, by embedding and by word.

    Rows of `vectors` are passages, their sentences and the questions that lead to them; those of `sources[i]` begin at
    row `starts[i]`, and each source has some. `page_of[i]` is its page, by number; `terms` are those of the pages that
    do not answer anybody at any time.
    """

    sources: tuple[Source, ...]
    page_of: Integers
    terms: Mapping[int, Terms]
    vectors: Floats
    starts: Integers
    words: RareWords
    threshold: float

    def best(self, text: str, embedding: Floats, asker: Asker = ANYBODY) -> KnowledgeAnswer | None:
        """Of the answers that this asker may have, the nearest to the text, whatever its score."""
        if not self.sources:
            return None
        scores = self._allowed(text, embedding, asker)
        nearest = int(np.argmax(scores))
        return None if scores[nearest] == -np.inf else self._answers([nearest], scores)[0]

    def nearest(
        self, text: str, embedding: Floats, asker: Asker = ANYBODY, *, at_most: int = MOST_PASSAGES
    ) -> tuple[KnowledgeAnswer, ...]:
        """The passages that this asker may have, nearest first; none that is far from the text."""
        if not self.sources:
            return ()
        far = min(FAR, self.threshold)
        scores = self._allowed(text, embedding, asker)
        first = np.argpartition(-scores, min(at_most, len(scores) - 1))[:at_most]
        chosen = [int(at) for at in first[np.argsort(-scores[first], kind="stable")] if scores[at] >= far]
        return tuple(self._answers(chosen, scores))

    def answering(self, passages: Sequence[KnowledgeAnswer]) -> KnowledgeAnswer | None:
        """Of the nearest passages the one that is sure enough to be an answer."""
        return passages[0] if passages and passages[0].sureness >= self.threshold else None

    def _answers(self, chosen: Sequence[int], scores: Floats) -> list[KnowledgeAnswer]:
        """These sources as answers, each with its lead over all pages but its own."""
        first = self.page_of[int(np.argmax(scores))]
        best, next_best = float(scores.max()), _best_besides(first, scores, self.page_of)
        answers = []
        for at in chosen:
            source, score = self.sources[at], float(scores[at])
            lead = score - (next_best if self.page_of[at] == first else best)
            answers.append(KnowledgeAnswer(source.text, source.title, source.url, round(score, 4), round(lead, 4)))
        return answers

    def _allowed(self, text: str, embedding: Floats, asker: Asker) -> Floats:
        """The scores, with minus infinity for what is not for this asker."""
        scores = self.scores(text, embedding)
        if refused := [page for page, terms in self.terms.items() if not terms.allow(asker)]:
            scores[np.isin(self.page_of, refused)] = -np.inf
        return scores

    def scores(self, text: str, embedding: Floats) -> Floats:
        """How well each source answers the text."""
        # A product of matrix and vector would be split over threads, which costs several times the processor time.
        similarities = np.vecdot(self.vectors, embedding)
        return self.with_words(np.maximum.reduceat(similarities, self.starts), text)

    def with_words(self, similarities: Floats, text: str) -> Floats:
        """The scores of the sources, from the similarity of each, and the words that they share with the text."""
        asked = stems(text)
        taken_off = _UNKNOWN_WORDS * self.words.unknown(asked)
        mixed: Floats = similarities + _RARE_WORDS * self.words.scores(asked) - np.float32(taken_off)
        return mixed

    def arrays(self) -> dict[str, Any]:
        return {"vectors": self.vectors, "starts": self.starts, "page_of": self.page_of, **self.words.arrays()}

    def facts(self) -> dict[str, Any]:
        return {
            "sources": [{"text": s.text, "title": s.title, "url": s.url} for s in self.sources],
            "terms": [
                {
                    "page": page,
                    "valid_until": terms.valid_until.isoformat() if terms.valid_until else None,
                    "audiences": sorted(terms.audiences),
                    "channels": sorted(terms.channels),
                }
                for page, terms in self.terms.items()
            ],
            "words": self.words.facts(),
            "threshold": self.threshold,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], facts: Mapping[str, Any]) -> Knowledge:
        terms = {
            one["page"]: Terms(
                date.fromisoformat(one["valid_until"]) if one["valid_until"] else None,
                frozenset(one["audiences"]),
                frozenset(one["channels"]),
            )
            for one in facts["terms"]
        }
        sources = tuple(Source(**source) for source in facts["sources"])
        words = RareWords.from_arrays(arrays, facts["words"])
        vectors, starts, page_of = (arrays[name] for name in ("vectors", "starts", "page_of"))
        return cls(sources, page_of, terms, vectors, starts, words, facts["threshold"])


@dataclass(frozen=True, slots=True)
class Strangers:
    """Messages that no page answers, with their embeddings of shape (messages, dimensions)."""

    texts: Sequence[str]
    embeddings: Floats


def build_knowledge(pages: Sequence[Page], encoder: Encoder, strangers: Strangers) -> Knowledge:
    """Embed the pages, and learn from their questions and the strangers when a passage is an answer."""
    sources: list[Source] = []
    pages_of: list[int] = []
    documents: list[str] = []
    texts: list[str] = []
    of: list[int] = []
    for number, page in enumerate(pages):
        for passage in page.passages:
            document = f"{page.title}. {passage.heading}. {passage.text}"
            heading = [passage.heading] if is_question(passage.heading) else []
            for line in (document, *heading, *sentences(passage.text)):
                of.append(len(sources))
                texts.append(line)
            documents.append(document)
            sources.append(Source(passage.text, page.title, page.url))
            pages_of.append(number)
    asked = [(question.text, number) for number, page in enumerate(pages) for question in page.questions]
    vectors, questions = encoder.encode(texts), encoder.encode([text for text, _ in asked])
    page_of = np.array(pages_of, dtype=np.int64)
    page_of_row = page_of[of]
    words_of = [set(stems(document)) for document in documents]
    for vector, (question, number) in zip(questions, asked, strict=True):
        rows = np.flatnonzero(page_of_row == number)
        of.append(_passage_asked_for(vector, set(stems(question)), vectors, words_of, of, rows))
    # Stable, so that each source's own passage is the first of its rows.
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(np.array(of, dtype=np.int64)[order], np.arange(len(sources)))
    knowledge = Knowledge(
        tuple(sources),
        page_of,
        {number: page.terms for number, page in enumerate(pages) if page.terms != Terms()},
        np.vstack([vectors, questions])[order],
        starts,
        index_words(documents, [text for text, _ in asked]),
        UNTRIED_THRESHOLD,
    )
    if len(asked) < _FEWEST_QUESTIONS:
        return knowledge
    place_of = np.argsort(order)
    questions_at = [(text, page, int(place_of[row])) for row, (text, page) in enumerate(asked, start=len(vectors))]
    return _with_threshold(knowledge, questions_at, strangers)


def _passage_asked_for(
    question: Floats, asked: Set[str], vectors: Floats, words_of: Sequence[Set[str]], of: Sequence[int], rows: Integers
) -> int:
    """The source that a question of the front matter leads to, among the `rows` of its page: the introduction, or one
    that is much nearer and has the words for it that are `asked`."""
    best: dict[int, float] = {}
    for row, similarity in zip(rows.tolist(), (vectors[rows] @ question).tolist(), strict=True):
        best[of[row]] = max(similarity, best.get(of[row], -1.0))
    introduction = min(best)
    best[introduction] += _INTRODUCTION_FIRST
    nearest = max(best, key=lambda source: best[source])
    shared = asked & (words_of[nearest] - words_of[introduction])
    return nearest if shared and len(shared) >= _OF_ITS_WORDS * len(asked) else introduction


def _best_besides(page: int, scores: Floats, page_of: Integers) -> float:
    """The best score of all pages but this one; what is far has nothing to do with the text."""
    return float(scores[page_of != page].max(initial=FAR))


def _sureness(scores: Floats, page_of: Integers) -> float:
    """That of the best of these (`KnowledgeAnswer.sureness`)."""
    at = int(np.argmax(scores))
    return 2 * float(scores[at]) - _best_besides(page_of[at], scores, page_of)


def _with_threshold(knowledge: Knowledge, asked: Sequence[tuple[str, int, int]], strangers: Strangers) -> Knowledge:
    """The knowledge with the sureness that best tells questions that are answered from others.

    `asked` are the questions of the front matters, each with its page and its row. Answered: each of them, searched
    among everything but itself, that finds its own page. Not answered: the same questions while their own page is
    missing, and the strangers; each of the two counts half.
    """
    page_of = knowledge.page_of
    right, missing = [], []
    for text, page, row in asked:
        similarities = knowledge.vectors @ knowledge.vectors[row]
        similarities[row] = -1.0
        scores = knowledge.with_words(np.maximum.reduceat(similarities, knowledge.starts), text)
        if page_of[int(np.argmax(scores))] == page:
            right.append(_sureness(scores, page_of))
        missing.append(_sureness(np.where(page_of == page, np.float32(-1.0), scores), page_of))
    strange = [
        _sureness(knowledge.scores(text, vector), page_of)
        for text, vector in zip(strangers.texts, strangers.embeddings, strict=True)
    ]
    found, without, far = np.array(right), np.array(missing), np.array(strange)
    candidates = np.unique(np.concatenate([found, without, far]))
    won = [
        (found >= at).sum() / len(asked) + ((without < at).mean() + ((far < at).mean() if len(far) else 1.0)) / 2
        for at in candidates
    ]
    at = int(np.argmax(won))
    # Anything down to the next lower score does as well; half way there is as far as can be from both.
    threshold = float(candidates[max(at - 1, 0) : at + 1].mean())
    return replace(knowledge, threshold=round(threshold, 4))
