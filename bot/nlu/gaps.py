"""What the knowledge pages lack: questions without an answer, those that ask the same together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.domain.conversation import UserUttered
from bot.domain.understanding import FALLBACK_INTENT, KNOWLEDGE_INTENT, KnowledgeAnswer
from bot.nlu.knowledge_pages import is_question
from bot.nlu.pipeline import Pipeline
from bot.nlu.training_data import plain_key

_ALIKE = 0.6
"""The similarity to the middle of a group from which a question belongs to it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask much the same, most often asked first; how often all of them were asked; and the page that is
    nearest to the first of them, though not near enough."""

    questions: tuple[str, ...]
    asked: int
    nearest: KnowledgeAnswer | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """The groups, largest first; how many of the questions asked have an answer; how many are foreign, or no questions
    at all but something else that the assistant understands."""

    groups: tuple[Gap, ...]
    answered: int
    others: int

    @property
    def unanswered(self) -> int:
        return sum(gap.asked for gap in self.groups)


def is_unanswered(intent: str, text: str) -> bool:
    """Whether a message that was read as `intent`, and had no answer, asked for one; marks without a word do not."""
    has_words = re.search(r"\w", text) is not None
    return intent == KNOWLEDGE_INTENT or (intent == FALLBACK_INTENT and has_words and is_question(text))


def found_nothing(said: UserUttered) -> bool:
    """Whether a customer asked this, and no page had the answer."""
    understood = said.understood
    if understood.answer is not None or understood.foreign or said.retold or understood.stage == "button":
        return False
    return is_unanswered(understood.intent.name, said.text)


def find_gaps(asked: Iterable[str], pipeline: Pipeline, *, only_questions: bool = True) -> Gaps:
    """What the pages do not answer, as they are now. With `only_questions` a text counts only where it reads as one."""
    times: Counter[str] = Counter()
    wording: dict[str, str] = {}
    for text in asked:
        key = plain_key(text)
        wording.setdefault(key, text.strip())
        times[key] += 1
    missing: list[str] = []
    answered = others = 0
    for key, count in sorted(times.items(), key=lambda item: (-item[1], item[0])):
        understood = pipeline.parse(wording[key])
        if understood.answer is not None:
            answered += count
        elif not only_questions or (not understood.foreign and is_unanswered(understood.intent.name, wording[key])):
            missing.append(key)
        else:
            others += count
    groups = [
        Gap(
            tuple(wording[key] for key in group),
            sum(times[key] for key in group),
            pipeline.knowledge.best(wording[group[0]], pipeline.encoder.encode([wording[group[0]]])[0]),
        )
        for group in _alike(missing, [wording[key] for key in missing], pipeline)
    ]
    return Gaps(tuple(sorted(groups, key=lambda gap: -gap.asked)), answered, others)


def _alike(keys: Sequence[str], texts: Sequence[str], pipeline: Pipeline) -> list[list[str]]:
    """Each text, in order, joins the group whose middle is nearest to it, or begins one."""
    groups: list[list[str]] = []
    sums: list[np.ndarray] = []
    for key, vector in zip(keys, pipeline.encoder.encode(list(texts)), strict=True):
        nearness = [float(vector @ total) / float(np.linalg.norm(total)) for total in sums]
        nearest = int(np.argmax(nearness)) if nearness else -1
        if nearest >= 0 and nearness[nearest] >= _ALIKE:
            groups[nearest].append(key)
            sums[nearest] = sums[nearest] + vector
        else:
            groups.append([key])
            sums.append(vector)
    return groups
