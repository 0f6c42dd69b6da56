"""What a message was understood to mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

FALLBACK_INTENT = "nlu_fallback"
KNOWLEDGE_INTENT = "ask_knowledge"
OPENED_INTENT = "open_chat"
"""What a chat says when it is opened; nothing to an assistant that has no such intent."""
OPT_OUT_INTENT = "opt_out"
STOP_INTENT = "stop"
"""Of a message that asks to stop by its words alone."""

WRONG_NUMBER_INTENT = "wrong_number"
"""Of one that says that its address is not the person's whom we took its owner for."""

ERASURE_INTENT = "request_erasure"
LEAVING_INTENTS = frozenset({OPT_OUT_INTENT, STOP_INTENT, ERASURE_INTENT, WRONG_NUMBER_INTENT})
"""Of a message that ends marketing, so that it asks for nothing else to be sent."""

PERSON_INTENT = "talk_to_person"

ASK_TOLD_INTENT = "ask_told"
"""Of a question on what was told, which an assistant answers that has such an intent: "what's my e-mail?"."""

INFORM_INTENT, CORRECT_INTENT = "inform", "correct"
"""Of a message that tells an answer, and of one that puts an answer right."""

OUT_OF_SCOPE_INTENTS = frozenset({"out_of_scope", FALLBACK_INTENT})
"""An assistant may have one for what is not its business: to be taken for it is as good as not to be understood."""

REMINDED = "reminder"
"""The stage of what nobody wrote: a reminder was due."""

COUNTED = "numbers"
"""The extractor of numbers, of which the value is what they are worth and the text how they were written."""

TIMES = "times"
"""The extractor of times, of which the value is the phrase in normal form."""

AS_DUCKLING = "DucklingEntityExtractor"
"""The extractor of what is told as Duckling tells it."""

ANNOTATION = re.compile(
    r"\[(?P<text>[^\[\]]+)\]"
    r"(?:\((?P<name>[^():]*)(?::(?P<value>[^()]*))?\)|(?P<details>\{[^{}]*\}))"
)
"""An entity as Rasa's files mark it in a text: `[York](city)`, `[York]{"entity": "city", "role": "to"}`."""


def base_intent(intent: str) -> str:
    """A retrieval intent without its key: `faq` for `faq/ask_price`. Rules and stories see no more of it."""
    return intent.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Entity:
    """A value found in a text; `start` and `end` are character offsets into it (end exclusive).

    `value` is what fills a slot: a number, a text, a date. `details` say the rest, as JSON has it: the unit, the ends
    of a range. rasa-sdk sees them as `additional_info`.
    """

    name: str
    value: Any
    text: str = ""
    start: int = 0
    end: int = 0
    confidence: float = 1.0
    role: str | None = None
    group: str | None = None
    extractor: str = ""
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class IntentScore:
    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """A passage of a knowledge page that answers the question, with its source.

    `score` is how near it is to the question, and `lead` how much nearer than every other page; where another is
    nearer, below 0.
    """

    text: str
    title: str
    url: str
    score: float
    lead: float = 0.0

    @property
    def sureness(self) -> float:
        """How sure it is that this is the answer: near, and the only one that is."""
        return self.score + self.lead


@dataclass(frozen=True, slots=True)
class Further:
    """Something that a message says besides, understood by itself; `start` and `end` are offsets into the message.

    `text` begins with the word that joins it to what goes before ("and can I book a demo?"). Offsets of `entities` are
    into the message, too. What the other fields are: see `Understood`.
    """

    text: str
    start: int
    end: int
    intent: IntentScore
    entities: tuple[Entity, ...] = ()
    ranking: tuple[IntentScore, ...] = ()
    stage: str = "classifier"
    answer: KnowledgeAnswer | None = None
    passages: tuple[KnowledgeAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """The reading of one message.

    `stage` names what decided: button, keyword, expected (it answers what was asked), classifier, knowledge, fallback,
    language model, thumb, reaction, reminder. `language` (ISO 639-1) is that of the text, where it can be told;
    `foreign`: the assistant does not speak it, and did not understand the message. `passages` are what is nearest on
    the knowledge pages, near or far; they are for this turn, and not kept. `may_opt_out`: it may be an opt-out, which
    is not what it was taken for. `further` is what the message says besides, in order: all else is then of the part
    before it.
    """

    text: str
    intent: IntentScore
    entities: tuple[Entity, ...] = ()
    ranking: tuple[IntentScore, ...] = ()
    stage: str = "classifier"
    answer: KnowledgeAnswer | None = None
    language: str = ""
    foreign: bool = False
    passages: tuple[KnowledgeAnswer, ...] = ()
    further: tuple[Further, ...] = ()
    may_opt_out: bool = False

    def apart(self) -> tuple[Understood, ...]:
        """A reading for each thing that the message says, of its own part of the text."""
        if not self.further:
            return (self,)
        first = replace(self, text=self.text[: self.further[0].start].rstrip() or self.text, further=())
        return (first, *(_by_itself(one, self.language) for one in self.further))


def _by_itself(part: Further, language: str) -> Understood:
    entities = tuple(replace(one, start=one.start - part.start, end=one.end - part.start) for one in part.entities)
    return Understood(
        part.text,
        part.intent,
        entities,
        part.ranking,
        part.stage,
        part.answer,
        language,
        passages=part.passages,
    )


@dataclass(frozen=True, slots=True)
class Expecting:
    """What the conversation last asked for, so that "fifty" after "how many?" is a number of people.

    `words` are the answers that its author lists, as `spelled` has them: whoever says nothing else has answered.
    """

    form: str
    slot: str
    entities: tuple[str, ...] = ()
    words: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where and on which day: it decides which knowledge pages may answer, and helps to tell the language.

    `today` is the date where the person is. `audiences` are in lower case. `language` is that of the conversation so
    far, `locale` the person's (`de-AT`). What is not known is left out.
    """

    today: date | None = None
    channel: str = ""
    audiences: frozenset[str] = frozenset()
    language: str = ""
    locale: str = ""


ANYBODY = Asker()
