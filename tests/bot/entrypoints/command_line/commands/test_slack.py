"""`overture slack`, as it is typed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.installation import Installation
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.wiring.own_secret import installation_secret


def test_the_manifest_has_our_own_address_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "https://sales.example.org")
    assert run(["slack", "manifest"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://sales.example.org/channels/slack/events"


@pytest.mark.parametrize(("options", "whole"), [(["--oauth"], False), (["--organisation"], True)])
def test_the_manifest_for_others_says_whether_a_whole_organisation_may_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], whole: bool
) -> None:
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "https://sales.example.org")
    for more in ([], ["--socket-mode"]):
        assert run(["slack", "manifest", *options, *more]) == 0
        settings = json.loads(capsys.readouterr().out)["settings"]
        assert (settings["org_deploy_enabled"], settings["token_rotation_enabled"]) == (whole, True)


def test_without_an_address_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "")
    assert run(["slack", "manifest"]) == 2
    assert "Set it to where the service is reached from outside" in capsys.readouterr().err


def installable(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(folder))
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{folder / 'overture.db'}")
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "https://sales.example.org")
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_TOKEN_KEY", "a" * 43 + "=")
    installation_secret(folder)


def test_the_link_for_workspaces_is_written_with_those_in_which_the_app_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installable(monkeypatch, tmp_path)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    acme = Installation("slack", "T0ACME", "Acme", "sealed", at)

    async def keep() -> None:
        store = Database(f"sqlite+aiosqlite:///{tmp_path / 'overture.db'}")
        await store.migrate()
        async with store.transaction() as uow:
            await uow.installations.put(acme)
            await uow.installations.put(replace(acme, workspace="T0GONE", name="Gone", ended="the app was uninstalled"))
        await store.close()

    asyncio.run(keep())
    assert run(["slack", "install"]) == 0
    said = capsys.readouterr().out
    assert "https://sales.example.org/slack/install?until=" in said
    assert "T0ACME  Acme  installed 2026-11-24" in said
    assert "T0GONE  Gone  ended: the app was uninstalled" in said


@pytest.mark.parametrize("name", ["SLACK_CLIENT_ID", "SLACK_TOKEN_KEY", "OVERTURE_PUBLIC_URL"])
def test_without_what_an_installation_needs_there_is_no_link(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    installable(monkeypatch, tmp_path)
    monkeypatch.setenv(name, "")
    assert run(["slack", "install"]) == 2
    assert name in capsys.readouterr().err
