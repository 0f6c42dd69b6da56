"""Every store keeps what was asked of people, and what they asked: each is settled once, and tries run out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.challenge import Asked, Challenge, ChallengeId, Outcome
from bot.domain.consent import ConsentRecord, LegalBasis, Purpose
from bot.domain.ids import MessageId
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, NOON, profile

PHONE, DAY = "+447700900123", timedelta(days=1)
CODE = Challenge(
    ChallengeId("c1"), ANNA, "sms", PHONE, NOON, NOON + DAY, code="sealed", tries_left=2, asked_by=MessageId("m1")
)
LINK = replace(
    CODE,
    id=ChallengeId("c2"),
    profile_id=BEN,
    asked_at=NOON + DAY,
    consent=Asked(Purpose.MARKETING, "May we?", "in the chat", MessageId("m2")),
    code="",
    tries_left=0,
    asked_by=None,
)


async def test_challenges_come_back_as_they_were_by_person_and_by_address(store: Store) -> None:
    async with store.transaction() as uow:
        for person in (ANNA, BEN):
            await uow.profiles.add(profile(person))
        await uow.challenges.add(LINK)
        await uow.challenges.add(CODE)
    async with store.transaction() as uow:
        assert await uow.challenges.get(LINK.id) == LINK
        assert await uow.challenges.get(ChallengeId("none")) is None
        assert list(await uow.challenges.of(ANNA)) == [CODE]
        assert list(await uow.challenges.at("sms", PHONE, NOON)) == [CODE, LINK]
        assert list(await uow.challenges.at("sms", PHONE, NOON + DAY)) == [LINK]
        assert list(await uow.challenges.at("email", PHONE, NOON)) == []


async def test_a_challenge_is_settled_once_and_its_tries_run_out(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.challenges.add(CODE)
        assert [await uow.challenges.take_try(CODE.id) for _ in range(3)] == [True, True, False]
        assert await uow.challenges.settle(CODE.id, Outcome.SPENT, NOON + DAY)
        assert not await uow.challenges.settle(CODE.id, Outcome.PROVED, NOON + DAY)
    async with store.transaction() as uow:
        kept = await uow.challenges.get(CODE.id)
    assert kept == replace(CODE, tries_left=0, settled_at=NOON + DAY, outcome=Outcome.SPENT)


async def test_a_consent_keeps_its_basis_its_end_and_where_it_was_confirmed_from(store: Store) -> None:
    record = ConsentRecord(ANNA, Purpose.MARKETING, "sms", True, NOON, "by link", "May we?")
    soft = replace(record, basis=LegalBasis.SOFT_OPT_IN, expires_at=NOON + DAY, address=PHONE, ip="203.0.113.5")
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.consents.add(record)
        await uow.consents.add(soft)
    async with store.transaction() as uow:
        assert list(await uow.consents.of(ANNA)) == [record, soft]


async def test_the_register_lists_what_is_still_to_be_done_what_is_due_first_first(store: Store) -> None:
    late = PrivacyRequest("r1", ANNA, RequestKind.ACCESS, "by letter", NOON, NOON + 9 * DAY)
    soon = PrivacyRequest("r2", ANNA, RequestKind.OBJECTION, "", NOON, NOON + DAY)
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        for one in (late, soon):
            await uow.privacy_requests.add(one)
    async with store.transaction() as uow:
        assert list(await uow.privacy_requests.undone(limit=9)) == [soon, late]
        assert list(await uow.privacy_requests.undone(limit=1)) == [soon]
        assert await uow.privacy_requests.done("r2", "ended", NOON + DAY)
        assert not await uow.privacy_requests.done("r2", "again", NOON + DAY)
        assert list(await uow.privacy_requests.undone(limit=9)) == [late]
        done = replace(soon, done_at=NOON + DAY, outcome="ended")
        assert sorted(await uow.privacy_requests.of(ANNA), key=lambda one: one.id) == [late, done]
