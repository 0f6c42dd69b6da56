"""The page "Knowledge": what pages say and answer with, what is asked without an answer, and when a file is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role
from bot.domain.conversation import UserUttered
from bot.domain.ids import MessageId
from bot.domain.understanding import IntentScore, KnowledgeAnswer, Understood
from bot.entrypoints.wiring.service import Service
from bot.services.keep_accounts import add_key
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.knowledge_page.conftest import HOURS
from tests.bot.services.stage import Stage
from tests.contracts.samples import CHAT, NOON, add_chat

EMPTY = {"title": "", "url": "", "until": "", "questions": [], "audience": [], "channels": [], "body": ""}


async def opened(client: Client, name: str = "hours") -> dict[str, Any]:
    told: dict[str, Any] = await (await client.get(f"/knowledge/{name}.json")).json()
    return told


async def asked(client: Client, text: str, **more: str) -> dict[str, Any]:
    told: dict[str, Any] = await (await client.post("/knowledge/ask", json={"text": text, **more})).json()
    return told


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- looking


async def test_pages_are_listed_with_what_they_are_for_and_what_is_wrong(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "empty.md").write_text("---\ntitle: Empty\n---\n")
    async with client_of(service) as client:
        told = await (await client.get("/knowledge.json")).json()
        assert (await client.get("/knowledge")).content_type == "text/html"
    empty, hours, pricing = told["pages"]
    assert (empty["is_read"], empty["faults"][0]["message"]) == (False, "this page has no text.")
    assert (hours["title"], hours["until"], hours["has_ended"], hours["audience"]) == (
        *("Opening hours", "2020-01-31", True, ["customers"]),
    )
    assert (hours["in_force"], pricing["in_force"], pricing["has_ended"]) == (False, True, False)
    assert (told["may_change"], told["may_read"]) == (True, True)


async def test_a_page_is_told_as_a_form_with_what_it_answers_with(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        hours, new = await opened(client), await opened(client, "returns")
        assert (await client.get("/knowledge/hours")).content_type == "text/html"
    assert hours["form"] == {
        **EMPTY,
        "title": "Opening hours",
        "until": "2020-01-31",
        "questions": ["When are you open?"],
        "audience": ["customers"],
        "body": "Every day from nine to five.",
    }
    said = {"heading": "Opening hours", "text": "Every day from nine to five.", "begins": True}
    assert (hours["passages"], hours["file"]["path"], hours["is_new"]) == ([said], "knowledge/hours.md", False)
    assert (new["is_new"], new["form"]) == (True, EMPTY)


async def test_a_file_that_is_no_page_has_no_form_and_tells_why(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "notes.md").write_text("# Notes\n")
    async with client_of(service) as client:
        told = await opened(client, "notes")
        refused = await client.put("/knowledge/notes", json={**EMPTY, "digest": told["file"]["digest"]})
        assert (refused.status, "Edit the file's text" in (await refused.json())["error"]) == (422, True)
    assert (told["form"], told["faults"][0]["message"]) == (None, "this page has no front matter.")


# ---------------------------------------------------------------- asking


async def test_a_question_is_answered_as_a_customer_would_be(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        price, demo, strange = [await asked(client, text) for text in ("how much does it cost?", "hello", "zzz qqq?")]
        assert (await client.post("/knowledge/ask", json={"text": " "})).status == 400
    assert price["parts"][0]["answer"]["page"] == "pricing"
    assert (demo["parts"][0]["answer"], demo["parts"][0]["intent"]) == (None, "greet")
    assert strange["parts"][0]["answer"] is None
    assert strange["nearest"]["score"] < strange["threshold"]
    stage.library.playbook = replace(stage.library.playbook, nlu=object())  # type: ignore[arg-type]
    async with client_of(service) as client:
        assert (await client.post("/knowledge/ask", json={"text": "hello"})).status == 404


async def test_what_no_page_answers_is_told_with_names_and_numbers_masked(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    nothing = Understood("", IntentScore("ask_knowledge", 0.9), stage="classifier")
    texts = ["does the zeppelin fly to Narvik?", "does the zeppelin fly to 07700900123?"]
    found = replace(nothing, answer=KnowledgeAnswer("Yes.", "Old page", "", 0.9))
    async with stage.store.transaction() as uow:
        await add_chat(uow)
        for text, understood in ((texts[0], nothing), (texts[1], nothing), ("is it answered?", found)):
            said = UserUttered(text, replace(understood, text=text), MessageId(text), None, "sms")
            await uow.conversations.log(CHAT, [said], NOON)
    async with client_of(service) as client:
        told = await (await client.post("/knowledge/gaps", json={})).json()
    (group,) = told["groups"]
    assert (group["asked"], told["questions"], group["nearest"]["page"]) == (2, 2, "pricing")
    assert "0770" not in str(group["questions"])


# ---------------------------------------------------------------- writing


async def test_an_edit_is_looked_at_and_written_and_leaves_the_rest(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        told = await opened(client)
        form = {**told["form"], "until": "2030-12-31", "body": "Every day.\n\n## And on Sundays?\n\nNo."}
        looked = await (await client.post("/knowledge/check", json={"page": "hours", **form})).json()
        said = {**form, "digest": told["file"]["digest"]}
        assert (await client.put("/knowledge/hours", json=said)).status == 200
        late = await client.put("/knowledge/hours", json=said)
        assert (late.status, "somebody else has changed" in (await late.json())["error"]) == (409, True)
        assert (await client.put("/knowledge/nobody", json=said)).status == 409
    assert [(one["heading"], one["text"]) for one in looked["passages"]] == [
        ("Opening hours", "Every day."),
        ("And on Sundays?", "No."),
    ]
    assert (looked["faults"], looked["has_ended"]) == ([], False)
    expected = HOURS.replace("2020-01-31", "2030-12-31").replace(
        " from nine to five.\n", ".\n\n## And on Sundays?\n\nNo.\n"
    )
    assert (folder / "hours.md").read_text() == expected
    assert [one.what for one in await stage.deeds()] == ["page.changed"]


async def test_what_an_edit_would_make_wrong_refuses_it_and_what_is_wrong_elsewhere_does_not(
    service: Service, folder: Path, assistant: Path, client_of: ClientMaker
) -> None:
    pricing = (folder / "pricing.md").read_text()
    async with client_of(service) as client:
        told = await opened(client)
        twice = {**told["form"], "questions": ["How much does it cost?"]}
        question = (await opened(client, "pricing"))["form"]["questions"][0]
        twice["questions"] = [question]
        looked = await (await client.post("/knowledge/check", json={"page": "hours", **twice})).json()
        assert "is also a question at" in looked["faults"][0]["message"]
        refused = await client.put("/knowledge/hours", json={**twice, "digest": told["file"]["digest"]})
        assert refused.status == 422
        (assistant / "rules.yml").write_text("rules:\n- rule: broken\n  steps: [{intent: nobody}]\n")
        fine = {**told["form"], "body": "Never.", "digest": told["file"]["digest"]}
        saved = await client.put("/knowledge/hours", json=fine)
        assert (saved.status, len((await saved.json())["faults"]) > 0) == (200, True)
    assert (folder / "hours.md").read_text() == HOURS.replace("Every day from nine to five.", "Never.")
    assert (folder / "pricing.md").read_text() == pricing


async def test_a_page_is_begun_and_put_aside(service: Service, folder: Path, client_of: ClientMaker) -> None:
    said = {**EMPTY, "title": "Returns: how", "questions": ["Can I return it?"], "body": "Within thirty days."}
    async with client_of(service) as client:
        assert (await client.post("/knowledge", json={"page": "returns", **said})).status == 200
        assert (await client.post("/knowledge", json={"page": "returns", **said, "questions": []})).status == 409
        odd = await client.post("/knowledge", json={"page": "Our Returns", **said})
        assert (odd.status, (await odd.json())["error"].endswith("such as our-returns.")) == (400, True)
        none = await client.post("/knowledge", json={"page": "empty", **said, "body": "", "questions": []})
        assert (none.status, (await none.json())["faults"][0]["message"]) == (422, "this page has no text.")
        text = (folder / "returns.md").read_text()
        digest = (await opened(client, "returns"))["file"]["digest"]
        assert (await client.delete("/knowledge/returns", params={"digest": "older"})).status == 409
        assert (await client.delete("/knowledge/returns", params={"digest": digest})).status == 200
    assert text == "---\ntitle: 'Returns: how'\nquestions: [Can I return it?]\n---\n\nWithin thirty days.\n"
    assert files_in(folder) == ["hours.md", "pricing.md", "returns.md.retired"]


@pytest.mark.parametrize(
    "odd", [{"title": 5}, {"questions": "When?"}, {"questions": [1]}, {"audience": ["x" * 2_000]}, {"body": None}]
)
async def test_what_no_form_sends_is_refused(service: Service, client_of: ClientMaker, odd: dict[str, Any]) -> None:
    async with client_of(service) as client:
        answer = await client.post("/knowledge/check", json={"page": "hours", **EMPTY, **odd})
        assert (answer.status, "error" in await answer.json()) == (400, True)


async def test_who_may_only_look_changes_nothing_and_reads_nobody(
    service_of: ServiceMaker, service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    said = {"page": "returns", **EMPTY, "title": "Returns", "body": "Yes."}
    closed = service_of(connectors="", assistant=folder.parent, edit_journeys=False)
    async with client_of(closed) as client:
        assert (await client.post("/knowledge", json=said)).status == 403
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "dashboard", Role.READ_ONLY, who="test", now=stage.clock.now()))[1]
    async with client_of(replace(service, access=CredentialAccess(accounts=True))) as client:
        client.session.headers["Authorization"] = f"Bearer {key}"
        assert (await client.post("/knowledge", json=said)).status == 403
        assert (await client.post("/knowledge/gaps", json={})).status == 403
        told = await (await client.get("/knowledge.json")).json()
    assert (told["may_change"], told["may_read"]) == (False, False)
