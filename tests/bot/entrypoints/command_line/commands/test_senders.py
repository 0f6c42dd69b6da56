"""`overture senders`, as it is typed."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.database import Database
from bot.domain.consent import EVERY_ADDRESS, Consequence, Suppression
from bot.entrypoints.command_line.cli import run
from tests.contracts.samples import NOON


@pytest.fixture
def stopped(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            stop = Suppression("sms", EVERY_ADDRESS, "taken for spam", NOON, Consequence.SENDER_STOPPED)
            await uow.consents.suppress(stop)
            await uow.consents.suppress(Suppression("whatsapp", "+447700900123", "wrote STOP", NOON))
        await store.close()

    asyncio.run(write())


def test_a_stopped_sender_is_listed_and_can_be_lifted(stopped: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["senders", "list"]) == 0
    assert capsys.readouterr().out == "sms: stopped since 2026-11-23 12:00 UTC: taken for spam\n"
    assert run(["senders", "lift", "sms"]) == 0
    assert run(["senders", "list"]) == 0
    assert capsys.readouterr().out.endswith("No sender is stopped.\n")
    assert run(["audit", "list"]) == 0
    assert "sender.lifted" in capsys.readouterr().out


def test_what_is_not_stopped_cannot_be_lifted(stopped: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["senders", "lift", "whatsapp"]) == 2
    assert 'nothing is stopped on "whatsapp"' in capsys.readouterr().err
