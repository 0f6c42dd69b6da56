"""What the engines and the custom actions want done. Services do it, in the transaction of the turn or step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.domain.consent import Purpose
from bot.domain.conversation import Event
from bot.domain.message import Text
from bot.domain.opt_out_question import Asking
from bot.domain.privacy import RequestKind
from bot.domain.score import Dimension
from bot.domain.send_window import SendWindow
from bot.domain.steps import AtCap
from bot.domain.understanding import Entity


@dataclass(frozen=True, slots=True)
class Apply:
    """Append `event` to the conversation."""

    event: Event
    kind: Literal["apply"] = "apply"


@dataclass(frozen=True, slots=True)
class Say:
    """Say `content` in this conversation; `response` names the template it was rendered from.

    A custom action names a response that is still to be rendered: then `content` holds what goes with it, its text is
    empty, and `arguments` are values for the template's placeholders that come before those of the slots.
    """

    content: Text
    response: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    kind: Literal["say"] = "say"


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run a custom action, then decide again. `why` names the rule, story or form that asked for it."""

    name: str
    why: str = ""
    kind: Literal["run_action"] = "run_action"


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """`by` is the action or the step that wants it, `slot` where the value stands, if the person has said it."""

    name: str
    value: Any
    by: str = field(default="", compare=False)
    slot: str = field(default="", compare=False)
    kind: Literal["set_attribute"] = "set_attribute"


@dataclass(frozen=True, slots=True)
class AddTag:
    tag: str
    by: str = field(default="", compare=False)
    kind: Literal["add_tag"] = "add_tag"


@dataclass(frozen=True, slots=True)
class RemoveTag:
    tag: str
    kind: Literal["remove_tag"] = "remove_tag"


@dataclass(frozen=True, slots=True)
class ClaimIdentity:
    """The person says that this phone number or e-mail address is theirs."""

    identity: Literal["phone", "email"]
    value: str
    by: str = field(default="", compare=False)
    slot: str = field(default="", compare=False)
    kind: Literal["claim_identity"] = "claim_identity"


@dataclass(frozen=True, slots=True)
class ChangeScore:
    """`rule` names what gave the points: the same rule counts once for a person unless `again` is set."""

    dimension: Dimension
    points: int
    reason: str
    rule: str
    again: bool = False
    kind: Literal["change_score"] = "change_score"


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """The person answered the question `text`; the service adds who, when and which message."""

    purpose: Purpose
    channel: str
    granted: bool
    text: str
    how: str
    kind: Literal["record_consent"] = "record_consent"


@dataclass(frozen=True, slots=True)
class OptOut:
    """The person wants no more marketing. It ends all of it, at once, but on channels that they said they keep.

    `answering` are the vendor's ids of messages that they answer by it: whoever those went to has opted out, too.
    """

    how: str
    keeping: tuple[str, ...] = ()
    answering: tuple[str, ...] = ()
    kind: Literal["opt_out"] = "opt_out"


@dataclass(frozen=True, slots=True)
class DisownAddress:
    """Whoever writes from this address says that it is not the person's whom we took them for."""

    channel: str
    address: str
    how: str
    kind: Literal["disown_address"] = "disown_address"


@dataclass(frozen=True, slots=True)
class AskOfOptOut:
    """The person is asked how far their opt-out goes, or whether it was one, in the words `text`; until they answer
    the latter, no marketing leaves."""

    asking: Asking
    text: str
    kind: Literal["ask_of_opt_out"] = "ask_of_opt_out"


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """The person asks for something that the law gives them; `how` it came, with their words. They were told that it
    is done by `due`."""

    request: RequestKind
    how: str
    due: datetime
    kind: Literal["note_request"] = "note_request"


@dataclass(frozen=True, slots=True)
class OptIn:
    """The person takes back an opt-out, from the address that had opted out."""

    channel: str
    address: str
    how: str
    kind: Literal["opt_in"] = "opt_in"


@dataclass(frozen=True, slots=True)
class ChoosePause:
    """The person wants at most one message of marketing in so long; `how` they said it."""

    pause: timedelta
    how: str
    kind: Literal["choose_pause"] = "choose_pause"


@dataclass(frozen=True, slots=True)
class PauseUntil:
    """The person wants no marketing before then; `how` they said it."""

    until: datetime
    how: str
    kind: Literal["pause_until"] = "pause_until"


@dataclass(frozen=True, slots=True)
class RequestHandoff:
    """Ask a person to take over. `desk` is a desk by its name in the settings; empty is the default one.

    `crm` names the one CRM that is told, with the record as it is now; empty: all of them get a note.
    """

    reason: str
    desk: str = ""
    crm: str = ""
    kind: Literal["request_handoff"] = "request_handoff"


