"""`/openapi.json`, and `/api`: the same for people. Open to everybody; what they tell is in the source, too."""

from __future__ import annotations

import asyncio
import json
from functools import cached_property

from aiohttp import web

from bot.entrypoints.api.openapi.document import document
from bot.entrypoints.api.openapi.page import api_page
from bot.entrypoints.wiring.service import Service


class ApiDocument:
    def __init__(self, service: Service) -> None:
        self._service_url = service.settings.service_url

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/openapi.json", self._json)
        app.router.add_get("/api", self._page)

    @cached_property
    def _written(self) -> tuple[bytes, str]:
        told = document(self._service_url)
        return json.dumps(told).encode(), api_page(told)

    async def _json(self, _request: web.Request) -> web.StreamResponse:
        body, _ = await asyncio.to_thread(lambda: self._written)
        return web.Response(body=body, content_type="application/json")

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        _, page = await asyncio.to_thread(lambda: self._written)
        return web.Response(text=page, content_type="text/html")
