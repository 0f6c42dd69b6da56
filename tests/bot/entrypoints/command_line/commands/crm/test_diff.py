"""`overture crm diff`, as it is typed, against the stand-ins."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.ids import ProfileId
from bot.domain.person import Identity
from bot.domain.score import USUAL_GRADES
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.wiring.service import open_crms
from bot.services.sync_crm import lead_of
from bot.settings import load_settings
from tests.contracts.samples import profile

ANA = ProfileId("ana")


@pytest.fixture(autouse=True)
def a_person(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))
    monkeypatch.setenv("OVERTURE_CONNECTORS", "webchat,twilio_messaging,slack,hubspot,webhook")

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            attributes = {"name": "Ana Example", "email": "ana@example.com", "team_size": 50}
            await uow.profiles.add(profile(ANA, attributes=attributes))
            for kind, value in (("phone", "+447700900123"), ("email", "ana@example.com")):
                await uow.profiles.claim(ANA, Identity(kind, value), datetime.now(UTC))
        await store.close()

    asyncio.run(write())


def sales_writes(**fields: str) -> None:
    async def write() -> None:
        async with open_crms(load_settings()) as (store, crms), store.transaction() as uow:
            lead = await lead_of(uow, await uow.profiles.get(ANA), datetime.now(UTC), grades=USUAL_GRADES)
        async with open_crms(load_settings()) as (_, crms):
            await crms["hubspot"].upsert(lead, {"email": "ana@example.com", **fields}, found=None, key="sales")

    asyncio.run(write())


def diff(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    assert run(["crm", "diff", ANA, *options]) == 0
    return capsys.readouterr().out.splitlines()


def test_without_a_record_it_tells_what_would_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    told = diff(capsys, "--crm", "hubspot")
    assert told[0] == "hubspot: no record yet; it would be made"
    assert "  + overture_team_size  50" in told


def test_it_tells_what_would_be_set_written_over_and_left(capsys: pytest.CaptureFixture[str]) -> None:
    sales_writes(firstname="Anna", overture_grade="A1")
    told = diff(capsys, "--crm", "hubspot")
    assert told[0] == "hubspot: record 101"
    assert "  ! firstname           stays Anna; ours is Ana (overwrite: true would write it)" in told
    assert "  + lastname            Example" in told
    assert "  ~ overture_grade      A1 -> C3" in told
    assert told[-1] == "  2 fields the same"
    assert diff(capsys, "--crm", "hubspot") == told, "it changed something"


def test_what_stands_in_the_crm_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    sales_writes(firstname="Anna\x1b[2J\nB")
    assert any("stays Anna\ufffd[2J / B; ours is Ana" in line for line in diff(capsys, "--crm", "hubspot"))


def test_every_crm_is_looked_at_unless_one_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    heads = [line for line in diff(capsys) if not line.startswith(" ")]
    assert [head.split(":")[0] for head in heads] == ["hubspot", "webhook"]


def test_a_person_is_named_by_phone_or_e_mail_too(capsys: pytest.CaptureFixture[str]) -> None:
    by_id = diff(capsys, "--crm", "hubspot")
    for name in ("+447700900123", "Ana@Example.com"):
        assert run(["crm", "diff", name, "--crm", "hubspot"]) == 0
        assert capsys.readouterr().out.splitlines() == by_id


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["bob"], 'nobody is known as "bob".'),
        ([ANA, "--crm", "hubspt"], 'there is no CRM "hubspt". Did you mean "hubspot"?'),
    ],
)
def test_what_cannot_be_looked_at_is_told(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["crm", "diff", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_budget_for_a_crm_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_CRM_BUDGETS", "hubspt=1/s")
    assert run(["crm", "diff", ANA]) == 2
    assert 'there is no CRM "hubspt" among the connectors. Did you mean "hubspot"?' in capsys.readouterr().err
