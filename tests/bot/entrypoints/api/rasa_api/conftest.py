"""Rasa's HTTP API on the service as it is wired, its worker running: the real path from request to answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import OctKey

from bot.entrypoints.serving.http import Server
from bot.entrypoints.serving.worker import Worker
from bot.entrypoints.wiring.service import Service, open_service
from bot.settings import Settings
from tests.lending import lend_model, lend_store
from tests.ports import free_port

TOKEN = "a token for tests"
SECRET = "a secret of more than thirty-two bytes"


@dataclass
class Api:
    service: Service
    http: ClientSession
    address: str

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN, **headers: str
    ) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        query = f"{'&' if '?' in path else '?'}token={token}" if token else ""
        async with self.http.request(method, f"{self.address}{path}{query}", json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def good(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.ask(method, path, body)
        assert status == 200, answer
        return answer

    async def say(self, sender: str, message: str, **more: Any) -> list[dict[str, Any]]:
        body = {"sender": sender, "message": message, **more}
        answer: list[dict[str, Any]] = await self.good("POST", "/webhooks/rest/webhook", body)
        return answer

    async def events(self, name: str, kind: str) -> list[dict[str, Any]]:
        state = await self.good("GET", f"/conversations/{name}/tracker?include_events=ALL")
        return [event for event in state["events"] if event["event"] == kind]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    folder = tmp_path_factory.mktemp("data")
    lend_model(folder)
    lend_store(folder)
    settings = Settings(
        data=folder,
        port=free_port(),
        api_token=TOKEN,
        api_jwt_secret=SECRET,
        _env_file=None,  # type: ignore[call-arg]
    )
    async with open_service(settings) as service:
        server = TestServer(Server(service).application(), host="127.0.0.1", port=settings.port)
        worker = Worker(service.runtime)
        async with asyncio.TaskGroup() as tasks, server, ClientSession() as http:
            tasks.create_task(worker.run())
            yield Api(service, http, f"http://127.0.0.1:{settings.port}")
            await worker.stop()


@pytest.fixture
def sender() -> str:
    return f"robin-{uuid4()}"


def texts(messages: list[dict[str, Any]]) -> str:
    return "\n".join(message.get("text", "") for message in messages)


def bearer(role: str, name: str) -> str:
    claims = {"user": {"username": name, "role": role}}
    return "Bearer " + jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.encode()))
