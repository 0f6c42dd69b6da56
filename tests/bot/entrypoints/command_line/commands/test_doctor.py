"""`overture doctor`, as it is typed."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.adapters.database import Database
from bot.adapters.migrations import HEAD
from bot.adapters.understanding import training
from bot.domain.consent import Consequence, Suppression
from bot.domain.delivery import LEFT_ALONE, OutboxStatus
from bot.domain.ids import ProfileId
from bot.domain.steps import END, SendStep
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.doctor import examine
from bot.entrypoints.serving.running import known_to_run
from bot.ports import Process
from bot.settings import Settings
from tests.contracts.samples import NOON, enrolment, entry, journey, profile

SECRET = "of one installation"


@pytest.fixture(autouse=True)
def _a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))


def test_a_new_installation_is_told_what_its_first_start_makes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["doctor"]) == 0
    told = capsys.readouterr().out
    assert f"? there is no database yet\n    The first start makes it: {tmp_path}/overture.db.\n" in told
    assert "? what understands messages is not trained on it\n" in told
    assert "? connector slack is in its sandbox\n    for real: connectors/slack/README.md\n" in told


def test_where_only_serving_is_installed_content_without_a_model_is_ill(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(training, "WANTED", ("a_package_of_training",))
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "! what understands messages is not trained on it\n    this content has no model yet" in told
    assert "with Docker: docker compose run --build train" in told


def test_looking_makes_no_database_and_no_folder_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{tmp_path}/folder/overture.db")
    assert run(["doctor"]) == 0
    assert not list(tmp_path.iterdir())


def test_a_data_folder_that_we_cannot_look_into_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """By a name that is too long: a mode of 000 does not hinder an administrator."""
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / ("x" * 300)))
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "OVERTURE_DATA names it" in told
    assert "! disks cannot be looked at" in told


def test_production_is_ill_without_credentials_and_without_an_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_ENVIRONMENT", "production")
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "! vendors would reach us at http://127.0.0.1:8080\n    Set OVERTURE_PUBLIC_URL" in told
    assert "! connector slack has no credentials\n" in told


def test_that_nobody_sits_at_a_desk_is_a_finding_and_no_line_of_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_CONNECTORS", "webchat")
    assert run(["doctor"]) == 0
    told = capsys.readouterr()
    assert "? there is no sales desk, for no connector" in told.out
    assert "    Add slack to OVERTURE_CONNECTORS; or desk, with OVERTURE_DESK=desk:sales.\n" in told.out
    assert "[warning" not in told.out + told.err
    monkeypatch.setenv("OVERTURE_DESK", "")
    assert run(["doctor"]) == 0
    assert "no sales desk" not in capsys.readouterr().out


def test_a_connector_that_a_start_could_not_build_is_told_with_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("OVERTURE_CONNECTORS", "webchat,slack,hubspot,rest")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("HUBSPOT_TOKEN", "pat-eu1-1")
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "! connector slack cannot be built\n    SLACK_SIGNING_SECRET is not set." in told
    assert "connector webchat\n" in told
    assert not (tmp_path / "overture.db").exists()


def test_content_with_faults_is_told_with_the_first_of_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    journeys = tmp_path / "journeys"
    journeys.mkdir()
    (journeys / "x.yml").write_text("journey: x\npurpose: marketing\n", encoding="utf-8")
    monkeypatch.setenv("OVERTURE_JOURNEYS", str(journeys))
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "! the content has " in told
    assert "journeys/x.yml:1" in told


WHATSAPP = """\
journey: x
purpose: service
enter: {event: demo.requested}
steps:
  - send: {response: utter_help, channels: [whatsapp, sms]}
