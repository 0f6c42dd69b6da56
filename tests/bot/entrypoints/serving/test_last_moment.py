from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Queue
from threading import Timer
from threading import enumerate as enumerate_threads

import pytest

from bot.entrypoints.serving.last_moment import NOT_IN_TIME, LastMoment
from tests.load.__main__ import wait_for_all
from tests.load.processes import family
from tests.ports import free_port
from tests.running import RunningServer, running
from tests.servers import private_postgresql, private_redis

SOON = 0.05


async def test_an_end_that_does_not_come_is_made() -> None:
    ended = Queue[int]()
    with LastMoment(SOON, ended.put) as last_moment:
        last_moment.begin()
        assert await asyncio.to_thread(ended.get, timeout=30) == NOT_IN_TIME


async def test_an_end_in_time_is_left_alone() -> None:
    ended: list[int] = []
    with LastMoment(3600, ended.append) as last_moment:
        last_moment.begin()
        (timer,) = timers()
    timer.join(30)
    assert not timer.is_alive()
    assert not ended


async def test_nothing_ends_that_was_not_told_to() -> None:
    with LastMoment(SOON):
        assert timers() == []


async def test_a_stalled_event_loop_does_not_put_off_the_end() -> None:
    ended = Queue[int]()
    with LastMoment(SOON, ended.put) as last_moment:
        last_moment.begin()
        assert ended.get(timeout=30) == NOT_IN_TIME, "though this stands in the way of the loop"


def timers() -> list[Timer]:
    return [one for one in enumerate_threads() if isinstance(one, Timer)]


def test_with_database_and_redis_silent_a_server_ends_in_its_time_and_says_what_held_it(tmp_path: Path) -> None:
    with private_postgresql() as postgresql, private_redis(free_port()) as (redis, redis_server):
        env = {"OVERTURE_DATABASE": postgresql.url, "OVERTURE_REDIS": redis, "OVERTURE_STOP_WITHIN": "1.5"}
        server = RunningServer(tmp_path, env | {"OVERTURE_LOG": "json"}).start()
        with silent([*family(postgresql.pid), redis_server.pid]):
            begun = time.monotonic()
            status = server.stop()
        assert status == NOT_IN_TIME
        assert time.monotonic() - begun < 10
        assert "not ended in time" in server.log()
        assert "Worker.run" in server.log()


@pytest.mark.parametrize("processes", [1, 2])
def test_whoever_tells_it_again_does_not_wait_but_an_echo_is_no_second_word(tmp_path: Path, processes: int) -> None:
    several = ("serve", "--processes", str(processes))
    with ExitStack() as stack:
        postgresql = stack.enter_context(private_postgresql())
        redis, redis_server = stack.enter_context(private_redis(free_port()))
        env = {"OVERTURE_DATABASE": postgresql.url, "OVERTURE_REDIS": redis, "OVERTURE_STOP_WITHIN": "60"}
        with running(tmp_path, env, command=several) as server:
            wait_for_all(server, processes)
            assert server.process is not None
            stack.enter_context(silent([*family(postgresql.pid), redis_server.pid]))
            for pid in family(server.process.pid):  # as a terminal does at Ctrl-C
                os.kill(pid, signal.SIGINT)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(1.5)
            assert server.process.poll() is None
            assert server.stop() == NOT_IN_TIME
            assert "told again to stop" in server.log()


@contextmanager
def silent(pids: list[int]) -> Iterator[None]:
    """They keep their connections and answer nothing, as behind a network that is gone."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
