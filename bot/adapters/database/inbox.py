"""The inbox: everything that came in, once, in the order in which it came."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, case, func, literal_column, or_, select, text, update

from bot.adapters.codec import INBOUND
from bot.adapters.database.repository import Repository, Session, insert_once
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import conversation, inbox
from bot.adapters.tables.sealing import BODY_OF_INBOX
from bot.domain.ids import ConversationId
from bot.domain.message import Inbound
from bot.ports import InboxEntry
from bot.ports.tracing import PRESENT_TRACE

WAITING, DONE, PARKED = "waiting", "done", "parked"
_waits = text("status = 'waiting'")
_due = inbox.c.due_at <= bindparam("now")
_was_due_at_once = inbox.c.due_at == inbox.c.received_at
"""By the clock of whoever took it, which may be ahead of ours."""

ADD = (
    insert_once(inbox)
    .values(
        shard=select(conversation.c.shard).where(conversation.c.id == bindparam("in_conversation")).scalar_subquery()
    )
    .returning(inbox.c.position)
)
WAITING_CONVERSATIONS = (
    select(inbox.c.conversation_id)
    .where(_waits, _due)
    .group_by(inbox.c.conversation_id)
    .order_by(func.min(inbox.c.position))
    .limit(bindparam("most"))
)
WAITING_IN = (
    select(inbox)
    .where(inbox.c.conversation_id == bindparam("conversation"), _waits, or_(_due, _was_due_at_once))
    .order_by(inbox.c.position)
)
WAITS = select(inbox.c.position).where(
    inbox.c.channel == bindparam("on_channel"), inbox.c.vendor_id == bindparam("known_as"), _waits
)
FIND = select(inbox.c.body).where(
    inbox.c.channel == bindparam("on_channel"), inbox.c.vendor_id == bindparam("known_as")
)
NEXT_DUE = select(func.min(inbox.c.due_at)).where(_waits)
CHANGE = update(inbox).where(inbox.c.position == bindparam("this_position"), _waits)
FINISH = CHANGE.where(inbox.c.conversation_id == bindparam("waited_in"))
CALL_OFF = update(inbox).where(
    inbox.c.channel == bindparam("on_channel"), inbox.c.vendor_id == bindparam("known_as"), _waits
)
DUE_AGAIN = (
    update(inbox).where(_waits, inbox.c.due_at > bindparam("later"), _was_due_at_once).values(due_at=bindparam("now"))
)
RESUME = (
    update(inbox)
    .where(_waits, inbox.c.due_at > bindparam("now"), inbox.c.error.in_(bindparam("reasons", expanding=True)))
    .values(due_at=bindparam("now"), error="")
)
MOVE = (
    update(inbox)
    .where(inbox.c.position == bindparam("this_position"), _waits)
    .values(
        conversation_id=bindparam("to_conversation"),
        shard=select(conversation.c.shard).where(conversation.c.id == bindparam("to_conversation")).scalar_subquery(),
    )
)
_conflicts = func.coalesce(inbox.c.conflicts, 0)


def _fail(before: ColumnElement[int], **counted: ColumnElement[int]) -> Executable:
    parked = before + 1 >= bindparam("park_after")
    return (
        update(inbox)
        .where(inbox.c.position == bindparam("this_position"), _waits)
        .values(
            attempts=inbox.c.attempts + 1,
            error=bindparam("error"),
            status=case((parked, literal_column("'parked'")), else_=literal_column("'waiting'")),
            **counted,
        )
        .returning(inbox.c.status)
    )


FAIL = _fail(inbox.c.attempts - _conflicts)
CONFLICT = _fail(_conflicts, conflicts=_conflicts + 1)


class StoredInbox(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.grown: set[ConversationId] = set()

    async def add(
        self, conversation_id: ConversationId, inbound: Inbound, at: datetime, *, due_at: datetime | None = None
    ) -> bool:
        row = {
            "conversation_id": conversation_id,
            "in_conversation": conversation_id,
            "channel": inbound.channel,
            "vendor_id": inbound.vendor_id,
            "body": self._sealing.seal(BODY_OF_INBOX, INBOUND.dump(inbound), inbound.channel, inbound.vendor_id),
            "received_at": at,
            "due_at": due_at or at,
            "status": WAITING,
            "attempts": 0,
            "error": "",
            "trace": PRESENT_TRACE.get() or None,
        }
        if due_at is None or due_at <= at:
            self.grown.add(conversation_id)
        return (await self._session.execute(ADD, row)).first() is not None

    async def waiting_conversations(self, now: datetime, limit: int) -> Sequence[ConversationId]:
        found = await self._session.execute(WAITING_CONVERSATIONS, {"now": now, "most": limit})
        return [ConversationId(row.conversation_id) for row in found]

    async def waiting(self, conversation_id: ConversationId, now: datetime) -> Sequence[InboxEntry]:
        """The due entries in the order of arrival; one that is put off holds up none behind it."""
        rows = await self._session.execute(WAITING_IN, {"conversation": conversation_id, "now": now})
        return [_entry(row, self._sealing) for row in rows]

    async def done(self, entry: InboxEntry, at: datetime) -> bool:
        values = {"this_position": entry.position, "waited_in": entry.conversation_id, "status": DONE, "done_at": at}
        changed = await self._session.execute(FINISH, values)
        return bool(changed.rowcount)

    async def move(self, position: int, to: ConversationId) -> None:
        self.grown.add(to)
        await self._session.execute(MOVE, {"this_position": position, "to_conversation": to})

    async def call_off(self, channel: str, vendor_id: str, at: datetime) -> None:
        values = {"on_channel": channel, "known_as": vendor_id, "status": DONE, "done_at": at}
        await self._session.execute(CALL_OFF, values)

    async def waits(self, channel: str, vendor_id: str) -> bool:
        found = await self._session.execute(WAITS, {"on_channel": channel, "known_as": vendor_id})
        return found.first() is not None

    async def find(self, channel: str, vendor_id: str) -> Inbound | None:
        body: str | None = (await self._session.execute(FIND, {"on_channel": channel, "known_as": vendor_id})).scalar()
        return None if body is None else INBOUND.load(self._sealing.open(BODY_OF_INBOX, body, channel, vendor_id))

    async def put_off(self, position: int, until: datetime, *, why: str = "") -> None:
        await self._session.execute(CHANGE, {"this_position": position, "due_at": until, "error": why})

    async def resume(self, why: Collection[str], now: datetime) -> int:
        return int((await self._session.execute(RESUME, {"reasons": list(why), "now": now})).rowcount)

    async def failed(self, position: int, error: str, *, park_after: int, conflict: bool = False) -> bool:
        values = {"this_position": position, "error": error, "park_after": park_after}
        status: str | None = (await self._session.execute(CONFLICT if conflict else FAIL, values)).scalar()
        return status == PARKED

    async def make_due_again(self, now: datetime, *, ahead: timedelta) -> int:
        values = {"now": now, "later": now + ahead}
        return int((await self._session.execute(DUE_AGAIN, values)).rowcount)

    async def next_due(self) -> datetime | None:
        due: datetime | None = (await self._session.execute(NEXT_DUE)).scalar()
        return due


def _entry(row: Any, sealing: Sealing) -> InboxEntry:
    return InboxEntry(
        position=row.position,
        conversation_id=row.conversation_id,
        inbound=INBOUND.load(sealing.open(BODY_OF_INBOX, row.body, row.channel, row.vendor_id)),
        received_at=row.received_at,
        attempts=row.attempts,
        trace=row.trace or "",
    )
