"""`overture knowledge check`, as it is typed, with a small assistant in place of the sample."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.conversation import UserUttered
from bot.domain.ids import MessageId, ProfileId
from bot.domain.understanding import IntentScore, KnowledgeAnswer, Understood
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.commands.knowledge import check
from bot.nlu.pipeline import Pipeline
from tests.bot.nlu.conftest import encoder, pipeline, training_data  # noqa: F401
from tests.contracts.samples import CHAT, NOON, add_chat

DENTIST = "who is your dentist?"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline) -> None:  # noqa: F811
    monkeypatch.setattr(check, "open_pipeline", lambda *_: pipeline)


def said(text: str, intent: str, *, days: int = 0, answer: KnowledgeAnswer | None = None) -> UserUttered:
    understood = Understood(text, IntentScore(intent, 0.9), answer=answer)
    return UserUttered(text, understood, MessageId(text), NOON + timedelta(days=days), "webchat")


@pytest.fixture
def transcripts(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    events = (
        said(DENTIST, "ask_knowledge"),
        said("hello", "greet"),
        said("can I pay in shells?", "ask_knowledge", answer=KnowledgeAnswer("Yes.", "Shells", "u", 0.9)),
        said("my dentist is nice", "nlu_fallback"),
        said(DENTIST, "nlu_fallback", days=3),
    )

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            await add_chat(uow, CHAT, of=ProfileId("a person"))
            for event in events:
                assert event.at is not None
                await uow.conversations.log(CHAT, [event], event.at)
        await store.close()

    asyncio.run(write())
    return sqlite_url


@pytest.mark.usefixtures("transcripts")
def test_questions_of_the_transcripts_that_found_no_answer_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["knowledge", "check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 questions without an answer, in 1 group; 0 have one now."
    assert lines[2] == f"   2 × {DENTIST}"
    assert lines[3].strip().startswith("nearest: Pricing (https://harbourline.example/pricing), 0.")


@pytest.mark.usefixtures("transcripts")
def test_only_what_was_asked_since_then_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    later = (NOON + timedelta(days=1)).date().isoformat()
    assert run(["knowledge", "check", "--since", later]) == 0
    assert capsys.readouterr().out.startswith("1 question without an answer")


def test_a_file_of_questions_is_checked_without_transcripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text(f"# to be answered\nhow much does it cost?\n\n{DENTIST}\n", encoding="utf-8")
    assert run(["knowledge", "check", "--questions", str(questions)]) == 0
    assert capsys.readouterr().out.startswith("1 question without an answer, in 1 group; 1 have one now.")


def test_what_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert run(["knowledge", "check"]) == 2
    assert run(["knowledge", "check", "--since", "yesterday"]) == 2
    assert run(["knowledge", "check", "--questions", str(tmp_path / "none.txt")]) == 2
    assert run(["knowledge", "check", "--questions", "x", "--since", "2026-11-24"]) == 2
    told = capsys.readouterr().err
    assert "none.db to read conversations from" in told
    assert '--since is "yesterday"' in told
    assert "none.txt cannot be read: No such file or directory." in told
    assert "name one of them" in told
