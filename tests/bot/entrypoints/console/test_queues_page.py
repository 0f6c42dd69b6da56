"""The page "Queues": what it asks for, and what it does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role
from bot.domain.consent import EVERY_ADDRESS, Consequence, Suppression
from bot.domain.delivery import LEFT_ALONE, CrmNote, OutboxStatus
from bot.domain.ids import HandoffId
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.services.keep_accounts import add_key
from tests.bot.services.stage import ANA, Stage
from tests.contracts.samples import entry

Client = TestClient[Any, Any]
CRM = "hubspot"
NOTE = CrmNote(CRM, HandoffId("h"), "Secret words")


@pytest.fixture
async def service(service_of: Callable[..., Service], stage: Stage) -> Service:
    """A message and two notes were given up, a message waits, and the sender of text messages is stopped."""
    now = stage.clock.now()
    dead = OutboxStatus.DEAD
    await stage.meet()
    async with stage.store.transaction() as uow:
        for one in (
            entry("message", status=dead, reason="unknown handset"),
            entry("one", dispatch=NOTE, status=dead, reason="refused"),
            entry("two", dispatch=NOTE, status=dead, reason="refused"),
            entry("waits", reason="quiet hours", due_at=now + timedelta(hours=9)),
        ):
            made = replace(one, created_at=now, profile_id=ANA)
            await uow.outbox.add(made)
            await uow.outbox.settle(made)
        await uow.consents.suppress(Suppression("sms", EVERY_ADDRESS, "21606", now, Consequence.SENDER_STOPPED))
    service = service_of(connectors="")
    crms = {CRM: next(iter(stage.runtime.crms.values()))}
    return replace(service, runtime=replace(service.runtime, crms=crms))


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


async def look(client: Client) -> Any:
    return await (await client.get("/queues.json")).json()


async def do(client: Client, path: str, **body: Any) -> tuple[int, Any]:
    answer = await client.post(f"/queues/{path}", json=body)
    return answer.status, await answer.json()


async def status_of(stage: Stage, key: str) -> OutboxStatus:
    async with stage.store.transaction() as uow:
        found = await uow.outbox.by_key(key)
    assert found is not None
    return found.status


async def test_it_shows_what_waits_what_was_given_up_and_who_is_stopped(client: Client) -> None:
    told = await look(client)
    lanes = {one["lane"]: one for one in told["lanes"]}
    assert (lanes["replies"]["waiting"], lanes["replies"]["due"], lanes["replies"]["late_seconds"]) == (1, 0, 0)
    assert lanes["crm"]["waiting"] == 0
    assert [(one["to"], one["why"]) for one in told["waiting"]] == [("webchat", "quiet hours")]
    assert told["dead"]["entries"] == 3
    groups = [(one["to"], one["reason"], one["entries"], one["replayable"]) for one in told["dead"]["groups"]]
    assert groups == [(CRM, "refused", 2, True), ("webchat", "unknown handset", 1, False)]
    assert [(one["channel"], one["why"]) for one in told["stopped"]] == [("sms", "21606")]


async def test_it_shows_what_waits_for_a_vendor_that_any_process_leaves_alone(client: Client, stage: Stage) -> None:
    why = f"hubspot {LEFT_ALONE}: check HUBSPOT_TOKEN"
    async with stage.store.transaction() as uow:
        one = replace(entry("lead", dispatch=NOTE), reason=why, due_at=stage.clock.now())
        await uow.outbox.add(one)
        await uow.outbox.settle(one)
    assert (await look(client))["resting"] == [{"to": CRM, "why": why, "entries": 1}]


async def test_what_journeys_could_not_be_told_of_a_segment_is_shown_and_told_again(
    client: Client, stage: Stage
) -> None:
    async with stage.store.transaction() as uow:
        await uow.segments.enter(ANA, "big teams", stage.clock.now())
        await uow.segments.queue(ANA, "big teams", entered=True, at=stage.clock.now())
        [change] = await uow.segments.claim_changes(9)
        await uow.segments.failed(change.position, "KeyError")
    [group] = (await look(client))["untold"]
    assert (group["segment"], group["reason"], group["changes"]) == ("big teams", "KeyError", 1)
    assert (await do(client, "segments/big%20teams/replay"))[0] == 400
    assert await do(client, "segments/big%20teams/replay", reason="KeyError") == (200, {"replayed": 1})
    assert (await look(client))["untold"] == []
    async with stage.store.transaction() as uow:
        assert len(await uow.segments.claim_changes(9)) == 1
        assert (await uow.audit.latest(1))[0].deed.what == "segment.replayed"


async def test_dead_entries_are_listed_without_their_words(client: Client) -> None:
    answer = await client.get("/queues/dead.json", params={"to": CRM, "reason": "refused"})
    assert "Secret" not in await answer.text()
    told = await answer.json()
    assert [(one["what"], one["person"], one["replayable"]) for one in told["entries"]] == [
        (f"note in {CRM}", ANA, True),
        (f"note in {CRM}", ANA, True),
    ]
    assert not told["more"]


async def test_all_of_a_reason_leave_again_or_one_alone(client: Client, stage: Stage) -> None:
    assert await do(client, "replay", entries=["id of one"]) == (200, {"replayed": 1, "left": 0})
    assert await status_of(stage, "two") is OutboxStatus.DEAD
    assert await do(client, "replay", to=CRM, reason="refused") == (200, {"replayed": 1, "left": 0})
    assert await status_of(stage, "two") is OutboxStatus.WAITING


async def test_a_message_does_not_leave_again(client: Client, stage: Stage) -> None:
    assert await do(client, "replay", reason="unknown handset") == (200, {"replayed": 0, "left": 1})
    assert await status_of(stage, "message") is OutboxStatus.DEAD


async def test_what_is_discarded_is_recorded_with_who_and_why(client: Client, stage: Stage) -> None:
    assert await do(client, "discard", entries=["id of message"], why="over") == (200, {"discarded": 1})
    assert await status_of(stage, "message") is OutboxStatus.WITHHELD
    async with stage.store.transaction() as uow:
        record = (await uow.consents.decisions(ANA))[-1]
    assert (record.entry_key, record.outcome, record.why) == (
        "message", "withhold", "discarded by machine: over",
    )  # fmt: skip


async def test_a_stopped_sender_sends_again_and_only_one_that_is_stopped(client: Client) -> None:
    assert await do(client, "senders/sms/lift") == (200, {"lifted": "sms"})
    assert (await look(client))["stopped"] == []
    assert (await do(client, "senders/sms/lift"))[0] == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("replay", {}),
        ("replay", {"entries": ["a"], "to": CRM}),
        ("replay", {"entries": "a"}),
        ("replay", {"entries": [1]}),
        ("replay", {"to": 1}),
        ("discard", {"to": CRM}),
        ("discard", {"to": CRM, "why": " "}),
    ],
)
async def test_what_makes_no_sense_is_refused_with_advice(client: Client, path: str, body: Any) -> None:
    status, told = await do(client, path, **body)
    assert status == 400
    assert "wants" in told["error"] or "say which ones" in told["error"]
    assert (await look(client))["dead"]["entries"] == 3


@pytest.mark.parametrize("role", Role)
async def test_every_role_looks_and_is_told_whether_it_may_do_anything(
    service: Service, stage: Stage, role: Role
) -> None:
    async with stage.store.transaction() as uow:
        word = (await add_key(uow, role, role, who="test", now=stage.clock.now()))[1]
    key = {"Authorization": f"Bearer {word}"}
    app = Server(replace(service, access=CredentialAccess(accounts=True))).application()
    async with TestClient[Any, Any](TestServer(app, host="127.0.0.1")) as client:
        may = (await (await client.get("/queues.json", headers=key)).json())["may_change"]
        lifted = await client.post("/queues/senders/sms/lift", json={}, headers=key)
    assert (may, lifted.status) == ((True, 200) if role is Role.ADMIN else (False, 403))


async def test_only_those_who_may_use_the_api_see_it(service: Service) -> None:
    for access, expected in ((CredentialAccess(token="t"), 401), (CredentialAccess(), 404)):
        app = Server(replace(service, access=access)).application()
        async with TestClient[Any, Any](TestServer(app, host="127.0.0.1")) as client:
            for path in ("/queues", "/queues.json", "/queues/dead.json"):
                assert (await client.get(path)).status == expected
            assert (await client.post("/queues/replay", json={"to": CRM})).status == expected
