"""The outbox: everything that is to leave, once, and how far it got."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.adapters.codec import DISPATCH, WINDOW
from bot.adapters.database.repository import Repository, Session, insert_once
from bot.adapters.tables import delivery, outbox, shard_of
from bot.domain.consent import Purpose
from bot.domain.delivery import (
    ChannelMessage,
    Dispatch,
    Lane,
    OutboxEntry,
    OutboxStatus,
)
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.message import DeliveryState, DeliveryStatus
from bot.ports import NO_SOONER, Sooner

ADD = insert_once(outbox).returning(outbox.c.position)
ADD_ALL = insert_once(outbox)

_other = outbox.alias("other")
_goes_before = or_(
    _other.c.priority > outbox.c.priority,
    and_(_other.c.priority == outbox.c.priority, _other.c.position < outbox.c.position),
)
_first_in_its_conversation = ~exists().where(
    _other.c.conversation_id == outbox.c.conversation_id,
    _other.c.channel == outbox.c.channel,
    _other.c.position != outbox.c.position,
    text("other.status IN ('waiting', 'sending')"),
    or_(
        and_(text("other.status = 'sending'"), or_(_goes_before, text("outbox.status = 'waiting'"))),
        and_(
            _goes_before,
            or_(
                _other.c.due_at <= bindparam("now"),
                and_(_other.c.first_tried_at.is_not(None), text("other.purpose <> 'marketing'")),
            ),
        ),
    ),
)


def _claimable(*conditions: Any, first: Any) -> Select[Any]:
    return (
        select(outbox)
        .where(*conditions, _first_in_its_conversation)
        .order_by(first, outbox.c.position)
        .limit(bindparam("most"))
        .with_for_update(of=outbox, skip_locked=True)
    )


_lanes = outbox.c.lane.in_(bindparam("lanes", expanding=True))
CLAIM_DUE = _claimable(
    _lanes, text("outbox.status = 'waiting'"), outbox.c.due_at <= bindparam("now"), first=outbox.c.due_at
)
CLAIM_STALE = _claimable(
    _lanes,
    text("outbox.status = 'sending'"),
    or_(
        outbox.c.claimed_at <= bindparam("stale"),
        and_(
            outbox.c.channel.in_(bindparam("sooner_on", expanding=True)),
            outbox.c.claimed_at <= bindparam("stale_sooner"),
        ),
    ),
    first=outbox.c.claimed_at,
)
MARK_SENDING = (
    update(outbox)
    .where(outbox.c.position == bindparam("this_position"))
    .values(status=OutboxStatus.SENDING, claimed_at=bindparam("now"))
)
SETTLE = update(outbox).where(outbox.c.key == bindparam("this_key"))
SETTLE_SENT = SETTLE.values(
    sent_at=func.coalesce(outbox.c.claimed_at, bindparam("tried_at", type_=outbox.c.sent_at.type), outbox.c.due_at)
)
BY_KEY = select(outbox).where(outbox.c.key == bindparam("this_key"))
BY_VENDOR_ID = (
    select(outbox)
    .where(
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.vendor_id == bindparam("known_as"),
        outbox.c.vendor_id.is_not(None),
    )
    .order_by(outbox.c.position.desc())
    .limit(1)
)
PURGEABLE = (
    select(outbox)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        text("status = 'waiting'"),
        outbox.c.purpose == bindparam("with_purpose"),
    )
    .order_by(outbox.c.position)
    .with_for_update()
)
WITHHOLD = (
    update(outbox)
    .where(outbox.c.position == bindparam("this_position"))
    .values(status=OutboxStatus.WITHHELD, reason=bindparam("why"))
)
SENT_SINCE = (
    select(outbox.c.sent_at)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.sent_at >= bindparam("since"),
        outbox.c.purpose == bindparam("with_purpose"),
        text("status = 'sent'"),
    )
    .order_by(outbox.c.sent_at)
)
WROTE_LAST = (
    select(outbox.c.enrolment_id)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id.in_(bindparam("among", expanding=True)),
        text("status = 'sent'"),
    )
    .order_by(outbox.c.sent_at.desc(), outbox.c.position.desc())
    .limit(1)
)
NEXT_DUE = select(func.min(outbox.c.due_at)).where(_lanes, text("status = 'waiting'"))
DEAD = (
    select(outbox)
    .where(
        text("status = 'dead'"),
        outbox.c.id > bindparam("after"),
        or_(bindparam("to") == "", outbox.c.channel == bindparam("to")),
        or_(bindparam("reason") == "", outbox.c.reason == bindparam("reason")),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
)
COUNT = {
    status: select(func.count()).select_from(outbox).where(text(f"status = '{status.value}'"))
    for status in OutboxStatus
}

_receipt = upsert(delivery)
KEEP_RECEIPT = _receipt.on_conflict_do_update(
    index_elements=["channel", "vendor_id"], set_={"outbox_key": _receipt.excluded.outbox_key}
).returning(delivery.c.state, delivery.c.error)
_word = upsert(delivery)
TRACK = _word.on_conflict_do_update(
    index_elements=["channel", "vendor_id"],
    set_={
        "state": _word.excluded.state,
        "error": _word.excluded.error,
        "at": _word.excluded.at,
        "outbox_key": func.coalesce(delivery.c.outbox_key, _word.excluded.outbox_key),
    },
    where=or_(
        and_(delivery.c.state == DeliveryState.SENT, _word.excluded.state != DeliveryState.SENT),
        and_(delivery.c.state == DeliveryState.DELIVERED, _word.excluded.state == DeliveryState.READ),
    ),
).returning(delivery.c.outbox_key)
TOLD_OF = (
    select(delivery.c.vendor_id)
    .where(delivery.c.outbox_key == bindparam("this_key"), delivery.c.state != DeliveryState.FAILED)
    .limit(1)
)
SENT_IDS = select(outbox.c.vendor_id).where(
    outbox.c.profile_id == bindparam("profile"),
    outbox.c.channel == bindparam("on_channel"),
    outbox.c.sent_at >= bindparam("since"),
    outbox.c.vendor_id.is_not(None),
    text("status = 'sent'"),
)
_earlier = outbox.alias("earlier")
OVERTAKEN = (
    select(outbox.c.dispatch)
    .join(_earlier, (_earlier.c.profile_id == outbox.c.profile_id) & (_earlier.c.channel == outbox.c.channel))
    .where(
        _earlier.c.key == bindparam("this_key"),
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.position > _earlier.c.position,
        text("outbox.status = 'sent'"),
    )
)


class StoredOutbox(Repository):
    """Entries that wait for the transaction's end are written before anything else is asked of the outbox."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._waiting: list[dict[str, Any]] = []

    async def add_at_end(self, entry: OutboxEntry) -> None:
        self._waiting.append(_row(entry))

    async def write(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._session.execute(ADD_ALL, waiting)

    async def _execute(self, statement: Any, values: Any = None) -> Any:
        await self.write()
        return await self._session.execute(statement, values)

    async def add(self, entry: OutboxEntry) -> bool:
        return (await self._execute(ADD, _row(entry))).first() is not None

    async def claim(
        self, now: datetime, limit: int, *, stale_after: timedelta, lane: Lane | None = None, sooner: Sooner = NO_SOONER
    ) -> Sequence[OutboxEntry]:
        """At most one entry of each conversation and channel, so that a burst leaves one by one and in order."""
        lanes = _only(lane)
        left = {
            "now": now,
            "stale": now - stale_after,
            "most": limit,
            "lanes": lanes,
            "sooner_on": sorted(sooner.channels),
            "stale_sooner": now - sooner.stale_after,
        }
        rows = list((await self._execute(CLAIM_STALE, left)).all())
        if len(rows) < limit:
            wanted = {"now": now, "most": limit - len(rows), "lanes": lanes}
            rows += (await self._execute(CLAIM_DUE, wanted)).all()
        if rows:
            marks = [{"this_position": row.position, "now": now} for row in rows]
            await self._execute(MARK_SENDING, marks)
        return [_entry(row) for row in rows]

    async def settle(self, entry: OutboxEntry) -> str | None:
        values = {"this_key": entry.key, **_progress(entry)}
        if entry.status is not OutboxStatus.SENT:
            await self._execute(SETTLE, values)
            return None
        await self._execute(SETTLE_SENT, values | {"tried_at": entry.first_tried_at})
        if entry.vendor_id is not None and isinstance(entry.dispatch, ChannelMessage):
            receipt = {
                "channel": entry.dispatch.channel,
                "vendor_id": entry.vendor_id,
                "outbox_key": entry.key,
                "state": DeliveryState.SENT,
                "error": "",
                "at": entry.first_tried_at or entry.due_at,
            }
            known = (await self._execute(KEEP_RECEIPT, receipt)).first()
            if known is not None and known.state == DeliveryState.FAILED:
                return str(known.error)
        return None

    async def by_key(self, key: str) -> OutboxEntry | None:
        row = (await self._execute(BY_KEY, {"this_key": key})).first()
        return None if row is None else _entry(row)

    async def by_vendor_id(self, channel: str, vendor_id: str) -> OutboxEntry | None:
        found = await self._execute(BY_VENDOR_ID, {"on_channel": channel, "known_as": vendor_id})
        row = found.first()
        return None if row is None else _entry(row)

    async def purge(
        self, profile_id: ProfileId, purpose: Purpose, why: str, *, channel: str | None = None
    ) -> Sequence[OutboxEntry]:
        found = await self._execute(PURGEABLE, {"profile": profile_id, "with_purpose": purpose})
        rows = [row for row in found.all() if channel is None or row.channel == channel]
        if rows:
            await self._execute(WITHHOLD, [{"this_position": row.position, "why": why} for row in rows])
        return [_entry(row) for row in rows]

    async def sent_since(
        self, profile_id: ProfileId, purpose: Purpose, channel: str, since: datetime
    ) -> Sequence[datetime]:
        values = {"profile": profile_id, "with_purpose": purpose, "on_channel": channel, "since": since}
        return [row.sent_at for row in await self._execute(SENT_SINCE, values)]

    async def wrote_last(self, profile_id: ProfileId, among: Collection[EnrolmentId]) -> EnrolmentId | None:
        found = await self._execute(WROTE_LAST, {"profile": profile_id, "among": sorted(among)})
        enrolment_id: EnrolmentId | None = found.scalar()
        return enrolment_id

    async def next_due(self, lane: Lane | None = None) -> datetime | None:
        due: datetime | None = (await self._execute(NEXT_DUE, {"lanes": _only(lane)})).scalar()
        return due

    async def track(self, status: DeliveryStatus, at: datetime) -> str | None:
        """A vendor's word may overtake its own receipt: then it is kept for it."""
        word = {
            "channel": status.channel,
            "vendor_id": status.sent_id,
            "outbox_key": status.key or None,
            "state": status.state,
            "error": status.error,
            "at": at,
        }
        key: str | None = (await self._execute(TRACK, word)).scalar()
        return key

    async def told_of(self, key: str) -> str | None:
        vendor_id: str | None = (await self._execute(TOLD_OF, {"this_key": key})).scalar()
        return vendor_id

    async def sent_ids(self, profile_id: ProfileId, channel: str, since: datetime) -> frozenset[str]:
        values = {"profile": profile_id, "on_channel": channel, "since": since}
        return frozenset(row.vendor_id for row in await self._execute(SENT_IDS, values))

    async def overtaken_by(self, entry: OutboxEntry) -> Sequence[Dispatch]:
        values = {"this_key": entry.key, "profile": entry.profile_id, "on_channel": entry.goes_to}
        return [DISPATCH.load(row.dispatch) for row in await self._execute(OVERTAKEN, values)]

    async def count(self, status: OutboxStatus) -> int:
        return int((await self._execute(COUNT[status])).scalar_one())

    async def dead(self, limit: int, *, to: str = "", reason: str = "", after: str = "") -> Sequence[OutboxEntry]:
        values = {"to": to, "reason": reason, "after": after, "most": limit}
        return [_entry(row) for row in await self._execute(DEAD, values)]


def _row(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "key": entry.key,
        "profile_id": entry.profile_id,
        "shard": shard_of(entry.profile_id or entry.conversation_id or entry.id),
        "conversation_id": entry.conversation_id,
        "enrolment_id": entry.enrolment_id,
        "channel": entry.goes_to,
        "purpose": entry.purpose,
        "dispatch": DISPATCH.dump(entry.dispatch),
        "window": None if entry.window is None else WINDOW.dump(entry.window),
        "created_at": entry.created_at,
        "expires_at": entry.expires_at,
        "priority": entry.priority,
        "cap": entry.cap,
        "lane": entry.lane,
        **_progress(entry),
    }


def _only(lane: Lane | None) -> list[Lane]:
    return list(Lane) if lane is None else [lane]


def _progress(entry: OutboxEntry) -> dict[str, Any]:
    """What delivering changes."""
    return {
        "due_at": entry.due_at,
        "status": entry.status,
        "attempts": entry.attempts,
        "first_tried_at": entry.first_tried_at,
        "vendor_id": entry.vendor_id,
        "reason": entry.reason,
    }


def _entry(row: Any) -> OutboxEntry:
    return OutboxEntry(
        id=row.id,
        key=row.key,
        dispatch=DISPATCH.load(row.dispatch),
        purpose=Purpose(row.purpose),
        profile_id=row.profile_id,
        created_at=row.created_at,
        due_at=row.due_at,
        conversation_id=row.conversation_id,
        enrolment_id=row.enrolment_id,
        window=None if row.window is None else WINDOW.load(row.window),
        expires_at=row.expires_at,
        status=OutboxStatus(row.status),
        attempts=row.attempts,
        first_tried_at=row.first_tried_at,
        vendor_id=row.vendor_id,
        reason=row.reason,
        priority=row.priority,
        cap=row.cap,
    )
