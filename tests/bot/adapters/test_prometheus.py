"""What Prometheus reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.adapters.database import Database
from bot.adapters.prometheus import PrometheusMeter, first_due
from bot.domain.delivery import Lane, OutboxStatus
from bot.domain.person import Profile
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.ports import UnitOfWork
from tests.contracts.samples import ANNA, NOON, entry


async def test_counts_and_queues_are_told_in_prometheus_format(sqlite_store: Database) -> None:
    meter = PrometheusMeter()
    meter.took_turn("sms", timedelta(milliseconds=20))
    meter.delivered("sms", "sent")
    meter.stepped(3)
    meter.answered("/channels/{channel}/{tail}", 200, timedelta(milliseconds=3))
    async with sqlite_store.transaction() as uow:
        await uow.outbox.add(replace(entry("campaign", conversation_id=None), priority=50))
        await uow.outbox.add(entry("gone", conversation_id=None))
        await uow.outbox.settle(replace(entry("gone"), status=OutboxStatus.DEAD))
        lines = (await meter.read(uow, NOON + timedelta(seconds=90))).decode().splitlines()
    for line in (
        'overture_turn_seconds_bucket{channel="sms",le="0.025"} 1.0',
        'overture_deliveries_total{channel="sms",outcome="sent"} 1.0',
        "overture_journey_steps_total 3.0",
        'overture_http_request_seconds_count{route="/channels/{channel}/{tail}",status="200"} 1.0',
        'overture_lane_late_seconds{lane="sends"} 90.0',
        'overture_lane_late_seconds{lane="replies"} 0.0',
        "overture_outbox_dead 1.0",
    ):
        assert line in lines


async def test_how_long_there_is_for_what_somebody_asked_for_by_law_is_told(sqlite_store: Database) -> None:
    async def told(uow: UnitOfWork) -> str:
        lines = (await PrometheusMeter().read(uow, NOON)).decode().splitlines()
        return next(one for one in lines if one.startswith("overture_privacy_request_due_seconds "))

    async with sqlite_store.transaction() as uow:
        assert (await told(uow)).endswith(" +Inf")
        await uow.profiles.add(Profile(ANNA, NOON))
        for name, hours in (("later", 9), ("late", -1)):
            due = NOON + timedelta(hours=hours)
            await uow.privacy_requests.add(PrivacyRequest(name, ANNA, RequestKind.ACCESS, "", NOON, due))
        assert (await told(uow)).endswith(" -3600.0")


async def test_each_lane_is_told_of(sqlite_store: Database) -> None:
    async with sqlite_store.transaction() as uow:
        assert {*await first_due(uow)} == {*Lane}


async def test_what_has_not_happened_on_a_channel_yet_is_nought_and_not_unknown(sqlite_store: Database) -> None:
    """An alert that nothing was sent would never come where nothing was ever sent, since the process started."""
    meter = PrometheusMeter()
    meter.delivered("sms", "waiting")
    async with sqlite_store.transaction() as uow:
        told = (await meter.read(uow, NOON)).decode().splitlines()
    counted = {one for one in told if one.startswith("overture_deliveries_total")}
    assert counted == {
        f'overture_deliveries_total{{channel="sms",outcome="{one.value}"}} {float(one is OutboxStatus.WAITING)}'
        for one in OutboxStatus
    }


async def test_two_services_in_one_process_do_not_share_their_counts(sqlite_store: Database) -> None:
    PrometheusMeter().stepped(5)
    async with sqlite_store.transaction() as uow:
        assert b"overture_journey_steps_total 0.0" in await PrometheusMeter().read(uow, NOON)
