"""A process that reads a CRM in bulk is stopped."""

from __future__ import annotations

import pytest

from bot.adapters.bulk_reads import BulkReads
from bot.adapters.sparing_crm import SparingCrm
from bot.domain.errors import NotTried
from bot.domain.handoff import Lead
from tests.bot.services.fakes import FakeCrm

LEAD = Lead("ana", "ana@example.com", None, None, 0, "C3", ())


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_reading_without_writing_is_stopped_and_told_and_stays_so() -> None:
    alerts: list[str] = []
    seconds = Seconds()
    crm = SparingCrm(FakeCrm(), reads=BulkReads("crm", most=20, alert=alerts.append, seconds=seconds))
    for _ in range(20):
        await crm.find(LEAD, [])
    for _ in range(2):
        with pytest.raises(NotTried, match="OVERTURE_CRM_READS"):
            await crm.find(LEAD, [])
        seconds.now += 10_000
    assert alerts == ["crm"]


async def test_syncs_that_write_are_never_too_many() -> None:
    crm = SparingCrm(FakeCrm(), reads=BulkReads("crm", most=5))
    for number in range(100):
        found = await crm.find(LEAD, [])
        await crm.upsert(LEAD, {"grade": f"A{number}"}, found=found, key=str(number))


async def test_what_is_read_over_hours_is_no_bulk() -> None:
    seconds = Seconds()
    crm = SparingCrm(FakeCrm(), reads=BulkReads("crm", most=20, seconds=seconds))
    for _ in range(200):
        await crm.find(LEAD, [])
        seconds.now += 300
