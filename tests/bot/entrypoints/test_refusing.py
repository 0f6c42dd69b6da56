from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role
from bot.entrypoints.http import Server
from bot.entrypoints.refusing import refused
from bot.services.keep_accounts import add_user
from bot.services.log_in import begin_session
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage

FOR_PEOPLE = {"Accept": "text/html,*/*"}


async def answer(status: int, accept: str) -> web.Response:
    request = make_mocked_request("GET", "/nowhere", headers={"Accept": accept})
    told = await refused(request, status, "there is <nothing> here")
    assert isinstance(told, web.Response)
    return told


@pytest.mark.parametrize("status", [403, 404])
async def test_a_person_who_looks_for_a_page_gets_one(status: int) -> None:
    told = await answer(status, "text/html,*/*")
    assert (told.status, told.content_type) == (status, "text/html")
    assert told.text is not None
    assert "<p>There is &lt;nothing&gt; here.</p>" in told.text


@pytest.mark.parametrize(("status", "accept"), [(404, "*/*"), (404, "application/json"), (409, "text/html")])
async def test_a_program_gets_json(status: int, accept: str) -> None:
    told = await answer(status, accept)
    assert (told.status, told.content_type) == (status, "application/json")


@pytest.fixture
async def client(service_of: ServiceMaker) -> AsyncIterator[TestClient[Any, Any]]:
    """In production, where people log in."""
    made = service_of(connectors="", environment="production", public_url="https://chat.example.com")
    app = Server(replace(made, access=CredentialAccess(accounts=True))).application()
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


@pytest.fixture
async def ada(stage: Stage) -> Mapping[str, str]:
    """The cookie of her browser, in which she is logged in; she may read."""
    now = stage.clock.now()
    async with stage.store.transaction() as uow:
        account = await add_user(uow, "ada@example.com", Role.READ_ONLY, password="", who="test", now=now)
        word = await begin_session(uow, account, how="password", origin="203.0.113.9", now=now)
    return {"Cookie": f"__Host-overture={word}"}


async def test_a_customer_who_mistyped_an_address_is_led_to_none_of_our_pages(client: TestClient[Any, Any]) -> None:
    for cookie in ({}, {"Cookie": "__Host-overture=of-nobody"}):
        told = await client.get("/nowhere", headers={**FOR_PEOPLE, **cookie})
        words = await told.text()
        assert (told.status, "There is nothing at this address" in words) == (404, True)
        assert "<a " not in words


async def test_who_is_logged_in_is_led_on(client: TestClient[Any, Any], ada: Mapping[str, str]) -> None:
    nowhere = await client.get("/nowhere", headers={**FOR_PEOPLE, **ada})
    assert '<a class="button" href="/journeys">' in await nowhere.text()
    access = await client.get("/access", headers={**FOR_PEOPLE, **ada})
    words = await access.text()
    assert (access.status, "Not for your role" in words) == (403, True)
    assert '<a class="button" href="/account">' in words


async def test_on_a_developers_own_machine_everybody_is_led_on(service_of: ServiceMaker) -> None:
    async with TestClient(TestServer(Server(service_of(connectors="")).application(), host="127.0.0.1")) as client:
        told = await client.get("/nowhere", headers=FOR_PEOPLE)
        assert '<a class="button" href="/journeys">' in await told.text()


async def test_what_a_stranger_may_not_do_is_not_told_as_a_matter_of_roles() -> None:
    told = await answer(403, "text/html")
    assert told.text is not None
    assert "<h1>Not allowed</h1>" in told.text
    assert "<a " not in told.text
