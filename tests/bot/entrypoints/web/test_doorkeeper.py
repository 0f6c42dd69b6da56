"""Who may come through which door of the HTTP server, by key and role."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import RIGHTS, Right, Role
from bot.domain.provenance import Origin, Source
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.limits import Limit, Rate
from bot.entrypoints.wiring.service import Service
from bot.services.keep_accounts import add_key, revoke_key
from tests.audit_log import first_flaw
from tests.bot.services.stage import ANA, Stage
from tests.contracts.samples import NOON
from tests.scenarios.stage import set_stage

Client = TestClient[Any, Any]

DOORS = [
    ("GET", "/journeys.json", Right.SEE_JOURNEYS),
    ("POST", "/journeys/demo-follow-up", Right.EDIT_JOURNEYS),
    ("POST", "/journeys/demo-follow-up/stop", Right.PUBLISH_JOURNEYS),
    ("POST", "/journeys/demo-follow-up/enrolments", Right.ENROL),
    ("POST", "/v1/events", Right.TELL_EVENTS),
    ("POST", "/v1/people", Right.TAKE_PEOPLE),
    ("POST", "/people/import", Right.TAKE_PEOPLE),
    ("GET", "/understanding", Right.SEE_UNDERSTANDING),
    ("POST", "/understanding/label", Right.LABEL_MESSAGES),
    ("GET", "/conversations/robin/tracker", Right.SEE_CONVERSATIONS),
    ("POST", "/conversations/robin/execute", Right.CONVERSE),
    ("GET", "/v1/people/ana", Right.SEE_PEOPLE),
    ("GET", "/v1/people/ana/data", Right.EXPORT_PEOPLE),
    ("PUT", "/v1/people/ana/restriction", Right.HONOUR_WISHES),
    ("POST", "/v1/people/ana/merges", Right.MERGE_PEOPLE),
    ("POST", "/webhooks/actions", Right.ADMINISTER),
    ("GET", "/metrics", Right.WATCH),
    ("GET", "/report.json", Right.WATCH),
    ("GET", "/access.json", Right.ADMINISTER),
    ("POST", "/access/users", Right.ADMINISTER),
    ("POST", "/access/keys", Right.ADMINISTER),
]


@pytest.fixture
async def service(service_of: Callable[..., Service], stage: Stage) -> Service:
    """In production, with Ana."""
    await stage.meet(attributes={"team_size": 50})
    made = service_of(
        connectors="", environment="production", edit_journeys=True, public_url="https://chat.example.com"
    )
    return replace(made, access=CredentialAccess(accounts=True))


@pytest.fixture
async def client(service: Service) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


async def key_of(stage: Stage, role: Role) -> str:
    async with stage.store.transaction() as uow:
        return (await add_key(uow, "crm", role, who="test", now=stage.clock.now()))[1]


@pytest.mark.parametrize("host", ["localhost:99999999", "localhost:x", "[::1", "a:b:c", "a/b?token=c#"])
async def test_a_host_that_is_none_is_no_fault_of_ours(client: Client, stage: Stage, host: str) -> None:
    """It needs no key to be written, and an error of the service's own would call somebody out of bed."""
    for key, status in ((await key_of(stage, Role.ADMIN), 200), ("", 401)):
        headers = {"Host": host, "Authorization": f"Bearer {key}"}
        assert (await client.get("/journeys.json", headers=headers)).status == status


@pytest.mark.parametrize("role", Role)
async def test_each_door_lets_in_whose_role_has_the_right(client: Client, stage: Stage, role: Role) -> None:
    key = await key_of(stage, role)
    for method, path, right in DOORS:
        answer = await client.request(method, path, headers={"Authorization": f"Bearer {key}"}, json={})
        allowed = answer.status != 403
        words = await answer.text()
        assert allowed is (right in RIGHTS[role]), (method, path, words)
        assert answer.status != 401
        if not allowed:
            assert f"The role {role} may not {right}" in words


def test_each_right_has_a_door_here() -> None:
    assert {right for _, _, right in DOORS} == set(Right)


