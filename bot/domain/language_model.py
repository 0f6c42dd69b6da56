"""What a language model may be asked, and what it answers. None is needed; where one is set it is asked last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

ModelUse = Literal["commands", "answers", "rephrasing"]
"""What it may be asked for: what a message means, an answer out of given passages, a response in other words."""

MODEL_STAGE = "language model"
"""The stage of a reading that a language model made."""

_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to a language model. `instructions` are ours; `data` is what others wrote, and never an instruction.

    The answer should be JSON of `schema` and have at most `longest` tokens. Whoever asks reads it as if anybody had
    written it.
    """

    use: ModelUse
    instructions: str
    data: Mapping[str, Any]
    schema: Mapping[str, Any]
    longest: int


@dataclass(frozen=True, slots=True)
class Completion:
    """A language model's answer as it came, and what it cost in tokens."""

    text: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """What a language model is used for, and how much of it one conversation gets in a day (UTC)."""

    uses: frozenset[ModelUse] = frozenset({"commands", "answers", "rephrasing"})
    calls: int = 20
    tokens: int = 30_000


def read_answer(text: str) -> Mapping[str, Any] | None:
    """The JSON object that an answer is, also in a Markdown fence; None for anything else. Never raises."""
    told = text.strip()
    if told.startswith(_FENCE) and told.endswith(_FENCE):
        told = told.removeprefix(_FENCE).removesuffix(_FENCE).strip().removeprefix("json")
    try:
        answer = json.loads(told)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
