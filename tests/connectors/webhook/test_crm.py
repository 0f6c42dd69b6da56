from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

import connectors.webhook
from bot.domain.errors import CredentialRefused, PermanentSendError, SettingsError, TemporarySendError, WebhookRejected
from bot.domain.handoff import Lead
from bot.ports import Reply
from connectors.webhook.crm import WebhookCrm
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = Lead("0193", "robin@example.com", None, "Robin", 5, "C3", ())


@dataclass
class Stage:
    crm: WebhookCrm
    server: VendorServer
    secret: str


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.webhook
    settings = settings_for(module, feed=feed, clock=clock)
    async with serve(VendorServer(module.build_sandbox(settings), clock)) as server:
        crm = module.build(replace(settings, sandbox_url=server.url))
        yield Stage(crm, server, settings.require("CRM_WEBHOOK_SECRET"))
        await crm.close()


async def test_each_call_is_signed_over_its_time_and_its_body(stage: Stage) -> None:
    await stage.crm.find(LEAD, ["email"])
    [asked] = stage.server.asked
    at = int(NOW.timestamp())
    signed = hmac.new(stage.secret.encode(), f"{at}.".encode() + asked.body, hashlib.sha256).hexdigest()
    assert asked.headers["overture-signature"] == f"t={at},v1={signed}"
    assert json.loads(asked.body) == {"do": "find", "lead": "0193", "email": "robin@example.com", "fields": ["email"]}


async def test_what_is_asked_again_has_another_idempotency_key(stage: Stage) -> None:
    """Else a receiver that keeps to keys would tell of a record as it was when it was asked first."""
    for _ in range(2):
        await stage.crm.find(LEAD, ["email"])
        await stage.crm.page(["email"], after="")
    assert len({asked.headers["idempotency-key"] for asked in stage.server.asked}) == 4


async def test_a_second_try_has_the_same_idempotency_key_and_another_call_has_not(stage: Stage) -> None:
    for key in ("one", "one", "two"):
        await stage.crm.upsert(LEAD, {"email": "robin@example.com"}, found=None, key=key)
    first, again, other = (asked.headers["idempotency-key"] for asked in stage.server.asked)
    assert first == again != other


async def test_a_call_that_was_recorded_is_refused_minutes_later(stage: Stage) -> None:
    await stage.crm.find(LEAD, ["email"])
    [asked] = stage.server.asked
    late = replace(asked, received_at=NOW + timedelta(minutes=6))
    assert (await stage.server.vendor.answer(late)).status == 401


async def test_another_secret_is_refused_with_the_setting_to_check(stage: Stage) -> None:
    values = {"CRM_WEBHOOK_SECRET": "another secret of ours"}
    crm = connectors.webhook.build(settings_for(connectors.webhook, sandbox_url=stage.server.url, values=values))
    with pytest.raises(CredentialRefused, match="CRM_WEBHOOK_SECRET"):
        await crm.find(LEAD, [])
    await crm.close()


@pytest.mark.parametrize("body", [b"{}", b'{"record": 5}', b'{"record": {"id": 17, "fields": {}}}'])
async def test_an_answer_in_another_shape_is_worth_another_try(stage: Stage, body: bytes) -> None:
    stage.server.faults.append(Reply(200, body, "application/json"))
    with pytest.raises(TemporarySendError, match="find"):
        await stage.crm.find(LEAD, [])


@pytest.mark.parametrize("body", [b"{}", b'{"people": {}}', b'{"people": [{"id": 17, "fields": {}}]}', b"<html>"])
async def test_a_page_in_another_shape_is_worth_another_try(stage: Stage, body: bytes) -> None:
    stage.server.faults.append(Reply(200, body, "application/json"))
    with pytest.raises(TemporarySendError, match=r"page|no JSON"):
        await stage.crm.page([], after="")


async def test_a_page_that_names_itself_as_the_next_is_read_once(stage: Stage) -> None:
    stage.server.faults.append(Reply(200, b'{"people": [], "after": "17"}', "application/json"))
    with pytest.raises(PermanentSendError, match='the "after" that it was asked for'):
        await stage.crm.page([], after="17")


@pytest.mark.parametrize(
    "values",
    [
        {"CRM_WEBHOOK_URL": "http://crm.example.com"},
        {"CRM_WEBHOOK_URL": "crm.example.com"},
        {"CRM_WEBHOOK_SECRET": "short"},
    ],
)
def test_an_unusable_setting_stops_the_start_with_a_sentence(values: dict[str, str]) -> None:
    [name] = values
    with pytest.raises(SettingsError, match=name):
        connectors.webhook.build(settings_for(connectors.webhook, values=values))


async def test_nothing_happens_to_a_record_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(WebhookRejected):
        await stage.server.vendor.act({"event": "unsubscribed", "record": "99"}, NOW)
