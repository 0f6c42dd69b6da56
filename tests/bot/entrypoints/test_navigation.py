"""The navigation offers each role the pages that open for it, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role
from bot.entrypoints.http import Server
from bot.entrypoints.navigation import BENEATH, PAGES, Navigation
from bot.services.keep_accounts import add_key
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage


@pytest.mark.parametrize(("role", "is_offered"), [(Role.ADMIN, True), (Role.MARKETER, False)])
async def test_the_playground_is_offered_to_admins_where_it_is(
    service_of: ServiceMaker, stage: Stage, role: Role, is_offered: bool
) -> None:
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "reader", role, who="test", now=stage.clock.now()))[1]
    sandbox: Any = object()
    made = replace(service_of(connectors="", login="always"), access=CredentialAccess(accounts=True), sandbox=sandbox)
    app = web.Application()
    Navigation(made).add_routes(app)
    async with TestClient(TestServer(app)) as client:
        told = await client.get("/pages.json", headers={"Authorization": f"Bearer {key}"})
        assert ("/" in (await told.json())["pages"]) is is_offered


@pytest.mark.parametrize("role", Role)
async def test_the_pages_that_are_offered_are_those_that_open(
    service_of: ServiceMaker, stage: Stage, role: Role
) -> None:
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "reader", role, who="test", now=stage.clock.now()))[1]
    made = service_of(connectors="", environment="production", public_url="https://chat.example.com")
    app = Server(replace(made, access=CredentialAccess(accounts=True))).application()
    headers = {"Authorization": f"Bearer {key}"}
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        offered = (await (await client.get("/pages.json", headers=headers)).json())["pages"]
        for path in (*(path for path, *_ in PAGES), *(path for path, _ in BENEATH)):
            status = (await client.get(path, headers=headers)).status
            assert (status, path in offered) in ((200, True), (403, False)), path
        assert "/" not in offered, "nothing runs in a sandbox"
        assert (await client.get("/pages.json")).status == 401
