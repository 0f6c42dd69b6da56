"""Every store keeps what was asked of people who opted out, or may have meant to: each question is settled once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import MessageId
from bot.domain.opt_out_question import Asking, OptOutQuestion, OptOutQuestionId, Settled
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, NOON, profile

DAY = timedelta(days=1)
DOUBT = OptOutQuestion(
    OptOutQuestionId("q1"), ANNA, Asking.DOUBT, "sms", "+447700900123", "Did you?", NOON, NOON + DAY, MessageId("m1")
)
SCOPE = replace(DOUBT, id=OptOutQuestionId("q2"), asking=Asking.SCOPE, asked_at=NOON + DAY, message_id=None)


async def test_questions_come_back_as_they_were_until_they_are_settled(store: Store) -> None:
    async with store.transaction() as uow:
        for person in (ANNA, BEN):
            await uow.profiles.add(profile(person))
        for one in (SCOPE, DOUBT):
            await uow.opt_out_questions.add(one)
    async with store.transaction() as uow:
        assert list(await uow.opt_out_questions.of(ANNA)) == [DOUBT, SCOPE]
        assert list(await uow.opt_out_questions.unsettled(BEN)) == []
        assert await uow.opt_out_questions.settle(DOUBT.id, Settled.KEPT, NOON + DAY)
        assert not await uow.opt_out_questions.settle(DOUBT.id, Settled.OPTED_OUT, NOON + DAY)
    async with store.transaction() as uow:
        assert list(await uow.opt_out_questions.unsettled(ANNA)) == [SCOPE]
        settled = replace(DOUBT, settled_at=NOON + DAY, outcome=Settled.KEPT)
        assert list(await uow.opt_out_questions.of(ANNA)) == [settled, SCOPE]
