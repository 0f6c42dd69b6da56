"""What every CRM must do, whoever its vendor is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import aiohttp
import pytest

import connectors.vendor_api
from bot.documents import parse
from bot.domain.crm import CrmMapping, FieldChange, as_text, weigh_fields
from bot.domain.errors import CredentialRefused, PermanentSendError, SendError, TemporarySendError, TooLittleKnown
from bot.domain.handoff import Lead
from bot.journeys.crm_mapping import field_values, read_crm_mapping
from bot.ports import Crm, ErasesRecords, Reply, WritesTogether
from tests.connectors.crms import CRMS
from tests.connectors.documents import WRITTEN, faults_of
from tests.connectors.vendor_faults import VENDOR_FAULTS
from tests.connectors.vendor_server import Fault, MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = Lead(
    key="0193-profile",
    email="robin@example.com",
    phone="+447700900123",
    name="Robin Example",
    score=65,
    grade="A1",
    reasons=("+20 a team of fifty", "+10 wants to start now"),
    properties={"team_size": 50.0, "timeline": "this_quarter", "company": "Example Ltd"},
)
NOTE = "Handed over to sales: <b>wants a demo</b> & a call"


@dataclass
class Stage:
    crm: Crm
    module: ModuleType
    feed: MemoryFeed
    server: VendorServer
    mapping: CrmMapping

    async def sync(self, lead: Lead = LEAD, *, key: str = "one", told: Mapping[str, Any] | None = None) -> str:
        """What `bot.services.deliver` does with an upsert."""
        found = await self.crm.find(lead, [*(one.name for one in self.mapping.fields), *(told or {})])
        changes = weigh_fields(self.mapping, self.values(lead), told or {}, found)
        fields = {one.name: one.ours for one in changes if one.is_written and one.ours is not None}
        return await self.crm.upsert(lead, fields, found=found, key=key)

    async def sync_with_note(self, lead: Lead = LEAD, *, key: str = "one") -> str:
        """The same where a note comes along."""
        found = await self.crm.find(lead, [one.name for one in self.mapping.fields])
        changes = weigh_fields(self.mapping, self.values(lead), {}, found)
        fields = {one.name: one.ours for one in changes if one.is_written and one.ours is not None}
        if isinstance(self.crm, WritesTogether):
            return await self.crm.upsert_with_note(lead, fields, NOTE, found=found, key=key)
        crm_id = await self.crm.upsert(lead, fields, found=found, key=key)
        await self.crm.note(crm_id, NOTE, key=key)
        return crm_id

    async def compare(self, lead: Lead) -> dict[str, FieldChange]:
        found = await self.crm.find(lead, [one.name for one in self.mapping.fields])
        return {one.name: one for one in weigh_fields(self.mapping, self.values(lead), {}, found)}

    def values(self, lead: Lead) -> Mapping[str, Any]:
        first, _, last = (lead.name or "").partition(" ")
        who = {"id": lead.key, "email": lead.email, "phone": lead.phone, "name": lead.name, "grade": lead.grade}
        who |= {"first_name": first or None, "last_name": last or None, "reasons": list(lead.reasons)}  # type: ignore[dict-item]
        more = {"total": lead.score, "opted_out": True if lead.opted_out else None}
        return field_values(self.mapping, lead.properties, {**who, **more}, datetime(2026, 11, 24, tzinfo=UTC))

    def field(self, source: str) -> str:
        """The vendor's name of the first field that gets this."""
        return next(one.name for one in self.mapping.fields if source in one.source)

    def shown(self, kind: str) -> list[dict[str, Any]]:
        items = self.feed.entries.get(f"sandbox:{self.crm.name}", {}).values()
        return [dict(item) for item in items if item["type"] == kind]

    def records(self) -> dict[str, dict[str, Any]]:
        """The fields of each record over there, by its id."""
        return {record["id"]: record["properties"] for record in self.shown("contact")}


async def staged(name: str, stack: AsyncExitStack) -> Stage:
    module, feed, clock = CRMS[name].module, MemoryFeed(), StillClock()
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    server = await stack.enter_async_context(serve(VendorServer(vendor, clock)))
    crm = CRMS[name].build(feed=feed, clock=clock, sandbox_url=server.url)
    stack.push_async_callback(crm.close)
    text = module.FIELDS.read_text(encoding="utf-8")
    return Stage(crm, module, feed, server, read_crm_mapping(parse(str(module.FIELDS), text), None, None))


