"""A CRM in trouble is left alone, and what waits for it loses no tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.adapters.bulk_reads import BulkReads
from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.database import Database
from bot.adapters.sparing_crm import SparingCrm
from bot.domain.crm import CrmRecord, FieldValue
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import SyncCrm
from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, TemporarySendError
from bot.domain.handoff import Lead
from bot.domain.ids import ProfileId
from bot.ports import Crm
from bot.services.deliver import deliver_due
from bot.services.perform import Cause
from bot.services.runtime import Runtime
from bot.services.try_again import MOST_ATTEMPTS
from tests.bot.services.fakes import FakeCrm
from tests.bot.services.stage import ANA, Stage
from tests.manual_clock import ManualClock

LEAD = Lead("ana", "ana@example.com", None, None, 0, "C3", ())
REST = timedelta(minutes=1)


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def vendor() -> FakeCrm:
    return FakeCrm()


@pytest.fixture
def crm(vendor: FakeCrm, seconds: Seconds) -> SparingCrm:
    return SparingCrm(vendor, CircuitBreaker(failures=3, rest=REST, seconds=seconds))


async def sync(crm: Crm) -> str:
    return await crm.upsert(LEAD, {}, found=None, key="a")


async def fail(crm: SparingCrm, vendor: FakeCrm, error: Exception, times: int = 1) -> None:
    for _ in range(times):
        vendor.faults.append(error)
        with pytest.raises(type(error)):
            await sync(crm)


async def test_it_is_a_crm(crm: SparingCrm) -> None:
    assert isinstance(crm, Crm)
    assert crm.name == "crm"


async def test_after_three_failures_in_a_row_it_is_not_called_for_a_while(
    crm: SparingCrm, vendor: FakeCrm, seconds: Seconds
) -> None:
    await fail(crm, vendor, TemporarySendError("503"), 3)
    vendor.faults.append(AssertionError("it was called"))
    with pytest.raises(NotTried) as spared:
        await sync(crm)
    assert spared.value.retry_after == REST
    vendor.faults.clear()
    seconds.now += 60
    assert await sync(crm)
    assert await sync(crm)


async def test_a_record_that_cannot_be_written_just_now_keeps_no_other_waiting(
    crm: SparingCrm, vendor: FakeCrm, seconds: Seconds
) -> None:
    conflict = TemporarySendError("409", of_message=True)
    await fail(crm, vendor, conflict, 5)
    assert await sync(crm)
    await fail(crm, vendor, TemporarySendError("503"), 3)
    seconds.now += 60
    await fail(crm, vendor, conflict)
    assert await sync(crm), "it answers again"


async def test_a_trial_that_fails_is_no_try_and_one_that_is_refused_ends_the_rest(
    crm: SparingCrm, vendor: FakeCrm, seconds: Seconds
) -> None:
    await fail(crm, vendor, TemporarySendError("503"), 3)
    seconds.now += 60
    vendor.faults.append(TemporarySendError("503"))
    with pytest.raises(NotTried, match="503"):
        await sync(crm)
    seconds.now += 60
    await fail(crm, vendor, PermanentSendError("400"))
    assert await sync(crm), "it answers, so it is in no trouble"


async def test_it_rests_as_long_as_the_vendor_asks(crm: SparingCrm, vendor: FakeCrm, seconds: Seconds) -> None:
    await fail(crm, vendor, TemporarySendError("quota", retry_after=timedelta(hours=5)), 3)
    seconds.now += 4 * 3600
    with pytest.raises(NotTried):
        await sync(crm)


# ---------------------------------------------------------------- what waits for it


class Outage:
    """A day in which the CRM does not answer; time goes on for the breaker as for everybody."""

    def __init__(self, stage: Stage, clock: ManualClock, error: Exception | None = None) -> None:
        self._error = error or TemporarySendError("it does not answer")
        self.told: list[bool] = []
        self._began = clock.now()
        self._clock = clock
        breaker = CircuitBreaker(rest=REST, seconds=self._seconds)
        reads = BulkReads("crm", most=1000, seconds=self._seconds)
        crm = SparingCrm(stage.crm, breaker, reads, tell=self._tell)
        self.runtime: Runtime = replace(stage.runtime, crms={"crm": crm})
        self.calls = 0
        stage.crm.before_find = self._fail

    async def _fail(self) -> None:
        self.calls += 1
        raise self._error

    def _seconds(self) -> float:
        return (self._clock.now() - self._began).total_seconds()

    def _tell(self, _crm: str, left_alone: bool) -> None:
        self.told.append(left_alone)

    async def lasts(self, how_long: timedelta, *, step: timedelta) -> None:
        end = self._clock.now() + how_long
        while self._clock.now() < end:
            await deliver_due(self.runtime)
            self._clock.forward(step)


@pytest.fixture
def stage(sqlite_store: Database, clock: ManualClock) -> Stage:
    return Stage(sqlite_store, clock)


async def test_an_outage_of_a_day_costs_a_lead_no_more_than_the_tries_that_noticed_it(
    stage: Stage, clock: ManualClock
) -> None:
    await stage.meet(attributes={"email": "ana@example.com"})
    await stage.do(SyncCrm(), cause=Cause("one", ANA))
    outage = Outage(stage, clock)
    await outage.lasts(timedelta(days=1), step=timedelta(minutes=10))
    entry = await stage.entry("one:0:crm:crm")
    assert (entry.status, entry.attempts) == (OutboxStatus.WAITING, 3)
    stage.crm.before_find = None
    await outage.lasts(timedelta(minutes=20), step=timedelta(minutes=10))
    assert (await stage.entry(entry.key)).status is OutboxStatus.SENT


async def test_what_fails_for_days_is_given_up_in_the_end(stage: Stage, clock: ManualClock) -> None:
    await stage.meet(attributes={"email": "ana@example.com"})
    await stage.do(SyncCrm(), cause=Cause("one", ANA))
    outage = Outage(stage, clock)
    await outage.lasts(timedelta(days=5), step=timedelta(hours=1))
    entry = await stage.entry("one:0:crm:crm")
    assert (entry.status, entry.attempts) == (OutboxStatus.DEAD, MOST_ATTEMPTS)


async def test_while_a_credential_is_refused_leads_wait_and_leave_by_themselves_once_it_works(
    stage: Stage, clock: ManualClock
) -> None:
    await stage.meet(attributes={"email": "ana@example.com"})
    await stage.do(SyncCrm(), cause=Cause("one", ANA))
    outage = Outage(stage, clock, CredentialRefused("status 401: check CRM_TOKEN"))
    with capture_logs() as logs:
        await outage.lasts(timedelta(days=5), step=timedelta(minutes=1))
    errors = [line["reason"] for line in logs if line["log_level"] == "error"]
    assert errors == ["status 401: check CRM_TOKEN"], "it is told once"
    entry = await stage.entry("one:0:crm:crm")
    assert (entry.status, entry.attempts) == (OutboxStatus.WAITING, 0)
    assert "check CRM_TOKEN" in entry.reason
    assert outage.calls < 5 * 24 * 60 / 5, "not at full speed"
    stage.crm.before_find = None
    await outage.lasts(timedelta(minutes=10), step=timedelta(minutes=1))
    assert (await stage.entry(entry.key)).status is OutboxStatus.SENT
    assert outage.told == [True, False]


async def test_while_it_rests_for_a_refused_credential_it_says_why(
    crm: SparingCrm, vendor: FakeCrm, seconds: Seconds
) -> None:
    await fail(crm, vendor, CredentialRefused("check CRM_TOKEN"), 3)
    with pytest.raises(CredentialRefused, match="crm is left alone for a while: check CRM_TOKEN"):
        await sync(crm)
    seconds.now += 60
    assert await sync(crm)


async def refuse_ana(stage: Stage) -> None:
    """The CRM does not let us write Ana, and takes everybody else."""
    write = stage.crm.upsert

    async def upsert(lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        if lead.key == ANA:
            raise CredentialRefused("status 403: check CRM_TOKEN")
        return await write(lead, fields, found=found, key=key)

    stage.crm.upsert = upsert  # type: ignore[method-assign]


async def test_one_record_that_is_refused_while_others_are_taken_is_given_up_in_the_end_and_keeps_none_of_them_waiting(
    stage: Stage, clock: ManualClock
) -> None:
    await refuse_ana(stage)
    await stage.meet(attributes={"email": "ana@example.com"})
    await stage.do(SyncCrm(), cause=Cause("ana", ANA))
    outage = Outage(stage, clock)
    stage.crm.before_find = None
    for number in range(60):
        kim = ProfileId(f"kim-{number}")
        await stage.meet(kim, phone=f"+447700900{200 + number}")
        await stage.do(SyncCrm(), cause=Cause(f"kim-{number}", kim))
        await outage.lasts(timedelta(minutes=10), step=timedelta(minutes=5))
        assert (await stage.entry(f"kim-{number}:0:crm:crm")).status is OutboxStatus.SENT
    entry = await stage.entry("ana:0:crm:crm")
    assert (entry.status, entry.attempts) == (OutboxStatus.DEAD, MOST_ATTEMPTS)
    assert entry.reason.startswith("gave up after 8 tries: status 403: check CRM_TOKEN; it takes other records")
    assert outage.told == []


async def test_a_credential_that_stops_working_costs_no_lead_more_than_the_one_try_that_noticed_it(
    crm: SparingCrm, vendor: FakeCrm
) -> None:
    assert await sync(crm)
    vendor.faults += [CredentialRefused("403")] * 4
    with pytest.raises(TemporarySendError, match="it takes other records") as noticed:
        await sync(crm)
    assert not isinstance(noticed.value, NotTried)
    for _ in range(4):
        with pytest.raises(CredentialRefused):
            await sync(crm)


async def test_a_credential_that_may_make_records_and_change_none_is_told_from_a_record_that_is_refused(
    crm: SparingCrm, vendor: FakeCrm
) -> None:
    for _ in range(5):
        assert await sync(crm)
        vendor.faults.append(CredentialRefused("403"))
        with pytest.raises(CredentialRefused):
            await crm.upsert(LEAD, {}, found=CrmRecord("7"), key="a")
