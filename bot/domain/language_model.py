"""What a language model may be asked, and what it answers. None is needed; where one is set it is asked last."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

ModelUse = Literal["commands", "answers", "rephrasing"]
"""What it may be asked for: what a message means, an answer out of given passages, a response in other words."""

MODEL_STAGE = "language model"
"""The stage of a reading that a language model made."""

LONGEST_SAID: Final = 20_000
"""Letters after its thoughts; nothing that is asked for is near it, and to look through more would take a while."""

_THOUGHT: Final = re.compile(
    r"\A(?!\s*\{)(?:.*[<\[]/think(?:ing)?[>\]]|\s*[<\[]think(?:ing)?[>\]].*)", re.DOTALL | re.IGNORECASE
)
"""What a model thought before it answered, or thinks still. The tag that begins it is missing where a server has put it
into the prompt."""

_BEGINS: Final = re.compile(r"[{\[]")


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
    """The one JSON object of an answer, also after thoughts, in a Markdown fence or among words; None where there is
    none, or more than one. Never raises.
    """
    said = _THOUGHT.sub("", text, count=1)
    if len(said) > LONGEST_SAID:
        return None
    try:
        objects = [value for value in _values(said) if isinstance(value, dict)]
    except (ValueError, RecursionError):
        return None
    return objects[0] if len(objects) == 1 else None


def _values(text: str) -> Iterator[Any]:
    """The JSON objects and lists that stand in a text, outermost ones only. What only begins like one is passed over up
    to where it goes wrong.
    """
    decoder = json.JSONDecoder()
    begins = _BEGINS.search(text)
    while begins is not None:
        try:
            value, after = decoder.raw_decode(text, begins.start())
        except json.JSONDecodeError as error:
            after = max(error.pos, begins.end())
        else:
            yield value
        begins = _BEGINS.search(text, after)
