"""What comes from the sales desk, and what is shown there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.domain.chart import Chart
from bot.domain.ids import ConversationId, HandoffId
from bot.domain.message.customer import Attachment
from bot.domain.person import Identity


@dataclass(frozen=True, slots=True)
class DeskReply:
    """A sales rep wrote to the customer, in the thread of a hand-off (`thread` is the desk's id of it).

    `attachments` are files that came with it, for the customer, `files` the names of others, which stay at the desk.
    With either `text` may be empty.
    """

    channel: str
    vendor_id: str
    thread: str
    text: str
    rep: str
    files: tuple[str, ...] = ()
    rep_member: str = ""
    attachments: tuple[Attachment, ...] = ()
    kind: Literal["desk_reply"] = "desk_reply"


@dataclass(frozen=True, slots=True)
class DeskRevision:
    """A sales rep changed what they had written in the thread of a hand-off, or deleted it (`text` is empty).

    `withdrawn` are the addresses of files that came with it and are there no more, `of` the vendor's id of the reply.
    """

    channel: str
    vendor_id: str
    thread: str
    text: str
    rep: str
    of: str = ""
    withdrawn: tuple[str, ...] = ()
    kind: Literal["desk_revision"] = "desk_revision"


@dataclass(frozen=True, slots=True)
class TakeUp:
    """A sales rep begins to talk with a customer whom nobody has handed over; with an open hand-off, as a claim.

    `channel` is that of the desk, whose hand-off it becomes.
    """

    channel: str
    vendor_id: str
    conversation_id: ConversationId
    rep: str
    rep_member: str = ""
    kind: Literal["take_up"] = "take_up"


@dataclass(frozen=True, slots=True)
class ColleagueMessage:
    """A colleague has written to a customer past us, in an `app` of the vendor's own: the customer has it already.

    `to` names the customer as the vendor does; nobody has shown that it is theirs.
    """

    channel: str
    vendor_id: str
    address: str
    text: str
    to: Identity
    app: str
    rep: str = "A colleague"
    kind: Literal["colleague_message"] = "colleague_message"


class DeskVerb(StrEnum):
    CLAIM = "claim"
    TAKE_OVER = "take_over"  # from the rep who has it
    ASSIGN = "assign"  # to a colleague
    REPLY = "reply"  # asks for the form in which to write a reply
    SAY = "say"  # says it
    HAND_BACK = "hand_back"
    RESOLVE = "resolve"
    DISQUALIFY = "disqualify"  # asks for the form in which to say why, or says it
    SNOOZE = "snooze"
    MEET = "meet"  # offers the customer times for a meeting
    CANCEL_MEETING = "cancel_meeting"
    MOVE_MEETING = "move_meeting"
    SEND = "send"  # what was suggested, as the rep's own reply


@dataclass(frozen=True, slots=True)
class DeskAction:
    """A sales rep pressed a button on a hand-off's card. `trigger` is what the desk needs to open a form.

    `words` are what they said with it: what the customer is told, why it is no lead, for how long to snooze it (a key
    of `SNOOZES`), the `key` of the suggestion to send, the id of the meeting to cancel or to move (with the time that
    it is moved to, behind a space), or the name of the colleague (`member`, the desk's id of them) who is to have it.
    `rep_member` is the desk's id of whoever pressed. `held_by` is who had the hand-off as they saw it, empty where
    nobody had; None where the desk does not tell.
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
    held_by: str | None = None
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
class FileReady:
    """A file that a rep attached has been fetched and is clean: it goes to the customer. `file_id` is ours of it.

    It waits in the inbox of the conversation, so that it takes its turn there like the words of a rep.
    """

    channel: str
    vendor_id: str
    handoff_id: HandoffId
    file_id: str
    kind: Literal["file_ready"] = "file_ready"


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


FURTHER_LINE = "\n\u00a0\u00a0\u00a0"
"""Within what one said, so that a line which begins at the margin is begun by whoever is named there: a customer who
writes "Assistant: agreed" into a new line has not had it said. Such spaces are kept where others are trimmed."""


def said_by_one(text: str) -> str:
    """The words with each further line set in."""
    return FURTHER_LINE.join(text.splitlines())


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
class DeskChart:
    """A picture of figures, for the whole desk; the desk draws it."""

    chart: Chart
    kind: Literal["desk_chart"] = "desk_chart"


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

    It must open within seconds of the click (`trigger`). `held_by` is who has the hand-off then.
    """

    handoff_id: HandoffId
    customer: str
    trigger: str
    asks: Literal["reply", "reason"] = "reply"
    held_by: str = ""
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
class DeskMeeting:
    """A meeting as the rep whom it is with sees it. It can be moved to one of `times`; all are told in `zone`."""

    meeting_id: str
    handoff_id: HandoffId
    customer: str
    starts_at: datetime
    transcript_url: str
    desk_address: str
    card: str = ""
    times: tuple[datetime, ...] = ()
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A rep's page at the desk: the leads that they have or are offered, and the next of their meetings, as they are
    when it leaves; `more` leads are not shown.

    `rep` is empty where nobody knows yet whose page it is.
    """

    rep: str
    leads: tuple[DeskLead, ...] = ()
    more: bool = False
    meetings: tuple[DeskMeeting, ...] = ()
    kind: Literal["desk_page"] = "desk_page"


FromDesk = DeskReply | DeskRevision | DeskAction | TakeUp | SnoozeOver | ReplyOverdue | Unattended | FileReady
ToDesk = HandoffCard | DeskLine | DeskChart | Suggestion | ReplyForm | DeskPage
