"""The Python client against a real service: what it says it gets is what the OpenAPI document says, and what comes."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import Draft202012Validator

from bot import client as described
from bot.client import Client, Refused, Unreachable
from bot.client.shapes import ToldPerson
from bot.entrypoints.api.openapi import document
from tests.lending import ROOT
from tests.running import RunningServer, running

TOKEN = "a token & more"
COMPONENTS = document("http://localhost")["components"]
NAMES = (
    "EventsTaken",
    "Admitted",
    "PersonData",
    "ConsentProof",
    "Erasure",
    "Merge",
    "Said",
    "Tracker",
    "ParseData",
    "Queues",
    "Responses",
    "ResponseInFile",
    "Reworded",
    "PeopleTaken",
    "PrivacyRequest",
)
JOURNEY = """\
journey: callback
purpose: service
enter: {api: true}
steps:
  - wait: 1d
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    home = tmp_path_factory.mktemp("client")
    shutil.copytree(ROOT / "journeys", home / "journeys")
    (home / "journeys" / "callback.yml").write_text(JOURNEY)
    env = {"OVERTURE_API_TOKEN": TOKEN, "OVERTURE_JOURNEYS": str(home / "journeys")}
    with running(home / "data", env) as server:
        yield server


@pytest_asyncio.fixture
async def overture(server: RunningServer) -> AsyncIterator[Client]:
    async with Client(server.address, token=TOKEN) as client:
        yield client


def fits(name: str, told: Any) -> None:
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": COMPONENTS})
    assert [error.message for error in validator.iter_errors(told)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_type_has_the_fields_that_the_document_names(name: str) -> None:
    schema: Mapping[str, Any] = COMPONENTS["schemas"][name]
    fields = get_type_hints(getattr(described, name), include_extras=True)
    assert set(fields) == set(schema["properties"])
    assert {field for field, kind in fields.items() if get_origin(kind) is not NotRequired} == set(schema["required"])


async def test_a_person_is_told_of_enters_a_journey_and_is_erased(overture: Client) -> None:
    ana = {"email": "ana@example.com"}
    taken = await overture.track("pricing.viewed", ana, {"plan": "team"}, key="e1")
    fits("EventsTaken", taken)
    assert (taken["taken"], taken["errors"]) == (1, [])
    assert (await overture.track("pricing.viewed", ana, {"plan": "team"}, key="e1"))["duplicates"] == 1
    assert (await overture.identify(ana, {"locale": "en-GB", "email": "ana@work.example.com"}))["taken"] == 1

    admitted = await overture.enrol("callback", ana, key="k1")
    fits("Admitted", admitted)
    assert admitted["outcome"] == "entered"
    assert await overture.enrol("callback", ana, key="k1") == admitted
    again = await overture.enrol("callback", ana)
    fits("Admitted", again)
    assert again["outcome"] == "not_entered"
    assert again["error"]

    assert await overture.rectify_person("ana@example.com", {"team_size": 51}) == ["team_size"]
    await overture.note_objection("ana@example.com")
    await overture.withdraw_objection("ana@example.com")
    await overture.restrict("ana@example.com")
    await overture.lift_restriction("ana@example.com", informed="by letter")
    await overture.track("pricing.viewed", {"user_id": "a/b?c"})
    fits("Merge", await overture.merge("ana@example.com", {"user_id": "a/b?c"}))
    fits("ConsentProof", await overture.consent("ana@example.com"))
    assert (await overture.consent_as_pdf("ana@example.com")).startswith(b"%PDF-")
    data = await overture.person_data("ana@example.com")
    fits("PersonData", data)
    assert data["tables"]["profile"]
    fits("Erasure", await overture.erase("ana@example.com"))
    with pytest.raises(Refused) as refused:
        await overture.person_data("ana@example.com")
    assert refused.value.status == 404
    assert "ana@example.com" in refused.value.reason


async def test_what_is_asked_under_the_law_is_noted_and_a_merge_is_taken_back(overture: Client) -> None:
    await overture.identify({"user_id": "dan"}, {"phone": "+447700900555"})
    await overture.identify({"user_id": "daniel"}, {"locale": "en-GB"})
    asked = await overture.note_privacy_request("dan", "access", how="by e-mail")
    fits("PrivacyRequest", asked)
    assert await overture.note_privacy_request("dan", "access", how="by letter") == asked
    assert await overture.open_privacy_requests() == [asked]
    await overture.settle_privacy_request("dan", asked["id"], outcome="sent by post")
    [done] = await overture.privacy_requests("dan")
    assert (done["id"], done["outcome"], done["done_at"] is None) == (asked["id"], "sent by post", False)
    await overture.note_soft_opt_in("dan", "sms", bought="a plan", text="We write about plans. STOP ends it.")
    [told] = (await overture.consent("dan"))["records"]
    assert (told["channel"], told["words_shown"]) == ("sms", "We write about plans. STOP ends it.")
    merged = await overture.merge("dan", {"user_id": "daniel"})
    assert (await overture.part("dan"))["merge"] == merged["merge"]


def test_the_client_can_do_all_of_v1() -> None:
    """Each address below /v1 and each method there is asked somewhere; what is the same in two ways counts once."""
    source = Path(described.__file__).read_text(encoding="utf-8")
    for path, methods in document("http://localhost")["paths"].items():
        asked = re.sub(r"\{\w+\}", r"\\{_part\(\\w+\)\\}", path)
        for method in (
            set(methods) - {"parameters"} if path.startswith("/v1/") and path != "/v1/people/{person}" else ()
        ):
            assert re.search(rf'"{method.upper()}", f?"{asked}"', source), (method, path)


async def test_a_key_goes_in_a_header_and_not_in_the_address() -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.headers["Authorization"], request.query_string))
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/queues.json", answer)
    async with TestServer(app) as server, Client(str(server.make_url("/")), api_key="ovt_secret") as overture:
        await overture.queues()
    assert seen == [("Bearer ovt_secret", "")]


