"""The OpenAPI document: valid, and with every address that the router has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from bot.entrypoints.api.openapi import document
from bot.entrypoints.api.openapi.document import METHODS, operations
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.console.sandbox import Sandbox
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.ports import Abilities, Reply, WebhookRequest
from tests.bot.services.fakes import FakeChannel

FILES = {"/playground", "/widget.js", "/widget/{file}"}
"""Scripts and styles of our own pages."""

ANY_METHOD = {"/channels/{channel}/{tail}", "/crms/{crm}"}
"""The connector says which methods an address has; the document names those that vendors use."""


class InstalledChannel(FakeChannel):
    """A channel that somebody lets into a workspace, as Slack is."""

    async def visit(self, request: WebhookRequest) -> Reply:
        raise NotImplementedError("it is described here, and never visited")


def described() -> set[tuple[str, str]]:
    paths = document("http://localhost:8080")["paths"]
    return {(method.upper(), path) for path, item in paths.items() for method in METHODS if method in item}


def routed(app: web.Application) -> Iterator[tuple[str, str]]:
    for route in app.router.routes():
        path = route.resource.canonical if route.resource is not None else ""
        if route.method != "HEAD" and path not in FILES:
            yield route.method, path


async def test_the_document_has_every_address_and_no_other(service_of: Callable[..., Service]) -> None:
    service = service_of(connectors="")
    channels = {**service.runtime.channels, "slack": InstalledChannel("slack", Abilities("slack"))}
    service = replace(service, runtime=replace(service.runtime, channels=channels))
    sandbox = Sandbox(service.runtime.clock)
    apps = [Server(one).application() for one in (service, replace(service, sandbox=sandbox))]
    found = {one for app in apps for one in routed(app)}
    assert {path for method, path in found if method == "*"} == ANY_METHOD
    assert {one for one in described() if one[1] not in ANY_METHOD} == {
        one for one in found if one[1] not in ANY_METHOD
    }
    assert {path for _, path in described()} >= ANY_METHOD


def test_the_document_is_valid_and_each_operation_has_a_name_of_its_own() -> None:
    told = document("https://chat.example.com")
    validate(told)
    names = [one["operationId"] for one in operations(told["paths"])]
    assert len(set(names)) == len(names)
    assert {tag for one in operations(told["paths"]) for tag in one["tags"]} == {tag["name"] for tag in told["tags"]}


async def test_it_is_served_to_everybody_and_shown_to_people(service_of: Callable[..., Service]) -> None:
    app = Server(service_of(connectors="")).application()
    async with TestClient[Any, Any](TestServer(app, host="127.0.0.1")) as client:
        answer = await client.get("/openapi.json")
        assert answer.status == 200
        told = await answer.json()
        page = await client.get("/api")
        shown = await page.text()
    assert page.content_type == "text/html"
    for one in operations(told["paths"]):
        assert f'<details id="{one["operationId"]}">' in shown


def test_a_command_writes_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "https://chat.example.com")
    assert run(["openapi"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["servers"] == [{"url": "https://chat.example.com"}]
    validate(told)
