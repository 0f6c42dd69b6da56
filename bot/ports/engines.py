"""What the core asks of understanding, dialogue and custom actions, and of the content."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol

from bot.domain.assistant import Assistant
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.conversation import Tracker
from bot.domain.crm import CrmMapping
from bot.domain.effects import ActionResult, DialogueEffect, PersonEffect
from bot.domain.errors import Fault, Place
from bot.domain.journey import Journey
from bot.domain.language_model import Completion, Prompt
from bot.domain.likelihood import DriftBounds, Scorecard
from bot.domain.reporting import ReportPlan
from bot.domain.routing import DeskPlan
from bot.domain.score import USUAL_GRADES, Grades, ScoreRule
from bot.domain.sending_rules import SendingRules
from bot.domain.understanding import ANYBODY, Asker, Expecting, Understood


class Encoder(Protocol):
    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Any:
        """Unit-length sentence embeddings: a float32 array of shape (len(texts), dimensions)."""

    def features(self, texts: Sequence[str]) -> Any:
        """What a classifier reads: float32, the embedding first, then more that the encoder can tell of a text."""


class LanguageGuesser(Protocol):
    def guess(self, text: str) -> Sequence[tuple[str, float]]:
        """The likeliest languages of a text in one line (ISO 639), each with its share of 1, in order."""


class Nlu(Protocol):
    def parse(
        self,
        text: str,
        *,
        expecting: Expecting | None = None,
        region: str | None = None,
        zone: tzinfo | None = None,
        now: datetime | None = None,
        asker: Asker = ANYBODY,
    ) -> Understood:
        """What the text means; never raises.

        `region` is the person's country (ISO 3166): it says how phone numbers, amounts, dates and postal codes are
        written. `zone` and `now` say what "tomorrow at 3" is; without `now`, times are not worked out. `asker` says
        which pages may answer, and which language is likely.
        """


class LanguageModel(Protocol):
    async def complete(self, prompt: Prompt) -> Completion:
        """The answer, within a bounded time; raises LanguageModelError, which repeats nothing of what was said."""

    async def close(self) -> None: ...


ReadContext = Callable[[], Awaitable[Mapping[str, Any]]]
"""Reads what an action may know of the person, for those who want it; most turns do not."""

METADATA = "metadata"
"""Where that holds what the channel gave with the message, as the caller of the REST channel does."""

SENDER = "sender"
"""Where that holds the name that a caller gave the talk; it is not there where nobody named it."""


class Dialogue(Protocol):
    """The engine that holds the conversation: our own, or a Rasa server. Both raise DialogueError when they cannot."""

    async def understand(self, reading: Understood, tracker: Tracker) -> Understood:
        """What the engine makes of a text, given our own reading of it."""

    async def decide(
        self, tracker: Tracker, read_context: ReadContext, *, channel: str
    ) -> Sequence[DialogueEffect | PersonEffect]:
        """What comes next, worded for `channel`; nothing means: listen. To be asked again once that is done."""

    async def close(self) -> None: ...


class ActionRunner(Protocol):
    async def run(self, action: str, tracker: Tracker, context: Mapping[str, Any]) -> ActionResult:
        """Run a rasa-sdk action; raises ActionError.

        `context` is what it may know of the person: `profile`, `lead`, `consents`, `conversation`. An action that
        rejects its execution says so by the event in its result.
        """

    def knows(self, action: str) -> bool:
        """Whether such an action exists; True where that can only be found out by running it."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Playbook:
    """All content that is in force: the assistant, how it understands, the journeys, the sending rules.

    `silence` is how long a form waits for an answer before the customer is asked whether they are still there.
    `languages` are those that the assistant speaks. Of another it says that it does not, unless `answers_strangers`.
    `opt_out_languages` are those in which it has examples of asking to stop: elsewhere that is told by words alone.
    `profile` is what people are declared to have; without it they may have anything. `vocabulary` are names that
    customers are likely to say: of look-up tables, synonyms and buttons. `said` are the intents that have examples.
    `warnings` tell of what is no fault, and is hardly meant.
    """

    assistant: Assistant
    nlu: Nlu
    journeys: Mapping[str, Journey]
    rules: SendingRules
    silence: timedelta | None = None
    languages: frozenset[str] = frozenset()
    answers_strangers: bool = False
    profile: ProfileSchema | None = None
    segments: Mapping[str, Segment] = field(default_factory=dict)
    vocabulary: tuple[str, ...] = ()
    crm_mappings: Mapping[str, CrmMapping] = field(default_factory=dict)
    score_rules: Sequence[ScoreRule] = ()
    desk_plans: Sequence[DeskPlan] = ()
    scorecards: tuple[Scorecard, ...] = ()
    drift: Mapping[str, DriftBounds] = field(default_factory=dict)
    report_plan: ReportPlan | None = None
    grades: Grades = USUAL_GRADES
    said: frozenset[str] = frozenset()
    opt_out_languages: frozenset[str] = frozenset()
    warnings: tuple[Fault, ...] = ()


class Library(Protocol):
    """Holds the playbook; a change of the files that has no faults replaces it."""

    def current(self) -> Playbook: ...


class ExampleFiles(Protocol):
    """The assistant's NLU files, as far as an author's verdicts are written into them."""

    def intents(self) -> Sequence[str]:
        """The intents that have examples, to which more can be added; the most frequent first."""

    def examples(self) -> Sequence[str]:
        """The texts of all examples."""

    def add(self, text: str, intent: str) -> Place:
        """Add an example as one line of one file; raises ContentError where that cannot be, or it is one already."""
