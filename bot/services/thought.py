"""A turn as it grows in memory, before anything of it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.dialogue.personal import Personal
from bot.dialogue.responses import render, says_something
from bot.domain.assistant import Assistant
from bot.domain.consent import ConsentRecord
from bot.domain.conversation import ActionExecuted, BotUttered, Event, Tracker
from bot.domain.effects import PersonEffect, Say
from bot.domain.likelihood import Likelihood, Predicts
from bot.domain.person import Identity, Profile
from bot.domain.score import USUAL_GRADES, Grades, ScoreChange
from bot.domain.understanding import KnowledgeAnswer
from bot.services.ask_model import ModelCall


@dataclass(frozen=True, slots=True)
class Awaited:
    """A colleague who has been asked for and has not come yet. `opens` says when the desk does, where it is closed."""

    opens: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """What a custom action may know of the person that it talks with."""

    profile: Profile
    identities: tuple[Identity, ...]
    score_changes: tuple[ScoreChange, ...]
    consents: tuple[ConsentRecord, ...]
    foretold: Mapping[Predicts, Likelihood] = field(default_factory=dict)
    grades: Grades = USUAL_GRADES
    awaited: Awaited | None = None


@dataclass(slots=True)
class Thought:
    """A turn as it grows: the tracker and the events that made it, what to say, what to do, and what acted why.

    `address` is whom the channel says that it talks with. `metadata` is what the channel gave with the message, for
    custom actions to see.
    """

    tracker: Tracker
    channel: str
    address: str
    now: datetime
    events: list[Event] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)
    effects: list[PersonEffect] = field(default_factory=list)
    acted: list[tuple[str, str]] = field(default_factory=list)
    milliseconds: dict[str, float] = field(default_factory=dict)
    person: Person | None = None
    model_calls: list[ModelCall] = field(default_factory=list)
    passages: tuple[KnowledgeAnswer, ...] = ()
    personal: Personal | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        stamped = event if event.at is not None else replace(event, at=self.now)
        self.tracker = self.tracker.apply(stamped)
        self.events.append(stamped)
        if isinstance(event, ActionExecuted):
            self.acted.append((event.name, event.policy))

    def say(self, say: Say) -> None:
        if not says_something(say.content):
            return
        content = say.content
        self.apply(BotUttered(content.text, response=say.response, buttons=content.buttons, beside=content.beside))
        self.says.append(say)

    def say_response(
        self,
        assistant: Assistant,
        name: str,
        values: Mapping[str, Any] | None = None,
        *,
        language: str | None = None,
    ) -> None:
        """Say a response by its name, if the assistant has it; `values` go before those of slots. In this `language`,
        where that is not the conversation's."""
        if (response := assistant.responses.get(name)) is not None:
            words = render(
                response, self.tracker, self.channel, values=values, language=language, personal=self.personal
            )
            self.say(Say(words, name))

    def unsay(self, say: Say) -> None:
        """Take back what was to be said in this turn, as if it had not been."""
        spoken = next(
            event
            for event in self.events
            if isinstance(event, BotUttered) and (event.response, event.text) == (say.response, say.content.text)
        )
        self.says = [one for one in self.says if one is not say]
        self.events = [event for event in self.events if event is not spoken]
        recent = tuple(event for event in self.tracker.recent if event is not spoken)
        self.tracker = replace(self.tracker, recent=recent, event_count=self.tracker.event_count - 1)

    def note_calls(self, calls: Sequence[ModelCall]) -> None:
        """Note questions to the language model, for the explanation of the turn."""
        for call in calls:
            self.model_calls.append(call)
            self.took("model", call.milliseconds / 1000)

    def took(self, stage: str, seconds: float) -> None:
        self.milliseconds[stage] = round(self.milliseconds.get(stage, 0.0) + seconds * 1000, 2)
