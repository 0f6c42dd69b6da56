"""What every request passes: dawdlers, bombs and strangers' names get a plain answer and hold nothing."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.entrypoints.serving.http import LARGEST_BODY, Server, answering_for_errors
from bot.entrypoints.web.request_guards import hurrying
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage


@asynccontextmanager
async def connected(server: TestServer) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def _read_whole(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


def _reading(within: float) -> web.Application:
    app = web.Application(middlewares=[answering_for_errors(), hurrying(within)])
    app.router.add_post("/", _read_whole)
    return app


async def test_whoever_sends_a_body_byte_by_byte_is_told_and_cut_off() -> None:
    server = TestServer(_reading(0.05))
    async with server, connected(server) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
        told = await reader.readuntil(b"}")
        assert told.startswith(b"HTTP/1.1 408 ")
        assert told.endswith(b'{"error": "the request did not come whole in time; send it again"}')


async def test_a_body_that_comes_in_time_is_read_in_pieces() -> None:
    server = TestServer(_reading(30))
    async with server, connected(server) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwh")
        await writer.drain()
        writer.write(b"ol")
        assert (await reader.read()).endswith(b"\r\n\r\nwhol")


async def test_a_connection_that_never_finishes_its_headers_is_closed(service_of: ServiceMaker) -> None:
    server = TestServer(Server(service_of()).application(), skip_url_asserts=True)
    await server.start_server(keepalive_timeout=0.05)
    async with server, connected(server) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        await writer.drain()
        assert await reader.read() == b"", "closed without a word"


async def test_a_storm_of_connections_keeps_nobody_out(service_of: ServiceMaker) -> None:
    """Five hundred that say nothing, and two hundred more that ask at once, each of which is answered."""
    server = TestServer(Server(service_of()).application())
    async with server, AsyncExitStack() as stack:
        for _ in range(5):
            await asyncio.gather(*(stack.enter_async_context(connected(server)) for _ in range(100)))

        async def ask() -> bytes:
            async with connected(server) as (reader, writer):
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return await reader.readline()

        async with asyncio.timeout(20):
            answers = await asyncio.gather(*(ask() for _ in range(200)))
        assert set(answers) == {b"HTTP/1.1 200 OK\r\n"}


@pytest.mark.parametrize(
    "header",
    [b"X-Long: " + b"x" * 20_000, b"\r\n".join(b"X-%d: y" % number for number in range(500)), b"X-Bad\0Name: y"],
    ids=["too long", "too many", "not one"],
)
async def test_headers_that_no_browser_sends_are_refused(service_of: ServiceMaker, header: bytes) -> None:
    server = TestServer(Server(service_of()).application())
    async with server, connected(server) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"400"


async def test_a_body_that_unpacks_to_more_than_we_take_is_not_unpacked(service_of: ServiceMaker, stage: Stage) -> None:
    bomb = gzip.compress(bytes(32 * 1024 * 1024))
    assert len(bomb) < LARGEST_BODY, "else it is refused for its own size"
    server = TestServer(Server(service_of()).application())
    async with server, ClientSession() as http:
        tracemalloc.start()
        async with http.post(
            server.make_url("/channels/sms/in"), data=bomb, headers={"Content-Encoding": "gzip"}
        ) as answer:
            assert answer.status == 413
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("named", "taken"),
    [
        ("localhost", True),
        ("localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("evil.example", False),
        ("evil.example:8080", False),
        ("127.0.0.1.evil.example", False),
        ("localhost@evil.example", False),
        ("[::1", False),
        ("", False),
    ],
)
async def test_a_service_of_one_machine_answers_to_that_machines_names_only(
    service_of: ServiceMaker, named: str, taken: bool
) -> None:
    server = TestServer(Server(service_of()).application())
    async with server, ClientSession() as http:
        for path in ("/healthz", "/playground/playground.js"):
            async with http.get(server.make_url(path), headers={"Host": named}) as answer:
                assert (answer.status != 421) == taken


async def test_a_service_with_a_public_address_answers_to_any_name(service_of: ServiceMaker) -> None:
    server = TestServer(Server(service_of(public_url="https://chat.example.com")).application())
    async with (
        server,
        ClientSession() as http,
        http.get(server.make_url("/healthz"), headers={"Host": "chat.example.com"}) as answer,
    ):
        assert answer.status == 200
