"""Each page stands in one frame, whose navigation offers each role the pages that open for it, and no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import RIGHTS, Right, Role
from bot.entrypoints.console.framing import FRAME, PAGES
from bot.entrypoints.console.navigation import PARTS
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.services.keep_accounts import add_key, add_user
from bot.services.log_in import begin_session
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage

LISTED = [page for part in PARTS for page in part.pages]


def links_of(page: str, *within: str) -> Mapping[str, str]:
    """The names that the page's navigation offers, by their addresses: of its bar, or within this part."""
    found: dict[str, str] = {}
    for label in within or ("Pages",):
        for nav in re.findall(rf'<nav[^>]* aria-label="{label}">(.*?)</nav>', page, re.DOTALL):
            found |= {path: name for path, _, name in re.findall(r'<a href="(.*?)"(.*?)>(.*?)</a>', nav)}
    return found


async def key_for(stage: Stage, role: Role) -> Mapping[str, str]:
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "reader", role, who="test", now=stage.clock.now()))[1]
    return {"Authorization": f"Bearer {key}"}


def served(service: Service, **changes: Any) -> TestClient[Any, Any]:
    made = replace(service, access=CredentialAccess(accounts=True), **changes)
    return TestClient(TestServer(Server(made).application(), host="127.0.0.1"))


@pytest.mark.parametrize(("role", "is_offered"), [(Role.ADMIN, True), (Role.MARKETER, False)])
async def test_the_playground_is_offered_to_admins_where_it_is(
    service_of: ServiceMaker, stage: Stage, role: Role, is_offered: bool
) -> None:
    headers = await key_for(stage, role)
    vendors = {"alexa": SimpleNamespace(name="alexa")}
    sandbox: Any = SimpleNamespace(vendors=vendors)
    async with served(service_of(connectors="", login="always"), sandbox=sandbox) as client:
        links = links_of(await (await client.get("/journeys", headers=headers)).text())
        assert ("/" in links) == is_offered
        if is_offered:
            speakers = await (await client.get("/speakers", headers=headers)).text()
            assert links_of(speakers, "Playground") == {"/": "Playground", "/speakers": "Speakers"}


@pytest.mark.parametrize("role", Role)
async def test_the_pages_that_are_offered_are_those_that_open(
    service_of: ServiceMaker, stage: Stage, role: Role
) -> None:
    headers = await key_for(stage, role)
    service = service_of(connectors="", environment="production", public_url="https://chat.example.com")
    async with served(service) as client:
        offered = links_of(await (await client.get("/journeys", headers=headers)).text())
        for part in PARTS:
            within: Mapping[str, str] = {}
            for path, name, _ in part.pages:
                answer = await client.get(path, headers=headers)
                if answer.status == 403:
                    assert path not in within, path
                    continue
                page = await answer.text()
                assert (answer.status, links_of(page)) == (200, offered)
                within = within or links_of(page, part.name) or {path: name}
                assert (links_of(page, part.name) or {path: name}) == within
                assert within[path] == name
                assert {*within} & {*offered}, "the part leads to one of them"
                assert page.count('aria-current="page"') == (1 if len(within) == 1 or path not in offered else 2)
                assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "/" not in offered, "nothing runs in a sandbox"
        assert "/account" not in offered, "a key has none"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.REP])
async def test_people_lead_to_the_import_where_it_opens(service_of: ServiceMaker, stage: Stage, role: Role) -> None:
    headers = await key_for(stage, role)
    async with served(service_of(connectors="", login="always")) as client:
        people = await (await client.get("/people", headers=headers)).text()
        there = await client.get("/people/import", headers=headers)
        opens = Right.TAKE_PEOPLE in RIGHTS[role]
        assert there.status == (200 if opens else 403)
        assert ("Import…</a>" in people, "/people/import" in links_of(people, "People")) == (opens, opens)


async def test_who_is_logged_in_gets_to_their_account_from_every_page(service_of: ServiceMaker, stage: Stage) -> None:
    service = service_of(connectors="", login="always")
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        ada = await add_user(uow, "ada@example.com", Role.ADMIN, password="hash", who="test", now=now)
        token = await begin_session(uow, ada, how="password", origin="::1", now=now)
    headers = {"Cookie": f"{service.doors.cookie}={token}"}
    async with served(service) as client:
        for path, _, _ in LISTED:
            assert links_of(await (await client.get(path, headers=headers)).text())["/account"] == "Your account"
        account = links_of(await (await client.get("/account", headers=headers)).text())
        assert [*account] == [path for path, _, _ in LISTED]


BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(("role", "leads"), [(Role.ADMIN, False), (Role.REP, True)])
@pytest.mark.parametrize("in_sandbox", [True, False])
async def test_who_opens_the_services_own_address_in_a_browser_is_led_to_what_they_may_see(
    service_of: ServiceMaker, stage: Stage, role: Role, leads: bool, in_sandbox: bool
) -> None:
    headers = {**await key_for(stage, role), **BROWSER}
    sandbox: Any = SimpleNamespace(vendors={}) if in_sandbox else None
    async with served(service_of(connectors="", login="always"), sandbox=sandbox) as client:
        answer = await client.get("/?token=a", headers=headers, allow_redirects=False)
        if leads or not in_sandbox:
            assert (answer.status, answer.headers["Location"]) == (303, "/journeys?token=a")
        else:
            assert answer.status == 200


async def test_a_program_of_rasas_is_greeted_there_as_before(service_of: ServiceMaker) -> None:
    async with served(service_of(connectors="")) as client:
        assert (await (await client.get("/")).text()).startswith("Hello from Overture")


async def test_a_page_that_is_a_part_of_another_marks_it_and_each_link_keeps_the_token(
    service_of: ServiceMaker,
) -> None:
    access = CredentialAccess(token='s3"cret')
    app = Server(replace(service_of(connectors=""), access=access)).application()
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        page = await (await client.get("/journeys/demo-follow-up", params={"token": 's3"cret'})).text()
        assert page.count('<a href="/journeys?token=s3%22cret" aria-current="true">Journeys</a>') == 2
        assert "/people?token=s3%22cret" in links_of(page)


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda page: page.name)
def test_no_page_repeats_what_the_frame_has(page: Any) -> None:
    text = page.read_text(encoding="utf-8")
    for once in ("<!doctype", "<body", 'class="bar"', 'aria-label="Pages"', 'id="toast"', 'id="done"'):
        assert (once in text) is (page.name == FRAME), once
