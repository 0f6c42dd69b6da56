"""A link that is followed leads on at once, for everybody and for ever; only a person's click is noted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from bot.domain.journey import LINK_CLICKED
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web import followed_links
from bot.entrypoints.web.followed_links import is_click
from bot.services import note_click
from bot.services.enrol import tell_journeys
from bot.services.erase_person import erase_person
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.linking import PRICES, allow, link_rule, offered
from tests.bot.services.stage import ANA, Stage

Client = TestClient[Any, Any]
FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
BROWSER = {"User-Agent": FIREFOX, "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}


@pytest_asyncio.fixture
async def client(service_of: ServiceMaker, stage: Stage) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Server(service_of()).application(), host="127.0.0.1")) as client:
        yield client


async def opened(client: Client, code: str, **headers: str) -> tuple[int, str]:
    answer = await client.get(f"/l/{code}", headers={**BROWSER, **headers}, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "")


async def clicks(stage: Stage) -> int:
    async with stage.store.transaction() as uow:
        return [one.event for one in await uow.timeline.of(ANA, limit=50)].count(LINK_CLICKED)


async def test_it_leads_on_and_the_click_is_noted(client: Client, stage: Stage) -> None:
    code = await offered(stage)
    answer = await client.get(f"/l/{code}", headers=BROWSER, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, PRICES)
    assert answer.headers["Cache-Control"] == "no-store", "else the next click would not be heard of"
    assert await clicks(stage) == 1


async def test_the_page_is_told_where_its_visitors_come_from_where_a_rule_says_so(client: Client, stage: Stage) -> None:
    code = await offered(stage)
    allow(stage, link_rule(utm_source="harbour line"))
    told = f"{PRICES}?utm_source=harbour%20line&utm_medium=sms&utm_campaign=welcome&utm_content=offer"
    assert await opened(client, code) == (302, told)
    async with stage.store.transaction() as uow:
        (clicked,) = [one for one in await uow.timeline.of(ANA, limit=50) if one.event == LINK_CLICKED]
    assert clicked.data["url"] == PRICES, "conditions compare what the author wrote"
    allow(stage, link_rule(utm_source="harbourline", channel="email"))
    assert await opened(client, code) == (302, PRICES)
    allow(stage, link_rule(utm_source="harbourline"), link_rule(jurisdiction="GB"))
    assert await opened(client, code) == (302, PRICES)
    allow(stage, link_rule(utm_source="harbourline"))
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    assert await opened(client, code) == (302, PRICES)


async def test_a_look_at_what_is_there_is_no_click(client: Client, stage: Stage) -> None:
    code = await offered(stage)
    answer = await client.head(f"/l/{code}", headers=BROWSER, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, PRICES)
    assert await clicks(stage) == 0


async def test_whoever_wants_privacy_gets_there_and_nothing_is_noted(client: Client, stage: Stage) -> None:
    code = await offered(stage)
    assert await opened(client, code, **{"Sec-GPC": "1"}) == (302, PRICES)
    assert await clicks(stage) == 0


async def test_it_leads_on_after_its_person_was_erased(client: Client, stage: Stage) -> None:
    code = await offered(stage)
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    assert await opened(client, code) == (302, PRICES)


async def test_it_leads_on_where_the_click_cannot_be_noted(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await offered(stage)

    async def fails(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(note_click, "tell_journeys", fails)
    assert await opened(client, code) == (302, PRICES)
    assert await clicks(stage) == 0


async def test_it_leads_nowhere_that_no_author_wrote(client: Client, stage: Stage) -> None:
    code = await offered(stage)
    for other in (
        "x",
        "https:%2F%2Fevil.example",
        f"zzzz{code[4:]}",
        "a" * 300,
        f"%00{code[1:]}",
        f"{code[:-1]}\u0661",
    ):
        status, location = await opened(client, other)
        assert (status, location) == (404, "")
    assert (await opened(client, code, **{"X-Forwarded-Host": "evil.example"}))[1] == PRICES


async def test_a_link_that_was_cut_short_is_told_as_a_page(client: Client) -> None:
    answer = await client.get("/l/x", headers={**BROWSER, "Accept": "text/html", "Accept-Language": "de"})
    assert answer.status == 404
    assert 'lang="de"' in await answer.text()


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({}, True),
        ({"User-Agent": "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) AppleWebKit/537.36 Chrome/130 Mobile"}, True),
        ({"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 [FBAN/FBIOS;FBAV/480]"}, True),
        ({"User-Agent": ""}, False),
        ({"User-Agent": "WhatsApp/2.24.20.89 A"}, False),
        ({"User-Agent": "facebookexternalhit/1.1 Facebot Twitterbot/1.0"}, False),
        ({"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}, False),
        ({"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, False),
        ({"User-Agent": "TelegramBot (like TwitterBot)"}, False),
        ({"User-Agent": "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5"}, False),
        ({"User-Agent": "curl/8.9.1"}, False),
        ({"User-Agent": "python-requests/2.32"}, False),
        ({"User-Agent": "Go-http-client/2.0"}, False),
        ({"Sec-Purpose": "prefetch;prerender"}, False),
        ({"Purpose": "prefetch"}, False),
        ({"X-Purpose": "preview"}, False),
        ({"Sec-Fetch-Dest": "empty"}, False),
        ({"Sec-Fetch-Dest": "image"}, False),
    ],
)
def test_what_looks_ahead_or_is_no_browser_is_no_click(headers: Mapping[str, str], counts: bool) -> None:
    assert is_click(make_mocked_request("GET", "/l/x", headers={"User-Agent": FIREFOX, **headers})) is counts


def test_a_browser_of_before_those_headers_counts() -> None:
    assert is_click(make_mocked_request("GET", "/l/x", headers={"User-Agent": FIREFOX}))


async def test_it_leads_on_while_the_click_is_still_being_noted(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, free = await offered(stage), asyncio.Event()

    async def slowly(*told: Any) -> None:
        await free.wait()
        await tell_journeys(*told)

    monkeypatch.setattr(note_click, "tell_journeys", slowly)
    monkeypatch.setattr(followed_links, "AT_ONCE", 0.01)
    assert await opened(client, code) == (302, PRICES)
    free.set()
    await client.close()  # which waits for what is under way
    assert await clicks(stage) == 1
