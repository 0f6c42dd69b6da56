"""The `Meter` of a process that Prometheus watches, and what is read from the store at each scrape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import inf

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from bot.domain.delivery import Lane, OutboxStatus
from bot.ports import UnitOfWork

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class PrometheusMeter:
    """Counters of this process in a registry of its own; gauges that any process could read, from the store."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._turns = Histogram(
            "overture_turn_seconds", "Turns of conversations", ["channel"], buckets=SECONDS, registry=self._registry
        )
        self._deliveries = Counter(
            "overture_deliveries", "Tries of outbox entries by their outcome", ["channel", "outcome"],
            registry=self._registry,
        )  # fmt: skip
        self._steps = Counter("overture_journey_steps", "Enrolments moved on by the clock", registry=self._registry)
        self._requests = Histogram(
            "overture_http_request_seconds", "HTTP requests", ["route", "status"], buckets=SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._late = Gauge(
            "overture_lane_late_seconds", "How long the first of what is due in a lane has waited", ["lane"],
            registry=self._registry,
        )  # fmt: skip
        self._stopped = Gauge(
            "overture_crm_reading_stopped", "1 where this process read a CRM in bulk and was stopped", ["crm"],
            registry=self._registry,
        )  # fmt: skip
        self._left_alone = Gauge(
            "overture_crm_left_alone", "1 while this process leaves a CRM alone: it is in trouble, or lets us not in",
            ["crm"], registry=self._registry,
        )  # fmt: skip
        self._lacks = Gauge(
            "overture_slower_without", "1 while this server, without which work is slower, does not answer", ["server"],
            registry=self._registry,
        )  # fmt: skip
        self._drift = Gauge(
            "overture_score_drift", "Population stability index since a scorecard was learnt",
            ["score", "characteristic"],
            registry=self._registry,
        )  # fmt: skip
        self._drift_alarm = Gauge(
            "overture_score_drift_alarm", "The index above which a scorecard is to be learnt anew", ["score"],
            registry=self._registry,
        )  # fmt: skip
        self._asked = Gauge(
            "overture_privacy_request_due_seconds", "Until what people asked for by law is first due; below 0: overdue",
            registry=self._registry,
        )  # fmt: skip
        self._dead = Gauge("overture_outbox_dead", "Outbox entries that were given up", registry=self._registry)

    def took_turn(self, channel: str, took: timedelta) -> None:
        self._turns.labels(channel).observe(took.total_seconds())

    def delivered(self, channel: str, outcome: str) -> None:
        for one in OutboxStatus:
            self._deliveries.labels(channel, one.value)  # nought where it has not happened, which alerts count from
        self._deliveries.labels(channel, outcome).inc()

    def stepped(self, enrolments: int) -> None:
        self._steps.inc(enrolments)

    def lacks(self, server: str, *, lacks: bool) -> None:
        self._lacks.labels(server).set(int(lacks))

    def drifted(self, found: Mapping[str, Mapping[str, float]], alarms: Mapping[str, float]) -> None:
        self._drift.clear()
        self._drift_alarm.clear()
        for score, indexes in found.items():
            for name, index in indexes.items():
                self._drift.labels(score, name).set(index)
        for score, alarm in alarms.items():
            self._drift_alarm.labels(score).set(alarm)

    def stopped_reading(self, crm: str) -> None:
        self._stopped.labels(crm).set(1)

    def left_alone(self, crm: str, left_alone: bool) -> None:
        self._left_alone.labels(crm).set(int(left_alone))

    def answered(self, route: str, status: int, took: timedelta) -> None:
        """An HTTP request; `route` is the pattern that it matched, for a path may name somebody."""
        self._requests.labels(route, str(status)).observe(took.total_seconds())

    async def read(self, uow: UnitOfWork, now: datetime) -> bytes:
        """All of it in Prometheus' text format, with the queues as they are now."""
        for lane, due in (await first_due(uow)).items():
            self._late.labels(lane.value).set(max(0.0, (now - due).total_seconds()) if due is not None else 0.0)
        asked = await uow.privacy_requests.undone(limit=1)
        self._asked.set((asked[0].due_at - now).total_seconds() if asked else inf)
        self._dead.set(await uow.outbox.count(OutboxStatus.DEAD))
        return generate_latest(self._registry)


async def first_due(uow: UnitOfWork) -> dict[Lane, datetime | None]:
    """When the first of what waits in each lane is or was due."""
    replies = [await uow.inbox.next_due(), await uow.outbox.next_due(Lane.REPLIES)]
    return {
        Lane.REPLIES: min((one for one in replies if one is not None), default=None),
        Lane.TIMERS: await uow.enrolments.next_due(),
        Lane.SENDS: await uow.outbox.next_due(Lane.SENDS),
        Lane.SEGMENTS: await uow.segments.next_due(),
        Lane.CRM: await uow.outbox.next_due(Lane.CRM),
    }