async def test_people_are_taken_by_the_rules_of_an_import(overture: Client) -> None:
    told: ToldPerson = {"user_id": "u7", "email": "cleo@example.com", "attributes": {"team_size": 50}, "tags": ["fair"]}
    taken = await overture.take_people([told, {"attributes": {"team_size": 1}}])
    fits("PeopleTaken", taken)
    cleo, nobody = taken["people"]
    assert (cleo["result"], nobody["result"]) == ("new", "refused")
    assert "names nobody" in nobody["error"]
    assert (await overture.take_people([told]))["people"] == [{"result": "same", "person": cleo["person"]}]
    filled = await overture.take_people([{**told, "attributes": {"team_size": 9}}], fill=True)
    assert filled["people"][0]["result"] == "same"
    with pytest.raises(Refused, match="names nobody"):
        await overture.take_people([{"tags": ["fair"]}])


async def test_a_conversation_is_held_and_looked_into(overture: Client) -> None:
    said = await overture.say("ben / 1", "hello", key="m1")
    assert said
    for one in said:
        fits("Said", one)
    assert await overture.say("ben / 1", "hello", key="m1") == said
    tracker = await overture.tracker("ben / 1")
    fits("Tracker", tracker)
    assert tracker["latest_message"]["text"] == "hello"
    acted = await overture.trigger_intent("ben / 1", "greet")
    fits("Tracker", acted["tracker"])
    assert acted["messages"]
    parsed = await overture.parse("what does it cost?")
    fits("ParseData", parsed)
    fits("Queues", await overture.queues())


async def test_what_is_refused_says_why(server: RunningServer) -> None:
    async with Client(server.address, token="another") as stranger:
        with pytest.raises(Refused, match="401: User is not authenticated"):
            await stranger.queues()
    async with Client(server.address, token=TOKEN) as overture:
        with pytest.raises(Refused, match=r'400: .*"event" must say what happened'):
            await overture.track(" ", {"email": "ana@example.com"})
        with pytest.raises(Refused) as refused:
            await overture.enrol("no such journey", {"email": "ana@example.com"})
    assert refused.value.status == 404


