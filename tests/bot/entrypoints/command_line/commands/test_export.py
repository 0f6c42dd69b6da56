from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.domain.conversation import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from bot.domain.ids import ConversationId, MessageId, ProfileId
from bot.domain.understanding import Entity, IntentScore, Understood
from bot.entrypoints.command_line import event_log
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.commands import export
from bot.entrypoints.command_line.files import writing
from bot.ports import LoggedEvent
from tests.contracts.samples import CHAT, NOON, OTHER_CHAT, add_chat

HELLO = UserUttered(
    "50 please",
    Understood("50 please", IntentScore("inform", 0.9), (Entity("number", 50, "50", 0, 2, role="team"),)),
    MessageId("m1"),
    NOON,
    "webchat",
)
TURN: tuple[Event, ...] = (
    HELLO,
    SlotSet("size", 50, heard=True),
    ActionExecuted("utter_ok", "rule: ok"),
    ActiveLoop("order_form", at=NOON + timedelta(days=1)),
)


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    return sqlite_url


def fill(url: str, logs: dict[ConversationId, tuple[Event, ...]]) -> None:
    async def write() -> None:
        store = Database(url)
        async with store.transaction() as uow:
            for conversation, events in logs.items():
                await add_chat(uow, conversation, of=ProfileId(f"person of {conversation}"))
                await uow.conversations.log(conversation, events, NOON)
        await store.close()

    asyncio.run(write())


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_events_are_as_rasas_brokers_publish_them(url: str, tmp_path: Path) -> None:
    fill(url, {CHAT: TURN})
    assert run(["export", "--out", str(tmp_path / "events.jsonl")]) == 0
    assert (tmp_path / "events.jsonl").stat().st_mode & 0o077 == 0, "it has what people wrote in it"
    user, slot, action, loop = lines(tmp_path / "events.jsonl")
    assert (user["sender_id"], user["event"], user["text"]) == (CHAT, "user", "50 please")
    assert user["parse_data"]["entities"][0]["role"] == "team"
    assert user["timestamp"] == NOON.timestamp()
    assert (slot["event"], slot["name"], slot["value"], slot["timestamp"]) == ("slot", "size", 50, NOON.timestamp())
    assert (action["event"], action["name"], action["policy"]) == ("action", "utter_ok", "rule: ok")
    assert (loop["event"], loop["name"]) == ("active_loop", "order_form")


def test_our_own_lines_lose_nothing(url: str, tmp_path: Path) -> None:
    fill(url, {CHAT: TURN})
    assert run(["export", "--format", "jsonl", "--out", str(tmp_path / "events.jsonl")]) == 0
    found = lines(tmp_path / "events.jsonl")
    assert [(one["conversation"], one["sequence"], one["kind"]) for one in found] == [
        (CHAT, 1, "user"),
        (CHAT, 2, "slot"),
        (CHAT, 3, "action"),
        (CHAT, 4, "active_loop"),
    ]
    assert found[1]["heard"] is True


def test_it_goes_on_after_a_place_and_from_a_time(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(url, {CHAT: TURN, OTHER_CHAT: TURN})
    assert run(["export", "--after", f"{CHAT}:3"]) == 0
    told = capsys.readouterr()
    kinds = [json.loads(line)["event"] for line in told.out.splitlines()]
    assert kinds == ["active_loop", "user", "slot", "action", "active_loop"]
    assert f"5 events, up to {OTHER_CHAT}:4\n5 events in all" in told.err
    assert run(["export", "--since", "2026-11-24"]) == 0
    assert capsys.readouterr().out.count("active_loop") == 2
    assert run(["export", "--since", "2026-11-25"]) == 0
    assert "there is nothing to export" in capsys.readouterr().err


def test_an_interruption_keeps_whole_lines_and_says_where_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> Iterator[list[LoggedEvent]]:
        yield [LoggedEvent(CHAT, 1, HELLO), LoggedEvent(CHAT, 2, SlotSet("size", 50, at=NOON))]
        raise KeyboardInterrupt

    with writing(tmp_path / "events.jsonl") as file:
        status = export.write_lines(interrupted(), export.as_rasa, file, export.Progress(("", 0)))
    assert status == 130
    assert len(lines(tmp_path / "events.jsonl")) == 2
    assert f"Go on with --after {CHAT}:2" in capsys.readouterr().err


def test_a_failure_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    def failing() -> Iterator[list[LoggedEvent]]:
        yield [LoggedEvent(CHAT, 1, HELLO)]
        raise RuntimeError("the database is gone")

    (tmp_path / "events.jsonl").write_text("as it was")
    with pytest.raises(RuntimeError), writing(tmp_path / "events.jsonl") as file:
        export.write_lines(failing(), export.as_rasa, file, export.Progress(("", 0)))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("events.jsonl", "as it was")]


def test_memory_stays_flat_however_long_the_log(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "BATCH", 200)
    said = tuple(BotUttered(f"{number} " + "x" * 2000, at=NOON) for number in range(8000))
    fill(url, {CHAT: said})
    tracemalloc.start()
    assert run(["export", "--out", str(tmp_path / "events.jsonl")]) == 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "events.jsonl").stat().st_size > 16_000_000
    assert peak < 8_000_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--since", "tomorrow"], '--since is "tomorrow", which is no time'),
        (["--after", "12"], '--after is "12": it should be a place'),
    ],
)
def test_bad_arguments_are_told_in_a_sentence(
    url: str, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert run(["export"]) == 2
    assert f"there is no database {tmp_path / 'none.db'} to export from" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
