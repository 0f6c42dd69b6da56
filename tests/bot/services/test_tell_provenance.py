"""Who told what of a person, from wherever it comes, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.adapters.database.sealing import OFF, Sealing
from bot.domain.conversation import SlotSet
from bot.domain.effects import AddTag, ClaimIdentity, SetAttribute
from bot.domain.ids import ProfileId
from bot.domain.importing import Arrival, ImportProgress, Landing, Taking
from bot.domain.message import PageReport
from bot.domain.person import Identity
from bot.services.erase_person import erase_person
from bot.services.give_data import all_data
from bot.services.import_people import import_people
from bot.services.merge_people import merge_people, part_people
from bot.services.receive import receive
from bot.services.rectify import rectify
from bot.services.take_events import Told, take_events
from bot.services.tell_provenance import identities_of, provenance_of
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage, journey_of
from tests.field_keys import SEALED
from tests.manual_clock import ManualClock

BEA, U1 = ProfileId("bea"), Identity("user_id", "u1")


@pytest.fixture(params=[OFF, SEALED], ids=["readable", "sealed"])
def sealing(request: pytest.FixtureRequest) -> Sealing:
    found: Sealing = request.param
    return found


@pytest.fixture
async def stage(store: Database, clock: ManualClock) -> Stage:
    """Ana, on both databases, with field keys and without."""
    stage = Stage(store, clock)
    await stage.meet(attributes={"team_size": 5})
    async with store.transaction() as uow:
        await uow.profiles.claim(ANA, U1, clock.now())
    return stage


async def told(stage: Stage, who: ProfileId = ANA) -> dict[str, Any]:
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(who)
        return {**provenance_of(profile), "identities": identities_of(await uow.merges.claims(who))}


async def words(stage: Stage, name: str, who: ProfileId = ANA) -> str:
    found: str = (await told(stage, who))["attributes"][name]["words"]
    return found


async def value(stage: Stage, name: str, who: ProfileId = ANA) -> Any:
    async with stage.store.transaction() as uow:
        return (await uow.profiles.get(who)).attributes[name]


async def tell(stage: Stage, key: str = "k", **attributes: Any) -> None:
    event = Told("person.identified", stage.clock.now(), key, identities=(U1,), attributes=attributes, by="key:7")
    assert (await take_events(stage.runtime, [event]))[0].result == "taken"


async def take_file(stage: Stage, crm: str = "", **attributes: Any) -> Landing:
    landings: list[Landing] = []

    def note(some: Any) -> int:
        landings.extend(some)
        return 0

    arrival = Arrival(3, (Identity("phone", PHONE),), attributes, tags=frozenset({"fair"}), record="r9" if crm else "")
    progress = ImportProgress("i", "fair.csv", stage.clock.now())
    await import_people(stage.runtime, [arrival], Taking("fair.csv", crm), progress, note)
    return landings[0]


async def put_right(stage: Stage, **attributes: Any) -> None:
    async with stage.store.transaction() as uow:
        await rectify(uow, stage.runtime, ANA, attributes, who="user:7", now=stage.clock.now())


async def merge(stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await merge_people(uow, stage.runtime, ANA, BEA, who="a test", why="the same", now=stage.clock.now())


async def part(stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await part_people(uow, stage.runtime, ANA, now=stage.clock.now())


# ---------------------------------------------------------------- where it comes from


async def test_what_stands_in_a_slot_is_the_persons_word_and_the_rest_is_worked_out(stage: Stage) -> None:
    stage.actions.events["action_lead"] = (SlotSet("team_size", "50"),)
    stage.actions.effects["action_lead"] = ()
    stage.actions.effects["action_more"] = (
        SetAttribute("team_size", 50),
        SetAttribute("qualified", True),
        ClaimIdentity("email", "ana@example.com"),
        AddTag("hot"),
    )
    await stage.says("lead", vendor_id="m1")
    found = await told(stage)
    assert found["attributes"]["team_size"]["words"] == "said by the person on sms: slot team_size, message sms:m1"
    before = {"source": None, "words": "not known, before 0.1.0", "value": 5}
    assert found["attributes"]["team_size"]["replaced"] == before
    assert found["attributes"]["qualified"]["words"] == "worked out on sms: action_more, message sms:m1"
    assert found["tags"]["hot"]["words"] == "worked out on sms: action_more, message sms:m1"
    by_kind = {one["kind"]: one["words"] for one in found["identities"]}
    assert by_kind["email"] == "worked out on sms: action_more, message sms:m1"
    assert by_kind["phone"] == "said by the person on sms: message sms:m1"


async def test_other_systems_files_and_crms_are_named_with_the_place_in_them(stage: Stage) -> None:
    await tell(stage, team_size=20)
    assert await words(stage, "team_size") == "API, key:7: person.identified"
    await take_file(stage, team_size=30)
    found = await told(stage)
    assert found["attributes"]["team_size"]["words"] == "import of fair.csv: row 3"
    assert found["attributes"]["team_size"]["replaced"]["by"] == "key:7"
    assert found["tags"]["fair"]["words"] == "import of fair.csv: row 3"
    await take_file(stage, crm="crm", team_size=40)
    assert await words(stage, "team_size") == "CRM crm: record r9"


async def test_a_journey_and_the_website_are_named(stage: Stage) -> None:
    stage.play(journey_of("- id: grow\n  set: {team_size: 60}\n- end"))
    await stage.happens("demo.requested")
    assert await words(stage, "team_size") == "journey welcome: grow"
    report = PageReport("webchat", "r1", VISITOR, attributes={"plan": "pro"}, locale="fr")
    await receive(stage.runtime, stage.webchat, [report])
    await stage.settle()
    visitor = (await stage.at("webchat", VISITOR)).profile_id
    assert await words(stage, "plan", visitor) == "told by the page of webchat"
    assert (await told(stage, visitor))["locale"]["words"] == "told by the page of webchat"


# ---------------------------------------------------------------- whose word counts


async def test_what_was_put_right_stays_whatever_other_systems_tell(stage: Stage) -> None:
    await put_right(stage, team_size=50)
    await tell(stage, team_size=20)
    landing = await take_file(stage, team_size=30)
    assert landing.warnings == ("team_size stays as it is: it is known from somebody whose word counts for more",)
    stage.play(journey_of("- set: {team_size: 60}\n- end"))
    await stage.happens("demo.requested")
    assert await value(stage, "team_size") == 50
    found = (await told(stage))["attributes"]["team_size"]
    assert found["words"] == "put right by user:7"
    assert found["differing"]["words"] == "journey welcome: steps.0"
    assert "value" not in found["replaced"]
    assert "value" not in found["differing"]


# ---------------------------------------------------------------- what becomes of it


async def test_a_merge_keeps_both_values_with_who_told_them_and_is_undone(stage: Stage) -> None:
    await tell(stage, team_size=20)
    stage.clock.forward(timedelta(days=1))
    await stage.meet(BEA, phone="+447700900456")
    arrival = Arrival(8, (Identity("phone", "+447700900456"),), {"team_size": 30, "plan": "pro"})
    begun = ImportProgress("j", "other.csv", stage.clock.now())
    await import_people(stage.runtime, [arrival], Taking("other.csv"), begun)
    before = await told(stage), await told(stage, BEA)
    await merge(stage)
    found = (await told(stage))["attributes"]
    assert (await value(stage, "team_size"), found["team_size"]["words"]) == (20, "API, key:7: person.identified")
    assert found["team_size"]["differing"]["value"] == 30
    assert found["team_size"]["differing"]["words"] == "import of other.csv: row 8"
    assert found["plan"]["words"] == "import of other.csv: row 8"
    await part(stage)
    assert (await told(stage), await told(stage, BEA)) == before


async def test_in_a_merge_the_value_counts_that_was_put_right(stage: Stage) -> None:
    stage.clock.forward(timedelta(days=1))
    await stage.meet(BEA, phone="+447700900456", attributes={"team_size": 30})
    async with stage.store.transaction() as uow:
        await rectify(uow, stage.runtime, BEA, {"team_size": 7}, who="user:7", now=stage.clock.now())
    await merge(stage)
    assert (await value(stage, "team_size"), await words(stage, "team_size")) == (7, "put right by user:7")
    await part(stage)
    assert (await value(stage, "team_size"), await value(stage, "team_size", BEA)) == (5, 7)
    assert await words(stage, "team_size") == "not known, before 0.1.0"


async def test_a_person_is_given_it_with_their_data_and_it_is_erased_with_them(stage: Stage) -> None:
    await tell(stage, email="old.ana@example.com")
    await tell(stage, "k2", email="ana@example.com")
    async with stage.store.transaction() as uow:
        given = await all_data(uow, ANA, stage.clock.now())
    assert given["provenance"]["attributes"]["email"]["replaced"]["value"] == "old.ana@example.com"
    assert given["tables"]["profile"][0]["provenance"]["email"]["origin"]["by"] == "key:7"
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
        with pytest.raises(LookupError):
            await uow.profiles.get(ANA)
