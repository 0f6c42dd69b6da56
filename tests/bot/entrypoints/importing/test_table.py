"""Everybody in a table that an import reads again, and what cannot be right among them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.audience import Segment
from bot.domain.consent import ConsentRecord, LegalBasis, Purpose
from bot.domain.errors import SettingsError
from bot.domain.ids import ProfileId
from bot.domain.person import Identity
from bot.entrypoints.command_line.commands.people.check import check
from bot.entrypoints.command_line.commands.people.export_all import export_all
from bot.entrypoints.importing.cleansing import mailbox_of
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.running import Import, begin, mapping_for, run
from bot.entrypoints.importing.sources import FileSource
from bot.entrypoints.importing.table import cells_of
from tests.bot.services.stage import Stage

CONSENT = "marketing,sms,yes,web form,2026-03-01,May we?"
HEADER = "email,phone,name,team_size,tags,opted_out,consent.sms.purpose,consent.sms.channel,consent.sms.granted,"
HEADER += "consent.sms.how,consent.sms.at,consent.sms.text\n"


def write(path: Path, text: str) -> None:
    path.write_text(HEADER + text, encoding="utf-8")


async def take(stage: Stage, path: Path, text: str = "") -> None:
    if text:
        write(path, text)
    source = FileSource(path)
    told = Import(source, mapping_for(source, ColumnMapping(), None), path.with_suffix(".report"))
    done = await run(stage.runtime, told, await begin(stage.runtime, told))
    assert done.refused == 0


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_everybody_is_written_with_what_they_consented_to(stage: Stage, tmp_path: Path) -> None:
    people = f"ana@example.com,+447700900123,=1+1,50,fair;vip,,{CONSENT}\nben@example.com,,Ben,5,,yes,,,,,,\n"
    await take(stage, tmp_path / "people.csv", people)
    assert await export_all(stage.runtime, tmp_path / "all.jsonl") == 2
    async with stage.store.transaction() as uow:
        (entry,) = await uow.audit.latest(1)
    assert (entry.deed.what, entry.deed.about) == ("people.exported", "everybody")
    ana, ben = sorted(map(json.loads, (tmp_path / "all.jsonl").read_text().splitlines()), key=lambda one: one["email"])
    assert (ana["phone"], ana["tags"], ana["profile.team_size"]) == ("+447700900123", ["fair", "vip"], "50")
    assert (ana["consent.sms.granted"], ana["consent.sms.how"]) == (True, "web form")
    assert (ana["opted_out"], ben["opted_out"], ben["consent.sms.granted"]) == (False, True, False)
    who, now = ProfileId(ana["id"]), stage.clock.now()
    async with stage.store.transaction() as uow:
        given = ConsentRecord(who, Purpose.MARKETING, "webchat", True, now, "form", "May we?")
        await uow.consents.add(replace(given, basis=LegalBasis.SOFT_OPT_IN))
        await uow.consents.add(replace(given, channel="whatsapp", expires_at=now))
    await export_all(stage.runtime, tmp_path / "all.csv")
    first = next(one for one in table(tmp_path / "all.csv") if one["email"] == "ana@example.com")
    assert (first["phone"], first["tags"], first["consent.sms.text"]) == ("+447700900123", "fair;vip", "May we?")
    assert [first.get(f"consent.{one}.granted", "") for one in ("sms", "webchat", "whatsapp")] == ["yes", "", ""]
    assert (tmp_path / "all.csv").stat().st_mode & 0o077 == 0


def test_no_spreadsheet_takes_a_cell_for_a_formula() -> None:
    line = {
        "a": "=1+1",
        "b": "@SUM(A1)",
        "c": "+447700900123",
        "d": "-2",
        "e": "+cmd",
        "f": ["x", "y"],
        "g": None,
        "h": True,
    }
    assert cells_of(line, line) == ["'=1+1", "'@SUM(A1)", "+447700900123", "-2", "'+cmd", "x;y", "", "yes"]


async def test_what_was_exported_can_be_imported_again(stage: Stage, tmp_path: Path) -> None:
    await take(stage, tmp_path / "people.csv", f"ana@example.com,,Ana,50,fair,,{CONSENT}\n")
    await export_all(stage.runtime, tmp_path / "all.csv")
    before = table(tmp_path / "all.csv")
    await take(stage, tmp_path / "all.csv")
    await export_all(stage.runtime, tmp_path / "again.csv")
    assert table(tmp_path / "again.csv") == before


async def test_a_segment_is_written_alone(stage: Stage, tmp_path: Path) -> None:
    segments = {"vips": Segment("vips", "'vip' in profile.tags")}
    stage.library.playbook = replace(stage.library.playbook, segments=segments)
    await take(stage, tmp_path / "people.csv", "a@example.com,,A,1,vip,,,,,,,\nb@example.com,,B,1,,,,,,,,\n")
    assert await export_all(stage.runtime, tmp_path / "vips.csv", "vips") == 1
    with pytest.raises(SettingsError, match='Did you mean "vips"'):
        await export_all(stage.runtime, tmp_path / "vips.csv", "vip")
    with pytest.raises(SettingsError, match=r"neither a \.csv nor"):
        await export_all(stage.runtime, tmp_path / "vips.xlsx")


async def test_what_cannot_be_right_is_counted_and_told(stage: Stage, tmp_path: Path) -> None:
    people = "a.na+x@gmail.com,+12,Ana,1,,,,,,,,\nana@gmail.com,+14155550123,A,1,,,,,,,,\n"
    await take(stage, tmp_path / "people.csv", people.replace("+12,", "+447700900123,"))
    async with stage.store.transaction() as uow:
        person = await uow.profiles.owner_of("email", "ana@gmail.com")
        assert person is not None
        await uow.profiles.claim(person.id, Identity("email", "nobody"), stage.clock.now())
        await uow.profiles.save(replace(person, time_zone="Europe/London"))
    lines = await check(stage.runtime, tmp_path / "check.csv")
    assert [line.split()[0] for line in lines[:5]] == ["2", "1", "1", "1", "1"]
    found = {one["kind"]: one for one in table(tmp_path / "check.csv")}
    assert found["phone"]["what"] == "the number +447700900123 was never given out"
    assert found["double"]["what"] == "the same e-mail address"
    assert found["double"]["advice"].startswith("overture people merge ")
    assert await check(stage.runtime) == lines[:5]


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [("A.na+x@Gmail.com", "ana@gmail.com"), ("a.na+x@example.com", "a.na+x@example.com")],
)
def test_an_address_says_where_its_mail_ends_up(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox
