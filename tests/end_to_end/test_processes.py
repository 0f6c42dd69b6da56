"""Several processes behind one port: any may die at any moment, and a stop ends them all."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import ClientError, ClientSession, TCPConnector

from tests.end_to_end.test_the_fleet import _new_database
from tests.load.processes import family
from tests.ports import free_port
from tests.running import RunningServer, Visitor
from tests.servers import private_redis

pytestmark = pytest.mark.timeout(180)

COUNT = 2


@pytest.fixture
def server(tmp_path: Path, postgresql_server: str) -> Iterator[RunningServer]:
    with private_redis(free_port()) as (redis, _):
        env = {
            "OVERTURE_DATABASE": _new_database(postgresql_server),
            "OVERTURE_REDIS": redis,
            "OVERTURE_CONNECTORS": "webchat,rest,twilio_messaging",
            "OVERTURE_DESK": "",
        }
        command = ("serve", "--processes", str(COUNT))
        server = RunningServer(tmp_path, env, command=command).start()
        try:
            yield server
        finally:
            if server.process is not None and server.process.poll() is None:
                server.kill()


def children(server: RunningServer) -> Sequence[int]:
    assert server.process is not None
    return [pid for pid in family(server.process.pid) if pid != server.process.pid]


async def all_serve(server: RunningServer) -> str:
    """The metrics, once every process tells its own."""
    async with asyncio.timeout(60):
        while True:
            metrics = await read(server, "/metrics")
            if all(f'overture_outbox_dead{{process="{number}"}} ' in metrics for number in range(COUNT)):
                return metrics
            await asyncio.sleep(0.1)


async def read(server: RunningServer, path: str) -> str:
    """By a connection of its own, so that any of the processes answers."""
    async with ClientSession(connector=TCPConnector(force_close=True)) as http:
        try:
            async with http.get(f"{server.address}{path}") as response:
                return await response.text()
        except ClientError:
            return ""


async def test_one_is_killed_in_the_middle_and_nothing_is_lost(server: RunningServer) -> None:
    await all_serve(server)
    before = children(server)
    assert len(before) == COUNT
    async with ClientSession(connector=TCPConnector(force_close=True)) as http:
        visitor = await Visitor(http, server.address).open()
        keys = []
        for number in range(6):
            if number == 2:
                os.kill(before[0], signal.SIGKILL)
            key = str(uuid4())
            async with asyncio.timeout(30):
                while True:  # as the widget does
                    try:
                        await visitor.say("Hello", payload="/greet", message_id=key)
                        break
                    except ClientError:
                        await asyncio.sleep(0.1)
            keys.append(key)
        answers = await answered(server, visitor, keys)
    assert [answer for answer in answers if answer in keys] == keys
    metrics = await all_serve(server)
    assert metrics.count("# TYPE overture_deliveries_total counter") == 1
    after = children(server)
    assert len(after) == COUNT
    assert before[0] not in after
    assert before[1] in after
    assert server.stop() == 0
    assert not any(map(_runs, after))


async def answered(server: RunningServer, visitor: Visitor, keys: Sequence[str]) -> list[str]:
    """Which messages were answered, in the order of their answers; from streams that may break off."""
    async with asyncio.timeout(60):
        while True:
            found: list[str] = []
            async with ClientSession() as http:
                there = Visitor(http, server.address)
                there.token = visitor.token
                async with there.feed() as feed:
                    await asyncio.sleep(0.5)
                    for item in feed.items:
                        key = str(item["id"]).rpartition(":")[0].rpartition(":")[2]
                        if item["from"] == "bot" and key in keys:
                            found.append(key)
            if set(found) == set(keys):
                return found


async def test_they_end_with_their_parent(server: RunningServer) -> None:
    await all_serve(server)
    left = children(server)
    server.kill()
    deadline = time.monotonic() + 30
    while any(_runs(pid) for pid in left):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


def _runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_what_keeps_the_first_from_serving_is_told_and_ends_all(tmp_path: Path) -> None:
    env = {
        "OVERTURE_DATABASE": f"postgresql+asyncpg://nobody@127.0.0.1:{free_port()}/none",
        "OVERTURE_REDIS": "redis://localhost:1",
    }
    server = RunningServer(tmp_path, env, command=("serve", "--processes", "2"))
    assert server.start().process is not None  # the port is there from the beginning, and what comes waits
    assert server.process is not None
    assert await asyncio.to_thread(server.process.wait, 60) == 2
    assert "cannot be used" in server.log()
    assert server.log().count("overture: ") == 1
