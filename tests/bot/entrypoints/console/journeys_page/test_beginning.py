"""A new journey from its page, and a copy of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.audience import Segment
from bot.domain.publishing import InForce, JourneyChange, Running
from bot.entrypoints.console.journeys_page import beginning
from bot.entrypoints.console.journeys_page.publishing import is_unstarted
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.journeys_page.conftest import WELCOME, ServiceMaker
from tests.bot.services.stage import Stage


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads the files here, so that there is nothing to wait for."""
    monkeypatch.setattr(beginning, "READ_TRIES", 1)


NEW: dict[str, Any] = {"title": "Spring,\n2027", "purpose": "marketing", "enter": {"event": "spring.began"}}


async def begun(client: Client, name: str, **more: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post("/journeys", json={"journey": name, **NEW, **more})
    return answer.status, await answer.json()


async def test_a_new_journey_is_a_file_and_nobody_enters_it_yet(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        assert await begun(client, "spring") == (200, {"journey": "spring"})
        listed = (await (await client.get("/journeys.json")).json())["journeys"]
        standing = (await (await client.get("/journeys/spring.json")).json())["standing"]
    assert (folder / "spring.yml").read_text() == (
        "# Spring, 2027\njourney: spring\npurpose: marketing\nenter: {event: spring.began}\nsteps:\n  - wait: 1d\n"
    )
    assert [(one["journey"], one["is_unstarted"]) for one in listed] == [("spring", True), ("welcome", False)]
    assert (standing["running"], standing["is_unstarted"]) == ("paused", True)
    begins = [one for one in await stage.deeds() if one.what == "journey.begun"]
    assert [(one.about, one.detail) for one in begins] == [("spring", {"file": "journeys/spring.yml"})]
    async with stage.store.transaction() as uow:
        assert (await uow.journeys.states())["spring"].running is Running.PAUSED


async def test_a_journey_that_ran_is_paused_and_no_new_one(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    async def new(client: Client, name: str) -> bool:
        unstarted: bool = (await (await client.get(f"/journeys/{name}.json")).json())["standing"]["is_unstarted"]
        listed = (await (await client.get("/journeys.json")).json())["journeys"]
        assert [one["is_unstarted"] for one in listed if one["journey"] == name] == [unstarted]
        return unstarted

    async with client_of(service) as client:
        await begun(client, "spring")
        (folder / "spring.yml").write_text((folder / "spring.yml").read_text().replace("1d", "2d"))
        assert await new(client, "spring")
        for deed, name in (("resume", "spring"), ("pause", "spring"), ("pause", "welcome")):
            assert (await client.post(f"/journeys/{name}/{deed}", json={})).status == 200
        assert not await new(client, "spring"), "it was started"


def test_somebody_who_has_entered_makes_it_one_that_ran() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    state = InForce("spring", Running.PAUSED, at)
    paused, published = (JourneyChange("spring", at, "Ana", what, None, 0) for what in ("pause", "publish"))
    assert is_unstarted(state, [published, paused], 0)
    assert not is_unstarted(state, [paused], 1)
    assert not is_unstarted(state, [paused, published], 0), "it was published, and ran"
    assert not is_unstarted(replace(state, running=Running.STOPPED), [paused], 0)
    assert not is_unstarted(None, [], 0)


async def test_a_draft_need_not_be_paused(service: Service, stage: Stage, folder: Path, client_of: ClientMaker) -> None:
    stage.runtime = replace(stage.runtime, publishing="on_command")
    async with client_of(replace(service, runtime=stage.runtime)) as client:
        assert (await begun(client, "spring"))[0] == 200
    async with stage.store.transaction() as uow:
        assert await uow.journeys.states() == {}


async def test_a_copy_says_the_same_with_another_id(service: Service, folder: Path, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        assert (await begun(client, "hello", like="welcome"))[0] == 200
        assert (await begun(client, "hello-2", like="nobody"))[0] == 404
        (folder / "welcome.yml").write_text(WELCOME.replace("journey: welcome", '"journey": welcome'))
        assert (await begun(client, "hello-2", like="welcome"))[0] == 409
    assert (folder / "hello.yml").read_text() == WELCOME.replace("journey: welcome", "journey: hello")


@pytest.fixture
def assistant(tmp_path: Path) -> Path:
    made = tmp_path / "acme"
    made.mkdir()
    (made / "words.yml").write_text('version: "3.1"\nresponses:\n  utter_spring_hello: [{text: "Hello."}]\n')
    return made


@pytest.fixture
def with_words(service_of: ServiceMaker, service: Service, assistant: Path, folder: Path) -> Service:
    settings = service_of(connectors="", journeys=folder, assistant=assistant).settings
    return replace(service, settings=settings)


async def test_a_journey_by_a_recipe_brings_what_it_says_and_nobody_enters_it_yet(
    with_words: Service, stage: Stage, folder: Path, assistant: Path, client_of: ClientMaker, quickly: None
) -> None:
    async with client_of(with_words) as client:
        told = await (await client.get("/journeys.json")).json()
        assert {"recipe", "title", "about", "asks"} == told["recipes"][0].keys()
        assert await begun(client, "hello-2", recipe="welcome") == (200, {"journey": "hello-2"})
    text = (folder / "hello-2.yml").read_text()
    assert "journey: hello-2\n" in text
    assert "response: utter_hello_2_begin, channels: [sms]" in text
    assert "  utter_hello_2_begin:\n" in (assistant / "responses" / "hello-2.yml").read_text()
    async with stage.store.transaction() as uow:
        assert (await uow.journeys.states())["hello-2"].running is Running.PAUSED


async def test_a_recipe_may_ask_to_whom_it_writes_and_when(
    with_words: Service, stage: Stage, folder: Path, client_of: ClientMaker, quickly: None
) -> None:
    stage.library.playbook = replace(
        stage.library.playbook, segments={"big-teams": Segment("big-teams", "profile.vip")}
    )
    aim = {"segment": "big-teams", "when": "2030-12-01T09:00", "zone": "America/New_York"}
    wrong = {
        "segment": ("small-teams", 'there is no segment "small-teams"'),
        "when": ("2020-12-01 09:00", "is past: in America/New_York it is "),
        "zone": ("Mars/Olympus", 'there is no time zone "Mars/Olympus"'),
    }
    async with client_of(with_words) as client:
        assert (await (await client.get("/journeys.json")).json())["segments"] == [
            {"segment": "big-teams", "label": "", "condition": "profile.vip"}
        ]
        for name, (value, words) in wrong.items():
            status, told = await begun(client, "spring", recipe="news", **{**aim, name: value})
            assert (status, words in told["error"]) == (400, True)
        status, told = await begun(client, "spring", recipe="news", **{**aim, "when": "soon"})
        assert told["error"] == '"soon" is no day with a time. Write year-month-day and the time: 2026-12-01 09:00.'
        status, told = await begun(client, "spring", recipe="news", **aim, tag="vip' or 'a' == 'a")
        assert (status, told["error"].startswith("\"vip' or 'a' == 'a\" cannot be a tag.")) == (400, True)
        assert await begun(client, "spring", recipe="news", **aim) == (200, {"journey": "spring"})
        assert await begun(client, "fair", recipe="news", **aim, tag="ZONE-fair") == (200, {"journey": "fair"})
    at = "{schedule: {once: 2030-12-01 09:00, zone: America/New_York}, segment: big-teams}"
    assert f"enter: {at}\n" in (folder / "spring.yml").read_text()
    assert "if: \"'ZONE-fair' in profile.tags\"" in (folder / "fair.yml").read_text()


async def test_of_a_recipe_that_cannot_be_nothing_is_written(
    with_words: Service, folder: Path, assistant: Path, client_of: ClientMaker, quickly: None
) -> None:
    async with client_of(with_words) as client:
        assert (await begun(client, "spring", recipe="nothing"))[0] == 404
        status, told = await begun(client, "spring", recipe="welcome")
        assert (status, told["error"]) == (409, 'there is a response "utter_spring_hello" already. Choose another id.')
        (assistant / "responses").mkdir()
        (assistant / "responses" / "summer.yml").write_text("")
        status, told = await begun(client, "summer", recipe="welcome")
        assert (status, told["error"]) == (
            409,
            "there is a file acme/responses/summer.yml already. Choose another id.",
        )
    assert sorted(path.name for path in folder.iterdir()) == ["profile.yml", "welcome.yml"]  # noqa: ASYNC240
    assert [path.name for path in (assistant / "responses").iterdir()] == ["summer.yml"]


async def test_what_a_recipe_says_does_not_stay_where_its_journey_cannot_be_written(
    with_words: Service, folder: Path, assistant: Path, client_of: ClientMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.adapters.content.journey_files.JourneyFiles.create", full)
    async with client_of(with_words) as client:
        status, told = await begun(client, "spring-2", recipe="welcome")
    assert (status, told["error"]) == (409, "the file cannot be written: No space left on device.")
    assert [*(assistant / "responses").iterdir()] == []


async def test_what_cannot_be_is_refused(service: Service, folder: Path, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        status, told = await begun(client, "welcome")
        assert (status, told["error"]) == (409, 'there is a journey "welcome" already. Choose another id.')
        for name in ("profile", "Spring", "../spring", ""):
            assert (await begun(client, name))[0] == 400
        assert (await begun(client, "2027: Spring offer!"))[1]["error"].endswith("_ follow, such as spring-offer.")
        assert (await begun(client, "Frühjahrs-Check, größer"))[1]["error"].endswith(" fruhjahrs-check-grosser.")
        status, told = await begun(client, "spring", enter={"event": "no event"})
        assert (status, bool(told["faults"])) == (422, True)
        assert (await begun(client, "spring", enter="x"))[0] == 400
    assert sorted(path.name for path in folder.iterdir()) == ["profile.yml", "welcome.yml"]  # noqa: ASYNC240


async def test_an_id_of_which_runs_are_kept_is_refused(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    async with stage.store.transaction() as uow:
        await uow.enrolments.publish(replace(stage.library.playbook.journeys["welcome"], id="old"))
    async with client_of(service) as client:
        status, told = await begun(client, "old")
    assert (status, "an id is never given twice" in told["error"]) == (409, True)
    assert not (folder / "old.yml").exists()


async def test_journeys_begin_only_where_they_may_be_changed(
    service: Service, service_of: ServiceMaker, folder: Path, client_of: ClientMaker
) -> None:
    closed = replace(service, settings=service_of(connectors="", journeys=folder, edit_journeys=False).settings)
    async with client_of(closed) as client:
        assert (await begun(client, "spring"))[0] == 403
    async with client_of(service) as client:
        body = {"journey": "spring", **NEW}
        assert (await client.post("/journeys", json=body, headers={"Origin": "http://evil.example"})).status == 401
    assert not (folder / "spring.yml").exists()
