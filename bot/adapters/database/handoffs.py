"""Hand-offs: at most one is open in a conversation, and one rep wins it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, null, or_, select, text, union_all, update
from sqlalchemy.dialects.postgresql import insert

from bot.adapters.database.repository import Expected, OfPeople, Repository, Session, insert_once
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import desk_turn, handoff, outbox
from bot.adapters.tables.sealing import REASON_OF_HANDOFF, SUMMARY_OF_HANDOFF
from bot.domain.errors import Conflict
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import ConversationId, HandoffId, ProfileId
from bot.domain.routing import Workload

ADD = insert_once(handoff).returning(handoff.c.id)
GET = select(handoff).where(handoff.c.id == bindparam("this_id"))
_open = text("state <> 'closed'")
OPEN_IN = select(handoff).where(handoff.c.conversation_id == bindparam("conversation"), _open)
LATEST_IN = (
    select(handoff)
    .where(handoff.c.conversation_id == bindparam("conversation"))
    .order_by(handoff.c.created_at.desc(), handoff.c.id.desc())
    .limit(1)
)
_claimed_first = (handoff.c.state != HandoffState.CLAIMED, handoff.c.created_at.desc(), handoff.c.id.desc())
OPEN_FOR = select(handoff).where(handoff.c.profile_id == bindparam("profile"), _open).order_by(*_claimed_first).limit(1)
OPEN_FOR_PEOPLE = OfPeople(select(handoff).where(_open).order_by(*_claimed_first), handoff.c.profile_id)
IN_THREAD = (
    select(handoff)
    .join(outbox, outbox.c.key == handoff.c.card_key)
    .where(
        outbox.c.channel == bindparam("at_desk"),
        outbox.c.vendor_id == bindparam("known_as"),
        outbox.c.vendor_id.is_not(None),
    )
    .order_by(handoff.c.created_at.desc())
    .limit(1)
)
BENEATH_LINE = (
    select(handoff)
    .join(outbox, outbox.c.conversation_id == handoff.c.conversation_id)
    .where(
        outbox.c.channel == bindparam("at_desk"),
        outbox.c.vendor_id == bindparam("known_as"),
        outbox.c.vendor_id.is_not(None),
        outbox.c.key.startswith("relay:"),
        outbox.c.key.not_like("relay:overdue:%:desk"),
        handoff.c.created_at <= outbox.c.created_at,
    )
    .order_by(handoff.c.created_at.desc())
    .limit(1)
)
"""A desk whose card was deleted shows each of its lines by itself, and whoever answers one means the customer.

