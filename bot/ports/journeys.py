"""What the store keeps of journeys: their versions, who is inside, and schedules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.delivery import Verdicts
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import Enrolment, Headcount, Intake, Journey, Passage, SplitCount, Tally
from bot.domain.publishing import Census, InForce, JourneyChange, Move, Running, Version


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """How far a schedule of a journey has come: it ran until `since`, is to run at `due_at` (None: never again), and of
    a run that is under way the last person whom it reached."""

    id: str
    journey: str
    since: datetime
    due_at: datetime | None
    reached: str = ""


class Enrolments(Protocol):
    @property
    def grown(self) -> bool:
        """Whether this transaction has let anybody in or moved anybody, who may be due before others."""

    async def publish(self, journey: Journey) -> None:
        """Keep this version; the latest published one is what new people enter."""

    async def version(self, journey: str, version: str) -> Journey:
        """Raises LookupError where it is not kept, UnreadableJourney (one of those) where another release wrote it."""

    async def versions(self) -> Sequence[tuple[str, str]]:
        """Each version of each journey that is kept."""

    async def add(self, enrolment: Enrolment) -> bool:
        """False when the person is in this lane of the journey now, or this entry has let somebody in before."""

    async def get(self, enrolment_id: EnrolmentId) -> Enrolment: ...
    async def get_all(self, enrolment_ids: Collection[EnrolmentId]) -> Sequence[Enrolment]:
        """Those of them that there are."""

    async def by_entry(self, journey: str, entry: str) -> Enrolment | None:
        """What was let in by this entry, which happens once."""

    async def reach_goal(self, profile_id: ProfileId, journey: str, *, since: datetime, at: datetime) -> int:
        """Note that those who entered at `since` or later, and are not inside any more, reached the goal; how many."""

    async def last_entry(self, profile_id: ProfileId, journey: str) -> datetime | None: ...
    async def waiting(self, profile_id: ProfileId) -> Sequence[Enrolment]: ...
    async def of(self, profile_id: ProfileId) -> Sequence[Enrolment]:
        """All of the person's runs, the oldest first."""

    async def claim_due(self, now: datetime, limit: int, *, latest_first: bool = False) -> Sequence[Enrolment]:
        """Due enrolments, locked for this transaction; other workers skip them. Those first who have waited longest, or
        those who became due last.
        """

    async def save(self, enrolment: Enrolment) -> None:
        """Write `seq` and what goes with it; raises Conflict unless the stored `seq` is one less."""

    async def save_at_end(self, enrolment: Enrolment) -> None:
        """The same with the others at the end of the transaction, or when enrolments are read; that raises then."""

    def moved(self, enrolment: Enrolment) -> Enrolment:
        """Where it stands by now: this transaction may have moved it since it was read."""

    async def next_due(self) -> datetime | None: ...
    async def headcounts(self) -> Sequence[Headcount]:
        """Where people stand in all versions of all journeys. It looks at every run."""

    async def inside(self, journey: str, version: str, step: str, limit: int) -> Sequence[Enrolment]:
        """Those who wait or are parked at this step of this version, whoever goes on first first. It may look at every
        run."""

    async def decided(self, journey: str, version: str, step: str) -> Sequence[Verdicts]:
        """What was decided last on each message of this step. It looks at every run of the version."""

    async def parked(self, journey: str, limit: int) -> Sequence[Enrolment]:
        """Those who were stopped by an error, the latest to enter first."""


class Intakes(Protocol):
    """Lets many people into a journey in one statement, by the same rules as one by one. For shared stores only."""

    async def of_everybody(self, intake: Intake, after: str, now: datetime, *, limit: int) -> tuple[str | None, int]:
        """Of the next `limit` people behind `after` those who may enter: the last of the people, None where there are
        no more, and how many were let in.
        """

    async def queued(self, limit: int) -> Mapping[str, int]:
        """How many of the `limit` oldest changes are of people who came into a segment."""

    async def of_segment(
        self, intake: Intake, segment: str, heeding: Collection[tuple[str, str]], now: datetime, *, limit: int
    ) -> tuple[int, int]:
        """Of the `limit` oldest changes tell those of people who came into the segment: how many, and how many of them
        were let in. Who is in one of the `heeding` versions of journeys, or was to be told something else before, is
        left to be told alone.
        """


