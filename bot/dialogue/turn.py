"""A turn in the making: what has happened since the customer spoke, and what is decided so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.personal import Personal, PersonWanted, Unread
from bot.dialogue.policies import Chosen, chosen_by
from bot.dialogue.prepared import Prepared
from bot.dialogue.responses import render, says_something
from bot.domain.assistant import Assistant, Response
from bot.domain.conversation import (
    ACTION_LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.effects import Apply, DialogueEffect, RunAction, Say
from bot.domain.message import Text


@dataclass(slots=True)
class Turn:
    """Grows as the engine decides: each effect is applied to its tracker at once."""

    assistant: Assistant
    prepared: Prepared
    tracker: Tracker
    channel: str | None = None
    effects: list[DialogueEffect] = field(default_factory=list)
    personal: Personal | Unread | None = None

    def apply(self, event: Event) -> None:
        self.effects.append(Apply(event))
        self.tracker = self.tracker.apply(event)

    def did(self, action: str, why: str) -> None:
        self.apply(ActionExecuted(action, policy=why))

    def set_slot(self, name: str, value: Any) -> None:
        self.apply(SlotSet(name, value))

    def run(self, action: str, why: str) -> None:
        self.effects.append(RunAction(action, why))

    def say(self, name: str, values: Mapping[str, Any] | None = None) -> None:
        """Say the response `name`, if there is one and a variation of it fits; `values` go before those of slots."""
        response = self.assistant.responses.get(name)
        if response is None:
            return
        content = render(response, self.tracker, self.channel, values=values, personal=self._known_to(response))
        if says_something(content):
            self.effects.append(Say(content, name))

    def _known_to(self, response: Response) -> Personal | None:
        if not isinstance(self.personal, Unread):
            return self.personal
        if response.is_personal:
            raise PersonWanted
        return None

    def say_text(self, content: Text) -> None:
        """Say something that is no response."""
        self.effects.append(Say(content))

    def listen(self, why: str) -> None:
        """End the turn here. Where the same would be decided again otherwise, say that the message is dealt with."""
        unanswered = self.tracker.latest_action is None and self.tracker.latest_message is not None
        if unanswered or any(isinstance(event, ActionExecutionRejected) for event in self.events()):
            self.did(ACTION_LISTEN, why)

    def events(self) -> list[Event]:
        return [effect.event for effect in self.effects if isinstance(effect, Apply)]


@dataclass(frozen=True, slots=True)
class SoFar:
    """What has happened since the customer spoke, or since something from outside asked for an action.

    `spoke`: it began with a message. `done` counts the actions that were steps of their own, `last` is the last action
    of any kind, `since_last` what happened right before it, back to the action before.
    """

    spoke: bool
    events: tuple[Event, ...]
    done: int
    last: Chosen | None
    last_name: str
    since_last: tuple[Event, ...]

    @property
    def answering(self) -> bool:
        """Whether nothing has acted on the message yet."""
        return self.spoke and self.done == 0


def so_far(tracker: Tracker) -> SoFar:
    events: list[Event] = []
    spoke = False
    following: ActionExecuted | None = None
    for event in reversed(tracker.recent):
        match event:
            case UserUttered():
                spoke = True
                break
            case SessionStarted() | Restarted():
                break
            case FollowupAction(name=str(name)) if _came_from_outside(name, following):
                break
            case ActionExecuted():
                following = event
            case _:
                pass
        events.append(event)
    events.reverse()
    done, last, last_name, marks = 0, None, "", [-1]
    for index, event in enumerate(events):
        if isinstance(event, ActionExecuted):
            last, last_name = chosen_by(event.name, event.policy), event.name
            done += not (last.part_of_form or last.slot_filling)
            marks.append(index)
    since = tuple(events[marks[-2] + 1 : marks[-1]]) if len(marks) > 1 else ()
    return SoFar(spoke, tuple(events), done, last, last_name, since)


def _came_from_outside(action: str, following: ActionExecuted | None) -> bool:
    """Whether no action asked for this follow-up: the next one executed is not the asker, but `action` itself."""
    if following is None or following.name == action:
        return True
    return chosen_by(following.name, following.policy).form == action


def slot_before(tracker: Tracker, events: int, name: str) -> Any:
    """The slot's value before the last `events` events."""
    for event in reversed(tracker.recent[: len(tracker.recent) - events]):
        if isinstance(event, SlotSet) and event.name == name:
            return event.value
    past: Mapping[str, Any] = tracker.past_slots or tracker.initial_slots
    return past.get(name)


def as_it_is_set(tracker: Tracker, name: str) -> SlotSet:
    """The slot's value as an event, with the words that it was told in where those are still known."""
    value = tracker.slots.get(name)
    last = next((one for one in reversed(tracker.recent) if isinstance(one, SlotSet) and one.name == name), None)
    return SlotSet(name, value, told=last.told if last is not None and last.value == value else None)


def close_loop(turn: Turn) -> None:
    """Close the open form, if one is."""
    if turn.tracker.slots.get(REQUESTED_SLOT) is not None:
        turn.set_slot(REQUESTED_SLOT, None)
    if turn.tracker.loop is not None:
        turn.apply(ActiveLoop(None))
