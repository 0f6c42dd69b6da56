"""What every store keeps of consent: an append-only ledger, suppressed addresses, every verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.consent import EVERY_ADDRESS, ConsentRecord, Consequence, Purpose, Suppression, standing_consent
from bot.domain.delivery import Decision
from bot.domain.ids import MessageId
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, NOON, profile

PHONE = "+447700900123"
GRANTED = ConsentRecord(
    ANNA, Purpose.MARKETING, "sms", True, NOON, "form", "May we text you about your demo?", MessageId("m1")
)


async def test_the_ledger_keeps_every_record_in_the_order_of_writing(store: Store) -> None:
    withdrawn = replace(GRANTED, granted=False, how="STOP", at=NOON - timedelta(days=1), message_id=None)
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.profiles.add(profile(BEN))
        for record in (GRANTED, withdrawn, GRANTED, replace(GRANTED, profile_id=BEN)):
            await uow.consents.add(record)
    async with store.transaction() as uow:
        records = await uow.consents.of(ANNA)
        assert records == [GRANTED, withdrawn, GRANTED]
        assert standing_consent(records, Purpose.MARKETING, "sms") == GRANTED


async def test_a_suppressed_address_stays_so_until_it_is_lifted(store: Store) -> None:
    first = Suppression("sms", PHONE, "STOP", NOON)
    async with store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is None
        await uow.consents.suppress(first)
        await uow.consents.suppress(replace(first, reason="again", at=NOON + timedelta(days=1)))
    async with store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) == first
        assert await uow.consents.suppression("whatsapp", PHONE) is None
        await uow.consents.lift("sms", PHONE)
        assert await uow.consents.suppression("sms", PHONE) is None
        await uow.consents.lift("sms", PHONE)
        await uow.consents.suppress(first)
        assert await uow.consents.suppression("sms", PHONE) == first


async def test_an_address_that_asks_again_keeps_the_first_time_and_the_last(store: Store) -> None:
    first, later = Suppression("sms", PHONE, "STOP", NOON), NOON + timedelta(days=1)
    disowned = replace(first, cause=Consequence.DISOWNED)
    async with store.transaction() as uow:
        await uow.consents.suppress_anew(first)
        await uow.consents.suppress_anew(disowned)
        await uow.consents.suppress_anew(replace(first, reason="again", at=later))
        await uow.consents.suppress_anew(
            replace(first, reason="by a clock that is behind", at=NOON + timedelta(hours=1))
        )
    async with store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) == replace(first, again_at=later)
        assert set(await uow.consents.in_the_way("sms", PHONE)) == {replace(first, again_at=later), disowned}
        await uow.consents.lift("sms", PHONE)
        await uow.consents.suppress_anew(first)
        assert await uow.consents.suppression("sms", PHONE) == first


async def test_an_address_that_asks_again_in_its_other_form_is_left_alone_once(store: Store) -> None:
    written, other = "+5215512345678", "+525512345678"
    first, later = Suppression("sms", written, "STOP", NOON), NOON + timedelta(days=1)
    async with store.transaction() as uow:
        await uow.consents.suppress_anew(first)
        await uow.consents.suppress_anew(replace(first, address=other, at=later))
    async with store.transaction() as uow:
        assert await uow.consents.in_the_way("sms", other) == [replace(first, again_at=later)]


async def test_every_verdict_is_kept(store: Store) -> None:
    withheld = Decision(NOON, "k1", ANNA, Purpose.MARKETING, "sms", "withhold", "no consent")
    later = replace(withheld, entry_key="k2", outcome="later", why="quiet hours")
    async with store.transaction() as uow:
        await uow.consents.decided(withheld)
        await uow.consents.decided_all([later, later, replace(withheld, profile_id=None)])
        await uow.consents.decided_all([])
    async with store.transaction() as uow:
        assert await uow.consents.decisions(ANNA) == [withheld, later, later]


async def test_it_knows_what_the_gate_has_let_go(store: Store) -> None:
    sent = Decision(NOON, "sent", ANNA, Purpose.MARKETING, "sms", "send", "consent")
    async with store.transaction() as uow:
        await uow.consents.decided_all([sent, replace(sent, entry_key="later", outcome="later")])
    async with store.transaction() as uow:
        assert await uow.consents.was_let_go(ANNA, "sent")
        assert not await uow.consents.was_let_go(ANNA, "later")
        assert not await uow.consents.was_let_go(BEN, "sent")


async def test_an_address_that_is_not_theirs_gets_nothing_by_its_own_cause(store: Store) -> None:
    disowned = Suppression("sms", PHONE, "a wrong number", NOON, Consequence.DISOWNED)
    opted_out, unwanted = replace(disowned, cause=Consequence.OPTED_OUT), replace(disowned, cause=Consequence.UNWANTED)
    async with store.transaction() as uow:
        await uow.consents.suppress_all([unwanted, disowned])
    async with store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is None
        assert await uow.consents.refusal("sms", PHONE) == disowned
        assert set(await uow.consents.in_the_way("sms", PHONE)) == {disowned, unwanted}
        uow.consents.expect([], {("sms", PHONE)})
        assert set(await uow.consents.in_the_way("sms", PHONE)) == {disowned, unwanted}, "as of many at once"
        await uow.consents.suppress(opted_out)
        assert await uow.consents.refusal("sms", PHONE) == opted_out
        for cause in (Consequence.OPTED_OUT, Consequence.DISOWNED):
            await uow.consents.lift("sms", PHONE, cause)
        assert await uow.consents.refusal("sms", PHONE) == unwanted


async def test_an_address_may_be_spared_for_several_causes_each_lifted_by_itself(store: Store) -> None:
    opted_out = Suppression("sms", PHONE, "STOP", NOON)
    unreachable = Suppression("sms", PHONE, "nobody has this number", NOON, Consequence.UNREACHABLE)
    stopped = Suppression("sms", EVERY_ADDRESS, "taken for spam", NOON, Consequence.SENDER_STOPPED)
    async with store.transaction() as uow:
        for one in (opted_out, unreachable, stopped):
            await uow.consents.suppress(one)
    async with store.transaction() as uow:
        found = await uow.consents.in_the_way("sms", PHONE)
        assert sorted(found, key=lambda one: one.cause) == [opted_out, stopped, unreachable]
        assert await uow.consents.in_the_way("sms", "+447700900999") == [stopped]
        assert await uow.consents.in_the_way("whatsapp", PHONE) == []
        assert await uow.consents.stopped() == [stopped]
        await uow.consents.lift("sms", PHONE)
        assert await uow.consents.suppression("sms", PHONE) is None
        assert unreachable in await uow.consents.in_the_way("sms", PHONE)
        await uow.consents.lift("sms", PHONE, Consequence.UNREACHABLE)
        await uow.consents.lift("sms", EVERY_ADDRESS, Consequence.SENDER_STOPPED)
        assert await uow.consents.in_the_way("sms", PHONE) == []
