from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

import connectors.salesforce
from bot.domain.crm import CrmRecord, FieldValue
from bot.domain.errors import CredentialRefused, PermanentSendError, SettingsError, TemporarySendError, WebhookRejected
from bot.domain.handoff import Lead
from bot.ports import Reply
from connectors.salesforce.crm import SalesforceCrm
from connectors.salesforce.sandbox import SalesforceSandbox
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = Lead("0193", "o'neil@example.com", None, "Robin O'Neil", 5, "C3", ())
FIELDS: dict[str, FieldValue] = {"Email": "o'neil@example.com", "LastName": "O'Neil", "Company": "Example"}


@dataclass
class Stage:
    crm: SalesforceCrm
    server: VendorServer
    vendor: SalesforceSandbox

    def paths(self) -> list[str]:
        return [asked.url.partition("/services/")[2].partition("?")[0] for asked in self.server.asked]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    module, clock = connectors.salesforce, StillClock()
    settings = settings_for(module, feed=MemoryFeed(), clock=clock)
    vendor = module.build_sandbox(settings)
    assert isinstance(vendor, SalesforceSandbox)
    async with serve(VendorServer(vendor, clock)) as server:
        crm = module.build(replace(settings, sandbox_url=server.url))
        yield Stage(crm, server, vendor)
        await crm.close()


async def test_a_new_lead_goes_out_as_an_upsert_by_the_external_id(stage: Stage) -> None:
    await stage.crm.upsert(LEAD, {**FIELDS, "Overture_Lead__c": "0193"}, found=None, key="one")
    asked = stage.server.asked[-1]
    assert stage.paths() == ["oauth2/token", "data/v68.0/sobjects/Lead/Overture_Lead__c/0193"]
    assert (asked.method, json.loads(asked.body)) == ("PATCH", FIELDS)


async def test_one_token_serves_many_calls_and_a_session_that_ended_is_begun_anew(stage: Stage) -> None:
    lead = await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    assert await stage.crm.find(LEAD, ["Email"]) is not None
    assert stage.paths().count("oauth2/token") == 1
    stage.vendor.end_sessions()
    found = await stage.crm.find(LEAD, ["Email"])
    assert found is not None
    assert (found.id, found.fields["Email"]) == (lead, "o'neil@example.com")
    assert stage.paths().count("oauth2/token") == 2


async def test_an_address_with_a_quote_is_found_and_asks_for_nothing_else(stage: Stage) -> None:
    lead = await stage.crm.upsert(replace(LEAD, key="of before"), FIELDS, found=None, key="one")
    found = await stage.crm.find(LEAD, ["Email"])
    assert found is not None
    assert found.id == lead
    assert await stage.crm.find(replace(LEAD, email="x' OR Name LIKE '%"), ["Email"]) is None


@pytest.mark.parametrize(
    ("status", "code"), [(403, "REQUEST_LIMIT_EXCEEDED"), (400, "UNABLE_TO_LOCK_ROW"), (503, "SERVER_UNAVAILABLE")]
)
async def test_what_passes_is_worth_another_try(stage: Stage, status: int, code: str) -> None:
    body = json.dumps([{"errorCode": code, "message": "o'neil@example.com"}]).encode()
    stage.server.faults += [None, Reply(status, body, "application/json")]
    with pytest.raises(TemporarySendError, match=code) as failed:
        await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    assert "neil" not in failed.value.reason


@pytest.mark.parametrize("code", ["DUPLICATES_DETECTED", "CANNOT_UPDATE_CONVERTED_LEAD"])
async def test_what_somebody_must_settle_there_is_told_and_not_tried_again(stage: Stage, code: str) -> None:
    body = json.dumps([{"errorCode": code, "message": "o'neil@example.com"}]).encode()
    stage.server.faults += [None, Reply(400, body, "application/json")]
    with pytest.raises(PermanentSendError, match=f"{code}: ") as failed:
        await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    assert "neil" not in failed.value.reason


async def test_several_leads_with_our_id_are_told(stage: Stage) -> None:
    stage.server.faults += [None, Reply(300, b'["/a", "/b"]', "application/json")]
    with pytest.raises(PermanentSendError, match="unique"):
        await stage.crm.find(LEAD, ["Email"])


async def test_wrong_credentials_are_told_with_the_settings_to_check(stage: Stage) -> None:
    values = {"SALESFORCE_CLIENT_SECRET": "wrong"}
    crm = connectors.salesforce.build(settings_for(connectors.salesforce, sandbox_url=stage.server.url, values=values))
    with pytest.raises(CredentialRefused, match="SALESFORCE_CLIENT_SECRET"):
        await crm.find(LEAD, [])
    await crm.close()


@pytest.mark.parametrize(
    "fields", [{"LastName": "O'Neil"}, {**FIELDS, "Shoe_Size__c": 44}, {**FIELDS, "Overture_Score__c": "many"}]
)
async def test_the_stand_in_refuses_what_salesforce_refuses(stage: Stage, fields: dict[str, FieldValue]) -> None:
    with pytest.raises(PermanentSendError):
        await stage.crm.upsert(LEAD, fields, found=None, key="one")
    assert await stage.crm.find(LEAD, ["Email"]) is None


async def test_nothing_is_asked_where_nothing_is_to_be_written(stage: Stage) -> None:
    assert await stage.crm.upsert(LEAD, {}, found=CrmRecord("00Q1"), key="one") == "00Q1"
    assert stage.server.asked == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("SALESFORCE_API_VERSION", "v68"), ("SALESFORCE_URL", "login.salesforce.com"), ("SALESFORCE_URL", "http://a.b")],
)
def test_an_unusable_setting_stops_the_start_with_a_sentence(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        connectors.salesforce.build(settings_for(connectors.salesforce, values={name: value}))


async def test_nothing_happens_to_a_record_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(WebhookRejected):
        await stage.vendor.act({"event": "unsubscribed", "record": "99"}, NOW)


async def test_the_individual_of_a_lead_that_is_anonymised_is_to_be_forgotten(stage: Stage) -> None:
    """The organisation keeps consent on Individuals, and has its own flows for those that are to be forgotten."""
    lead_id = await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    records = stage.vendor._records
    individual = await records.add("individual", {"LastName": "Example"})
    await records.write(lead_id, {"IndividualId": individual})
    await stage.crm.anonymise(lead_id, ["Title"])
    assert (await records.of_kind("individual"))[individual]["ShouldForget"] is True
    left = (await records.all())[lead_id]
    assert (left["LastName"], left["Email"], left["HasOptedOutOfEmail"]) == ("Erased", None, True)
