"""A conversation, and the tracker that its events add up to. The events are in bot/domain/events.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.events import (
    ACTION_LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationExported,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    ReplyCutShort,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
    takes_back,
)
from bot.domain.ids import ConversationId, ProfileId
from bot.domain.taking_back import (
    as_heard,
    before_last_action,
    before_last_message,
    was_taken_by_form,
    with_entities,
    without_oldest_answer,
)

__all__ = [
    "ACTION_LISTEN",
    "RECENT_EVENTS",
    "REQUESTED_SLOT",
    "ActionExecuted",
    "ActionExecutionRejected",
    "ActionReverted",
    "ActiveLoop",
    "AgentUttered",
    "AllSlotsReset",
    "BotUttered",
    "Conversation",
    "ConversationExported",
    "ConversationPaused",
    "ConversationResumed",
    "EntitiesAdded",
    "Event",
    "FollowupAction",
    "LoopInterrupted",
    "OpenLoop",
    "ReminderCancelled",
    "ReminderScheduled",
    "ReplyCutShort",
    "Restarted",
    "SessionStarted",
    "SlotSet",
    "Tracker",
    "UserUtteranceReverted",
    "UserUttered",
    "as_heard",
    "takes_back",
]

RECENT_EVENTS = 48
"""How many events a tracker carries along; the whole log is in the store. It bounds what a turn costs."""


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
    `RECENT_EVENTS`, without those that were taken back; `past_slots`, `past_loop`, `past_pause` and `past_message` (the
    last one that was no answer to an open form's question) are what held before the oldest of them, so that the states
    in between can be told without the whole log, and gone back to. `forgot`: there were older ones, which cannot be
    taken back any more. Of a long form, the oldest answers go first and leave their slots, so that what opened it is
    still known when it is done. `left` are forms that another one has taken the place of while they were open, the
    latest last, until a message comes in with none open. `reminders` are those that are still to come.
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
    past_pause: bool = False
    past_message: UserUttered | None = None
    forgot: bool = False
    left: tuple[str, ...] = ()
    reminders: tuple[ReminderScheduled, ...] = ()

    @property
    def forms_under_way(self) -> frozenset[str]:
        """The form that is open, and those that were left for it."""
        return frozenset(self.left) | ({self.loop.name} if self.loop is not None else set())

    @property
    def last_uttered(self) -> BotUttered | None:
        """What was said to the customer last, by whomever; None where nothing was, or longer ago than is carried
        along."""
        return next((event for event in reversed(self.recent) if isinstance(event, BotUttered)), None)

    def apply(self, event: Event) -> Tracker:
        """The tracker after `event`."""
        grown = self._remember(event)
        match event:
            case UserUttered():
                staying = tuple(one for one in self.reminders if not one.kill_on_user_message)
                left = self.left if self.loop is not None else ()
                return replace(grown, latest_message=event, latest_action=None, left=left, reminders=staying)
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
                left = self.left if self.loop is None else (*self.left, self.loop.name)
                return replace(grown, loop=OpenLoop(name), left=tuple(one for one in left if one != name))
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
                    reminders=self.reminders,
                )
            case AllSlotsReset():
                return replace(grown, slots=self.initial_slots)
            case FollowupAction(name=name):
                return replace(grown, followup=name)
            case UserUtteranceReverted():
                return self._back_to(before_last_message(self.recent))
            case ActionReverted():
                return self._back_to(before_last_action(self.recent))
            case ReminderScheduled(name=name):
                others = tuple(one for one in self.reminders if one.name != name)
                return replace(grown, reminders=(*others, event))
            case ReminderCancelled():
                return replace(grown, reminders=tuple(one for one in self.reminders if not event.cancels(one)))
            case ReplyCutShort():
                return replace(grown, recent=tuple(as_heard(grown.recent)))
            case EntitiesAdded(entities=entities) if self.latest_message is not None:
                return replace(grown, latest_message=with_entities(self.latest_message, entities))
            case ConversationPaused():
                return replace(grown, paused=True)
            case ConversationResumed():
                return replace(grown, paused=False)
            case _:
                return grown

    def _remember(self, event: Event) -> Tracker:
        recent = (*self.recent, event)
        if len(recent) > RECENT_EVENTS:
            recent = without_oldest_answer(recent, self.past_loop)
        if len(recent) <= RECENT_EVENTS:
            return replace(self, recent=recent, event_count=self.event_count + 1)
        past_slots, past_loop, past_pause = self.past_slots or self.initial_slots, self.past_loop, self.past_pause
        past_message = self.past_message
        match recent[0]:
            case UserUttered() as message if not was_taken_by_form(recent, self.past_loop):
                past_message = message
            case SessionStarted():
                past_message = None
            case SlotSet(name=name, value=value):
                past_slots = {**past_slots, name: value}
            case AllSlotsReset():
                past_slots = self.initial_slots
            case ActiveLoop(name=loop):
                past_loop = loop
            case ConversationPaused():
                past_pause = True
            case ConversationResumed():
                past_pause = False
        return replace(
            self,
            recent=recent[1:],
            event_count=self.event_count + 1,
            past_slots=past_slots,
            past_loop=past_loop,
            past_pause=past_pause,
            past_message=past_message,
            forgot=True,
        )

    def _back_to(self, length: int) -> Tracker:
        """The tracker as it was after the first `length` of its recent events; going back counts as an event."""
        past = Tracker(
            conversation_id=self.conversation_id,
            slots=self.past_slots or self.initial_slots,
            initial_slots=self.initial_slots,
            loop=OpenLoop(self.past_loop) if self.past_loop is not None else None,
            paused=self.past_pause,
            past_slots=self.past_slots,
            past_loop=self.past_loop,
            past_pause=self.past_pause,
            past_message=self.past_message,
            forgot=self.forgot,
        )
        gone_back = past.apply_all(self.recent[:length])
        return replace(gone_back, event_count=self.event_count + 1, reminders=self.reminders)

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
