"""`overture slack`, as it is typed."""

from __future__ import annotations

import json

import pytest

from bot.entrypoints.cli import run


def test_the_manifest_has_our_own_address_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "https://sales.example.org")
    assert run(["slack", "manifest"]) == 0
    settings = json.loads(capsys.readouterr().out)["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://sales.example.org/channels/slack/events"


def test_without_an_address_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "")
    assert run(["slack", "manifest"]) == 2
    assert "Set it to where the service is reached from outside" in capsys.readouterr().err
