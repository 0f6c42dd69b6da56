from __future__ import annotations

import asyncio
import gzip
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.entrypoints.command_line.cli import MISUSED, run
from bot.entrypoints.command_line.commands import actions
from tests.lending import ROOT
from tests.ports import free_port

SLOW = """
import asyncio
from rasa_sdk import Action

class Slow(Action):
    def name(self):
        return "action_slow"

    async def run(self, dispatcher, tracker, domain):
        await asyncio.sleep(1)
        dispatcher.utter_message(text="done")
        return []
"""
CALL = (
    b'{"next_action": "action_slow", "domain": {"intents": []}, '
    b'"tracker": {"sender_id": "a", "slots": {}, "latest_message": {}, "events": []}}'
)


@contextmanager
def serving(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    (folder / "slow_actions.py").write_text(SLOW, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "actions", "slow_actions", "--port", str(port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), **settings},
        stdout=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while not is_healthy(port):
            assert process.poll() is None, "it ended before it answered"
            assert time.monotonic() < until, "it did not begin to answer"
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def is_healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


def status_of(request: Request) -> int:
    try:
        with urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def call(port: int, **headers: str) -> str:
    headers = {"Content-Type": "application/json", **headers}
    with urlopen(Request(f"http://127.0.0.1:{port}/webhook", CALL, headers), timeout=10) as answer:
        told: str = answer.read().decode()
        return told


def test_what_runs_when_it_is_told_to_stop_is_finished_and_then_it_ends(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port) as process, ThreadPoolExecutor(1) as others:
        answer = others.submit(call, port)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert '"done"' in answer.result()
        assert process.wait(20) == 0


def test_one_that_is_killed_leaves_nobody_behind_who_has_its_port(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port):
        pass
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_what_is_no_call_is_answered_as_rasa_sdk_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    asked = {"OPTIONS": (None, 200), "POST": (b"{bad", 400), "GET": (None, 500)}
    with serving(tmp_path, port):
        for method, (body, status) in asked.items():
            assert status_of(Request(f"http://127.0.0.1:{port}/webhook", body, method=method)) == status
    assert "AttributeError" not in capfd.readouterr().err


async def test_a_call_is_part_of_the_trace_of_whoever_makes_it(tmp_path: Path) -> None:
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    got: list[bytes] = []

    async def collect(request: web.Request) -> web.Response:
        body = await request.read()
        got.append(gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body)
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", collect)
    port = free_port()
    async with TestServer(app) as collector:
        with serving(tmp_path, port, OVERTURE_TRACES=str(collector.make_url("/"))) as process:
            assert '"done"' in await asyncio.to_thread(call, port, traceparent=f"00-{trace}-{span}-01")
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 20)
    told = b"".join(got)
    assert told.count(b"run action_slow") == 1
    assert bytes.fromhex(trace) in told
    assert bytes.fromhex(span) in told


def test_a_package_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["actions", "no_such_actions"]) == MISUSED
    assert 'The actions package "no_such_actions" cannot be imported' in capsys.readouterr().err


def test_a_port_that_somebody_has_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "bot", "actions", "actions", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == MISUSED
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use. Choose another --port." in done.stderr


def test_the_actions_of_the_folder_where_it_is_run_are_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Any] = []
    monkeypatch.setattr(actions, "serve_actions", lambda executor, **_: served.append(executor))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "actions_here").mkdir()
    (tmp_path / "actions_here/__init__.py").write_text(SLOW, encoding="utf-8")
    assert run(["actions", "actions_here"]) == 0
    assert {"action_slow", "action_hand_off"} <= set(served[0].actions), "beside Overture's own"
