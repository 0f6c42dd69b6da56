"""Two servers, three workers, an action server, one PostgreSQL, one Redis: whatever is killed, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.database import Database
from bot.domain.errors import SettingsError
from bot.entrypoints.serving.running import refuse_beside_others
from tests.lending import ROOT
from tests.ports import free_port
from tests.running import RunningServer, Visitor, chatting
from tests.servers import private_redis

pytestmark = pytest.mark.timeout(180)

CONVERSATIONS, MESSAGES = 12, 4


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, postgresql_server: str) -> Iterator[Fleet]:
    port = free_port()
    with private_redis(port) as (url, redis):
        one = Fleet(tmp_path_factory.mktemp("fleet"), _new_database(postgresql_server), url, redis)
        try:
            yield one.start()
        finally:
            one.end()


class Fleet:
    """Its processes share a folder for the secret and the model, as a fleet shares a volume."""

    def __init__(self, data: Path, database: str, redis_url: str, redis: subprocess.Popen[bytes]) -> None:
        self.database, self.redis_url, self.redis = database, redis_url, redis
        self.actions_port = free_port()
        self.actions: subprocess.Popen[bytes] | None = None
        env = {
            "OVERTURE_DATABASE": database,
            "OVERTURE_REDIS": redis_url,
            "OVERTURE_ACTIONS": f"http://127.0.0.1:{self.actions_port}/webhook",
            "OVERTURE_CONNECTORS": "webchat,rest,twilio_messaging",
            "OVERTURE_DESK": "",
        }
        serve, work = ("serve", "--lanes", "none"), ("work",)
        self.servers = [RunningServer(data, env, command=serve, name=f"server-{name}") for name in "ab"]
        self.workers = [RunningServer(data, env, command=work, name=f"worker-{name}") for name in "abc"]

    def start(self) -> Fleet:
        command = [sys.executable, "-m", "bot", "actions", "--port", str(self.actions_port)]
        self.actions = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for process in (*self.servers, *self.workers):
            process.start()
        return self

    def end(self) -> None:
        if self.actions is not None:
            self.actions.kill()
            self.actions.wait()
        for process in (*self.servers, *self.workers):
            if process.process is not None and process.process.poll() is None:
                process.kill()


async def test_what_is_said_to_one_server_is_answered_on_another(fleet: Fleet) -> None:
    async with ClientSession() as http:
        here = await Visitor(http, fleet.servers[0].address).open()
        there = Visitor(http, fleet.servers[1].address)
        there.token = here.token
        async with there.feed() as feed:
            key = await here.say("Hello", payload="/greet")
            await feed.until(lambda item: f"{key}:0" in item["id"])


async def test_every_process_says_that_it_is_ready_and_what_it_has_done(fleet: Fleet) -> None:
    async with ClientSession() as http:
        for process in (*fleet.servers, *fleet.workers):
            async with http.get(f"{process.address}/readyz") as response:
                assert (response.status, await response.json()) == (200, {"status": "ready"})
            async with http.get(f"{process.address}/metrics") as response:
                assert 'overture_lane_late_seconds{lane="replies"}' in await response.text()


async def test_who_must_be_alone_with_the_database_is_told_of_every_process(fleet: Fleet) -> None:
    store = Database(fleet.database)
    with pytest.raises(SettingsError) as refused:
        await refuse_beside_others(store)
    await store.close()
    for command, processes in (("serve", fleet.servers), ("work", fleet.workers)):
        for one in processes:
            assert one.process is not None
            assert f"overture {command} on {os.uname().nodename} (process {one.process.pid}, " in str(refused.value)


async def test_a_killed_worker_loses_nothing_doubles_nothing_and_mixes_up_no_order(fleet: Fleet) -> None:
    async with ClientSession() as http:
        told = asyncio.gather(*(_talk(http, fleet, number) for number in range(CONVERSATIONS)))
        await asyncio.sleep(1)
        fleet.workers[0].kill()
        fleet.workers[0].start()
        for said, heard in await told:
            assert heard == said


async def test_without_redis_it_is_slower_and_nothing_is_lost_doubled_or_mixed_up(fleet: Fleet) -> None:
    async with ClientSession() as http:
        told = asyncio.gather(*(_talk(http, fleet, number) for number in range(CONVERSATIONS)))
        await asyncio.sleep(0.5)
        fleet.redis.kill()
        fleet.redis.wait()
        for said, heard in await told:
            assert heard == said
        async with http.get(f"{fleet.servers[0].address}/readyz") as response:
            assert (response.status, await response.json()) == (200, {"status": "ready", "slower_without": ["Redis"]})
        with private_redis(make_url(fleet.redis_url).port or 0):
            for said, heard in await asyncio.gather(*(_talk(http, fleet, number) for number in range(CONVERSATIONS))):
                assert heard == said


async def _talk(http: ClientSession, fleet: Fleet, number: int) -> tuple[list[str], list[str]]:
    """What was said by its id, in order, and what was answered, once each has been."""
    visitor = await Visitor(http, fleet.servers[number % 2].address).open()
    async with chatting(visitor) as chat:
        said = []
        for _ in range(MESSAGES):
            said.append(await visitor.say("Hello", payload="/greet"))
            await asyncio.sleep(0.2)
        for one in said:
            await chat.feed.until(partial(_answers_to, one), within=60.0)
        await asyncio.sleep(1)  # for a second answer, should there be one
        return said, _answers(chat.feed.items, said)


def _answers_to(message: str, item: dict[str, Any]) -> bool:
    return f"{message}:0" in item["id"]


def _answers(items: list[dict[str, Any]], said: list[str]) -> list[str]:
    """Which message each first line of an answer belongs to; a message may be answered in several lines."""
    lines = [item["id"] for item in items if item["from"] == "bot" and "disclosure" not in item["id"]]
    assert not [line for line, times in Counter(lines).items() if times > 1], "a line came twice"
    return [one for line in lines for one in said if f"{one}:0" in line]


def _new_database(server: str) -> str:
    async def create() -> None:
        engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            # A process of another test that was killed may have its connection still.
            await connection.execute(text("DROP DATABASE IF EXISTS fleet WITH (FORCE)"))
            await connection.execute(text("CREATE DATABASE fleet"))
        await engine.dispose()

    asyncio.run(create())
    return make_url(server).set(database="fleet").render_as_string(hide_password=False)
