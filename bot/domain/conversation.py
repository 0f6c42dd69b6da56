"""A conversation: its events, and the tracker that they add up to. Event names and meanings are Rasa 3's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from bot.domain.ids import ConversationId, MessageId, ProfileId
from bot.domain.message import Attachment, Button
from bot.domain.understanding import Entity, Understood

RECENT_EVENTS = 48
"""How many events a tracker carries along; the whole log is in the store. It bounds what a turn costs."""


@dataclass(frozen=True, slots=True)
class UserUttered:
    """The customer said `text`, understood as `understood`.

    `retold`: they said it before, and it is told again as they meant it, after it had been taken back.
    """

    text: str
    understood: Understood
    message_id: MessageId
    at: datetime | None
    input_channel: str
    kind: Literal["user"] = "user"
    retold: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class BotUttered:
    """The bot (or, with `speaker`, a person at the desk) said `text`; `response` names the template it came from."""

    text: str
    response: str = ""
    speaker: str = ""
    at: datetime | None = None
    kind: Literal["bot"] = "bot"
    buttons: tuple[Button, ...] = ()


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
class UserUtteranceReverted:
    """The customer's last message is taken back, with all that came of it."""

    at: datetime | None = None
    kind: Literal["rewind"] = "rewind"


@dataclass(frozen=True, slots=True)
class ActionReverted:
    """The last action is taken back, with all that came of it."""

    at: datetime | None = None
    kind: Literal["undo"] = "undo"


@dataclass(frozen=True, slots=True)
class ReminderScheduled:
    """At `due_at` the conversation goes on as if the customer had meant `intent`.

    A second reminder of the same name takes the place of the first. `kill_on_user_message`: only if the customer has
    said nothing by then.
    """

    name: str
    intent: str
    due_at: datetime
    entities: tuple[Entity, ...] = ()
    kill_on_user_message: bool = True
    at: datetime | None = None
    kind: Literal["reminder"] = "reminder"


@dataclass(frozen=True, slots=True)
class ReminderCancelled:
    """Reminders of this name, intent and entities are off; what is left out counts as any, so all of them at most."""

    name: str | None = None
    intent: str | None = None
    entities: tuple[Entity, ...] | None = None
    at: datetime | None = None
    kind: Literal["cancel_reminder"] = "cancel_reminder"

    def cancels(self, reminder: ReminderScheduled) -> bool:
        return (
            self.name in (None, reminder.name)
            and self.intent in (None, reminder.intent)
            and self.entities in (None, reminder.entities)
        )


@dataclass(frozen=True, slots=True)
class AgentUttered:
    """A person who had taken over said `text`, on a channel that tells so in this way."""

    text: str
    at: datetime | None = None
    kind: Literal["agent"] = "agent"


@dataclass(frozen=True, slots=True)
class ReplyCutShort:
    """Of the reply `text` the customer heard no more than `heard`: they spoke into it. Empty: none of it.

    As a reply of which nothing was heard, or its beginning, it is known from now on.
    """

    text: str
    heard: str
    at: datetime | None = None
    kind: Literal["reply_cut_short"] = "reply_cut_short"


@dataclass(frozen=True, slots=True)
class EntitiesAdded:
    """More was found in the last message."""

    entities: tuple[Entity, ...]
    at: datetime | None = None
    kind: Literal["entities"] = "entities"


@dataclass(frozen=True, slots=True)
class ConversationExported:
    """The conversation was written out as a story, or so Rasa's log says."""

    at: datetime | None = None
    kind: Literal["export"] = "export"


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
    | UserUtteranceReverted
    | ActionReverted
    | ReminderScheduled
    | ReminderCancelled
    | AgentUttered
    | ReplyCutShort
    | EntitiesAdded
    | ConversationExported
    | ConversationPaused
    | ConversationResumed
)

ACTION_LISTEN = "action_listen"
REQUESTED_SLOT = "requested_slot"


