"""The page "Desk": who works when is told, and what its forms send is written into the desk's file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.responses_page.conftest import assistant
from tests.bot.services.stage import Stage

__all__ = ["assistant"]

SALES = """\
# Who gets what.
desk: sales
for: slack:#sales
hours: mon-fri 09:00-17:30 Europe/London
holidays: [2026-12-24..2026-12-26]
reps:
  ana: {name: Ana, languages: [en]}
  ben: {name: Ben, hours: mon-thu 10:00-16:00 Africa/Lagos, holidays: 2026-12-22}
routes:
  - {route: large, if: customer.country == 'DE', to: [ana], reason: by phone}
  - {route: odd, if: lower(profile.company) == 'acme', to: [ana, ben], pick: least_busy}
  - {route: rest, to: everybody}
first_reply:
  - {within: 15m, tell: [ben]}
"""
OFFICE = {"days": [0, 1, 2, 3, 4], "opens": "08:00", "closes": "00:00", "zone": "Europe/Berlin"}


@pytest.fixture
def folder(assistant: Path) -> Path:
    journeys = assistant.parent / "journeys"
    (journeys / "desks").mkdir()
    (journeys / "desks" / "sales.yml").write_text(SALES)
    return journeys


@pytest.fixture
def service(service_of: ServiceMaker, folder: Path, assistant: Path) -> Service:
    return service_of(
        connectors="",
        assistant=assistant,
        journeys=folder,
        desk="slack:#sales, support=slack:#support",
        desk_hours="support=mon-fri 08:00-18:00 UTC except 2026-12-31",
    )


async def listed(client: Client, week: str = "2026-12-23") -> dict[str, Any]:
    told: dict[str, Any] = await (await client.get("/desk.json", params={"week": week})).json()
    return told


async def test_the_week_is_told_with_who_is_away_and_each_route_as_a_sentence(
    service: Service, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        told = await listed(client)
        assert (await client.get("/desk")).content_type == "text/html"
        assert (await client.get("/desk.json", params={"week": "soon"})).status == 422
    [desk] = told["desks"]
    assert [one["state"] for one in desk["week"]] == [*["works"] * 3, "closed", "closed", "free", "free"]
    ana, ben = desk["reps"]
    assert [one["state"] for one in ben["week"]] == ["works", "away", "works", "closed", "free", "free", "free"]
    assert (ana["hours"], ben["hours"]["zone"], ben["away"][0]["first"]) == (None, "Africa/Lagos", "2026-12-22")
    assert [one["sentence"] for one in desk["routes"]] == ["Country is “DE”", "", ""]
    assert [one["criteria"] is None for one in desk["routes"]] == [False, True, True]
    assert desk["first_reply"] == [{"within": "15m", "words": "15 minutes", "tell": ["ben"], "desk": ""}]
    assert (desk["faults"], told["may_change"]) == ([], True)
    assert [one["for"] for one in told["to_begin"]] == ["support"]


async def test_days_off_are_added_and_taken_out_and_noted(
    service: Service, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    new_year = {"first": "2027-01-01", "last": "2027-01-01"}
    async with client_of(service) as client:
        digest = (await listed(client))["desks"][0]["file"]["digest"]
        assert (await client.post("/desk/sales/days-off", json={**new_year, "digest": digest})).status == 200
        late = await client.post("/desk/sales/days-off", json={**new_year, "digest": digest})
        assert (late.status, "somebody else has changed" in (await late.json())["error"]) == (409, True)
        digest = (await listed(client))["desks"][0]["file"]["digest"]
        again = await client.post("/desk/sales/days-off", json={**new_year, "digest": digest})
        assert (again.status, "closed on 2027-01-01 already" in (await again.json())["error"]) == (422, True)
        away = {"first": "2026-12-26", "last": "2026-12-01", "rep": "ana", "digest": digest}
        turned = await client.post("/desk/sales/days-off", json=away)
        assert (turned.status, "ends before it begins" in (await turned.json())["error"]) == (422, True)
        gone = {"first": "2026-12-22", "last": "2026-12-22", "rep": "ben", "digest": digest}
        assert (await client.delete("/desk/sales/days-off", params=gone)).status == 200
        digest = (await listed(client))["desks"][0]["file"]["digest"]
        over = await client.delete("/desk/sales/days-off", params={"before": "2026-12-31", "digest": digest})
        assert over.status == 200
    text = (folder / "desks" / "sales.yml").read_text()
    assert "holidays: [2027-01-01]\n" in text
    assert "ben: {name: Ben, hours: mon-thu 10:00-16:00 Africa/Lagos}\n" in text
    assert text.startswith("# Who gets what.\n")
    assert [one.what for one in await stage.deeds()][-1] == "desk.days_off_taken_out"


async def test_reps_hours_routes_first_replies_and_the_digest_are_written(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    cara = {"name": "Cara", "languages": "de, EN", "at_most": 4, "hours": None, "meetings": {"length": "30m"}}
    lines = {"join": "all", "parts": [{"of": "customer.language", "how": "is", "values": ["de"], "days": None}]}
    german = {"was": None, "route": "german", "criteria": lines, "to": ["cara"], "pick": "in_turn", "reason": ""}
    kept = [{"was": 2, "route": "rest", "if": "", "to": "everybody", "pick": "in_turn", "reason": ""}]
    steps = [
        {"was": 0, "within": "1h", "tell": "everybody", "desk": "support"},
        {"was": None, "within": "10m", "tell": ["ana"], "desk": ""},
    ]
    asked: list[tuple[str, dict[str, Any]]] = [
        ("reps/cara", cara),
        ("hours", {"hours": OFFICE}),
        ("routes", {"routes": [german, *kept]}),
        ("first-reply", {"steps": steps}),
        ("daily-digest", {"at": "9:00"}),
    ]
    async with client_of(service) as client:
        for part, said in asked:
            digest = (await listed(client))["desks"][0]["file"]["digest"]
            answer = await client.put(f"/desk/sales/{part}", json={**said, "digest": digest})
            assert (answer.status, (await answer.json()).get("error")) == (200, None), part
        digest = (await listed(client))["desks"][0]["file"]["digest"]
        refused = await client.delete("/desk/sales/reps/cara", params={"digest": digest})
        assert (refused.status, 'the route "german" is for nobody' in (await refused.json())["error"]) == (422, True)
        assert (await client.delete("/desk/sales/reps/ben", params={"digest": digest})).status == 200
    text = (folder / "desks" / "sales.yml").read_text()
    assert text.split("hours: ")[1].startswith("mon-fri 08:00-24:00 Europe/Berlin\n")
    assert "  cara: {name: Cara, languages: [de, en], at_most: 4, meetings: {length: 30m}}\n" in text
    assert "ben" not in text
    assert "  - {route: german, if: customer.language == 'de', to: [cara]}\n  - {route: rest, to: everybody}\n" in text
    assert "  - {within: 10m, tell: [ana]}\n  - {within: 1h, tell: everybody, desk: support}\n" in text
    assert text.endswith("digest: 09:00\n")


async def test_a_route_that_only_moves_keeps_its_condition_to_the_letter(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    condition = "profile.company == 'A  B'\nand lower(profile.name) == 'x'"
    route = {"was": 1, "route": "odd", "if": condition, "to": ["ana"], "pick": "in_turn", "reason": ""}
    async with client_of(service) as client:
        digest = (await listed(client))["desks"][0]["file"]["digest"]
        answer = await client.put("/desk/sales/routes", json={"routes": [route], "digest": digest})
        assert answer.status == 200, await answer.text()
        (shown,) = (await listed(client))["desks"][0]["routes"]
    assert shown["if"] == condition


async def test_who_begins_later_is_away_until_then_by_the_desks_own_days(
    service: Service, folder: Path, client_of: ClientMaker, stage: Stage
) -> None:
    file = folder / "desks" / "sales.yml"
    file.write_text(SALES.replace("17:30 Europe/London", "17:30 America/New_York"))
    stage.clock.forward(timedelta(hours=14))  # the evening there, the next day in UTC
    in_utc = stage.clock.now().date()
    async with client_of(service) as client:
        digest = (await listed(client))["desks"][0]["file"]["digest"]
        cara = {"name": "Cara", "languages": "", "at_most": None, "hours": None, "meetings": None}
        said = {**cara, "begins": in_utc.isoformat(), "digest": digest}
        assert (await client.put("/desk/sales/reps/cara", json=said)).status == 200
    assert f"cara: {{name: Cara, holidays: {in_utc - timedelta(days=1)}" in file.read_text().replace("[", "")


async def test_a_desk_without_a_file_is_begun(service: Service, folder: Path, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        for taken in ("other", "slack:#sales"):
            assert (await client.post("/desk", json={"for": taken, "hours": None})).status == 400, "it has a file"
        no_zone = await client.post("/desk", json={"for": "support", "hours": {**OFFICE, "zone": "Berlin"}})
        assert (no_zone.status, 'no time zone "Berlin"' in (await no_zone.json())["error"]) == (422, True)
        assert (await client.post("/desk", json={"for": "support", "hours": OFFICE})).status == 200
        assert [one["desk"] for one in (await listed(client))["desks"]] == ["sales", "support"]
    begun = "desk: support\nfor: support\nhours: mon-fri 08:00-24:00 Europe/Berlin\nholidays: [2026-12-31]\n"
    assert (folder / "desks" / "support.yml").read_text() == begun


async def test_a_desk_whose_file_has_no_hours_has_those_of_the_settings_until_it_says_some(
    service: Service, folder: Path, client_of: ClientMaker
) -> None:
    (folder / "desks" / "support.yml").write_text("desk: support\nfor: support\n")
    async with client_of(service) as client:
        desk = (await listed(client, "2026-12-31"))["desks"][1]
        assert (desk["by_settings"], desk["hours"]["opens"], desk["week"][3]["state"]) == (True, "08:00", "closed")
        said = {"hours": OFFICE, "digest": desk["file"]["digest"]}
        assert (await client.put("/desk/support/hours", json=said)).status == 200
        desk = (await listed(client, "2026-12-31"))["desks"][1]
        assert (desk["by_settings"], desk["hours"], desk["week"][3]["state"]) == (False, OFFICE, "closed")


@pytest.mark.parametrize(
    ("part", "odd"),
    [
        ("hours", {"hours": {"days": ["mon"]}}),
        ("hours", {"hours": {**OFFICE, "days": [7]}}),
        ("reps/ana", {"name": "Ana", "at_most": 0}),
        ("reps/ana", {"name": "Ana", "meetings": []}),
        ("routes", {"routes": [{"route": "x", "to": "ana"}]}),
        ("routes", {"routes": {}}),
        ("routes", {"routes": [{"route": "x", "to": ["ana"], "was": "0"}]}),
    ],
)
async def test_what_no_form_sends_is_refused(
    service: Service, folder: Path, client_of: ClientMaker, part: str, odd: dict[str, Any]
) -> None:
    async with client_of(service) as client:
        digest = (await listed(client))["desks"][0]["file"]["digest"]
        assert (await client.put(f"/desk/sales/{part}", json={**odd, "digest": digest})).status == 400
    assert (folder / "desks" / "sales.yml").read_text() == SALES
