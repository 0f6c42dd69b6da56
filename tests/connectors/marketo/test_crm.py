"""Marketo: failures under status 200, tokens that end early, skipped records, and calls as its document has them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from werkzeug.datastructures import ImmutableMultiDict

import connectors.marketo
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
from bot.ports import Reply, WebhookRequest
from connectors.marketo.crm import MarketoCrm
from connectors.marketo.sandbox import MarketoSandbox
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, serve, settings_for, shared

LEAD = Lead("0193-profile", " Robin@Example.com ", "+447700900123", "Robin Example", 65, "A1", ())
FIELDS: dict[str, FieldValue] = {"email": "robin@example.com", "overtureTeamSize": 50, "unsubscribed": True}


@dataclass
class Stage:
    crm: MarketoCrm
    vendor: MarketoSandbox
    server: VendorServer
    clock: StillClock
    feed: MemoryFeed

    def asked(self, path: str) -> list[WebhookRequest]:
        return [one for one in self.server.asked if urlsplit(one.url).path.endswith(path)]

    def shown(self, kind: str) -> list[dict[str, Any]]:
        return [dict(one) for one in self.feed.entries.get("sandbox:marketo", {}).values() if one["type"] == kind]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock = MemoryFeed(), StillClock()
    vendor = connectors.marketo.build_sandbox(settings_for(connectors.marketo, feed=feed, clock=clock))
    assert isinstance(vendor, MarketoSandbox)
    async with serve(VendorServer(vendor, clock)) as server:
        crm = connectors.marketo.build(settings_for(connectors.marketo, feed=feed, clock=clock, sandbox_url=server.url))
        yield Stage(crm, vendor, server, clock, feed)
        await crm.close()


async def create(stage: Stage) -> str:
    return await stage.crm.upsert(LEAD, FIELDS, found=None, key="a")


def failed(code: str) -> Reply:
    told = {"requestId": "1", "success": False, "errors": [{"code": code, "message": "robin@example.com"}]}
    return Reply(200, json.dumps(told).encode(), "application/json")


def skipped(code: str, *messages: str) -> Reply:
    reasons = [{"code": code, "message": one} for one in messages or ["robin@example.com"]]
    record = {"status": "skipped", "reasons": reasons}
    return Reply(200, json.dumps({"success": True, "result": [record]}).encode(), "application/json")


async def failure(stage: Stage, reply: Reply) -> SendError:
    stage.server.faults += [None, reply, None, reply]  # the token, the call; and once more
    with pytest.raises(SendError) as error:
        await create(stage)
    assert "robin" not in str(error.value)
    return error.value


@pytest.mark.parametrize(
    ("code", "pause"),
    [
        ("606", timedelta(seconds=20)),
        ("607", timedelta(hours=1)),
        ("615", timedelta(seconds=5)),
        ("604", None),
        ("608", None),
        ("611", None),
        ("713", None),
    ],
)
async def test_a_failure_that_passes_is_temporary_though_the_status_is_200(
    stage: Stage, code: str, pause: timedelta | None
) -> None:
    error = await failure(stage, failed(code))
    assert isinstance(error, TemporarySendError)
    assert (error.code, error.retry_after) == (code, pause)


@pytest.mark.parametrize(("code", "words"), [("1006", "README"), ("1003", "type"), ("609", "609")])
async def test_a_failure_that_stays_is_permanent_and_says_what_to_do(stage: Stage, code: str, words: str) -> None:
    error = await failure(stage, failed(code))
    assert isinstance(error, PermanentSendError)
    assert words in error.reason


async def test_what_the_role_may_not_do_waits_until_it_may(stage: Stage) -> None:
    error = await failure(stage, failed("603"))
    assert isinstance(error, CredentialRefused)
    assert "role" in error.reason


async def test_a_record_that_is_skipped_was_not_written_though_the_call_was_taken(stage: Stage) -> None:
    error = await failure(stage, skipped("1007"))
    assert isinstance(error, PermanentSendError)
    assert "merge them" in error.reason


@pytest.mark.parametrize("found", [None, CrmRecord("1")])
async def test_a_value_that_a_field_does_not_take_is_told_by_its_name(stage: Stage, found: CrmRecord | None) -> None:
    if found is not None:
        await create(stage)
    with pytest.raises(FieldsRefused) as failed:
        await stage.crm.upsert(LEAD, {**FIELDS, "overtureTeamSize": "many"}, found=found, key="a")
    assert failed.value.fields == {"overtureTeamSize"}


async def test_of_several_reasons_each_has_to_be_of_a_value(stage: Stage) -> None:
    words = "Value for field 'overtureTeamSize' is too long"
    error = await failure(stage, skipped("1003", words, "Email address is invalid"))
    assert isinstance(error, FieldsRefused)
    assert error.fields == {"overtureTeamSize", "email"}
    stage.server.faults = [skipped("1003", words, "the partition is unknown")]
    with pytest.raises(PermanentSendError) as failed:
        await create(stage)
    assert not isinstance(failed.value, FieldsRefused)


async def test_a_field_that_is_not_there_is_no_refused_value(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="README") as failed:
        await stage.crm.upsert(LEAD, {**FIELDS, "shoeSize": 44}, found=None, key="a")
    assert not isinstance(failed.value, FieldsRefused)


async def test_a_lead_that_was_deleted_meanwhile_is_found_anew(stage: Stage) -> None:
    with pytest.raises(TemporarySendError, match="1004"):
        await stage.crm.upsert(LEAD, FIELDS, found=CrmRecord("999"), key="a")


async def test_a_token_that_ended_early_costs_no_try(stage: Stage) -> None:
    first = await create(stage)
    stage.vendor.end_tokens()
    assert await create(stage) == first
    assert len(stage.asked("/identity/oauth/token")) == 2


async def test_a_token_that_is_refused_anew_is_no_endless_loop(stage: Stage) -> None:
    error = await failure(stage, failed("601"))
    assert isinstance(error, TemporarySendError)
    assert len(stage.asked("/leads.json")) == 2


async def test_the_token_is_in_the_header_alone(stage: Stage) -> None:
    await stage.crm.note(await create(stage), "wants a demo", key="n")
    for asked in stage.server.asked:
        if not asked.url.partition("?")[0].endswith("/oauth/token"):
            token = asked.headers["authorization"].removeprefix("Bearer ")
            assert token not in asked.url
            assert token not in asked.body.decode()


async def test_wrong_credentials_are_told_by_their_settings(stage: Stage) -> None:
    wrong = settings_for(connectors.marketo, sandbox_url=stage.server.url, values={"MARKETO_CLIENT_SECRET": "wrong"})
    crm = connectors.marketo.build(wrong)
    with pytest.raises(CredentialRefused, match="MARKETO_CLIENT_SECRET"):
        await crm.find(LEAD, [])
    await crm.close()


async def test_a_note_is_found_again_behind_other_pages(stage: Stage) -> None:
    lead = await create(stage)
    for key in "abcb":
        await stage.crm.note(lead, f"note {key}", key=key)
    assert len(stage.shown("note")) == 3


async def test_where_a_note_may_be_there_the_next_try_comes_when_it_would_be_listed(stage: Stage) -> None:
    lead = await create(stage)
    stage.server.faults = [None, None, "take it and hang up"]
    with pytest.raises(TemporarySendError) as failed:
        await stage.crm.note(lead, "Hello", key="a")
    assert failed.value.retry_after == timedelta(minutes=5)
    await stage.crm.note(lead, "Hello", key="a")
    assert len(stage.shown("note")) == 1


async def test_who_opted_out_is_unsubscribed(stage: Stage) -> None:
    await create(stage)
    assert stage.shown("contact")[-1]["properties"]["unsubscribed"] is True


async def test_nothing_happens_to_a_record_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(WebhookRejected):
        await stage.vendor.act({"event": "unsubscribed", "record": "99"}, NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MARKETO_NOTE_ACTIVITY", "Note"),
        ("MARKETO_IMPORT_LIST", "everybody"),
        ("MARKETO_URL", "http://x.example"),
        ("MARKETO_WEBHOOK_SECRET", "short"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        connectors.marketo.build(settings_for(connectors.marketo, values={name: value}))


# ---------------------------------------------------------------- Marketo's own description of its API


@pytest.fixture(scope="module")
def marketo_api() -> OpenAPI:
    """Marketo's documents (Swagger 2.0) as OpenAPI 3, cut down to the calls that we make.

    A custom activity is described by its answer there, which wants more than a request has, and an object for each
    value where its own examples have texts.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for name in ("swagger-mapi.json", "swagger-identity.json"):
        text = shared(f"vendor_specs/marketo/{name}").read_text()
        told = json.loads(text.replace("#/definitions/", "#/components/schemas/"))
        schemas |= told["definitions"]
        for path in (*CALLED, "/rest/v1/lists/{listId}/leads.json"):
            if path in told["paths"]:
                paths[path] = {verb: _operation(one) for verb, one in told["paths"][path].items()}
    schemas["CustomActivity"]["required"] = ["activityDate", "activityTypeId", "leadId", "primaryAttributeValue"]
    del schemas["Attribute"]["properties"]["value"]["type"]
    about = {"openapi": "3.0.3", "info": {"title": "Marketo", "version": "1"}, "servers": [{"url": MARKETO}]}
    return OpenAPI.from_dict({**about, "paths": paths, "components": {"schemas": schemas}})


