"""The navigation offers each role the pages that open for it, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role
from bot.entrypoints.http import Server
from bot.entrypoints.navigation import PAGES
from bot.services.keep_accounts import add_key
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage


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
        for path, _, _ in PAGES:
            status = (await client.get(path, headers=headers)).status
            assert (status, path in offered) in ((200, True), (403, False)), path
        assert (await client.get("/pages.json")).status == 401
