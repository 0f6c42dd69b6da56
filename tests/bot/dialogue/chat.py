"""A conversation with an assistant, driven as the service drives it: understood messages in, what was done out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.content import read_assistant
from bot.dialogue.engine import decide
from bot.documents import parse
from bot.domain.assistant import Assistant
from bot.domain.conversation import ActionExecuted, BotUttered, Event, SlotSet, Tracker, UserUttered, takes_back
from bot.domain.effects import Apply, RunAction, Say
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import Entity, IntentScore, KnowledgeAnswer, Understood

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOST_DECISIONS = 60

CustomAction = Callable[[Tracker], Sequence[Event]]


@cache
def assistant_of(*texts: str) -> Assistant:
    """The assistant of these YAML files; nothing changes one, so that tests share what was read."""
    return read_assistant([parse(f"nlu_data/{index}.yml", text) for index, text in enumerate(texts)])


def shared_assistant(name: str) -> Assistant:
    """One of the public assistants beside the repository; skips where they are absent."""
    folder = ROOT.parent / "shared" / "rasa_bots" / name
    if not folder.is_dir():
        pytest.skip("../shared is absent: it holds the public assistants that this test runs")
    files = sorted(path for path in folder.rglob("*.yml") if "tests" not in path.parts)
    return read_assistant([parse(path.name, path.read_text(encoding="utf-8")) for path in files])


class Chat:
    """Each call of `hear` is a turn; it returns what was done: action names, in order."""

    def __init__(
        self, assistant: Assistant, actions: Mapping[str, CustomAction] | None = None, *, tracker: Tracker | None = None
    ) -> None:
        self.assistant = assistant
        self.actions = actions or {}
        self.tracker = tracker or Tracker(ConversationId("c1"))
        self.events: list[Event] = []
        self.said: list[str] = []
        self.buttons: list[str] = []
        self.acted: list[tuple[str, str]] = []
        self.decisions = 0

    def hear(
        self,
        intent: str,
        text: str = "",
        *,
        entities: Sequence[Entity] = (),
        ranking: Sequence[str] = (),
        answer: KnowledgeAnswer | None = None,
        **values: Any,
    ) -> list[str]:
        """The customer says something; `values` are entities by their names."""
        found = (*entities, *(Entity(name, value) for name, value in values.items()))
        ranked = tuple(IntentScore(name, 0.4) for name in ranking)
        understood = Understood(text, IntentScore(intent, 1.0), found, ranked, answer=answer)
        at = NOON + timedelta(seconds=self.tracker.event_count)
        self.apply(UserUttered(text or intent, understood, MessageId(f"m{len(self.events)}"), at, "webchat"))
        return self.go_on()

    def go_on(self) -> list[str]:
        """Let the engine decide until it listens; what was said and done is kept in `said` and `acted`."""
        self.said, self.acted, self.decisions = [], [], 0
        while effects := decide(self.assistant, self.tracker):
            self.decisions += 1
            assert self.decisions <= MOST_DECISIONS, self.acted
            for effect in effects:
                match effect:
                    case Apply(event=event):
                        self.apply(event)
                    case Say(content=content, response=response):
                        self.said.append(content.text)
                        self.buttons = [button.payload for button in content.buttons]
                        self.apply(BotUttered(content.text, response))
                    case RunAction(name=name, why=why):
                        self.run(name, why)
        return [name for name, _ in self.acted]

    def run(self, action: str, why: str) -> None:
        answer = self.actions.get(action, sets())(self.tracker)
        executed = ActionExecuted(action, why)
        for event in (executed, *answer) if takes_back(answer) else (*answer, executed):
            self.apply(event)

    def apply(self, event: Event) -> None:
        self.events.append(event)
        self.tracker = self.tracker.apply(event)
        if isinstance(event, ActionExecuted):
            self.acted.append((event.name, event.policy))

    @property
    def slots(self) -> Mapping[str, Any]:
        return self.tracker.slots

    @property
    def asked_for(self) -> Any:
        return self.tracker.slots.get("requested_slot")

    @property
    def form(self) -> str | None:
        return self.tracker.loop.name if self.tracker.loop else None


def sets(**slots: Any) -> CustomAction:
    """An action that sets these slots."""
    return lambda _: [SlotSet(name, value) for name, value in slots.items()]
