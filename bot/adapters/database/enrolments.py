"""Journeys by version, and where each person stands in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select, text, update

from bot.adapters.codec import JOURNEY, NAMES, PLAIN
from bot.adapters.database.repository import Repository, Session, insert_once
from bot.adapters.database.sealing import OFF, Sealing
from bot.adapters.tables import decision, enrolment, journey, microseconds, shard_of
from bot.adapters.tables.sealing import DATA_OF_ENROLMENT
from bot.domain.delivery import Verdicts
from bot.domain.errors import Conflict, UnreadableJourney
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus, Headcount, Journey

PUBLISH = insert_once(journey)
_whole = select(*(enrolment.c[one.name] for one in fields(Enrolment)))
"""The columns in the order of the fields, so that a row of many is read by its positions."""

VERSION = select(journey.c.body).where(
    journey.c.id == bindparam("this_journey"), journey.c.version == bindparam("this_version")
)
VERSIONS = select(journey.c.id, journey.c.version)
ADD = insert_once(enrolment).returning(enrolment.c.id)
GET = _whole.where(enrolment.c.id == bindparam("this_id"))
GET_ALL = _whole.where(enrolment.c.id.in_(bindparam("these_ids", expanding=True)))
LAST_ENTRY = select(func.max(enrolment.c.entered_at)).where(
    enrolment.c.profile_id == bindparam("profile"), enrolment.c.journey == bindparam("this_journey")
)
BY_ENTRY = _whole.where(
    enrolment.c.journey == bindparam("this_journey"),
    enrolment.c.entry == bindparam("entered_by"),
    text("entry IS NOT NULL"),
)
REACH_GOAL = (
    update(enrolment)
    .where(
        enrolment.c.profile_id == bindparam("profile"),
        enrolment.c.journey == bindparam("this_journey"),
        enrolment.c.entered_at >= bindparam("since"),
        enrolment.c.goal_at.is_(None),
        text("status <> 'waiting'"),
    )
    .values(goal_at=bindparam("reached_at", type_=enrolment.c.goal_at.type))
)
_waits = text("status = 'waiting'")
_goes_on = text("status = 'waiting' AND paused_at IS NULL")
WAITING = _whole.where(enrolment.c.profile_id == bindparam("profile"), _waits).order_by(
    enrolment.c.entered_at, enrolment.c.id
)
OF = _whole.where(enrolment.c.profile_id == bindparam("profile")).order_by(enrolment.c.entered_at, enrolment.c.id)
_due = _whole.where(_goes_on, enrolment.c.due_at <= bindparam("now"), enrolment.c.due_at >= bindparam("floor"))
_claimed = _due.limit(bindparam("most")).with_for_update(skip_locked=True)
CLAIM_DUE = _claimed.order_by(enrolment.c.due_at)
CLAIM_LATEST = _claimed.order_by(enrolment.c.due_at.desc())
SAVE = update(enrolment).where(enrolment.c.id == bindparam("this_id"), enrolment.c.seq == bindparam("seq_read"))
_PLACE = (
    ("step", "text"), ("visit", "int"), ("due_at", "bigint"), ("waiting_for", "text"), ("arrived_at", "bigint"),
    ("reminded", "smallint"), ("status", "text"), ("reason", "text"), ("seq", "int"), ("data", "text"),
    ("goal_at", "bigint"), ("paused_at", "bigint"),
)  # fmt: skip
SAVE_ALL = text(
    " ".join(
        (
            "UPDATE enrolment SET",
            ", ".join(f"{name} = v.{name}" for name, _ in _PLACE),
            "FROM unnest(CAST(:ids AS text[]),",
            ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in _PLACE),
            ") AS v(id,",
            ", ".join(name for name, _ in _PLACE),
            ") WHERE enrolment.id = v.id AND enrolment.seq = v.seq - 1 RETURNING 1",
        )
    )
)
"""On PostgreSQL; it takes a tenth of what as many statements take."""

NEXT_DUE = select(func.min(enrolment.c.due_at)).where(_goes_on)
_alike = (
    enrolment.c.journey,
    enrolment.c.version,
    enrolment.c.step,
    enrolment.c.status,
    case((text("status <> 'parked'"), enrolment.c.reason), else_="").label("reason"),
)
HEADCOUNTS = (
    select(*_alike, func.count().label("people"), func.count(enrolment.c.goal_at).label("goals"))
    .group_by(*_alike)
    .order_by(*_alike)
)
PARKED = (
    _whole.where(enrolment.c.journey == bindparam("this_journey"), text("status = 'parked'"))
    .order_by(enrolment.c.entered_at.desc(), enrolment.c.id)
    .limit(bindparam("most"))
)
INSIDE = (
    _whole.where(
        enrolment.c.journey == bindparam("this_journey"),
        enrolment.c.version == bindparam("this_version"),
        enrolment.c.step == bindparam("this_step"),
        text("status IN ('waiting', 'parked')"),
    )
    .order_by(enrolment.c.due_at.is_(None), enrolment.c.due_at, enrolment.c.id)
    .limit(bindparam("most"))
)

_begins = enrolment.c.id + bindparam("mark")
_last = (
    select(func.max(decision.c.position).label("position"))
    .select_from(
        enrolment.join(
            decision,
            and_(
                decision.c.profile_id == enrolment.c.profile_id,
                func.substr(decision.c.entry_key, 1, func.length(_begins)) == _begins,
            ),
        )
    )
    .where(enrolment.c.journey == bindparam("this_journey"), enrolment.c.version == bindparam("this_version"))
    .group_by(decision.c.entry_key)
    .subquery()
)
DECIDED = (
    select(decision.c.outcome, decision.c.why, func.count().label("messages"))
    .join(_last, decision.c.position == _last.c.position)
    .group_by(decision.c.outcome, decision.c.why)
)

BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
SLACK = timedelta(seconds=1)
LOOK_BACK_EVERY = timedelta(minutes=1)


class Watermark:
    """The due time below which nothing is expected to wait any more.

    On PostgreSQL a long-held snapshot keeps dead rows in the index of due times, and a claim that starts at its
    beginning walks all of them each time. What gets in below the mark all the same is found within a minute.
    """

    def __init__(self) -> None:
        self._floor = BEGINNING
        self._looked_back_at = BEGINNING

    def floor(self, now: datetime) -> datetime:
        if not timedelta() <= now - self._looked_back_at < LOOK_BACK_EVERY:
            self._looked_back_at = now
            return BEGINNING
        return self._floor

    def claimed(self, first_due: datetime) -> None:
        """The claim found nothing before this. A second of slack is for transactions that were under way."""
        self._floor = max(first_due - SLACK, BEGINNING)

    def will_be_due(self, due_at: datetime) -> None:
        self._floor = min(self._floor, due_at)


class JourneyVersions:
    """Versions that this process has read: one never changes, so it is read and parsed once."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Journey] = {}
        self.published: set[tuple[str, str]] = set()


