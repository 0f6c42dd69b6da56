"""What every store counts for reports: the same figures, and those that a plain reckoning gives."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.database import Database
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.delivery import OutboxEntry, OutboxStatus
from bot.domain.handoff import Handoff
from bot.domain.ids import ConversationId, EnrolmentId, ProfileId
from bot.domain.journey import EnrolmentStatus
from bot.domain.links import SentLink
from bot.domain.meeting import Meeting
from bot.domain.message import DeliveryState, DeliveryStatus
from bot.domain.reporting import (
    Answered,
    Contained,
    Credit,
    Funnel,
    Happening,
    JourneyFigures,
    MessageFigures,
    Period,
    ReportPlan,
    Touch,
)
from bot.domain.timeline import PersonEvent
from bot.journeys.reporting import linear
from bot.ports import Store, UnitOfWork
from tests.contracts import samples
from tests.contracts.samples import ANNA, BEN, NOON, conversation, enrolment, handoff, journey, profile

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PERIOD = Period(NOON - DAY, NOON + 30 * DAY)
SEARCH = Touch("search", Happening("page.viewed", (("utm source", "google"),)))
SITE = Touch("site", Happening("page.viewed"))
MAIL = Touch("mail", Happening("mail.clicked"))
PLAN = ReportPlan(Happening("order.completed"), (SEARCH, SITE, MAIL), within=5 * DAY)


def happened(who: ProfileId, event: str, days: float, **data: object) -> PersonEvent:
    at = NOON + days * DAY
    return PersonEvent(who, event, at, at, data)


async def tell(uow: UnitOfWork, *events: PersonEvent) -> None:
    for event in events:
        await uow.timeline.add(event)
    await uow.timeline.of(ANNA, limit=1)  # writes them


async def test_people_of_a_journey_are_counted_once_and_held_against_those_held_out(store: Store) -> None:
    held_out = EnrolmentStatus.HELD_OUT
    async with store.transaction() as uow:
        for name in ("a", "b", "c", "d", "e"):
            await uow.profiles.add(profile(ProfileId(name), restricted_at=NOON if name == "e" else None))
        await uow.enrolments.publish(journey())
        runs = [
            enrolment("1", of=ProfileId("a"), status=EnrolmentStatus.DONE),
            enrolment("2", of=ProfileId("a"), status=EnrolmentStatus.DONE, goal_at=NOON),
            enrolment("3", of=ProfileId("b"), status=EnrolmentStatus.DONE),
            enrolment("4", of=ProfileId("c"), status=held_out, goal_at=NOON),
            enrolment("5", of=ProfileId("d"), status=held_out),
            enrolment("6", of=ProfileId("d"), status=held_out, entered_at=NOON - 2 * DAY),
            enrolment("7", of=ProfileId("e"), status=EnrolmentStatus.DONE, goal_at=NOON),
        ]
        for one in runs:
            await uow.enrolments.add(one)
    async with store.transaction() as uow:
        assert await uow.figures.journeys(PERIOD) == [JourneyFigures("welcome", 2, 1, 2, 1)]
        assert await uow.figures.journeys(Period(NOON + DAY, NOON + 2 * DAY)) == []


async def send(uow: UnitOfWork, key: str, *, at: datetime = NOON, of: ProfileId = ANNA, **more: Any) -> OutboxEntry:
    """A message that the run "run" made at that time; it is sent an hour later, unless `more` says otherwise."""
    entry = replace(samples.entry(key, channel="sms", conversation_id=None), profile_id=of, created_at=at, due_at=at)
    entry = replace(entry, enrolment_id=EnrolmentId("run"), purpose=Purpose.MARKETING, priority=50)
    await uow.outbox.add(entry)
    settled: dict[str, Any] = {"status": OutboxStatus.SENT, "vendor_id": key, "first_tried_at": at + HOUR} | more
    await uow.outbox.settle(replace(entry, **settled))
    return entry


async def test_messages_are_counted_by_what_became_of_them(store: Store) -> None:
    """Of what came of a message: on its channel, soon after it was sent."""
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.profiles.add(profile(BEN))
        await uow.profiles.add(profile(ProfileId("restricted"), restricted_at=NOON))
        await uow.enrolments.publish(journey())
        await uow.enrolments.add(enrolment("run", status=EnrolmentStatus.DONE))
        for number in range(3):
            await send(uow, f"old:{number}", at=NOON - 9 * DAY)
        for key in ("told", "refused", "both", "silent"):
            await send(uow, key)
        await send(uow, "ben's", of=BEN)
        await send(uow, "later", at=NOON + 2 * DAY, of=BEN, status=OutboxStatus.WAITING, vendor_id=None)
        await send(uow, "never", status=OutboxStatus.WITHHELD, vendor_id=None, reason="the cap is reached")
        await send(uow, "dead", status=OutboxStatus.DEAD, vendor_id=None, reason="400: no such number")
        await send(uow, "theirs", of=ProfileId("restricted"))
        await uow.outbox.add(samples.entry("reply", conversation_id=None))
        for key, state in (("told", "read"), ("refused", "failed"), ("both", "failed")):
            await uow.outbox.track(DeliveryStatus("sms", key, key, DeliveryState(state)), NOON)
        await uow.sent_links.keep(SentLink("abcd1", "told", "welcome", "offer"))
        await uow.sent_links.keep(SentLink("abcd2", "silent", "welcome", "offer"))
        await uow.sent_links.click("abcd1", NOON + 2 * HOUR, unless_since=NOON)
        await tell(
            uow,
            happened(ANNA, "message.received", 0.01, channel="sms"),  # before they were sent
            happened(ANNA, "message.received", 1, channel="webchat"),
            happened(BEN, "message.received", 3, channel="sms"),
        )
        for granted, days in ((True, 1), (False, 2)):
            at = NOON + days * DAY
            await uow.consents.add(ConsentRecord(ANNA, Purpose.MARKETING, "sms", granted, at, "wrote", ""))
        figures = await uow.figures.messages(PERIOD)
    today = MessageFigures(
        "welcome",
        NOON.date(),
        sent=5,
        given_up=1,
        delivered=1,
        refused=2,
        followed=2,
        opened=1,
        answered=1,
        opted_out=4,
        withheld={"the cap is reached": 1},
    )
    assert figures == [today, MessageFigures("welcome", (NOON + 2 * DAY).date(), waiting=1)]
    async with store.transaction() as uow:
        assert await uow.figures.messages(Period(NOON + 9 * DAY, NOON + 10 * DAY)) == []
        (old,) = await uow.figures.messages(Period(NOON - 20 * DAY, NOON - 5 * DAY))
        assert old.sent == 3


async def test_where_no_message_was_ever_made_none_is_counted(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.figures.messages(PERIOD) == []


async def test_conversions_are_credited_to_the_touches_before_them(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.profiles.add(profile(BEN))
        await tell(
            uow,
            happened(ANNA, "page.viewed", -9, **{"utm source": "google"}),  # too long before
            happened(ANNA, "page.viewed", 1, **{"utm source": "google"}),
            happened(ANNA, "mail.clicked", 2),
            happened(ANNA, "page.viewed", 3, **{"utm source": 7}),
            happened(ANNA, "order.completed", 4),
            happened(ANNA, "mail.clicked", 5),
            happened(BEN, "order.completed", 4),
        )
        assert await uow.figures.conversions(PLAN, PERIOD) == 2
        assert await uow.figures.credits(PLAN, PERIOD) == [
            Credit("mail", 0, 0, {3: 1}),
            Credit("search", 1, 0, {3: 1}),
            Credit("site", 0, 1, {3: 1}),
        ]
        assert await uow.figures.new_people(PLAN, PERIOD) == {}
        assert await uow.figures.new_people(PLAN, Period(NOON - 10 * DAY, NOON)) == {"search": 1}
        assert await uow.figures.credits(ReportPlan(), PERIOD) == []


async def talk(uow: UnitOfWork, who: str, *, wrote: bool = True) -> ConversationId:
    await uow.profiles.add(profile(ProfileId(who)))
    one = conversation(ConversationId(f"chat of {who}"), of=ProfileId(who))
    await uow.conversations.add(replace(one, last_message_at=NOON))
    if wrote:
        await tell(uow, happened(one.profile_id, "message.received", 0, channel=one.channel))
    return one.id


def of(who: str) -> Handoff:
    return handoff(f"handoff of {who}", in_=ConversationId(f"chat of {who}"), of=ProfileId(who))


async def test_the_funnel_narrows_step_by_step_and_conversations_without_a_person_are_contained(store: Store) -> None:
    async with store.transaction() as uow:
        for who in ("a", "b", "c"):
            await talk(uow, who)
        await talk(uow, "d", wrote=False)
        for who in ("a", "b"):
            await uow.handoffs.add(of(who))
        at = NOON.replace(microsecond=0)
        chat, met = ConversationId("chat of a"), at + DAY
        meeting = Meeting("m", "Rep", of("a").id, ProfileId("a"), chat, met, met + timedelta(minutes=30), at)
        assert await uow.meetings.book(meeting)
        await tell(uow, happened(ProfileId("a"), "order.completed", 40), happened(ProfileId("d"), "order.completed", 1))
        assert await uow.figures.funnel(PLAN, PERIOD) == Funnel(4, 3, 2, 1, 1)
        assert await uow.figures.funnel(ReportPlan(), PERIOD) == Funnel(4, 3, 2, 1)
        assert await uow.figures.contained(PERIOD) == Contained(3, 1)


async def test_a_meeting_that_another_system_told_of_is_one_until_it_is_called_off(store: Store) -> None:
    async with store.transaction() as uow:
        for who in ("a", "b", "c"):
            await talk(uow, who)
            await uow.handoffs.add(of(who))
        await tell(
            uow,
            *(happened(ProfileId(who), "meeting.booked", 1) for who in ("a", "b", "c")),
            *(happened(ProfileId(who), "meeting.cancelled", 2) for who in ("b", "c")),
            happened(ProfileId("c"), "meeting.booked", 3),
        )
        assert await uow.figures.funnel(ReportPlan(), PERIOD) == Funnel(3, 3, 3, 2)


async def test_who_wrote_only_to_a_colleague_has_written(store: Store) -> None:
    async with store.transaction() as uow:
        chat = await talk(uow, "a", wrote=False)
        await uow.handoffs.add(of("a"))
        assert await uow.figures.contained(PERIOD) == Contained()
        channel = (await uow.conversations.get(chat)).channel
        await tell(uow, happened(ProfileId("a"), "message.to_rep", 1, channel=channel))
        assert await uow.figures.funnel(ReportPlan(), PERIOD) == Funnel(1, 1, 1)
        assert await uow.figures.contained(PERIOD) == Contained(1)


async def test_the_response_time_is_that_of_the_first_claim(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.figures.answered(PERIOD) == Answered()
        for who, minutes in (("a", 1), ("b", 2), ("c", 30), ("d", None)):
            await talk(uow, who)
            await uow.handoffs.add(of(who))
            claims = [] if minutes is None else [minutes / 1440, 2]
            await tell(uow, *(happened(ProfileId(who), "handoff.claimed", days) for days in claims))
        minute = timedelta(minutes=1)
        assert await uow.figures.answered(PERIOD) == Answered(4, 3, 2 * minute, 30 * minute)


# ---------------------------------------------------------------- attribution, reckoned plainly

EVENTS = st.lists(
    st.tuples(
        st.sampled_from([ANNA, BEN]),
        st.sampled_from(["page.viewed", "mail.clicked", "order.completed", "other"]),
        st.integers(0, 12),
        st.sampled_from([{}, {"utm source": "google"}, {"utm source": "bing"}, {"utm source": None}]),
    ),
    max_size=14,
)


def source_of(event: PersonEvent) -> str | None:
    if event.event == "page.viewed":
        return "search" if event.data.get("utm source") == "google" else "site"
    return "mail" if event.event == "mail.clicked" else None


def reckoned(events: Sequence[PersonEvent]) -> tuple[Counter[str], Counter[str], dict[str, Fraction]]:
    """First touches, last touches, and what is shared evenly; `events` in the order in which they were told."""
    first, last, shared = Counter[str](), Counter[str](), dict[str, Fraction]()
    ordered = sorted(events, key=lambda one: one.at)
    for order in (one for one in events if one.event == "order.completed"):
        touches = [
            source
            for one in ordered
            if one.profile_id == order.profile_id
            and order.at - PLAN.within <= one.at <= order.at
            and (source := source_of(one)) is not None
        ]
        if touches:
            first[touches[0]] += 1
            last[touches[-1]] += 1
        for source in touches:
            shared[source] = shared.get(source, Fraction(0)) + Fraction(1, len(touches))
    return first, last, shared


class _Undo(Exception):
    """Ends a transaction without a trace."""


def test_attribution_is_as_reckoned_on_every_database(store_url: str) -> None:
    runner = asyncio.Runner()
    store = Database(store_url)

    async def credited(events: Sequence[PersonEvent]) -> Sequence[Credit]:
        found: Sequence[Credit] = []
        try:
            async with store.transaction() as uow:
                for who in (ANNA, BEN):
                    await uow.profiles.add(profile(who))
                await tell(uow, *events)
                found = await uow.figures.credits(PLAN, PERIOD)
                raise _Undo
        except _Undo:
            return found

    @given(EVENTS)
    @settings(max_examples=25)
    def holds(told: list[tuple[ProfileId, str, int, dict[str, object]]]) -> None:
        events = [happened(who, event, days, **data) for who, event, days, data in told]
        first, last, shared = reckoned(events)
        found = runner.run(credited(events))
        assert {one.source: one.first for one in found if one.first} == dict(first)
        assert {one.source: one.last for one in found if one.last} == dict(last)
        assert {one.source: linear(one) for one in found} == shared
        assert sum((linear(one) for one in found), Fraction(0)) == sum(first.values())

    try:
        holds()
    finally:
        runner.run(store.close())
        runner.close()
