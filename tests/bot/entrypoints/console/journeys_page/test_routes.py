"""What the page "Journeys" is told, and who may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import MASKED, Role
from bot.domain.consent import Purpose
from bot.domain.delivery import Decision
from bot.domain.journey import SplitCount
from bot.entrypoints.wiring.service import Service
from bot.services.keep_accounts import add_key
from tests.bot.entrypoints.console.conftest import ClientMaker
from tests.bot.entrypoints.console.journeys_page.conftest import WELCOME, ServiceMaker
from tests.bot.services.stage import ANA, Stage, journey_of


async def test_the_list_has_each_journey_with_its_numbers(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "broken.yml").write_text("journey: broken\n")
    await stage.meet()
    await stage.happens("demo.requested")
    async with client_of(service) as client:
        told = await (await client.get("/journeys.json")).json()
        assert (await client.get("/journeys")).content_type == "text/html"
    broken, welcome = told["journeys"]
    assert (broken["journey"], broken["in_force"], broken["in_file"]) == ("broken", False, True)
    assert welcome["entries"] == ["when demo.requested happens"]
    assert welcome["numbers"] == {
        "waiting": 1, "done": 0, "held_out": 0, "parked": 0, "entered": 1, "goals": 0,
    }  # fmt: skip


async def test_a_journey_is_told_with_picture_people_and_file(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    await stage.meet()
    await stage.happens("demo.requested")
    await stage.settle()
    version = stage.library.playbook.journeys["welcome"].version
    async with client_of(service) as client:
        told = await (await client.get("/journeys/welcome.json")).json()
        older = await (await client.get(f"/journeys/welcome.json?version={version}")).json()
        assert (await client.get("/journeys/welcome.json?version=none")).status == 404
        assert (await client.get("/journeys/nobody.json")).status == 404
        assert (await client.get("/journeys/welcome")).content_type == "text/html"
    assert told["file"]["text"] == WELCOME
    assert [(box["id"], box["title"], box["line"]) for box in told["picture"]["boxes"]] == [
        (":enter", "Enter", None),
        ("steps.0", "Wait 1 day", 6),
        ("tip", "Send tip", 7),
    ]
    assert told["picture"]["ways"]["tip"] == [{"to": None, "title": None, "words": "", "times": 0}]
    assert [(label["lines"], label["times"]) for label in told["picture"]["labels"]] == [([], 1), (["leaves"], 0)]
    assert (told["version"], told["faults"], told["older"], older["older"]) == (version, [], False, True)
    assert told["steps"] == {"steps.0": {"waiting": 1, "parked": 0, "moved": 0, "left": []}}


async def test_who_is_at_a_step_is_told_by_name(service: Service, stage: Stage, client_of: ClientMaker) -> None:
    await stage.meet(attributes={"name": "Ana Bell"})
    await stage.happens("demo.requested")
    await stage.settle()
    version = stage.library.playbook.journeys["welcome"].version
    at_step = {"version": version, "step": "steps.0"}
    async with client_of(service) as client:
        told = await (await client.get("/journeys/welcome/people.json", params=at_step)).json()
        elsewhere = await (await client.get("/journeys/welcome/people.json", params=at_step | {"step": "tip"})).json()
        ana = await (await client.get("/people/ana.json")).json()
    (one,) = told["people"]
    due = (stage.clock.now() + timedelta(days=1)).isoformat()
    assert (one["person"], one["name"], one["status"], one["due_at"]) == ("ana", "Ana Bell", "waiting", due)
    assert (told["more"], elsewhere) == (False, {"people": [], "more": False})
    (run,) = ana["journeys"]
    assert (run["journey"], run["title"], run["status"], run["due_at"]) == ("welcome", "Wait 1 day", "waiting", due)


async def test_who_is_at_a_step_is_masked_for_a_role_that_does_not_see_names(
    service_of: ServiceMaker, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    stage.play(journey_of("- wait: 1d"))
    await stage.meet(attributes={"name": "Ana Bell"})
    await stage.happens("demo.requested")
    await stage.settle()
    version = stage.library.playbook.journeys["welcome"].version
    address = f"/journeys/welcome/people.json?version={version}&step=steps.0"
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "dashboard", Role.MARKETER, who="test", now=stage.clock.now()))[1]
    made = service_of(connectors="", journeys=folder, environment="production", public_url="https://chat.example.com")
    async with client_of(replace(made, access=CredentialAccess(accounts=True))) as client:
        assert (await client.get(address)).status == 401
        told = await (await client.get(address, headers={"Authorization": f"Bearer {key}"})).json()
    (one,) = told["people"]
    assert (one["name"], one["identities"][0]["value"]) == ("", MASKED)


async def test_it_is_told_how_many_messages_of_a_step_left_and_why_others_did_not(
    service: Service, stage: Stage, client_of: ClientMaker
) -> None:
    await stage.meet()
    await stage.happens("demo.requested")
    await stage.settle()
    version = stage.library.playbook.journeys["welcome"].version
    async with stage.store.transaction() as uow:
        (run,) = await uow.enrolments.of(ANA)
        sent = Decision(stage.clock.now(), f"{run.id}:tip:1", ANA, Purpose.MARKETING, "sms", "send", "consent")
        for number, day in enumerate((3, 4), 2):
            why = f"this address opted out on {day} May 2026"
            await uow.consents.decided(replace(sent, entry_key=f"{run.id}:tip:{number}", outcome="withhold", why=why))
        await uow.consents.decided(sent)
    async with client_of(service) as client:
        at_step = {"version": version, "step": "tip"}
        told = await (await client.get("/journeys/welcome/decided.json", params=at_step)).json()
        async with stage.store.transaction() as uow:
            await uow.consents.decided(replace(sent, entry_key=f"{run.id}:tip:4"))
        again = await (await client.get("/journeys/welcome/decided.json", params=at_step)).json()
        assert again == told, "it is counted anew a little later"
    assert told == {"sent": 1, "later": [], "withheld": [{"why": "this address opted out", "messages": 2}]}


async def test_a_file_with_faults_is_shown_with_them(service: Service, folder: Path, client_of: ClientMaker) -> None:
    (folder / "welcome.yml").write_text(WELCOME.replace("utter_tip", "utter_tipp"))
    async with client_of(service) as client:
        told = await (await client.get("/journeys/welcome.json")).json()
    assert [(one["line"], one["column"], one["suggestion"]) for one in told["faults"]] == [
        (8, 12, 'Did you mean "utter_tip"?')
    ]
    assert told["picture"]["boxes"][2]["title"] == "Send tip"  # of the version in force


async def test_a_journey_whose_file_is_gone_is_shown_as_it_is_for_those_inside(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    await stage.meet()
    await stage.happens("demo.requested")
    stage.library.playbook = replace(stage.library.playbook, journeys={})
    (folder / "welcome.yml").unlink()
    async with client_of(service) as client:
        told = await (await client.get("/journeys/welcome.json")).json()
    assert (told["file"], told["in_force"], told["older"], told["may_edit"]) == (None, False, False, False)
    assert [box["id"] for box in told["picture"]["boxes"]] == [":enter", "steps.0", "tip"]
    assert (told["others"], told["steps"]["steps.0"]["waiting"]) == ([], 1)


async def test_strangers_and_other_websites_see_nothing(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        for path in ("/journeys", "/journeys.json", "/journeys/welcome", "/journeys/welcome.json"):
            assert (await client.get(path, headers={"Host": "evil.example"})).status == 421
    async with client_of(replace(service, access=CredentialAccess(token="let me in"))) as client:
        assert (await client.get("/journeys.json")).status == 401
        assert (await client.get("/journeys.json?token=let+me+in")).status == 200
    async with client_of(replace(service, access=CredentialAccess())) as client:
        assert (await client.get("/journeys")).status == 404


async def test_what_came_of_the_ways_of_a_split_is_told_with_intervals(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    ways = "split: [{name: tip, weight: 50}, {name: none, weight: 50}]"
    (folder / "welcome.yml").write_text(f"{WELCOME}  - id: offer\n    {ways}\n    metric: order.completed\n")
    day = stage.clock.now().date()
    async with stage.store.transaction() as uow:
        for number in range(20):
            uow.splits.count("welcome", SplitCount("offer", "tip", day))
            if number < 5:
                uow.splits.count("welcome", SplitCount("offer", "tip", day, reached=True))
    async with client_of(service) as client:
        told = (await (await client.get("/journeys/welcome.json")).json())["splits"]["offer"]
    tip, none = told["ways"]
    assert (told["metric"], tip["name"], tip["went"], tip["reached"]) == ("order.completed", "tip", 20, 5)
    assert 0.1 < tip["low"] < tip["share"] == 0.25 < tip["high"] < 0.5
    assert none == {"name": "none", "went": 0, "reached": 0, "share": None}
