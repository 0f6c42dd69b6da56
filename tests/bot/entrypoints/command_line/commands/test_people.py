"""`overture people`, as it is typed."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.audience import Segment
from bot.domain.consent import Purpose
from bot.domain.delivery import Decision
from bot.domain.effects import SetAttribute
from bot.domain.errors import CannotMerge, SettingsError
from bot.domain.ids import ProfileId
from bot.domain.person import Identity
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.commands.people.erase import erasing
from bot.entrypoints.command_line.commands.people.merge import merging
from bot.entrypoints.command_line.commands.people.object import objecting
from bot.entrypoints.command_line.commands.people.receipt import receipts
from bot.entrypoints.command_line.commands.people.show import told_of
from bot.entrypoints.command_line.commands.people.unmerge import parting
from bot.entrypoints.web.preferences.links import read
from bot.entrypoints.wiring.own_secret import installation_secret
from bot.services.start_conversation import start_conversation
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of
from tests.contracts.samples import profile
from tests.manual_clock import ManualClock

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    return sqlite_url


def at(url: str, doing: Callable[[Stage], Awaitable[None]]) -> None:
    """Do it with a service on this database."""

    async def work() -> None:
        store = Database(url)
        try:
            await doing(Stage(store, ManualClock()))
        finally:
            await store.close()

    asyncio.run(work())


async def ana(stage: Stage) -> None:
    """Ana, who has consented, been in a journey, and written."""
    conversation = await stage.meet(attributes={"team_size": 50, "name": "Ana\x1b[2J"})
    assert conversation.profile_id == ANA
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), stage.clock.now())
        await uow.profiles.claim(ANA, Identity("user_id", "u1"), stage.clock.now())
        await uow.profiles.add(profile())
    await stage.consent()
    stage.play(journey_of("- score: {engagement: 10, reason: came}\n- add_to: met\n- id: rest\n  wait: 1d"))
    await stage.happens("demo.requested", size=50)
    await stage.says("greet")


SHOWN = """\
ana, known since 2026-11-23 12:00 UTC
known as:
  email ana@example.com (claimed)
    not known, before 0.1.0; noted 2026-11-23 12:00 UTC
  phone +447700900123 (proved)
    said by the person on sms: message sms:in-1; noted 2026-11-23 12:00 UTC
  user_id u1 (claimed)
    not known, before 0.1.0; noted 2026-11-23 12:00 UTC
