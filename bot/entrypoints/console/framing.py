"""The frame in which each of our pages stands: its head, and a bar with the pages that are for whoever looks.

A page is a file in `pages/` that fills the blocks of `frame.html`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from liquid import BoundTemplate, Environment, FileSystemLoader

from bot.entrypoints.console.navigation import pages_beneath, pages_for
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.wiring.service import Service

PAGES = Path(__file__).parent / "pages"
FRAME = "frame.html"
TOKEN = "token"  # noqa: S105  the name of a parameter
"""What a page's address has of whoever has no session: each link goes on with it."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page_of(file: str) -> BoundTemplate:
    return Environment(extra=True, autoescape=True, loader=FileSystemLoader(PAGES)).get_template(file)


def framed(service: Service, file: str) -> Handler:
    """Serves the page of this file to whoever was admitted."""
    template = page_of(file)

    async def serve(request: web.Request) -> web.StreamResponse:
        beneath = {name: _with_token(path, request) for name, path in pages_beneath(request.get(CALLER)).items()}
        text = template.render(links=list(_links(service, request)), beneath=beneath)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "private, no-cache"})

    return serve


def _links(service: Service, request: web.Request) -> Iterator[Mapping[str, str | None]]:
    """`current`: the page itself, or one that it is a part of."""
    for path, name in pages_for(service, request.get(CALLER)):
        part = path != "/" and request.path.startswith(f"{path}/")
        yield {
            "href": _with_token(path, request),
            "name": name,
            "current": "page" if request.path == path else "true" if part else None,
        }


def _with_token(path: str, request: web.Request) -> str:
    token = request.query.get(TOKEN)
    return f"{path}?{urlencode({TOKEN: token})}" if token else path