Not so a line to another desk: its key begins otherwise, but where an earlier version has written it."""
HELD_BY = (
    select(handoff)
    .where(
        _open,  # what the index is over
        handoff.c.desk == bindparam("at_desk"),
        or_(
            and_(handoff.c.state == HandoffState.CLAIMED, handoff.c.rep == bindparam("this_rep")),
            and_(
                handoff.c.state == HandoffState.REQUESTED,
                handoff.c.offered_to == bindparam("this_rep"),
                handoff.c.offered_to != "",
            ),
        ),
    )
    .order_by(handoff.c.created_at.desc(), handoff.c.id.desc())
    .limit(bindparam("most"))
)
_at_this_desk = and_(handoff.c.desk == bindparam("at_desk"), handoff.c.desk_address == bindparam("at_address"))
ASKED_BETWEEN = (
    select(handoff)
    .where(_at_this_desk, handoff.c.created_at >= bindparam("since"), handoff.c.created_at < bindparam("until"))
    .order_by(handoff.c.created_at.desc())
    .limit(bindparam("most"))
)
OPEN_LONGEST = (
    select(handoff)
    .where(_open, _at_this_desk, handoff.c.created_at < bindparam("until"))
    .order_by(handoff.c.created_at, handoff.c.id)
    .limit(bindparam("most"))
)
_holder = func.coalesce(func.nullif(handoff.c.rep, ""), handoff.c.offered_to)
OPEN_AT = (
    select(_holder.label("who"), null().label("turn"), func.count().label("open"))
    .where(_open, handoff.c.desk == bindparam("at_desk"), handoff.c.desk_address == bindparam("at_address"))
    .group_by(_holder)
)
ALL_OPEN = select(handoff).where(_open).order_by(handoff.c.created_at, handoff.c.id).limit(bindparam("most"))
NEXT_TURN = (
    insert(desk_turn)
    .values(desk=bindparam("of_desk"), rep="", number=1)
    .on_conflict_do_update(index_elements=["desk", "rep"], set_={"number": desk_turn.c.number + 1})
    .returning(desk_turn.c.number)
)
STANDING = union_all(
    select(desk_turn.c.rep.label("who"), desk_turn.c.number.label("turn"), null().label("open")).where(
        desk_turn.c.desk == bindparam("of_desk"), desk_turn.c.rep != ""
    ),
    OPEN_AT,
)
_took = insert(desk_turn)
TOOK_TURN = _took.on_conflict_do_update(index_elements=["desk", "rep"], set_={"number": _took.excluded.number})
SAVE = update(handoff).where(handoff.c.id == bindparam("this_id"), handoff.c.version == bindparam("version_read"))


class StoredHandoffs(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._expected = Expected(session, OPEN_FOR_PEOPLE)

    def expect(self, people: Collection[ProfileId]) -> None:
        self._expected.expect(people)

    async def add(self, handoff: Handoff) -> None:
        """Raises Conflict when one is open in this conversation."""
        self._expected.forget(handoff.profile_id)
        row = {
            "id": handoff.id,
            "conversation_id": handoff.conversation_id,
            "profile_id": handoff.profile_id,
            "desk": handoff.desk,
            "desk_address": handoff.desk_address,
            "reason": self._sealing.seal(REASON_OF_HANDOFF, handoff.reason, handoff.id),
            "summary": self._sealing.seal(SUMMARY_OF_HANDOFF, handoff.summary, handoff.id),
            "created_at": handoff.created_at,
            "card_key": handoff.card_key,
            **_state(handoff),
        }
        if (await self._session.execute(ADD, row)).first() is None:
            raise Conflict(f"a hand-off of conversation {handoff.conversation_id} is open already.")

    async def get(self, handoff_id: HandoffId) -> Handoff:
        found = await self._one(GET, this_id=handoff_id)
        if found is None:
            raise LookupError(f'there is no hand-off "{handoff_id}" in the store.')
        return found

    async def open_in(self, conversation_id: ConversationId) -> Handoff | None:
        return await self._one(OPEN_IN, conversation=conversation_id)

    async def latest_in(self, conversation_id: ConversationId) -> Handoff | None:
        return await self._one(LATEST_IN, conversation=conversation_id)

    async def open_for(self, profile_id: ProfileId) -> Handoff | None:
        expected = await self._expected.rows(profile_id)
        if expected is not None:
            return handoff_of(expected[0], self._sealing) if expected else None
        return await self._one(OPEN_FOR, profile=profile_id)

    async def held_by(self, desk: str, rep: str, *, limit: int) -> Sequence[Handoff]:
        found = await self._session.execute(HELD_BY, {"at_desk": desk, "this_rep": rep, "most": limit})
        return [handoff_of(row, self._sealing) for row in found]

    async def asked_between(
        self, desk: str, address: str, since: datetime, until: datetime, *, limit: int
    ) -> Sequence[Handoff]:
        wanted = {"at_desk": desk, "at_address": address, "since": since, "until": until, "most": limit}
        return [handoff_of(row, self._sealing) for row in await self._session.execute(ASKED_BETWEEN, wanted)]

    async def open_longest(self, desk: str, address: str, before: datetime, *, limit: int) -> Sequence[Handoff]:
        wanted = {"at_desk": desk, "at_address": address, "until": before, "most": limit}
        return [handoff_of(row, self._sealing) for row in await self._session.execute(OPEN_LONGEST, wanted)]

    async def all_open(self, *, limit: int) -> Sequence[Handoff]:
        return [handoff_of(row, self._sealing) for row in await self._session.execute(ALL_OPEN, {"most": limit})]

    async def begin_turn(self, desk: str, address: str) -> tuple[int, Workload]:
        of_desk = f"{desk}:{address}"
        number = (await self._session.execute(NEXT_TURN, {"of_desk": of_desk})).scalar_one()
        at = {"of_desk": of_desk, "at_desk": desk, "at_address": address}
        rows = list(await self._session.execute(STANDING, at))
        is_open = {row.who: row.open for row in rows if row.open is not None}
        return number, Workload(is_open, {row.who: row.turn for row in rows if row.turn is not None})

    async def took_turn(self, desk: str, address: str, rep: str, number: int) -> None:
        await self._session.execute(TOOK_TURN, {"desk": f"{desk}:{address}", "rep": rep, "number": number})

    async def in_thread(self, desk: str, vendor_id: str) -> Handoff | None:
        wanted = {"at_desk": desk, "known_as": vendor_id}
        return await self._one(IN_THREAD, **wanted) or await self._one(BENEATH_LINE, **wanted)

    async def save(self, handoff: Handoff) -> None:
        self._expected.forget(handoff.profile_id)
        row = {"this_id": handoff.id, "version_read": handoff.version - 1, **_state(handoff)}
        if not (await self._session.execute(SAVE, row)).rowcount:
            raise Conflict(f"hand-off {handoff.id} is not at version {handoff.version - 1} any more.")

    async def _one(self, query: Any, **values: str) -> Handoff | None:
        row = (await self._session.execute(query, values)).first()
        return None if row is None else handoff_of(row, self._sealing)


def _state(handoff: Handoff) -> dict[str, Any]:
    return {
        "state": handoff.state,
        "rep": handoff.rep,
        "version": handoff.version,
        "offered_to": handoff.offered_to,
        "offered_why": handoff.offered_why,
        "claimed_at": handoff.claimed_at,
    }


def handoff_of(row: Any, sealing: Sealing) -> Handoff:
    """The hand-off in a row that has its columns."""
    return Handoff(
        id=row.id,
        conversation_id=row.conversation_id,
        profile_id=row.profile_id,
        desk=row.desk,
        desk_address=row.desk_address,
        reason=sealing.open(REASON_OF_HANDOFF, row.reason, row.id),
        summary=sealing.open(SUMMARY_OF_HANDOFF, row.summary, row.id),
        created_at=row.created_at,
        card_key=row.card_key,
        state=HandoffState(row.state),
        rep=row.rep,
        version=row.version,
        offered_to=row.offered_to,
        offered_why=row.offered_why,
        claimed_at=row.claimed_at,
    )
