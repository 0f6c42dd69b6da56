from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

import connectors.hubspot
from bot.domain.crm import CrmRecord, FieldValue
from bot.domain.errors import (
    CredentialRefused,
    FieldsRefused,
    PermanentSendError,
    SendError,
    SettingsError,
    TemporarySendError,
    WebhookRejected,
)
from bot.domain.handoff import Lead
from bot.ports import GivesPeople, Reply
from connectors.hubspot.crm import HubSpotCrm
from tests.connectors.vendor_server import NOW, Fault, MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = Lead(
    key="0193-profile",
    email=" Robin@Example.com ",
    phone="+447700900123",
    name="Robin van Example",
    score=65,
    grade="A1",
    reasons=("+20 a team of fifty",),
)
FIELDS: dict[str, FieldValue] = {"email": "robin@example.com", "overture_team_size": 50, "overture_opted_out": True}


@dataclass
class Stage:
    crm: HubSpotCrm
    server: VendorServer
    feed: MemoryFeed

    def shown(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.feed.entries.get("sandbox:hubspot", {}).values()]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.hubspot
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        crm = module.build(settings_for(module, feed=feed, clock=clock, sandbox_url=server.url))
        yield Stage(crm, server, feed)
        await crm.close()


async def write(crm: HubSpotCrm, lead: Lead = LEAD, **fields: FieldValue) -> str:
    found = await crm.find(lead, FIELDS)
    return await crm.upsert(lead, {**FIELDS, **fields}, found=found, key="one")


async def test_a_new_contact_goes_out_as_a_batch_upsert_by_our_own_id(stage: Stage) -> None:
    await write(stage.crm)
    by_id, by_email, written = stage.server.asked
    assert "/crm/objects/2026-09/contacts/0193-profile?idProperty=overture_lead&" in by_id.url
    assert "/crm/objects/2026-09/contacts/robin@example.com?idProperty=email&" in by_email.url
    assert written.url.endswith("/crm/objects/2026-09/contacts/batch/upsert")
    [contact] = json.loads(written.body)["inputs"]
    assert (contact["idProperty"], contact["id"]) == ("overture_lead", "0193-profile")


async def test_every_value_goes_out_as_a_text(stage: Stage) -> None:
    await write(stage.crm)
    [contact] = json.loads(stage.server.asked[-1].body)["inputs"]
    assert (contact["properties"]["overture_team_size"], contact["properties"]["overture_opted_out"]) == ("50", "true")


async def test_somebody_without_an_email_address_is_known_by_our_id(stage: Stage) -> None:
    nameless = replace(LEAD, email=None)
    fields = {"phone": "+447700900123"}
    first = await stage.crm.upsert(nameless, fields, found=None, key="one")
    assert await stage.crm.find(nameless, fields) == CrmRecord(first, {**fields, "hs_object_id": first})


async def test_nothing_is_asked_where_nothing_is_to_be_written(stage: Stage) -> None:
    assert await stage.crm.upsert(LEAD, {}, found=CrmRecord("101"), key="one") == "101"
    assert stage.server.asked == []


async def test_an_email_address_of_another_contact_is_worth_another_try(stage: Stage) -> None:
    """Somebody merges the two over there, and then it works."""
    await write(stage.crm)
    await write(stage.crm, replace(LEAD, key="another", email="a@example.com"), email="a@example.com")
    with pytest.raises(TemporarySendError, match="CONFLICT"):
        await write(stage.crm, replace(LEAD, key="another"), email="robin@example.com")


async def test_another_version_of_the_api_can_be_chosen(stage: Stage) -> None:
    values = {"HUBSPOT_API_VERSION": "2026-03"}
    crm = connectors.hubspot.build(settings_for(connectors.hubspot, sandbox_url=stage.server.url, values=values))
    with pytest.raises(SendError):  # the stand-in here has one version only
        await write(crm)
    await crm.close()
    assert "/crm/objects/2026-03/" in stage.server.asked[0].url


@pytest.mark.parametrize("version", ["v3", "2026-9", "../2026-09"])
def test_a_version_that_is_none_stops_the_start_with_a_sentence(version: str) -> None:
    with pytest.raises(SettingsError, match="HUBSPOT_API_VERSION"):
        connectors.hubspot.build(settings_for(connectors.hubspot, values={"HUBSPOT_API_VERSION": version}))


@pytest.mark.parametrize("written", ["6125111, all e-mail", "hs_email_optout_*"])
def test_a_subscription_that_is_none_stops_the_start_with_a_sentence(written: str) -> None:
    with pytest.raises(SettingsError, match="HUBSPOT_SUBSCRIPTIONS"):
        connectors.hubspot.build(settings_for(connectors.hubspot, values={"HUBSPOT_SUBSCRIPTIONS": written}))


