"""A conversation: its events, and the tracker that they add up to. Event names and meanings are Rasa 3's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from bot.domain.ids import ConversationId, MessageId, ProfileId
from bot.domain.understanding import Understood

RECENT_EVENTS = 60
"""How many events a tracker carries along; the whole log is in the store. It bounds what a turn costs."""


@dataclass(frozen=True, slots=True)
class UserUttered:
    """The customer said `text`, understood as `understood`."""

    text: str
    understood: Understood
    message_id: MessageId
    at: datetime
    input_channel: str
    kind: Literal["user"] = "user"


@dataclass(frozen=True, slots=True)
class BotUttered:
    """The bot (or, with `speaker`, a person at the desk) said `text`; `response` names the template it came from."""

    text: str
    response: str = ""
    speaker: str = ""
    at: datetime | None = None
    kind: Literal["bot"] = "bot"


@dataclass(frozen=True, slots=True)
class ActionExecuted:
    """An action ran; `policy` names what chose it: a rule, a story, a form, a pattern."""

    name: str
    policy: str = ""
    at: datetime | None = None
    kind: Literal["action"] = "action"


@dataclass(frozen=True, slots=True)
class SlotSet:
    """A slot got a value. `heard`: it was taken from the customer's message, before any action ran."""

    name: str
    value: Any
    at: datetime | None = None
    kind: Literal["slot"] = "slot"
    heard: bool = False


@dataclass(frozen=True, slots=True)
class ActiveLoop:
    """The form `name` is open; None closes it."""

    name: str | None
    at: datetime | None = None
    kind: Literal["active_loop"] = "active_loop"


@dataclass(frozen=True, slots=True)
class LoopInterrupted:
    interrupted: bool
    at: datetime | None = None
    kind: Literal["loop_interrupted"] = "loop_interrupted"


@dataclass(frozen=True, slots=True)
class ActionExecutionRejected:
    """The action (a form) had nothing to do with the message; others may answer it."""

    name: str
    at: datetime | None = None
    kind: Literal["action_execution_rejected"] = "action_execution_rejected"


@dataclass(frozen=True, slots=True)
class SessionStarted:
    at: datetime | None = None
    kind: Literal["session_started"] = "session_started"


@dataclass(frozen=True, slots=True)
class Restarted:
    at: datetime | None = None
    kind: Literal["restart"] = "restart"


@dataclass(frozen=True, slots=True)
class AllSlotsReset:
    at: datetime | None = None
    kind: Literal["reset_slots"] = "reset_slots"


@dataclass(frozen=True, slots=True)
class FollowupAction:
    name: str | None
    at: datetime | None = None
    kind: Literal["followup"] = "followup"


@dataclass(frozen=True, slots=True)
class ConversationPaused:
    at: datetime | None = None
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True)
class ConversationResumed:
    at: datetime | None = None
    kind: Literal["resume"] = "resume"


Event = (
    UserUttered
    | BotUttered
    | ActionExecuted
    | SlotSet
    | ActiveLoop
    | LoopInterrupted
    | ActionExecutionRejected
    | SessionStarted
    | Restarted
    | AllSlotsReset
    | FollowupAction
    | ConversationPaused
    | ConversationResumed
)

ACTION_LISTEN = "action_listen"
REQUESTED_SLOT = "requested_slot"


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """The form that is open. `rejected`: it passed on the last message. `interrupted`: something else answered it."""

    name: str
    rejected: bool = False
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Tracker:
    """The state of a conversation: what its events add up to.

    `initial_slots` are the values a restart goes back to. `recent` holds the last events, oldest first, at most
    `RECENT_EVENTS`; `past_slots` and `past_loop` are what held before the oldest of them, so that the states in between
    can be told without the whole log.
    """

    conversation_id: ConversationId
    slots: Mapping[str, Any] = field(default_factory=dict)
    initial_slots: Mapping[str, Any] = field(default_factory=dict)
    loop: OpenLoop | None = None
    latest_message: UserUttered | None = None
    latest_action: str | None = None
    followup: str | None = None
    paused: bool = False
    recent: tuple[Event, ...] = ()
    event_count: int = 0
    past_slots: Mapping[str, Any] = field(default_factory=dict)
    past_loop: str | None = None

    def apply(self, event: Event) -> Tracker:
        """The tracker after `event`."""
        grown = self._remember(event)
        match event:
            case UserUttered():
                return replace(grown, latest_message=event, latest_action=None)
            case ActionExecuted(name=name):
                loop = grown.loop
                if loop is not None and name == loop.name:
                    loop = replace(loop, rejected=False, interrupted=False)
                followup = None if name == grown.followup else grown.followup
                return replace(grown, latest_action=name, loop=loop, followup=followup)
            case SlotSet(name=name, value=value):
                return replace(grown, slots={**self.slots, name: value})
            case ActiveLoop(name=None):
                return replace(grown, loop=None)
            case ActiveLoop(name=str(name)):
                return replace(grown, loop=OpenLoop(name))
            case LoopInterrupted(interrupted=interrupted) if grown.loop is not None:
                return replace(grown, loop=replace(grown.loop, interrupted=interrupted))
            case ActionExecutionRejected(name=name) if grown.loop is not None and grown.loop.name == name:
                return replace(grown, loop=replace(grown.loop, rejected=True))
            case Restarted():
                return Tracker(
                    conversation_id=self.conversation_id,
                    slots=self.initial_slots,
                    initial_slots=self.initial_slots,
                    recent=(event,),
                    event_count=grown.event_count,
                    past_slots=self.initial_slots,
                )
            case AllSlotsReset():
                return replace(grown, slots=self.initial_slots)
            case FollowupAction(name=name):
                return replace(grown, followup=name)
            case ConversationPaused():
                return replace(grown, paused=True)
            case ConversationResumed():
                return replace(grown, paused=False)
            case _:
                return grown

    def _remember(self, event: Event) -> Tracker:
        recent, past_slots, past_loop = (*self.recent, event), self.past_slots, self.past_loop
        if len(recent) <= RECENT_EVENTS:
            return replace(self, recent=recent, event_count=self.event_count + 1)
        if self.event_count == RECENT_EVENTS:
            past_slots = self.initial_slots
        match recent[0]:
            case SlotSet(name=name, value=value):
                past_slots = {**past_slots, name: value}
            case AllSlotsReset():
                past_slots = self.initial_slots
            case ActiveLoop(name=loop):
                past_loop = loop
        return replace(
            self, recent=recent[1:], event_count=self.event_count + 1, past_slots=past_slots, past_loop=past_loop
        )

    def apply_all(self, events: Iterable[Event]) -> Tracker:
        tracker = self
        for event in events:
            tracker = tracker.apply(event)
        return tracker


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person on one channel. `version` grows by one at each turn and fences two writers against each other."""

    id: ConversationId
    profile_id: ProfileId
    channel: str
    address: str
    tracker: Tracker
    started_at: datetime
    last_message_at: datetime | None = None
    disclosed_at: datetime | None = None
    asking_enrolment: str | None = None
    version: int = 0
