"""The register of what people asked for, and by when it has to be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update

from bot.adapters.database.repository import Repository
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import privacy_request
from bot.adapters.tables.sealing import HOW_OF_REQUEST, OUTCOME_OF_REQUEST
from bot.domain.ids import ProfileId
from bot.domain.privacy import PrivacyRequest, RequestKind

ADD = insert(privacy_request)
OF = (
    select(privacy_request)
    .where(privacy_request.c.profile_id == bindparam("person"))
    .order_by(privacy_request.c.received_at, privacy_request.c.id)
)
UNDONE = (
    select(privacy_request)
    .where(text("done_at IS NULL"))
    .order_by(privacy_request.c.due_at, privacy_request.c.id)
    .limit(bindparam("most"))
)
DONE = (
    update(privacy_request)
    .where(privacy_request.c.id == bindparam("this_id"), privacy_request.c.done_at.is_(None))
    .values(
        done_at=bindparam("now", type_=privacy_request.c.done_at.type),
        outcome=bindparam("came_to", type_=privacy_request.c.outcome.type),
    )
)


class StoredPrivacyRequests(Repository):
    async def add(self, request: PrivacyRequest) -> None:
        row = {
            "id": request.id,
            "profile_id": request.profile_id,
            "kind": request.kind,
            "how": self._sealing.seal(HOW_OF_REQUEST, request.how, request.id),
            "received_at": request.received_at,
            "due_at": request.due_at,
            "done_at": request.done_at,
            "outcome": self._sealing.seal(OUTCOME_OF_REQUEST, request.outcome, request.id),
        }
        await self._session.execute(ADD, row)

    async def of(self, profile_id: ProfileId) -> Sequence[PrivacyRequest]:
        return [_request(row, self._sealing) for row in await self._session.execute(OF, {"person": profile_id})]

    async def undone(self, *, limit: int) -> Sequence[PrivacyRequest]:
        return [_request(row, self._sealing) for row in await self._session.execute(UNDONE, {"most": limit})]

    async def done(self, request_id: str, outcome: str, at: datetime) -> bool:
        sealed = self._sealing.seal(OUTCOME_OF_REQUEST, outcome, request_id)
        values = {"this_id": request_id, "now": at, "came_to": sealed}
        return bool((await self._session.execute(DONE, values)).rowcount)


def _request(row: Any, sealing: Sealing) -> PrivacyRequest:
    return PrivacyRequest(
        id=row.id,
        profile_id=ProfileId(row.profile_id),
        kind=RequestKind(row.kind),
        how=sealing.open(HOW_OF_REQUEST, row.how, row.id),
        received_at=row.received_at,
        due_at=row.due_at,
        done_at=row.done_at,
        outcome=sealing.open(OUTCOME_OF_REQUEST, row.outcome, row.id),
    )
