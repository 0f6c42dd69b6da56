"""What waits to leave, and what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from bot.domain.consent import Consequence, Purpose
from bot.domain.crm import OnErasure
from bot.domain.handoff import Lead
from bot.domain.ids import ConversationId, EnrolmentId, HandoffId, OutboxId, ProfileId
from bot.domain.message import Attachment, Content
from bot.domain.send_window import SendWindow
from bot.domain.steps import AtCap


class OutboxStatus(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # marked before the vendor is called: found so after a crash, the outcome is unknown
    SENT = "sent"
    WITHHELD = "withheld"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """Content for a person on a channel, or for the sales desk.

    `thread_of` and `replaces_of` are keys of earlier outbox entries: what the vendor called those is looked up when
    this one leaves. Where the vendor refuses it for good, `response` goes to the first of `fallbacks` that reaches the
    person. `follows_links`: it is to be known who opens the links in it.
    """

    channel: str
    address: str
    content: Content
    thread_of: str | None = None
    replaces_of: str | None = None
    response: str = ""
    fallbacks: tuple[str, ...] = ()
    follows_links: bool = False
    kind: Literal["channel_message"] = "channel_message"


@dataclass(frozen=True, slots=True)
class CrmUpsert:
    """The lead as the CRM should have it from now on. `record` are fields that only the CRM has.

    `note`, `task` and `deal`, where there are such, come with the record. `only_known`: it tells of somebody of whom
    the CRM has a record, and makes none.
    """

    crm: str
    lead: Lead
    record: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    task: str = ""
    deal: Mapping[str, Any] = field(default_factory=dict)
    only_known: bool = False
    kind: Literal["crm_upsert"] = "crm_upsert"


@dataclass(frozen=True, slots=True)
class CrmNote:
    """A note on the lead's CRM record about a hand-off."""

    crm: str
    handoff_id: HandoffId
    text: str
    kind: Literal["crm_note"] = "crm_note"


@dataclass(frozen=True, slots=True)
class EndpointCall:
    """What an endpoint of the settings is told, as a JSON object."""

    endpoint: str
    body: Mapping[str, Any]
    kind: Literal["endpoint_call"] = "endpoint_call"


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file that is to be fetched from the channel's vendor and kept: a customer sent it, or a `rep` to a customer."""

    channel: str
    attachment: Attachment
    rep: str = ""
    kind: Literal["fetch"] = "fetch"


@dataclass(frozen=True, slots=True)
class CrmErasure:
    """A record that a CRM is to erase for a person who was erased here.

    `record` is its id there; where none is known, `lead` is our own id of the person, by which it is looked for.
    `fields` are those that we wrote, which are emptied where the record itself is to stay.
    """

    crm: str
    record: str
    how: OnErasure
    lead: str = ""
    fields: tuple[str, ...] = ()
    kind: Literal["crm_erasure"] = "crm_erasure"


@dataclass(frozen=True, slots=True)
class DeskErasure:
    """A message about a person who was erased, which the desk's vendor is to take away. `message` is its id there."""

    channel: str
    address: str
    message: str
    kind: Literal["desk_erasure"] = "desk_erasure"


Elsewhere = CrmErasure | DeskErasure
"""What is still to be erased at others. It belongs to nobody here, and holds an id of theirs and no more."""

Dispatch = ChannelMessage | CrmUpsert | CrmNote | EndpointCall | Fetch | CrmErasure | DeskErasure

AWAITED = 100
"""The priority of what somebody waits for; journeys have this at the most."""


class Lane(StrEnum):
    """A kind of work. Each has loops of its own, so that none waits behind the backlog of another."""

    REPLIES = "replies"  # turns of conversations, and what somebody waits for
    TIMERS = "timers"  # steps of journeys whose time has come, and schedules
    SENDS = "sends"  # what journeys send
    SEGMENTS = "segments"
    CRM = "crm"  # CRMs, and the endpoints of other systems


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """Something that is to leave the system, once: `key` is unique for ever.

    Of what is due together in a conversation, the higher `priority` (1 to 100) goes first; `cap` says what becomes of
    it where a cap is reached. `trace` is that of whatever wanted it, in W3C's words; `claimed_at` says by which claim
    whoever delivers it has it.
    """

    id: OutboxId
    key: str
    dispatch: Dispatch
    purpose: Purpose
    profile_id: ProfileId | None
    created_at: datetime
    due_at: datetime
    conversation_id: ConversationId | None = None
    enrolment_id: EnrolmentId | None = None
    window: SendWindow | None = None
    expires_at: datetime | None = None
    status: OutboxStatus = OutboxStatus.WAITING
    attempts: int = 0
    first_tried_at: datetime | None = None
    vendor_id: str | None = None
    reason: str = ""
    priority: int = AWAITED
    cap: AtCap = "skip"
    trace: str = ""
    claimed_at: datetime | None = field(default=None, compare=False)

    @property
    def goes_to(self) -> str:
        """The channel, CRM or endpoint."""
        match self.dispatch:
            case ChannelMessage(channel=name) | EndpointCall(endpoint=name):
                return name
            case CrmUpsert(crm=name) | CrmNote(crm=name) | CrmErasure(crm=name):
                return name
            case DeskErasure(channel=name):
                return f"{name}:erasures"
            case Fetch(channel=name):
                return f"{name}:files"

    def is_too_late(self, now: datetime) -> bool:
        """Whether it is of no use any more."""
        return self.expires_at is not None and now > self.expires_at

    @property
    def lane(self) -> Lane:
        """The lane in which it leaves. A journey of the highest priority is still nothing that somebody waits for."""
        if not isinstance(self.dispatch, ChannelMessage):
            return Lane.CRM
        return Lane.REPLIES if self.enrolment_id is None and self.priority >= AWAITED else Lane.SENDS


def sent_by(entry: OutboxEntry) -> tuple[str, str, str]:
    """The run, the step and the visit that sent a journey's message. Where it went on to a further channel, its key
    says more than these."""
    run, step, visit, *_ = (*entry.key.split(":"), "", "")
    return run, step, visit


# ---------------------------------------------------------------- what failed at the vendor


LEFT_ALONE = "is left alone for a while"
"""In the reason of what waits for a vendor in trouble, by which each process tells it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What an error of a vendor means: how often in all it is worth a try, with which pause at first, and what follows.

    `what` says it in words.
    """

    what: str = ""
    most_tries: int = 1
    pause: timedelta = timedelta()
    then: Consequence | None = None


# ---------------------------------------------------------------- the gate's three answers


@dataclass(frozen=True, slots=True)
class Send:
    """Let it go. `why` names the ground: "reply to the customer", "consent of 3 May"."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Withhold:
    """`elsewhere`: only this channel is in the way, and another of the message's channels may take it."""

    why: str
    elsewhere: bool = False


Verdict = Send | Later | Withhold


Outcome = Literal["send", "later", "withhold", "dead", "reply"]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of so many messages the last decision was this, for this reason."""

    outcome: Outcome
    why: str
    messages: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The record of one verdict: sent, put off or withheld, and why; or to which journey a reply went, and why."""

    at: datetime
    entry_key: str
    profile_id: ProfileId | None
    purpose: Purpose
    channel: str
    outcome: Outcome
    why: str