class Journeys(Protocol):
    """What is in force of each journey, its history, and changes to many enrolments at once.

    Those go in chunks: `after` and `upto` are ids of enrolments, the first of them outside. Each is done once, however
    often it is asked for.
    """

    async def states(self) -> Mapping[str, InForce]:
        """Each journey that was ever published, paused or stopped; the others run as their files say."""

    async def lock(self) -> None:
        """Until the transaction ends nobody else changes what is in force, and `states` says how it is by now."""

    async def stays_paused(self, name: str) -> bool:
        """Whether the journey is paused by now, and so until this transaction ends: what is held back for that is seen
        by whoever resumes it."""

    async def put(self, state: InForce) -> None: ...
    def expect_runs(self, runs: Collection[EnrolmentId]) -> None:
        """How the journey of one of these enrolments stands may be read of all of them at once."""

    async def running_of_run(self, enrolment_id: EnrolmentId) -> Running:
        """How the journey of this enrolment stands."""

    async def note(self, change: JourneyChange) -> None: ...
    async def history(self, name: str, limit: int) -> Sequence[JourneyChange]:
        """The latest changes, newest first."""

    async def names(self) -> frozenset[str]:
        """The journeys that anybody has ever entered."""

    async def versions(self, name: str) -> Sequence[Version]: ...
    async def drain(self, name: str, *, but: str) -> None:
        """From now on the people on every version but this one finish theirs."""

    async def undrain(self, name: str, version: str) -> None: ...
    async def census(self, name: str) -> Census: ...
    async def chunk_end(self, name: str, after: str, limit: int) -> str | None:
        """The last of the next `limit` people inside, from behind `after`; None where there are no more."""

    async def move(self, name: str, move: Move, version: str, after: str, upto: str, now: datetime) -> int:
        """Do this with the people in the chunk whom it concerns; how many they were."""

    async def pause(self, name: str, after: str, upto: str, now: datetime) -> int: ...
    async def resume(
        self, name: str, after: str, upto: str, now: datetime, *, by_the_clock: Collection[tuple[str, str]] = ()
    ) -> int:
        """Their time goes on: what was left of it when it was stopped is left of it now. At steps `by_the_clock` (each
        with its version) it comes as it would have."""

    async def stop(self, name: str, after: str, upto: str, why: str, now: datetime) -> int:
        """They leave. Who runs another journey, or is run by one, is due at once, so that word of it gets there."""

    async def unpark(self, name: str, limit: int, now: datetime) -> int:
        """So many who are parked wait again where they did, or come to their step anew where they waited for nothing.

        How many; 0 where all that are left are in the journey again, or have a later run that is parked.
        """

    async def withhold_queued(self, name: str, why: str) -> int:
        """Messages of this journey that wait in the outbox are not sent; how many there were."""

    async def release_queued(self, name: str, *, held: str, skipped: str, now: datetime) -> tuple[int, int]:
        """Messages that the gate held back for the reason `held` are due now, except those whose window says to leave
        out what cannot go in time, which are withheld as `skipped`; how many of each."""


class Passages(Protocol):
    """How many times people went along each arrow of a journey."""

    def add(
        self, journey: str, version: str, ways: Iterable[tuple[str, str]], *, times: int = 1, moved: bool = False
    ) -> None:
        """Count each way, from a step to another, with the others at the end of the transaction."""

    async def of(self, journey: str) -> Sequence[Passage]:
        """In the order of versions and steps."""


class Splits(Protocol):
    """What came of the ways of splits, by the day on which people went them. All days are from `first` to before
    `after`, in UTC."""

    def count(self, journey: str, one: SplitCount) -> None:
        """With the others at the end of the transaction."""

    async def journeys(self, first: date, after: date) -> Sequence[str]:
        """Those of whose splits something was counted."""

    async def of_step(self, journey: str, step: str, first: date, after: date) -> Mapping[str, Tally]:
        """By arm, without what this transaction counts."""

    async def of(self, journey: str, first: date, after: date) -> Mapping[str, Mapping[str, Tally]]:
        """By split and arm."""


class Hours(Protocol):
    """At which hours of the day (0 to 23, on their own clocks) people do what messages are for."""

    async def latest(self, event: str, since: datetime, *, limit: int) -> Sequence[tuple[datetime, str | None]]:
        """When it happened to anybody, the latest told first, with their time zone; of nobody who objects."""

    async def put(self, event: str, hours: Mapping[int, int]) -> None:
        """Keep how often it happens at each hour, in place of what was kept."""

    async def of(self, event: str) -> Mapping[int, int]: ...
    async def of_person(self, profile_id: ProfileId, event: str, since: datetime, *, limit: int) -> Sequence[datetime]:
        """When it happened to this person, the latest first."""


class Schedules(Protocol):
    async def ids(self) -> frozenset[str]: ...
    async def add(self, state: ScheduleState) -> None:
        """Keep it, unless there is one of this id."""

    async def claim_due(self, now: datetime, among: Collection[str]) -> ScheduleState | None:
        """Of these, the one that is due longest, locked for this transaction; other workers skip it."""

    async def save(self, state: ScheduleState) -> None: ...
    async def forget_those_ahead(self, now: datetime) -> int:
        """Forget how far those have come that ran after `now`, by another clock, and run again; how many."""

    async def next_due(self, among: Collection[str]) -> datetime | None: ...