class StoredEnrolments(Repository):
    def __init__(self, session: Session, versions: JourneyVersions, watermark: Watermark) -> None:
        super().__init__(session)
        self._versions = versions
        self._watermark = watermark
        self._just_published: set[tuple[str, str]] = set()
        self._moved: dict[str, Enrolment] = {}
        self._latest: dict[str, Enrolment] = {}
        """Where those stand whom this transaction has moved, whether that is written yet or not."""
        self.grown = False

    def committed(self) -> None:
        """What this transaction published is there to stay."""
        self._versions.published |= self._just_published

    async def publish(self, journey: Journey) -> None:
        name = (journey.id, journey.version)
        if name in self._versions.published or name in self._just_published:
            return
        row = {"id": journey.id, "version": journey.version, "body": JOURNEY.dump(journey)}
        await self._session.execute(PUBLISH, row)
        self._just_published.add(name)

    async def version(self, journey: str, version: str) -> Journey:
        if found := self._versions.known.get((journey, version)):
            return found
        values = {"this_journey": journey, "this_version": version}
        body = (await self._session.execute(VERSION, values)).scalar()
        if body is None:
            raise LookupError(f'there is no version "{version}" of journey "{journey}" in the store.')
        try:
            read = JOURNEY.load(body)
        except ValueError as error:
            raise UnreadableJourney(
                f'version "{version}" of journey "{journey}" was written by another release of Overture, and this one '
                "cannot read it. Run the release that wrote it, or publish the journey's file anew."
            ) from error
        self._versions.known[journey, version] = read
        return read

    async def versions(self) -> Sequence[tuple[str, str]]:
        return [(row.id, row.version) for row in await self._session.execute(VERSIONS)]

    async def add(self, enrolment: Enrolment) -> bool:
        row = {
            "id": enrolment.id,
            "shard": shard_of(enrolment.profile_id),
            "profile_id": enrolment.profile_id,
            "journey": enrolment.journey,
            "version": enrolment.version,
            "entered_at": enrolment.entered_at,
            "entry": enrolment.entry,
            "lane": enrolment.lane,
            **place_of(enrolment, self._sealing),
        }
        self._note_due(enrolment)
        return (await self._execute(ADD, row)).first() is not None

    async def get(self, enrolment_id: EnrolmentId) -> Enrolment:
        row = (await self._execute(GET, {"this_id": enrolment_id})).first()
        if row is None:
            raise LookupError(f'there is no enrolment "{enrolment_id}" in the store.')
        return _enrolment(row, self._sealing)

    async def get_all(self, enrolment_ids: Collection[EnrolmentId]) -> Sequence[Enrolment]:
        rows = await self._execute(GET_ALL, {"these_ids": sorted(enrolment_ids)}) if enrolment_ids else ()
        return [self.moved(_enrolment(row, self._sealing)) for row in rows]

    async def by_entry(self, journey: str, entry: str) -> Enrolment | None:
        row = (await self._execute(BY_ENTRY, {"this_journey": journey, "entered_by": entry})).first()
        return None if row is None else _enrolment(row, self._sealing)

    async def reach_goal(self, profile_id: ProfileId, journey: str, *, since: datetime, at: datetime) -> int:
        values = {"profile": profile_id, "this_journey": journey, "since": since, "reached_at": at}
        return int((await self._execute(REACH_GOAL, values)).rowcount)

    async def last_entry(self, profile_id: ProfileId, journey: str) -> datetime | None:
        values = {"profile": profile_id, "this_journey": journey}
        entered: datetime | None = (await self._execute(LAST_ENTRY, values)).scalar()
        return entered

    async def waiting(self, profile_id: ProfileId) -> Sequence[Enrolment]:
        return [_enrolment(row, self._sealing) for row in await self._execute(WAITING, {"profile": profile_id})]

    async def of(self, profile_id: ProfileId) -> Sequence[Enrolment]:
        return [_enrolment(row, self._sealing) for row in await self._execute(OF, {"profile": profile_id})]

    async def claim_due(self, now: datetime, limit: int, *, latest_first: bool = False) -> Sequence[Enrolment]:
        if latest_first:
            values = {"now": now, "floor": BEGINNING, "most": limit}
            return [_enrolment(row, self._sealing) for row in await self._execute(CLAIM_LATEST, values)]
        values = {"now": now, "floor": self._watermark.floor(now), "most": limit}
        due = [_enrolment(row, self._sealing) for row in await self._execute(CLAIM_DUE, values)]
        # What is found stays below the mark: should this transaction fail, it has to be found again.
        self._watermark.claimed(due[0].due_at or now if due else now)
        return due

    async def save_at_end(self, enrolment: Enrolment) -> None:
        if enrolment.id in self._moved:
            await self.write()
        self._moved[enrolment.id] = self._latest[enrolment.id] = enrolment
        self._note_due(enrolment)

    def moved(self, enrolment: Enrolment) -> Enrolment:
        latest = self._latest.get(enrolment.id, enrolment)
        return latest if latest.seq > enrolment.seq else enrolment

    async def write(self) -> None:
        """Write where those stand who were saved for the end; raises Conflict as `save` does."""
        if not self._moved:
            return
        moved, self._moved = list(self._moved.values()), {}
        places = [place_of(one, self._sealing) for one in moved]
        if self._session.is_postgresql:
            columns = {name: [_written(place[name]) for place in places] for name, _ in _PLACE}
            saved = len((await self._session.execute(SAVE_ALL, {"ids": [one.id for one in moved], **columns})).all())
        else:
            rows = [
                {"this_id": one.id, "seq_read": one.seq - 1, **place} for one, place in zip(moved, places, strict=True)
            ]
            saved = (await self._session.execute(SAVE, rows)).rowcount
        if saved != len(moved):
            raise Conflict(f"{len(moved) - saved} enrolments are not where they were any more.")

    async def _execute(self, statement: Any, values: Any = None) -> Any:
        await self.write()
        return await self._session.execute(statement, values)

    async def save(self, enrolment: Enrolment) -> None:
        row = {"this_id": enrolment.id, "seq_read": enrolment.seq - 1, **place_of(enrolment, self._sealing)}
        self._note_due(enrolment)
        if not (await self._execute(SAVE, row)).rowcount:
            raise Conflict(f"enrolment {enrolment.id} is not at step number {enrolment.seq - 1} any more.")
        self._latest[enrolment.id] = enrolment

    async def next_due(self) -> datetime | None:
        due: datetime | None = (await self._execute(NEXT_DUE)).scalar()
        return due

    async def headcounts(self) -> Sequence[Headcount]:
        return [
            Headcount(
                row.journey, row.version, row.step, EnrolmentStatus(row.status), row.reason, row.people, row.goals
            )
            for row in await self._execute(HEADCOUNTS)
        ]

    async def inside(self, journey: str, version: str, step: str, limit: int) -> Sequence[Enrolment]:
        values = {"this_journey": journey, "this_version": version, "this_step": step, "most": limit}
        return [_enrolment(row, self._sealing) for row in await self._execute(INSIDE, values)]

    async def decided(self, journey: str, version: str, step: str) -> Sequence[Verdicts]:
        values = {"this_journey": journey, "this_version": version, "mark": f":{step}:"}
        return [Verdicts(row.outcome, row.why, row.messages) for row in await self._execute(DECIDED, values)]

    async def parked(self, journey: str, limit: int) -> Sequence[Enrolment]:
        return [
            _enrolment(row, self._sealing)
            for row in await self._execute(PARKED, {"this_journey": journey, "most": limit})
        ]

    def _note_due(self, enrolment: Enrolment) -> None:
        self.grown = True
        if enrolment.due_at is not None and enrolment.status is EnrolmentStatus.WAITING:
            self._watermark.will_be_due(enrolment.due_at)


