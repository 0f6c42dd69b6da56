"""The page "People": who is found, what is shown of them, and who may look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import MASKED, RIGHTS, Right, Role, Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, Segment
from bot.domain.effects import ChangeScore, SetAttribute
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.domain.timeline import PersonEvent
from bot.entrypoints.console import people_page
from bot.entrypoints.console.people_page import LISTED
from bot.entrypoints.serving.http import Server
from bot.services.keep_accounts import add_key
from bot.services.respect_wishes import restrict
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of

Client = TestClient[Any, Any]


@pytest_asyncio.fixture
async def client(service_of: ServiceMaker, stage: Stage) -> AsyncIterator[Client]:
    await stage.meet(attributes={"name": "Ana Bell", "team_size": 50})
    await stage.consent()
    await stage.says("greet")
    segments = {"big": Segment("big", "profile.team_size > 20")}
    stage.library.playbook = replace(stage.library.playbook, segments=segments)
    await stage.do(ChangeScore("engagement", 10, "came", "came"), SetAttribute("team_size", 50))
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), stage.clock.now())
    async with TestClient(TestServer(Server(service_of(connectors="")).application(), host="127.0.0.1")) as client:
        yield client


async def test_somebody_is_found_by_a_part_of_what_is_known(client: Client) -> None:
    told = await (await client.get("/people/find.json", params={"text": "ana@"})).json()
    assert [(one["person"], one["name"]) for one in told["people"]] == [("ana", "Ana Bell")]
    assert told["more"] is False
    assert (await (await client.get("/people/find.json")).json())["people"] == []


async def test_somebody_is_looked_for_beside_whoever_writes(client: Client, stage: Stage) -> None:
    async with stage.store.transaction(), asyncio.timeout(20):
        told = await (await client.get("/people/find.json", params={"text": "ana@"})).json()
    assert [one["person"] for one in told["people"]] == ["ana"]


async def test_people_are_listed_newest_first_a_part_at_a_time(client: Client, stage: Stage) -> None:
    """Somebody who was made known with an id of another program's making, as Ana, stands where that id does."""
    async with stage.store.transaction() as uow:
        for number in range(LISTED):
            known = Profile(ProfileId(f"0193-{number:02}"), stage.clock.now(), attributes={"name": f"Person {number}"})
            await uow.profiles.add(known)
    first = await (await client.get("/people/newest.json")).json()
    assert [one["name"] for one in first["people"][:3]] == ["Ana Bell", "Person 29", "Person 28"]
    assert first["people"][0]["known_since"]
    assert (len(first["people"]), first["more_before"]) == (LISTED, "0193-01")
    assert (first["count"], first["at_least"], first["segments"]) == (LISTED + 1, False, {"big": "big"})
    last = await (await client.get("/people/newest.json", params={"before": first["more_before"]})).json()
    assert [one["name"] for one in last["people"]] == ["Person 0"]
    assert last["more_before"] is None
    big = await (await client.get("/people/newest.json", params={"segment": "big"})).json()
    assert ([one["person"] for one in big["people"]], big["count"]) == (["ana"], 1)


async def test_tags_that_are_there_are_told_for_whoever_types_one(client: Client, stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ProfileId("ben"), stage.clock.now(), tags=frozenset({"fair"})))
    assert await (await client.get("/people/tags.json")).json() == {"tags": [{"tag": "fair", "people": 1}]}


async def test_more_people_than_are_counted_are_said_to_be_more(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_page, "MOST_COUNTED", 1)
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ProfileId("ben"), stage.clock.now()))
    told = await (await client.get("/people/newest.json")).json()
    assert (told["count"], told["at_least"]) == (1, True)


async def test_what_is_known_is_shown_and_that_somebody_looked_is_noted(client: Client, stage: Stage) -> None:
    told = await (await client.get("/people/ana.json")).json()
    email, phone = told["identities"]
    assert (phone["kind"], phone["value"], phone["proved"]) == ("phone", PHONE, True)
    assert phone["words"].startswith("said by the person on sms: message sms:")
    assert (email["value"], email["proved"], email["words"]) == ("ana@example.com", False, "not known, before 0.1.0")
    assert told["provenance"]["attributes"]["name"] == {"source": None, "words": "not known, before 0.1.0"}
    assert [one["value"] for one in told["attributes"]] == ["Ana Bell", 50]
    assert [one["shown"] for one in told["attributes"]] == ["Ana Bell", 50]
    assert told["consent"][0]["granted"]
    assert told["timeline"][0]["event"] == "message.received"
    (talk,) = told["conversations"]
    assert talk["channel"] == "sms"
    assert talk["transcript"].startswith("https://chat.example.com/transcripts/")
    assert (told["objects_since"], told["held_until"]) == (None, None)
    assert told["grade"] == "C2: fit 0, engagement 10"
    assert [(one["dimension"], one["why"]) for one in told["score"]] == [("engagement", "+10 came")]
    since = stage.clock.now().isoformat()
    assert told["segments"] == [{"segment": "big", "since": since, "while": "profile.team_size > 20"}]
    async with stage.store.transaction() as uow:
        (entry, *_) = await uow.audit.latest(1)
    assert (entry.deed.what, entry.deed.about) == ("person.looked_at", "ana")
    assert (await client.get("/people/nobody.json")).status == 404


