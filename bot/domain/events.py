"""The events of a conversation. Their names and meanings are Rasa 3's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.domain.ids import MessageId
from bot.domain.message import Attachment, Beside, Button
from bot.domain.understanding import Entity, Understood


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

    @property
    def is_theirs(self) -> bool:
        """Whether they said it themselves: what a reminder or another system wants answered is told as if they had,
        under an id that is not of the channel."""
        return self.message_id.startswith(f"{self.input_channel}:")


@dataclass(frozen=True, slots=True)
class BotUttered:
    """The bot (or, with `speaker`, a person at the desk) said `text`; `response` names the template it came from."""

    text: str
    response: str = ""
    speaker: str = ""
    at: datetime | None = None
    kind: Literal["bot"] = "bot"
    buttons: tuple[Button, ...] = ()
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class ActionExecuted:
    """An action ran; `policy` names what chose it: a rule, a story, a form, a pattern."""

    name: str
    policy: str = ""
    at: datetime | None = None
    kind: Literal["action"] = "action"


@dataclass(frozen=True, slots=True)
class SlotSet:
    """A slot got a value. `heard`: it was taken from the customer's message, before any action ran; `told`: the words,
    where the value is what the slot's type makes of them."""

    name: str
    value: Any
    at: datetime | None = None
    kind: Literal["slot"] = "slot"
    heard: bool = False
    told: str | None = None


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
