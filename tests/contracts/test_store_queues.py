"""What every store tells an operator of its queues."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.domain.consent import Purpose
from bot.domain.delivery import CrmNote, Decision, Lane, OutboxEntry, OutboxStatus, Outcome, Verdicts
from bot.domain.ids import EnrolmentId, HandoffId
from bot.ports import Store
from bot.ports.queues import Bound, DeadGroup, HeldUp, Waiting
from tests.contracts.samples import ANNA, BEN, CHAT, NOON, add_chat, entry, message, profile

MINUTE = timedelta(minutes=1)
NOTE = CrmNote("hubspot", HandoffId("h"), "t")


async def keep(store: Store, *entries: OutboxEntry) -> None:
    async with store.transaction() as uow:
        for one in entries:
            await uow.outbox.add(one)
            await uow.outbox.settle(one)


async def test_what_waits_is_told_by_lane_place_and_reason(store: Store) -> None:
    later = NOON + timedelta(hours=1)
    await keep(
        store,
        entry("a", reason="no answer", due_at=NOON - MINUTE),
        entry("b", reason="no answer", due_at=later),
        entry("c", channel="sms", due_at=later),
        entry("d", enrolment_id=EnrolmentId("e"), due_at=later),
        entry("e", dispatch=NOTE, reason="429", due_at=NOON),
        entry("f", status=OutboxStatus.SENT),
        entry("g", status=OutboxStatus.DEAD),
    )
    async with store.transaction() as uow:
        found = await uow.queues.waiting(NOON)
    assert found[:2] == [
        Waiting(Lane.REPLIES, "webchat", "no answer", 2, 1, NOON - MINUTE),
        Waiting(Lane.CRM, "hubspot", "429", 1, 1, NOON),
    ]
    assert {(one.lane, one.to, one.entries, one.due) for one in found[2:]} == {
        (Lane.REPLIES, "sms", 1, 0),
        (Lane.SENDS, "webchat", 1, 0),
    }


async def test_a_turn_that_waits_is_a_reply_that_waits(store: Store) -> None:
    async with store.transaction() as uow:
        await add_chat(uow)
        await uow.inbox.add(CHAT, message("m1"), NOON)
    async with store.transaction() as uow:
        assert await uow.queues.waiting(NOON) == [Waiting(Lane.REPLIES, "webchat", "", 1, 1, NOON)]


async def test_changes_of_segments_wait_by_segment_until_journeys_are_told(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.segments.next_due() is None
        for person, segment, ago in ((ANNA, "keen", 2 * MINUTE), (ANNA, "old", MINUTE), (BEN, "keen", MINUTE)):
            await uow.segments.enter(person, segment, NOON - ago)
            await uow.segments.queue(person, segment, entered=True, at=NOON - ago)
    async with store.transaction() as uow:
        assert await uow.queues.waiting(NOON) == [
            Waiting(Lane.SEGMENTS, "keen", "", 2, 2, NOON - 2 * MINUTE),
            Waiting(Lane.SEGMENTS, "old", "", 1, 1, NOON - MINUTE),
        ]
        assert await uow.segments.next_due() == NOON - 2 * MINUTE
        first, *others = await uow.segments.claim_changes(9)
        await uow.segments.failed(first.position, "a poisoned one")
        assert await uow.segments.next_due() == NOON - MINUTE, "what failed waits no more"
        await uow.segments.told([one.position for one in others])
    async with store.transaction() as uow:
        assert await uow.queues.waiting(NOON) == []
        assert await uow.segments.next_due() is None


async def test_changes_of_segments_that_could_not_be_told_are_counted_and_told_again_by_segment_and_error(
    store: Store,
) -> None:
    async with store.transaction() as uow:
        assert await uow.queues.untold() == []
        for person, segment in ((ANNA, "keen"), (BEN, "keen"), (ANNA, "old"), (BEN, "old")):
            await uow.segments.enter(person, segment, NOON)
            await uow.segments.queue(person, segment, entered=True, at=NOON)
        for change, error in zip(
            await uow.segments.claim_changes(9), ("KeyError", "KeyError", "TypeError"), strict=False
        ):
            await uow.segments.failed(change.position, error)
    async with store.transaction() as uow:
        assert await uow.queues.untold() == [
            DeadGroup("keen", "KeyError", 2, NOON),
            DeadGroup("old", "TypeError", 1, NOON),
        ]
        assert await uow.segments.tell_again("keen", "TypeError") == 0
        assert await uow.segments.tell_again("keen", "KeyError") == 2
        assert [one.to for one in await uow.queues.untold()] == ["old"]
        assert len(await uow.segments.claim_changes(9)) == 3


async def test_a_rate_counts_what_was_let_go_within_five_minutes(store: Store) -> None:
    def let_go(key: str, ago: timedelta, outcome: str = "send") -> Decision:
        return Decision(NOON - ago, key, ANNA, Purpose.REPLY, "webchat", outcome, "")  # type: ignore[arg-type]

    await keep(store, *(entry(key) for key in "abc"), entry("journey", enrolment_id=EnrolmentId("e")))
    async with store.transaction() as uow:
        for decision in (
            let_go("a", 6 * MINUTE),
            let_go("b", 2 * MINUTE),
            let_go("c", MINUTE, "later"),
            let_go("journey", MINUTE),
        ):
            await uow.consents.decided(decision)
    async with store.transaction() as uow:
        assert await uow.queues.per_minute(NOON) == {Lane.REPLIES: 0.2, Lane.SENDS: 0.2}


async def test_what_was_given_up_is_counted_by_place_and_reason(store: Store) -> None:
    dead = OutboxStatus.DEAD
    await keep(
        store,
        entry("a", status=dead, reason="refused"),
        entry("b", status=dead, reason="refused", created_at=NOON - MINUTE),
        entry("c", status=dead, reason="gone"),
        replace(entry("d", dispatch=NOTE), status=dead, reason="refused"),
        entry("e", reason="refused"),
    )
    async with store.transaction() as uow:
        assert await uow.queues.dead(10) == [
            DeadGroup("webchat", "refused", 2, NOON - MINUTE),
            DeadGroup("hubspot", "refused", 1, NOON),
            DeadGroup("webchat", "gone", 1, NOON),
        ]
        assert len(await uow.queues.dead(1)) == 1
        assert [one.key for one in await uow.outbox.dead(9, to="webchat", reason="refused")] == ["a", "b"]
        assert [one.key for one in await uow.outbox.dead(9, reason="refused")] == ["a", "b", "d"]


async def test_what_rules_have_held_up_is_told_each_message_once(store: Store) -> None:
    def decided(key: str, outcome: Outcome, why: str, days_ago: int = 1) -> Decision:
        return Decision(NOON - timedelta(days=days_ago), key, ANNA, Purpose.MARKETING, "sms", outcome, why)

    night, since = "outside the hours (rules us, us-fl); next look {} May 2026 08:00 UTC", NOON - timedelta(days=30)
    async with store.transaction() as uow:
        assert await uow.queues.held_up(since) == HeldUp(since, [])
        await uow.consents.decided_all(
            [
                decided("long ago", "later", night.format(1), days_ago=31),
                decided("a", "later", night.format(12)),
                decided("a", "later", night.format(13)),
                decided("b", "later", night.format(14)),
                decided("b", "withhold", "the cap of 3 within 1 week is reached (rule house)"),
                decided("c", "withhold", "no consent to marketing by sms on record"),
                decided("d", "send", "consent of 13 May 2026: a page (rule of the house)"),
            ]
        )
    async with store.reading(at_length=True) as uow:
        found = await uow.queues.held_up(since)
    assert found.since == since
    assert set(found.verdicts) == {Verdicts("later", "(rules us, us-fl)", 2), Verdicts("withhold", "(rule house)", 1)}


async def test_of_marketing_that_waits_it_is_told_for_whom_and_where_to_it_is_bound(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.profiles.add(profile(BEN))
    offer = partial(entry, channel="sms", profile_id=BEN, purpose=Purpose.MARKETING, priority=50)
    await keep(
        store,
        offer("a", profile_id=ANNA, due_at=NOON + MINUTE),
        offer("b"),
        offer("c", channel="webchat"),
        offer("d", purpose=Purpose.SERVICE),
        offer("e", status=OutboxStatus.SENT),
    )
    async with store.reading(at_length=True) as uow:
        found = await uow.queues.bound(Purpose.MARKETING, ["sms", "email"], 10)
        assert [(one.profile_id, one.channel) for one in found] == [(BEN, "sms"), (ANNA, "sms")]
        assert await uow.queues.bound(Purpose.MARKETING, ["sms"], 1) == [Bound(BEN, "sms", found[0].address)]
