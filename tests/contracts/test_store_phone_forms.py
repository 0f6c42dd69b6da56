"""What every store keeps under one form of a number is found under the other."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.challenge import Challenge, ChallengeId
from bot.domain.consent import Consequence, Suppression
from bot.domain.conversation import UserUttered
from bot.domain.ids import MessageId
from bot.domain.person import Identity
from bot.domain.understanding import IntentScore, Understood
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, CHAT, NOON, OTHER_CHAT, conversation, profile

BY_WHATSAPP, DIALLED = "+5215512345678", "+525512345678"
STOP = Suppression("whatsapp", BY_WHATSAPP, "STOP", NOON)


async def test_an_identity_is_found_by_either_form(store: Store) -> None:
    asked = Identity("phone", DIALLED)
    async with store.transaction() as uow:
        for who in (ANNA, BEN):
            await uow.profiles.add(profile(who))
        await uow.profiles.claim(ANNA, Identity("phone", BY_WHATSAPP, verified=True), NOON)
        await uow.profiles.claim(BEN, asked, NOON)
        assert await uow.profiles.owner_of("phone", DIALLED) == profile(ANNA), "who has proved the other form"
        assert await uow.profiles.owners_of([asked]) == {asked: ANNA}
        assert await uow.profiles.provers_of("phone", DIALLED) == [ANNA]
        assert await uow.profiles.holders_of([asked], limit=5) == [ANNA, BEN]
        await uow.profiles.disclaim(BEN, asked)
        assert await uow.profiles.holders_of([asked], limit=5) == [ANNA]


async def test_a_suppression_holds_and_is_lifted_for_either_form(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.consents.suppress(STOP)
    async with store.transaction() as uow:
        assert await uow.consents.suppression("whatsapp", DIALLED) == STOP
        assert await uow.consents.opted_out([DIALLED]) == {DIALLED: {"whatsapp"}}
        uow.consents.expect([], {("whatsapp", DIALLED)})
        assert await uow.consents.refusal("whatsapp", DIALLED) == STOP, "as of many at once"
        await uow.consents.lift("whatsapp", DIALLED)
        assert await uow.consents.suppression("whatsapp", BY_WHATSAPP) is None


async def test_that_nothing_arrives_at_one_form_says_nothing_of_the_other(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.consents.suppress(replace(STOP, cause=Consequence.UNREACHABLE))
        assert await uow.consents.in_the_way("whatsapp", DIALLED) == []
        assert len(await uow.consents.in_the_way("whatsapp", BY_WHATSAPP)) == 1


async def test_the_conversation_with_a_number_is_found_by_either_form(store: Store) -> None:
    talk = conversation(of=ANNA, channel="whatsapp", address=DIALLED)
    hello = UserUttered(
        "hello", Understood("hello", IntentScore("greet", 1.0)), MessageId("whatsapp:1"), NOON, "whatsapp"
    )
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.conversations.add(talk)
        await uow.conversations.log(CHAT, [hello], NOON)
        await uow.consents.suppress(STOP)
    async with store.transaction() as uow:
        assert await uow.conversations.at("whatsapp", BY_WHATSAPP) == talk
        assert await uow.conversations.at_of(ANNA, "whatsapp", BY_WHATSAPP) == talk
        assert await uow.conversations.heard_at("whatsapp", BY_WHATSAPP) == NOON
        assert (await uow.conversations.standing(CHAT)).suppression == STOP
        other = conversation(OTHER_CHAT, of=ANNA, channel="whatsapp", address=BY_WHATSAPP)
        await uow.conversations.add(other)
        assert await uow.conversations.at("whatsapp", BY_WHATSAPP) == other, "where there are two, the one as written"


async def test_proof_that_was_asked_of_a_number_is_found_by_either_form(store: Store) -> None:
    asked = Challenge(ChallengeId("c"), ANNA, "sms", DIALLED, NOON, NOON, code="digest")
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.challenges.add(asked)
        assert await uow.challenges.at("sms", BY_WHATSAPP, NOON) == [asked]


async def test_an_erased_number_is_left_alone_in_either_form(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.personal_data.erase(ANNA, [STOP], who="a test", at=NOON)
        assert await uow.consents.opted_out([DIALLED]) == {DIALLED: {"whatsapp"}}
        await uow.profiles.add(profile(BEN))
        await uow.profiles.claim(BEN, Identity("phone", DIALLED), NOON)
        assert await uow.consents.suppression("whatsapp", BY_WHATSAPP) is not None
