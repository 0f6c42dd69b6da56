"""The register of processing says what is set up, and what is still to be said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.content.library import Contents, read_contents
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.privacy import LawfulBasis
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.processing_register import as_markdown, register
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.settings import Settings
from tests.bot.services.linking import link_rule
from tests.bot.services.stage import journey_of

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CONTROLLER = "Harbourline Ltd, 1 Quay Street; privacy@example.com"


@pytest.fixture
def settings() -> Settings:
    return Settings(controller=CONTROLLER)


@pytest.fixture
def contents(settings: Settings) -> Contents:
    return read_contents(shelves_of(settings, channel_names(settings)))


def recipients(told: dict[str, Any]) -> dict[str, Any]:
    return {one["recipient"]: one for one in told["recipients"]}


def test_it_names_purposes_data_times_recipients_and_rights(settings: Settings, contents: Contents) -> None:
    deleting = tuple(replace(one, deletes=True) for one in contents.rules.retention)
    told = register(settings, replace(contents, rules=replace(contents.rules, retention=deleting)), {}, NOW)
    assert told["controller"] == CONTROLLER
    assert {"marketing", "to fulfil the contract"} <= {one["purpose"] for one in told["purposes"]}
    bases = {one["purpose"]: one["basis"] for one in told["purposes"]}
    assert "not said" not in bases.values()
    assert "6(1)(c)" in bases["to keep to the law of the country"]
    country = next(one for one in told["attributes"] if one["name"] == "country")
    assert country["purpose"] == "to keep to the law of the country"
    assert "marketer" in country["seen_by"]
    kept = {one["what"]: one for one in told["kept"]}
    assert (kept["conversations"]["days"], kept["consent"]["days"]) == (730, None)
    assert {one["right"] for one in told["rights"]} >= {"access", "erasure", "objection"}
    hubspot = recipients(told)["hubspot"]
    assert "overture_team_size (profile.team_size)" in hubspot["gets"]
    assert hubspot["in_sandbox"]
    (left,) = told["incomplete"]
    assert left.startswith("in which countries the recipients are")


def test_who_opens_links_is_a_purpose_where_a_journey_and_a_rule_say_so(settings: Settings, contents: Contents) -> None:
    steps = "- send: {response: utter_tip, channels: [sms], links: followed}"
    followed = replace(contents, journeys={"news": journey_of(steps, name="news")})
    allowed = replace(followed, rules=replace(contents.rules, links=(link_rule(),)))

    def told(contents: Contents) -> list[list[str]]:
        purposes = register(settings, contents, {}, NOW)["purposes"]
        return [one["by"] for one in purposes if one["purpose"] == "to know who opens the links in messages"]

    assert (told(followed), told(allowed)) == ([], [["journey news"]])


def test_a_time_that_nothing_is_deleted_by_is_told_as_intended(settings: Settings, contents: Contents) -> None:
    told = register(settings, contents, {}, NOW)
    kept = {one["what"]: one for one in told["kept"]}
    assert kept["conversations"]["days"] is None
    assert "730 days are intended, and nothing is deleted" in kept["conversations"]["until"]
    assert any("retention.yml" in one for one in told["incomplete"])


def test_what_is_set_up_is_a_recipient_and_what_is_not_is_none(settings: Settings, contents: Contents) -> None:
    changed = {"model_url": "https://model.example.com/v1", "model_name": "m", "connectors": "webchat"}
    found = recipients(register(settings.model_copy(update=changed), contents, {}, NOW))
    assert set(found) == {"webchat", "language model"}
    assert "model.example.com" in found["language model"]["about"]
    live = recipients(register(settings, contents, {"HUBSPOT_TOKEN": "t"}, NOW))
    assert not live["hubspot"]["in_sandbox"]


def test_what_nobody_has_said_is_told(settings: Settings, contents: Contents) -> None:
    bare = replace(contents, profile=ProfileSchema(), rules=replace(contents.rules, retention=()))
    told = register(settings.model_copy(update={"controller": ""}), bare, {}, NOW)
    said = " ".join(told["incomplete"])
    for what in ("OVERTURE_CONTROLLER", "journeys/profile.yml", "retention.yml"):
        assert what in said


def test_a_purpose_whose_legal_basis_nobody_has_said_is_told(settings: Settings, contents: Contents) -> None:
    sized = Attribute("team_size", AttributeType.NUMBER, purpose="to sell")
    known = ProfileSchema({"team_size": sized, "name": replace(sized, name="name", basis=LawfulBasis.CONTRACT)})
    told = register(settings, replace(contents, profile=known), {}, NOW)
    assert [(one["basis"][:10], one["by"]) for one in told["purposes"] if one["purpose"] == "to sell"] == [
        ("not said", ["team_size"]),
        ("a contract", ["name"]),
    ]
    assert "on which legal basis this is done: to sell (basis in journeys/profile.yml)" in told["incomplete"]


def test_it_is_written_as_markdown_and_as_json(
    settings: Settings, contents: Contents, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = as_markdown(register(settings, contents, {}, NOW))
    assert "| Country (ISO code) | text | open | to keep to the law of the country |" in text
    assert "## What is still to be said" in text
    out = tmp_path / "register.json"
    assert run(["privacy", "register", "--json", "--out", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    assert json.loads(out.read_text())["register"].startswith("record of processing")


def test_a_place_where_it_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["privacy", "register", "--out", str(tmp_path)]) == 2
    assert f"{tmp_path} cannot be written: " in capsys.readouterr().err
