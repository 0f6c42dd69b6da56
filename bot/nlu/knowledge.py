"""Answers from knowledge pages: the passage nearest in meaning, word for word, or none where none is near enough."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.understanding import KnowledgeAnswer
from bot.nlu.features import Floats, Integers
from bot.nlu.knowledge_pages import Page, answer_text, is_question, sentences
from bot.nlu.words import word_set
from bot.ports import Encoder

UNTRIED_THRESHOLD = 0.5
"""The score that an answer needs where the pages have too few questions to learn it from."""

_FEWEST_QUESTIONS = 4
_INTRODUCTION_FIRST = 0.2
"""How much nearer than the introduction a passage must be to be what a question of the front matter asks for."""

_UNKNOWN_WORDS = 0.15
"""What is taken off the score of a question none of whose words is on any page: "do you have a dark mode?"."""

_WORD = re.compile(r"[^\W_]+")
_STEM = 5
_ASKING = word_set(
    "a about am an and any are as at be been but by can could did do does for from get give had has have how i if "
    "in into is it its just like make may me might more much many my need no not of off on one or our out own per "
    "please shall should so some such tell than that the their them there these they this those to up us use very "
    "want was we were what when where which while who whom whose why will with would you your"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as it is given for an answer; `page` numbers its page."""

    text: str
    title: str
    url: str
    page: int


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is searched, by embedding: row i of `vectors` is a passage or a question that leads to `sources[of[i]]`.

    `words` are the beginnings of all words on the pages.
    """

    sources: tuple[Source, ...]
    vectors: Floats
    of: Integers
    words: frozenset[str]
    threshold: float

    def best(self, text: str, embedding: Floats) -> KnowledgeAnswer | None:
        """The answer whose passage or question is nearest to the text, whatever its score."""
        if not self.sources:
            return None
        similarities = self.vectors @ embedding
        nearest = int(np.argmax(similarities))
        source = self.sources[int(self.of[nearest])]
        score = float(similarities[nearest]) - unknown_words(text, self.words)
        return KnowledgeAnswer(source.text, source.title, source.url, round(score, 4))

    def answer(self, text: str, embedding: Floats) -> KnowledgeAnswer | None:
        best = self.best(text, embedding)
        return best if best is not None and best.score >= self.threshold else None

    def arrays(self) -> dict[str, Any]:
        return {"vectors": self.vectors, "of": self.of}

    def facts(self) -> dict[str, Any]:
        sources = [{"text": s.text, "title": s.title, "url": s.url, "page": s.page} for s in self.sources]
        return {"sources": sources, "words": sorted(self.words), "threshold": self.threshold}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], facts: Mapping[str, Any]) -> Knowledge:
        sources = tuple(Source(**source) for source in facts["sources"])
        return cls(sources, arrays["vectors"], arrays["of"], frozenset(facts["words"]), facts["threshold"])


def stems(text: str) -> set[str]:
    """The beginnings of the words that a text is about."""
    return {word[:_STEM] for word in _WORD.findall(text.lower()) if word not in _ASKING}


def unknown_words(text: str, known: Collection[str]) -> float:
    """What is taken off the score of a text, by the share of its words that stand on no page."""
    asked = stems(text)
    return _UNKNOWN_WORDS * sum(stem not in known for stem in asked) / len(asked) if asked else 0.0


@dataclass(frozen=True, slots=True)
class Strangers:
    """Messages that no page answers, with their embeddings of shape (messages, dimensions)."""

    texts: Sequence[str]
    embeddings: Floats


def build_knowledge(pages: Sequence[Page], encoder: Encoder, strangers: Strangers) -> Knowledge:
    """Embed the pages, and learn from their questions and the strangers when a passage is an answer."""
    sources: list[Source] = []
    texts: list[str] = []
    of: list[int] = []
    for number, page in enumerate(pages):
        for passage in page.passages:
            of.append(len(sources))
            texts.append(f"{page.title}. {passage.heading}. {passage.text}")
            lines = [passage.heading] if is_question(passage.heading) else []
            for line in [*lines, *sentences(passage.text)]:
                of.append(len(sources))
                texts.append(line)
            sources.append(Source(answer_text(passage), page.title, page.url, number))
    asked = [(question.text, number) for number, page in enumerate(pages) for question in page.questions]
    vectors, questions = encoder.encode(texts), encoder.encode([text for text, _ in asked])
    for vector, (_, number) in zip(questions, asked, strict=True):
        of.append(_passage_asked_for(vector, vectors, of, [source.page == number for source in sources]))
    everything = np.vstack([vectors, questions])
    words = frozenset(stems(" ".join([*texts, *(text for text, _ in asked)])))
    page_of = np.array([sources[source].page for source in of], dtype=np.int64)
    threshold = _learn_threshold(everything, page_of, [text for text, _ in asked], words, strangers)
    return Knowledge(tuple(sources), everything, np.array(of, dtype=np.int64), words, threshold)


def _passage_asked_for(question: Floats, vectors: Floats, of: Sequence[int], on_page: Sequence[bool]) -> int:
    """The source on its page that a question of the front matter leads to: the introduction, or a much nearer one."""
    similarities = vectors @ question
    best: dict[int, float] = {}
    for row, similarity in enumerate(similarities.tolist()):
        if on_page[of[row]]:
            best[of[row]] = max(similarity, best.get(of[row], -1.0))
    introduction = min(best)
    best[introduction] += _INTRODUCTION_FIRST
    return max(best, key=lambda source: best[source])


def _learn_threshold(
    vectors: Floats, page_of: Integers, questions: Sequence[str], words: Collection[str], strangers: Strangers
) -> float:
    """The score that best tells questions that are answered from others.

    Answered: each question of the front matters, searched among everything but itself, that finds its own page. Not
    answered: the same questions while their own page is missing, and the strangers; each of the two counts half.
    """
    if len(questions) < _FEWEST_QUESTIONS:
        return UNTRIED_THRESHOLD
    first = len(vectors) - len(questions)
    similarities = vectors[first:] @ vectors.T
    similarities[np.arange(len(questions)), np.arange(first, len(vectors))] = -1.0
    own = page_of[first:, None] == page_of[None, :]
    taken_off = np.array([unknown_words(text, words) for text in questions])
    in_page = np.where(own, similarities, -1.0).max(axis=1) - taken_off
    elsewhere = np.where(own, -1.0, similarities).max(axis=1) - taken_off
    found = in_page[in_page > elsewhere]
    far = (strangers.embeddings @ vectors.T).max(axis=1, initial=-1.0)
    far = far - np.array([unknown_words(text, words) for text in strangers.texts])
    candidates = np.unique(np.concatenate([found, elsewhere, far]))
    won = [
        (found >= at).sum() / len(questions) + ((elsewhere < at).mean() + (far < at).mean() if len(far) else 1.0) / 2
        for at in candidates
    ]
    return round(float(candidates[int(np.argmax(won))]), 4)
