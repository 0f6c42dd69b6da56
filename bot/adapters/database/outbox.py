"""The outbox: everything that is to leave, once, and how far it got."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)

from bot.adapters.database.outbox_claims import CLAIMS, NEXT_DUE, claim, lanes_of
from bot.adapters.database.outbox_rows import dispatch_of, entry_of, progress_of, row_of
from bot.adapters.database.receipts import DROP_RECEIPT, TOLD_OF, TRACK, keep_receipts, word_of
from bot.adapters.database.repository import Among, Listed, Repository, Session, insert_once
from bot.adapters.tables import conversation, decision, outbox, profile
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Dispatch, Lane, OutboxEntry, OutboxStatus
from bot.domain.errors import PersonGone
from bot.domain.ids import ConversationId, EnrolmentId, ProfileId
from bot.domain.message import DeliveryStatus
from bot.ports import NO_SOONER, Sooner

OWNERS = Listed(
    lambda among: select(profile.c.id).where(among(profile.c.id, "people")).with_for_update(read=True, key_share=True)
)
ADD = insert_once(outbox).returning(outbox.c.position)
ADD_ALL = insert_once(outbox)

DUE_AGAIN = (
    update(outbox)
    .where(
        outbox.c.lane.in_(bindparam("lanes", expanding=True)),
        text("status = 'waiting'"),
        outbox.c.due_at > bindparam("later"),
        outbox.c.due_at <= outbox.c.created_at,
    )
    .values(due_at=bindparam("now"))
)
CLAIMED_NOW = (
    update(outbox)
    .where(text("status = 'sending'"), outbox.c.claimed_at > bindparam("far_ahead"))
    .values(claimed_at=bindparam("now"))
)
CLAIMED_AHEAD = timedelta(minutes=1)
"""Clocks by which work is taken are never so far apart."""

SETTLE = update(outbox).where(outbox.c.key == bindparam("this_key"))
SETTLE_SENT = SETTLE.values(
    sent_at=func.coalesce(outbox.c.claimed_at, bindparam("tried_at", type_=outbox.c.sent_at.type), outbox.c.due_at)
)
DROP = delete(outbox).where(outbox.c.key == bindparam("this_key"))
BY_KEY = select(outbox).where(outbox.c.key == bindparam("this_key"))
_waiting = (
    select(outbox)
    .where(outbox.c.profile_id == bindparam("profile"), text("status = 'waiting'"))
    .order_by(outbox.c.position)
    .with_for_update()
)
PURGEABLE = _waiting.where(outbox.c.purpose == bindparam("with_purpose"))
OF_RUN = (
    select(outbox)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id == bindparam("this_run"),
        text("status IN ('waiting', 'sending')"),
    )
    .order_by(outbox.c.position)
    .with_for_update()
)
GIVE_BACK = (
    update(outbox)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id == bindparam("this_run"),
        outbox.c.reason == bindparam("because"),
        text("status = 'withheld'"),
    )
    .values(status=OutboxStatus.WAITING, reason="")
    .returning(outbox.c.key)
)
EXPIRE = (
    update(outbox)
    .where(
        outbox.c.profile_id == bindparam("profile"),
        outbox.c.enrolment_id == bindparam("this_run"),
        outbox.c.lane != Lane.CRM.value,
        text("status IN ('sending', 'sent')"),
    )
    .values(expires_at=bindparam("now"))
)
WITHHOLD = (
    update(outbox)
    .where(outbox.c.position == bindparam("this_position"))
    .values(status=OutboxStatus.WITHHELD, reason=bindparam("why"))
)
_leaving = exists().where(
    decision.c.profile_id == outbox.c.profile_id,
    decision.c.entry_key == outbox.c.key,
    decision.c.outcome == "send",
    decision.c.at >= outbox.c.claimed_at,
)
"""Whether the gate has let it go since it was claimed: its vendor has it, or will have it in a moment."""

UNDER_WAY = select(outbox.c.key).where(
    outbox.c.profile_id == bindparam("profile"),
    outbox.c.enrolment_id == bindparam("this_run"),
    text("outbox.status = 'sending'"),
    _leaving,
)
"""Asked once the rows are locked: who lets a message go has its row until that is kept."""

_with_purpose = outbox.c.purpose == bindparam("with_purpose")
_sent = (
    (outbox.c.sent_at, and_(outbox.c.sent_at >= bindparam("since"), text("outbox.status = 'sent'"))),
    (outbox.c.claimed_at, and_(text("outbox.status = 'sending'"), _leaving)),
)
"""When a message left, or is just leaving, and which do."""

_there = and_(conversation.c.id == outbox.c.conversation_id, conversation.c.profile_id == outbox.c.profile_id)
"""A message goes to where its conversation is. That it is the same person's finds it by the index of who got what."""