def takes_back(events: Iterable[Event]) -> bool:
    """Whether an action that answered `events` takes something back: then it is logged before them, else after.

    It is itself among what is taken back.
    """
    return any(isinstance(event, (UserUtteranceReverted, ActionReverted)) for event in events)


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
    `RECENT_EVENTS`, without those that were taken back; `past_slots`, `past_loop` and `past_pause` are what held before
    the oldest of them, so that the states in between can be told without the whole log, and gone back to. `forgot`:
    there were older ones, which cannot be taken back any more. Of a long form, the oldest answers go first and leave
    their slots, so that what opened it is still known when it is done. `reminders` are those that are still to come.
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
    forgot: bool = False
    reminders: tuple[ReminderScheduled, ...] = ()

    def apply(self, event: Event) -> Tracker:
        """The tracker after `event`."""
        grown = self._remember(event)
        match event:
            case UserUttered():
                staying = tuple(one for one in self.reminders if not one.kill_on_user_message)
                return replace(grown, latest_message=event, latest_action=None, reminders=staying)
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
                    reminders=self.reminders,
                )
            case AllSlotsReset():
                return replace(grown, slots=self.initial_slots)
            case FollowupAction(name=name):
                return replace(grown, followup=name)
            case UserUtteranceReverted():
                return self._back_to(_before_last_message(self.recent))
            case ActionReverted():
                return self._back_to(_before_last_action(self.recent))
            case ReminderScheduled(name=name):
                others = tuple(one for one in self.reminders if one.name != name)
                return replace(grown, reminders=(*others, event))
            case ReminderCancelled():
                return replace(grown, reminders=tuple(one for one in self.reminders if not event.cancels(one)))
            case ReplyCutShort():
                return replace(grown, recent=tuple(as_heard(grown.recent)))
            case EntitiesAdded(entities=entities) if self.latest_message is not None:
                return replace(grown, latest_message=_with_entities(self.latest_message, entities))
            case ConversationPaused():
                return replace(grown, paused=True)
            case ConversationResumed():
                return replace(grown, paused=False)
            case _:
                return grown

    def _remember(self, event: Event) -> Tracker:
        recent = (*self.recent, event)
        if len(recent) > RECENT_EVENTS:
            recent = _without_oldest_answer(recent, self.past_loop)
        if len(recent) <= RECENT_EVENTS:
            return replace(self, recent=recent, event_count=self.event_count + 1)
        past_slots, past_loop, past_pause = self.past_slots or self.initial_slots, self.past_loop, self.past_pause
        match recent[0]:
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
            forgot=self.forgot,
        )
        gone_back = past.apply_all(self.recent[:length])
        return replace(gone_back, event_count=self.event_count + 1, reminders=self.reminders)

    def apply_all(self, events: Iterable[Event]) -> Tracker:
        tracker = self
        for event in events:
            tracker = tracker.apply(event)
        return tracker


def _without_oldest_answer(events: tuple[Event, ...], loop: str | None) -> tuple[Event, ...]:
    """The events without the oldest message that a form took for an answer and asked on; the slots stay.

    `loop` is the form that was open before. What is left tells the same to rules and stories, which do not look at what
    happens between two runs of a form. What was said right before the latest message stays: it may be a question whose
    words count, such as one for consent.
    """
    latest = max((index for index, event in enumerate(events) if isinstance(event, UserUttered)), default=0)
    begun: int | None = None  # where the answer begins that may be left out
    asked = False  # the form has run, and nothing else since
    for index, event in enumerate(events):
        match event:
            case UserUttered() if begun is not None and asked and index < latest:
                while isinstance(events[begun - 1], SlotSet):  # what is left of answers before it
                    begun -= 1
                filled = {one.name: one for one in events[begun:index] if isinstance(one, SlotSet)}
                return (*events[:begun], *filled.values(), *events[index:])
            case UserUttered():
                begun, asked = (index if asked else None), False
            case ActionExecuted(name=name) if loop is not None and name == loop:
                asked = True
            case ActionExecuted(policy=policy) if loop is not None and f"{policy} ".startswith(f"form: {loop} "):
                pass
            case SlotSet() | BotUttered() | ActionExecuted(policy="slot filling"):
                pass
            case _:
                begun, asked = None, False
                loop = event.name if isinstance(event, ActiveLoop) else loop
    return events


def _before_last_message(events: Sequence[Event]) -> int:
    """How many events there were before the last message.

    As in Rasa, messages that nothing has acted on go with the one after them; else one of them would be answered now.
    """
    cut = 0
    for index in range(len(events) - 1, -1, -1):
        match events[index]:
            case UserUttered():
                cut = index
            case ActionExecuted() if cut > index:
                return cut
            case SessionStarted() | Restarted():
                return cut or index + 1
            case _:
                pass
    return cut


def _before_last_action(events: Sequence[Event]) -> int:
    """How many events there were before the last action and what came of it; after a message, before the message."""
    end = len(events)
    for index in range(len(events) - 1, -1, -1):
        match events[index]:
            case ActionExecuted():
                end = index
                break
            case UserUttered():
                return _before_last_message(events)
            case SessionStarted() | Restarted():
                return index + 1
            case _:
                end = index
    undone = events[end] if end < len(events) else None
    while end > 0 and _came_of(undone, events[end - 1]):
        end -= 1
    return end


def _came_of(action: Event | None, event: Event) -> bool:
    """Whether an event right before the action came of it; a form's validation and question say so in their policy."""
    match event:
        case ActionExecuted(name=name, policy=policy) if isinstance(action, ActionExecuted):
            form = f"form: {action.name}"
            return name != action.name and f"{policy} ".startswith((f"{form} ", f"{form};"))
        case ActionExecuted() | UserUttered() | SessionStarted() | Restarted():
            return False
        case SlotSet(heard=heard):
            return not heard
        case _:
            return True


def as_heard(events: Iterable[Event]) -> Sequence[Event]:
    """The events with each reply that was cut short as it was heard."""
    heard: list[Event] = []
    for event in events:
        if isinstance(event, ReplyCutShort):
            _cut_short(heard, event)
        else:
            heard.append(event)
    return heard


def _cut_short(events: list[Event], cut: ReplyCutShort) -> None:
    """Of several replies of this text, the last."""
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, BotUttered) and not event.speaker and event.text == cut.text:
            events[index] = replace(event, text=cut.heard)
            return


def _with_entities(message: UserUttered, entities: Iterable[Entity]) -> UserUttered:
    known = message.understood.entities
    added = tuple(entity for entity in entities if entity not in known)
    return replace(message, understood=replace(message.understood, entities=(*known, *added)))


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