async def test_a_service_that_is_away_or_another_one_is_told_apart(unused_tcp_port: int) -> None:
    async with Client(f"http://127.0.0.1:{unused_tcp_port}") as nobody:
        with pytest.raises(Unreachable):
            await nobody.queues()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html")

    async def busy(_: web.Request) -> web.Response:
        at = {"Date": "Fri, 27 Nov 2026 12:00:00 GMT", "Retry-After": "Fri, 27 Nov 2026 12:00:07 GMT"}
        return web.json_response({"error": "later"}, status=429, headers=at)

    app = web.Application()
    app.router.add_get("/queues.json", page)
    app.router.add_get("/v1/people/ana/data", busy)
    async with TestServer(app, host="127.0.0.1") as other, Client(str(other.make_url("/"))) as client:
        with pytest.raises(Unreachable, match="no Overture"):
            await client.queues()
        with pytest.raises(Refused) as refused:
            await client.person_data("ana")
    assert refused.value.retry_after == timedelta(seconds=7)


async def test_it_has_to_be_opened_first_and_is_over_when_it_is_closed() -> None:
    client = Client("http://localhost")
    for _ in range(2):
        with pytest.raises(described.OvertureClientError, match="open the client first"):
            await client.queues()
        async with client:
            pass


@asynccontextmanager
async def answering(response: Callable[[], web.Response]) -> AsyncIterator[Client]:
    """A client of a server that answers this, whatever it is asked."""

    async def answer(_: web.Request) -> web.Response:
        return response()

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(app, host="127.0.0.1") as server, Client(str(server.make_url("/"))) as client:
        yield client


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_what_a_proxy_refuses_in_its_own_words_is_refused_until_it_says(status: int) -> None:
    def page() -> web.Response:
        return web.Response(status=status, text="<html>", content_type="text/html", headers={"Retry-After": "5"})

    async with answering(page) as overture:
        for asked in (overture.queues(), overture.enrol("welcome", {"user_id": "u7"})):
            with pytest.raises(Refused) as refused:
                await asked
            assert (refused.value.status, refused.value.retry_after) == (status, timedelta(seconds=5))


async def test_where_an_address_leads_on_it_is_not_followed_and_said() -> None:
    async with answering(lambda: web.Response(status=301, headers={"Location": "https://example.com/"})) as overture:
        with pytest.raises(Refused, match="301: this address leads on to another one"):
            await overture.queues()


@pytest.mark.parametrize("body", ["", "null", "[1]", '"yes"', "<html>", "[" * 200_000])
async def test_nothing_was_done_where_what_answers_is_no_overture(body: str) -> None:
    async with answering(lambda: web.Response(text=body)) as overture:
        for asked in (
            overture.note_objection("u7"),
            overture.erase("u7"),
            overture.consent_as_pdf("u7"),
            overture.open_privacy_requests(),
            overture.rectify_person("u7", {"team_size": 51}),
        ):
            with pytest.raises(Unreachable, match="no Overture"):
                await asked


@pytest.mark.parametrize("address", ["", "chat.example.com", "ftp://chat.example.com", "http://[::1"])
async def test_an_address_that_is_none_is_said_to_be_none(address: str) -> None:
    async with Client(address, token="secret") as overture:
        with pytest.raises(described.OvertureClientError, match="begin the address with https://") as failure:
            await overture.queues()
    assert not isinstance(failure.value, Unreachable)
    assert "secret" not in str(failure.value)


async def test_what_cannot_be_told_is_said_before_anything_is_asked(server: RunningServer) -> None:
    async with Client(server.address, token=TOKEN) as overture:
        for value in (float("nan"), timedelta(1)):
            with pytest.raises(described.OvertureClientError, match="cannot be written as JSON"):
                await overture.identify({"user_id": "u7"}, {"team_size": value})
        with pytest.raises(described.OvertureClientError, match="line breaks"):
            await overture.enrol("callback", {"user_id": "u7"}, key="a\nb")


async def test_a_key_may_be_given_as_its_file_has_it() -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/queues.json", answer)
    async with TestServer(app) as server, Client(str(server.make_url("/")), api_key="ovt_secret\n") as overture:
        await overture.queues()
    assert seen == ["Bearer ovt_secret"]
