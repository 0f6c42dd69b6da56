"""Editing on the page "Journeys": what is told while one types, and when a text is saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Fault, Place
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.journeys_page.conftest import WELCOME, ServiceMaker
from tests.bot.services.stage import Stage

LONGER = WELCOME.replace("wait: 1d", "wait: 2d")


async def opened(client: Client) -> dict[str, Any]:
    file: dict[str, Any] = (await (await client.get("/journeys/welcome.json")).json())["file"]
    return file


async def test_faults_are_told_while_one_types(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        good = await (await client.post("/journeys/check", json={"journey": "welcome", "text": LONGER})).json()
        text = WELCOME.replace("[sms]", "[smss]").replace("1d", "soon")
        bad = await (await client.post("/journeys/check", json={"journey": "welcome", "text": text})).json()
        broken = await (await client.post("/journeys/check", json={"journey": "welcome", "text": "a: [\n"})).json()
    assert (good["faults"], good["picture"]["boxes"][1]["title"]) == ([], "Wait 2 days")
    assert [(one["line"], one["column"]) for one in bad["faults"]] == [(6, 5), (8, 44)]
    assert bad["picture"] is None
    assert "this is not YAML" in broken["faults"][0]["message"]


async def test_what_its_messages_are_warned_of_is_told_while_one_types(
    service_of: ServiceMaker, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    playbook = stage.library.playbook
    (tip,) = playbook.assistant.responses["utter_tip"].variations
    liquid, other = Fault(tip.place, "it is Liquid."), Fault(Place("rules.yml", 1), "of something else.")
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, warnings=(liquid, other)))
    async with client_of(service_of(connectors="twilio_messaging", journeys=folder)) as client:
        told = await (await client.post("/journeys/check", json={"journey": "welcome", "text": WELCOME})).json()
    assert [(one["path"], one["message"]) for one in told["warnings"]] == [
        (tip.place.path, "it is Liquid."),
        (tip.place.path, 'the journey "welcome" sells on sms, and none of its texts says how to stop them.'),
    ]


async def test_what_is_done_to_a_step_gives_another_text(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:

        async def done(**edit: Any) -> tuple[int, dict[str, Any]]:
            answer = await client.post("/journeys/edit", json={"journey": "welcome", "text": WELCOME, "edit": edit})
            return answer.status, await answer.json()

        changed = WELCOME.replace("wait: 1d ", "wait: 5d ")
        status, told = await done(do="change", step="steps.0", to={"wait": "5d"})
        assert (status, told["text"], told["sources"]["steps.0"]["says"]) == (200, changed, {"wait": "5d"})
        assert (told["faults"], told["picture"]["boxes"][1]["title"]) == ([], "Wait 5 days")
        status, told = await done(do="add", beside="tip", new={"add_to": "tipped"}, before=True)
        assert (status, told["text"].index("tipped") < told["text"].index("id: tip")) == (200, True)
        status, told = await done(do="move", step="tip", beside="steps.0", before=True)
        assert told["text"].index("id: tip") < told["text"].index("wait")
        assert (await done(do="remove", step="tip"))[1]["text"] == WELCOME.partition("  - id: tip")[0]
        assert (await done(do="remove", step="none"))[0] == 409
        assert (await done(do="dance"))[0] == 400
        entered = await done(do="settings", to={"purpose": "service", "enter": {"api": True}})
        assert "enter: {api: true}\n" in entered[1]["text"]
        assert (await done(do="settings", to={"steps": []}))[0] == 409
        several = [{"do": "change", "step": "steps.0", "to": {"wait": "5d"}}, {"do": "remove", "step": "tip"}]
        body = {"journey": "welcome", "text": WELCOME, "edit": several}
        told = await (await client.post("/journeys/edit", json=body)).json()
        assert told["text"] == changed.partition("  - id: tip")[0]
        assert told["went"] == {":enter/0": ":enter/0", "steps.0": "steps.0", "tip": None}
        assert (await client.post("/journeys/edit", json={**body, "edit": []})).status == 400
        nested: dict[str, Any] = {}
        for _ in range(190):
            nested = {"set": nested}
        status, told = await done(do="change", step="tip", to=nested)
        assert status in (400, 409), told  # Python 3.12 and later go deeper, and find that no step has such values
        sources = (await (await client.get("/journeys/welcome.json")).json())["sources"]
        assert sources["tip"]["says"]["send"] == {"response": "utter_tip", "channels": ["sms"]}
        assert (sources["steps.0"]["above"], sources["steps.0"]["below"]) == (None, "tip")
        schema = await (await client.get("/journeys.schema.json")).json()
        assert "utter_tip" in str(schema["definitions"]["step_send"])


async def test_words_are_offered_at_the_cursor(service: Service, client_of: ClientMaker) -> None:
    text = WELCOME + "  - go: ti\n"
    async with client_of(service) as client:
        body = {"journey": "welcome", "text": text, "cursor": len(text) - 1}
        told = await (await client.post("/journeys/complete", json=body)).json()
        assert (await client.post("/journeys/complete", json={**body, "cursor": 9999})).status == 400
    assert [one["words"] for one in told["words"]] == ["tip"]
    assert text[told["start"] : told["end"]] == "ti"


async def test_a_text_without_faults_is_saved(
    service: Service, folder: Path, client_of: ClientMaker, stage: Stage
) -> None:
    async with client_of(service) as client:
        file = await opened(client)
        answer = await client.post("/journeys/welcome", json={"text": LONGER, "digest": file["digest"]})
        assert (answer.status, await answer.json()) == (200, {"saved": "welcome"})
        assert (folder / "welcome.yml").read_text() == LONGER
        again = await client.post("/journeys/welcome", json={"text": WELCOME, "digest": file["digest"]})
        assert (again.status, "somebody else has changed" in (await again.json())["error"]) == (409, True)
    assert (folder / "welcome.yml").read_text() == LONGER
    saved = {"file": "journeys/welcome.yml", "before": file["digest"]}
    assert [(one.what, one.about, one.detail) for one in await stage.deeds()] == [("journey.changed", "welcome", saved)]
    assert sorted(path.name for path in folder.iterdir()) == ["profile.yml", "welcome.yml"]  # noqa: ASYNC240


async def test_a_text_with_faults_is_not_saved(service: Service, folder: Path, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        digest = (await opened(client))["digest"]
        text = WELCOME.replace("utter_tip", "utter_tipp")
        answer = await client.post("/journeys/welcome", json={"text": text, "digest": digest})
        assert (answer.status, (await answer.json())["faults"][0]["line"]) == (422, 8)
        for body, status in (
            ({"text": WELCOME}, 400),
            ({"text": "x" * 60_001, "digest": digest}, 400),
            ({"text": "\ud800", "digest": digest}, 422),
        ):
            assert (await client.post("/journeys/welcome", json=body)).status == status
        absent = {"text": WELCOME.replace("journey: welcome", "journey: other"), "digest": digest}
        assert (await client.post("/journeys/other", json=absent)).status == 409
    assert (folder / "welcome.yml").read_text() == WELCOME


@pytest.mark.parametrize("values", [{"edit_journeys": False}, {"environment": "production"}])
async def test_nothing_is_saved_where_that_is_not_wanted(
    service: Service, service_of: ServiceMaker, folder: Path, client_of: ClientMaker, values: dict[str, Any]
) -> None:
    closed = replace(service, settings=service_of(connectors="", journeys=folder, **values).settings)
    async with client_of(closed) as client:
        told = await (await client.get("/journeys/welcome.json")).json()
        body = {"text": LONGER, "digest": told["file"]["digest"]}
        answer = await client.post("/journeys/welcome", json=body)
        assert (told["may_edit"], answer.status) == (False, 403)
        assert "OVERTURE_EDIT_JOURNEYS" in (await answer.json())["error"]
    assert (folder / "welcome.yml").read_text() == WELCOME


async def test_other_websites_save_nothing(service: Service, folder: Path, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        digest = (await opened(client))["digest"]
        for path in ("/journeys/welcome", "/journeys/check", "/journeys/complete"):
            body = {"text": LONGER, "digest": digest, "journey": "welcome", "cursor": 0}
            answer = await client.post(path, json=body, headers={"Origin": "http://evil.example"})
            assert answer.status == 401
    assert (folder / "welcome.yml").read_text() == WELCOME
