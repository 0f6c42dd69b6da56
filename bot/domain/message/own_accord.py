"""What a conversation is told by neither side of it: journeys, actions, and whoever calls our API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.consent import Purpose
from bot.domain.understanding import Entity


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A journey's step wants to ask something: open `form` in the customer's conversation on `channel`.

    It waits in the inbox like any message, so it takes its turn in the conversation and happens once: `vendor_id` is
    `<enrolment>:<step>:<visit>`.
    """

    channel: str
    vendor_id: str
    address: str
    form: str
    enrolment_id: str
    purpose: Purpose
    again: bool = False
    kind: Literal["open_form"] = "open_form"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that an action scheduled in this conversation: it waits in the inbox until it is due.

    `vendor_id` is `<conversation>:<name>:<due at>`. Whether it still stands then, the tracker knows.
    """

    channel: str
    vendor_id: str
    address: str
    name: str
    intent: str
    due_at: datetime
    entities: tuple[Entity, ...] = ()
    kind: Literal["reminder"] = "reminder"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A form has asked for `slot`: see whether the customer has gone quiet over it.

    It waits in the inbox until that would be so; `vendor_id` is `<message id>:check-in`, once for each message.
    """

    channel: str
    vendor_id: str
    address: str
    form: str
    slot: str
    kind: Literal["check_in"] = "check_in"


@dataclass(frozen=True, slots=True)
class HoldOver:
    """Somebody who may have opted out was asked: see whether they have answered.

    It waits in the inbox as long as their answer is waited for; `vendor_id` is `hold:<question id>`.
    """

    channel: str
    vendor_id: str
    address: str
    question_id: str
    kind: Literal["hold_over"] = "hold_over"


@dataclass(frozen=True, slots=True)
class TriggerIntent:
    """Somebody outside of the conversation has it go on as if the customer had meant `intent` (Rasa's external event).

    It waits in the inbox like any message, so it takes its turn and happens once. With `aloud` the customer hears the
    answer; else that is kept for whoever triggered it.
    """

    channel: str
    vendor_id: str
    address: str
    intent: str
    entities: tuple[Entity, ...] = ()
    aloud: bool = False
    kind: Literal["trigger_intent"] = "trigger_intent"


@dataclass(frozen=True, slots=True)
class ExecuteAction:
    """Somebody outside of the conversation has it run one action, whatever the dialogue would do; else as a trigger.

    `enrolment_id` is set where a journey's step wants it; `vendor_id` is that step, which is told of the end.
    """

    channel: str
    vendor_id: str
    address: str
    action: str
    aloud: bool = False
    enrolment_id: str = ""
    kind: Literal["execute_action"] = "execute_action"


FromOutside = TriggerIntent | ExecuteAction