attributes:
  time_zone: Europe/London
    not known, before 0.1.0
  team_size: 50
    not known, before 0.1.0
  name: Ana\ufffd[2J
    not known, before 0.1.0
tags:
  met
    journey welcome: steps.1, 2026-11-23 12:00 UTC
segments:
  none
consent:
  2026-11-23 12:00 UTC  marketing by sms: yes to "May we?"; a test
score:
  C2: fit 0, engagement 10
  2026-11-23 12:00 UTC  +10 engagement: came
journeys:
  2026-11-23 12:00 UTC  welcome: waits at "rest" until 2026-11-24 12:00 UTC
decided of messages:
  2026-11-23 12:00 UTC  sent by sms: an answer to what the customer wrote
timeline:
  2026-11-23 12:00 UTC  message.received  {"channel": "sms", "intent": "greet", "enrolment": ""}
  2026-11-23 12:00 UTC  demo.requested  {"size": 50}
"""


@pytest.mark.parametrize("name", ["ana", PHONE, "+44 7700 900123", "Ana@Example.com", "u1", f"phone:{PHONE}"])
def test_a_person_is_shown_with_all_that_is_known_of_them(database: str, capsys: Capture, name: str) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "show", name]) == 0
    assert capsys.readouterr().out == SHOWN


def test_a_person_is_shown_as_json_with_who_told_what(database: str, capsys: Capture) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "show", "ana", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["provenance"]["attributes"]["team_size"]["words"] == "not known, before 0.1.0"
    assert told["provenance"]["tags"]["met"]["by"] == "welcome"


async def test_since_when_somebody_is_in_a_segment_is_told_with_its_condition(
    sqlite_store: Database, clock: ManualClock
) -> None:
    stage = Stage(sqlite_store, clock)
    await ana(stage)
    stage.library.playbook = replace(
        stage.library.playbook, segments={"big": Segment("big", "profile.team_size > 20\nand profile.team_size < 99")}
    )
    await stage.do(SetAttribute("team_size", 60))
    stage.clock.forward(timedelta(days=1))
    async with stage.store.transaction() as uow:
        await uow.segments.enter(ANA, "gone", stage.clock.now())
        shown = [line async for line in told_of(uow, ANA, stage.library.playbook, stage.clock.now())]
    begin = shown.index("segments:") + 1
    assert shown[begin : begin + 3] == [
        "  big, since 2026-11-23 12:00 UTC",
        "    while profile.team_size > 20 and profile.team_size < 99",
        "  gone, since 2026-11-24 12:00 UTC",
    ]


async def test_why_a_message_was_not_sent_is_told(sqlite_store: Database, clock: ManualClock) -> None:
    stage = Stage(sqlite_store, clock)
    await ana(stage)
    refused = Decision(stage.clock.now(), "news:1", ANA, Purpose.MARKETING, "sms", "withhold", "no consent on record")
    async with stage.store.transaction() as uow:
        await uow.consents.decided(refused)
        shown = [line async for line in told_of(uow, ANA, stage.library.playbook, stage.clock.now())]
    begin = shown.index("decided of messages:") + 1
    assert shown[begin] == "  2026-11-23 12:00 UTC  withheld by sms: no consent on record"


@pytest.mark.parametrize(
    ("command", "deed"),
    [
        (["show", "ana"], "person.looked_at"),
        (["export", "ana"], "person.exported"),
        (["consent", "ana"], "person.consent_proved"),
        (["proof", "ana", "--out", "proof.json"], "person.consent_proved"),
        (["preferences", "ana"], "person.link_given"),
        (["request", "ana", "--kind", "access"], "person.requested"),
    ],
)
def test_who_takes_something_out_at_the_terminal_is_in_the_audit_log(
    database: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], deed: str
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))
    installation_secret(tmp_path)
    at(database, ana)
    assert run(["people", *(str(tmp_path / one) if "." in one else one for one in command)]) == 0
    capsys.readouterr()
    assert run(["audit", "list"]) == 0
    found = capsys.readouterr().out
    assert f"  {deed}  " in found
    assert "  by terminal:" in found


def test_somebody_unknown_is_told_so(database: str, capsys: Capture) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "show", "nobody"]) == 2
    assert 'nobody is known as "nobody"' in capsys.readouterr().err


@pytest.mark.parametrize("part", ["example.c", "AN", "+4477", "met", "u1"])
def test_people_are_found_by_a_part_of_what_is_known_of_them(database: str, capsys: Capture, part: str) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "find", part]) == 0
    assert f"ana  ana@example.com  {PHONE}  u1\n" == capsys.readouterr().out


@pytest.mark.parametrize("part", ["zzz", "%", "_na", "!"])
def test_where_nobody_is_found_it_says_so(database: str, capsys: Capture, part: str) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "find", part]) == 1
    assert "Nobody has" in capsys.readouterr().out


def test_a_visitor_is_named_by_their_channel(database: str, capsys: Capture) -> None:
    async def visitor(stage: Stage) -> None:
        await ana(stage)
        async with stage.store.transaction() as uow:
            await uow.profiles.claim(ANA, Identity("webchat", "visitor-1", verified=True), stage.clock.now())
            await start_conversation(uow, ANA, "webchat", "visitor-1", stage.clock.now())

    at(database, visitor)
    capsys.readouterr()
    assert run(["people", "show", "webchat:visitor-1"]) == 0
    assert "webchat visitor-1 (proved)" in capsys.readouterr().out


async def test_a_merge_is_told_before_it_is_done_and_afterwards(sqlite_store: Database, clock: ManualClock) -> None:
    stage = Stage(sqlite_store, clock)
    await ana(stage)
    stage.clock.forward(timedelta(days=1))
    await stage.meet(ProfileId("bea"), phone="+447700900456", attributes={"team_size": 20})
    told = await merging(stage.runtime, "+447700900456", PHONE, dry_run=True, who="a test")
    assert told[:2] == [
        "bea is merged into ana, who has been known longer",
        "  team_size: 50 counts, 20 is kept in the record of the merge",
    ]
    assert told[-1] == "Nothing was changed."
    done = await merging(stage.runtime, "+447700900456", PHONE, dry_run=False, who="a test")
    assert done == [*told[:-1], "Merged. To undo it: overture people unmerge ana"]
    async with stage.store.transaction() as uow:
        shown = [line async for line in told_of(uow, ANA, stage.library.playbook, stage.clock.now())]
    assert "  2026-11-24 12:00 UTC  bea into ana by a test: by command" in shown
    assert await parting(stage.runtime, "bea") == (
        "bea is a person of their own again. What has come since stays with ana."
    )
    with pytest.raises(CannotMerge, match="merged with nobody"):
        await parting(stage.runtime, "bea")


def test_a_person_gets_all_that_is_kept_of_them(database: str, capsys: Capture, tmp_path: Path) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "export", PHONE]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["person"], told["tables"]["profile"][0]["attributes"]["team_size"]) == ("ana", 50)
    out = tmp_path / "ana.json"
    assert run(["people", "export", "ana", "--out", str(out)]) == 0
    assert json.loads(out.read_text())["tables"] == told["tables"]
    assert out.stat().st_mode & 0o077 == 0
    assert run(["people", "export", "ana", "--out", str(tmp_path / "no" / "ana.json")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_consent_is_proved_with_the_words(database: str, capsys: Capture) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "consent", "ana"]) == 0
    assert json.loads(capsys.readouterr().out)["records"][0]["words_shown"] == "May we?"


def test_erasing_is_to_be_meant(database: str, capsys: Capture) -> None:
    at(database, ana)
    assert run(["people", "erase", "ana"]) == 2
    assert "add --yes" in capsys.readouterr().err


async def test_the_receipt_of_an_erasure_counts_what_was_deleted(sqlite_store: Database, clock: ManualClock) -> None:
    stage = Stage(sqlite_store, clock)
    await ana(stage)
    told = await erasing(stage.runtime, PHONE, who="a test")
    assert told[0].startswith("Erased 2026-11-23 12:00 UTC by a test; receipt ")
    assert "  1 of profile" in told
    assert "Addresses that get no more marketing: 2" in told
    assert [line.split(": not possible: ")[0] for line in told[-2:]] == [
        "  backups: copies of the database",
        "  sms: messages: 1",
    ]
    receipt_id = told[0].rpartition(" ")[2]
    assert await receipts(stage.runtime, receipt_id) == await receipts(stage.runtime, "") == told
    with pytest.raises(SettingsError, match='there is no receipt "nonesuch"'):
        await receipts(stage.runtime, "nonesuch")
    with pytest.raises(SettingsError, match="nobody is known"):
        await erasing(stage.runtime, PHONE, who="a test")


async def test_an_objection_is_noted_and_withdrawn(sqlite_store: Database, clock: ManualClock) -> None:
    stage = Stage(sqlite_store, clock)
    await ana(stage)
    assert await objecting(stage.runtime, "ana", withdraw=False, who="a test") == (
        "ana objects: no more marketing, and no more points."
    )
    async with stage.store.transaction() as uow:
        shown = [line async for line in told_of(uow, ANA, stage.library.playbook, stage.clock.now())]
    assert "objects to marketing since 2026-11-23 12:00 UTC" in shown
    assert "no longer objects" in await objecting(stage.runtime, "ana", withdraw=True, who="a test")


def test_a_restriction_is_noted_and_lifted(database: str, capsys: Capture) -> None:
    at(database, ana)
    capsys.readouterr()
    assert run(["people", "restrict", "ana"]) == 0
    assert run(["people", "show", "ana"]) == 0
    assert "restricted since " in capsys.readouterr().out
    assert run(["people", "restrict", "ana", "--lift"]) == 2
    assert "Tell them, and say how they were told: --informed" in capsys.readouterr().err
    assert run(["people", "restrict", "ana", "--informed", "by letter"]) == 2
    assert run(["people", "restrict", "ana", "--lift", "--informed", "by letter"]) == 0
    assert run(["people", "show", "ana"]) == 0
    assert "restricted since " not in capsys.readouterr().out


def test_the_link_to_preferences_is_printed(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    at(database, ana)
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "https://chat.example.com/")
    capsys.readouterr()
    assert run(["people", "preferences", PHONE]) == 2
    assert "OVERTURE_DATA names the service's folder" in capsys.readouterr().err
    installation_secret(tmp_path)
    assert run(["people", "preferences", PHONE]) == 0
    address, _, token = capsys.readouterr().out.strip().rpartition("/")
    assert address == "https://chat.example.com/preferences"
    assert read(installation_secret(tmp_path), token, datetime.now(UTC)) == ANA
    assert run(["people", "preferences", "nobody@example.com"]) == 2


def test_the_proof_is_a_document_or_json_that_only_its_owner_may_read(
    database: str, capsys: Capture, tmp_path: Path
) -> None:
    at(database, ana)
    pdf, told = tmp_path / "proof.pdf", tmp_path / "proof.json"
    assert run(["people", "proof", "ana", "--out", str(pdf)]) == 0
    assert run(["people", "proof", "ana", "--out", str(told)]) == 0
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert pdf.stat().st_mode & 0o077 == 0
    assert {"records", "decisions", "confirmations"} <= json.loads(told.read_text()).keys()
    assert run(["people", "proof", "ana", "--out", str(tmp_path / "proof.doc")]) != 0
    assert "neither a .pdf nor a .json" in capsys.readouterr().err


def test_what_is_asked_for_stands_in_the_register_until_it_is_done(database: str, capsys: Capture) -> None:
    at(database, ana)
    assert run(["people", "request", "ana", "--kind", "access", "--how", "by letter"]) == 0
    assert run(["people", "request", "ana", "--kind", "objection"]) == 0
    capsys.readouterr()
    assert run(["people", "requests"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "objection" in first, "what is due first comes first"
    name = second.split()[-1]
    assert run(["people", "request", "ana", "--done", name, "--outcome", "sent"]) == 0
    assert run(["people", "request", "ana", "--done", name]) != 0
    assert run(["people", "request", "ana"]) != 0
    told = capsys.readouterr()
    assert "no request" in told.err
    assert "say either what they ask for" in told.err
    assert run(["people", "requests"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_retention_tells_each_rule_with_what_is_older_and_deletes_where_the_rule_says_so(
    database: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(stage: Stage) -> None:
        stage.clock.forward(timedelta(days=-2000))
        await stage.says("greet")

    at(database, silent)
    assert run(["people", "retention"]) == 0
    told = capsys.readouterr().out
    assert "conversations    730 days          1 older, and kept  (what-was-said-and-asked)" in told
    assert "CNIL" in told
    assert "kept until its person is erased" not in told, "each class has a rule"
    assert run(["people", "retention", "--apply"]) == 0
    assert "No rule in force deletes" in capsys.readouterr().out, "nothing of the sample is a decision of the operator"

    rules = shutil.copytree("journeys", tmp_path / "journeys") / "rules" / "retention.yml"
    rules.write_text(rules.read_text().replace("keep: 730d", "keep: 730d\n    deletes: true"), encoding="utf-8")
    monkeypatch.setenv("OVERTURE_JOURNEYS", str(tmp_path / "journeys"))
    assert run(["people", "retention"]) == 0
    assert "1 to be deleted  (what-was-said-and-asked)" in capsys.readouterr().out
    assert run(["people", "retention", "--apply"]) == 0
    assert "conversations          1 deleted" in capsys.readouterr().out
    assert run(["people", "retention"]) == 0
    told = capsys.readouterr().out
    assert "          1 to be deleted" not in told
    assert "what-was-said-and-asked deleted 1 of conversations" in told


def test_a_place_where_what_is_wrong_cannot_be_written_is_told(database: str, tmp_path: Path, capsys: Capture) -> None:
    assert run(["people", "check", "--out", str(tmp_path)]) == 2
    assert f"{tmp_path} cannot be written: Is a directory." in capsys.readouterr().err


def test_what_is_known_of_somebody_is_put_right(database: str, capsys: Capture) -> None:
    at(database, ana)
    assert run(["people", "rectify", "ana", "team_size=51", "qualified=yes", "name="]) == 0
    assert "ana is put right" in capsys.readouterr().out
    assert run(["people", "show", "ana"]) == 0
    told = capsys.readouterr().out
    assert "team_size: 51" in told
    assert "qualified: true" in told
    assert "person.rectified" in told
    assert run(["people", "rectify", "ana", "team_size=many"]) == 2
    assert "team_size: it must be a number" in capsys.readouterr().err
    assert run(["people", "rectify", "ana", "team_size=inf"]) == 2
    assert "team_size: it must be a number" in capsys.readouterr().err
    assert run(["people", "rectify", "ana", "country=Germany", "qualified=ja"]) == 0
    assert run(["people", "show", "ana"]) == 0
    assert "country: DE" in capsys.readouterr().out
