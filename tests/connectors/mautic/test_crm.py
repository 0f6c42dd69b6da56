from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

import connectors.mautic
from bot.domain.crm import CrmRecord, FieldValue
from bot.domain.errors import (
    CredentialRefused,
    FieldsRefused,
    PermanentSendError,
    SettingsError,
    TemporarySendError,
    WebhookRejected,
)
from bot.domain.handoff import Lead
from bot.ports import Reply
from connectors.mautic.crm import MauticCrm
from connectors.mautic.sandbox import MauticSandbox
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = Lead("0193", "robin@example.com", None, "Robin", 5, "C3", ())
FIELDS: dict[str, FieldValue] = {"email": "robin@example.com", "firstname": "Robin"}


@dataclass
class Stage:
    crm: MauticCrm
    server: VendorServer
    vendor: MauticSandbox
    feed: MemoryFeed

    def calls(self) -> list[str]:
        return [f"{one.method} {one.url.split('/', 3)[3].partition('?')[0]}" for one in self.server.asked]

    def contact(self) -> dict[str, object]:
        shown = [one for one in self.feed.entries["sandbox:mautic"].values() if one["type"] == "contact"]
        return dict(shown[-1]["properties"])


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    module, clock, feed = connectors.mautic, StillClock(), MemoryFeed()
    settings = settings_for(module, feed=feed, clock=clock)
    vendor = module.build_sandbox(settings)
    assert isinstance(vendor, MauticSandbox)
    async with serve(VendorServer(vendor, clock)) as server:
        crm = module.build(replace(settings, sandbox_url=server.url))
        yield Stage(crm, server, vendor, feed)
        await crm.close()


async def test_a_new_contact_has_our_id_by_which_mautic_merges(stage: Stage) -> None:
    first = await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    assert await stage.crm.upsert(LEAD, FIELDS, found=None, key="one") == first
    assert stage.calls() == ["POST oauth/v2/token", "POST api/contacts/new", "POST api/contacts/new"]
    assert json.loads(stage.server.asked[-1].body) == {**FIELDS, "overture_lead": "0193"}


async def test_a_known_contact_is_edited(stage: Stage) -> None:
    contact = await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    await stage.crm.upsert(LEAD, {"firstname": "Rob"}, found=CrmRecord(contact), key="two")
    assert stage.calls()[-1] == f"PATCH api/contacts/{contact}/edit"
    assert stage.contact() == {**FIELDS, "overture_lead": "0193", "firstname": "Rob"}


async def test_who_opted_out_is_put_on_the_do_not_contact_list_once(stage: Stage) -> None:
    contact = await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    assert "do_not_contact" not in stage.contact()
    for key in ("two", "three"):
        await stage.crm.upsert(replace(LEAD, opted_out=True), {}, found=CrmRecord(contact), key=key)
    assert stage.contact()["do_not_contact"] == "email, sms"
    await stage.crm.upsert(LEAD, {}, found=CrmRecord(contact), key="four")
    assert stage.contact()["do_not_contact"] == "email, sms"


async def test_a_token_that_ended_is_replaced_once(stage: Stage) -> None:
    await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    stage.vendor.end_tokens()
    assert await stage.crm.find(LEAD, ["email"]) is not None
    assert stage.calls().count("POST oauth/v2/token") == 2


async def test_a_token_that_is_refused_twice_is_told(stage: Stage) -> None:
    refused = Reply(401, b'{"errors":[{"code":401,"message":"robin@example.com"}]}', "application/json")
    stage.server.faults += [None, refused, None, refused]
    with pytest.raises(CredentialRefused, match="API is enabled") as failed:
        await stage.crm.find(LEAD, ["email"])
    assert "robin" not in failed.value.reason


async def test_a_note_is_html_and_its_words_are_not(stage: Stage) -> None:
    contact = await stage.crm.upsert(LEAD, FIELDS, found=None, key="one")
    await stage.crm.note(contact, "<script>\n& more", key="a")
    body = json.loads(stage.server.asked[-1].body)
    assert (body["lead"], body["type"]) == (contact, "general")
    assert body["text"].startswith("<p>&lt;script&gt;<br>&amp; more</p>")


