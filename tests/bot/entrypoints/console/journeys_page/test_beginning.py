"""A new journey from its page, and a copy of one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.publishing import Running
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.journeys_page.conftest import WELCOME, ServiceMaker
from tests.bot.services.stage import Stage

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
    assert (folder / "spring.yml").read_text() == (
        "# Spring, 2027\njourney: spring\npurpose: marketing\nenter: {event: spring.began}\nsteps:\n  - wait: 1d\n"
    )
    assert [one["journey"] for one in listed] == ["spring", "welcome"]
    begins = [one for one in await stage.deeds() if one.what == "journey.begun"]
    assert [(one.about, one.detail) for one in begins] == [("spring", {"file": "journeys/spring.yml"})]
    async with stage.store.transaction() as uow:
        assert (await uow.journeys.states())["spring"].running is Running.PAUSED


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
