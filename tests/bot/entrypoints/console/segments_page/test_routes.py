"""The page "Segments": what it lists, what a condition says, how many it is true of, and when a file is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role, Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, Segment
from bot.domain.person import Profile
from bot.entrypoints.wiring.service import Service
from bot.services.keep_accounts import add_key
from bot.services.work_out_segments import work_on_segments
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.services.stage import Stage, journey_of
from tests.contracts.samples import profile

SCHEMA = ProfileSchema(
    {
        "name": Attribute("name", AttributeType.TEXT),
        "team_size": Attribute("team_size", AttributeType.NUMBER, sensitivity=Sensitivity.OPEN, label="Team"),
        "plan": Attribute("plan", AttributeType.TEXT, sensitivity=Sensitivity.PERSONAL),
        "illness": Attribute("illness", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE),
    }
)
BIG = """\
# Our large customers.
segment: big-teams
label: Large teams   # as sales says
if: profile.team_size > 20
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    segments = tmp_path / "journeys" / "segments"
    segments.mkdir(parents=True)
    (segments / "big-teams.yml").write_text(BIG)
    return segments


@pytest.fixture
def service(service_of: ServiceMaker, stage: Stage, folder: Path) -> Service:
    big = Segment("big-teams", "profile.team_size > 20", "Large teams")
    stage.library.playbook = replace(stage.library.playbook, profile=SCHEMA, segments={"big-teams": big}, journeys={})
    return service_of(connectors="", journeys=folder.parent)


async def meet(stage: Stage, **people: dict[str, Any]) -> None:
    async with stage.store.transaction() as uow:
        for name, attributes in people.items():
            person: Profile = replace(profile(name), attributes=attributes)  # type: ignore[arg-type]
            await uow.profiles.add(person)
    while await work_on_segments(stage.runtime):
        pass


async def counted(client: Client, condition: str, **more: str) -> dict[str, Any]:
    told: dict[str, Any] = await (await client.post("/segments/count", json={"if": condition, **more})).json()
    return told


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def key_of(stage: Stage, role: Role) -> dict[str, str]:
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "dashboard", role, who="test", now=stage.clock.now()))[1]
    return {"Authorization": f"Bearer {key}"}


def by_segment(stage: Stage, head: str) -> None:
    stage.play(journey_of("- wait: 1d", head))


# ---------------------------------------------------------------- looking


async def test_segments_are_listed_with_how_many_they_are_and_who_goes_by_them(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "broken.yml").write_text("segment: broken\n")
    by_segment(stage, "enter: [{segment: big-teams}, {event: demo.requested}]")
    await meet(stage, ana={"team_size": 50}, bob={"team_size": 3})
    async with client_of(service) as client:
        told = await (await client.get("/segments.json")).json()
        assert (await client.get("/segments")).content_type == "text/html"
    big, broken = told["segments"]
    assert (big["members"], big["sentence"]) == ({"count": 1, "about": False}, "Team is more than 20")
    assert big["worked_out_at"] == stage.clock.now().isoformat()
    assert big["journeys"] == [
        {"journey": "welcome", "entry": "when they come into the segment big-teams", "in_force": True, "at_once": True}
    ]
    assert (broken["segment"], broken["is_read"], told["may_change"]) == ("broken", False, True)


