"""Has Overture's dialogue engine hold a conversation of a script, with the same custom actions as Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rasa_sdk import ActionExecutionRejection

from bot.adapters.rasa.action_calls import action_call, read_answer
from bot.adapters.rasa.rasa_events import event_as_rasa_has_it
from bot.dialogue.engine import decide
from bot.dialogue.features import fitted
from bot.dialogue.policies import chosen_by
from bot.dialogue.responses import render
from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.effects import ActionResult, Apply, RunAction, Say
from bot.domain.errors import ActionError
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import Entity, IntentScore, Understood
from bot.nlu.payload import parse_payload
from tests.conformance.custom_actions import CustomActions
from tests.conformance.events import in_short
from tests.conformance.turns import Said, Turn, lasting, policy_of, without_listening

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOST_DECISIONS = 60


class Course:
    """A conversation under way."""

    def __init__(self, assistant: Assistant, actions: CustomActions, channel: str = "rest") -> None:
        initial = {slot.name: slot.initial_value for slot in assistant.slots.values() if slot.initial_value is not None}
        self.assistant, self.actions, self.channel = assistant, actions, channel
        self.tracker = Tracker(ConversationId("c1"), slots=initial, initial_slots=initial)
        self.events: list[Event] = []
        self.said: list[Said] = []
        self._before: Mapping[str, Any] = initial
        self._apply(SessionStarted())

    async def hear(self, heard: Mapping[str, Any]) -> Turn:
        """The customer says something; what is done about it."""
        self.events, self.said, self._before = [], [], self.tracker.slots
        at = NOON + timedelta(seconds=self.tracker.event_count)
        self._apply(UserUttered(heard["text"], understood(heard), MessageId("m1"), at, self.channel))
        for _ in range(MOST_DECISIONS):
            effects = decide(self.assistant, self.tracker, channel=self.channel)
            if not effects:
                break
            for effect in effects:
                match effect:
                    case Apply(event=event):
                        self._apply(event)
                    case Say():
                        self._say(effect)
                    case RunAction(name=name, why=why):
                        await self._run(name, why)
        return self._turn()

    async def _run(self, name: str, why: str) -> None:
        call = action_call(name, self.tracker, {}, self.assistant)
        try:
            answer = await self.actions.run(call)
        except ActionExecutionRejection as rejection:
            result = ActionResult(events=(ActionExecutionRejected(rejection.action_name),))
        else:
            try:
                result = read_answer(name, answer, took=timedelta())
            except ActionError:  # as the service has it
                self._apply(ActionExecuted(name, policy=f"{why}; it failed"))
                return
        for say in result.says:
            self._say(self._worded(say))
        chosen = chosen_by(name, why)
        for event in result.events:
            self._apply(self._fitted(event) if chosen.slot_filling or chosen.part_of_form else event)
        self._apply(ActionExecuted(name, policy=why))

    def _fitted(self, event: Event) -> Event:
        """What fills slots or validates them may give back the customer's words, as the service has it."""
        if isinstance(event, SlotSet) and event.name in self.assistant.slots:
            return replace(event, value=fitted(self.assistant.slots[event.name], event.value))
        return event

    def _worded(self, say: Say) -> Say:
        response = self.assistant.responses.get(say.response)
        if say.content.text or response is None:
            return say
        content = render(response, self.tracker, self.channel, values=say.arguments)
        return replace(say, content=replace(content, buttons=(*content.buttons, *say.content.buttons)))

    def _say(self, say: Say) -> None:
        buttons = tuple((button.title, button.payload) for button in say.content.buttons)
        self.said.append(Said(say.response, say.content.text, buttons, say.content.image or ""))
        self._apply(BotUttered(say.content.text, response=say.response))

    def _apply(self, event: Event) -> None:
        self.events.append(event)
        self.tracker = self.tracker.apply(event)

    def _turn(self) -> Turn:
        executed = [event for event in self.events if isinstance(event, ActionExecuted)]
        chosen = [(event.name, chosen_by(event.name, event.policy)) for event in executed]
        steps = [(name, policy_of(why.policy)) for name, why in chosen if not (why.part_of_form or why.slot_filling)]
        return Turn(
            actions=without_listening(steps),
            slots={name: value for name, value in self.tracker.slots.items() if value is not None},
            loop=self.tracker.loop.name if self.tracker.loop else None,
            said=tuple(self.said),
            events=lasting(in_short(map(event_as_rasa_has_it, self.events)), self._before, self.tracker.slots),
        )


def understood(heard: Mapping[str, Any]) -> Understood:
    """The reading that the script gives; a text such as `/greet` is read as the bot reads it."""
    text: str = heard["text"]
    if "intent" not in heard:
        return parse_payload(text) or Understood(text, IntentScore("", 0.0))
    entities = tuple(
        Entity(one["entity"], one["value"], role=one.get("role"), group=one.get("group"))
        for one in heard.get("entities", ())
    )
    intent = IntentScore(heard["intent"], 1.0)
    return Understood(text, intent, entities, ranking=(intent,))
