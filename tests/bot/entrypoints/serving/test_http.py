"""The HTTP server: what it answers when all is well, and words in JSON when it is not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, make_mocked_request
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs
from yarl import URL

from bot.domain.errors import Conflict, WebhookRejected
from bot.domain.message import CustomerMessage
from bot.entrypoints.serving import watching
from bot.entrypoints.serving.http import HEADERS, LARGEST_BODY, NOTHING_HERE, Server, answering_for_errors
from bot.entrypoints.serving.watching import Watching
from bot.ports import Abilities, FollowFeed, Reply, Webhook, WebhookRequest
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import PHONE, Stage

NOT_READY = '{"error": "the database does not answer, or takes nothing; our log says why"}'


class Front:
    """A client at the front door; `requests` are what the channel `sms` was given to parse."""

    def __init__(self, http: ClientSession, server: TestServer, stage: Stage) -> None:
        self.http = http
        self.server = server
        self.requests: list[WebhookRequest] = []
        self.answer: Webhook | Exception = Webhook()
        stage.sms.parse = self._parse  # type: ignore[method-assign]

    def _parse(self, request: WebhookRequest) -> Webhook:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, str, dict[str, str]]:
        address = URL(f"{self.server.make_url('/')}{path[1:]}", encoded=True)
        async with self.http.request(method, address, **more) as response:
            return response.status, await response.text(), dict(response.headers)


@pytest_asyncio.fixture
async def front(stage: Stage, service_of: ServiceMaker) -> AsyncIterator[Front]:
    service = service_of(public_url="https://chat.example.com/bot/")
    server = TestServer(Server(service).application())
    async with server, ClientSession() as http:
        yield Front(http, server, stage)


async def test_a_live_server_says_so_and_a_ready_one_too(front: Front) -> None:
    assert (await front.ask("GET", "/healthz"))[:2] == (200, '{"status": "alive"}')
    assert (await front.ask("GET", "/readyz"))[:2] == (200, '{"status": "ready"}')


async def test_without_its_database_a_server_is_alive_and_not_ready(front: Front, stage: Stage) -> None:
    async def gone() -> None:
        raise OSError("no such file")

    stage.store.check = gone  # type: ignore[method-assign]
    assert (await front.ask("GET", "/healthz"))[0] == 200
    with capture_logs() as logs:
        assert (await front.ask("GET", "/readyz"))[:2] == (503, NOT_READY)
    assert [line["event"] for line in logs] == ["not ready: the database cannot be used"]


async def test_a_server_whose_clock_is_wrong_is_not_ready(front: Front, stage: Stage) -> None:
    """What it takes, workers would take for something that is yet to come."""
    apart = timedelta(hours=-1)

    async def difference() -> timedelta:
        return apart

    stage.store.clock_difference = difference  # type: ignore[method-assign]
    status, told, *_ = await front.ask("GET", "/readyz")
    assert (status, told) == (503, '{"error": "the database\'s clock is -3600.0 s from ours; set both by NTP"}')
    apart = timedelta(seconds=1)
    assert (await front.ask("GET", "/readyz"))[0] == 200


async def test_a_database_that_says_nothing_is_away(
    front: Front, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "DATABASE_WITHIN", timedelta(milliseconds=50))
    stage.store.check = _say_nothing  # type: ignore[method-assign]
    async with asyncio.timeout(20):
        assert (await front.ask("GET", "/readyz"))[:2] == (503, NOT_READY)


async def test_whoever_asks_as_a_look_ends_does_not_take_its_answer_from_others(
    stage: Stage, service_of: ServiceMaker
) -> None:
    app = web.Application()
    Watching(service_of()).add_routes(app)
    ready = next(one.handler for one in app.router.routes() if one.resource and one.resource.canonical == "/readyz")
    later: list[asyncio.Task[web.StreamResponse]] = []

    def ask() -> asyncio.Task[web.StreamResponse]:
        return asyncio.ensure_future(ready(make_mocked_request("GET", "/readyz")))

    first_is_told = asyncio.Event()

    async def answer() -> None:
        if later:
            await first_is_told.wait()
        else:
            later.append(ask())  # it runs once this look is done, and before the first has heard so

    stage.store.check = answer  # type: ignore[method-assign]
    assert (await ask()).status == 200
    first_is_told.set()
    assert (await later[0]).status == 200


async def test_a_redis_that_says_nothing_holds_up_nobody_who_watches(
    stage: Stage, service_of: ServiceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks whether we are ready gives us a few seconds, and would take every server away at once."""
    monkeypatch.setattr(watching, "check_redis", _say_nothing)
    service = service_of(redis="redis://127.0.0.1:1/0")
    server = TestServer(Server(service).application())
    async with asyncio.timeout(20), server, ClientSession() as http:
        front = Front(http, server, stage)
        told = '{"status": "ready", "slower_without": ["Redis"]}'
        assert (await front.ask("GET", "/readyz"))[:2] == (200, told)
        assert 'overture_slower_without{server="Redis"} 1.0' in (await front.ask("GET", "/metrics"))[1]