async def test_a_person_is_shown_as_the_role_of_the_caller_sees_them(client: Client, stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
        key = Origin(Source.API, stage.clock.now(), "key:1")
        await uow.profiles.save(profile.told(key, lambda _: (), attributes={"team_size": 70}))
    for role, seen, before in ((Role.COMPLIANCE, 70, 50), (Role.MARKETER, "•••", "•••")):
        headers = {"Authorization": f"Bearer {await key_of(stage, role)}"}
        told = await (await client.get("/v1/people/ana", headers=headers)).json()
        assert told["attributes"]["team_size"] == seen
        assert told["provenance"]["attributes"]["team_size"]["by"] == "key:1"
        assert told["provenance"]["attributes"]["team_size"]["replaced"]["value"] == before
    assert (await client.get("/v1/people/nobody", headers=headers)).status == 404


async def test_the_first_user_and_the_first_key_that_are_made_while_it_runs_open_it(
    service: Service, stage: Stage
) -> None:
    looks = {"Accept": "text/html"}
    closed = replace(service, access=CredentialAccess())
    async with TestClient(TestServer(Server(closed).application(), host="127.0.0.1")) as client:
        for method, path, _ in DOORS:
            assert (await client.request(method, path, json={})).status == 404, path
        for path in ("/", "/version", "/webhooks/rest/"):
            assert (await client.get(path)).status == 404, path
        page = await client.get("/journeys", headers=looks)
        assert (page.status, "overture users add" in await page.text()) == (404, True)

        headers = {"Authorization": f"Bearer {await key_of(stage, Role.ADMIN)}"}
        page = await client.get("/journeys", headers=looks, allow_redirects=False)
        assert (page.status, page.headers["Location"]) == (303, "/login?next=/journeys")
        for path in ("/journeys", "/journeys.json", "/version"):
            assert (await client.get(path, headers=headers)).status == 200, path
        assert (await client.get("/journeys.json")).status == 401


async def test_without_a_key_nothing_is_open_and_a_wrong_one_says_so(client: Client, stage: Stage) -> None:
    for method, path, _ in DOORS:
        assert (await client.request(method, path, json={})).status == 401
    wrong = {"Authorization": "Bearer ovt_abcdefgh_0123"}
    answer = await client.get("/journeys.json", headers=wrong)
    assert answer.status == 401
    assert "revoked" in (await answer.json())["error"]


async def test_a_revoked_key_opens_nothing_from_then_on(client: Client, stage: Stage) -> None:
    key = await key_of(stage, Role.ADMIN)
    headers = {"Authorization": f"Bearer {key}"}
    assert (await client.get("/journeys.json", headers=headers)).status == 200
    async with stage.store.transaction() as uow:
        await revoke_key(uow, key, who="test", now=stage.clock.now())
    assert (await client.get("/journeys.json", headers=headers)).status == 401


@pytest.mark.parametrize(
    ("path", "feed"), [("/playground/events", "explain"), ("/channels/rest/events?sender=robin", "rest:robin")]
)
async def test_a_revoked_key_reads_no_more_of_a_stream_that_is_open(tmp_path: Path, path: str, feed: str) -> None:
    """It is open for as long as its reader likes, and would tell whoever stole the key for ever."""
    async with set_stage(tmp_path, login="always") as stage, ClientSession(f"{stage.address}/") as http:
        store, feeds = stage.service.runtime.store, stage.service.feeds
        async with store.transaction() as uow:
            _, key = await add_key(uow, "screen", Role.ADMIN, who="test", now=NOON)
        async with http.get(path, headers={"Authorization": f"Bearer {key}"}) as stream, asyncio.timeout(10):
            await feeds.append(feed, "1", {"said": "while it holds"})
            lines = [line async for line in lines_until(stream, b"while it holds")]
            assert b"while it holds" in lines[-1]
            async with store.transaction() as uow:
                await revoke_key(uow, key, who="test", now=NOON)
            await feeds.append(feed, "2", {"said": "once it is revoked"})
            assert b"once it is revoked" not in await stream.content.read()


async def lines_until(stream: ClientResponse, words: bytes) -> AsyncIterator[bytes]:
    async for line in stream.content:
        yield line
        if words in line:
            return


async def test_a_page_whose_session_has_ended_is_told_so_in_words_for_people(client: Client) -> None:
    answer = await client.get("/journeys.json", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status == 401
    assert (await answer.json())["error"].startswith("You are logged out. Log in again in another tab")
    from_elsewhere = await client.get("/journeys.json", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Send a key" in (await from_elsewhere.json())["error"]


async def test_a_browser_that_looks_for_a_page_is_led_to_the_login(client: Client) -> None:
    answer = await client.get("/journeys?x=1", headers={"Accept": "text/html"}, allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"] == "/login?next=/journeys%3Fx%3D1"


async def test_what_is_done_to_people_is_in_the_audit_log_and_outlives_them(client: Client, stage: Stage) -> None:
    key = await key_of(stage, Role.COMPLIANCE)
    headers = {"Authorization": f"Bearer {key}"}
    assert (await client.get("/v1/people/ana/data", headers=headers)).status == 200
    assert (await client.delete("/v1/people/ana", headers=headers)).status == 200
    assert (await client.delete("/v1/people/ana", headers=headers)).status == 404
    async with stage.store.transaction() as uow:
        entries = await uow.audit.after(0, 10)
    assert [one.deed.what for one in entries] == ["key.added", "person.exported", "person.erased"]
    assert {one.deed.about for one in entries[1:]} == {ANA}
    assert {one.deed.who for one in entries[1:]} == {f"key:{key[4:12]}"}
    assert first_flaw(entries) is None


async def test_a_key_asks_for_people_so_often_and_no_quicker(service: Service, client: Client, stage: Stage) -> None:
    """Another key does as it likes, and so does this one elsewhere."""
    service.doors.of_people = Limit(Rate(per_second=0.1, burst=2))
    keys = [{"Authorization": f"Bearer {await key_of(stage, Role.COMPLIANCE)}"} for _ in range(2)]
    answers = [await client.get("/v1/people/ana", headers=keys[number > 2]) for number in range(4)]
    assert [one.status for one in answers] == [200, 200, 429, 200]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert (await client.get("/report.json", headers=keys[0])).status == 200
