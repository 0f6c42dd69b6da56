"""The frame in which each of our pages stands: its head, and a bar with the pages that are for whoever looks.

A page is a file in `pages/` that fills the blocks of `frame.html`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from liquid import BoundTemplate, Environment, FileSystemLoader

from bot.entrypoints.console.navigation import Page, Part, parts_for
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
        parts = parts_for(service, request.get(CALLER))
        opens = {page.path: _with_token(page.path, request) for part in parts for page in part.pages}
        text = template.render(**_bar(parts, request), opens=opens)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "private, no-cache"})

    return serve


def _bar(parts: Sequence[Part], request: web.Request) -> Mapping[str, object]:
    """`parts`: the links of the bar. `siblings`: the pages of the part where one is, where it has several."""
    here = max((page.path for part in parts for page in part.pages if _within(page, request.path)), key=len, default="")
    links, siblings = [], {}
    for part in parts:
        pages = [_link(page.name, page.path, request, current=page.path == here) for page in part.pages]
        is_here = any(page.path == here for page in part.pages)
        links.append(_link(part.name, part.pages[0].path, request, current=is_here))
        if is_here and len(pages) > 1:
            siblings = {"name": part.name, "pages": pages}
    return {"parts": links, "siblings": siblings}


def _within(page: Page, path: str) -> bool:
    return path == page.path or (page.path != "/" and path.startswith(f"{page.path}/"))


def _link(name: str, path: str, request: web.Request, *, current: bool) -> Mapping[str, str | None]:
    """`current`: the page itself, or something that it is a part of."""
    marked = ("page" if path == request.path else "true") if current else None
    return {"name": name, "href": _with_token(path, request), "current": marked}


def _with_token(path: str, request: web.Request) -> str:
    token = request.query.get(TOKEN)
    return f"{path}?{urlencode({TOKEN: token})}" if token else path