MARKETO = "https://x.mktorest.com"
CALLED = (
    "/identity/oauth/token",
    "/rest/v1/leads.json",
    "/rest/v1/activities.json",
    "/rest/v1/activities/pagingtoken.json",
    "/rest/v1/activities/external.json",
)
OF_A_PARAMETER = ("name", "in", "required", "description")


def _operation(told: dict[str, Any]) -> dict[str, Any]:
    """An operation of Swagger 2.0 as OpenAPI 3 writes it."""
    made: dict[str, Any] = {"parameters": [], "responses": {"200": {"description": "OK"}}}
    for one in told["parameters"]:
        if one["in"] == "body":
            made["requestBody"] = {"required": True, "content": {"application/json": {"schema": one["schema"]}}}
            continue
        schema = {name: value for name, value in one.items() if name in ("type", "items", "enum")}
        made["parameters"].append({**{name: one[name] for name in OF_A_PARAMETER if name in one}, "schema": schema})
    return made


def _as_openapi(asked: WebhookRequest) -> MockRequest:
    parts = urlsplit(asked.url)
    args = ImmutableMultiDict(parse_qsl(parts.query))
    return MockRequest(
        MARKETO, asked.method.lower(), parts.path, args=args, data=asked.body or None,
        content_type="application/json",
    )  # fmt: skip


