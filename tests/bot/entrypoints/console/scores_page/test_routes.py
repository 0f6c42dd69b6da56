"""The page "Scores": what gives points, what an edit would do, and what it writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.content.score_files import check_scores
from bot.domain.access import Role, Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.ids import ProfileId
from bot.domain.score import Grades, ScoreChange
from bot.domain.timeline import PersonEvent
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.responses_page.conftest import assistant
from tests.bot.entrypoints.console.segments_page.test_routes import key_of
from tests.bot.services.stage import Stage, journey_of
from tests.contracts.samples import profile

__all__ = ["assistant"]

PROFILE = """\
attributes:
  team_size: {type: number, label: Team, sensitivity: open}
  illness: {type: text, sensitivity: sensitive}
"""
SCORES = """\
# What gives points.
scores: lead
grades:
  fit: {A: 40, B: 20}
  engagement: {1: 30, 2: 10}
fit:
  - id: large
    if: profile.team_size >= 50
    points: 30
    reason: a large team
engagement:
  # Once a quarter.
  - id: demo
    event: demo.requested
    points: 20
    cap: {points: 20, within: 90d}
    reason: asked for a demo
"""
SCHEMA = ProfileSchema(
    {
        "team_size": Attribute("team_size", AttributeType.NUMBER, sensitivity=Sensitivity.OPEN, label="Team"),
        "illness": Attribute("illness", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE),
    }
)
LARGE = {"file": "lead", "rule": "large", "part": "fit", "points": 30, "reason": "a large team"}
DEMO = {"file": "lead", "rule": "demo", "part": "engagement", "event": "demo.requested", "points": 20, "reason": "demo"}
IN_UK = {**LARGE, "rule": "small", "points": 15, "reason": "a small team", "if": "profile.team_size < 50"}


@pytest.fixture
def folder(assistant: Path) -> Path:
    journeys = assistant.parent / "journeys"
    (journeys / "scores").mkdir()
    (journeys / "segments").mkdir()
    (journeys / "segments" / "hot.yml").write_text("segment: hot\nif: lead.grade == 'A1'\n")
    (journeys / "profile.yml").write_text(PROFILE)
    (journeys / "scores" / "lead.yml").write_text(SCORES)
    return journeys


@pytest.fixture
def service(service_of: ServiceMaker, stage: Stage, folder: Path, assistant: Path) -> Service:
    rules = check_scores("lead.yml", SCORES, SCHEMA).rules
    stage.library.playbook = replace(stage.library.playbook, profile=SCHEMA, score_rules=rules)
    return service_of(connectors="", assistant=assistant, journeys=folder)


async def meet(stage: Stage, **people: int) -> None:
    async with stage.store.transaction() as uow:
        for name, size in people.items():
            await uow.profiles.add(replace(profile(ProfileId(name)), attributes={"team_size": size}))


async def listed(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = await (await client.get("/scores.json")).json()
    return told


async def asked(client: Client, what: str, said: dict[str, Any], **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = await (await client.post(f"/scores/{what}", json=said, **more)).json()
    return told


def given(stage: Stage, who: str, points: int, rule: str) -> ScoreChange:
    part: Any = "fit" if rule == "large" else "engagement"
    return ScoreChange(ProfileId(who), f"{who}-{rule}", part, points, rule, f"score:lead:{rule}", stage.clock.now())


# ---------------------------------------------------------------- looking


async def test_all_rules_are_listed_with_grades_and_what_goes_by_them(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    stage.play(journey_of("- score: {engagement: 5, reason: stayed}"))
    await meet(stage, ana=60, bob=3)
    async with stage.store.transaction() as uow:
        await uow.scores.add_all([given(stage, "ana", 30, "large"), given(stage, "ana", 20, "demo")])
    async with client_of(service) as client:
        told = await listed(client)
        people = await (await client.get("/scores/people.json")).json()
        assert (await client.get("/scores")).content_type == "text/html"
        assert (await client.get("/scores/lead/large")).content_type == "text/html"
    large, demo = told["rules"]
    assert (large["sentence"], people["rules"]["lead/large"]) == ("Team is at least 50", {"count": 1, "about": False})
    assert (demo["event"], demo["cap"]) == ("demo.requested", {"points": 20, "within": "90d"})
    assert (large["in_force"], people["grades"]) == (True, {"B2": 1, "C3": 1})
    assert {"kind": "segment", "name": "hot", "of": ["grade"]} in told["uses"]
    assert told["steps"] == [{"journey": "welcome", "reason": "stayed", "points": {"engagement": 5}}]
    assert told["caps"] == [{"file": "lead", "part": "engagement", "cap": None}]


async def test_a_rule_is_told_as_lines_with_what_a_form_offers(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    await meet(stage, ana=60)
    async with stage.store.transaction() as uow:
        await uow.timeline.add(PersonEvent(ProfileId("ana"), "shop.visited", stage.clock.now(), stage.clock.now()))
    async with client_of(service) as client:
        large = await (await client.get("/scores/lead/large.json")).json()
        new = await (await client.get("/scores/lead/other.json")).json()
    line = {"of": "profile.team_size", "how": "at_least", "values": [50], "days": None}
    assert large["criteria"] == {"join": "all", "parts": [line]}
    assert (large["is_new"], new["is_new"], new["digest"]) == (False, True, large["digest"])
    assert {"shop.visited", "demo.requested"} <= set(new["events"])
    assert not [one["of"] for one in new["subjects"] if not one["of"].startswith("profile.")]
    (created,) = [one for one in new["subjects"] if one["of"] == "profile.created_on"]
    assert "within_last" not in created["offered"]


async def test_the_rules_of_a_file_with_faults_stay_those_in_force(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "scores" / "lead.yml").write_text(SCORES.replace("points: 30", "points: 0"))
    async with client_of(service) as client:
        told = await listed(client)
        rule = await (await client.get("/scores/lead/large.json")).json()
    assert [one["points"] for one in told["rules"]] == [30, 20]
    assert "changes nothing" in told["files"][0]["faults"][0]["message"]
    assert (rule["may_change"], len(rule["faults"])) == (False, 1)


# ---------------------------------------------------------------- what it would do


async def test_what_is_typed_is_checked_in_its_file(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        good = await asked(client, "check", {**LARGE, "if": "profile.team_size > 5"})
        bad = await asked(client, "check", {**LARGE, "points": 0, "if": "profile.size > 5"})
        refused = await client.post("/scores/check", json={**LARGE, "points": "many"})
        assert refused.status == 400
    assert (good["sentence"], good["faults"]) == ("Team is more than 5", [])
    assert len(bad["faults"]) == 2


async def test_it_is_told_how_many_a_rule_is_about_and_how_grades_would_move(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    await meet(stage, ana=60, bob=30, cy=3)
    async with stage.store.transaction() as uow:
        await uow.scores.add(given(stage, "ana", 30, "large"))
        await uow.timeline.add(PersonEvent(ProfileId("cy"), "demo.requested", stage.clock.now(), stage.clock.now()))
    async with client_of(service) as client:
        known = await asked(client, "count", {**LARGE, "points": 45, "if": "profile.team_size >= 20"})
        event = await asked(client, "count", DEMO)
        graded = await asked(client, "grades", {"grades": {"fit": {"A": 30, "B": 5}, "engagement": {"1": 9, "2": 1}}})
    assert (known["count"], known["comes"]["count"], known["goes"]["count"]) == (2, 1, 0)
    assert (known["best"]["now"]["count"], known["best"]["then"]["count"]) == (0, 2)
    assert (event["count"], event["days"]) == (1, 30)
    assert graded["people"] == {"A3": 1, "C3": 2}


async def test_one_persons_points_are_told_with_the_rule_and_without(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    await meet(stage, ana=60)
    now = stage.clock.now()
    async with stage.store.transaction() as uow:
        await uow.scores.add(given(stage, "ana", 30, "large"))
        await uow.timeline.add(PersonEvent(ProfileId("ana"), "demo.requested", now, now))
    async with client_of(service) as client:
        known = await asked(client, "try", {**LARGE, "person": "ana", "points": 45, "if": "profile.team_size >= 20"})
        event = await asked(client, "try", {**DEMO, "person": "ana", "points": 31})
        assert (await client.post("/scores/try", json={**DEMO, "person": "nobody"})).status == 404
    assert (known["now"]["grade"], known["then"]["grade"]) == ("B3", "A3")
    assert known["then"]["lines"] == ["+30 large", "+15 a large team"]
    assert (event["then"]["grade"], event["times"]) == ("B1", 1)
    assert [(one.what, one.about) for one in await stage.deeds()] == [("person.looked_at", "ana")] * 2


async def test_no_role_is_told_what_is_hidden_from_it(service: Service, stage: Stage, client_of: ClientMaker) -> None:
    await meet(stage, ana=60)
    ill = {**LARGE, "rule": "ill", "if": "exists(profile.illness)", "person": "ana"}
    key = await key_of(stage, Role.REP)
    async with client_of(service) as client:
        counted = await asked(client, "count", ill, headers=key)
        tried = await asked(client, "try", ill, headers=key)
    assert (counted["count"], "people" in counted, counted["best"]["then"]["count"]) == (None, False, None)
    assert (tried["then"], tried["hidden"]) == (None, True)


# ---------------------------------------------------------------- editing


async def test_a_rule_is_begun_changed_and_taken_out_and_the_rest_stays(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    file = folder / "scores" / "lead.yml"
    new = "  - id: small\n    if: profile.team_size < 50\n    points: 15\n    reason: a small team\n"
    async with client_of(service) as client:
        digest = (await listed(client))["files"][0]["digest"]
        saved = await client.put("/scores/lead/small", json={**IN_UK, "digest": digest, "is_new": True})
        assert saved.status == 200
        assert file.read_text() == SCORES.replace("engagement:\n  #", f"{new}engagement:\n  #")
        assert (await client.put("/scores/lead/small", json={**IN_UK, "digest": digest})).status == 409
        digest = (await listed(client))["files"][0]["digest"]
        again = await client.put("/scores/lead/small", json={**IN_UK, "digest": digest, "is_new": True})
        assert (again.status, "already" in (await again.json())["error"]) == (409, True)
        assert (await client.delete("/scores/lead/small", params={"digest": digest})).status == 200
    assert file.read_text() == SCORES
    assert [(one.what, one.about) for one in await stage.deeds()] == [
        ("scores.saved", "lead/small"),
        ("scores.rule_taken_out", "lead/small"),
    ]


async def test_the_first_rule_begins_a_file_and_the_last_one_takes_it_along(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "scores" / "lead.yml").unlink()
    (folder / "scores").rmdir()
    async with client_of(service) as client:
        assert (await listed(client))["begins"] == "lead"
        assert (await client.put("/scores/lead/demo", json={**DEMO, "digest": "", "is_new": True})).status == 200
        digest = (await listed(client))["files"][0]["digest"]
        assert (await client.delete("/scores/lead/demo", params={"digest": digest})).status == 200
    assert [one.name for one in (folder / "scores").iterdir()] == ["lead.yml.retired"]


async def test_grades_and_caps_are_saved_and_refused_where_they_are_wrong(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    file = folder / "scores" / "lead.yml"
    grades = {"fit": {"A": 50, "B": 20}, "engagement": {"1": 30, "2": 10}}
    async with client_of(service) as client:
        digest = (await listed(client))["files"][0]["digest"]
        assert (await client.put("/scores/lead", json={"digest": digest, "grades": grades})).status == 200
        told = await listed(client)
        digest = told["files"][0]["digest"]
        assert (told["grades"]["fit"], told["grades"]["in_force"]) == ({"A": 50, "B": 20}, False)
        turned = {**grades, "fit": {"A": 10, "B": 20}}
        assert (await client.put("/scores/lead", json={"digest": digest, "grades": turned})).status == 422
        cap = {"fit": {"points": 60, "within": "7d"}}  # no rule of fit has an event
        assert (await client.put("/scores/lead", json={"digest": digest, "caps": cap})).status == 422
        (folder / "scores" / "other.yml").write_text(SCORES[SCORES.index("fit:\n  -") :].join(["scores: other\n", ""]))
        digest = (await listed(client))["files"][1]["digest"]
        refused = await client.put("/scores/other", json={"digest": digest, "grades": grades})
        assert "another file of scores says" in (await refused.json())["error"]
    assert file.read_text() == SCORES.replace("A: 40", "A: 50")


async def test_whoever_may_not_change_journeys_changes_no_score(
    service_of: ServiceMaker, stage: Stage, service: Service, assistant: Path, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        refused = await client.put("/scores/lead/demo", json=DEMO, headers=await key_of(stage, Role.REP))
        assert refused.status == 403
    locked = service_of(connectors="", assistant=assistant, journeys=folder, edit_journeys="no")
    async with client_of(locked) as client:
        told = await listed(client)
        assert (await client.put("/scores/lead/demo", json={**DEMO, "digest": ""})).status == 403
    assert told["may_change"] is False
    assert Grades() == Grades(told["grades"]["fit"]["A"], told["grades"]["fit"]["B"], 30, 10)
