"""A journey: what happens to a person over weeks, as the marketer wrote it, and where each person stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Literal

from bot.domain.consent import Purpose
from bot.domain.errors import Place
from bot.domain.ids import EnrolmentId, ProfileId

END = "end"
PERSON_ZONE = "person"


@dataclass(frozen=True, slots=True)
class SendWindow:
    """Hours and weekdays (0 is Monday) in which messages may go out, in `zone`: an IANA name, or the person's own."""

    opens: time
    closes: time
    days: frozenset[int] = frozenset(range(7))
    zone: str = PERSON_ZONE


# Every step has an `id`, unique in its journey, and names the step that follows (`END` when none does).


@dataclass(frozen=True, slots=True)
class SendStep:
    id: str
    response: str
    channels: tuple[str, ...]
    then: str
    kind: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Wait for the first of `events`, at most `at_most`; with no events, simply that long."""

    id: str
    events: tuple[str, ...]
    at_most: timedelta | None
    then: str
    kind: Literal["wait"] = "wait"


@dataclass(frozen=True, slots=True)
class AskStep:
    """Open a form, wait until the slots in `need` are filled. `remind` are times after the question."""

    id: str
    form: str
    channels: tuple[str, ...]
    need: tuple[str, ...]
    remind: tuple[timedelta, ...]
    silent_after: timedelta
    silent_go: str
    refuse_go: str
    then: str
    kind: Literal["ask"] = "ask"


@dataclass(frozen=True, slots=True)
class BranchStep:
    """Go where the first true condition points, else to `otherwise`."""

    id: str
    arms: tuple[tuple[str, str], ...]
    otherwise: str
    kind: Literal["branch"] = "branch"


@dataclass(frozen=True, slots=True)
class ScoreStep:
    id: str
    fit: int
    engagement: int
    reason: str
    then: str
    kind: Literal["score"] = "score"


@dataclass(frozen=True, slots=True)
class SetStep:
    """Set profile attributes. A value that starts with `=` is an expression: `= answer.meeting_time`."""

    id: str
    values: tuple[tuple[str, Any], ...]
    then: str
    kind: Literal["set"] = "set"


@dataclass(frozen=True, slots=True)
class TagStep:
    id: str
    tag: str
    then: str
    kind: Literal["add_to"] = "add_to"


@dataclass(frozen=True, slots=True)
class HandoffStep:
    """Ask a person to take over. A reason that starts with `=` is an expression."""

    id: str
    reason: str
    desk: str
    then: str
    kind: Literal["handoff"] = "handoff"


@dataclass(frozen=True, slots=True)
class CrmStep:
    """Bring the CRM up to date, with a note. A note that starts with `=` is an expression."""

    id: str
    note: str
    then: str
    kind: Literal["crm"] = "crm"


@dataclass(frozen=True, slots=True)
class GoStep:
    id: str
    then: str
    kind: Literal["go"] = "go"


Step = SendStep | WaitStep | AskStep | BranchStep | ScoreStep | SetStep | TagStep | HandoffStep | CrmStep | GoStep


@dataclass(frozen=True, slots=True)
class Journey:
    """One version of a journey. `version` is the SHA-256 of its source, so the same text is the same version."""

    id: str
    version: str
    purpose: Purpose
    enter_event: str
    enter_if: str | None
    again_after: timedelta | None
    exit_events: tuple[str, ...]
    exit_when: str | None
    window: SendWindow | None
    first: str
    steps: Mapping[str, Step]
    places: Mapping[str, Place] = field(default_factory=dict)


class EnrolmentStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    PARKED = "parked"  # stopped by an error that `reason` tells; the others go on


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person's run through one version of a journey.

    It rests at `step` (for the `visit`-th time) until `due_at` or one of `waiting_for`. `seq` grows by one at each
    advance and fences a reply against a timer. `data` holds `event` (what it entered on), `answer` (slots), `happened`
    (the event that ended the last wait) and `visits` (how often each step was come to).
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


Trigger = Entered | TimerFired | Happened | Answered | Refused


@dataclass(frozen=True, slots=True)
class Facts:
    """What a journey may look at: `profile` and `lead` are plain mappings that its expressions read.

    `rep_has_the_floor`: a colleague is talking with the person, so reminders and silence are held.
    """

    trigger: Trigger
    profile: Mapping[str, Any]
    lead: Mapping[str, Any]
    rep_has_the_floor: bool = False