async def test_who_has_opted_out_of_a_subscription_of_ours_has_opted_out_for_an_import(stage: Stage) -> None:
    for number, gone in enumerate(["6125111", "6125161", ""]):
        email = f"p{number}@example.com"
        fields: dict[str, FieldValue] = {"email": email, "overture_opted_out": False}
        fields |= {f"hs_email_optout_{gone}": "true"} if gone else {}
        await write(stage.crm, replace(LEAD, key=f"k{number}", email=email), **fields)
    values = {"HUBSPOT_SUBSCRIPTIONS": "6125161"}
    crm = connectors.hubspot.build(settings_for(connectors.hubspot, sandbox_url=stage.server.url, values=values))
    assert isinstance(crm, GivesPeople)
    page = await crm.page(["email"], after="")
    await crm.close()
    assert [one.opted_out for one in page.people] == [False, True, False]


async def test_a_time_zone_is_read_by_the_name_that_others_give_it(stage: Stage) -> None:
    await write(stage.crm, email="robin@example.com", hs_timezone="america_slash_port_hyphen_au_hyphen_prince")
    assert isinstance(stage.crm, GivesPeople)
    (person,) = (await stage.crm.page(["hs_timezone"], after="")).people
    assert person.record.fields["hs_timezone"] == "america/port-au-prince"


async def test_a_note_is_html_and_its_words_are_not(stage: Stage) -> None:
    contact = await write(stage.crm)
    await stage.crm.note(contact, "wants <script>alert(1)</script>\n& a call", key="a")
    note = stage.shown()[-1]
    assert (note["type"], note["contact"]) == ("note", contact)
    assert "wants &lt;script&gt;alert(1)&lt;/script&gt;<br>&amp; a call" in note["body"]
    asked = json.loads(stage.server.asked[-1].body)
    assert asked["properties"]["hs_timestamp"] == "2026-11-24T12:00:00.250Z"


async def test_a_long_note_is_cut_to_what_hubspot_takes(stage: Stage) -> None:
    contact = await write(stage.crm)
    await stage.crm.note(contact, "<" * 100_000, key="a")
    await stage.crm.note(contact, "<" * 100_000, key="a")
    [note] = [item for item in stage.shown() if item["type"] == "note"]
    assert len(note["body"]) <= 65_536


@pytest.mark.parametrize(
    ("fault", "seconds"), [("take it and hang up", 30), (Reply(503, b"", "", {"Retry-After": "90"}), 90)]
)
@pytest.mark.parametrize("kind", ["note", "task"])
async def test_where_a_note_may_be_there_the_next_try_comes_when_the_search_would_find_it(
    stage: Stage, fault: Fault, seconds: int, kind: str
) -> None:
    contact = await write(stage.crm)
    stage.server.faults = [None, fault]
    with pytest.raises(TemporarySendError) as failed:
        await getattr(stage.crm, kind)(contact, "Hello", key="a")
    assert failed.value.retry_after == timedelta(seconds=seconds)


async def test_a_note_on_nobody_is_refused(stage: Stage) -> None:
    with pytest.raises(PermanentSendError):
        await stage.crm.note("999", "Hello", key="a")


async def test_the_one_refused_contact_of_a_batch_is_an_error(stage: Stage) -> None:
    fault = {"status": "error", "category": "VALIDATION_ERROR", "message": "robin@example.com is no e-mail"}
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [fault]}
    stage.server.faults += [None, None, Reply(207, json.dumps(body).encode(), "application/json")]
    with pytest.raises(PermanentSendError, match="VALIDATION_ERROR") as failed:
        await write(stage.crm)
    assert "robin" not in failed.value.reason


@pytest.mark.parametrize("status", [207, 409])
async def test_somebody_elses_contact_of_the_same_moment_is_worth_another_try(stage: Stage, status: int) -> None:
    fault = {"status": "error", "category": "CONFLICT", "message": "Contact already exists. Existing ID: 101"}
    body = {"status": "COMPLETE", "results": [], "errors": [fault]} if status == 207 else fault
    stage.server.faults += [None, None, Reply(status, json.dumps(body).encode(), "application/json")]
    with pytest.raises(TemporarySendError) as failed:
        await write(stage.crm)
    assert failed.value.retry_after is not None


NOWHERE = {"status": "error", "message": "resource not found", "correlationId": "c-1"}
NO_OBJECT = {"status": "error", "message": "Object not found.", "category": "OBJECT_NOT_FOUND"}


@pytest.mark.parametrize("told", [NOWHERE, NO_OBJECT])
async def test_who_is_not_there_is_told_with_a_category_and_without(stage: Stage, told: dict[str, Any]) -> None:
    """HubSpot answers so where somebody new is looked for by an address: that is no refusal."""
    stage.server.faults += [Reply(404, json.dumps(told).encode(), "application/json")] * 2
    assert await stage.crm.find(LEAD, []) is None
    stage.server.faults.append(Reply(404, json.dumps(told).encode(), "application/json"))
    await stage.crm.delete("101")


async def test_whom_a_batch_does_not_find_needs_no_anonymising(stage: Stage) -> None:
    batch = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [NO_OBJECT]}
    stage.server.faults.append(Reply(207, json.dumps(batch).encode(), "application/json"))
    await stage.crm.anonymise("101", [])