"""


@pytest.mark.parametrize("sender", ["", "+447700900101"])
def test_a_channel_that_journeys_name_and_no_setting_brings_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, sender: str
) -> None:
    journeys = tmp_path / "journeys"
    shutil.copytree("journeys/rules", journeys / "rules")
    (journeys / "x.yml").write_text(WHATSAPP, encoding="utf-8")
    monkeypatch.setenv("OVERTURE_JOURNEYS", str(journeys))
    given = {"TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+447700900100"}
    for name, value in {**given, "TWILIO_WHATSAPP_FROM": sender}.items():
        monkeypatch.setenv(name, value)
    run(["doctor"])
    told = capsys.readouterr().out
    advice = "Set TWILIO_WHATSAPP_FROM, or take the channel out of these journeys."
    words = f"? whatsapp is not set up, so nothing leaves by it; on it are steps of x\n    {advice}\n"
    assert (words in told) is not bool(sender)
    assert "faults" not in told


def test_what_waits_too_long_and_what_was_given_up_are_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            await uow.outbox.add(replace(entry("late", conversation_id=None), due_at=NOON - timedelta(days=3000)))
            await uow.outbox.add(entry("gone", conversation_id=None))
            alone = replace(entry("alone", conversation_id=None), reason=f"webchat {LEFT_ALONE}: check its token")
            await uow.outbox.add(alone)
            await uow.outbox.settle(alone)
            await uow.outbox.settle(replace(entry("gone"), status=OutboxStatus.DEAD, reason="no such number"))
            await uow.segments.queue(ProfileId("anna"), "keen", entered=True, at=NOON)
            await uow.segments.failed(1, "KeyError")
        await store.close()

    asyncio.run(write())
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    assert run(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "? journeys were not told of 1 changes of segments\n" in told
    assert "? work in the lane replies has waited for " in told
    assert "overture work --lanes replies" in told
    assert "? what is to leave by webchat waits (1): webchat is left alone for a while: check its token\n" in told
    assert "? 1 messages or records were given up\n" in told


def test_people_on_their_way_to_what_an_edit_took_away_are_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = SendStep("tip", "utter_gone", ("sms",), END)

    async def write() -> None:
        store = Database(sqlite_url)
        await store.migrate()
        async with store.transaction() as uow:
            await uow.profiles.add(profile())
            await uow.enrolments.publish(replace(journey(), steps={"tip": gone}, first="tip"))
            await uow.enrolments.add(enrolment("e1"))
        await store.close()

    asyncio.run(write())
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    assert run(["doctor"]) == 0
    told = capsys.readouterr().out
    assert (
        '? 1 person in a version of welcome may come to what is gone, and be parked there: response "utter_gone"'
        in told
    )
    assert "Put it back, or move them" in told


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("OVERTURE_DATABASE", "postgresql+asyncpg://x@127.0.0.1:1/y", "! the database cannot be used"),
        ("OVERTURE_REDIS", "redis://127.0.0.1:1/0", "! Redis cannot be used"),
        ("OVERTURE_ACTIONS", "http://127.0.0.1:1/webhook", "! the action server does not answer"),
        ("OVERTURE_SCANNER", "no-such-scanner --quick", "! the virus scanner calls no file clean"),
        ("OVERTURE_SCANNER", "clamd:127.0.0.1:1", "! the virus scanner calls no file clean"),
    ],
)
def test_what_does_not_answer_is_ill(
    setting: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(setting, value)
    assert run(["doctor"]) == 1
    assert f"{words}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("setting", "value", "words", "advice"),
    [
        ("OVERTURE_DATABASE", "postgresql://x/y", "the database cannot be looked at", "postgresql+asyncpg://"),
        ("OVERTURE_FIELD_KEYS", "abc", "the database cannot be looked at", "overture field-keys new writes"),
        ("OVERTURE_CONNECTORS", "webchat,hubspott", "connectors cannot be looked at", 'Did you mean "hubspot"?'),
        ("OVERTURE_ENCODER", "/nowhere", "the encoder cannot be used", "there is no such folder"),
        ("OVERTURE_ACTIONS", "nowhere", "custom actions cannot be used", "name another package"),
        ("OVERTURE_ENGINE", "rasa", "the dialogue engine cannot be used", "OVERTURE_RASA_URL is not set"),
        ("OVERTURE_MODEL_URL", "http://127.0.0.1:1/v1", "the language model cannot be used", "OVERTURE_MODEL_NAME"),
        ("OVERTURE_SCANNER", "clamd:x", "the virus scanner cannot be used", "clamd:/path/to/socket"),
        (
            "OVERTURE_OIDC_ISSUER",
            "https://id.example",
            "the identity provider cannot be used",
            "OVERTURE_OIDC_CLIENT_ID",
        ),
        ("OVERTURE_API_JWT_SECRET", "short", "credentials of the API cannot be used", "at least 32 bytes"),
        ("OVERTURE_DESK", "slak:#sales", "desks cannot be used", "Channels with reps: slack."),
    ],
)
def test_a_setting_that_a_start_would_refuse_is_told_once_and_the_rest_is_looked_at(
    setting: str,
    value: str,
    words: str,
    advice: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(setting, value)
    monkeypatch.setenv("OVERTURE_REDIS", "redis://127.0.0.1:1/0")
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert f"! {words}\n" in told
    assert told.count(advice) == 1
    assert "! Redis cannot be used\n" in told


def test_a_package_without_the_actions_that_the_content_names_is_ill(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_ACTIONS", "bot.nlu")
    assert run(["doctor"]) == 0, "Overture's own are there, whatever the package"
    with monkeypatch.context() as patch:
        patch.delattr("actions.patterns.ActionCancel")
        assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "! the content names custom actions that the package bot.nlu has not: action_cancel\n" in told


def test_a_scanner_that_works_is_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OVERTURE_SCANNER", f"{sys.executable} -c \"open(__import__('sys').argv[1])\"")
    assert run(["doctor"]) == 0
    assert "  the virus scanner answers\n" in capsys.readouterr().out


@pytest.mark.parametrize("behind", ["", "/", "/webhook"])
async def test_the_action_server_is_found_however_its_address_is_written(behind: str) -> None:
    async def well(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.router.add_get("/health", well)
    async with TestServer(app) as server:
        settings = Settings(actions=str(server.make_url("/")).rstrip("/") + behind)
        told = [one async for one in examine(settings) if one.what.startswith("the action server")]
    assert [one.what for one in told] == ["the action server answers"]


def test_a_language_model_that_is_away_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_MODEL_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OVERTURE_MODEL_NAME", "small")
    assert run(["doctor"]) == 0, "a conversation goes on without"
    assert "? the language model's server does not answer\n    see OVERTURE_MODEL_URL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "advice"),
    [("0030", "overture migrate; a start does it, too"), ("9999", f"overture migrate --to {HEAD}")],
)
def test_tables_of_another_version_are_told_with_the_way_to_ours(
    version: str, advice: str, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(make_url(sqlite_url).database or "")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert f"! the database's tables are of version {version}, not {HEAD}\n" in told
    assert advice in told


async def test_processes_that_run_on_a_shared_database_are_named(
    monkeypatch: pytest.MonkeyPatch, postgresql_url: str
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", postgresql_url)
    database = Database(postgresql_url)
    async with known_to_run(database, "overture work", SECRET):
        found = {one.what async for one in examine(Settings())}
    await database.close()
    assert any(f"on it run: overture work on {os.uname().nodename} (process {os.getpid()}, " in what for what in found)


async def test_processes_that_sign_with_different_secrets_are_ill(
    monkeypatch: pytest.MonkeyPatch, postgresql_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", postgresql_url)
    (tmp_path / "secret").write_text("that of another folder")
    database = Database(postgresql_url)
    async with known_to_run(database, "overture work", SECRET):
        found = [one async for one in examine(Settings()) if "different secrets" in one.what]
        (tmp_path / "secret").write_text(SECRET)
        assert not [one async for one in examine(Settings()) if "different secrets" in one.what]
    await database.close()
    assert [(one.state, "overture work on" in one.what, "the file `secret`" in one.advice) for one in found] == [
        ("ill", True, True)
    ]


async def test_a_process_whose_clock_is_wrong_is_ill_wherever_it_is(
    monkeypatch: pytest.MonkeyPatch, postgresql_url: str
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", postgresql_url)
    database = Database(postgresql_url)
    async with database.transaction() as uow:
        for host, ahead in (("web-1", timedelta(hours=1)), ("web-2", timedelta())):
            process = Process(host, "overture serve", host, 4711)
            await uow.processes.runs(process, timedelta(minutes=1), datetime.now(UTC) + ahead)
    await database.close()
    [(what, advice)] = [(one.what, one.advice) async for one in examine(Settings()) if "clock" in one.what]
    assert what.startswith("the clock of overture serve on web-1 (process 4711, since ")
    assert what.endswith(" is +3600 s from the database server's")
    assert "Set both by NTP." in advice


async def test_a_database_that_gives_up_what_it_is_asked_is_ill(
    monkeypatch: pytest.MonkeyPatch, postgresql_url: str
) -> None:
    async def give_up(*_: object) -> timedelta:
        too_long = asyncpg.QueryCanceledError("canceling statement due to statement timeout")
        raise DBAPIError("SELECT 1", None, too_long) from too_long

    monkeypatch.setattr(Database, "clock_difference", give_up)
    ill = [one async for one in examine(Settings(database=postgresql_url)) if one.state == "ill"]
    assert "the database gives up what it is asked: canceling statement due to statement timeout" in str(ill)


def test_a_database_that_no_start_could_make_is_ill(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "file"))
    assert run(["doctor"]) == 1
    assert f"there is a file in the place of the folder {tmp_path}/file\n" in capsys.readouterr().out


def test_a_folder_of_files_in_which_nothing_can_be_kept_is_ill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "media").write_text("in the way")
    assert run(["doctor"]) == 1
    told = capsys.readouterr().out
    assert f"! the folder of files cannot be used\n    the folder {tmp_path}/media cannot be used to keep" in told


@pytest.mark.parametrize(("free", "told"), [(1 << 20, "! 1 MB are free"), (500 << 20, "? 500 MB are free")])
def test_a_disk_that_is_full_or_soon_will_be_is_told_once(
    free: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{tmp_path}/overture.db")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert run(["doctor"]) == (1 if told.startswith("!") else 0)
    out = capsys.readouterr().out
    assert f"{told} on the disk of {tmp_path}\n    Make room" in out
    assert out.count("are free") == 1


def test_a_collector_of_traces_that_is_away_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_TRACES", "http://127.0.0.1:1")
    assert run(["doctor"]) == 0, "a service does its work without"
    assert "? the collector of traces does not answer\n    see OVERTURE_TRACES" in capsys.readouterr().out


async def test_complaints_above_what_mail_services_bear_are_told(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    store, now = Database(sqlite_url), datetime.now(UTC)
    async with store.transaction() as uow:
        for number in range(4):
            address = f"{number}@example.com"
            await uow.consents.suppress(Suppression("email", address, "spam", now, Consequence.COMPLAINED))
    await store.close()
    (found,) = [one async for one in examine(Settings()) if "called spam" in one.what]
    assert found.state == "ill"
    assert found.what == "email: 4 of 0 messages within 7 days were called spam"
    assert found.advice.startswith("Gmail and Yahoo want fewer than 3 of 1,000")
