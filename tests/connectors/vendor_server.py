"""What tests of connectors need: a clock that stands still, a feed in memory, a server in a vendor's place."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest
from aiohttp import web

from bot.adapters.api_access import CredentialAccess
from bot.ports import Clock, ConnectorSettings, Installations, Reply, SandboxVendor, WebhookRequest

NOW = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
SERVICE_URL = "https://chat.example.com"
SECRET = "the secret of an installation in a test"
API_TOKEN = "the token of a program in a test"
SHARED = Path(__file__).parents[3] / "shared"


def shared(path: str) -> Path:
    """A file of the vendors' own test material; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"../shared is absent: the vendors' payloads are not here ({path})")
    return SHARED / path


@dataclass
class StillClock:
    at: datetime = NOW
    step: timedelta = timedelta()

    def now(self) -> datetime:
        return self.at

    def follow(self) -> None: ...


class MemoryFeed:
    def __init__(self) -> None:
        self.entries: dict[str, dict[str, Mapping[str, Any]]] = {}

    async def append(self, feed: str, key: str, item: Mapping[str, Any]) -> None:
        self.entries.setdefault(feed, {}).setdefault(key, item)

    async def items(self, feed: str) -> Sequence[Mapping[str, Any]]:
        return list(self.entries.get(feed, {}).values())


@dataclass(frozen=True)
class At:
    """A reply to those calls alone whose method and path match, such as `POST .*/batch/upsert`."""

    calls: str
    reply: Reply


Fault = Reply | At | Literal["hang up", "say nothing", "pass", "take it and hang up"]


@dataclass
class VendorServer:
    """Answers as `vendor` does, except that it first serves the `faults`, one a call. Keeps what it was asked.

    A fault that is None lets one call pass.
    """

    vendor: SandboxVendor
    clock: Clock
    faults: list[Fault | None] = field(default_factory=list)
    asked: list[WebhookRequest] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebhookRequest(request.method, str(request.url), headers, await request.read(), self.clock.now())
        self.asked.append(asked)
        match self.faults.pop(0) if self.faults else None:
            case None | "pass":
                return _response(await self.vendor.answer(asked))
            case Reply() as reply:
                return _response(reply)
            case At(calls=calls, reply=reply):
                meant = re.fullmatch(calls, f"{request.method} {request.path}")
                return _response(reply if meant else await self.vendor.answer(asked))
            case "hang up" | "take it and hang up" as fault:
                if fault != "hang up":
                    await self.vendor.answer(asked)
                if request.transport is not None:  # unless whoever asked has hung up
                    request.transport.abort()
            case "say nothing":
                await asyncio.sleep(3600)
        return web.Response()


def _response(reply: Reply) -> web.Response:
    return web.Response(
        status=reply.status, body=reply.body, headers={**reply.headers, "Content-Type": reply.content_type}
    )


@asynccontextmanager
async def serve(server: VendorServer) -> AsyncIterator[VendorServer]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}"
        yield server
    finally:
        await runner.cleanup()


def settings_for(
    module: ModuleType,
    *,
    feed: MemoryFeed | None = None,
    clock: Clock | None = None,
    sandbox_url: str | None = None,
    values: Mapping[str, str] | None = None,
    installations: Installations | None = None,
) -> ConnectorSettings:
    """A connector's settings in the sandbox, some of them changed."""
    made_up = module.sandbox_values(SECRET) if hasattr(module, "sandbox_values") else {}
    return ConnectorSettings(
        values={"OVERTURE_SECRET": SECRET, **made_up, **(values or {})},
        service_url=SERVICE_URL,
        clock=clock or StillClock(),
        feed=feed or MemoryFeed(),
        sandbox_url=sandbox_url,
        access=CredentialAccess(token=API_TOKEN, jwt_secret=SECRET),
        installations=installations,
    )


def built(module: ModuleType, name: str, **settings: Any) -> Any:
    """The channel of this name that the connector builds."""
    found = module.build(settings_for(module, **settings))
    channels = found if isinstance(found, Sequence) else (found,)
    return next(one for one in channels if one.name == name)


def request_to(
    path: str, headers: Mapping[str, str] | None = None, *, method: str = "POST", body: bytes = b"", at: datetime = NOW
) -> WebhookRequest:
    """A request to our own webhook."""
    return WebhookRequest(method, f"{SERVICE_URL}/channels/{path}", headers or {}, body, at)
