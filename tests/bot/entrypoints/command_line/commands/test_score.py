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
from bot.domain.score import ScoreChange
from bot.entrypoints.command_line.cli import run
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
ASSISTANT = """
version: "3.1"
intents: [greet, bye]
responses:
  utter_disclosure: [{text: I am an automated assistant.}]
  utter_opted_out: [{text: You get no more messages.}]
  utter_help: [{text: Write STOP to end messages.}]
  utter_internal_error: [{text: Something went wrong.}]
nlu:
- intent: greet
  examples: "- hello\\n- hi there"
- intent: bye
  examples: "- goodbye\\n- see you"
"""

RULES = """
keywords:
- {id: stop, jurisdiction: default, means: stop, language: en, from: 2026-01-01, source: a test,
   words: [stop, quit, end, revoke, opt out, cancel, unsubscribe]}
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
    """The sample's profile and scores with a plan, which these tests may write beside.

    The assistant and the rules are small: each command reads all content, and these are nothing to a scorecard.
    """
    folder = tmp_path / "journeys"
    shutil.copytree("journeys/scores", folder / "scores")
    shutil.copy("journeys/profile.yml", folder)
    (folder / "rules").mkdir()
    (folder / "rules" / "opt_out.yml").write_text(RULES)
    (folder / "likelihood").mkdir()
    (folder / "likelihood" / "plan.yml").write_text(PLAN)
    (tmp_path / "assistant").mkdir()
    (tmp_path / "assistant" / "domain.yml").write_text(ASSISTANT)
    monkeypatch.setenv("OVERTURE_ASSISTANT", str(tmp_path / "assistant"))
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

    newcomers = [Profile(ProfileId(f"new-{number}"), START, {"team_size": 60}) for number in range(1800)]
    fill(sqlite_url, [ClosedLead(one, (), ()) for one in newcomers])
    assert run(["score", "check"]) == 1
    assert "much has changed" in capsys.readouterr().out
    (journeys / "likelihood" / "plan.yml").write_text(f"{PLAN}drift: {{some: 8, much: 9}}\n")
    assert run(["score", "check"]) == 0
    assert "much has changed" not in capsys.readouterr().out


def test_the_risk_that_customers_leave_is_learnt_beside_it(
    journeys: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rules give points to those who stay: they are to be beaten the other way round."""
    churn = PLAN.replace(": likelihood", ": churn_risk").replace("won:", "left:").replace("lost:", "stayed:")
    (journeys / "churn").mkdir(exist_ok=True)
    (journeys / "churn" / "plan.yml").write_text(churn)
    turned = [
        replace(one, changes=[replace(change, points=-change.points) for change in one.changes])
        for one in made_up_leads(1800)
    ]
    fill(sqlite_url, turned)
    assert run(["score", "train", "--predict", "churn_risk"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("1800 closed customers. In force: on the customers that were closed last, AUC 0.")
    assert "against 0.5" in told
    card = (journeys / "churn" / "card.md").read_text()
    assert card.startswith("# How likely a customer is to leave\n")
    assert "| left among the likeliest tenth" in card
    assert not (journeys / "likelihood" / "scorecard.yml").exists()

    assert run(["segments", "check", "lead.churn_risk >= 1 and missing(lead.likelihood)"]) == 0
    assert capsys.readouterr().out.startswith("1800 people")
    assert run(["score", "explain", "lead-000001"]) == 0
    assert "churn risk: " in capsys.readouterr().out
    assert run(["score", "check"]) == 0
    assert "How likely a customer is to leave: learnt on" in capsys.readouterr().out

    (journeys / "likelihood" / "plan.yml").write_text(churn)
    assert run(["validate"]) == 1
    assert "this is of churn_risk, whose folder is churn" in capsys.readouterr().err


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


def test_the_grade_goes_by_what_content_says(
    journeys: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    who = ProfileId("keen")
    changes = [ScoreChange(who, "k", "fit", 25, "a large team", "r", NOON)]
    fill(sqlite_url, [ClosedLead(profile(who), (), changes)])
    assert run(["score", "explain", "keen"]) == 0
    assert capsys.readouterr().out.startswith("B3: fit 25, engagement 0\n")
    scores = journeys / "scores" / "interest.yml"
    scores.write_text(scores.read_text().replace("{A: 40, B: 20}", "{A: 25, B: 20}"))
    assert run(["score", "explain", "keen"]) == 0
    assert capsys.readouterr().out.startswith("A3: fit 25, engagement 0\n")
    assert run(["segments", "check", "lead.grade == 'A3'"]) == 0
    assert capsys.readouterr().out.startswith("1 person")
    assert run(["people", "show", "keen"]) == 0
    assert "A3: fit 25, engagement 0" in capsys.readouterr().out


def test_attributes_whose_types_nobody_declared_are_not_learnt_from(
    journeys: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (journeys / "profile.yml").unlink()
    assert run(["score", "train"]) == 2
    assert "journeys/profile.yml declares them" in capsys.readouterr().err
