"""Endpoints: what another system gets, how it knows that it is from us, and what its answers mean."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.endpoints import Endpoint, NoServerThere, SignedEndpoints, socket_to_a_server
from bot.domain.errors import PermanentSendError, TemporarySendError
from tests.manual_clock import ManualClock

SECRET = "not a secret at all"


class OtherSystem:
    """A server that keeps what it is told and answers as it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.got: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
def other() -> OtherSystem:
    return OtherSystem()


@pytest.fixture
async def endpoints(other: OtherSystem, clock: ManualClock) -> AsyncIterator[SignedEndpoints]:
    app = web.Application()
    app.router.add_post("/hook", other.take)
    async with TestServer(app) as server:
        known = {
            "billing": Endpoint(str(server.make_url("/hook")), SECRET),
            "away": Endpoint("http://127.0.0.1:9", SECRET),
        }
        endpoints = SignedEndpoints(known, clock)
        yield endpoints
        await endpoints.close()


async def test_it_is_told_in_json_with_a_key_and_a_signature(
    endpoints: SignedEndpoints, other: OtherSystem, clock: ManualClock
) -> None:
    body = {"name": "Zoë", "size": 50, "none": None}
    await endpoints.call("billing", body, key="e1:tell:1")
    ((headers, taken),) = other.got
    assert json.loads(taken) == body
    assert headers["Idempotency-Key"] == "e1:tell:1"
    parts = dict(part.split("=") for part in headers["Overture-Signature"].split(","))
    assert int(parts["t"]) == int(clock.now().timestamp())
    assert parts["v1"] == hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + taken, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_what_may_go_better_later_is_temporary(
    endpoints: SignedEndpoints, other: OtherSystem, status: int
) -> None:
    other.status, other.headers = status, {"Retry-After": "30"}
    with pytest.raises(TemporarySendError, match=f'"billing" answered {status}') as told:
        await endpoints.call("billing", {}, key="k")
    assert told.value.retry_after == timedelta(seconds=30)


async def test_a_pause_may_be_told_as_a_time(endpoints: SignedEndpoints, other: OtherSystem) -> None:
    other.status = 503
    other.headers = {"Date": "Fri, 27 Nov 2026 12:00:00 GMT", "Retry-After": "Fri, 27 Nov 2026 12:02:00 GMT"}
    with pytest.raises(TemporarySendError) as told:
        await endpoints.call("billing", {}, key="k")
    assert told.value.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 302])
async def test_what_will_not_go_better_is_permanent_and_no_redirect_is_followed(
    endpoints: SignedEndpoints, other: OtherSystem, status: int
) -> None:
    other.status, other.headers = status, {"Location": "/hook"}
    with pytest.raises(PermanentSendError, match=f"answered {status}"):
        await endpoints.call("billing", {}, key="k")
    assert len(other.got) == 1


async def test_one_that_is_away_is_temporary(endpoints: SignedEndpoints) -> None:
    with pytest.raises(TemporarySendError, match='"away" cannot be reached'):
        await endpoints.call("away", {}, key="k")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
async def test_what_json_cannot_say_is_not_tried(endpoints: SignedEndpoints, other: OtherSystem, value: Any) -> None:
    with pytest.raises(PermanentSendError, match="cannot be written as JSON"):
        await endpoints.call("billing", {"a": value}, key="k")
    assert other.got == []


async def test_an_endpoint_that_is_not_there_is_permanent(endpoints: SignedEndpoints) -> None:
    assert set(endpoints.names) == {"billing", "away"}
    with pytest.raises(PermanentSendError, match='there is no endpoint "biling"'):
        await endpoints.call("biling", {}, key="k")


@pytest.mark.parametrize(
    ("host", "forbidden"),
    [
        ("169.254.169.254", True),
        ("::ffff:169.254.169.254", True),
        ("fe80::1%eth0", True),
        ("fd00:ec2::254", True),
        ("100.100.100.200", True),
        ("168.63.129.16", True),
        ("64:ff9b::169.254.169.254", True),
        ("64:ff9b:1::169.254.169.254", True),
        ("64:ff9b::100.100.100.200", True),
        ("0.0.0.0", True),
        ("::", True),
        ("224.0.0.1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("::1", False),
        ("93.184.216.34", False),
        ("64:ff9b::93.184.216.34", False),
    ],
)
def test_no_connection_is_made_to_where_a_cloud_keeps_credentials(host: str, forbidden: bool) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    address = (family, socket.SOCK_STREAM, 0, "", (host, 80, 0, 0) if ":" in host else (host, 80))
    if forbidden:
        with pytest.raises(NoServerThere, match="where no endpoint can be"):
            socket_to_a_server(address)
    else:
        socket_to_a_server(address).close()


@pytest.mark.parametrize(
    "written", ["169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "[::ffff:169.254.169.254]"]
)
async def test_however_the_address_is_written(clock: ManualClock, written: str) -> None:
    endpoints = SignedEndpoints({"cloud": Endpoint(f"http://{written}/latest/api/token", SECRET)}, clock)
    with pytest.raises(TemporarySendError, match=r"leads to 169\.254\.169\.254, where no|InvalidUrl"):
        await endpoints.call("cloud", {}, key="k")
    await endpoints.close()
