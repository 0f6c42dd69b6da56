"""The outbox: everything that is to leave, once, and how far it got."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.database.outbox_claims import CLAIMS, NEXT_DUE, claim, lanes_of
from bot.adapters.database.outbox_rows import dispatch_of, entry_of, progress_of, row_of
from bot.adapters.database.outbox_statements import (
    ADD,
    ADD_ALL,
    BY_KEY,
    CLAIMED_AHEAD,
    CLAIMED_NOW,
    COUNT,
    DEAD,
    DROP,
    DUE_AGAIN,
    EXPIRE,
    GIVE_BACK,
    IN_CONVERSATION,
    LAST_SENT,
    LEFT_BY,
    OF_RUN,
    OVERTAKEN,
    OWNERS,
    PURGEABLE,
    SENT_AS,
    SENT_IDS,
    SENT_SINCE,
    SETTLE,
    SETTLE_SENT,
    UNDER_WAY,
    UNSETTLED,
    WITHHOLD,
    WROTE_LAST,
)
from bot.adapters.database.receipts import DROP_RECEIPT, TOLD_OF, TRACK, keep_receipts, word_of
from bot.adapters.database.repository import Repository, Session
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Dispatch, Lane, OutboxEntry, OutboxStatus
from bot.domain.errors import PersonGone
from bot.domain.ids import ConversationId, EnrolmentId, ProfileId
from bot.domain.message import DeliveryStatus, Told
from bot.ports import NO_SOONER, Sooner


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

    async def settle(self, entry: OutboxEntry) -> Told | None:
        return (await self.settle_all([entry])).get(entry.key)

    async def settle_all(self, entries: Collection[OutboxEntry]) -> Mapping[str, Told]:
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

    async def in_conversation(
        self, conversation_id: ConversationId, purpose: Purpose, *, limit: int
    ) -> Sequence[OutboxEntry]:
        wanted = {"conversation": conversation_id, "with_purpose": purpose, "most": limit}
        rows = (await self._execute(IN_CONVERSATION, wanted)).all()
        return [entry_of(row, self._sealing) for row in reversed(rows)]

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
