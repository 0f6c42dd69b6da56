"""The page "People": who is found, what is shown of them, and who may look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.audience import Segment
from bot.domain.effects import ChangeScore, SetAttribute
from bot.domain.person import Identity
from bot.entrypoints.http import Server
from bot.entrypoints.wiring import Service
from tests.bot.services.stage import ANA, PHONE, Stage

Client = TestClient[Any, Any]


@pytest_asyncio.fixture
async def client(service_of: Callable[..., Service], stage: Stage) -> AsyncIterator[Client]:
    await stage.meet(attributes={"name": "Ana Bell", "team_size": 50})
    await stage.consent()
    await stage.says("greet")
    segments = {"big": Segment("big", "profile.team_size > 20")}
    stage.library.playbook = replace(stage.library.playbook, segments=segments)
    await stage.do(ChangeScore("engagement", 10, "came", "came"), SetAttribute("team_size", 50))
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), stage.clock.now())
    async with TestClient(TestServer(Server(service_of(connectors="")).application(), host="127.0.0.1")) as client:
        yield client


async def test_somebody_is_found_by_a_part_of_what_is_known(client: Client) -> None:
    told = await (await client.get("/people/find.json", params={"text": "ana@"})).json()
    assert [(one["person"], one["name"]) for one in told["people"]] == [("ana", "Ana Bell")]
    assert told["more"] is False
    assert (await (await client.get("/people/find.json")).json())["people"] == []


async def test_what_is_known_is_shown_and_that_somebody_looked_is_noted(client: Client, stage: Stage) -> None:
    told = await (await client.get("/people/ana.json")).json()
    email, phone = told["identities"]
    assert (phone["kind"], phone["value"], phone["proved"]) == ("phone", PHONE, True)
    assert phone["words"].startswith("said by the person on sms: message sms:")
    assert (email["value"], email["proved"], email["words"]) == ("ana@example.com", False, "not known, before 0.1.0")
    assert told["provenance"]["attributes"]["name"] == {"source": None, "words": "not known, before 0.1.0"}
    assert [one["value"] for one in told["attributes"]] == ["Ana Bell", 50]
    assert told["consent"][0]["granted"]
    assert told["timeline"][0]["event"] == "message.received"
    assert (told["objects_since"], told["held_until"]) == (None, None)
    assert told["grade"] == "C2: fit 0, engagement 10"
    assert [(one["dimension"], one["why"]) for one in told["score"]] == [("engagement", "+10 came")]
    since = stage.clock.now().isoformat()
    assert told["segments"] == [{"segment": "big", "since": since, "while": "profile.team_size > 20"}]
    async with stage.store.transaction() as uow:
        (entry, *_) = await uow.audit.latest(1)
    assert (entry.deed.what, entry.deed.about) == ("person.looked_at", "ana")
    assert (await client.get("/people/nobody.json")).status == 404


async def test_the_page_is_there_for_those_who_may_do_what_people_ask_for(
    client: Client, service_of: Callable[..., Service]
) -> None:
    assert "Find somebody" in await (await client.get("/people")).text()
    closed = replace(service_of(connectors=""), access=CredentialAccess(token="a token"))
    async with TestClient(TestServer(Server(closed).application(), host="127.0.0.1")) as stranger:
        for path in ("/people", "/people/find.json?text=ana", "/people/ana.json"):
            assert (await stranger.get(path, allow_redirects=False)).status in (302, 303, 401)