@dataclass(frozen=True, slots=True)
class SyncCrm:
    """Bring the person's CRM record up to date; with `note`, add that to it. `record` are fields of the CRM's own.

    `task` is for somebody over there to do; `deal` are fields of the person's deal there.
    """

    note: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    task: str = ""
    deal: Mapping[str, Any] = field(default_factory=dict)
    kind: Literal["sync_crm"] = "sync_crm"


@dataclass(frozen=True, slots=True)
class Emit:
    """Something happened that journeys may enter on, wait for or end on."""

    event: str
    data: Mapping[str, Any] = field(default_factory=dict)
    kind: Literal["emit"] = "emit"


@dataclass(frozen=True, slots=True)
class SendResponse:
    """A message elsewhere: the response on the first of `channels` that the person can be reached on.

    `window` takes the place of the journey's own; `cap` says what becomes of the message where a cap is reached.
    `values` are for the response's placeholders, before those of slots; `event` is what the journey's Liquid calls so.
    `timing`: at once, at the person's best hour
    for the event `metric`, or, to compare that with, at any hour of a day. `follows_links`: whether it is to be known
    who opens the links in it.
    """

    response: str
    channels: tuple[str, ...]
    key: str
    window: SendWindow | None = None
    cap: AtCap = "skip"
    values: Mapping[str, Any] = field(default_factory=dict)
    timing: Literal["at_once", "best", "any"] = "at_once"
    metric: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    follows_links: bool = False
    kind: Literal["send_response"] = "send_response"


@dataclass(frozen=True, slots=True)
class AskForm:
    """A journey's question: open `form` on the first of `channels` that the person can be reached on."""

    form: str
    channels: tuple[str, ...]
    key: str
    again: bool = False
    kind: Literal["ask_form"] = "ask_form"


@dataclass(frozen=True, slots=True)
class StartAction:
    """Run this action in a conversation for the journey's step `key`, which is told of its end."""

    action: str
    channels: tuple[str, ...]
    key: str
    kind: Literal["start_action"] = "start_action"


@dataclass(frozen=True, slots=True)
class CallWebhook:
    """Tell this endpoint of the settings for the journey's step `key`, which is told what came of it."""

    endpoint: str
    body: Mapping[str, Any]
    key: str
    kind: Literal["call_webhook"] = "call_webhook"


@dataclass(frozen=True, slots=True)
class StartJourney:
    """Send the person through another journey for the step `key`, which is told when they have left it."""

    journey: str
    data: Mapping[str, Any]
    key: str
    kind: Literal["start_journey"] = "start_journey"


@dataclass(frozen=True, slots=True)
class StopJourney:
    """End the run that the step `key` started, because its own journey is over."""

    key: str
    kind: Literal["stop_journey"] = "stop_journey"


@dataclass(frozen=True, slots=True)
class WithdrawMessages:
    """What this run had queued before, and what has not left yet, is not sent: the person has left the journey."""

    why: str
    kind: Literal["withdraw_messages"] = "withdraw_messages"


@dataclass(frozen=True, slots=True)
class ScheduleReminder:
    """At `due_at` let the conversation go on as if the customer had meant `intent`; see `ReminderScheduled`."""

    name: str
    intent: str
    due_at: datetime
    entities: tuple[Entity, ...] = ()
    kind: Literal["schedule_reminder"] = "schedule_reminder"


@dataclass(frozen=True, slots=True)
class CancelReminder:
    """Call off reminders of this name, intent and entities; see `ReminderCancelled`."""

    name: str | None = None
    intent: str | None = None
    entities: tuple[Entity, ...] | None = None
    kind: Literal["cancel_reminder"] = "cancel_reminder"


DialogueEffect = Apply | Say | RunAction
PersonEffect = (
    SetAttribute
    | AddTag
    | RemoveTag
    | ClaimIdentity
    | ChangeScore
    | RecordConsent
    | OptOut
    | DisownAddress
    | AskOfOptOut
    | NoteRequest
    | OptIn
    | ChoosePause
    | PauseUntil
    | RequestHandoff
    | SyncCrm
    | Emit
    | SendResponse
    | AskForm
    | ScheduleReminder
    | CancelReminder
)
"""What a custom action may want done, too."""

JourneyEffect = PersonEffect | StartAction | CallWebhook | StartJourney | StopJourney | WithdrawMessages
"""What a journey may want done: some of it goes on outside, and the step waits for its end."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What a custom action answered: events and messages for the conversation, effects on the person."""

    events: tuple[Event, ...] = ()
    says: tuple[Say, ...] = ()
    effects: tuple[PersonEffect, ...] = ()
    took: timedelta = timedelta()
