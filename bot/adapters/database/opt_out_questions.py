"""What was asked of people who opted out, or may have meant to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bot.adapters.database.repository import Expected, OfPeople, Repository, Session
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import opt_out_question
from bot.adapters.tables.sealing import ADDRESS_OF_QUESTION, TEXT_OF_QUESTION
from bot.domain.ids import MessageId, ProfileId
from bot.domain.opt_out_question import Asking, OptOutQuestion, OptOutQuestionId, Settled

ADD = insert(opt_out_question)
OF = (
    select(opt_out_question)
    .where(opt_out_question.c.profile_id == bindparam("person"))
    .order_by(opt_out_question.c.asked_at, opt_out_question.c.id)
)
OPEN = OF.where(opt_out_question.c.settled_at.is_(None))
OPEN_OF = OfPeople(
    select(opt_out_question)
    .where(opt_out_question.c.settled_at.is_(None))
    .order_by(opt_out_question.c.asked_at, opt_out_question.c.id),
    opt_out_question.c.profile_id,
)
SETTLE = (
    update(opt_out_question)
    .where(opt_out_question.c.id == bindparam("this_id"), opt_out_question.c.settled_at.is_(None))
    .values(settled_at=bindparam("now", type_=opt_out_question.c.settled_at.type), outcome=bindparam("came_to"))
)


class StoredOptOutQuestions(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._expected = Expected(session, OPEN_OF)

    def expect(self, people: Collection[ProfileId]) -> None:
        self._expected.expect(people)

    async def add(self, question: OptOutQuestion) -> None:
        self._expected.forget(question.profile_id)
        sealed = {
            "address": self._sealing.seal(ADDRESS_OF_QUESTION, question.address, question.id),
            "text": self._sealing.seal(TEXT_OF_QUESTION, question.text, question.id),
        }
        await self._session.execute(ADD, asdict(question) | sealed)

    async def of(self, profile_id: ProfileId) -> Sequence[OptOutQuestion]:
        return [_question(row, self._sealing) for row in await self._session.execute(OF, {"person": profile_id})]

    async def unsettled(self, profile_id: ProfileId) -> Sequence[OptOutQuestion]:
        rows = await self._expected.rows(profile_id)
        if rows is None:
            rows = (await self._session.execute(OPEN, {"person": profile_id})).all()
        return [_question(row, self._sealing) for row in rows]

    async def settle(self, question_id: OptOutQuestionId, outcome: Settled, at: datetime) -> bool:
        self._expected.expect(())
        values = {"this_id": question_id, "now": at, "came_to": outcome}
        return bool((await self._session.execute(SETTLE, values)).rowcount)


def _question(row: Any, sealing: Sealing) -> OptOutQuestion:
    return OptOutQuestion(
        id=OptOutQuestionId(row.id),
        profile_id=ProfileId(row.profile_id),
        asking=Asking(row.asking),
        channel=row.channel,
        address=sealing.open(ADDRESS_OF_QUESTION, row.address, row.id),
        text=sealing.open(TEXT_OF_QUESTION, row.text, row.id),
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        message_id=MessageId(row.message_id) if row.message_id is not None else None,
        settled_at=row.settled_at,
        outcome=Settled(row.outcome) if row.outcome is not None else None,
    )
