"""OpenEMM's REST API v2: the bulk upsert by e-mail address, tokens, mailing lists, and texts that look like HTML."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

import connectors.openemm
from bot.domain.crm import CrmRecord, FieldValue
from bot.domain.errors import CredentialRefused, FieldsRefused, PermanentSendError, TemporarySendError
from bot.domain.handoff import Lead
from bot.ports import Reply
from connectors.openemm.crm import OpenEmmCrm
from connectors.openemm.kept import BOUND
from connectors.openemm.sandbox import OpenEmmSandbox
from tests.connectors.vendor_server import MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = Lead("0193-profile", "Robin@Example.com", "+447700900123", "Robin Example", 65, "A1", ())
FIELDS: dict[str, FieldValue] = {"email": "robin@example.com", "overture_team_size": 50}
REST = {"OPENEMM_API": "rest"}


@dataclass
class Stage:
    crm: OpenEmmCrm
    vendor: OpenEmmSandbox
    server: VendorServer
    feed: MemoryFeed
    clock: StillClock

    def recipients(self) -> dict[str, dict[str, Any]]:
        items = self.feed.entries.get("sandbox:openemm", {}).values()
        return {one["id"]: one["properties"] for one in items if one["type"] == "contact"}

    def calls(self) -> list[str]:
        return [f"{one.method} {urlsplit(one.url).path.partition('/rest/v2')[2]}" for one in self.server.asked]


async def staged(stack: AsyncExitStack, values: Mapping[str, str] = REST) -> Stage:
    feed, clock = MemoryFeed(), StillClock()
    vendor = connectors.openemm.build_sandbox(settings_for(connectors.openemm, feed=feed, clock=clock))
    assert isinstance(vendor, OpenEmmSandbox)
    server = await stack.enter_async_context(serve(VendorServer(vendor, clock)))
    crm = connectors.openemm.build(settings_for(connectors.openemm, clock=clock, sandbox_url=server.url, values=values))
    stack.push_async_callback(crm.close)
    return Stage(crm, vendor, server, feed, clock)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await staged(stack)


async def create(stage: Stage, lead: Lead = LEAD) -> str:
    return await stage.crm.upsert(lead, FIELDS, found=None, key="a")


async def test_a_new_recipient_is_made_by_the_bulk_upsert_and_a_known_one_changed_by_its_id(stage: Stage) -> None:
    recipient = await create(stage)
    assert stage.calls() == [
        "POST /login",
        "PATCH /recipients/bulk",
        "GET /recipients",
        f"PATCH /recipients/{recipient}",
    ]
    found = await stage.crm.find(LEAD, FIELDS)
    await stage.crm.upsert(LEAD, {"email": "robin@other.example"}, found=found, key="b")
    assert stage.calls()[-1] == f"PATCH /recipients/{recipient}"
    assert [one["email"] for one in stage.recipients().values()] == ["robin@other.example"]


async def test_two_tries_at_once_make_one_recipient(stage: Stage) -> None:
    """Both have looked, and neither has found anybody."""
    assert await create(stage) == await create(stage)
    assert len(stage.recipients()) == 1


async def test_a_filter_that_finds_more_than_was_asked_for_is_not_believed(stage: Stage) -> None:
    others = [{"customer_id": 9, "email": "xrobin@example.com"}, {"customer_id": 8, "email": "ROBIN@example.com"}]
    listed = Reply(200, json.dumps({"list": others}).encode(), "application/json")
    stage.server.faults += [None, Reply(200, b'{"list": []}', "application/json"), listed]
    assert await stage.crm.find(LEAD, ["email"]) == CrmRecord("8", {"email": "ROBIN@example.com"})


async def test_a_recipient_that_the_answer_counts_as_an_error_was_not_written(stage: Stage) -> None:
    counted = {"total": 1, "successful": 0, "failed": 1, "errors": {"EMAIL_ERROR": 1}}
    stage.server.faults += [None, Reply(200, json.dumps(counted).encode(), "application/json")]
    with pytest.raises(PermanentSendError, match="EMAIL_ERROR"):
        await create(stage)


@pytest.mark.parametrize(
    "told",
    [
        {"detail": "must be a number", "errors": [{"field": "OVERTURE_TEAM_SIZE", "message": "must be a number"}]},
        {"detail": "Invalid recipient data for field: overture_team_size"},
    ],
)
async def test_a_value_that_a_field_does_not_take_is_told_by_its_name(stage: Stage, told: Mapping[str, Any]) -> None:
    """Of somebody new, too: they are made first, since the bulk upsert names no field."""
    stage.server.faults += [None, None, None, Reply(400, json.dumps(told).encode(), "application/json")]
    with pytest.raises(FieldsRefused) as failed:
        await create(stage)
    assert failed.value.fields == {"overture_team_size"}
    await stage.crm.upsert(LEAD, {"email": "robin@example.com"}, found=None, key="a")
    assert len(stage.recipients()) == 1


async def test_a_token_is_used_until_it_ends(stage: Stage) -> None:
    await create(stage)
    await stage.crm.find(LEAD, [])
    assert stage.calls().count("POST /login") == 1
    stage.clock.at += timedelta(minutes=40)
    await stage.crm.find(LEAD, [])
    assert stage.calls().count("POST /login") == 2
    stage.vendor.rest.end_tokens()
    await stage.crm.find(LEAD, [])
    assert stage.calls().count("POST /login") == 3


async def test_the_password_is_in_the_login_alone(stage: Stage) -> None:
    await create(stage)
    for asked in stage.server.asked:
        assert asked.headers["authorization"].startswith("Basic " if asked.url.endswith("/login") else "Bearer ")


async def test_a_server_without_a_secret_for_tokens_is_told_by_what_is_missing(stage: Stage) -> None:
    stage.server.faults.append(Reply(401, b"{}", "application/json"))
    with pytest.raises(CredentialRefused, match="secret for tokens"):
        await create(stage)


async def test_what_looks_like_html_does_not_keep_a_lead_out(stage: Stage) -> None:
    recipient = await create(stage)
    await stage.crm.upsert(LEAD, {"company": "<b>Example</b> & Co"}, found=CrmRecord(recipient), key="b")
    assert stage.recipients()[recipient]["company"] == "‹b›Example‹/b› & Co"


async def test_an_opt_out_is_never_taken_back(stage: Stage) -> None:
    recipient = await create(stage, replace(LEAD, wants_mail=True))
    assert stage.recipients()[recipient][BOUND] == {"1": "1"}
    await stage.crm.upsert(replace(LEAD, opted_out=True), {}, found=CrmRecord(recipient), key="b")
    assert stage.recipients()[recipient][BOUND] == {"1": "3"}
    await stage.crm.upsert(replace(LEAD, wants_mail=True), {}, found=CrmRecord(recipient), key="c")
    assert stage.recipients()[recipient][BOUND] == {"1": "3"}
    assert len(stage.recipients()) == 1


async def test_a_list_gets_the_address_that_the_recipient_has_there(stage: Stage) -> None:
    """By another one, the upsert would make another recipient."""
    recipient = await create(stage)
    lead = replace(LEAD, wants_mail=True, email="robin@new.example")
    await stage.crm.upsert(lead, {}, found=CrmRecord(recipient), key="b")
    assert list(stage.recipients()) == [recipient]
    assert stage.recipients()[recipient][BOUND] == {"1": "1"}


async def test_nobody_is_imported_by_an_api_that_does_not_say_who_opted_out(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="OPENEMM_API=soap"):
        await stage.crm.page(["email"], after="")


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"token": "no token"}'])
async def test_an_answer_without_a_token_is_tried_again(stage: Stage, body: bytes) -> None:
    stage.server.faults.append(Reply(200, body, "application/json"))
    with pytest.raises(TemporarySendError, match="token"):
        await create(stage)