async def test_a_segment_is_told_as_lines_with_what_a_form_offers(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        big = await (await client.get("/segments/big-teams.json")).json()
        new = await (await client.get("/segments/small.json")).json()
        assert (await client.get("/segments/big-teams")).content_type == "text/html"
        assert (await client.get("/segments/BIG")).status == 404
    line = {"of": "profile.team_size", "how": "more", "values": [20], "days": None}
    assert big["criteria"] == {"join": "all", "parts": [line]}
    assert (big["label"], big["file"]["path"], big["is_new"]) == ("Large teams", "segments/big-teams.yml", False)
    assert {"profile.team_size", "profile.tags", "lead.grade"} <= {one["of"] for one in big["subjects"]}
    assert (new["is_new"], "file" in new, new["words"]["number"]["more"]) == (True, False, "is more than")


async def test_what_is_typed_is_told_as_text_lines_and_sentence(service: Service, client_of: ClientMaker) -> None:
    lines = {"join": "any", "parts": [{"of": "profile.tags", "how": "has", "values": ["it's"], "days": None}]}
    async with client_of(service) as client:
        of_lines = await (await client.post("/segments/check", json={"segment": "a", "criteria": lines})).json()
        text = {"segment": "a", "if": "profile.team_size * 2 > profile.size"}
        of_text = await (await client.post("/segments/check", json=text)).json()
    assert (of_lines["condition"], of_lines["sentence"]) == ("'it\\'s' in profile.tags", "Tags include “it's”")
    assert of_lines["faults"] == []
    assert (of_text["criteria"], of_text["sentence"]) == (None, "")
    assert 'there is no "profile.size".' in of_text["faults"][0]["message"]


@pytest.mark.parametrize(
    "criteria",
    [
        {"join": "none", "parts": []},
        {"join": "all", "parts": []},
        {"join": "all", "parts": [{"of": "profile.a == 1 or profile.b", "how": "is", "values": [1]}]},
        {"join": "all", "parts": [{"of": "profile.a", "how": "is", "values": []}]},
        {"join": "all", "parts": [{"of": "profile.a", "how": "nears", "values": [1]}]},
        {"join": "all", "parts": [{"of": "profile.a", "how": "is", "values": [[1]]}]},
        {"join": "all", "parts": [{"of": "did.a.b", "how": "has", "values": ["x"]}]},
        {"join": "all", "parts": [{"of": "did.a.b", "how": "is", "values": [1], "days": 0}]},
    ],
)
async def test_lines_that_say_nothing_are_refused(service: Service, client_of: ClientMaker, criteria: Any) -> None:
    async with client_of(service) as client:
        answer = await client.post("/segments/check", json={"segment": "a", "criteria": criteria})
        assert (answer.status, "error" in await answer.json()) == (400, True)


# ---------------------------------------------------------------- counting


async def test_how_many_a_condition_is_true_of_is_told_and_who_would_come_and_go(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    await meet(stage, ana={"team_size": 50, "name": "Ana"}, bob={"team_size": 15}, cy={"team_size": 3})
    async with client_of(service) as client:
        told = await counted(client, "profile.team_size > 10 and profile.team_size < 40", segment="big-teams")
        same = await counted(client, "profile.team_size > 20", segment="big-teams")
        wrong = await client.post("/segments/count", json={"if": "profile.teem > 2"})
        assert (wrong.status, "profile.teem" in (await wrong.json())["error"]) == (400, True)
    assert (told["count"], told["comes"]["count"], told["goes"]["count"]) == (1, 1, 1)
    assert [one["person"] for one in told["people"]] == ["bob"]
    assert [one["name"] for one in same["people"]] == ["Ana"]
    assert "comes" not in same


async def test_a_count_tells_no_role_what_is_hidden_from_it(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    people: dict[str, dict[str, Any]] = {f"p{number}": {"plan": "gold"} for number in range(23)}
    await meet(stage, **people, ana={"plan": "silver", "illness": "flu", "name": "Ana"})
    async with client_of(replace(service, access=CredentialAccess(accounts=True))) as client:
        client.session.headers.update(await key_of(stage, Role.MARKETER))
        many = await counted(client, "profile.plan == 'gold'")
        few = await counted(client, "profile.plan == 'silver'")
        undeclared = await counted(client, "exists(profile.name)")
        sensitive = await counted(client, "profile.illness == 'flu'")
        open_to_all = await counted(client, "missing(profile.team_size)")
    assert many == {"count": 20, "about": True}
    assert few == undeclared == {"count": 0, "about": True}
    assert sensitive == {"count": None, "about": False}
    assert (open_to_all["count"], len(open_to_all["people"])) == (24, 10)
    assert {one["name"] for one in open_to_all["people"]} == {""}


# ---------------------------------------------------------------- writing


async def test_a_new_segment_is_a_file_and_never_one_over_another(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    said = {"segment": "vips", "label": "Our: best", "if": "'vip' in profile.tags"}
    async with client_of(service) as client:
        assert (await client.post("/segments", json=said)).status == 200
        assert (await client.post("/segments", json=said)).status == 409
        faulty = await client.post("/segments", json={"segment": "bad", "if": "profile.teem > 2"})
        assert (faulty.status, (await faulty.json())["faults"][0]["path"]) == (422, "segments/bad.yml")
        odd = await client.post("/segments", json={"segment": "Spring Fair", "if": "true"})
        assert (odd.status, (await odd.json())["error"].endswith("such as spring-fair.")) == (400, True)
    assert files_in(folder) == ["big-teams.yml", "vips.yml"]
    assert (folder / "vips.yml").read_text() == "segment: vips\nlabel: 'Our: best'\nif: \"'vip' in profile.tags\"\n"
    async with stage.store.transaction() as uow:
        assert [one.deed.what for one in await uow.audit.latest(10)] == ["segment.begun"]


async def test_an_edit_changes_what_it_means_and_nothing_else(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        digest = (await (await client.get("/segments/big-teams.json")).json())["file"]["digest"]
        said = {"label": "Large teams", "if": "profile.team_size > 30", "digest": digest}
        assert (await client.put("/segments/big-teams", json=said)).status == 200
        late = await client.put("/segments/big-teams", json=said)
        assert (late.status, "somebody else has changed" in (await late.json())["error"]) == (409, True)
        assert (await client.put("/segments/big-teams", json={**said, "if": "nonsense"})).status == 422
        assert (await client.put("/segments/none", json=said)).status == 409
    assert (folder / "big-teams.yml").read_text() == BIG.replace("> 20", "> 30")


async def test_a_segment_that_a_journey_goes_by_is_not_taken_out(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    by_segment(stage, "enter: {schedule: {once: 2026-12-01 09:00, zone: Europe/London}, segment: big-teams}")
    async with client_of(service) as client:
        digest = (await (await client.get("/segments/big-teams.json")).json())["file"]["digest"]
        refused = await client.delete("/segments/big-teams", params={"digest": digest})
        assert (refused.status, '"welcome" goes by' in (await refused.json())["error"]) == (409, True)
        stage.play()
        assert (await client.delete("/segments/big-teams", params={"digest": "older"})).status == 409
        assert (await client.delete("/segments/big-teams", params={"digest": digest})).status == 200
    assert files_in(folder) == ["big-teams.yml.retired"]


async def test_whoever_may_not_change_journeys_changes_no_segment(
    service_of: ServiceMaker, service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    said = {"segment": "new", "if": "true"}
    closed = service_of(connectors="", journeys=folder.parent, edit_journeys=False)
    async with client_of(closed) as client:
        assert (await client.post("/segments", json=said)).status == 403
        assert (await (await client.get("/segments.json")).json())["may_change"] is False
    async with client_of(replace(service, access=CredentialAccess(accounts=True))) as client:
        client.session.headers.update(await key_of(stage, Role.REP))
        assert (await client.post("/segments", json=said)).status == 403
        assert (await client.get("/segments.json")).status == 200
