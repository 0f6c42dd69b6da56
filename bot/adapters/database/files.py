"""Files that customers sent: whose they are and whether anybody may open them; what is in them lies elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import sent_file
from bot.adapters.tables.sealing import NAME_OF_FILE
from bot.domain.files import FileState, SentFile
from bot.domain.ids import ConversationId, ProfileId

ADD = insert_once(sent_file).returning(sent_file.c.id)
GET = select(sent_file).where(sent_file.c.id == bindparam("this_id"))
OF = select(sent_file).where(sent_file.c.profile_id == bindparam("person")).order_by(sent_file.c.at, sent_file.c.id)
IN_CONVERSATION = (
    select(sent_file)
    .where(sent_file.c.conversation_id == bindparam("conversation"), sent_file.c.state == bindparam("in_state"))
    .order_by(sent_file.c.at, sent_file.c.id)
)
SETTLE = update(sent_file).where(sent_file.c.key == bindparam("this_key")).returning(*sent_file.c)


class StoredFiles(Repository):
    async def add(self, file: SentFile) -> bool:
        return (
            await self._session.execute(
                ADD, asdict(file) | {"name": self._sealing.seal(NAME_OF_FILE, file.name, file.id)}
            )
        ).first() is not None

    async def get(self, file_id: str) -> SentFile | None:
        row = (await self._session.execute(GET, {"this_id": file_id})).first()
        return None if row is None else _file_of(row, self._sealing)

    async def of(self, profile_id: ProfileId) -> Sequence[SentFile]:
        return [_file_of(row, self._sealing) for row in await self._session.execute(OF, {"person": profile_id})]

    async def in_conversation(self, conversation_id: ConversationId, state: FileState) -> Sequence[SentFile]:
        wanted = {"conversation": conversation_id, "in_state": state}
        return [_file_of(row, self._sealing) for row in await self._session.execute(IN_CONVERSATION, wanted)]

    async def settle(self, key: str, state: FileState, reason: str = "") -> SentFile | None:
        row = (await self._session.execute(SETTLE, {"this_key": key, "state": state, "reason": reason})).first()
        return None if row is None else _file_of(row, self._sealing)


def _file_of(row: Any, sealing: Sealing) -> SentFile:
    return SentFile(
        id=row.id,
        key=row.key,
        profile_id=row.profile_id,
        conversation_id=row.conversation_id,
        place=row.place,
        name=sealing.open(NAME_OF_FILE, row.name, row.id),
        media_type=row.media_type,
        size=row.size,
        at=row.at,
        state=FileState(row.state),
        reason=row.reason,
        sender=row.sender,
    )