async def _say_nothing(*_told: object) -> None:
    await asyncio.Event().wait()


async def test_metrics_name_the_pattern_of_a_path_and_not_the_path(front: Front) -> None:
    await front.ask("GET", "/transcripts/of-somebody")
    status, told, _ = await front.ask("GET", "/metrics")
    assert status == 200
    assert 'route="/transcripts/{conversation}"' in told
    assert "of-somebody" not in told


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nowhere", 404, NOTHING_HERE),
        ("POST", "/channels/fax/messages", 404, "there is no such channel here"),
        ("POST", "/playground/act/sms", 405, "this address takes GET, HEAD"),
        ("GET", "/playground/../playground.py", 404, NOTHING_HERE),
        ("GET", "/playground/", 403, "forbidden"),
        ("POST", "/healthz", 405, "this address takes GET, HEAD"),
        ("DELETE", "/widget.js", 405, "this address takes GET, HEAD"),
    ],
)
async def test_what_is_not_here_is_told_in_json(front: Front, method: str, path: str, status: int, words: str) -> None:
    got, body, headers = await front.ask(method, path)
    assert (got, body) == (status, f'{{"error": "{words}"}}')
    assert headers["Content-Type"].startswith("application/json")
    if status == 405:
        assert headers["Allow"] == "GET, HEAD"


async def test_every_answer_has_the_headers_that_keep_a_browser_safe(front: Front) -> None:
    for path in ("/healthz", "/nowhere", "/widget.js"):
        _, _, headers = await front.ask("GET", path)
        assert {name: headers[name] for name in HEADERS} == HEADERS


async def test_other_websites_may_load_the_widget(front: Front) -> None:
    status, body, headers = await front.ask("GET", "/widget.js")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "customElements" in body
    assert headers["Vary"] == "Accept-Encoding", "a proxy may keep it, and it leaves compressed to whom takes it so"