async def test_nobody_who_is_restricted_is_said_to_go_on_at_a_time(client: Client, stage: Stage) -> None:
    stage.play(journey_of("- wait: 1d"))
    await stage.happens("demo.requested")
    await stage.settle()

    async def waits_until() -> str | None:
        (run,) = (await (await client.get("/people/ana.json")).json())["journeys"]
        assert run["status"] == "waiting"
        due_at: str | None = run["due_at"]
        return due_at

    assert await waits_until() is not None
    async with stage.store.transaction() as uow:
        await restrict(uow, ANA, now=stage.clock.now())
    assert await waits_until() is None


async def test_a_value_is_told_in_the_words_that_are_declared_for_it(client: Client, stage: Stage) -> None:
    begins = Attribute("begins", AttributeType.TEXT, ("this_quarter",), words=(("this_quarter", "this quarter"),))
    stage.library.playbook = replace(stage.library.playbook, profile=ProfileSchema({"begins": begins}))
    await stage.do(SetAttribute("begins", "this_quarter"))
    told = await (await client.get("/people/ana.json")).json()
    (begins,) = [one for one in told["attributes"] if one["name"] == "begins"]
    assert begins["shown"] == "this quarter"
    assert ["this_quarter", "this quarter"] in begins["one_of"]


async def test_what_is_still_to_be_done_is_listed_with_the_person_until_it_is(client: Client, stage: Stage) -> None:
    async def undone() -> list[tuple[str, str, bool]]:
        told = await (await client.get("/people/requests.json")).json()
        assert told["more"] is False
        return [(one["name"], one["kind"], one["overdue"]) for one in told["requests"]]

    for kind in ("access", "erasure"):
        await client.post("/v1/people/ana/requests", json={"kind": kind, "how": "by letter"})
        stage.clock.forward(timedelta(days=20))
    assert await undone() == [("Ana Bell", "access", True), ("Ana Bell", "erasure", False)]
    shown = (await (await client.get("/people/ana.json")).json())["requests"]
    assert [(one["kind"], one["overdue"]) for one in shown] == [("access", True), ("erasure", False)]
    await client.get("/v1/people/ana/data")
    assert await undone() == [("Ana Bell", "erasure", False)]
    await client.delete("/v1/people/ana")
    assert await undone() == []


async def as_role(service_of: ServiceMaker, stage: Stage, role: Role) -> tuple[Client, Mapping[str, str]]:
    """A client that is not begun yet, and the headers of one in the role."""
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, role, role, who="test", now=stage.clock.now()))[1]
    made = service_of(connectors="", environment="production", public_url="https://chat.example.com")
    app = Server(replace(made, access=CredentialAccess(accounts=True))).application()
    return TestClient(TestServer(app, host="127.0.0.1")), {"Authorization": f"Bearer {key}"}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("role", Role)
async def test_every_role_looks_and_those_alone_that_may_erase_are_offered_to_and_do(
    service_of: ServiceMaker, stage: Stage, role: Role
) -> None:
    looking, key = await as_role(service_of, stage, role)
    async with looking:
        for path in ("/people", "/people/find.json?text=ana"):
            assert (await looking.get(path, headers=key)).status == 200
        told = await (await looking.get("/people/ana.json", headers=key)).json()
        may = Right.HONOUR_WISHES in RIGHTS[role]
        read = Right.SEE_CONVERSATIONS in RIGHTS[role]
        assert told["may"] == {"export": Right.EXPORT_PEOPLE in RIGHTS[role], "honour": may, "read": read}
        assert bool(told["conversations"]) == read
        assert (await looking.delete("/v1/people/ana", headers=key)).status == (200 if may else 403)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("role", [Role.MARKETER, Role.READ_ONLY])
async def test_what_is_personal_is_masked_for_a_role_that_does_not_see_it(
    service_of: ServiceMaker, stage: Stage, role: Role
) -> None:
    attributes = {"team_size": Attribute("team_size", AttributeType.NUMBER, sensitivity=Sensitivity.OPEN)}
    stage.library.playbook = replace(stage.library.playbook, profile=ProfileSchema(attributes))
    looking, key = await as_role(service_of, stage, role)
    async with looking:
        told = await (await looking.get("/people/ana.json", headers=key)).json()
        assert (told["name"], [one["value"] for one in told["attributes"]]) == ("", [MASKED, 50])
        assert [one["value"] for one in told["identities"]] == [MASKED, MASKED]
        assert (told["consent"][0]["granted"], told["consent"][0]["words"]) == (True, "")
        assert {one["event"]: one["data"] for one in told["timeline"]}["message.received"] == {}
        for secret in ("Ana Bell", "ana@example.com", PHONE):
            assert secret not in str(told)


