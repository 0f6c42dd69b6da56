"""Who of a desk is offered a hand-off, when they are at work, and by when somebody must have answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from bot.domain.send_window import SendWindow

Pick = Literal["in_turn", "least_busy"]
EVERYBODY = "everybody"
"""Stands for the whole desk."""
BY_ROUTE = "route "
"""What begins why somebody is offered a hand-off whom a route has found."""


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days on which nobody works, both ends included."""

    first: date
    last: date

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Hours of the week without holidays. Hours past midnight belong to the day on which they began."""

    window: SendWindow
    holidays: tuple[DaysOff, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingTerms:
    """How a rep's meetings are booked: at a page of their own (`link`), or by these in `hours`; else when they work."""

    link: str = ""
    length: timedelta = timedelta(minutes=30)
    notice: timedelta = timedelta(hours=2)
    ahead: timedelta = timedelta(days=14)
    hours: WorkingHours | None = None


@dataclass(frozen=True, slots=True)
class Rep:
    """Somebody at a desk. `member` is the desk's own id of them, by which they are mentioned and recognised.

    Without `hours` they work when the desk does; without `languages` they speak each; `at_most` hand-offs of theirs
    may be open before they are offered another.
    """

    id: str
    name: str
    member: str = ""
    hours: WorkingHours | None = None
    languages: frozenset[str] = frozenset()
    at_most: int | None = None
    meetings: MeetingTerms | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Hand-offs for which `condition` holds are offered to one of `to`; without one it holds for each."""

    id: str
    to: tuple[str, ...]
    condition: str = ""
    pick: Pick = "in_turn"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where nobody has claimed it `within` this much working time, `tell` these reps, or EVERYBODY; or another desk."""

    within: timedelta
    tell: tuple[str, ...] = ()
    desk: str = ""


@dataclass(frozen=True, slots=True)
class DeskPlan:
    """How one desk works. The first route that holds and has somebody free decides; else the whole desk is told.

    With `digest` it is told at that time of each working day what happened since the one before.
    """

    desk: str
    reps: Mapping[str, Rep] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    hours: WorkingHours | None = None
    digest: time | None = None

    def meeting_hours(self, rep: Rep) -> WorkingHours | None:
        """When this rep can be met; None where nothing says so."""
        own = rep.meetings.hours if rep.meetings is not None else None
        return own or rep.hours or self.hours

    def rep_called(self, name: str) -> Rep | None:
        return next((rep for rep in self.reps.values() if rep.name == name), None)

    def rep_known_as(self, member: str) -> Rep | None:
        """The rep whom the desk knows by this id."""
        return next((rep for rep in self.reps.values() if member and rep.member == member), None)

    def belongs_to_an_account(self, name: str) -> bool:
        """Whether a rep of this name, in whatever letters, is known by an account's address."""
        return any("@" in rep.member and rep.name.casefold() == name.casefold() for rep in self.reps.values())

    def names_of(self, ids: Sequence[str]) -> Sequence[str]:
        return [self.reps[one].name for one in ids if one in self.reps]


@dataclass(frozen=True, slots=True)
class Workload:
    """How a desk's reps stand, by their names: how many hand-offs of theirs are open, and whose turn was when.

    `turns` has the number of the last turn of whoever has had one; the lowest has waited longest.
    """

    open: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """Who is offered a hand-off, by which route and why; `rep` is None if the whole desk is told."""

    rep: Rep | None
    route: str
    why: str
