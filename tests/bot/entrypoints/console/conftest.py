"""A client of a service's pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service

Client = TestClient[Any, Any]
ClientMaker = Callable[[Service], AbstractAsyncContextManager[Client]]


@pytest.fixture
def client_of() -> ClientMaker:
    @asynccontextmanager
    async def client_of(service: Service) -> AsyncIterator[Client]:
        async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
            yield client

    return client_of
