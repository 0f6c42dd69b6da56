"""The steps of a journey. Each has an `id`, unique in it, and names the step that follows (`END` when none does)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Literal

from bot.domain.send_window import SendWindow

END = "end"
EVERY_DAY = frozenset(range(7))
USUAL_HOUR = time(9)
"""At which what goes by a day happens on it, where nothing else is said."""

AtCap = Literal["skip", "wait"]
"""What becomes of a message that a cap holds up."""


@dataclass(frozen=True, slots=True)
class SendStep:
    """Send a response. `window` takes the place of the journey's own.

    `at_best`: within a day, at the hour at which the person does most likely what the message is for, which is the
    event `metric`; it counts `within` so long.

    `follows_links`: whether it is to be known who opens the links in it; None: as the journey says.
    """

    id: str
    response: str
    channels: tuple[str, ...]
    then: str
    window: SendWindow | None = None
    cap: AtCap = "skip"
    at_best: bool = False
    metric: str = ""
    within: timedelta = timedelta(days=2)
    follows_links: bool | None = None
    kind: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class ClockTime:
    """The next time at which it is `at` on one of `days` (0 is Monday), on the person's clock."""

    at: time
    days: frozenset[int] = EVERY_DAY
    kind: Literal["clock_time"] = "clock_time"


@dataclass(frozen=True, slots=True)
class AttributeTime:
    """So long after (or, below zero, before) what a profile attribute says, or one of the data that the person came in
    with (`of` is `event`; one within another has dots); `at` is the hour of one that is a day."""

    attribute: str
    offset: timedelta = timedelta()
    at: time = USUAL_HOUR
    of: Literal["profile", "event"] = "profile"
    kind: Literal["attribute_time"] = "attribute_time"


Until = ClockTime | AttributeTime


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Wait for the first of `events`, at most `at_most` and not beyond `until`; with no events, simply that long.

    Only an event counts for which the `condition` holds, where there is one.
    """

    id: str
    events: tuple[str, ...]
    at_most: timedelta | None
    then: str
    until: Until | None = None
    condition: str | None = None
    kind: Literal["wait"] = "wait"


@dataclass(frozen=True, slots=True)
class AskStep:
    """Open a form, wait until the slots in `need` are filled. `remind` are times after the question.

    When a colleague takes over, its times stand still (`human` is `pause`), or the person leaves (`exit`).
    """

    id: str
    form: str
    channels: tuple[str, ...]
    need: tuple[str, ...]
    remind: tuple[timedelta, ...]
    silent_after: timedelta
    silent_go: str
    refuse_go: str
    then: str
    human: Literal["pause", "exit"] = "pause"
    kind: Literal["ask"] = "ask"


@dataclass(frozen=True, slots=True)
class BranchStep:
    """Go where the first true condition points, else to `otherwise`."""

    id: str
    arms: tuple[tuple[str, str], ...]
    otherwise: str
    kind: Literal["branch"] = "branch"


@dataclass(frozen=True, slots=True)
class SplitArm:
    """One way of a split: `weight` of 100 people go to the step `go`."""

    name: str
    weight: int
    go: str


@dataclass(frozen=True, slots=True)
class SplitStep:
    """Part people by chance, each the same way whenever they come here.

    `metric` is the event that arms compete for; it counts `within` so long after the person went that way. Where it
    `chooses_best`, more and more people go the way that does best, and the weights are how it begins.
    """

    id: str
    arms: tuple[SplitArm, ...]
    metric: str = ""
    within: timedelta = timedelta(days=30)
    chooses_best: bool = False
    kind: Literal["split"] = "split"


@dataclass(frozen=True, slots=True)
class ScoreStep:
    id: str
    fit: int
    engagement: int
    reason: str
    then: str
    kind: Literal["score"] = "score"


# A value, reason or note below that starts with `=` is an expression: `= answer.meeting_time`.


@dataclass(frozen=True, slots=True)
class SetStep:
    """Set profile attributes."""

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
class UntagStep:
    id: str
    tag: str
    then: str
    kind: Literal["remove_from"] = "remove_from"


@dataclass(frozen=True, slots=True)
class ActionStep:
    """Run a custom action in the person's conversation and wait for its end; its slots are answers.

    On the first of `channels` that the person can be reached on; with none, where they last talked with us. Where it
    fails, go to `failed_go`; with none, stop with an error that a marketer sees.
    """

    id: str
    action: str
    channels: tuple[str, ...]
    then: str
    failed_go: str | None = None
    kind: Literal["action"] = "action"


@dataclass(frozen=True, slots=True)
class WebhookStep:
    """Tell an endpoint of the settings, and wait until it has taken it; `failed_go` as with an action."""

    id: str
    endpoint: str
    body: tuple[tuple[str, Any], ...]
    then: str
    failed_go: str | None = None
    kind: Literal["webhook"] = "webhook"


@dataclass(frozen=True, slots=True)
class RunStep:
    """Send the person through another journey and go on when they have left it; it sees `values` as its `event`."""

    id: str
    journey: str
    values: tuple[tuple[str, Any], ...]
    then: str
    kind: Literal["run"] = "run"


@dataclass(frozen=True, slots=True)
class HandoffStep:
    """Ask a person to take over. With `within`, wait until one has; else, after that time, go to `late_go`.

    `crm` names the one CRM that gets the record and a note; with none, all get the note.
    """

    id: str
    reason: str
    desk: str
    then: str
    crm: str = ""
    within: timedelta | None = None
    late_go: str = END
    kind: Literal["handoff"] = "handoff"


@dataclass(frozen=True, slots=True)
class CrmStep:
    """Bring the CRM up to date, with a note where there is one. `record` are fields that only the CRM has.

    `task` is for somebody over there to do; `deal` are fields of the person's deal there.
    """

    id: str
    note: str
    then: str
    record: tuple[tuple[str, Any], ...] = ()
    task: str = ""
    deal: tuple[tuple[str, Any], ...] = ()
    kind: Literal["crm"] = "crm"


@dataclass(frozen=True, slots=True)
class EmitStep:
    """Tell that something has happened to the person: journeys that wait for it go on, others begin."""

    id: str
    event: str
    values: tuple[tuple[str, Any], ...]
    then: str
    kind: Literal["emit"] = "emit"


@dataclass(frozen=True, slots=True)
class GoStep:
    id: str
    then: str
    kind: Literal["go"] = "go"


Step = (
    SendStep
    | WaitStep
    | AskStep
    | BranchStep
    | SplitStep
    | ScoreStep
    | SetStep
    | TagStep
    | UntagStep
    | ActionStep
    | WebhookStep
    | RunStep
    | HandoffStep
    | CrmStep
    | EmitStep
    | GoStep
)
