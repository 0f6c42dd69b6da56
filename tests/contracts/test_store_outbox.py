"""What every store keeps of what leaves: once, in order, claimed by one, tracked only forward."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.database.sealing import Sealing
from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, CrmNote, CrmUpsert, EndpointCall, Lane, OutboxEntry, OutboxStatus
from bot.domain.handoff import Lead
from bot.domain.ids import EnrolmentId, HandoffId
from bot.domain.message import DeliveryState, DeliveryStatus, HandoffCard, Text, Told
from bot.domain.send_window import SendWindow
from bot.ports import Outbox, Sooner, Store
from tests.contracts import samples
from tests.contracts.samples import ANNA, BEN, CHAT, NOON, OTHER_CHAT, conversation, opened, profile

STALE = timedelta(minutes=2)
CARD = HandoffCard(HandoffId("h"), "t", "s", (("Size", "50"),), 40, "A1", ("reason",), "https://x.example")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def entry(key: str, **more: Any) -> OutboxEntry:
    """Of Anna."""
    return samples.entry(key, **{"profile_id": ANNA, **more})


@pytest.fixture(autouse=True)
async def known(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add_all([profile(ANNA), profile(BEN)])


async def claim(outbox: Outbox, *, after: timedelta = timedelta(), limit: int = 100) -> list[str]:
    return [taken.key for taken in await outbox.claim(NOON + after, limit, stale_after=STALE)]


def sent(one: OutboxEntry, vendor_id: str = "SM1") -> OutboxEntry:
    return replace(one, status=OutboxStatus.SENT, vendor_id=vendor_id, attempts=1, first_tried_at=NOON)


def told(vendor_id: str, state: DeliveryState, *, error: str = "", key: str = "") -> DeliveryStatus:
    return DeliveryStatus("sms", f"{vendor_id}:{state}", vendor_id, state, error, key)


async def test_it_knows_what_is_not_settled_in_a_conversation(store: Store) -> None:
    first, second = entry("first"), entry("second")
    assert first.conversation_id is not None
    async with store.transaction() as uow:
        grown = [uow.outbox.grown]
        await uow.outbox.add(first)
        await uow.outbox.add(second)
        assert await uow.outbox.unsettled(first.conversation_id, first.goes_to) == {"first", "second"}
        await uow.outbox.settle(sent(first))
        grown.append(uow.outbox.grown)
        await uow.outbox.settle(sent(second, "SM2"))
        assert [*grown, uow.outbox.grown] == [False, True, False], "in the end nothing is left for others"
        assert await uow.outbox.unsettled(first.conversation_id, first.goes_to) == frozenset()


async def test_one_key_makes_one_entry(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.outbox.add(entry("k"))
        assert not await uow.outbox.add(entry("k", text="again"))
    async with store.transaction() as uow:
        assert not await uow.outbox.add(entry("k", text="and again"))
        assert await uow.outbox.by_key("k") == entry("k")
        assert await uow.outbox.by_key("other") is None


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(keys=st.lists(st.sampled_from("abcde"), max_size=8))
def test_one_key_makes_one_entry_whatever_the_order(sqlite_url: str, keys: list[str]) -> None:
    async def add_all() -> None:
        with contextlib.suppress(ZeroDivisionError):
            async with opened(sqlite_url) as store, store.transaction() as uow:
                added = [await uow.outbox.add(entry(key, profile_id=None)) for key in keys]
                assert added == [key not in keys[:place] for place, key in enumerate(keys)]
                assert await uow.outbox.count(OutboxStatus.WAITING) == len(set(keys))
                raise ZeroDivisionError  # for the next example to find nothing

    asyncio.run(add_all())


@pytest.mark.parametrize(
    "made",
    [
        entry(
            "full",
            enrolment_id=EnrolmentId("e1"),
            purpose=Purpose.MARKETING,
            window=SendWindow(time(9), time(20, 30), frozenset({0, 1, 2}), "Europe/London"),
            expires_at=NOON + HOUR,
        ),
        entry("bare", conversation_id=None, profile_id=None),
        replace(entry("card"), dispatch=ChannelMessage("slack", "#sales", CARD, thread_of="other", replaces_of="one")),
        replace(entry("lead"), dispatch=CrmUpsert("hubspot", Lead("l", None, None, None, 3, "C3", (), {"a": 1}))),
        replace(entry("note"), dispatch=CrmNote("hubspot", HandoffId("h"), "a note")),
    ],
    ids=lambda made: made.key,
)
async def test_an_entry_comes_back_as_it_was(store: Store, made: OutboxEntry) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(made)
        assert await uow.outbox.by_key(made.key) == made
        assert list(await uow.outbox.claim(NOON, 10, stale_after=STALE)) == [made]


async def test_only_what_is_due_is_claimed_and_only_once(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("now", conversation_id=None))
        await uow.outbox.add(entry("later", conversation_id=None, due_at=NOON + HOUR))
        assert await uow.outbox.next_due() == NOON
        assert await claim(uow.outbox) == ["now"]
        assert await claim(uow.outbox) == []
        assert await uow.outbox.next_due() == NOON + HOUR
        assert await uow.outbox.count(OutboxStatus.SENDING) == 1
        taken = await uow.outbox.by_key("now")
        assert taken is not None
        assert taken.status is OutboxStatus.SENDING


async def test_no_more_than_the_limit_is_claimed_and_the_earliest_due_first(store: Store) -> None:
    async with store.transaction() as uow:
        for name, due in (("c", NOON), ("a", NOON - 2 * HOUR), ("b", NOON - HOUR)):
            await uow.outbox.add(entry(name, conversation_id=None, due_at=due))
        assert await claim(uow.outbox, limit=2) == ["a", "b"]
        assert await claim(uow.outbox, limit=2) == ["c"]


async def test_what_a_crash_left_sending_comes_back_as_sending(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k"))
        (first,) = await uow.outbox.claim(NOON, 10, stale_after=STALE)
        assert first.status is OutboxStatus.WAITING
    async with store.transaction() as uow:
        assert await claim(uow.outbox, after=STALE - SECOND) == []
        (again,) = await uow.outbox.claim(NOON + STALE, 10, stale_after=STALE)
        assert again.status is OutboxStatus.SENDING
        assert await claim(uow.outbox, after=STALE + SECOND) == [], "it is somebody's again"


async def test_what_was_claimed_anew_is_not_ours_any_more(store: Store) -> None:
    async with store.transaction() as uow:
        for key in ("a", "b"):
            await uow.outbox.add(entry(key, conversation_id=None))
        ours = await uow.outbox.claim(NOON, 10, stale_after=STALE)
        assert set(await uow.outbox.still_ours(ours)) == {"a", "b"}
        await uow.outbox.claim(NOON + STALE, 1, stale_after=STALE)
        assert len(await uow.outbox.still_ours(ours)) == 1
        again = await uow.outbox.claim(NOON + 3 * STALE, 10, stale_after=STALE)
        await uow.outbox.settle(sent(again[0]))
        assert set(await uow.outbox.still_ours(again)) == {again[1].key}, "of the other it is known what came of it"
        await uow.outbox.drop("a")
        await uow.outbox.drop("b")
        assert await uow.outbox.still_ours(ours) == {}


async def test_a_burst_in_one_conversation_leaves_one_by_one(store: Store) -> None:
    async with store.transaction() as uow:
        for number in (1, 2, 3):
            await uow.outbox.add(entry(f"k{number}"))
        assert await claim(uow.outbox) == ["k1"]
        assert await claim(uow.outbox) == [], "the first is still being sent"
        await uow.outbox.settle(sent(entry("k1")))
        assert await claim(uow.outbox) == ["k2"]


async def test_conversations_and_channels_do_not_wait_for_each_other(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k1"))
        await uow.outbox.add(entry("k2", conversation_id=OTHER_CHAT))
        await uow.outbox.add(entry("k3", channel="slack"))
        await uow.outbox.add(entry("k4", conversation_id=None))
        await uow.outbox.add(entry("k5", conversation_id=None))
        assert await claim(uow.outbox) == ["k1", "k2", "k3", "k4", "k5"]


async def test_an_entry_that_is_put_off_holds_up_none_behind_it(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k1"))
        await uow.outbox.add(entry("k2"))
        assert await claim(uow.outbox) == ["k1"]
        await uow.outbox.settle(entry("k1", due_at=NOON + HOUR, reason="quiet hours"))
        assert await claim(uow.outbox) == ["k2"]
        await uow.outbox.settle(sent(entry("k2")))
        assert await claim(uow.outbox, after=HOUR) == ["k1"]


async def test_what_a_clock_that_is_ahead_wrote_first_is_not_overtaken(store: Store) -> None:
    ahead = NOON + 25 * SECOND
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k1", created_at=ahead, due_at=ahead))
        await uow.outbox.add(entry("k2"))
        assert await claim(uow.outbox) == []
        assert await uow.outbox.make_due_again(NOON, ahead=2 * SECOND, lane=Lane.CRM) == 0
        assert await uow.outbox.make_due_again(NOON, ahead=2 * SECOND, lane=Lane.REPLIES) == 1
        assert await claim(uow.outbox) == ["k1"]


async def test_a_dead_or_withheld_entry_holds_up_none_behind_it(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k1"))
        await uow.outbox.add(entry("k2"))
        await uow.outbox.add(entry("k3"))
        await uow.outbox.settle(entry("k1", status=OutboxStatus.DEAD, reason="no such number"))
        await uow.outbox.settle(entry("k2", status=OutboxStatus.WITHHELD, reason="no consent"))
        assert await claim(uow.outbox) == ["k3"]
        assert await uow.outbox.count(OutboxStatus.DEAD) == 1


async def test_two_claimers_never_get_the_same_entry(store: Store, store_url: str, sealing: Sealing) -> None:
    async with store.transaction() as uow:
        for number in range(60):
            await uow.outbox.add(entry(f"k{number}", conversation_id=None if number % 2 else CHAT))
    taken: list[str] = []

    async def work(database: Store) -> None:
        while len(taken) < 60:
            async with database.transaction() as uow:
                got = await uow.outbox.claim(NOON, 3, stale_after=STALE)
                await asyncio.sleep(0)
                for one in got:
                    await uow.outbox.settle(sent(one, f"SM{one.key}"))
                taken.extend(one.key for one in got)

    async with opened(store_url, sealing) as other:
        await asyncio.gather(work(store), work(other), work(store), work(other))
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 60
    lane = [int(key[1:]) for key in taken if not int(key[1:]) % 2]
    assert lane == sorted(lane)


async def test_a_claim_passes_over_what_another_transaction_holds(postgresql_url: str) -> None:
    async with opened(postgresql_url) as store:
        async with store.transaction() as uow:
            await uow.outbox.add(entry("k1", conversation_id=None, profile_id=None))
            await uow.outbox.add(entry("k2", conversation_id=None, profile_id=None))
        async with store.transaction() as mine, store.transaction() as yours:
            assert await claim(mine.outbox, limit=1) == ["k1"]
            assert await claim(yours.outbox) == ["k2"]


async def test_what_was_given_up_is_listed_by_where_it_was_for(store: Store) -> None:
    note = CrmNote("hubspot", HandoffId("h"), "Hello")
    async with store.transaction() as uow:
        for key, dispatch in (("a", None), ("b", note), ("c", note), ("d", note)):
            made = entry(key) if dispatch is None else replace(entry(key), dispatch=dispatch, conversation_id=None)
            await uow.outbox.add(made)
            if key != "d":
                await uow.outbox.settle(replace(made, status=OutboxStatus.DEAD, reason="refused", attempts=1))
    async with store.transaction() as uow:
        everything = await uow.outbox.dead(10)
        assert {one.key for one in everything} == {"a", "b", "c"}
        assert [one.id for one in everything] == sorted(one.id for one in everything)
        for_hubspot = await uow.outbox.dead(10, to="hubspot")
        assert {one.key for one in for_hubspot} == {"b", "c"}
        assert await uow.outbox.dead(10, to="hubspot", after=for_hubspot[0].id) == [for_hubspot[1]]
        assert len(await uow.outbox.dead(2)) == 2


async def test_settling_writes_what_came_of_it(store: Store) -> None:
    settled = sent(entry("k"))
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k"))
        await uow.outbox.settle(settled)
    async with store.transaction() as uow:
        assert await uow.outbox.by_key("k") == settled
        assert await claim(uow.outbox, after=HOUR) == []
        assert await uow.outbox.next_due() is None


async def test_many_are_settled_as_each_would_be(store: Store) -> None:
    entries = [entry(key, channel=channel) for key, channel in (("a", "sms"), ("b", "sms"), ("c", "sms"), ("d", "fax"))]
    settled = [
        sent(entries[0]),
        sent(entries[1], "SM2"),
        replace(entries[2], status=OutboxStatus.WAITING, due_at=NOON + HOUR, attempts=1, first_tried_at=NOON),
        sent(entries[3]),
    ]
    async with store.transaction() as uow:
        for one in entries:
            await uow.outbox.add(one)
        await uow.outbox.track(told("SM2", FAILED, error="30003"), NOON)
        assert await uow.outbox.settle_all(settled) == {"b": Told(FAILED, "30003")}
        assert [await uow.outbox.by_key(one.key) for one in entries] == settled
        assert await uow.outbox.told_of("a") == "SM1"
        assert await uow.outbox.settle_all([]) == {}


async def test_purging_withholds_what_waits_for_this_person_with_this_purpose(store: Store) -> None:
    marketing: dict[str, Any] = {"purpose": Purpose.MARKETING, "conversation_id": None}
    async with store.transaction() as uow:
        await uow.outbox.add(entry("waiting", **marketing, due_at=NOON + HOUR))
        await uow.outbox.add(entry("answer"))
        await uow.outbox.add(entry("of Ben", **marketing, profile_id=BEN))
        await uow.outbox.add(entry("sent", **marketing))
        await uow.outbox.settle(sent(entry("sent", **marketing)))
        purged = await uow.outbox.purge(ANNA, Purpose.MARKETING, "opted out")
        assert [one.key for one in purged] == ["waiting"]
    async with store.transaction() as uow:
        gone = await uow.outbox.by_key("waiting")
        assert gone is not None
        assert (gone.status, gone.reason) == (OutboxStatus.WITHHELD, "opted out")
        assert await claim(uow.outbox, after=HOUR) == ["answer", "of Ben"]
        assert await uow.outbox.purge(ANNA, Purpose.MARKETING, "opted out") == []


async def test_of_a_run_the_messages_that_wait_are_withdrawn_and_nothing_else(store: Store) -> None:
    of_run: dict[str, Any] = {"purpose": Purpose.MARKETING, "enrolment_id": EnrolmentId("e1")}
    async with store.transaction() as uow:
        await uow.outbox.add(entry("waiting", **of_run, due_at=NOON + HOUR))
        await uow.outbox.add(entry("sent", **of_run))
        await uow.outbox.settle(sent(entry("sent", **of_run)))
        await uow.outbox.add(entry("hook", **of_run, dispatch=EndpointCall("billing", {})))
        await uow.outbox.add(entry("of another", **of_run | {"enrolment_id": EnrolmentId("e2")}))
    async with store.transaction() as uow:
        assert [one.key for one in await uow.outbox.withdraw(ANNA, EnrolmentId("e1"), "left", NOON)] == ["waiting"]
    async with store.transaction() as uow:
        found = [await uow.outbox.by_key(key) for key in ("waiting", "sent", "hook", "of another")]
    assert [one and one.status.value for one in found] == ["withheld", "sent", "waiting", "waiting"]


async def test_messages_are_counted_by_when_they_were_sent(store: Store) -> None:
    marketing: dict[str, Any] = {"purpose": Purpose.MARKETING, "conversation_id": None, "channel": "sms"}
    async with store.transaction() as uow:
        for name in ("a", "b", "c"):
            await uow.outbox.add(entry(name, **marketing))
        (first,) = await uow.outbox.claim(NOON, 1, stale_after=STALE)
        await uow.outbox.settle(sent(first, "SM1"))
        (second,) = await uow.outbox.claim(NOON + HOUR, 1, stale_after=STALE)
        await uow.outbox.settle(sent(second, "SM2"))
        here = "+447700900123"
        since = {start: await uow.outbox.sent_since(ANNA, here, Purpose.MARKETING, "sms", NOON + start) for start in
                 (timedelta(), SECOND, HOUR, HOUR + SECOND)}  # fmt: skip
        assert list(since.values()) == [[NOON, NOON + HOUR], [NOON + HOUR], [NOON + HOUR], []]
        assert await uow.outbox.sent_since(ANNA, here, Purpose.REPLY, "sms", NOON) == []
        assert await uow.outbox.sent_since(BEN, here, Purpose.MARKETING, "sms", NOON) == []
        assert await uow.outbox.sent_since(ANNA, here, Purpose.MARKETING, "webchat", NOON) == []
        assert await uow.outbox.last_sent(ANNA, Purpose.MARKETING, ["sms", "webchat"], NOON) == NOON + HOUR
        assert await uow.outbox.last_sent(ANNA, Purpose.REPLY, ["sms"], NOON) is None


async def test_what_went_to_an_address_is_counted_whoever_was_taken_to_have_it(store: Store) -> None:
    here, elsewhere = "+5215512345678", "+447700900999"
    to: dict[str, Any] = {"purpose": Purpose.MARKETING, "channel": "sms", "profile_id": ANNA}
    async with store.transaction() as uow:
        for id_, address in ((CHAT, here), (OTHER_CHAT, elsewhere)):
            await uow.conversations.add(conversation(id_, of=ANNA, channel="sms", address=address))
            await uow.outbox.add(entry(f"to {id_}", conversation_id=id_, **to))
        for one in await uow.outbox.claim(NOON, 2, stale_after=STALE):
            await uow.outbox.settle(sent(one, f"SM {one.key}"))
        for address, count in ((here, 1), ("+525512345678", 1), ("+447700900000", 0)):
            found = await uow.outbox.sent_since(BEN, address, Purpose.MARKETING, "sms", NOON)
            assert found == [NOON] * count, "not what went to another number of theirs"
        assert await uow.outbox.sent_since(ANNA, here, Purpose.MARKETING, "sms", NOON) == [NOON, NOON], "once each"


async def test_of_what_is_due_together_the_higher_priority_goes_first(store: Store) -> None:
    async with store.transaction() as uow:
        for name, priority in (("low", 10), ("high", 80), ("low too", 10), ("reply", 100)):
            await uow.outbox.add(entry(name, priority=priority))
        await uow.outbox.add(entry("not yet", priority=100, due_at=NOON + HOUR))
    order = []
    for _ in range(4):
        async with store.transaction() as uow:
            (one,) = await uow.outbox.claim(NOON, 10, stale_after=STALE)
            order.append(one.key)
        async with store.transaction() as uow:
            assert await uow.outbox.claim(NOON, 10, stale_after=STALE) == []  # while one is being sent, none follows
            await uow.outbox.settle(replace(one, status=OutboxStatus.SENT))
    assert order == ["reply", "high", "low", "low too"]


async def test_of_several_runs_of_journeys_the_one_that_wrote_last_is_known(store: Store) -> None:
    one, other, third = EnrolmentId("one"), EnrolmentId("other"), EnrolmentId("third")
    async with store.transaction() as uow:
        for number, wrote in enumerate((one, other, one, third)):
            await uow.outbox.add(entry(f"{number}", enrolment_id=wrote, purpose=Purpose.MARKETING))
            (claimed,) = await uow.outbox.claim(NOON + number * SECOND, 1, stale_after=STALE)
            await uow.outbox.settle(replace(claimed, status=OutboxStatus.SENT))
        assert await uow.outbox.wrote_last(ANNA, [one, other]) == one
        assert await uow.outbox.wrote_last(ANNA, [other]) == other
        assert await uow.outbox.wrote_last(BEN, [one]) is None
        assert await uow.outbox.wrote_last(ANNA, []) is None


SENT, DELIVERED, READ, FAILED = DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED


@pytest.mark.parametrize(
    ("states", "moved"),
    [
        ([DELIVERED, READ], [True, True]),
        ([READ, DELIVERED], [True, False]),
        ([SENT], [False]),
        ([DELIVERED, DELIVERED], [True, False]),
        ([FAILED, DELIVERED, READ], [True, False, False]),
        ([DELIVERED, FAILED, READ], [True, False, True]),
    ],
    ids=lambda value: "-".join(str(one) for one in value),
)
async def test_a_delivery_moves_only_forward(store: Store, states: list[DeliveryState], moved: list[bool]) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k", channel="sms"))
        await uow.outbox.settle(sent(entry("k", channel="sms")))
        assert [await uow.outbox.track(told("SM1", state), NOON) is not None for state in states] == moved
        assert not await uow.outbox.track(told("unknown", DELIVERED), NOON)


async def test_a_vendors_word_that_overtakes_its_receipt_is_kept(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k", channel="sms"))
        assert not await uow.outbox.track(told("SM1", DELIVERED), NOON)
        assert await uow.outbox.settle(sent(entry("k", channel="sms"))) == Told(DELIVERED)
        assert not await uow.outbox.track(told("SM1", DELIVERED), NOON), "that is known"
        assert await uow.outbox.track(told("SM1", READ), NOON)


async def test_a_failure_that_overtakes_its_receipt_is_told_when_the_message_is_settled(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k", channel="sms"))
        await uow.outbox.track(told("SM1", FAILED, error="30003"), NOON)
        assert await uow.outbox.settle(sent(entry("k", channel="sms"))) == Told(FAILED, "30003")
        assert await uow.outbox.settle(sent(entry("k", channel="sms"), "SM2")) is None


async def test_a_vendor_that_has_our_key_tells_of_a_message_without_a_receipt(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k", channel="sms"))
        assert await uow.outbox.told_of("k") is None
        assert await uow.outbox.track(told("SM0", FAILED, key="k"), NOON) == "k"
        assert await uow.outbox.told_of("k") is None, "that one did not arrive"
        assert await uow.outbox.track(told("SM1", SENT, key="k"), NOON) == "k"
        assert await uow.outbox.told_of("k") == "SM1"


async def test_what_a_vendor_told_long_ago_of_messages_that_are_none_of_ours_is_forgotten(store: Store) -> None:
    later = NOON + timedelta(days=1)
    async with store.transaction() as uow:
        await uow.outbox.add(entry("k", channel="sms"))
        assert await uow.outbox.track(told("SM1", DELIVERED, key="k"), NOON) == "k"
        for number, at in enumerate((NOON, NOON + SECOND, NOON + 2 * SECOND, later)):
            assert await uow.outbox.track(told(f"strange-{number}", DELIVERED, key="none of ours"), at) is None
    async with store.transaction() as uow:
        assert [await uow.retention.drop_unclaimed(later, limit=2) for _ in range(3)] == [2, 1, 0]
        assert await uow.outbox.told_of("k") == "SM1"


async def test_what_went_to_a_person_on_a_channel_is_known_by_the_vendors_ids(store: Store) -> None:
    async with store.transaction() as uow:
        for number, (of, channel) in enumerate([(ANNA, "sms"), (ANNA, "whatsapp"), (BEN, "sms")]):
            await uow.outbox.add(replace(entry(f"k{number}", channel=channel), profile_id=of))
        await uow.outbox.add(replace(entry("waits", channel="sms"), profile_id=ANNA))
        for number, (of, channel) in enumerate([(ANNA, "sms"), (ANNA, "whatsapp"), (BEN, "sms")]):
            await uow.outbox.settle(replace(sent(entry(f"k{number}", channel=channel), f"SM{number}"), profile_id=of))
        assert await uow.outbox.sent_ids(ANNA, "sms", NOON) == {"SM0"}
        assert [one.vendor_id for one in await uow.outbox.sent_as("sms", ["SM0", "unknown"])] == ["SM0"]
        assert [*await uow.outbox.sent_as("email", ["SM0"]), *await uow.outbox.sent_as("sms", [])] == []
        assert await uow.outbox.sent_ids(ANNA, "sms", NOON + HOUR) == set()


# ---------------------------------------------------------------- lanes


async def test_a_reply_is_claimed_whatever_waits_in_the_other_lanes(store: Store) -> None:
    campaign = [
        replace(entry(f"send {number}", conversation_id=None), priority=50, due_at=NOON - HOUR) for number in range(5)
    ]
    lead = CrmUpsert("hubspot", Lead("l", None, None, None, 3, "C3", ()))
    synced = replace(entry("lead", conversation_id=None), dispatch=lead, due_at=NOON - HOUR)
    async with store.transaction() as uow:
        for one in (*campaign, synced, entry("reply", conversation_id=None)):
            await uow.outbox.add(one)

    async def claimed(lane: Lane | None, limit: int = 3) -> list[str]:
        async with store.transaction() as uow:
            return [taken.key for taken in await uow.outbox.claim(NOON, limit, stale_after=STALE, lane=lane)]

    async with store.transaction() as uow:
        assert await uow.outbox.next_due(Lane.REPLIES) == NOON
        assert await uow.outbox.next_due(Lane.CRM) == await uow.outbox.next_due() == NOON - HOUR
        assert await uow.outbox.next_due(Lane.TIMERS) is None
    assert await claimed(Lane.REPLIES) == ["reply"]
    assert await claimed(Lane.CRM) == ["lead"]
    assert await claimed(Lane.SENDS) == ["send 0", "send 1", "send 2"]
    assert await claimed(None) == ["send 3", "send 4"]


async def test_a_journey_of_the_highest_priority_does_not_leave_among_the_replies(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.outbox.add(entry("send", conversation_id=None, enrolment_id=EnrolmentId("e1")))
        assert await uow.outbox.next_due(Lane.REPLIES) is None
        assert await uow.outbox.next_due(Lane.SENDS) == NOON


async def test_what_a_crash_left_is_taken_up_sooner_where_a_second_try_is_harmless(store: Store) -> None:
    async with store.transaction() as uow:
        for name, channel in (("chat", "webchat"), ("text", "sms")):
            message = ChannelMessage(channel, "somewhere", Text("Hello"))
            await uow.outbox.add(replace(entry(name, conversation_id=None), dispatch=message))
        assert await claim(uow.outbox) == ["chat", "text"]
    sooner = Sooner(frozenset({"webchat"}), SECOND)
    async with store.transaction() as uow:
        taken = await uow.outbox.claim(NOON + SECOND, 10, stale_after=STALE, sooner=sooner)
        assert [one.key for one in taken] == ["chat"]
