"""Logs: events with fields, and never what somebody wrote or where they can be reached."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.database import Database
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import TemporarySendError
from bot.entrypoints.serving.http import Server
from bot.entrypoints.serving.logs import set_up_logs, tell_exception
from bot.entrypoints.wiring.service import Service
from bot.services.converse import PARK_AFTER, converse
from tests.bot.services.stage import PHONE, Stage

WORDS = "my secret wish"


def fail_with(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """The error as it is caught, with the place at which it was raised."""
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def test_a_librarys_words_stay_out_and_its_place_and_kind_are_told() -> None:
    told = tell_exception(fail_with(ValueError(f"invalid literal: {WORDS}")))
    assert WORDS not in told
    assert "builtins.ValueError" in told
    assert "test_logs.py" in told
    assert "fail_with" in told


def test_our_own_words_and_the_systems_are_told() -> None:
    assert "vendor is away" in tell_exception(fail_with(TemporarySendError("vendor is away")))
    assert "No space left" in tell_exception(fail_with(OSError(28, "No space left on device")))


def test_what_an_error_came_from_is_told_in_the_same_way() -> None:
    cause = fail_with(sqlite3.IntegrityError(f"UNIQUE constraint failed for {PHONE}"))
    told = tell_exception(fail_with(TemporarySendError("try again"), cause))
    assert PHONE not in told
    assert "sqlite3.IntegrityError" in told
    assert told.index("IntegrityError") < told.index("and then:") < told.index("try again")
    group = tell_exception(fail_with(ExceptionGroup("tasks", [ValueError(WORDS), TemporarySendError("ours")])))
    assert WORDS not in group
    assert "in it:" in group
    assert "ours" in group


@pytest.mark.parametrize("form", ["json", "text"])
async def test_a_turn_that_fails_is_logged_without_what_was_said(
    form: Literal["json", "text"], stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(form)
    stage.actions.raising = {"action_lead"}
    await stage.hear("lead")
    chat = (await stage.at()).id
    for _ in range(PARK_AFTER - 1):
        with pytest.raises(ValueError):
            await converse(stage.runtime, chat)
    await converse(stage.runtime, chat)
    logged = capsys.readouterr().err
    assert "a message is parked" in logged
    assert chat in logged, "each line names its conversation"
    assert PHONE not in logged
    assert "ValueError: lead" not in logged
    if form == "json":
        lines = [json.loads(line) for line in logged.splitlines()]
        parked = next(line for line in lines if line["event"].startswith("a message is parked"))
        assert (parked["conversation"], parked["level"], parked["attempts"]) == (chat, "error", PARK_AFTER)
        assert parked["exception"].endswith("builtins.ValueError")


async def test_nothing_on_the_way_of_a_message_logs_its_words_or_its_address(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json", level=logging.DEBUG)
    stage.sms.faults.append(KeyError(f"{PHONE}: {WORDS}"))
    await stage.says(WORDS)
    await stage.later(minutes=3)
    assert len(stage.sms.taken) == 1
    logged = capsys.readouterr().err
    assert "a connector failed in a way that connectors should not" in logged
    assert PHONE not in logged
    assert WORDS not in logged
    assert "Pardon?" not in logged


async def test_a_database_that_is_away_is_a_line_each_time_and_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text")
    store = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere")
    try:
        async with store.transaction() as uow:
            await uow.outbox.count(OutboxStatus.DEAD)
    except Exception:
        structlog.get_logger().exception("could not look")
    await store.close()
    (line,) = capsys.readouterr().err.splitlines()
    assert "the database takes nothing at the moment: builtins.ConnectionRefusedError" in line


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_what_logs_goes_on_where_the_disk_of_the_log_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr("sys.stderr", io.TextIOWrapper(full, write_through=True))
        set_up_logs("text")
        structlog.get_logger().info("outbox entry settled")


def test_what_libraries_log_is_told_without_their_errors_words(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("text")
    library = logging.getLogger("some.library")
    library.info("chatter")
    try:
        raise ValueError(WORDS)
    except ValueError:
        library.exception("it failed")
    logged = capsys.readouterr().err
    assert "ERROR some.library: it failed" in logged
    assert "builtins.ValueError" in logged
    assert WORDS not in logged
    assert "chatter" not in logged


def test_a_librarys_line_is_json_where_ours_are_and_has_our_ids(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    try:
        raise ValueError(WORDS)
    except ValueError:
        with structlog.contextvars.bound_contextvars(conversation="c1"):
            logging.getLogger("some.library").exception("it failed")
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["logger"], told["level"]) == ("it failed", "some.library", "error")
    assert told["conversation"] == "c1"
    assert told["exception"].endswith("builtins.ValueError")
    assert WORDS not in line


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /?sig=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer w\x00rd\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"POST /preferences HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=["the address", "a header", "TLS", "a body that is not packed as it says"],
)
async def test_what_is_no_http_is_a_line_at_most_and_no_fault(
    sent: bytes, service_of: Callable[..., Service], capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json")
    async with TestServer(Server(service_of(connectors="")).application(), host="127.0.0.1") as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(sent)
        assert b" 400 Bad Request" in (await reader.read()).partition(b"\r\n")[0]
        writer.close()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["level"] for line in lines] == ["info"] * len(lines)
    assert not any("exception" in line or "127.0.0.1" in line["event"] for line in lines)


async def test_a_turn_and_a_delivery_log_the_ids_of_what_they_are_about(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json")
    await stage.says("hello")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    settled = next(line for line in lines if line["event"] == "outbox entry settled")
    async with stage.store.transaction() as uow:
        found = await uow.conversations.at("sms", PHONE)
    assert found is not None
    assert settled["conversation"] == found.id
    assert settled["entry"]


async def test_a_request_is_logged_with_an_id_and_without_whom_it_is_about(
    service_of: Callable[..., Service], capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json")
    app = Server(service_of(connectors="")).application()
    async with TestClient[Any, Any](TestServer(app, host="127.0.0.1")) as client:
        answer = await client.get("/v1/people/ana@example.com/data")
        assert answer.status == 404
        assert "ana@example.com" in (await answer.json())["error"]
        assert (await client.post("/preferences/a-token", data={"do": "save"})).status == 403
        assert (await client.post("/channels/sms-channel/ana@example.com", data=b"")).status == 404
    logged = capsys.readouterr().err
    assert "ana@example.com" not in logged
    assert "a-token" not in logged
    refused, webhook = (json.loads(line) for line in logged.splitlines())
    assert (refused["event"], refused["route"], refused["status"]) == (
        "request refused",
        "/v1/people/{person}/data",
        404,
    )
    assert (webhook["event"], webhook["channel"]) == ("webhook refused", "sms-channel")
    assert len({refused["request"], webhook["request"]}) == 2
