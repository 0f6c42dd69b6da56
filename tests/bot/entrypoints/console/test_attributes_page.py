"""The page "Attributes": what is declared, by a form, in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.responses_page.conftest import assistant
from tests.bot.services.stage import Stage

__all__ = ["assistant"]

PROFILE = """\
# What is known.
attributes:
  team_size: {type: number, label: Team, trust: [correction, crm]}
  stage: {type: text, one_of: {lead: a lead, customer: a customer}}
"""
SAID = {"type": "text", "label": "", "sensitivity": "personal", "purpose": "", "values": []}


@pytest.fixture
def folder(assistant: Path) -> Path:
    journeys = assistant.parent / "journeys"
    (journeys / "segments").mkdir()
    (journeys / "segments" / "big.yml").write_text("segment: big\nif: profile.team_size > 20\n")
    (journeys / "profile.yml").write_text(PROFILE)
    return journeys


@pytest.fixture
def service(service_of: ServiceMaker, folder: Path, assistant: Path) -> Service:
    return service_of(connectors="", assistant=assistant, journeys=folder)


async def listed(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = await (await client.get("/people/attributes.json")).json()
    return told


async def test_what_is_declared_is_listed(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        told = await listed(client)
        assert (await client.get("/people/attributes")).content_type == "text/html"
    size, stage = told["attributes"]
    assert size == {"attribute": "team_size", **SAID, "type": "number", "label": "Team"}
    assert stage["values"] == [{"value": "lead", "words": "a lead"}, {"value": "customer", "words": "a customer"}]
    assert (told["path"], told["may_change"], told["problem"]) == ("journeys/profile.yml", True, "")


async def test_an_attribute_is_declared_and_changed_and_the_rest_stays(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    plan = {**SAID, "sensitivity": "open", "values": [{"value": "gold", "words": ""}, {"value": "iron", "words": ""}]}
    async with client_of(service) as client:
        digest = (await listed(client))["digest"]
        assert (await client.put("/people/attributes/plan", json={**plan, "digest": digest})).status == 200
        assert (await client.put("/people/attributes/plan", json={**plan, "digest": digest})).status == 409
        digest = (await listed(client))["digest"]
        size = {**SAID, "type": "number", "label": "People", "digest": digest}
        assert (await client.put("/people/attributes/team_size", json=size)).status == 200
    new = "  plan: {type: text, sensitivity: open, one_of: [gold, iron]}\n"
    assert (folder / "profile.yml").read_text() == PROFILE.replace("label: Team", "label: People") + new
    assert [one.what for one in await stage.deeds()] == ["attribute.declared", "attribute.declared"]


async def test_what_something_looks_at_is_not_taken_out_nor_made_something_else(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        digest = (await listed(client))["digest"]
        refused = await client.delete("/people/attributes/team_size", params={"digest": digest})
        assert (refused.status, "profile.team_size" in (await refused.json())["error"]) == (422, True)
        turned = await client.put("/people/attributes/team_size", json={**SAID, "digest": digest})
        assert turned.status == 422
        assert (folder / "profile.yml").read_text() == PROFILE
        assert (await client.delete("/people/attributes/stage", params={"digest": digest})).status == 200
    assert "stage" not in (folder / "profile.yml").read_text()


async def test_without_a_file_people_may_have_anything_and_nothing_is_declared(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "profile.yml").unlink()
    async with client_of(service) as client:
        assert (await listed(client))["digest"] is None
        answer = await client.put("/people/attributes/plan", json={**SAID, "digest": "of a file that was there"})
        assert (answer.status, "people may have anything" in (await answer.json())["error"]) == (409, True)
        assert (await client.delete("/people/attributes/plan?digest=")).status == 409
        assert not (folder / "profile.yml").exists()


async def test_the_first_attribute_begins_the_file(service: Service, folder: Path, client_of: ClientMaker) -> None:
    """Whatever else conditions look at is told, and is to be declared, too."""
    (folder / "profile.yml").unlink()
    async with client_of(service) as client:
        answer = await client.put("/people/attributes/plan", json={**SAID, "label": "Plan", "digest": ""})
        told = await answer.json()
        assert (answer.status, told["saved"]) == (200, "plan")
        assert ["team_size" in one["message"] for one in told["faults"]] == [True]
        first = await listed(client)
        assert [one["attribute"] for one in first["attributes"]] == ["plan"]
        more = {**SAID, "type": "number", "digest": first["digest"]}
        answer = await client.put("/people/attributes/team_size", json=more)
        assert (answer.status, (await answer.json())["faults"]) == (200, [])
        assert (await client.put("/people/attributes/plan", json={**SAID, "digest": ""})).status == 409
    assert "  plan: {type: text, label: Plan}\n" in (folder / "profile.yml").read_text()


@pytest.mark.parametrize(
    "odd", [{"type": "colour"}, {"sensitivity": "secret"}, {"values": "a"}, {"values": [{"value": True, "words": ""}]}]
)
async def test_what_no_form_sends_is_refused(service: Service, client_of: ClientMaker, odd: dict[str, Any]) -> None:
    async with client_of(service) as client:
        answer = await client.put("/people/attributes/plan", json={**SAID, "digest": "", **odd})
        assert (answer.status, "error" in await answer.json()) == (400, True)
        assert (await client.put("/people/attributes/No-Name", json=SAID)).status == 404
