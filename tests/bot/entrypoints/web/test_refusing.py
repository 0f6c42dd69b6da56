from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.refusing import refused
from bot.services.keep_accounts import add_user
from bot.services.log_in import begin_session
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage

FOR_PEOPLE = {"Accept": "text/html,*/*"}


async def answer(
    status: int, accept: str, *, to: str = "/nowhere", method: str = "GET", **headers: str
) -> web.Response:
    sent = {"Accept": accept, **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = make_mocked_request(method, to, headers=sent)
    told = await refused(request, status, "there is <nothing> here", {"Retry-After": "10"})
    assert isinstance(told, web.Response)
    return told


@pytest.mark.parametrize("status", [403, 404, 409, 410, 500, 503])
async def test_a_person_who_looks_for_a_page_gets_one(status: int) -> None:
    told = await answer(status, "text/html,*/*")
    assert (told.status, told.content_type) == (status, "text/html")
    assert told.text is not None
    assert "<p>There is &lt;nothing&gt; here.</p>" in told.text


@pytest.mark.parametrize(("status", "accept"), [(404, "*/*"), (404, "application/json"), (503, "")])
async def test_a_program_gets_json(status: int, accept: str) -> None:
    told = await answer(status, accept)
    assert (told.status, told.content_type) == (status, "application/json")


async def test_when_to_come_back_is_told_with_the_page_too() -> None:
    assert (await answer(503, "text/html")).headers["Retry-After"] == "10"


async def test_a_form_that_was_sent_is_answered_by_a_page_and_a_webhook_by_json() -> None:
    """HTTP clients of many languages say that they take HTML, too."""
    form = await answer(500, "text/html", method="POST", Sec_Fetch_Dest="document")
    webhook = await answer(500, "text/html, */*", method="POST")
    assert (form.content_type, webhook.content_type) == ("text/html", "application/json")


@pytest.mark.parametrize("path", ["/preferences/some.token.here", "/consent/some.token", "/preferences"])
async def test_a_customer_is_told_in_their_language_that_it_does_not_work_now(path: str) -> None:
    for method in ("GET", "POST"):
        told = await answer(503, "text/html", to=path, method=method, Accept_Language="de-AT,de;q=0.9")
        assert told.text is not None
        assert (told.status, told.headers["Retry-After"]) == (503, "10")
        assert "<h1>Das geht gerade nicht</h1>" in told.text
        assert "STOP" in told.text


async def test_a_customers_link_with_something_in_it_is_not_whole(service_of: ServiceMaker) -> None:
    """Also on a developer's own machine: who tries what customers see is led nowhere else."""
    async with TestClient(TestServer(Server(service_of(connectors="")).application(), host="127.0.0.1")) as client:
        told = await client.get("/preferences/a/b", headers=FOR_PEOPLE)
        words = await told.text()
        assert (told.status, "<h1>This link is incomplete</h1>" in words) == (404, True)
        assert "/journeys" not in words


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
    assert (access.status, "Not allowed" in words) == (403, True)
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
