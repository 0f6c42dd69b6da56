"""A journey: what happens to a person over weeks, as the marketer wrote it, and where each person stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.consent import Purpose
from bot.domain.crm import CRM_EVENTS
from bot.domain.entries import Entry
from bot.domain.errors import Place
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.publishing import PIN, OnEdit
from bot.domain.score import USUAL_GRADES, Grades
from bot.domain.send_window import SendWindow
from bot.domain.steps import SendStep, Step
from bot.domain.timeline import Counts

REPLIED = "message.received"
"""The person wrote: `channel`, `text` and `intent` say where, what, and what it was understood as. `enrolment` is the
run of a journey whose message it answers; empty: none that waits for a reply."""

WROTE_TO_REP = "message.to_rep"
"""The person wrote to the colleague who has the floor, on `channel`. It is no reply to a journey."""

MESSAGE_DELIVERED, MESSAGE_READ, MESSAGE_FAILED = "message.delivered", "message.read", "message.failed"
"""What became of a message of a journey's step: it came to the person, they have seen it, or it did not come, and is
tried nowhere else (`why`). `journey`, `step` and `channel` say which; `enrolment` is the run, and `message` the step at
which it was, this time."""

MESSAGE_STATES = frozenset({MESSAGE_DELIVERED, MESSAGE_READ, MESSAGE_FAILED})

LINK_CLICKED = "link.clicked"
"""The person opened a link of a message that a journey's step sent (`url`), where links of it are followed. Other
systems tell of theirs, too, which are of no message."""

ABOUT_MESSAGES = MESSAGE_STATES | {LINK_CLICKED}
"""Events that are of one message, whose run of a journey they are for."""


TAKEN_OVER, HANDED_BACK = "handoff.claimed", "handoff.closed"
"""A colleague has the floor now; and has it no more."""

OFFERED, OVERDUE = "handoff.offered", "handoff.overdue"
"""A hand-off was offered to a rep (`rep`, by `route`, `why`); nobody has claimed it in time (`within` seconds)."""

OUT_OF_HOURS = "handoff.out_of_hours"
"""A colleague was asked for when nobody is there: at which `desk`, for which `reason`, and when it `opens`."""

MEETING_BOOKED, MEETING_CANCELLED = "meeting.booked", "meeting.cancelled"
"""A time with a rep was booked, or called off (`rep`, `starts_at`, `meeting`). Other systems tell of theirs, too."""

ENDED = "journey.ended"
"""A run that another journey started is over: `key` is of the step that started it, `status` how it ended."""

MOVED = "moved"
"""What an enrolment waits for that publishing has put before a step of another version: its timer takes it there."""

SEGMENT_ENTERED, SEGMENT_LEFT = "segment.entered", "segment.left"
"""The person came into a segment, or fell out of it: `segment` is its id."""

OPT_OUT_SIGNAL = "privacy.opt_out_signal"
"""The person's browser asked for nothing of theirs to be sold or shared (Global Privacy Control)."""

PAUSE_CHOSEN = "privacy.pause_chosen"
"""The person chose a pause between messages of marketing, of so many `days`; 0: none any more. `how` they chose it."""

ADDRESS_DISOWNED = "address.disowned"
"""Whoever answers at an address of the person's (`address`, of this `kind`) has said on this `channel` that it is not
theirs."""

RECTIFIED = "person.rectified"
"""What is known of the person was put right, as they asked: `attributes` are the names of what changed."""

CHANGED = "person.changed"
"""What is known of the person has changed, and a journey is over for them by that: `changed` says what
(`profile.stage`, `lead`)."""

ENTRANCE = ":enter"
"""Where those come from who take their first step. No step is called so."""
TOLD_BY_SERVICE = frozenset(
    {
        REPLIED,
        WROTE_TO_REP,
        *MESSAGE_STATES,
        TAKEN_OVER,
        HANDED_BACK,
        OFFERED,
        OVERDUE,
        OUT_OF_HOURS,
        ENDED,
        MOVED,
        SEGMENT_ENTERED,
        SEGMENT_LEFT,
        OPT_OUT_SIGNAL,
        PAUSE_CHOSEN,
        ADDRESS_DISOWNED,
        RECTIFIED,
        CHANGED,
        *CRM_EVENTS,
    }
)
"""Events that nobody else may tell, for what they say is relied upon."""

