"""The page "Access": what it shows, what it does, who may, and that each deed is in the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Account, Role
from bot.entrypoints.serving.http import Server
from bot.services.keep_accounts import add_key, add_user
from bot.services.log_in import begin_session
from tests.audit_log import first_flaw
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage

Client = TestClient[Any, Any]
WORDS = "correct horse battery"


@pytest_asyncio.fixture
async def ada(stage: Stage) -> Account:
    async with stage.store.transaction() as uow:
        return await add_user(uow, "ada@example.com", Role.ADMIN, password="hash", who="test", now=stage.clock.now())


@pytest_asyncio.fixture
async def client(stage: Stage, service_of: ServiceMaker, ada: Account) -> AsyncIterator[Client]:
    """With the key of an admin, unless a request brings another one."""
    async with stage.store.transaction() as uow:
        _, word = await add_key(uow, "test", Role.ADMIN, who="test", now=stage.clock.now())
    service = service_of(connectors="", environment="production", public_url="https://chat.example.com")
    server = Server(replace(service, access=CredentialAccess(accounts=True)))
    headers = {"Authorization": f"Bearer {word}"}
    async with TestClient(TestServer(server.application(), host="127.0.0.1"), headers=headers) as client:
        yield client


async def do(client: Client, path: str, **body: Any) -> tuple[int, Any]:
    answer = await client.post(f"/access/{path}", json=body)
    return answer.status, await answer.json()


async def look(client: Client) -> Any:
    return await (await client.get("/access.json")).json()


async def deeds(stage: Stage) -> list[tuple[str, str, str]]:
    """What, who and from where; the chain holds."""
    async with stage.store.transaction() as uow:
        entries = [*await uow.audit.after(0, 100)]
    assert first_flaw(entries) is None
    return [(one.deed.what, one.deed.who.partition(":")[0], one.deed.origin) for one in entries]


async def test_a_user_is_made_changed_and_disabled(client: Client, stage: Stage) -> None:
    status, made = await do(client, "users", email="Robin@Example.com", role="rep", password=WORDS)
    assert status == 200
    who = made["user"]
    assert (await do(client, f"users/{who}/role", role="marketer"))[1] == {"role": "marketer"}
    assert (await do(client, f"users/{who}/password", password=f"{WORDS}, again"))[0] == 200
    assert (await do(client, f"users/{who}/disable"))[0] == 200
    robin = next(one for one in (await look(client))["users"] if one["id"] == who)
    assert (robin["email"], robin["role"], robin["by_password"]) == ("robin@example.com", "marketer", True)
    assert robin["disabled_at"] is not None
    assert (await do(client, f"users/{who}/enable"))[0] == 200
    done = ["user.added", "user.role", "user.password", "user.disabled", "user.enabled"]
    assert (await deeds(stage))[-5:] == [(one, "key", "this machine") for one in done]
    told = (await look(client))["deeds"]
    assert [one["what"] for one in told[:5]] == done[::-1]


async def test_a_session_is_ended_by_itself(client: Client, stage: Stage, ada: Account) -> None:
    now = stage.clock.now()
    async with stage.store.transaction() as uow:
        for _ in range(2):
            await begin_session(uow, ada, how="password", origin="203.0.113.9", now=now)
    first, second = next(iter((await look(client))["users"]))["sessions"]
    assert (await do(client, f"sessions/{first['id']}/end"))[0] == 200
    assert [one["id"] for one in (await look(client))["users"][0]["sessions"]] == [second["id"]]
    assert (await do(client, f"sessions/{first['id']}/end"))[0] == 409
    assert (await deeds(stage))[-1] == ("session.ended", "key", "this machine")


async def test_a_key_opens_until_it_is_revoked(client: Client) -> None:
    _, made = await do(client, "keys", name="crm", role="read-only")
    headers = {"Authorization": f"Bearer {made['word']}"}
    assert (await client.get("/report.json", headers=headers)).status == 200
    assert (await client.get("/access.json", headers=headers)).status == 403
    assert made["word"] not in str(await look(client))
    assert (await do(client, f"keys/{made['key']}/revoke"))[0] == 200
    assert (await client.get("/report.json", headers=headers)).status == 401


async def test_the_last_admin_stays_one(client: Client, ada: Account) -> None:
    for path, body in ((f"users/{ada.id}/disable", {}), (f"users/{ada.id}/role", {"role": "rep"})):
        status, told = await do(client, path, **body)
        assert (status, "only admin" in told["error"]) == (409, True)
    await do(client, "users", email="robin@example.com", role="admin")
    assert (await do(client, f"users/{ada.id}/disable"))[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("users", {"email": "ada@example.com", "role": "rep"}, 409, "has an account already"),
        ("users", {"email": "nobody", "role": "rep"}, 409, "no e-mail address"),
        ("users", {"email": "a@example.com", "role": "king"}, 400, "admin, marketer, rep"),
        ("users", {"email": "a@example.com", "role": "rep", "password": "short"}, 409, "at least 12 characters"),
        ("users", {"email": 5, "role": "rep"}, 400, '"email" wants a text'),
        ("users/nobody/role", {"role": "rep"}, 404, "no such user"),
        ("keys", {"name": "  ", "role": "rep"}, 400, '"name" wants a text'),
        ("keys/nosuchkey/revoke", {}, 409, "there is no key"),
    ],
)
async def test_what_does_not_go_is_told(client: Client, path: str, body: Any, status: int, told: str) -> None:
    found, answer = await do(client, path, **body)
    assert (found, told in answer["error"]) == (status, True), answer