@pytest.mark.parametrize(
    ("method", "more", "status"),
    [
        ("GET", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", 304),
        ("HEAD", "X-Nothing: more", 200),
    ],
)
async def test_a_module_that_is_not_sent_leaves_the_connection_clean_for_what_is_asked_next(
    front: Front, method: str, more: str, status: int
) -> None:
    reader, writer = await asyncio.open_connection(front.server.host, front.server.port)
    head = f"Host: {front.server.host}:{front.server.port}\r\nAccept-Encoding: gzip, deflate\r\n"
    writer.write(f"{method} /widget.js HTTP/1.1\r\n{head}{more}\r\n\r\n".encode())
    first = await reader.readuntil(b"\r\n\r\n")
    writer.write(f"GET /healthz HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
    rest = await reader.read()
    writer.close()
    assert first.startswith(f"HTTP/1.1 {status} ".encode())
    assert rest.startswith(b"HTTP/1.1 200 OK"), "nothing stands between the two"


async def test_a_part_of_a_module_is_as_many_bytes_as_it_says(front: Front) -> None:
    status, body, headers = await front.ask("GET", "/widget.js", headers={"Range": "bytes=0-9"})
    assert (status, len(body), headers["Content-Range"].split("/")[0]) == (206, 10, "bytes 0-9")
    assert "Content-Encoding" not in headers


async def test_a_webhook_is_stored_and_answered_in_the_channels_words(front: Front, stage: Stage) -> None:
    front.answer = Webhook([CustomerMessage("sms", "SM1", PHONE, "hi")], Reply(202, b"<ok/>", "text/xml", {"X-A": "b"}))
    path = "/channels/sms/in?oid=1%3A2"
    status, body, headers = await front.ask("POST", path, data=b"Body=hi", headers={"X-Sig": "s"})
    assert (status, body, headers["Content-Type"], headers["X-A"]) == (202, "<ok/>", "text/xml", "b")
    (request,) = front.requests
    assert request.url == f"https://chat.example.com/bot{path}", "vendors sign over the public one"
    assert (request.method, request.headers["x-sig"], request.body) == ("POST", "s", b"Body=hi")
    assert (request.tail, request.received_at) == ("in", stage.clock.now())
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. Pardon?"]


async def test_a_refused_webhook_is_told_with_its_status_and_headers_and_nothing_is_stored(
    front: Front, stage: Stage
) -> None:
    front.answer = WebhookRejected(403, "the signature is wrong", headers={"Vary": "Origin"})
    status, body, headers = await front.ask("POST", "/channels/sms/in", data=b"Body=hi")
    assert (status, body, headers["Vary"]) == (403, '{"error": "the signature is wrong"}', "Origin")
    async with stage.store.transaction() as uow:
        assert await uow.inbox.next_due() is None


async def test_a_body_that_is_too_large_is_not_read(front: Front) -> None:
    status, body, _ = await front.ask("POST", "/channels/sms/in", data=b"x" * (LARGEST_BODY + 1))
    assert (status, body) == (413, '{"error": "the request is larger than any message needs to be"}')
    assert front.requests == []


async def test_a_channel_may_take_larger_bodies_than_others(front: Front, stage: Stage) -> None:
    front.answer = Webhook()
    stage.sms.abilities = replace(stage.sms.abilities, largest_webhook=LARGEST_BODY + 1)
    status, _, _ = await front.ask("POST", "/channels/sms/in", data=b"x" * (LARGEST_BODY + 1))
    assert (status, len(front.requests[0].body)) == (200, LARGEST_BODY + 1)
    status, _, _ = await front.ask("POST", "/channels/sms/in", data=b"x" * (LARGEST_BODY + 2))
    assert status == 413


async def test_a_body_that_is_not_what_its_headers_say_is_told(front: Front) -> None:
    headers = {"Content-Encoding": "gzip"}
    status, body, _ = await front.ask("POST", "/channels/sms/in", data=b"not gzip", headers=headers)
    assert (status, body) == (400, '{"error": "the request\'s body is not what its headers say"}')


async def test_a_fault_of_ours_tells_the_caller_nothing_of_itself(front: Front) -> None:
    front.answer = KeyError("a customer's words")
    with capture_logs() as logs:
        status, body, _ = await front.ask("POST", "/channels/sms/in")
    assert (status, body) == (500, '{"error": "something went wrong on our side; it is in the log"}')
    assert [line["event"] for line in logs] == ["a request failed"]


async def test_who_meets_others_that_change_the_same_may_try_again(front: Front) -> None:
    front.answer = Conflict("two transactions got into each other's way")
    status, body, headers = await front.ask("POST", "/channels/sms/in")
    assert (status, headers["Retry-After"]) == (503, "1")
    assert "try again" in body


async def test_who_hangs_up_in_the_middle_of_a_request_is_no_fault_of_the_database() -> None:
    async def read_body(_request: web.Request) -> web.StreamResponse:
        raise ConnectionResetError("Connection lost")

    request = make_mocked_request("POST", "/channels/sms/in")
    request.protocol.transport = None
    with capture_logs() as logs:
        answer = await answering_for_errors()(request, read_body)
    assert answer.status == 400  # which nobody reads, and which does not count as a fault of ours
    assert [line["log_level"] for line in logs] == ["info"]


async def test_what_the_database_is_asked_wrongly_is_a_fault_of_ours_and_not_of_the_database(front: Front) -> None:
    front.answer = IntegrityError("INSERT", None, sqlite3.IntegrityError("a rule"))
    with capture_logs() as logs:
        status, _, headers = await front.ask("POST", "/channels/sms/in")
    assert (status, "Retry-After" in headers) == (500, False)
    assert logs[0]["exc_info"]


async def test_while_the_store_is_full_a_message_is_refused_and_not_lost_silently(front: Front, stage: Stage) -> None:
    front.answer = Webhook([CustomerMessage("sms", "SM1", PHONE, "hi" * 30_000)], Reply(202))
    async with stage.store.transaction() as uow:
        (most,) = (await uow.inbox._session.execute(text("PRAGMA max_page_count = 1"))).first()  # type: ignore[attr-defined]
    with capture_logs() as logs:
        status, body, headers = await front.ask("POST", "/channels/sms/in", data=b"Body=hi")
    assert (status, headers["Retry-After"]) == (503, "10")
    assert "try again later" in body
    assert [line["event"] for line in logs] == ["a request was refused, for nothing can be stored"]
    async with stage.store.transaction() as uow:
        await uow.inbox._session.execute(text(f"PRAGMA max_page_count = {most + 1000}"))  # type: ignore[attr-defined]
    assert (await front.ask("POST", "/channels/sms/in", data=b"Body=hi"))[0] == 202
    await stage.settle()
    assert len(stage.sms.texts()) == 1


async def test_there_is_no_playground_where_every_vendor_is_real(front: Front) -> None:
    assert "playground" not in (await front.ask("GET", "/"))[1]
    for path in ("/site", "/playground/status", "/playground/events"):
        assert (await front.ask("GET", path))[0] == 404


class Careful(FakeChannel):
    """A channel that must fetch something before it can tell whose a request is."""

    def __init__(self) -> None:
        super().__init__("careful", Abilities(identity="careful"))
        self.fetched: list[str] = []

    async def prepare(self, request: WebhookRequest) -> None:
        if "nowhere" in request.url:
            raise WebhookRejected(400, "There is nothing to fetch.")
        self.fetched.append(request.url)

    def parse(self, request: WebhookRequest) -> Webhook:
        assert request.url in self.fetched
        return Webhook(reply=Reply(body=b"prepared"))


async def test_an_address_follows_no_more_chats_at_once_than_it_may(stage: Stage, service_of: ServiceMaker) -> None:
    service = service_of(streams_of_an_address=1, proxies=1)
    stage.sms.parse = lambda request: Webhook(follow=FollowFeed("chat:1", 0))  # type: ignore[method-assign]
    office, elsewhere = ({"X-Forwarded-For": address} for address in ("203.0.113.7", "203.0.113.8"))
    async with TestServer(Server(service).application()) as server, ClientSession() as http:
        chat = server.make_url("/channels/sms/events")
        async with http.get(chat, headers=office) as first, http.get(chat, headers=elsewhere) as other:
            assert (first.status, other.status) == (200, 200)
            async with http.get(chat, headers=office) as second:
                assert (second.status, second.headers["Retry-After"]) == (429, "30")


async def test_a_channel_fetches_what_it_needs_before_it_reads_a_request(
    stage: Stage, service_of: ServiceMaker
) -> None:
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, "careful": Careful()})
    service = service_of(public_url="https://chat.example.com")
    async with TestServer(Server(service).application()) as server, ClientSession() as http:
        async with http.post(server.make_url("/channels/careful/skill")) as response:
            assert await response.text() == "prepared"
        async with http.post(server.make_url("/channels/careful/nowhere")) as response:
            assert (response.status, await response.json()) == (400, {"error": "There is nothing to fetch."})