@pytest.fixture(params=CRMS)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Whatever a test does, each call is one that the vendor takes, by a document of ours where there is one."""
    async with AsyncExitStack() as stack:
        found = await staged(request.param, stack)
        yield found
        assert faults_of(request.param, found.server.asked) == []


async def test_a_lead_becomes_a_record(stage: Stage) -> None:
    assert await stage.crm.find(LEAD, []) is None
    crm_id = await stage.sync()
    [record] = stage.shown("contact")[:1]
    assert record["id"] == crm_id
    assert record["created"] is True
    written = stage.records()[crm_id]
    for source, value in (
        ("lead.email", "robin@example.com"),
        ("lead.id", LEAD.key),
        ("profile.company", "Example Ltd"),
    ):
        assert written[stage.field(source)] == value
    assert as_text(written[stage.field("lead.total")]) == "65"
    assert as_text(written[stage.field("profile.team_size")]) == "50"


@pytest.mark.parametrize("name", WRITTEN)
async def test_a_call_that_the_vendor_does_not_take_is_noticed(name: str) -> None:
    async with AsyncExitStack() as stack:
        stage = await staged(name, stack)
        await stage.sync()
        [*_, written] = [
            one for one in stage.server.asked if one.method in ("POST", "PATCH") and "token" not in one.url
        ]
        assert faults_of(name, [written]) == []
        assert faults_of(name, [replace(written, body=b'{"shoe": {"size": [44]}}')]) != []
        assert faults_of(name, [replace(written, headers={})]) != []
        assert faults_of(name, [replace(written, url=written.url + "/elsewhere")]) != []


async def test_the_same_lead_again_is_the_same_record(stage: Stage) -> None:
    first = await stage.sync()
    again = await stage.sync(replace(LEAD, score=80, email="Robin@Example.com"), key="two")
    assert first == again
    assert list(stage.records()) == [first]
    assert as_text(stage.records()[first][stage.field("lead.total")]) == "80"


async def test_a_changed_email_address_is_still_the_same_record(stage: Stage) -> None:
    first = await stage.sync()
    assert await stage.sync(replace(LEAD, email="robin@other.example"), key="two") == first


async def test_a_record_that_sales_made_is_found_by_its_email_address(stage: Stage) -> None:
    """And gets our id, by which it is found from then on."""
    first = await stage.sync(replace(LEAD, key="somebody else of before"))
    assert await stage.sync(key="two") == first
    assert stage.records()[first][stage.field("lead.id")] == LEAD.key


async def test_what_is_not_known_overwrites_nothing(stage: Stage) -> None:
    crm_id = await stage.sync()
    before = stage.records()[crm_id]
    await stage.sync(replace(LEAD, name=None, phone=None, properties={}), key="two")
    assert stage.records()[crm_id] == before


async def test_a_value_that_is_there_stays_unless_the_mapping_or_a_journey_says_otherwise(stage: Stage) -> None:
    crm_id = await stage.sync()
    changed = replace(LEAD, grade="B2", properties={"company": "Other Ltd"})
    company, grade = stage.field("profile.company"), stage.field("lead.grade")
    changes = await stage.compare(changed)
    assert (changes[company].verdict, changes[company].theirs) == ("keep", "Example Ltd")
    assert (changes[grade].verdict, changes[grade].ours) == ("overwrite", "B2")
    await stage.sync(changed, key="two")
    assert stage.records()[crm_id][company] == "Example Ltd"
    assert stage.records()[crm_id][grade] == "B2"
    await stage.sync(changed, key="three", told={company: "Other Ltd"})
    assert stage.records()[crm_id][company] == "Other Ltd"


async def test_what_was_written_is_read_back_as_the_same(stage: Stage) -> None:
    await stage.sync()
    verdicts = {name: one.verdict for name, one in (await stage.compare(LEAD)).items() if one.ours is not None}
    assert set(verdicts.values()) == {"same"}, verdicts


async def test_a_lead_of_whom_nobody_could_be_reached_is_refused_with_the_reason(stage: Stage) -> None:
    with pytest.raises(TooLittleKnown, match="e-mail"):
        await stage.sync(replace(LEAD, email=None, phone=None))


async def test_a_note_is_added_once_for_each_key(stage: Stage) -> None:
    crm_id = await stage.sync()
    await stage.crm.note(crm_id, NOTE, key="a")
    await stage.crm.note(crm_id, NOTE, key="a")
    await stage.crm.note(crm_id, NOTE, key="b")
    assert [note["contact"] for note in stage.shown("note")] == [crm_id, crm_id]


async def test_a_record_with_a_note_is_brought_up_to_date_like_any(stage: Stage) -> None:
    crm_id = await stage.sync()
    await stage.crm.note(crm_id, NOTE, key="a")
    assert await stage.sync(replace(LEAD, score=80, opted_out=True), key="two") == crm_id
    assert as_text(stage.records()[crm_id][stage.field("lead.total")]) == "80"
    assert len(stage.shown("note")) == 1


@pytest.mark.parametrize(
    ("name", "fault"), [pytest.param(name, one, id=f"{name}: {one}") for name in CRMS for one in VENDOR_FAULTS[name]]
)
async def test_whatever_goes_wrong_at_any_call_leaves_one_record_and_one_note(name: str, fault: str) -> None:
    calls = 12
    for number in range(calls):
        async with AsyncExitStack() as stack:
            stage = await staged(name, stack)
            stage.server.faults += [*[None] * number, VENDOR_FAULTS[name][fault]]
            for attempt in range(3):
                try:
                    await stage.sync_with_note()
                    break
                except TemporarySendError:
                    assert attempt == 0, "one fault cost more than one try"
            assert len(stage.records()) == 1
            assert len(stage.shown("note")) == 1
            if len(stage.server.asked) <= number:
                return
    raise AssertionError(f"a lead and a note took more than {calls} calls")


TROUBLE: dict[str, Fault] = {
    "429": Reply(429, b'{"status":"error","category":"RATE_LIMITS"}', "application/json", {"Retry-After": "7"}),
    "500": Reply(500, b"<html>oops</html>", "text/html"),
    "502 without a body": Reply(502, b"", "text/html"),
    "nonsense": Reply(200, b"[1, 2]", "application/json"),
    "hangs up": "hang up",
    "says nothing": "say nothing",
}


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_trouble_at_the_vendor_is_temporary(stage: Stage, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors.vendor_api, "TIMEOUT", aiohttp.ClientTimeout(total=0.1))
    error = await _failure(stage, fault)
    assert isinstance(error, TemporarySendError)
    if isinstance(fault, Reply) and fault.status == 429:
        assert error.retry_after == timedelta(seconds=7)
    assert not error.of_message, "so the vendor is left alone for a while"


@pytest.mark.parametrize("status", [409, 423])
async def test_a_record_that_is_in_use_says_nothing_of_the_vendor(stage: Stage, status: int) -> None:
    error = await _failure(stage, Reply(status, b"", "text/plain"))
    assert isinstance(error, TemporarySendError)
    assert error.of_message


@pytest.mark.parametrize("status", [401, 403])
async def test_a_vendor_that_lets_us_not_in_is_told_from_one_that_refuses_a_record(stage: Stage, status: int) -> None:
    refused = Reply(status, b'{"message": "no"}', "application/json")
    stage.server.faults += [refused] * 9
    with pytest.raises(CredentialRefused, match=str(status)):
        await stage.sync()


@pytest.mark.parametrize("status", [400, 404])
async def test_a_vendor_that_refuses_is_not_asked_again(stage: Stage, status: int) -> None:
    await stage.sync()  # and so it has let us in
    body = {"status": "error", "category": "VALIDATION_ERROR", "message": f"robin@example.com: {NOTE}"}
    error = await _failure(stage, Reply(status, json.dumps(body).encode(), "application/json"))
    assert isinstance(error, PermanentSendError)


async def test_a_redirect_is_not_followed(stage: Stage) -> None:
    error = await _failure(stage, Reply(307, b"", "text/html", {"Location": "http://127.0.0.1:1/elsewhere"}))
    assert "cannot be reached" not in error.reason


async def _failure(stage: Stage, fault: Fault) -> SendError:
    """The error of a sync that meets `fault`; none of what it says may be private."""
    stage.server.faults += [fault, fault]  # aiohttp itself asks once more where a GET met a broken line
    with pytest.raises(SendError) as failed:
        await stage.sync()
    values = settings_for(stage.module).values
    secrets = [value for name, value in values.items() if any(word in name for word in ("TOKEN", "SECRET", "PASSWORD"))]
    told: BaseException | None = failed.value
    while told is not None:
        assert not [private for private in (*secrets, "robin@example.com", NOTE) if private in str(told)]
        told = told.__cause__
    return failed.value


def erasing(stage: Stage) -> ErasesRecords:
    assert isinstance(stage.crm, ErasesRecords)
    return stage.crm


async def test_a_record_is_deleted_and_a_second_try_finds_nothing_to_do(stage: Stage) -> None:
    crm_id = await stage.sync_with_note()
    other = await stage.sync(replace(LEAD, key="0193-other", email="kim@example.com", phone="+447700900124"), key="two")
    for _ in range(2):
        await erasing(stage).delete(crm_id)
    assert await stage.crm.find(LEAD, []) is None
    found = await stage.crm.find(replace(LEAD, key="0193-other", email="kim@example.com"), [])
    assert found is not None
    assert found.id == other


async def test_a_record_that_has_to_stay_loses_whatever_says_whose_it_is(stage: Stage) -> None:
    crm_id = await stage.sync()
    fields = [one.name for one in stage.mapping.fields]
    for _ in range(2):
        await erasing(stage).anonymise(crm_id, fields)
    assert await stage.crm.find(LEAD, []) is None
    left = json.dumps(stage.records()[crm_id])
    assert [one for one in (LEAD.key, "robin", "Robin", "Example", "447700900123", "A1") if one in left] == []


async def test_what_was_deleted_over_there_needs_no_anonymising(stage: Stage) -> None:
    crm_id = await stage.sync()
    await erasing(stage).delete(crm_id)
    await erasing(stage).anonymise(crm_id, [])
    assert await stage.crm.find(LEAD, []) is None
