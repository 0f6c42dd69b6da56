"""What is read of many people at once, and what is left to the end of a transaction: the same as one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import EVERY_ADDRESS, ConsentRecord, Consequence, Purpose, Suppression
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import Conflict
from bot.domain.handoff import HandoffState
from bot.domain.ids import ConversationId, EnrolmentId, ProfileId
from bot.domain.opt_out_question import Asking, OptOutQuestion, OptOutQuestionId, Settled
from bot.domain.person import Identity
from bot.domain.publishing import InForce, Running
from bot.domain.score import ScoreChange
from bot.ports import Store, UnitOfWork
from tests.contracts.samples import ANNA, BEN, NOON, add_chat, enrolment, entry, handoff, journey, profile

LATER = NOON + timedelta(hours=1)
ANNAS_PHONE, BENS_PHONE = "+447700900123", "+447700900124"


def change(rule: str, points: int = 5) -> ScoreChange:
    return ScoreChange(ANNA, f"{ANNA}:{rule}", "fit", points, "a test", rule, NOON)


async def add_people(uow: UnitOfWork) -> None:
    await uow.profiles.add(profile(BEN))
    await add_chat(uow)
    await uow.profiles.claim(ANNA, Identity("phone", "+447700900123", verified=True), NOON)
    await uow.scores.add(change("a"))
    await uow.enrolments.publish(journey())


async def everything(uow: UnitOfWork) -> list[object]:
    found: list[object] = []
    for person in (ANNA, BEN):
        found += [
            await uow.profiles.get(person),
            await uow.profiles.identities(person),
            await uow.scores.of(person),
            await uow.conversations.of(person),
            await uow.handoffs.open_for(person),
            await uow.consents.of(person),
            await uow.opt_out_questions.unsettled(person),
            *[
                await uow.outbox.sent_since(person, address, Purpose.MARKETING, "sms", NOON)
                for address in (ANNAS_PHONE, BENS_PHONE)
            ],
            await uow.outbox.last_sent(person, Purpose.MARKETING, ["sms"], NOON),
            *[await uow.consents.in_the_way("sms", address) for address in (ANNAS_PHONE, BENS_PHONE)],
            *[await uow.consents.suppression(channel, ANNAS_PHONE) for channel in ("sms", "whatsapp")],
            *[await uow.journeys.running_of_run(EnrolmentId(run)) for run in ("e1", "e2")],
        ]
    return found


def expect(uow: UnitOfWork) -> None:
    """As the gate does before it weighs many messages."""
    uow.expect({ANNA, BEN})
    uow.consents.expect({ANNA, BEN}, {("sms", ANNAS_PHONE), ("sms", BENS_PHONE)})
    uow.opt_out_questions.expect({ANNA, BEN})
    uow.outbox.expect({ANNA, BEN}, {("sms", ANNAS_PHONE), ("sms", BENS_PHONE)})
    uow.journeys.expect_runs({EnrolmentId("e1"), EnrolmentId("e2")})


async def add_what_the_gate_looks_at(uow: UnitOfWork) -> None:
    await uow.consents.add(agreed(ANNA))
    for channel, address, cause in (
        ("sms", ANNAS_PHONE, Consequence.OPTED_OUT),
        ("sms", ANNAS_PHONE, Consequence.UNREACHABLE),
        ("whatsapp", ANNAS_PHONE, Consequence.OPTED_OUT),
        ("sms", EVERY_ADDRESS, Consequence.SENDER_STOPPED),
    ):
        await uow.consents.suppress(Suppression(channel, address, "a test", NOON, cause))
    await uow.opt_out_questions.add(question("q1"))
    offer = entry("offer", channel="sms", purpose=Purpose.MARKETING, conversation_id=None, profile_id=ANNA)
    await uow.outbox.add(offer)
    await uow.outbox.settle(replace(offer, status=OutboxStatus.SENT, vendor_id="SM1", first_tried_at=NOON))
    await uow.enrolments.publish(journey(id_="paused"))
    await uow.enrolments.add(enrolment("e1"))
    await uow.enrolments.add(enrolment("e2", into="paused"))
    await uow.journeys.put(InForce("paused", Running.PAUSED, NOON, "1"))


def agreed(person: ProfileId) -> ConsentRecord:
    return ConsentRecord(person, Purpose.MARKETING, "sms", True, NOON, "a form", "May we text you?")


def question(id_: str) -> OptOutQuestion:
    return OptOutQuestion(
        OptOutQuestionId(id_), ANNA, Asking.DOUBT, "sms", ANNAS_PHONE, "perhaps stop", asked_at=NOON, ends_at=LATER
    )


async def test_people_who_are_expected_are_read_as_others_are(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.handoffs.add(handoff("h1"))
        await add_what_the_gate_looks_at(uow)
        before = await everything(uow)
        expect(uow)
        assert await everything(uow) == before
        chat = (await uow.conversations.of(ANNA))[0]
        assert await uow.conversations.at_of(ANNA, chat.channel, chat.address) == chat
        assert await uow.conversations.at_of(BEN, chat.channel, chat.address) == chat
        assert await uow.conversations.at_of(BEN, chat.channel, "elsewhere") is None


async def test_what_a_transaction_writes_of_somebody_it_reads_again(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        uow.expect({ANNA, BEN})
        await everything(uow)
        changed = replace(await uow.profiles.get(ANNA), attributes={"size": 2})
        await uow.profiles.save(changed)
        await uow.profiles.claim(ANNA, Identity("email", "anna@example.com"), NOON)
        await uow.scores.add(change("b"))
        await uow.scores.add_at_end(change("c"))
        (chat,) = await uow.conversations.of(ANNA)
        await uow.conversations.save(replace(chat, last_message_at=LATER, version=chat.version + 1))
        await uow.handoffs.add(handoff("h1"))
        assert await uow.profiles.get(ANNA) == changed
        assert [one.kind for one in await uow.profiles.identities(ANNA)] == ["email", "phone"]
        assert [one.rule for one in await uow.scores.of(ANNA)] == ["a", "b", "c"]
        assert (await uow.conversations.of(ANNA))[0].last_message_at == LATER
        opened = await uow.handoffs.open_for(ANNA)
        assert opened is not None
        await uow.handoffs.save(replace(opened, state=HandoffState.CLOSED, version=opened.version + 1))
        assert await uow.handoffs.open_for(ANNA) is None


async def test_what_a_transaction_writes_the_gate_reads_again(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        expect(uow)
        await everything(uow)
        await add_what_the_gate_looks_at(uow)
        assert await uow.consents.of(ANNA) == [agreed(ANNA)]
        assert len(await uow.consents.in_the_way("sms", ANNAS_PHONE)) == 3
        assert await uow.opt_out_questions.unsettled(ANNA) == [question("q1")]
        assert await uow.outbox.sent_since(ANNA, ANNAS_PHONE, Purpose.MARKETING, "sms", NOON) == [NOON]
        assert await uow.outbox.last_sent(ANNA, Purpose.MARKETING, ["sms"], NOON) == NOON
        assert await uow.journeys.running_of_run(EnrolmentId("e2")) is Running.PAUSED
        expect(uow)
        await everything(uow)
        await uow.consents.lift("sms", ANNAS_PHONE)
        await uow.consents.add_all([agreed(ANNA)])
        await uow.opt_out_questions.settle(OptOutQuestionId("q1"), Settled.KEPT, NOON)
        assert await uow.consents.suppression("sms", ANNAS_PHONE) is None
        assert await uow.consents.of(ANNA) == [agreed(ANNA)] * 2
        assert await uow.opt_out_questions.unsettled(ANNA) == []


async def test_somebody_who_is_expected_can_be_read_afresh(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        uow.expect({ANNA})
        assert await uow.profiles.fresh(ANNA) == await uow.profiles.get(ANNA)


async def test_what_is_left_to_the_end_is_written_in_order_and_once(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(enrolment("e1"))
        for key in ("one", "two", "one"):
            await uow.outbox.add_at_end(entry(key, conversation_id=ConversationId("chat")))
        await uow.scores.add_at_end(change("a", points=99))
        await uow.enrolments.save_at_end(enrolment("e1", seq=1, step="later", due_at=LATER))
    async with store.transaction() as uow:
        assert (await uow.enrolments.get(enrolment("e1").id)).step == "later"
        assert [one.points for one in await uow.scores.of(ANNA)] == [5]
        claimed = await uow.outbox.claim(NOON, 10, stale_after=timedelta(minutes=1))
        assert [one.key for one in claimed] == ["one"]
        assert not await uow.outbox.add(entry("two"))


async def test_who_is_saved_twice_in_a_transaction_stands_where_the_second_says(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(enrolment("e1"))
        await uow.enrolments.save_at_end(enrolment("e1", seq=1, step="a"))
        await uow.enrolments.save_at_end(enrolment("e1", seq=2, step="b"))
        assert [one.step for one in await uow.enrolments.waiting(ANNA)] == ["b"]
        await uow.enrolments.save(enrolment("e1", seq=3, step="c"))
        assert (await uow.enrolments.get(enrolment("e1").id)).step == "c"


async def test_a_transaction_knows_where_it_has_moved_somebody_since_they_were_read(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        read = enrolment("e1")
        assert await uow.enrolments.add(read)
        assert uow.enrolments.moved(read) is read
        await uow.enrolments.save_at_end(later := enrolment("e1", seq=1, step="a"))
        assert uow.enrolments.moved(read) == later
        await uow.enrolments.save(last := enrolment("e1", seq=2, step="b"))
        assert (uow.enrolments.moved(read), uow.enrolments.moved(last)) == (last, last)


async def test_who_moved_meanwhile_is_told_at_the_end(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        for number in range(3):
            assert await uow.enrolments.add(enrolment(f"e{number}", lane=str(number)))
        await uow.enrolments.save(enrolment("e1", seq=1))
    with pytest.raises(Conflict, match="1 enrolments are not where they were"):  # noqa: PT012
        async with store.transaction() as uow:
            for number in range(3):
                await uow.enrolments.save_at_end(enrolment(f"e{number}", seq=1, step="lost", reason="\0odd"))
    async with store.transaction() as uow:
        assert [one.step for one in await uow.enrolments.waiting(ANNA)] == ["begin"] * 3
