"""Messages that come in and go out, in our own words; connectors translate them to and from a vendor's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from bot.domain.consent import Consequence, Purpose
from bot.domain.ids import HandoffId, MessageId
from bot.domain.person import Identity
from bot.domain.understanding import Entity

# ---------------------------------------------------------------- what comes in


def storable(text: str) -> str:
    """`text` without what no database takes: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def storable_json(value: Any) -> Any:
    """JSON without that, in names and values; a number that is none becomes null."""
    match value:
        case str():
            return storable(value)
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {storable(name): storable_json(one) for name, one in value.items()}
        case list():
            return [storable_json(one) for one in value]
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or another file that came with a message; it is still at its vendor's, unless we keep it at `place`.

    `url` is where it can be fetched. `name` is what the customer called it, where the channel says so.
    """

    url: str
    media_type: str
    name: str = ""
    size: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """Something a customer said, or a button they pressed (`payload`, in Rasa's form `/intent{"entity": "value"}`).

    `vendor_id` is the channel's own id of the message; the pair (channel, vendor_id) is stored once. `opened` is true
    where the customer only opened the conversation and has said nothing yet, `nameless` where the address says nothing
    of who they are: a withheld number. `slots` are what another platform, which holds the dialogue with us, has found
    out by itself; None empties one. `automatic`: a machine wrote it,
    such as an absence notice, so it is kept and not answered.
    """

    channel: str
    vendor_id: str
    address: str
    text: str = ""
    payload: str | None = None
    opened: bool = False
    automatic: bool = False
    time_zone: str | None = None
    locale: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    nameless: bool = False
    slots: Mapping[str, Any] = field(default_factory=dict)
    kind: Literal["customer_message"] = "customer_message"


@dataclass(frozen=True, slots=True)
class Interruption:
    """The customer spoke into what was being said to them. What they said is a message of its own.

    `said` has each text that was being said, and the beginning of it that they heard; where that is empty, nothing.
    """

    channel: str
    vendor_id: str
    address: str
    said: tuple[tuple[str, str], ...]
    kind: Literal["interruption"] = "interruption"


@dataclass(frozen=True, slots=True)
class PageReport:
    """What the page that a customer is on tells of them, besides what they say.

    `event` happened there, or `journey` is to begin, with `data`. The channel has checked that a page may say so.
    With `left_contact` the customer has said how a colleague can reach them; what they said is a claim.
    """

    channel: str
    vendor_id: str
    address: str
    identities: tuple[Identity, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    locale: str | None = None
    event: str = ""
    journey: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    left_contact: bool = False
    kind: Literal["page_report"] = "page_report"


@dataclass(frozen=True, slots=True)
class DeskReply:
    """A sales rep wrote to the customer, in the thread of a hand-off (`thread` is the desk's id of it).

    `files` are the names of files that came with it, which stay at the desk; with them `text` may be empty.
    """

    channel: str
    vendor_id: str
    thread: str
    text: str
    rep: str
    files: tuple[str, ...] = ()
    rep_member: str = ""
    kind: Literal["desk_reply"] = "desk_reply"


@dataclass(frozen=True, slots=True)
class DeskRevision:
    """A sales rep changed what they had written in the thread of a hand-off, or deleted it (`text` is empty)."""

    channel: str
    vendor_id: str
    thread: str
    text: str
    rep: str
    kind: Literal["desk_revision"] = "desk_revision"


class DeskVerb(StrEnum):
    CLAIM = "claim"
    TAKE_OVER = "take_over"  # from the rep who has it
    ASSIGN = "assign"  # to a colleague
    REPLY = "reply"  # asks for the form in which to write a reply
    HAND_BACK = "hand_back"
    RESOLVE = "resolve"
    DISQUALIFY = "disqualify"  # asks for the form in which to say why, or says it
    SNOOZE = "snooze"
    MEET = "meet"  # offers the customer times for a meeting
    SEND = "send"  # what was suggested, as the rep's own reply


@dataclass(frozen=True, slots=True)
class DeskAction:
    """A sales rep pressed a button on a hand-off's card. `trigger` is what the desk needs to open a form.

    `words` are what they said with it: why it is no lead, for how long to snooze it (a key of `SNOOZES`), the `key` of
    the suggestion to send, or the name of the colleague (`member`, the desk's id of them) who is to have it.
    `rep_member` is the desk's id of whoever pressed.
    """

    channel: str
    vendor_id: str
    handoff_id: HandoffId
    verb: DeskVerb
    rep: str
    trigger: str = ""
    words: str = ""
    member: str = ""
    rep_member: str = ""
    kind: Literal["desk_action"] = "desk_action"


@dataclass(frozen=True, slots=True)
class SnoozeOver:
    """A hand-off that was snoozed, or came out of hours, is brought up at the desk.

    It waits in the inbox of the conversation until then. Nothing happens if something was done since (`version`).
    """

    channel: str
    vendor_id: str
    handoff_id: HandoffId
    version: int
    kind: Literal["snooze_over"] = "snooze_over"


@dataclass(frozen=True, slots=True)
class ReplyOverdue:
    """The time has gone in which a hand-off should have been claimed: the step of this `number` tells others.

    It waits in the inbox of the conversation until then. Nothing happens if something was done since (`version`).
    """

    channel: str
    vendor_id: str
    handoff_id: HandoffId
    version: int
    number: int
    kind: Literal["reply_overdue"] = "reply_overdue"


@dataclass(frozen=True, slots=True)
class Unattended:
    """The customer has asked for a person and been let wait long enough: they are asked how they can be reached.

    It waits in the inbox of the conversation until then. Nothing happens if a rep has taken over, or it is over.
    `ReplyOverdue` is for the desk and runs by its hours; this is for the customer, whose time does not stop.
    """

    channel: str
    vendor_id: str
    handoff_id: HandoffId
    kind: Literal["unattended"] = "unattended"


@dataclass(frozen=True, slots=True)
class DeskCommand:
    """A rep asks for something in words, such as `search ana@`; they alone read the answer, at once."""

    channel: str
    vendor_id: str
    rep: str
    words: str
    rep_member: str = ""


@dataclass(frozen=True, slots=True)
class DeskOpened:
    """A rep looks at the page of their own leads at the desk; `address` is where the desk shows it.

    `rep` is empty where the desk does not say who they are; `rep_member` is the desk's own id of them.
    """

    channel: str
    vendor_id: str
    address: str
    rep: str = ""
    rep_member: str = ""
    kind: Literal["desk_opened"] = "desk_opened"


class DeliveryState(StrEnum):
    """How far a message got at its vendor; the order is the only one it may move in."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A vendor's word on a message we sent. `sent_id` is the id from its receipt, `key` ours if the vendor has it."""

    channel: str
    vendor_id: str
    sent_id: str
    state: DeliveryState
    error: str = ""
    key: str = ""
    kind: Literal["delivery_status"] = "delivery_status"


@dataclass(frozen=True, slots=True)
class SpareAddress:
    """Word, from its owner or from a vendor, that nothing more is to be sent to this address, and how they said so."""

    channel: str
    vendor_id: str
    address: str
    cause: Consequence
    how: str
    kind: Literal["spare_address"] = "spare_address"


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
FromDesk = DeskReply | DeskRevision | DeskAction | SnoozeOver | ReplyOverdue | Unattended
FromVendor = DeliveryStatus | SpareAddress | DeskOpened
FromCustomer = CustomerMessage | Interruption | PageReport
Inbound = FromCustomer | FromDesk | FromVendor | OpenForm | Reminder | CheckIn | FromOutside

# ---------------------------------------------------------------- what goes out


@dataclass(frozen=True, slots=True)
class Button:
    title: str
    payload: str


class Author(StrEnum):
    BOT = "bot"
    PERSON = "person"
    SYSTEM = "system"  # "a colleague has joined"


@dataclass(frozen=True, slots=True)
class Template:
    """A message that a channel's vendor has approved: what the vendor calls it, and the values of its variables."""

    id: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """What a customer reads. `source` names and links the page that an answer came from, `author_picture` is where the
    author's picture is, within our own address.

    `extras` is what only some channels can show: Rasa's `custom`, `attachment` and `elements`. Others leave it out.
    With a `template`, that is what leaves, and `text` is how it reads. `subject` is for channels that have one.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    author: Author = Author.BOT
    author_name: str = ""
    author_picture: str = ""
    source_title: str = ""
    source_url: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)
    template: Template | None = None
    subject: str = ""
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class HandoffCard:
    """A lead as a sales rep sees it. `standing` says what was done last, where that is more than a claim.

    `offered_to` is who is asked to take it (`member`: the desk's id of them), `offered_why` why it is they.
    """

    handoff_id: HandoffId
    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    score: int
    grade: str
    reasons: tuple[str, ...]
    transcript_url: str
    claimed_by: str = ""
    closed: bool = False
    standing: str = ""
    offered_to: str = ""
    offered_why: str = ""
    member: str = ""
    kind: Literal["handoff_card"] = "handoff_card"


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A line in a hand-off's thread: what the customer or the bot said, or a note to the reps.

    With `to_all` the whole desk sees it, and not only who looks into the thread. `mentions` are the desk's ids of
    those whom it calls, or EVERYBODY.
    """

    speaker: str
    text: str
    to_all: bool = False
    mentions: tuple[str, ...] = ()
    kind: Literal["desk_line"] = "desk_line"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the knowledge pages answer to what a customer asked a rep, for the rep to send; `sent_by` once one has.

    `key` is that of the customer's message.
    """

    handoff_id: HandoffId
    key: str
    text: str
    source_title: str = ""
    source_url: str = ""
    sent_by: str = ""
    kind: Literal["suggestion"] = "suggestion"


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """A form in which a rep writes to the customer, or says why they are no lead (`asks`).

    It must open within seconds of the click (`trigger`).
    """

    handoff_id: HandoffId
    customer: str
    trigger: str
    asks: Literal["reply", "reason"] = "reply"
    kind: Literal["reply_form"] = "reply_form"


@dataclass(frozen=True, slots=True)
class DeskLead:
    """A hand-off as the rep who has it, or is offered it, sees it among their own; `card` is the desk's id of its card.

    `waiting_since` is when the customer wrote what nobody has answered yet.
    """

    handoff_id: HandoffId
    customer: str
    reason: str
    score: int
    grade: str
    handed_over_at: datetime
    transcript_url: str
    desk_address: str
    card: str = ""
    waiting_since: datetime | None = None
    claimed: bool = True


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A rep's page at the desk: the leads that they have or are offered, as they are when it leaves; `more` are not
    shown.

    `rep` is empty where nobody knows yet whose page it is.
    """

    rep: str
    leads: tuple[DeskLead, ...] = ()
    more: bool = False
    kind: Literal["desk_page"] = "desk_page"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Put the customer through to a person; `summary` is what that person hears before they take over."""

    handoff_id: HandoffId
    summary: str
    kind: Literal["transfer"] = "transfer"


Content = Text | HandoffCard | DeskLine | Suggestion | ReplyForm | DeskPage | Transfer

Occasion = Literal["reply", "aside", "proactive"]
"""Why a message comes now: it answers what was just said, it comes while one talks, or a journey reaches out."""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message for `Channel.send`.

    `key` is ours and never repeats. `thread` is the vendor's id of the message to answer under, `replaces` the vendor's
    id of the message whose content this one takes over. `others` are the vendor's ids of further messages that went to
    this person, for a vendor that can only be asked what it sent. `answers` is the customer's message that this one
    answers, on a channel that wants to know.
    """

    key: str
    channel: str
    address: str
    content: Content
    thread: str | None = None
    replaces: str | None = None
    attempt: int = 1
    first_tried_at: datetime | None = None
    others: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    occasion: Occasion = "reply"
    purpose: Purpose = Purpose.REPLY
    answers: CustomerMessage | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The vendor took the message; `vendor_id` is what it calls it."""

    vendor_id: str


@dataclass(frozen=True, slots=True)
class Speech:
    """A line of a transcript; `speaker` is Customer, Assistant, or a rep's name."""

    at: datetime
    speaker: str
    text: str
    message_id: MessageId | None = None
