"""The inbox: everything that came in, once, in the order in which it came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, literal_column, select, text, update

from bot.adapters.codec import INBOUND
from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import conversation, inbox
from bot.domain.ids import ConversationId
from bot.domain.message import Inbound
from bot.ports import InboxEntry

WAITING, DONE, PARKED = "waiting", "done", "parked"
_waits = text("status = 'waiting'")
_due = inbox.c.due_at <= bindparam("now")

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
    select(inbox).where(inbox.c.conversation_id == bindparam("conversation"), _waits, _due).order_by(inbox.c.position)
)
WAITS = select(inbox.c.position).where(
    inbox.c.channel == bindparam("on_channel"), inbox.c.vendor_id == bindparam("known_as"), _waits
)
FIND = select(inbox.c.body).where(
    inbox.c.channel == bindparam("on_channel"), inbox.c.vendor_id == bindparam("known_as")
)
NEXT_DUE = select(func.min(inbox.c.due_at)).where(_waits)
CHANGE = update(inbox).where(inbox.c.position == bindparam("this_position"), _waits)
FAIL = (
    update(inbox)
    .where(inbox.c.position == bindparam("this_position"), _waits)
    .values(
        attempts=inbox.c.attempts + 1,
        error=bindparam("error"),
        status=case(
            (inbox.c.attempts + 1 >= bindparam("park_after"), literal_column("'parked'")),
            else_=literal_column("'waiting'"),
        ),
    )
    .returning(inbox.c.status)
)


class StoredInbox(Repository):
    async def add(
        self, conversation_id: ConversationId, inbound: Inbound, at: datetime, *, due_at: datetime | None = None
    ) -> bool:
        row = {
            "conversation_id": conversation_id,
            "in_conversation": conversation_id,
            "channel": inbound.channel,
            "vendor_id": inbound.vendor_id,
            "body": INBOUND.dump(inbound),
            "received_at": at,
            "due_at": due_at or at,
            "status": WAITING,
            "attempts": 0,
            "error": "",
        }
        return (await self._session.execute(ADD, row)).first() is not None

    async def waiting_conversations(self, now: datetime, limit: int) -> Sequence[ConversationId]:
        found = await self._session.execute(WAITING_CONVERSATIONS, {"now": now, "most": limit})
        return [ConversationId(row.conversation_id) for row in found]

    async def waiting(self, conversation_id: ConversationId, now: datetime) -> Sequence[InboxEntry]:
        """The due entries in the order of arrival; one that is put off holds up none behind it."""
        rows = await self._session.execute(WAITING_IN, {"conversation": conversation_id, "now": now})
        return [_entry(row) for row in rows]

    async def done(self, position: int, at: datetime) -> bool:
        changed = await self._session.execute(CHANGE, {"this_position": position, "status": DONE, "done_at": at})
        return bool(changed.rowcount)

    async def waits(self, channel: str, vendor_id: str) -> bool:
        found = await self._session.execute(WAITS, {"on_channel": channel, "known_as": vendor_id})
        return found.first() is not None

    async def find(self, channel: str, vendor_id: str) -> Inbound | None:
        body: str | None = (await self._session.execute(FIND, {"on_channel": channel, "known_as": vendor_id})).scalar()
        return None if body is None else INBOUND.load(body)

    async def put_off(self, position: int, until: datetime) -> None:
        await self._session.execute(CHANGE, {"this_position": position, "due_at": until})

    async def failed(self, position: int, error: str, *, park_after: int) -> bool:
        values = {"this_position": position, "error": error, "park_after": park_after}
        status: str | None = (await self._session.execute(FAIL, values)).scalar()
        return status == PARKED

    async def next_due(self) -> datetime | None:
        due: datetime | None = (await self._session.execute(NEXT_DUE)).scalar()
        return due


def _entry(row: Any) -> InboxEntry:
    return InboxEntry(
        position=row.position,
        conversation_id=row.conversation_id,
        inbound=INBOUND.load(row.body),
        received_at=row.received_at,
        attempts=row.attempts,
    )