async def test_wrong_credentials_are_told_with_the_settings_to_check(stage: Stage) -> None:
    values = {"MAUTIC_CLIENT_SECRET": "wrong"}
    crm = connectors.mautic.build(settings_for(connectors.mautic, sandbox_url=stage.server.url, values=values))
    with pytest.raises(CredentialRefused, match="MAUTIC_CLIENT_SECRET"):
        await crm.find(LEAD, [])
    await crm.close()


@pytest.mark.parametrize(
    "fields", [{"email": "nobody"}, {**FIELDS, "shoe_size": 44}, {**FIELDS, "overture_score": "many"}]
)
async def test_the_stand_in_refuses_what_mautic_refuses(stage: Stage, fields: dict[str, FieldValue]) -> None:
    with pytest.raises(PermanentSendError, match="422"):
        await stage.crm.upsert(LEAD, fields, found=None, key="one")
    assert stage.feed.entries == {}


async def test_a_value_that_a_field_does_not_take_is_told_by_its_name(stage: Stage) -> None:
    told = {"code": 422, "message": "country: This value is not valid.", "details": {"country": ["not valid"]}}
    await stage.crm.find(LEAD, [])
    stage.server.faults.append(Reply(422, json.dumps({"errors": [told]}).encode(), "application/json"))
    with pytest.raises(FieldsRefused) as failed:
        await stage.crm.upsert(LEAD, {**FIELDS, "country": "Atlantis"}, found=None, key="one")
    assert failed.value.fields == {"country"}


def test_an_unusable_address_stops_the_start_with_a_sentence() -> None:
    with pytest.raises(SettingsError, match="MAUTIC_URL"):
        connectors.mautic.build(settings_for(connectors.mautic, values={"MAUTIC_URL": "http://mautic.example.com"}))


async def test_nothing_happens_to_a_record_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(WebhookRejected):
        await stage.vendor.act({"event": "unsubscribed", "record": "99"}, NOW)


async def with_segments(stage: Stage, segments: str) -> MauticCrm:
    values = {"MAUTIC_SEGMENTS": segments}
    crm = connectors.mautic.build(settings_for(connectors.mautic, sandbox_url=stage.server.url, values=values))
    assert isinstance(crm, MauticCrm)
    return crm


async def test_a_contact_is_put_into_each_segment_also_by_a_second_try_that_has_nothing_to_write(stage: Stage) -> None:
    crm = await with_segments(stage, "3, 7")
    stage.server.faults += [None, None, None, "hang up", "hang up"]
    with pytest.raises(TemporarySendError):
        await crm.upsert(LEAD, FIELDS, found=None, key="one")
    found = await crm.find(LEAD, list(FIELDS))
    await crm.upsert(LEAD, {}, found=found, key="one")
    assert stage.contact()["segments"] == [3, 7]
    await crm.close()


async def test_nobody_who_has_opted_out_is_put_into_a_segment(stage: Stage) -> None:
    crm = await with_segments(stage, "3")
    await crm.upsert(replace(LEAD, opted_out=True), FIELDS, found=None, key="one")
    assert "segments" not in stage.contact()
    await crm.close()


async def test_a_segment_that_is_not_there_is_told_with_the_setting(stage: Stage) -> None:
    crm = await with_segments(stage, "99")
    with pytest.raises(PermanentSendError, match="MAUTIC_SEGMENTS"):
        await crm.upsert(LEAD, FIELDS, found=None, key="one")
    await crm.close()


def test_what_is_no_segment_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="MAUTIC_SEGMENTS"):
        connectors.mautic.build(settings_for(connectors.mautic, values={"MAUTIC_SEGMENTS": "customers"}))


async def test_who_refuses_one_channel_is_left_alone_on_that_one(stage: Stage) -> None:
    await stage.crm.upsert(replace(LEAD, refuses=("email", "voice")), FIELDS, found=None, key="one")
    asked = [one.url.rpartition("/dnc/")[2] for one in stage.server.asked if "/dnc/" in one.url]
    assert asked == ["email/add"]