async def test_our_calls_are_what_marketos_document_asks_for(stage: Stage, marketo_api: OpenAPI) -> None:
    assert await stage.crm.find(LEAD, FIELDS) is None
    lead = await create(stage)
    found = await stage.crm.find(LEAD, FIELDS)
    await stage.crm.upsert(LEAD, {"title": "Head of Sales"}, found=found, key="b")
    await stage.crm.note(lead, "wants a demo", key="n")
    assert {urlsplit(one.url).path for one in stage.server.asked} == set(CALLED)
    for asked in stage.server.asked:
        marketo_api.unmarshal_request(_as_openapi(asked)).raise_for_errors()


async def test_the_check_against_marketos_document_refuses_what_is_wrong(stage: Stage, marketo_api: OpenAPI) -> None:
    await create(stage)
    [asked] = stage.asked("/leads.json")
    wrong = WebhookRequest(asked.method, asked.url, asked.headers, b'{"action": "upsert", "input": []}', NOW)
    assert marketo_api.unmarshal_request(_as_openapi(wrong)).errors


async def with_lists(stage: Stage, lists: str) -> MarketoCrm:
    values = {"MARKETO_LISTS": lists}
    crm = connectors.marketo.build(
        settings_for(connectors.marketo, clock=stage.clock, sandbox_url=stage.server.url, values=values)
    )
    assert isinstance(crm, MarketoCrm)
    return crm


async def test_a_lead_is_put_onto_each_list_also_by_a_second_try_that_has_nothing_to_write(
    stage: Stage, marketo_api: OpenAPI
) -> None:
    crm = await with_lists(stage, "1001,1002")
    stage.server.faults += [None, None, None, "hang up", "hang up"]
    with pytest.raises(TemporarySendError):
        await crm.upsert(LEAD, FIELDS, found=None, key="a")
    await crm.upsert(LEAD, {}, found=await crm.find(LEAD, FIELDS), key="a")
    assert stage.shown("contact")[-1]["properties"]["lists"] == [1001, 1002]
    for asked in stage.asked("/leads.json"):
        marketo_api.unmarshal_request(_as_openapi(asked)).raise_for_errors()
    await crm.close()


async def test_an_import_reads_the_list_that_is_named_and_no_other(stage: Stage, marketo_api: OpenAPI) -> None:
    lead = await create(stage)
    assert (await stage.crm.page(["email"], after="")).people == []
    crm = await with_lists(stage, "1001")
    await crm.upsert(LEAD, {}, found=CrmRecord(lead), key="b")
    [person] = (await stage.crm.page(["email"], after="")).people
    assert (person.record, person.opted_out) == (CrmRecord(lead, {"email": "robin@example.com"}), True)
    for asked in stage.asked("/leads.json"):
        marketo_api.unmarshal_request(_as_openapi(asked)).raise_for_errors()
    await crm.close()


async def test_without_a_list_an_import_says_what_to_do(stage: Stage) -> None:
    values = {"MARKETO_IMPORT_LIST": ""}
    crm = connectors.marketo.build(settings_for(connectors.marketo, sandbox_url=stage.server.url, values=values))
    with pytest.raises(PermanentSendError, match="MARKETO_IMPORT_LIST"):
        await crm.page(["email"], after="")
    await crm.close()


async def test_nobody_who_has_opted_out_is_put_onto_a_list(stage: Stage) -> None:
    crm = await with_lists(stage, "1001")
    await crm.upsert(replace(LEAD, opted_out=True), FIELDS, found=None, key="a")
    assert "lists" not in stage.shown("contact")[-1]["properties"]
    await crm.close()
