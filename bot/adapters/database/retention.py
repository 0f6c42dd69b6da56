"""Deletes what has been kept long enough, a batch at a time, and counts what would be deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    true,
)

from bot.adapters.database.personal_data import delete_rows, whose_rows
from bot.adapters.database.repository import Repository
from bot.adapters.tables import (
    challenge,
    consent,
    conversation,
    crm_write,
    decision,
    delivery,
    enrolment,
    event,
    feed,
    handoff,
    identity,
    inbox,
    meeting,
    meeting_quarter,
    opt_out_question,
    outbox,
    person_event,
    privacy_request,
    profile,
    sent_file,
    sent_link,
)
from bot.domain.consent import Purpose
from bot.domain.ids import ProfileId
from bot.domain.retention import DataClass
from bot.ports.people import Page
from bot.ports.privacy import Dropped

BEFORE: Any = bindparam("before", type_=conversation.c.started_at.type)
AFTER: Any = bindparam("after")
MOST: Any = bindparam("most")
LAST: Any = bindparam("last")
OF_BROWSERS = ("webchat", "anonymous_id")
"""Kinds of identities by which nobody but a browser is known."""

_unfinished = outbox.c.status.in_(("waiting", "sending"))


@dataclass(frozen=True, slots=True)
class _Log:
    """A table whose rows are numbered as they come, so that the oldest are found without an index on their time."""

    table: Table
    moment: ColumnElement[datetime]
    may_go: ColumnElement[bool]

    @property
    def next(self) -> Select[Any]:
        numbers = (
            select(self.table.c.position, self.moment.label("moment"))
            .where(self.table.c.position > AFTER)
            .order_by(self.table.c.position)
            .limit(MOST)
            .subquery()
        )
        return select(func.max(numbers.c.position).label("last"), func.min(numbers.c.moment).label("oldest"))

    @property
    def due(self) -> ColumnElement[bool]:
        position = self.table.c.position
        return and_(position > AFTER, position <= LAST, self.moment < BEFORE, self.may_go)


_card_in_use = exists().where(handoff.c.card_key == outbox.c.key, handoff.c.state != "closed")
LOGS: Mapping[DataClass, _Log] = {
    DataClass.MESSAGES: _Log(outbox, outbox.c.created_at, and_(~_unfinished, ~_card_in_use)),
    DataClass.TIMELINE: _Log(person_event, person_event.c.received_at, true()),
    DataClass.DECISIONS: _Log(decision, decision.c.at, true()),
    DataClass.CRM_WRITES: _Log(crm_write, crm_write.c.at, true()),
    DataClass.FEEDS: _Log(feed, feed.c.at, true()),
}
OF_MESSAGES = (delivery, sent_link)
"""They go with the message whose key they have."""

QUESTIONS = (challenge, opt_out_question)
_unclaimed = text("outbox_key IS NULL")
_unclaimed_before = and_(_unclaimed, delivery.c.at < BEFORE)
LAST_UNCLAIMED = (
    select(delivery.c.at).where(_unclaimed_before).order_by(delivery.c.at).offset(bindparam("others")).limit(1)
)
DROP_UNCLAIMED = delete(delivery).where(_unclaimed_before)
DROP_OLDEST_UNCLAIMED = delete(delivery).where(
    _unclaimed, delivery.c.at <= bindparam("until", type_=delivery.c.at.type)
)
"""By a range of their index: by their keys, PostgreSQL may read the whole table for each batch."""

_sent_there = and_(outbox.c.purpose != Purpose.DESK.value, outbox.c.sent_at >= BEFORE)
IDLE_CONVERSATION = and_(
    func.coalesce(conversation.c.last_message_at, conversation.c.started_at) < BEFORE,
    conversation.c.asking_enrolment.is_(None),
    ~exists().where(handoff.c.conversation_id == conversation.c.id, handoff.c.state != "closed"),
    ~exists().where(inbox.c.conversation_id == conversation.c.id, inbox.c.status == "waiting"),
    ~exists().where(outbox.c.conversation_id == conversation.c.id, or_(_unfinished, _sent_there)),
    ~exists().where(meeting.c.conversation_id == conversation.c.id, meeting.c.ends_at >= BEFORE),
)
NEXT_CONVERSATIONS = (
    select(conversation.c.id)
    .where(conversation.c.id > AFTER, IDLE_CONVERSATION)
    .order_by(conversation.c.id)
    .limit(MOST)
)
_chosen: Any = bindparam("chosen", expanding=True)
STILL_IDLE_CONVERSATIONS = (
    select(conversation.c.id).where(conversation.c.id.in_(_chosen), IDLE_CONVERSATION).order_by(conversation.c.id)
)


def _lock(table: Table, chosen: ColumnElement[Any]) -> Select[Any]:
    """Whatever belongs to one of these rows takes a lock on it: so none is added until the transaction ends."""
    return select(table.c.id).where(chosen.in_(_chosen)).order_by(table.c.id).with_for_update()


LOCK_CONVERSATIONS = (_lock(conversation, conversation.c.id),)
LOCK_PEOPLE = (_lock(profile, profile.c.id), _lock(conversation, conversation.c.profile_id))
_sent = select(outbox.c.key).where(outbox.c.conversation_id.in_(_chosen))
_met = select(meeting.c.id).where(meeting.c.conversation_id.in_(_chosen))
DROP_CONVERSATIONS = (
    *(delete(one).where(one.c.outbox_key.in_(_sent)) for one in OF_MESSAGES),
    delete(outbox).where(outbox.c.conversation_id.in_(_chosen), ~_unfinished),
    delete(event).where(event.c.conversation_id.in_(_chosen)),
    delete(inbox).where(inbox.c.conversation_id.in_(_chosen)),
    delete(meeting_quarter).where(meeting_quarter.c.meeting_id.in_(_met)),
    delete(meeting).where(meeting.c.conversation_id.in_(_chosen)),
    delete(sent_file).where(sent_file.c.conversation_id.in_(_chosen)),
    delete(handoff).where(handoff.c.conversation_id.in_(_chosen)),
    delete(conversation).where(conversation.c.id.in_(_chosen)),
)
FILES_OF = select(sent_file.c.place).where(sent_file.c.conversation_id.in_(_chosen))


def _none(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(table.c.profile_id == profile.c.id, *conditions)


_known = exists().where(identity.c.profile_id == profile.c.id, identity.c.kind.not_in(OF_BROWSERS))
_idle = and_(
    profile.c.created_at < BEFORE,
    _none(conversation, or_(conversation.c.last_message_at >= BEFORE, conversation.c.started_at >= BEFORE)),
    _none(person_event, person_event.c.received_at >= BEFORE),
    _none(consent, consent.c.at >= BEFORE),
    _none(outbox, or_(_unfinished, outbox.c.sent_at >= BEFORE)),
    _none(enrolment, enrolment.c.status == "waiting"),
    _none(handoff, handoff.c.state != "closed"),
    _none(meeting, meeting.c.ends_at >= BEFORE),
    _none(privacy_request, privacy_request.c.done_at.is_(None)),
    ~exists().where(
        conversation.c.profile_id == profile.c.id,
        inbox.c.conversation_id == conversation.c.id,
        inbox.c.status == "waiting",
    ),
)
IDLE = {DataClass.VISITORS: and_(_idle, ~_known), DataClass.PEOPLE: and_(_idle, _known)}
NEXT_PEOPLE = {
    kind: select(profile.c.id).where(profile.c.id > AFTER, idle).order_by(profile.c.id).limit(MOST)
    for kind, idle in IDLE.items()
}
STILL_IDLE = {
    kind: select(profile.c.id).where(profile.c.id.in_(_chosen), idle).order_by(profile.c.id)
    for kind, idle in IDLE.items()
}


class StoredRetention(Repository):
    async def drop(self, kind: DataClass, before: datetime, *, after: str, limit: int) -> Dropped:
        if kind in LOGS:
            return await self._drop_from_log(LOGS[kind], before, int(after or 0), limit)
        if kind is DataClass.QUESTIONS:
            return Dropped(await self._drop_questions(before), None)
        if kind is DataClass.CONVERSATIONS:
            return await self._drop_conversations(before, after, limit)
        raise ValueError(f"{kind} are people, who are named by idle() and erased one by one")

    async def idle(self, kind: DataClass, before: datetime, *, after: str, limit: int) -> Page:
        values = {"before": before, "after": after, "most": limit}
        found = [row.id for row in await self._session.execute(NEXT_PEOPLE[kind], values)]
        people = await self._still(found, LOCK_PEOPLE, STILL_IDLE[kind], before)
        return Page([ProfileId(one) for one in people], found[-1] if len(found) == limit else None)

    async def _still(
        self, found: list[str], locks: Sequence[Select[Any]], idle: Select[Any], before: datetime
    ) -> list[str]:
        """Those of whom that is still true once they are locked: what was being written meanwhile is seen then."""
        if not found or not self._session.is_postgresql:  # SQLite has one writer at a time
            return found
        for lock in locks:
            await self._session.execute(lock, {"chosen": found})
        return [row.id for row in await self._session.execute(idle, {"chosen": found, "before": before})]

    async def forget(self, people: Sequence[ProfileId]) -> None:
        for person in people:
            await delete_rows(self._session, await whose_rows(self._session, person))

    async def drop_unclaimed(self, before: datetime, *, limit: int) -> int:
        until = (await self._session.execute(LAST_UNCLAIMED, {"before": before, "others": limit - 1})).scalar()
        oldest = (DROP_UNCLAIMED, {"before": before}) if until is None else (DROP_OLDEST_UNCLAIMED, {"until": until})
        return int((await self._session.execute(*oldest)).rowcount)

    async def count(self, kind: DataClass, before: datetime) -> int:
        values: dict[str, Any] = {"before": before}
        if kind in LOGS:
            log = LOGS[kind]
            query = select(func.count()).select_from(log.table).where(log.moment < BEFORE, log.may_go)
        elif kind is DataClass.CONVERSATIONS:
            query = select(func.count()).select_from(conversation).where(IDLE_CONVERSATION)
        elif kind is DataClass.QUESTIONS:
            parts = [select(func.count()).select_from(one).where(one.c.ends_at < BEFORE) for one in QUESTIONS]
            return sum([int((await self._session.execute(one, values)).scalar()) for one in parts])
        else:
            query = select(func.count()).select_from(profile).where(IDLE[kind])
        return int((await self._session.execute(query, values)).scalar())

    async def _drop_from_log(self, log: _Log, before: datetime, after: int, limit: int) -> Dropped:
        found = (await self._session.execute(log.next, {"after": after, "most": limit})).first()
        if found.last is None or found.oldest >= before:
            return Dropped(0, None)
        values = {"after": after, "last": found.last, "before": before}
        if log.table is outbox:
            keys = select(outbox.c.key).where(log.due)
            for table in OF_MESSAGES:
                await self._session.execute(delete(table).where(table.c.outbox_key.in_(keys)), values)
        dropped = await self._session.execute(delete(log.table).where(log.due), values)
        return Dropped(int(dropped.rowcount), str(found.last))

    async def _drop_questions(self, before: datetime) -> int:
        dropped = [
            await self._session.execute(delete(one).where(one.c.ends_at < BEFORE), {"before": before})
            for one in QUESTIONS
        ]
        return sum(int(one.rowcount) for one in dropped)

    async def _drop_conversations(self, before: datetime, after: str, limit: int) -> Dropped:
        values = {"before": before, "after": after, "most": limit}
        found = [row.id for row in await self._session.execute(NEXT_CONVERSATIONS, values)]
        if not found:
            return Dropped(0, None)
        chosen = await self._still(found, LOCK_CONVERSATIONS, STILL_IDLE_CONVERSATIONS, before)
        if not chosen:
            return Dropped(0, found[-1])
        files = [row.place for row in await self._session.execute(FILES_OF, {"chosen": chosen}) if row.place]
        for statement in DROP_CONVERSATIONS:
            await self._session.execute(statement, {"chosen": chosen})
        return Dropped(len(chosen), found[-1], files)
