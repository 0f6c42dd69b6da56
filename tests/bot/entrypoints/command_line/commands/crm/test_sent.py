"""`overture crm sent`, as it is typed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.crm import CrmWrite, SentField
from bot.domain.ids import ProfileId
from bot.domain.person import Identity
from bot.entrypoints.command_line.cli import run
from tests.contracts.samples import NOON, profile

ANA = ProfileId("ana")


@pytest.fixture(autouse=True)
def a_person(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            await uow.profiles.add(profile(ANA))
            await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), NOON)
            fields = (
                SentField("company", "Example\x1b[2J Ltd", "profile.company"),
                SentField("note", "Hi\nBye", "note"),
            )
            await uow.crm_writes.add(CrmWrite(ANA, "hubspot", NOON, "one", fields))
            await uow.crm_writes.add(CrmWrite(ANA, "mautic", NOON, "two", fields[1:]))
            await uow.crm_writes.taken("one", "101")
        await store.close()

    asyncio.run(write())


def test_each_field_is_told_with_where_it_came_from_and_what_never_was_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["crm", "sent", "ana@example.com"]) == 0
    first, company, note, second, _ = capsys.readouterr().out.splitlines()
    assert first.endswith("hubspot: record 101  (one)")
    assert company == "  company  Example\ufffd[2J Ltd  (from profile.company)"
    assert note == "  note     Hi / Bye"
    assert run(["audit", "list"]) == 0
    assert "person.looked_at" in capsys.readouterr().out
    assert "mautic: refused, or not answered" in second


def test_one_crm_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["crm", "sent", ANA, "--crm", "mautic", "--json"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["crm"], told["record"]) == ("mautic", None)
    assert told["fields"] == [{"name": "note", "value": "Hi\nBye", "source": "note"}]


def test_nobody_and_nothing_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["crm", "sent", "bob"]) == 2
    assert 'nobody is known as "bob"' in capsys.readouterr().err
    assert run(["crm", "sent", ANA, "--crm", "openemm"]) == 0
    assert capsys.readouterr().out == "nothing was sent.\n"