WHOLE = 10_000
"""Shares of people are counted in parts of this."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the journey is for. It counts until `within` after entering, also for those who have left or were held out;
    with no time, only while the person is in the journey."""

    event: str
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """One version of a journey. `version` is the SHA-256 of its source, so the same text is the same version.

    `exit_events` are its goals and whatever else ends it; where there is an `exit_if`, only if that holds of what has
    happened. `holdout` of 10,000 people enter and get nothing, so that those who do can be compared with them. Of
    messages to one person that are due together, that of the journey with the higher `priority` (1 to 100) goes first.
    `source` is the text that was read, for people to compare; versions that were stored without it have none.
    """

    id: str
    version: str
    purpose: Purpose
    entries: tuple[Entry, ...]
    exit_events: tuple[str, ...]
    exit_when: str | None
    window: SendWindow | None
    first: str
    steps: Mapping[str, Step]
    places: Mapping[str, Place] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    holdout: int = 0
    many_at_once: bool = False
    priority: int = 50
    on_edit: OnEdit = PIN
    source: str = field(default="", compare=False, repr=False)
    exit_if: str | None = None
    counted: tuple[str, ...] = ()
    """The events that its expressions count with `did`."""

    follows_links: bool = False
    """Whether it is to be known who opens the links in its messages, where a step says nothing else."""

    def follows(self, step: SendStep) -> bool:
        """Whether it is to be known who opens the links in this message."""
        return self.follows_links if step.follows_links is None else step.follows_links


class EnrolmentStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    HELD_OUT = "held_out"  # entered to be compared with, and is never written to
    PARKED = "parked"  # stopped by an error that `reason` tells; the others go on


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person's run through one version of a journey.

    It rests at `step` (for the `visit`-th time) until `due_at` or one of `waiting_for`. `seq` grows by one at each
    advance and fences a reply against a timer. `data` holds `event` (what it entered on), `answer` (slots), `happened`
    (the event that ended the last wait), `visits` (how often each step was come to), `split` (the arm of each split),
    `drawn` (when each was drawn), `reached` (when the metric of each happened), `wrote` (the step that sent last, this
    time), `behind` (that step, where the run has not rested since), `parent` (the step that runs it, where another
    journey does) and `held` (since when a colleague has had the floor).

    `entry` names what let the person in, where that must not do so twice: it is unique in the journey. One enrolment
    waits in each `lane` of a person and journey; `goal_at` is when it reached its goal. `paused_at`: its journey was
    paused then, and what was left of its time is left when the journey goes on.
    """

    id: EnrolmentId
    journey: str
    version: str
    profile_id: ProfileId
    entered_at: datetime
    step: str
    visit: int = 1
    due_at: datetime | None = None
    waiting_for: tuple[str, ...] = ()
    arrived_at: datetime | None = None
    reminded: int = 0
    status: EnrolmentStatus = EnrolmentStatus.WAITING
    reason: str = ""
    seq: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    entry: str | None = None
    lane: str = ""
    goal_at: datetime | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Many people who are let into a journey at once, through this entry.

    `each` is the enrolment that every one of them gets, with ids still to be filled in, `held_out` that of those who
    are held out. `once` is what `entry` begins with, before the person's id, where the entry lets in once.
    """

    journey: Journey
    entry: Entry
    each: Enrolment
    held_out: Enrolment
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many runs of one version of a journey stand alike: at the same step, in the same state, left for the same
    reason; and how many of them reached the goal. Of parked runs the reason is empty, for each may have its own."""

    journey: str
    version: str
    step: str
    status: EnrolmentStatus
    reason: str
    people: int
    goals: int


@dataclass(frozen=True, slots=True)
class Passage:
    """How many times people went from one step of a version to the next one: along an arrow of its picture.

    `source` is ENTRANCE where they began, `target` is END where they came to the end. `moved`: they did not go there,
    but were put there from `source`, a step of the version that they were on, when this one was published.
    """

    version: str
    source: str
    target: str
    times: int
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Of the people who went one way of a split: how many there were, and who of them reached its metric in time."""

    went: int = 0
    reached: int = 0


@dataclass(frozen=True, slots=True)
class SplitCount:
    """One person more who went this way of a split, or has `reached` its metric. `day`: when they went, in UTC."""

    step: str
    arm: str
    day: date
    reached: bool = False


# ---------------------------------------------------------------- what moves an enrolment on


@dataclass(frozen=True, slots=True)
class Entered:
    """It has just begun."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """Its time has come."""


@dataclass(frozen=True, slots=True)
class Happened:
    event: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """The form that it asked was filled in."""

    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """The person did not want to answer (which is no opt-out)."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What the step `key` started outside has ended well; `slots` are what came of it."""

    key: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """What the step `key` started outside has failed for good."""

    key: str
    why: str


Trigger = Entered | TimerFired | Happened | Answered | Refused | Finished | Failed


@dataclass(frozen=True, slots=True)
class Facts:
    """What a journey may look at: `profile` and `lead` are plain mappings that its expressions read.

    `rep_has_the_floor`: a colleague is talking with the person, so its times stand still. `zones` are the time zones
    that the person may be in, `scored` the rules that have given them points before, and `did` how often what the
    journey counts has happened to them. `tallies` are, for each split that chooses the best way, what came of each.
    `grades` say which grade points make.
    """

    trigger: Trigger
    profile: Mapping[str, Any]
    lead: Mapping[str, Any]
    rep_has_the_floor: bool = False
    zones: tuple[str, ...] = ()
    scored: frozenset[str] = frozenset()
    did: Counts = field(default_factory=dict)
    tallies: Mapping[str, Mapping[str, Tally]] = field(default_factory=dict)
    grades: Grades = USUAL_GRADES
