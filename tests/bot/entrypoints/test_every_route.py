"""What holds at every address that the router knows, those included that are added later."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

import bot.entrypoints
from bot.adapters.clock import SandboxClock
from bot.entrypoints.console.sandbox import Sandbox
from bot.entrypoints.serving.http import HEADERS, Server
from bot.entrypoints.web.preferences.links import sign as sign_preferences
from bot.entrypoints.web.transcripts import sign as sign_transcript
from tests.bot.entrypoints.conftest import SECRET, ServiceMaker
from tests.bot.services.stage import Stage

PAGES = Path(bot.entrypoints.__file__).parent
VARIABLE = re.compile(r"\{[^{}]+\}")
STREAMS = {"/playground/events"}
"""They send their headers themselves, and do not end."""

LEADING_OUT = [
    "../../../../../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252f%252e%252e%252f%252e%252e%252fetc%252fpasswd",
    "..%5c..%5c..%5c..%5cetc%5cpasswd",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "....//....//....//....//etc/passwd",
    "%00/etc/passwd",
    "playground.py",
    "..%2fplayground.py",
]


@dataclass(frozen=True, slots=True)
class Site:
    """A service with its playground, and somebody who has talked with it."""

    server: TestServer
    http: ClientSession
    app: web.Application
    links: tuple[str, ...]

    def patterns(self, method: str) -> Iterator[str]:
        for route in self.app.router.routes():
            if route.resource is not None and route.method in (method, "*"):
                yield route.resource.canonical

    async def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        address = URL(f"{str(self.server.make_url('/')).rstrip('/')}{path}", encoded=True)
        async with self.http.get(address, allow_redirects=False) as answer:
            return answer.status, dict(answer.headers), await answer.read()


@pytest_asyncio.fixture
async def site(stage: Stage, service_of: ServiceMaker, tmp_path: Path) -> AsyncIterator[Site]:
    await stage.says("hello")
    talk = await stage.at()
    clock = SandboxClock(tmp_path / "clock")
    person = sign_preferences(SECRET, talk.profile_id, clock.now() + timedelta(days=1))
    links = (f"/transcripts/{talk.id}?sig={sign_transcript(SECRET, talk.id)}", f"/preferences/{person}")
    service = service_of()
    service = replace(service, sandbox=Sandbox(clock), runtime=replace(service.runtime, clock=clock))
    app = Server(service).application()
    server = TestServer(app)
    async with server, ClientSession() as http:
        yield Site(server, http, app, links)


async def test_each_answer_has_the_headers_and_no_page_may_run_what_somebody_put_into_it(site: Site) -> None:
    pages = []
    paths = [*(VARIABLE.sub("one", one) for one in site.patterns("GET") if one not in STREAMS), *site.links]
    assert len(paths) > 20
    for path in paths:
        status, headers, _ = await site.get(path)
        assert status < 500, path
        assert set(HEADERS) <= set(headers), path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'", path
        assert {"frame-ancestors", "base-uri", "form-action"} <= set(policy), path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        if headers["Content-Type"].startswith("text/html") and status == 200:
            pages.append(path)
    assert {"/", "/journeys", "/understanding", *site.links} <= set(pages)


@pytest.mark.parametrize("leading_out", LEADING_OUT)
async def test_no_address_leads_to_a_file_that_is_not_meant(site: Site, leading_out: str) -> None:
    patterns = [one for one in site.patterns("GET") if VARIABLE.search(one)]
    static = [
        f"{resource.canonical}/{leading_out}"
        for resource in site.app.router.resources()
        if isinstance(resource, web.StaticResource)
    ]
    assert static
    for path in [*(VARIABLE.sub(lambda _: leading_out, one) for one in patterns), *static]:
        status, _, body = await site.get(path)
        assert status < 500, path
        assert b"root:" not in body, path
        assert b"import annotations" not in body, path
        assert status != 200 or path not in static, path


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.html")), ids=lambda page: page.name)
def test_pages_keep_to_their_policy(page: Path) -> None:
    """A browser would leave out what the policy forbids, and say so only in its console."""
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", text), "a script within the page"
    assert not re.search(r"<[^>]+\s(on\w+|style)=", text), "a handler or a style within the page"
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text), "something from elsewhere"
