"""What every store moves when two people are one, and moves back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.crm import CrmWrite, SentField
from bot.domain.errors import Conflict
from bot.domain.ids import ConversationId
from bot.domain.merging import Claim, Merge
from bot.domain.person import Identity
from bot.domain.score import ScoreChange
from bot.domain.timeline import PersonEvent
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, CHAT, NOON, OTHER_CHAT, add_chat, enrolment, journey, profile


async def both(store: Store) -> None:
    """Anna and Ben, with a chat each, and something of everything of Ben's."""
    async with store.transaction() as uow:
        await add_chat(uow, CHAT, of=ANNA)
        await add_chat(uow, OTHER_CHAT, of=BEN)
        await uow.profiles.claim(BEN, Identity("phone", "+1", verified=True), NOON)
        await uow.scores.add_at_end(ScoreChange(BEN, "ben:size", "fit", 1, "size", "size", NOON))
        await uow.timeline.add(PersonEvent(BEN, "pricing.viewed", NOON, NOON))
        await uow.consents.add(ConsentRecord(BEN, Purpose.MARKETING, "sms", True, NOON, "a test", "May we?"))
        await uow.enrolments.publish(journey())
        await uow.enrolments.add(enrolment("e1", of=BEN))
        await uow.crm_links.put("crm", BEN, "7")
        await uow.crm_writes.add(CrmWrite(BEN, "crm", NOON, "k", (SentField("email", "b@example.com", "lead.email"),)))


async def test_all_that_is_one_persons_becomes_the_others_and_goes_back(store: Store) -> None:
    await both(store)
    async with store.transaction() as uow:
        counted = {name: count for name, count in (await uow.merges.count(BEN)).items() if count}
        moved = await uow.merges.carry(BEN, ANNA)
        assert {name: len(keys) for name, keys in moved.items()} == counted
        assert counted == {
            "person_event": 1,
            "score_change": 1,
            "consent": 1,
            "conversation": 1,
            "enrolment": 1,
            "crm_write": 1,
        }
        await uow.merges.rekey({"ben:size": "anna:size"})
        await uow.merges.remove(BEN)
        with pytest.raises(LookupError):
            await uow.profiles.fresh(BEN)
    async with store.transaction() as uow:
        assert {one.id for one in await uow.conversations.of(ANNA)} == {CHAT, OTHER_CHAT}
        assert [one.key for one in await uow.scores.of(ANNA)] == ["anna:size"]
        assert len(await uow.enrolments.of(ANNA)) == 1
        assert [one.fields[0].name for one in await uow.crm_writes.of(ANNA)] == ["email"]
        await uow.profiles.add(profile(BEN))
        await uow.merges.carry_back(moved, ANNA, BEN)
        await uow.merges.uncount([])
        assert [one.id for one in await uow.conversations.of(BEN)] == [OTHER_CHAT]
        assert [one.id for one in await uow.conversations.of(ANNA)] == [CHAT]
        assert [one.event for one in await uow.timeline.of(BEN, limit=5)] == ["pricing.viewed"]
        await uow.merges.uncount(["anna:size"])
        assert await uow.scores.of(BEN) == []


async def test_whoever_is_at_work_on_a_conversation_looks_again(store: Store) -> None:
    await both(store)
    async with store.transaction() as uow:
        read = await uow.conversations.get(ConversationId(OTHER_CHAT))
        await uow.merges.carry(BEN, ANNA)
    async with store.transaction() as uow:
        with pytest.raises(Conflict):
            await uow.conversations.save(replace(read, version=read.version + 1))


async def test_the_record_of_a_merge_is_kept_as_it_was(store: Store) -> None:
    await both(store)
    claim = Claim(BEN, Identity("phone", "+1", verified=True), NOON)
    first = Merge(
        "m1",
        profile(ANNA, attributes={"size": 5}, tags=frozenset({"vip"})),
        profile(BEN, attributes={"size": 7}),
        NOON,
        "a test",
        "the same",
        (claim,),
        {"crm": "7"},
        (enrolment("e1", of=BEN),),
        (ConsentRecord(BEN, Purpose.MARKETING, "sms", True, NOON, "a test", "May we?"),),
        {"consent": ("1",)},
        {"ben:size": "anna:size"},
        ("merge:m1:ben:size",),
    )
    async with store.transaction() as uow:
        assert await uow.merges.claims(BEN) == [claim]
        await uow.merges.add(first)
        await uow.merges.add(Merge("m2", profile(ANNA), profile(BEN), NOON + timedelta(days=1), "a test", "again"))
        assert [one.id for one in await uow.merges.all_of(BEN)] == ["m1", "m2"]
        latest = await uow.merges.latest(ANNA)
        assert latest is not None
        assert latest.id == "m2"
        await uow.merges.undone("m2", NOON)
        assert await uow.merges.latest(BEN) == first
        assert (await uow.merges.all_of(ANNA))[1].undone_at == NOON
