"""`overture nlu review`, as it is typed."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.conversation import UserUttered
from bot.domain.ids import MessageId
from bot.domain.understanding import IntentScore, Understood
from bot.entrypoints.command_line.cli import FAULTY, MISUSED, run
from tests.contracts.samples import CHAT, NOON, add_chat

ROOT = Path(__file__).parents[6]
SAID = ("walk me round the planner", "do cats fly", "zzz, my number is 07700 900123")


@pytest.fixture(autouse=True)
def _heard(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "nlu_data", tmp_path / "nlu_data")
    shutil.copytree(ROOT / "journeys", tmp_path / "journeys")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    asyncio.run(hear(sqlite_url))


async def hear(url: str) -> None:
    store = Database(url)
    async with store.transaction() as uow:
        await add_chat(uow)
        for text in SAID:
            ranking = (IntentScore("request_demo", 0.3),)
            understood = Understood(text, IntentScore("nlu_fallback", 0.9), ranking=ranking, stage="fallback")
            await uow.conversations.log(CHAT, [UserUttered(text, understood, MessageId(text), None, "sms")], NOON)
    await store.close()


def keys(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert run(["nlu", "review"]) == 0
    told = capsys.readouterr().out
    return {text: key for key, text in re.findall(r'^(\w{8})  2026-11-23 12:00  "(.*)"$', told, re.MULTILINE)}


def test_messages_are_listed_and_labelled(capsys: pytest.CaptureFixture[str]) -> None:
    listed = keys(capsys)
    assert set(listed) == {"walk me round the planner", "do cats fly", "zzz, my number is 00000 000000"}
    assert run(["nlu", "review", "--label", listed["walk me round the planner"], "request_demo"]) == 0
    assert "Added to request_demo: nlu_data/nlu/selling.yml:" in capsys.readouterr().out
    assert "      - walk me round the planner\n" in Path("nlu_data/nlu/selling.yml").read_text()
    assert run(["nlu", "review", "--out-of-scope", listed["do cats fly"]]) == 0
    assert "Out of scope: nlu_data/nlu/out_of_scope.yml:" in capsys.readouterr().out
    assert run(["nlu", "review", "--dismiss", listed["zzz, my number is 00000 000000"]]) == 0
    assert "Dismissed: " in capsys.readouterr().out
    assert run(["nlu", "review"]) == 0
    assert capsys.readouterr().out == "Nothing waits: everything was understood or handled.\n"


def test_what_is_no_message_or_no_intent_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    key = keys(capsys)["do cats fly"]
    assert run(["nlu", "review", "--dismiss", "xyz"]) == MISUSED
    assert '"xyz" is no message of the queue.' in capsys.readouterr().err
    assert run(["nlu", "review", "--label", key, "greeet"]) == FAULTY
    assert 'Did you mean "greet"?' in capsys.readouterr().err
    assert "do cats fly" in keys(capsys)
