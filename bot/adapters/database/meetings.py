"""Meetings: a quarter of an hour of a rep's time is in one meeting at most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import meeting, meeting_quarter
from bot.domain.ids import ConversationId, HandoffId, ProfileId
from bot.domain.meeting import Meeting, MeetingState

ADD = insert(meeting)
TAKE = insert_once(meeting_quarter).returning(meeting_quarter.c.at)
GIVE_BACK = delete(meeting_quarter).where(meeting_quarter.c.meeting_id == bindparam("of_meeting"))
LEAVE = GIVE_BACK.where(meeting_quarter.c.at == bindparam("left"))
GET = select(meeting).where(meeting.c.id == bindparam("this_id"))
TAKEN = select(meeting_quarter.c.at).where(
    meeting_quarter.c.rep == bindparam("of_rep"),
    meeting_quarter.c.at >= bindparam("since"),
    meeting_quarter.c.at < bindparam("until"),
)
CANCEL = (
    update(meeting)
    .where(meeting.c.id == bindparam("this_id"), meeting.c.state == MeetingState.BOOKED)
    .values(state=MeetingState.CANCELLED.value)
)
_TO_COME = (
    select(meeting)
    .where(meeting.c.state == MeetingState.BOOKED, meeting.c.ends_at > bindparam("since"))
    .order_by(meeting.c.starts_at)
    .limit(bindparam("most"))
)
OF_REP = _TO_COME.where(meeting.c.rep == bindparam("of_rep"))
OF_PERSON = _TO_COME.where(meeting.c.profile_id == bindparam("of_profile"))


class StoredMeetings(Repository):
    async def book(self, one: Meeting, *, instead: Meeting | None = None) -> bool:
        """Quarters are taken in order, so that of two who want some of the same the later waits and is refused. Those
        that are taken over come last: they stay with the other meeting where this one is refused."""
        shared = frozenset(one.quarters) & frozenset(instead.quarters if instead and instead.rep == one.rep else ())
        for quarter in sorted(one.quarters, key=lambda at: (at in shared, at)):
            row = {"rep": one.rep, "at": quarter, "meeting_id": one.id}
            if quarter in shared and instead is not None:
                await self._session.execute(LEAVE, {"of_meeting": instead.id, "left": quarter})
            if (await self._session.execute(TAKE, row)).first() is None:
                await self._session.execute(GIVE_BACK, {"of_meeting": one.id})
                return False
        await self._session.execute(
            ADD,
            {
                "id": one.id,
                "rep": one.rep,
                "handoff_id": one.handoff_id,
                "profile_id": one.profile_id,
                "conversation_id": one.conversation_id,
                "starts_at": one.starts_at,
                "ends_at": one.ends_at,
                "booked_at": one.booked_at,
                "state": one.state,
            },
        )
        return True

    async def cancel(self, meeting_id: str) -> bool:
        cancelled = (await self._session.execute(CANCEL, {"this_id": meeting_id})).rowcount
        await self._session.execute(GIVE_BACK, {"of_meeting": meeting_id})
        return bool(cancelled)

    async def get(self, meeting_id: str) -> Meeting | None:
        row = (await self._session.execute(GET, {"this_id": meeting_id})).first()
        return None if row is None else _meeting(row)

    async def taken(self, rep: str, since: datetime, until: datetime) -> Sequence[datetime]:
        rows = await self._session.execute(TAKEN, {"of_rep": rep, "since": since, "until": until})
        return [row.at for row in rows]

    async def of_rep(self, rep: str, since: datetime, *, limit: int) -> Sequence[Meeting]:
        rows = await self._session.execute(OF_REP, {"of_rep": rep, "since": since, "most": limit})
        return [_meeting(row) for row in rows]

    async def of_person(self, profile_id: ProfileId, since: datetime, *, limit: int) -> Sequence[Meeting]:
        wanted = {"of_profile": profile_id, "since": since, "most": limit}
        return [_meeting(row) for row in await self._session.execute(OF_PERSON, wanted)]


def _meeting(row: Any) -> Meeting:
    return Meeting(
        id=row.id,
        rep=row.rep,
        handoff_id=HandoffId(row.handoff_id),
        profile_id=ProfileId(row.profile_id),
        conversation_id=ConversationId(row.conversation_id),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        booked_at=row.booked_at,
        state=MeetingState(row.state),
    )