def place_of(enrolment: Enrolment, sealing: Sealing = OFF) -> dict[str, Any]:
    """What an advance may change, as a row has it."""
    return {
        "step": enrolment.step,
        "visit": enrolment.visit,
        "due_at": enrolment.due_at,
        "waiting_for": NAMES.dump(enrolment.waiting_for),
        "arrived_at": enrolment.arrived_at,
        "reminded": enrolment.reminded,
        "status": enrolment.status,
        "reason": enrolment.reason,
        "seq": enrolment.seq,
        "data": sealing.seal(DATA_OF_ENROLMENT, PLAIN.dump(dict(enrolment.data)), enrolment.id),
        "goal_at": enrolment.goal_at,
        "paused_at": enrolment.paused_at,
    }


def _written(value: Any) -> Any:
    return (
        microseconds(value)
        if isinstance(value, datetime)
        else value.replace("\0", "\ufffd")
        if isinstance(value, str)
        else value
    )


_STATUSES = {status.value: status for status in EnrolmentStatus}


@lru_cache(maxsize=1000)
def _names(text: str) -> tuple[str, ...]:
    """What many wait for is the same."""
    return NAMES.load(text)


def _enrolment(row: Any, sealing: Sealing) -> Enrolment:
    """Of a claim each microsecond here is taken hundreds of times: names of columns and of fields would be a third."""
    (
        id_, journey_id, version, profile_id, entered_at, step, visit, due_at, waiting_for, arrived_at, reminded,
        status, reason, seq, data, entry, lane, goal_at, paused_at,
    ) = row  # fmt: skip
    facts = PLAIN.load(sealing.open(DATA_OF_ENROLMENT, data, id_))
    return Enrolment(
        id_, journey_id, version, profile_id, entered_at, step, visit, due_at, _names(waiting_for), arrived_at,
        reminded, _STATUSES[status], reason, seq, facts, entry, lane, goal_at, paused_at,
    )  # fmt: skip