def _sent_since(among: Among) -> CompoundSelect[Any]:
    """What went to one of these people, and what went to one of these addresses; what did both is there twice."""
    on_channel = outbox.c.channel == bindparam("on_channel")
    nobody = cast(null(), Text)
    found = []
    for at, left in _sent:
        said = (outbox.c.position, at.label("sent_at"))
        found.append(
            select(*said, outbox.c.profile_id, nobody.label("address")).where(
                among(outbox.c.profile_id, "people"), on_channel, _with_purpose, left
            )
        )
        found.append(
            select(*said, nobody, conversation.c.address)
            .join(conversation, _there)
            .where(
                conversation.c.channel == bindparam("on_channel"),
                among(conversation.c.address, "addresses"),
                on_channel,
                _with_purpose,
                left,
            )
        )
    return union_all(*found)


SENT_SINCE = Listed(_sent_since)
LAST_SENT = Listed(
    lambda among: union_all(
        *(
            select(outbox.c.profile_id, at.label("sent_at")).where(
                among(outbox.c.profile_id, "people"), among(outbox.c.channel, "channels"), _with_purpose, left
            )
            for at, left in _sent
        )
    )
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
UNSETTLED = select(outbox.c.key).where(
    outbox.c.conversation_id == bindparam("conversation"),
    outbox.c.channel == bindparam("on_channel"),
    text("status IN ('waiting', 'sending')"),
)
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

LEFT_BY = select(func.count()).select_from(
    select(outbox.c.position)
    .where(
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.sent_at >= bindparam("since"),
        text(f"status = '{OutboxStatus.SENT.value}'"),
    )
    .limit(bindparam("at_most"))
    .subquery()
)

SENT_IDS = select(outbox.c.vendor_id).where(
    outbox.c.profile_id == bindparam("profile"),
    outbox.c.channel == bindparam("on_channel"),
    outbox.c.sent_at >= bindparam("since"),
    outbox.c.vendor_id.is_not(None),
    text("status = 'sent'"),
)
SENT_AS = select(outbox).where(
    outbox.c.channel == bindparam("on_channel"),
    outbox.c.vendor_id.in_(bindparam("under", expanding=True)),
    text("vendor_id IS NOT NULL"),
)
_earlier = outbox.alias("earlier")
OVERTAKEN = (
    select(outbox.c.key, outbox.c.dispatch)
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
        self._to_leave: set[str] = set()
        self._owners: set[str] = set()
        self._people: frozenset[ProfileId] = frozenset()
        self._addresses: frozenset[tuple[str, str]] = frozenset()
        self._sent: dict[tuple[Purpose, str, datetime], list[Any]] = {}
        self._last_sent: dict[tuple[Purpose, frozenset[str], datetime], list[Any]] = {}

    def expect(self, people: Collection[ProfileId], addresses: Collection[tuple[str, str]]) -> None:
        self._people = frozenset(people)
        self._addresses = frozenset(addresses)
        self._forget_sent()

    def _forget_sent(self) -> None:
        self._sent.clear()
        self._last_sent.clear()

    @property
    def grown(self) -> bool:
        return bool(self._to_leave)

    async def add_at_end(self, entry: OutboxEntry) -> None:
        self._to_leave.add(entry.key)
        self._waiting.append(row_of(entry, self._sealing))

    async def write(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._hold(waiting)
            await self._session.execute(ADD_ALL, waiting)

    async def _hold(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Whose the rows are stays until the transaction ends. Else a merge, or an erasure, that has been through the
        outbox would leave them behind, of somebody who is gone."""
        people = {row["profile_id"] for row in rows if row["profile_id"] is not None} - self._owners
        if not people:
            return
        found = {row.id for row in await OWNERS.run(self._session, people=people)}
        if gone := people - found:
            raise PersonGone(f"nobody is known as {', '.join(sorted(gone))} any more.")
        self._owners |= found

    async def _execute(self, statement: Any, values: Any = None) -> Any:
        await self.write()
        return await self._session.execute(statement, values)

    async def add(self, entry: OutboxEntry) -> bool:
        self._to_leave.add(entry.key)
        row = row_of(entry, self._sealing)
        await self.write()
        await self._hold([row])
        return (await self._session.execute(ADD, row)).first() is not None

    async def claim(
        self, now: datetime, limit: int, *, stale_after: timedelta, lane: Lane | None = None, sooner: Sooner = NO_SOONER
    ) -> Sequence[OutboxEntry]:
        """At most one entry of each conversation and channel, so that a burst leaves one by one and in order."""
        await self.write()
        self._forget_sent()
        rows = await claim(self._session, now, limit, stale_after=stale_after, lanes=lanes_of(lane), sooner=sooner)
        return [replace(entry_of(row, self._sealing), claimed_at=now) for row in rows]

    async def still_ours(self, entries: Collection[OutboxEntry]) -> Mapping[str, ProfileId | None]:
        await self.write()
        claims = {one.key: one.claimed_at for one in entries}
        rows = await CLAIMS.run(self._session, keys=claims)
        return {row.key: row.profile_id for row in rows if row.claimed_at == claims[row.key]}

    async def unsettled(self, conversation_id: ConversationId, channel: str) -> frozenset[str]:
        values = {"conversation": conversation_id, "on_channel": channel}
        return frozenset(row.key for row in await self._execute(UNSETTLED, values))

    async def settle(self, entry: OutboxEntry) -> str | None:
        return (await self.settle_all([entry])).get(entry.key)

    async def settle_all(self, entries: Collection[OutboxEntry]) -> Mapping[str, str]:
        self._forget_sent()
        sent = [entry for entry in entries if entry.status is OutboxStatus.SENT]
        others = [entry for entry in entries if entry.status is not OutboxStatus.SENT]
        self._to_leave.update(entry.key for entry in others)
        self._to_leave.difference_update(entry.key for entry in sent)
        if others:
            await self._execute(SETTLE, [{"this_key": one.key, **progress_of(one)} for one in others])
        if not sent:
            return {}
        settled = [{"this_key": one.key, **progress_of(one), "tried_at": one.first_tried_at} for one in sent]
        await self._execute(SETTLE_SENT, settled)
        return await keep_receipts(self._session, sent)

    async def sent_as(self, channel: str, vendor_ids: Collection[str]) -> Sequence[OutboxEntry]:
        if not vendor_ids:
            return []
        rows = await self._execute(SENT_AS, {"on_channel": channel, "under": sorted(vendor_ids)})
        return [entry_of(row, self._sealing) for row in rows]

    async def drop(self, key: str) -> None:
        self._to_leave.discard(key)
        await self._execute(DROP, {"this_key": key})
        await self._execute(DROP_RECEIPT, {"this_key": key})

    async def by_key(self, key: str) -> OutboxEntry | None:
        row = (await self._execute(BY_KEY, {"this_key": key})).first()
        return None if row is None else entry_of(row, self._sealing)

    async def purge(
        self, profile_id: ProfileId, purpose: Purpose, why: str, *, channel: str | None = None
    ) -> Sequence[OutboxEntry]:
        found = await self._execute(PURGEABLE, {"profile": profile_id, "with_purpose": purpose})
        rows = [row for row in found.all() if channel is None or row.channel == channel]
        return await self._withhold(rows, why)

    async def withdraw(self, profile_id: ProfileId, run: EnrolmentId, why: str, now: datetime) -> Sequence[OutboxEntry]:
        these = {"profile": profile_id, "this_run": run}
        found = (await self._execute(OF_RUN, these)).all()
        under_way = {row.key for row in await self._execute(UNDER_WAY, these)}
        rows = [
            row
            for row in found
            if row.key not in under_way and isinstance(entry_of(row, self._sealing).dispatch, ChannelMessage)
        ]
        withdrawn = await self._withhold(rows, why)
        await self._execute(EXPIRE, {**these, "now": now - timedelta.resolution})
        return withdrawn

    async def give_back(self, profile_id: ProfileId, run: EnrolmentId, why: str) -> None:
        these = {"profile": profile_id, "this_run": run, "because": why}
        self._to_leave.update(row.key for row in await self._execute(GIVE_BACK, these))

    async def _withhold(self, rows: Sequence[Any], why: str) -> Sequence[OutboxEntry]:
        if rows:
            await self._execute(WITHHOLD, [{"this_position": row.position, "why": why} for row in rows])
        return [entry_of(row, self._sealing) for row in rows]

    async def sent_since(
        self, profile_id: ProfileId, address: str, purpose: Purpose, channel: str, since: datetime
    ) -> Sequence[datetime]:
        if profile_id in self._people and (channel, address) in self._addresses:
            rows = self._sent.get((purpose, channel, since))
            if rows is None:
                addresses = {one for name, one in self._addresses if name == channel}
                rows = await self._read_sent(self._people, addresses, purpose, channel, since)
                self._sent[purpose, channel, since] = rows
        else:
            rows = await self._read_sent({profile_id}, {address}, purpose, channel, since)
        there = self._sealing.forms(address)
        return sorted(
            {row.position: row.sent_at for row in rows if row.profile_id == profile_id or row.address in there}.values()
        )

    async def _read_sent(
        self, people: Collection[ProfileId], addresses: Collection[str], purpose: Purpose, channel: str, since: datetime
    ) -> list[Any]:
        await self.write()
        values = {"with_purpose": purpose, "on_channel": channel, "since": since}
        forms = {form for one in addresses for form in self._sealing.forms(one)}
        return list(await SENT_SINCE.run(self._session, values, people=people, addresses=forms))

    async def last_sent(
        self, profile_id: ProfileId, purpose: Purpose, channels: Collection[str], since: datetime
    ) -> datetime | None:
        asked = (purpose, frozenset(channels), since)
        rows = self._last_sent.get(asked) if profile_id in self._people else None
        if rows is None:
            await self.write()
            people = self._people if profile_id in self._people else {profile_id}
            values = {"with_purpose": purpose, "since": since}
            rows = list(await LAST_SENT.run(self._session, values, people=people, channels=channels))
            if profile_id in self._people:
                self._last_sent[asked] = rows
        return max((row.sent_at for row in rows if row.profile_id == profile_id), default=None)

    async def wrote_last(self, profile_id: ProfileId, among: Collection[EnrolmentId]) -> EnrolmentId | None:
        found = await self._execute(WROTE_LAST, {"profile": profile_id, "among": sorted(among)})
        enrolment_id: EnrolmentId | None = found.scalar()
        return enrolment_id

    async def make_due_again(self, now: datetime, *, ahead: timedelta, lane: Lane | None = None) -> int:
        values = {"now": now, "later": now + ahead, "lanes": lanes_of(lane)}
        return int((await self._execute(DUE_AGAIN, values)).rowcount)

    async def bring_back_claims(self, now: datetime) -> int:
        return int((await self._execute(CLAIMED_NOW, {"now": now, "far_ahead": now + CLAIMED_AHEAD})).rowcount)

    async def next_due(self, lane: Lane | None = None) -> datetime | None:
        due: datetime | None = (await self._execute(NEXT_DUE, {"lanes": lanes_of(lane)})).scalar()
        return due

    async def track(self, status: DeliveryStatus, at: datetime) -> str | None:
        """A vendor's word may overtake its own receipt: then it is kept for it."""
        key: str | None = (await self._execute(TRACK, word_of(status, at))).scalar()
        return key

    async def told_of(self, key: str) -> str | None:
        vendor_id: str | None = (await self._execute(TOLD_OF, {"this_key": key})).scalar()
        return vendor_id

    async def sent_ids(self, profile_id: ProfileId, channel: str, since: datetime) -> frozenset[str]:
        values = {"profile": profile_id, "on_channel": channel, "since": since}
        return frozenset(row.vendor_id for row in await self._execute(SENT_IDS, values))

    async def overtaken_by(self, entry: OutboxEntry) -> Sequence[Dispatch]:
        values = {"this_key": entry.key, "profile": entry.profile_id, "on_channel": entry.goes_to}
        return [dispatch_of(row, self._sealing) for row in await self._execute(OVERTAKEN, values)]

    async def count(self, status: OutboxStatus) -> int:
        return int((await self._execute(COUNT[status])).scalar_one())

    async def left_by(self, channel: str, since: datetime, *, at_most: int) -> int:
        values = {"on_channel": channel, "since": since, "at_most": at_most}
        return int((await self._execute(LEFT_BY, values)).scalar_one())

    async def dead(self, limit: int, *, to: str = "", reason: str = "", after: str = "") -> Sequence[OutboxEntry]:
        values = {"to": to, "reason": reason, "after": after, "most": limit}
        return [entry_of(row, self._sealing) for row in await self._execute(DEAD, values)]
