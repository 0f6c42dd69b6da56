"""Journeys over HTTP: who may let people in, what a request must say, and what it is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of

Maker = Callable[..., Service]
PATH = "/journeys/welcome/enrolments"


@asynccontextmanager
async def client_of(service: Service) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


@pytest.fixture
async def service(service_of: Maker, stage: Stage) -> Service:
    await stage.meet()
    stage.play(journey_of("- add_to: done", "enter: {api: true, if: event.size > 10}"))
    return service_of(connectors="")


async def test_another_system_lets_somebody_in(service: Service, stage: Stage) -> None:
    async with client_of(service) as client:
        answer = await client.post(PATH, json={"person": {"phone": PHONE}, "data": {"size": 50}})
        told = await answer.json()
    assert (answer.status, told["outcome"], told["person"]) == (200, "entered", ANA)
    await stage.settle()
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).tags == {"done"}


async def test_the_same_key_gives_the_same_answer(service: Service, stage: Stage) -> None:
    told = []
    async with client_of(service) as client:
        for _ in range(2):
            answer = await client.post(
                PATH, json={"person": {"id": ANA}, "data": {"size": 50}}, headers={"Idempotency-Key": "order 7"}
            )
            told.append((answer.status, await answer.json()))
        without = await client.post(PATH, json={"person": {"id": ANA}, "data": {"size": 50}})
    assert told[0] == told[1]
    assert told[0][0] == 200
    assert without.status == 409
    entered = {"journey": "welcome", "outcome": "entered"}
    assert [(one.what, one.about, one.detail) for one in await stage.deeds()] == [("person.let_in", ANA, entered)]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("no JSON", 400, "not JSON"),
        ("[]", 400, "not an object"),
        ('{"person": {"id": "ana"}, "data": {"size": NaN}}', 400, "not JSON"),
        ('{"person": {"id": "ana"}, "data": 5}', 400, '"data" must be an object'),
        ('{"person": {"id": "ana"}, "dat": {}}', 400, 'there is no "dat" here'),
        (f'{{"person": {{"id": "ana"}}, "data": {{"size": {"[" * 190}{"]" * 190}}}}}', 400, "nested too deep"),
        ("{}", 400, '"person" must say who it is'),
        ('{"person": {"id": "ana", "phone": "+447700900123"}}', 400, '"person" must say who it is'),
        ('{"person": {"phone": "07700 900123"}}', 400, "must begin with +"),
        ('{"person": {"email": "ana"}}', 400, "the e-mail address is not valid"),
        ('{"person": {"id": "nobody"}, "data": {"size": 50}}', 404, 'there is no person "nobody"'),
        ('{"person": {"id": "ana"}, "data": {"size": 5}}', 409, "its condition does not hold"),
    ],
)
async def test_a_request_that_cannot_be_taken_says_why(service: Service, body: str, status: int, words: str) -> None:
    async with client_of(service) as client:
        answer = await client.post(PATH, data=body)
        assert answer.status == status
        assert words in (await answer.json())["error"]


async def test_a_journey_that_the_api_does_not_open_is_not_there(service: Service) -> None:
    async with client_of(service) as client:
        answer = await client.post("/journeys/other/enrolments", json={"person": {"id": ANA}})
        assert answer.status == 404
        assert "enter: {api: true}" in (await answer.json())["error"]


async def test_nobody_comes_in_without_a_credential(service: Service) -> None:
    closed = replace(service, access=CredentialAccess())
    async with client_of(closed) as client:
        assert (await client.post(PATH, json={})).status == 404
    guarded = replace(service, access=CredentialAccess(token="a token"))
    async with client_of(guarded) as client:
        assert (await client.post(PATH, json={})).status == 401
        answer = await client.post(f"{PATH}?token=a token", json={"person": {"id": ANA}, "data": {"size": 50}})
        assert answer.status == 200
