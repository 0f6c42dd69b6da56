"""Publishing on the page "Journeys": what would change, who would move, and what is refused."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.api_access import CredentialAccess
from bot.documents import parse
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus, Journey
from bot.entrypoints.wiring.service import Service
from bot.journeys.content import read_journey
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.journeys_page.conftest import WELCOME, ServiceMaker
from tests.bot.services.stage import ANA, KNOWN, Stage, spoil

LONGER = WELCOME.replace("[sms]", "[sms, webchat]").replace("enter:", "on_edit: map\nenter:")


def read(text: str) -> Journey:
    return read_journey(parse("journeys/welcome.yml", text), KNOWN)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def told(client: Client, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/journeys/welcome/{path}", json=body)
    found: dict[str, Any] = await answer.json()
    assert answer.status == status, found
    return found


async def shown(client: Client, what: str = ".json") -> dict[str, Any]:
    found: dict[str, Any] = await (await client.get(f"/journeys/welcome{what}")).json()
    return found


@pytest.fixture
def drafts(service: Service, stage: Stage) -> Service:
    """Where a file waits until it is published."""
    stage.runtime = replace(stage.runtime, publishing="on_command")
    return replace(service, runtime=stage.runtime)


async def test_a_draft_is_compared_tried_on_people_published_and_rolled_back(
    drafts: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    first = read(WELCOME)
    async with client_of(drafts) as client:
        standing = (await shown(client))["standing"]
        assert (standing["version"], standing["differs"], standing["publishing"]) == (None, True, "on_command")
        done = await told(client, "publish", digest=digest(WELCOME), in_force=None)
        assert done == {"done": "publish", "version": first.version, "moved": 0}
        await stage.meet()
        await stage.happens("demo.requested")
        await stage.settle()
        (folder / "welcome.yml").write_text(LONGER)

        told_of = await shown(client)
        assert (told_of["standing"]["differs"], told_of["in_force"]) == (True, False)
        compared = await shown(client, f"/compare.json?before={first.version}&after=file")
        assert compared == {"before": WELCOME, "after": LONGER, "in_words": False}
        plan = await told(client, "dry-run", digest=digest(LONGER))
        assert (plan["on_edit"], plan["moved"], plan["lost"]) == ("map", 1, 0)
        assert [(one["people"], one["way"], one["to"]) for one in plan["moves"]] == [(1, "moves", "steps.0")]
        assert (await told(client, "publish", digest=digest(LONGER), in_force=first.version))["moved"] == 1
        assert [one.version for one in await stage.enrolments()] == [read(LONGER).version]

        history = await shown(client, "/history.json")
        assert [(one["what"], one["people"]) for one in history["changes"]] == [("publish", 1), ("publish", 0)]
        assert history["back_to"] == [first.version]
        assert (await told(client, "dry-run", version=first.version))["moved"] == 1
        await told(client, "publish", version=first.version, in_force=read(LONGER).version)
        standing = (await shown(client))["standing"]
    assert (standing["version"], standing["published"]["what"]) == (first.version, "rollback")
    assert standing["differs"]
    assert [one.version for one in await stage.enrolments()] == [first.version]
    assert (folder / "welcome.yml").read_text() == LONGER  # the draft stays


async def test_there_is_no_way_back_to_a_version_that_this_release_cannot_read_and_the_page_says_so(
    drafts: Service, stage: Stage, folder: Path, client_of: ClientMaker, sqlite_url: str
) -> None:
    first = read(WELCOME)
    async with client_of(drafts) as client:
        await told(client, "publish", digest=digest(WELCOME), in_force=None)
        (folder / "welcome.yml").write_text(LONGER)
        await told(client, "publish", digest=digest(LONGER), in_force=first.version)
        spoil(sqlite_url, f"UPDATE journey SET body = '{{}}' WHERE version = '{first.version}'")
        refused = await told(client, "dry-run", 409, version=first.version)
    assert "Run the release that wrote it, or publish the journey's file anew." in refused["error"]


async def test_where_files_hold_at_once_a_rollback_puts_the_file_back_too(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        await told(client, "publish", digest=digest(WELCOME), in_force=None)
        (folder / "welcome.yml").write_text(LONGER)
        await told(client, "publish", digest=digest(LONGER), in_force=read(WELCOME).version)
        body: dict[str, Any] = {"version": read(WELCOME).version, "in_force": read(LONGER).version}
        await told(client, "publish", 409, **body, digest=digest("what somebody else has written"))
        assert (folder / "welcome.yml").read_text() == LONGER
        await told(client, "publish", **body, digest=digest(LONGER))
        assert (await shown(client))["standing"]["differs"] is False
    assert (folder / "welcome.yml").read_text() == WELCOME


async def test_people_are_lost_only_where_somebody_says_so(
    drafts: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(drafts) as client:
        await told(client, "publish", digest=digest(WELCOME), in_force=None)
        await stage.meet()
        await stage.happens("demo.requested")
        await stage.settle()
        text = LONGER.replace("  - wait: 1d   # a day\n", "")
        (folder / "welcome.yml").write_text(text)
        body: dict[str, Any] = {"digest": digest(text), "in_force": read(WELCOME).version}
        assert (await told(client, "dry-run", digest=digest(text)))["lost"] == 1
        refused = await told(client, "publish", 409, **body)
        assert refused["error"].startswith('1 person would be lost: nothing says where who is at "steps.0" goes.')
        assert (await told(client, "publish", **body, park=True))["moved"] == 1


async def test_who_looked_at_something_else_publishes_nothing(
    drafts: Service, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(drafts) as client:
        await told(client, "publish", digest=digest(WELCOME), in_force=None)
        again = await told(client, "publish", 409, digest=digest(WELCOME), in_force=None)
        assert "somebody else has published meanwhile" in again["error"]
        (folder / "welcome.yml").write_text(LONGER)
        stale = await told(client, "publish", 409, digest=digest(WELCOME), in_force=read(WELCOME).version)
        assert "somebody else has changed the file" in stale["error"]
        (folder / "welcome.yml").write_text("journey: welcome\n")
        faults = await told(client, "publish", 422, digest=digest("journey: welcome\n"), in_force=read(WELCOME).version)
        assert faults["faults"]
        assert (await client.get("/journeys/welcome/compare.json?before=nothing&after=file")).status == 404
        unknown = await told(client, "dry-run", 409, version="nothing")
        assert "one published version only" in unknown["error"]


async def test_a_journey_is_paused_resumed_and_stopped(service: Service, stage: Stage, client_of: ClientMaker) -> None:
    await stage.meet()
    await stage.happens("demo.requested")
    await stage.meet(ProfileId("b"), phone="+447700900299")
    async with client_of(service) as client:
        assert await told(client, "pause") == {"people": 1}
        assert (await shown(client))["standing"]["running"] == "paused"
        await stage.happens("demo.requested", to=ProfileId("b"))
        assert await stage.enrolments(ProfileId("b")) == []
        assert (await told(client, "resume"))["people"] == 1
        assert (await shown(client))["numbers"]["waiting"] == 1
        assert await told(client, "stop") == {"people": 1, "withheld": 0}
        assert (await shown(client))["numbers"]["waiting"] == 0  # though the count is kept for a while
        listed = (await (await client.get("/journeys.json")).json())["journeys"]
        assert [(one["running"], one["in_force"]) for one in listed] == [("stopped", False)]
        assert "was stopped" in (await told(client, "pause", 409))["error"]
        assert (await client.post("/journeys/nobody/pause", json={})).status == 404
        changes = (await shown(client, "/history.json"))["changes"]
    assert [one["what"] for one in changes] == ["stop", "resume", "pause"]


async def test_who_is_parked_is_let_go_on(service: Service, stage: Stage, client_of: ClientMaker) -> None:
    await stage.meet()
    await stage.happens("demo.requested")
    async with stage.store.transaction() as uow:
        (run,) = await uow.enrolments.waiting(ANA)
        await uow.enrolments.save(replace(run, status=EnrolmentStatus.PARKED, reason="x", seq=run.seq + 1))
    async with client_of(service) as client:
        assert len((await shown(client))["parked"]) == 1
        assert await told(client, "unpark") == {"people": 1, "stay": 0}
        assert (await shown(client))["parked"] == []
        assert await told(client, "unpark") == {"people": 0, "stay": 0}
        changes = (await shown(client, "/history.json"))["changes"]
    assert [one["what"] for one in changes] == ["unpark"]


async def test_a_journey_is_retired_and_who_is_inside_goes_on_or_leaves(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    await stage.meet()
    await stage.happens("demo.requested")
    file, tests = folder / "welcome.yml", folder / "tests" / "welcome.yml"
    tests.parent.mkdir()
    tests.write_text("journey: welcome")
    async with client_of(service) as client:
        assert "changed the file" in (await told(client, "retire", 409, digest="another"))["error"]
        assert await told(client, "retire", digest=digest(WELCOME)) == {"people": 0, "withheld": 0}
        aside = file.with_name("welcome.yml.retired")
        assert (file.exists(), tests.exists(), aside.read_text()) == (False, False, WELCOME)
        assert (await stage.enrolments())[0].status is EnrolmentStatus.WAITING
        (listed,) = (await (await client.get("/journeys.json")).json())["journeys"]
        assert (listed["is_retired"], listed["in_file"]) == (True, False)
        assert (await shown(client, ".json"))["is_retired"]
        assert await told(client, "bring-back") == {"journey": "welcome"}
        assert (file.read_text(), tests.exists(), aside.exists()) == (WELCOME, True, False)
        assert not (await shown(client, ".json"))["is_retired"]
        assert (await told(client, "retire", digest=digest(WELCOME), stop=True))["people"] == 1
        assert not file.exists()
        assert [one["what"] for one in (await shown(client, "/history.json"))["changes"]] == [
            "stop", "retire", "bring_back", "retire",
        ]  # fmt: skip


async def test_a_retired_journey_that_nobody_was_in_is_listed_and_shown(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "spring.yml").write_text(WELCOME.replace("welcome", "spring"))
    async with client_of(service) as client:
        body = {"digest": digest((folder / "spring.yml").read_text())}
        assert (await client.post("/journeys/spring/retire", json=body)).status == 200
        listed = (await (await client.get("/journeys.json")).json())["journeys"]
        assert [one["journey"] for one in listed if one["is_retired"]] == ["spring"]
        page = await (await client.get("/journeys/spring.json")).json()
        assert (page["is_retired"], page["file"], page["may_edit"]) == (True, None, False)
        assert [box["title"] for box in page["picture"]["boxes"]][1:] == ["Wait 1 day", "Send tip"]
        again = {"journey": "spring", "title": "", "purpose": "marketing", "enter": {"api": True}}
        assert "an id is never given twice" in (await (await client.post("/journeys", json=again)).json())["error"]


async def test_a_journey_whose_file_has_faults_by_now_is_not_brought_back(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    aside = folder / "old.yml.retired"
    aside.write_text(WELCOME.replace("welcome", "old").replace("utter_tip", "utter_gone"))
    async with client_of(service) as client:
        answer = await client.post("/journeys/old/bring-back", json={})
        assert (answer.status, "utter_gone" in await answer.text(), aside.exists()) == (422, True, True)
        assert (await told(client, "bring-back", 404))["error"] == 'the journey "welcome" is not retired'


async def test_what_was_published_is_not_retired_while_people_could_enter(
    drafts: Service, client_of: ClientMaker
) -> None:
    async with client_of(drafts) as client:
        await told(client, "publish", digest=digest(WELCOME), in_force=None)
        assert "holds without its file" in (await told(client, "retire", 409, digest=digest(WELCOME)))["error"]
        assert (await told(client, "retire", digest=digest(WELCOME), stop=True))["people"] == 0


@pytest.mark.parametrize("path", ["publish", "pause", "resume", "unpark", "stop", "retire", "bring-back"])
async def test_nothing_is_changed_by_those_who_may_not(
    service: Service, service_of: ServiceMaker, stage: Stage, folder: Path, client_of: ClientMaker, path: str
) -> None:
    body = {"digest": digest(WELCOME), "in_force": None}
    closed = replace(service, settings=service_of(connectors="", journeys=folder, edit_journeys=False).settings)
    async with client_of(closed) as client:
        assert "OVERTURE_EDIT_JOURNEYS" in (await told(client, path, 403, **body))["error"]
    async with client_of(service) as client:
        answer = await client.post(f"/journeys/welcome/{path}", json=body, headers={"Origin": "http://evil.example"})
        assert answer.status == 401
    async with client_of(replace(service, access=CredentialAccess(token="s3cret"))) as client:
        assert (await client.post(f"/journeys/welcome/{path}", json=body)).status == 401
    async with stage.store.transaction() as uow:
        assert await uow.journeys.states() == {}