async def test_a_page_that_is_not_there_is_no_contact_that_is_not_there(stage: Stage) -> None:
    stage.server.faults.append(Reply(404, b"<html>Not Found</html>", "text/html"))
    with pytest.raises(PermanentSendError, match="404"):
        await stage.crm.find(LEAD, [])


async def test_an_account_without_our_properties_is_told_where_they_are_listed(stage: Stage) -> None:
    detail = {"message": "…", "code": "PROPERTY_DOESNT_EXIST"}
    body = {"status": "error", "category": "VALIDATION_ERROR", "errors": [detail]}
    stage.server.faults += [None, None, Reply(400, json.dumps(body).encode(), "application/json")]
    with pytest.raises(PermanentSendError, match="README"):
        await write(stage.crm)


IN_A_LIST = {"errors": [{"message": "", "code": "INVALID_OPTION", "context": {"propertyName": ["country"]}}]}
IN_THE_MESSAGE = {"message": 'Property values were not valid: [{"error":"INVALID_EMAIL","name":"country"}]'}


@pytest.mark.parametrize("told", [IN_A_LIST, IN_THE_MESSAGE])
async def test_a_value_that_a_property_does_not_take_is_told_by_its_name(stage: Stage, told: dict[str, Any]) -> None:
    body = {"status": "error", "message": "", "category": "VALIDATION_ERROR", **told}
    stage.server.faults += [None, None, Reply(400, json.dumps(body).encode(), "application/json")]
    with pytest.raises(FieldsRefused, match="country") as failed:
        await write(stage.crm, country="Atlantis")
    assert failed.value.fields == {"country"}
    assert "Atlantis" not in failed.value.reason


async def test_a_wrong_token_is_refused_with_the_setting_to_check(stage: Stage) -> None:
    values = {"HUBSPOT_TOKEN": "wrong"}
    crm = connectors.hubspot.build(settings_for(connectors.hubspot, sandbox_url=stage.server.url, values=values))
    with pytest.raises(CredentialRefused, match="HUBSPOT_TOKEN"):
        await write(crm)
    await crm.close()


@pytest.mark.parametrize("fields", [{"email": "nobody"}, {"overture_team_size": "about fifty"}, {"shoe_size": 44}])
async def test_the_stand_in_refuses_what_hubspot_refuses(stage: Stage, fields: dict[str, FieldValue]) -> None:
    with pytest.raises(PermanentSendError, match="VALIDATION_ERROR"):
        await write(stage.crm, LEAD, **fields)
    assert stage.shown() == []


async def test_nothing_happens_to_a_record_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(WebhookRejected):
        await stage.server.vendor.act({"event": "unsubscribed", "record": "99"}, NOW)


async def test_a_task_is_open_due_in_a_day_and_there_once(stage: Stage) -> None:
    contact = await write(stage.crm)
    for _ in range(2):
        await stage.crm.task(contact, "Call <them>\ntoday", key="a")
    [task] = [one for one in stage.shown() if one["type"] == "task"]
    assert task["contact"] == contact
    assert task["properties"]["hs_task_subject"] == "Call <them>"
    assert task["properties"]["hs_timestamp"] == "2026-11-25T12:00:00.250Z"
    assert "Call &lt;them&gt;<br>today" in task["properties"]["hs_task_body"]


async def test_a_lead_has_one_deal_that_belongs_to_the_contact(stage: Stage) -> None:
    contact = await write(stage.crm)
    await stage.crm.deal(LEAD, contact, {"dealname": "Example Ltd", "dealstage": "demo", "amount": 1200}, key="a")
    await stage.crm.deal(LEAD, contact, {"dealstage": "customer"}, key="b")
    deals = {one["id"]: one for one in stage.shown() if one["type"] == "deal"}
    [deal] = deals.values()
    assert deal["contact"] == contact
    assert deal["properties"] == {
        "dealname": "Example Ltd",
        "dealstage": "customer",
        "amount": "1200",
        "overture_deal": LEAD.key,
    }
    by_id, joined = stage.server.asked[-2:]
    assert by_id.url.endswith("/crm/objects/2026-09/deals/batch/upsert")
    assert joined.method == "PUT"


@pytest.mark.parametrize("number", range(6))
async def test_a_deal_whose_call_breaks_anywhere_is_made_and_joined_once(stage: Stage, number: int) -> None:
    contact = await write(stage.crm)
    stage.server.faults += [*[None] * number, "take it and hang up"]
    for _ in range(2):
        with contextlib.suppress(TemporarySendError):
            await stage.crm.task(contact, "Call them", key="t")
            await stage.crm.deal(LEAD, contact, {"dealname": "Example Ltd"}, key="d")
    kinds = {(one["type"], one["id"]) for one in stage.shown() if one["type"] in ("task", "deal")}
    assert sorted(kind for kind, _ in kinds) == ["deal", "task"]
    assert [one for one in stage.shown() if one["type"] == "deal"][-1]["contact"] == contact


async def test_a_property_that_deals_do_not_have_is_told(stage: Stage) -> None:
    contact = await write(stage.crm)
    with pytest.raises(PermanentSendError, match="README"):
        await stage.crm.deal(LEAD, contact, {"shoe_size": 44}, key="a")