@pytest.mark.usefixtures("client")
async def test_who_sees_no_addresses_finds_somebody_by_a_whole_one_only(service_of: ServiceMaker, stage: Stage) -> None:
    looking, key = await as_role(service_of, stage, Role.MARKETER)
    async with looking:
        for text, found in (("ana@example.com", ["ana"]), ("ana@", []), ("Bell", []), ("", [])):
            told = await (await looking.get("/people/find.json", params={"text": text}, headers=key)).json()
            assert [one["person"] for one in told["people"]] == found
            assert {one["value"] for person in told["people"] for one in person["identities"]} <= {MASKED}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("role", "found"), [(Role.ADMIN, ["ana"]), (Role.COMPLIANCE, ["ana"]), (Role.REP, []), (Role.MARKETER, [])]
)
async def test_nobody_is_found_by_what_the_role_does_not_see(
    service_of: ServiceMaker, stage: Stage, role: Role, found: list[str]
) -> None:
    attributes = {"illness": Attribute("illness", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE)}
    stage.library.playbook = replace(stage.library.playbook, profile=ProfileSchema(attributes))
    await stage.do(SetAttribute("illness", "asthma"))
    looking, key = await as_role(service_of, stage, role)
    async with looking:
        for part in ("asthma", "asth"):
            told = await (await looking.get("/people/find.json", params={"text": part}, headers=key)).json()
            assert [one["person"] for one in told["people"]] == found


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("role", "data"),
    [
        (Role.ADMIN, {"illness": "asthma", "plan": "team"}),
        (Role.REP, {"illness": MASKED, "plan": "team"}),
        (Role.MARKETER, {}),
    ],
)
async def test_what_came_with_an_event_is_masked_as_the_attribute_of_its_name(
    service_of: ServiceMaker, stage: Stage, role: Role, data: Mapping[str, str]
) -> None:
    attributes = {"illness": Attribute("illness", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE)}
    stage.library.playbook = replace(stage.library.playbook, profile=ProfileSchema(attributes))
    now, sent = stage.clock.now(), {"illness": "asthma", "plan": "team"}
    async with stage.store.transaction() as uow:
        await uow.timeline.add(PersonEvent(ANA, "form.sent", now, now, sent))
    looking, key = await as_role(service_of, stage, role)
    async with looking:
        told = await (await looking.get("/people/ana.json", headers=key)).json()
    assert {one["event"]: one["data"] for one in told["timeline"]}["form.sent"] == data


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(("role", "seen"), [(Role.ADMIN, True), (Role.REP, False), (Role.MARKETER, False)])
async def test_the_condition_of_a_segment_tells_no_value_that_the_role_does_not_see(
    service_of: ServiceMaker, stage: Stage, role: Role, seen: bool
) -> None:
    attributes = {
        "illness": Attribute("illness", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE),
        "team_size": Attribute("team_size", AttributeType.NUMBER, sensitivity=Sensitivity.OPEN),
    }
    big, ill = Segment("big", "profile.team_size > 20"), Segment("ill", "profile.illness == 'asthma'")
    stage.library.playbook = replace(
        stage.library.playbook, profile=ProfileSchema(attributes), segments={"big": big, "ill": ill}
    )
    await stage.do(SetAttribute("illness", "asthma"))
    looking, key = await as_role(service_of, stage, role)
    async with looking:
        told = await (await looking.get("/people/ana.json", headers=key)).json()
        listed = await (await looking.get("/people/newest.json", headers=key)).json()
        ill_people = await looking.get("/people/newest.json?segment=ill", headers=key)
    assert ("ill" in listed["segments"], ill_people.status) == ((True, 200) if seen else (False, 404))
    conditions = {one["segment"]: one["while"] for one in told["segments"]}
    assert conditions == {"big": big.condition, "ill": ill.condition if seen else MASKED}
    assert ("asthma" in str(told)) is seen


async def test_strangers_see_nothing_of_it(client: Client, service_of: ServiceMaker) -> None:
    assert "Nobody chosen yet" in await (await client.get("/people")).text()
    closed = replace(service_of(connectors=""), access=CredentialAccess(token="a token"))
    async with TestClient(TestServer(Server(closed).application(), host="127.0.0.1")) as stranger:
        for path in ("", "/newest.json", "/tags.json", "/requests.json", "/find.json?text=ana", "/ana.json"):
            assert (await stranger.get(f"/people{path}", allow_redirects=False)).status in (302, 303, 401)
