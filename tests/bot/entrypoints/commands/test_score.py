"""`overture score`, as it is typed: learnt from made-up leads whose truth is known."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.ids import ProfileId
from bot.domain.likelihood import ClosedLead
from bot.domain.person import Profile
from bot.entrypoints.cli import run
from tests.bot.journeys.made_up_leads import START, made_up_leads
from tests.contracts.samples import NOON, profile

PLAN = """
predict: likelihood
won: {event: crm.stage_changed, if: "event.stage == 'customer'"}
lost: {event: crm.stage_changed, if: "event.stage == 'lost'"}
attributes: [team_size, country]
events: [pricing.viewed]
groups: [country]
"""


async def keep(store: Database, leads: Sequence[ClosedLead]) -> None:
    async with store.transaction() as uow:
        for lead in leads:
            await uow.profiles.add(lead.profile)
            for event in lead.events:
                await uow.timeline.add(event)
            for change in lead.changes:
                await uow.scores.add_at_end(change)


@pytest.fixture
def journeys(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample's journeys with a plan, which these tests may write beside."""
    folder = tmp_path / "journeys"
    shutil.copytree("journeys", folder)
    (folder / "likelihood").mkdir(exist_ok=True)
    (folder / "likelihood" / "plan.yml").write_text(PLAN)
    monkeypatch.setenv("OVERTURE_JOURNEYS", str(folder))
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    return folder


def _objecting(lead: ClosedLead) -> ClosedLead:
    """Somebody else, who objects and was closed the same."""
    who = ProfileId(f"o{lead.profile.id}")
    events = [replace(one, profile_id=who) for one in lead.events]
    return ClosedLead(replace(lead.profile, id=who, objected_at=NOON), events, ())


def fill(url: str, leads: Sequence[ClosedLead]) -> None:
    async def write() -> None:
        store = Database(url)
        await keep(store, leads)
        await store.close()

    asyncio.run(write())


def test_a_scorecard_is_learnt_used_explained_and_watched(
    journeys: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(sqlite_url, made_up_leads(1800))
    assert run(["score", "train"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("1800 closed leads. In force: on the leads that were closed last, AUC 0.")
    card = (journeys / "likelihood" / "card.md").read_text()
    assert "| AUC of the score rules | 0." in card
    assert "demographic parity difference" in card
    assert "in_force: yes" in (journeys / "likelihood" / "scorecard.yml").read_text()
    assert run(["validate"]) == 0
    assert run(["score", "check"]) == 0
    assert "population stability index 0.000, as it was" in capsys.readouterr().out

    assert run(["segments", "check", "lead.likelihood >= 1"]) == 0
    assert capsys.readouterr().out.startswith("1800 people")
    assert run(["score", "explain", "lead-000001"]) == 0
    assert "likelihood: " in capsys.readouterr().out

    empty = sqlite_url.replace("overture.db", "empty.db")
    monkeypatch.setenv("OVERTURE_DATABASE", empty)
    assert run(["migrate"]) == 0
    assert run(["score", "check"]) == 0
    assert "too few to tell" in capsys.readouterr().out
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)

    newcomers = [
        replace(one, profile=Profile(ProfileId(f"n{one.profile.id}"), START, {"team_size": 60}), events=(), changes=())
        for one in made_up_leads(1800)
    ]
    fill(sqlite_url, newcomers)
    assert run(["score", "check"]) == 1
    assert "much has changed" in capsys.readouterr().out


def test_too_few_leads_leave_the_rules_alone_and_say_so(
    journeys: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    objecting = [_objecting(one) for one in made_up_leads(4, seed=9)]
    fill(sqlite_url, [*made_up_leads(20), *objecting])
    assert run(["score", "train", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("20 closed leads. Too few closed leads to learn from:")
    assert told.endswith("Nothing was written.\n")
    assert not (journeys / "likelihood" / "scorecard.yml").exists()
    assert run(["score", "train"]) == 0
    assert "in_force: no" in (journeys / "likelihood" / "scorecard.yml").read_text()
    assert run(["score", "explain", "lead-000001"]) == 0
    assert capsys.readouterr().out.endswith("likelihood: not known, for no scorecard is in force\n")


def test_without_a_plan_it_is_said_what_to_write(journeys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (journeys / "likelihood" / "plan.yml").unlink()
    assert run(["score", "train"]) == 2
    assert "Write journeys/likelihood/plan.yml" in capsys.readouterr().err
    assert run(["score", "check"]) == 2
    assert "there is no scorecard yet" in capsys.readouterr().err


def test_who_objects_is_told_without_a_likelihood(
    journeys: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            await uow.profiles.add(profile(ProfileId("quiet"), objected_at=NOON))
        await store.close()

    asyncio.run(write())
    assert run(["score", "explain", "quiet"]) == 0
    assert "they object" in capsys.readouterr().out


def test_attributes_whose_types_nobody_declared_are_not_learnt_from(
    journeys: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (journeys / "profile.yml").unlink()
    assert run(["score", "train"]) == 2
    assert "journeys/profile.yml declares them" in capsys.readouterr().err
