"""Leads and tasks in one request, duplicate rules, and how we log in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import connectors.salesforce
from bot.domain.crm import FieldValue
from bot.domain.errors import CredentialRefused, FieldsRefused, PermanentSendError, SettingsError, TemporarySendError
from bot.domain.handoff import Lead
from bot.ports import Reply
from connectors.salesforce.crm import SalesforceCrm
from connectors.salesforce.refusals import duplicates_told
from connectors.salesforce.sandbox import SANDBOX_USER, SalesforceSandbox
from connectors.vendor_api import Answer
from tests.connectors.documents import faults_of
from tests.connectors.vendor_server import MemoryFeed, StillClock, VendorServer, serve, settings_for

PHONE = "+447700900123"
LEAD = Lead("0193", "robin@example.com", PHONE, "Robin Example", 5, "C3", ())
FIELDS: Mapping[str, FieldValue] = {
    "Email": "robin@example.com",
    "MobilePhone": PHONE,
    "LastName": "Example",
    "Company": "Example Ltd",
}


@dataclass
class Stage:
    crm: SalesforceCrm
    server: VendorServer
    vendor: SalesforceSandbox
    feed: MemoryFeed

    async def write(self, lead: Lead = LEAD, note: str = "Wants a demo", **more: FieldValue) -> str:
        found = await self.crm.find(lead, [*FIELDS, *more])
        return await self.crm.upsert_with_note(lead, {**FIELDS, **more}, note, found=found, key="one")

    def shown(self, kind: str) -> list[dict[str, Any]]:
        items = self.feed.entries.get("sandbox:salesforce", {}).values()
        return [dict(one) for one in items if one["type"] == kind]

    def leads(self) -> dict[str, dict[str, Any]]:
        return {one["id"]: one["properties"] for one in self.shown("contact")}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    module, clock, feed = connectors.salesforce, StillClock(), MemoryFeed()
    settings = settings_for(module, feed=feed, clock=clock)
    vendor = module.build_sandbox(settings)
    assert isinstance(vendor, SalesforceSandbox)
    async with serve(VendorServer(vendor, clock)) as server:
        crm = module.build(replace(settings, sandbox_url=server.url))
        yield Stage(crm, server, vendor, feed)
        await crm.close()


async def test_a_new_lead_and_its_task_go_in_one_request(stage: Stage) -> None:
    lead = await stage.write()
    asked = stage.server.asked[-1]
    assert asked.url.endswith("/services/data/v68.0/composite")
    body = json.loads(asked.body)
    assert body["allOrNone"] is True
    assert body["compositeRequest"][1]["body"]["WhoId"] == "@{lead.id}"
    assert [one["contact"] for one in stage.shown("note")] == [lead]


async def test_a_request_that_was_taken_and_never_answered_leaves_one_lead_and_one_task(stage: Stage) -> None:
    stage.server.faults += [None, None, None, "take it and hang up"]
    with pytest.raises(TemporarySendError):
        await stage.write()
    await stage.write()
    await stage.write(Company="Other Ltd")
    assert len(stage.leads()) == len(stage.shown("note")) == 1


async def test_a_task_that_is_refused_leaves_no_lead(stage: Stage) -> None:
    error = [{"errorCode": "PROCESSING_HALTED", "message": "rolled back", "fields": []}]
    refused = [{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "no", "fields": []}]
    parts = [
        {"httpStatusCode": 400, "body": body, "referenceId": name}
        for name, body in (("lead", error), ("task", refused))
    ]
    composed = Reply(200, json.dumps({"compositeResponse": parts}).encode(), "application/json")
    stage.server.faults += [None, None, None, composed]
    with pytest.raises(PermanentSendError, match="INSUFFICIENT_ACCESS"):
        await stage.write()
    assert stage.leads() == {}


async def sales_has(stage: Stage, **fields: FieldValue) -> str:
    """A lead that sales wrote, which our own id is not in."""
    vendor = replace(LEAD, key="of sales")
    lead = await stage.crm.upsert(vendor, {**FIELDS, **fields}, found=None, key="sales")
    await stage.vendor._records.write(lead, {"Overture_Lead__c": None})
    stage.vendor.has_duplicate_rule = True
    return lead


@pytest.mark.parametrize("note", ["Wants a demo", ""])
async def test_a_record_that_a_duplicate_rule_names_is_taken_where_it_is_the_same_person(
    stage: Stage, note: str
) -> None:
    """Sales noted the number and no address: what is there stays, what is missing is filled in."""
    there = await sales_has(stage, Email="robin@example.com", Company="As sales wrote it")
    await stage.vendor._records.write(there, {"Email": None})
    if note:
        lead = await stage.write(note=note)
    else:
        lead = await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    assert lead == there
    [written] = stage.leads().values()
    assert (written["Overture_Lead__c"], written["Email"]) == ("0193", "robin@example.com")
    assert written["Company"] == "As sales wrote it"
    assert len(stage.shown("note")) == (1 if note else 0)


@pytest.mark.parametrize("spelled", ["duplicateResut", "duplicateResult"])
def test_the_records_that_a_duplicate_rule_names_are_read_however_salesforce_spells_it(spelled: str) -> None:
    record = {"attributes": {"type": "Lead"}, "Id": "00Q5c00002Lz9mUAAR"}
    matches = [{"matchRecords": [{"matchConfidence": 100.0, "record": record}]}]
    body = [{"errorCode": "DUPLICATES_DETECTED", spelled: {"allowSave": False, "matchResults": matches}}]
    assert duplicates_told(Answer(400, body)) == ["00Q5c00002Lz9mUAAR"]


async def test_a_record_of_somebody_else_is_left_alone_and_told(stage: Stage) -> None:
    """One number, two people: whoever it is, it is not for us to decide."""
    await sales_has(stage, Email="kim@example.com")
    with pytest.raises(PermanentSendError, match="which of them is this person cannot be told") as failed:
        await stage.write()
    assert failed.value.code == "DUPLICATES_DETECTED"
    assert not [private for private in ("robin", "kim", PHONE) if private in failed.value.reason]
    assert [one["Email"] for one in stage.leads().values()] == ["kim@example.com"]


async def test_of_several_records_none_is_guessed(stage: Stage) -> None:
    for key in ("a", "b"):
        await stage.crm.upsert(replace(LEAD, key=key), FIELDS, found=None, key=key)
    stage.vendor.has_duplicate_rule = True
    with pytest.raises(PermanentSendError, match="2 records"):
        await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")


def too_long(*fields: str) -> list[dict[str, Any]]:
    return [{"message": "data value too large", "errorCode": "STRING_TOO_LONG", "fields": list(fields)}]


@pytest.mark.parametrize("note", ["Wants a demo", ""])
async def test_a_value_that_a_field_does_not_take_is_told_by_its_name(stage: Stage, note: str) -> None:
    halted = [{"errorCode": "PROCESSING_HALTED", "message": "", "fields": []}]
    parts = [{"httpStatusCode": 400, "body": one, "referenceId": "r"} for one in (too_long("Title"), halted)]
    answer = (200, {"compositeResponse": parts}) if note else (400, too_long("Title"))
    found = await stage.crm.find(LEAD, [])
    stage.server.faults.append(Reply(answer[0], json.dumps(answer[1]).encode(), "application/json"))
    fields = {**FIELDS, "Title": "x" * 200}
    together = stage.crm.upsert_with_note(LEAD, fields, note, found=found, key="one")
    written = together if note else stage.crm.upsert(LEAD, fields, found=found, key="one")
    with pytest.raises(FieldsRefused) as failed:
        await written
    together.close()
    assert failed.value.fields == {"Title"}


async def test_what_tells_of_more_than_values_names_no_field(stage: Stage) -> None:
    await stage.crm.find(LEAD, [])
    body = [*too_long("Title"), {"message": "", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["Rating"]}]
    stage.server.faults.append(Reply(400, json.dumps(body).encode(), "application/json"))
    with pytest.raises(PermanentSendError) as failed:
        await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    assert not isinstance(failed.value, FieldsRefused)


async def test_names_that_no_lead_may_be_without_are_cut_to_what_salesforce_takes(stage: Stage) -> None:
    await stage.write(LastName="x" * 300, Company="y" * 300)
    [lead] = stage.leads().values()
    assert (len(lead["LastName"]), len(lead["Company"])) == (80, 255)


def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@pytest.mark.parametrize("kept_in", ["a file", "one line"])
async def test_a_signed_jwt_logs_in_without_a_secret(stage: Stage, kept_in: str, tmp_path: Path) -> None:
    private, stage.vendor.certificate = key_pair()
    (tmp_path / "key.pem").write_text(private, encoding="ascii")
    key = str(tmp_path / "key.pem") if kept_in == "a file" else private.replace("\n", "\\n")
    values = {"SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_USER": SANDBOX_USER, "SALESFORCE_JWT_KEY": key}
    module = connectors.salesforce
    crm = module.build(settings_for(module, sandbox_url=stage.server.url, values=values))
    assert await crm.find(LEAD, ["Email"]) is None
    await crm.close()
    strange = {**values, "SALESFORCE_USER": "somebody.else@example.com"}
    crm = module.build(settings_for(module, sandbox_url=stage.server.url, values=strange))
    with pytest.raises(CredentialRefused, match="SALESFORCE_USER"):
        await crm.find(LEAD, ["Email"])
    await crm.close()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"SALESFORCE_JWT_KEY": "-----BEGIN nonsense", "SALESFORCE_USER": "u"}, "no private RSA key"),
        ({"SALESFORCE_JWT_KEY": "/nowhere/key.pem", "SALESFORCE_USER": "u"}, "cannot be read"),
        ({"SALESFORCE_JWT_KEY": "-----BEGIN nonsense"}, "SALESFORCE_USER"),
        ({"SALESFORCE_JWT_KEY": "x", "SALESFORCE_CLIENT_SECRET": "y"}, "unset one"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_start_with_a_sentence(values: dict[str, str], told: str) -> None:
    values = {"SALESFORCE_CLIENT_SECRET": "", **values}
    with pytest.raises(SettingsError, match=told):
        connectors.salesforce.build(settings_for(connectors.salesforce, values=values))


async def test_a_task_is_open_due_in_a_day_and_there_once(stage: Stage) -> None:
    lead = await stage.write()
    for _ in range(2):
        await stage.crm.task(lead, "Call them\ntoday, before noon", key="a")
    [task] = stage.shown("task")
    assert task["contact"] == lead
    told = task["properties"]
    assert told["Subject"].startswith("Call them (overture")
    assert (told["Status"], told["ActivityDate"]) == ("Not Started", "2026-11-25")
    assert told["Description"] == "Call them\ntoday, before noon"
    assert faults_of("salesforce", stage.server.asked) == []


async def test_a_task_with_an_endless_first_line_fits_the_subject(stage: Stage) -> None:
    await stage.crm.task(await stage.write(), "x" * 1000, key="a")
    [task] = stage.shown("task")
    assert len(task["properties"]["Subject"]) <= 255
