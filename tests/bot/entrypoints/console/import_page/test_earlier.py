"""What was imported before is listed, and may be taken back by those who may take people in."""

from __future__ import annotations

import pytest

from bot.domain.access import RIGHTS, Right, Role
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.import_page.test_routes import FAIR, Client, client, count_people, take, with_role
from tests.bot.services.stage import Stage

__all__ = ["client"]


async def test_an_import_is_listed_and_taken_back(client: Client, stage: Stage) -> None:
    told = await take(client, FAIR)
    await take(client, FAIR, again="true")
    (one,) = (await (await client.get("/people/import/earlier.json")).json())["imports"]
    assert (one["id"], one["source"], one["rows"]) == (told["id"], "fair.csv", 3)
    address = f"/people/import/{one['id']}/take-back"
    answer = await (await client.post(address, json={})).json()
    assert (answer, await count_people(stage)) == ({"erased": 2, "left": 0, "reached": None}, 2)  # only counted
    answer = await (await client.post(address, json={"dry_run": False})).json()
    assert (answer["erased"], await count_people(stage)) == (2, 0)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/people/import/none/take-back", {}, 404),
        ("/people/import/none/take-back", {"after": 7}, 400),
        ("/people/import/none/take-back", {"after": "x" * 65}, 400),
        ("/people/import/none/take-back", [], 400),
    ],
)
async def test_what_is_no_import_is_told(client: Client, path: str, body: object, status: int) -> None:
    assert (await client.post(path, json=body)).status == status


async def test_another_website_cannot_have_one_taken_back(client: Client) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    assert (await client.post("/people/import/none/take-back", json={}, headers=headers)).status == 401


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("role", Role)
async def test_those_alone_take_back_who_may_take_people_in(service_of: ServiceMaker, stage: Stage, role: Role) -> None:
    looking, key = await with_role(service_of, stage, role)
    async with looking:
        answers = [
            await looking.get("/people/import/earlier.json", headers=key),
            await looking.post("/people/import/none/take-back", json={}, headers=key),
        ]
    may = Right.TAKE_PEOPLE in RIGHTS[role]
    assert [one.status for one in answers] == ([200, 404] if may else [403, 403])
