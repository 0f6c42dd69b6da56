"""The page "Rules": what holds where, what rules did, whether somebody may be written to, and what its forms write."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.content.contents import read_contents
from bot.adapters.content.shelves import Shelves
from bot.domain.access import MASKED, Role
from bot.domain.consent import Purpose
from bot.domain.delivery import Decision, Outcome
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.responses_page.conftest import assistant
from tests.bot.entrypoints.console.segments_page.test_routes import key_of
from tests.bot.services.stage import ANA, Stage

__all__ = ["assistant"]

HOURS = """\
# By the clock of the person.
sending_hours:
  - id: us-hours
    jurisdiction: US
    channels: [sms]
    hours: "08:00-21:00"     # at their place
    from: 2020-01-01
    source: "47 CFR 64.1200(c)(1)"

  # Ours.
  - id: house-hours
    jurisdiction: default
    channels: [sms, voice]
    hours: "09:00-20:00"
    days: [mon-sat]
    from: 2026-01-01
    source: "House rule: decent hours"
"""
CAPS = """\
caps:
  - {id: weekly, jurisdiction: default, purpose: marketing, channels: [sms], at_most: 3, within: 7d, from: 2026-01-01, source: House rule}
retention:
  - {id: kept, jurisdiction: default, data: [feeds], keep: 60d, from: 2026-01-01, source: House rule}
"""  # noqa: E501  as authors write it


@pytest.fixture
def folder(assistant: Path) -> Path:
    rules = assistant.parent / "journeys" / "rules"
    (rules / "sending_hours.yml").write_text(HOURS)
    (rules / "caps.yml").write_text(CAPS)
    return rules


@pytest.fixture
def service(service_of: ServiceMaker, stage: Stage, folder: Path, assistant: Path) -> Service:
    contents = read_contents(Shelves(assistant, folder.parent, assistant.parent / "model"))
    stage.rule(contents.rules)
    return service_of(connectors="", assistant=assistant, journeys=folder.parent)


async def listed(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = await (await client.get("/rules.json")).json()
    return told


# ---------------------------------------------------------------- looking


async def test_every_rule_is_told_with_its_kind_its_file_and_whether_it_is_a_law(
    service: Service, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        told = await listed(client)
        assert (await client.get("/rules")).content_type == "text/html"
    federal, house = told["hours"]
    assert (federal["opens"], federal["closes"], federal["of_house"], federal["days"]) == (
        "08:00", "21:00", False, [0, 1, 2, 3, 4, 5, 6]
    )  # fmt: skip
    assert (house["of_house"], house["days"], house["file"], house["in_force"]) == (
        True, [0, 1, 2, 3, 4, 5], "sending_hours", True
    )  # fmt: skip
    [cap], [kept] = told["caps"], told["retention"]
    assert (cap["at_most"], cap["within"], kept["keep"], kept["deletes"]) == (3, "7d", "60d", False)
    assert told["words"][0]["file"] == "opt_out"
    assert (told["problems"], told["states"]["US-FL"], told["region"]) == ([], "Florida", "GB")


async def test_with_a_fault_in_the_files_those_in_force_are_told(
    service: Service, client_of: ClientMaker, folder: Path
) -> None:
    (folder / "caps.yml").write_text(CAPS.replace("at_most: 3", "at_most: 0"))
    async with client_of(service) as client:
        told = await listed(client)
    assert [one["at_most"] for one in told["caps"]] == [3]
    assert "must be a number of messages" in told["problems"][0]["message"]


async def test_what_rules_moved_and_refused_is_counted(service: Service, client_of: ClientMaker, stage: Stage) -> None:
    def decided(key: str, outcome: Outcome, why: str) -> Decision:
        return Decision(stage.clock.now() - timedelta(days=1), key, ANA, Purpose.MARKETING, "sms", outcome, why)

    async with stage.store.transaction() as uow:
        await uow.consents.decided_all(
            [
                decided("a", "later", "outside the hours (rules us-hours, fl); next look 23 Nov 2026 13:00 UTC"),
                decided("b", "later", "outside the hours (rule us-hours); next look 23 Nov 2026 13:00 UTC"),
                decided("c", "withhold", "the cap of 3 within 1 week is reached (rule weekly)"),
            ]
        )
    async with client_of(service) as client:
        told = await (await client.get("/rules/held-up.json")).json()
    assert told["rules"] == {
        "fl": {"moved": 1, "refused": 0},
        "us-hours": {"moved": 2, "refused": 0},
        "weekly": {"moved": 0, "refused": 1},
    }


async def test_a_week_of_a_place_and_channel_is_told_with_what_else_holds_there(
    service: Service, client_of: ClientMaker
) -> None:
    async def week(client: Client, where: str, **more: str) -> Any:
        return await client.get("/rules/week.json", params={"jurisdiction": where, "channel": "sms", **more})

    async with client_of(service) as client:
        british = await (await week(client, "GB", **{"from": "2026-05-11"})).json()
        texan = await (await week(client, "US-TX")).json()
        assert (await week(client, "Mars")).status == 400
        assert (await week(client, "GB", **{"from": "soon"})).status == 400
    assert british["week"][0] == {
        "day": "2026-05-11",
        "open": [{"opens": "09:00", "closes": "20:00"}],
        "rules": ["house-hours"],
    }
    assert british["week"][6]["open"] == []
    assert [one["rule"] for one in british["caps"]] == ["weekly"]
    assert texan["week"][0]["rules"] == ["us-hours"]


async def test_a_week_that_is_still_to_come_is_told_by_the_caps_that_hold_then(
    service: Service, client_of: ClientMaker, stage: Stage, folder: Path
) -> None:
    in_a_week = (stage.clock.now() + timedelta(days=7)).date().isoformat()
    (folder / "caps.yml").write_text(CAPS.replace("within: 7d, from: 2026-01-01", f"within: 7d, from: {in_a_week}"))

    async def capped(client: Client, **more: str) -> list[str]:
        asked = {"jurisdiction": "GB", "channel": "sms", **more}
        told = await (await client.get("/rules/week.json", params=asked)).json()
        return [one["rule"] for one in told["caps"]]

    async with client_of(service) as client:
        assert (await capped(client), await capped(client, **{"from": in_a_week})) == ([], ["weekly"])


async def test_of_the_end_of_the_calendar_its_last_week_is_told(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        asked = {"jurisdiction": "GB", "channel": "sms", "from": "9999-12-30"}
        week = await client.get("/rules/week.json", params=asked)
        edited = await client.post("/rules/check", json={**US, "rule": "us-hours", "from": "9999-12-30"})
        assert (week.status, edited.status) == (200, 200)
        assert (await week.json())["week"][-1]["day"] >= "9999-12-30"
        assert (await edited.json())["weeks"][0]["after"]


async def test_whether_somebody_may_be_written_to_is_told_and_that_somebody_looked_is_noted(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    await stage.meet()
    async with client_of(service) as client:
        told = await (await client.post("/rules/ask", json={"person": ANA, "channel": "sms"})).json()
        elsewhere = await (await client.post("/rules/ask", json={"person": ANA, "channel": "webchat"})).json()
        assert (await client.post("/rules/ask", json={"person": ANA, "channel": "slack"})).status == 400
        assert (await client.post("/rules/ask", json={"person": "nobody", "channel": "sms"})).status == 404
    answer = told["answer"]
    assert answer["verdict"]["why"] == "no consent to marketing by sms on record"
    assert [one["check"] for one in answer["checks"]][-2:] == ["hours", "cap"]
    assert (answer["hours"][0]["rule"], answer["caps"][0]["sent"], answer["country"]) == ("house-hours", 0, "GB")
    assert elsewhere["answer"] is None
    async with stage.store.transaction() as uow:
        deeds = [one.deed.what for one in await uow.audit.latest(10)]
    assert deeds.count("person.looked_at") == 2


async def test_a_role_that_sees_no_addresses_is_told_none(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    await stage.meet()
    async with client_of(service) as client:
        client.session.headers.update(await key_of(stage, Role.MARKETER))
        told = await (await client.post("/rules/ask", json={"person": ANA, "channel": "sms"})).json()
    assert [one["value"] for one in told["identities"]] == [MASKED]


# ---------------------------------------------------------------- editing

US = {
    "kind": "hours",
    "channels": ["sms"],
    "opens": "09:00",
    "closes": "21:00",
    "days": [0, 1, 2, 3, 4, 5, 6],
    "from": "2020-01-01",
    "source": "47 CFR 64.1200(c)(1)",
}
WEEKLY = {
    "kind": "caps",
    "channels": ["sms"],
    "at_most": 5,
    "within": "7d",
    "from": "2026-01-01",
    "source": "House rule",
}


async def digest_of(client: Client, file: str) -> str:
    return str(next(one["digest"] for one in (await listed(client))["files"] if one["file"] == file))


async def test_a_form_changes_its_rule_and_nothing_else_of_the_file(
    service: Service, client_of: ClientMaker, folder: Path, stage: Stage
) -> None:
    async with client_of(service) as client:
        said = {**US, "digest": await digest_of(client, "sending_hours")}
        saved = await client.put("/rules/us-hours", json=said)
        assert (saved.status, await saved.json()) == (200, {"saved": "us-hours", "faults": []})
        assert (await client.put("/rules/us-hours", json=said)).status == 409
        capped = await client.put("/rules/weekly", json={**WEEKLY, "digest": await digest_of(client, "caps")})
        assert capped.status == 200, "a house rule may be made less strict"
    assert (folder / "sending_hours.yml").read_text() == HOURS.replace('"08:00-21:00"', '"09:00-21:00"')
    assert (folder / "caps.yml").read_text() == CAPS.replace("at_most: 3", "at_most: 5")
    async with stage.store.transaction() as uow:
        [latest, *_] = await uow.audit.latest(1)
    assert (latest.deed.what, latest.deed.about, latest.deed.detail["less_strict"]) == ("rule.saved", "weekly", False)


async def test_a_new_rule_stands_behind_the_others_and_its_id_is_its_own(
    service: Service, client_of: ClientMaker, folder: Path
) -> None:
    new = {**US, "is_new": True, "jurisdiction": "FR", "days": [0, 1, 2, 3, 4], "from": "2026-12-01", "closes": "00:00"}
    async with client_of(service) as client:
        new["digest"] = await digest_of(client, (await listed(client))["begins"]["hours"])
        assert (await client.put("/rules/us-hours", json=new)).status == 409
        wrong = await client.put("/rules/france", json={**new, "jurisdiction": "Mars"})
        assert (wrong.status, "no jurisdiction" in (await wrong.json())["faults"][0]["message"]) == (422, True)
        for key, value in (("channels", []), ("days", []), ("opens", "nine"), ("from", "soon")):
            assert (await client.put("/rules/france", json={**new, key: value})).status == 422
        assert (await client.put("/rules/france", json=new)).status == 200
    text = (folder / "sending_hours.yml").read_text()
    assert text.startswith(HOURS)
    assert (
        "  - id: france\n    jurisdiction: FR\n    channels: [sms]\n    hours: 09:00-24:00\n    days: [mon-fri]\n"
        in text
    )


async def test_what_is_less_strict_than_a_law_wants_a_word_more(
    service: Service, client_of: ClientMaker, folder: Path, stage: Stage
) -> None:
    later = {**US, "opens": "08:00", "closes": "22:00"}
    async with client_of(service) as client:
        digest = await digest_of(client, "sending_hours")
        told = await (await client.post("/rules/check", json={**later, "rule": "us-hours"})).json()
        refused = await client.put("/rules/us-hours", json={**later, "digest": digest})
        why = (await refused.json())["error"]
        taken_out = await client.delete("/rules/us-hours", params={"kind": "hours", "digest": digest})
        assert (folder / "sending_hours.yml").read_text() == HOURS
        assert (
            await client.put("/rules/us-hours", json={**later, "digest": digest, "less_strict": True})
        ).status == 200
    assert told["loosened"] == ["messages could leave at times at which they wait now"]
    assert (refused.status, taken_out.status) == (422, 422)
    assert "less strict than what a law or contract asks for" in why
    async with stage.store.transaction() as uow:
        [latest, *_] = await uow.audit.latest(1)
    assert latest.deed.detail["less_strict"] is True


async def test_before_it_is_saved_a_week_and_who_waits_are_told(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    await stage.meet()
    await stage.queue("offer", priority=50)
    house = {**US, "channels": ["sms", "voice"], "opens": "10:00", "closes": "12:00", "source": "House rule"}
    async with client_of(service) as client:
        told = await (await client.post("/rules/check", json={**house, "rule": "house-hours"})).json()
        gone = await (
            await client.post("/rules/check", json={"kind": "hours", "rule": "house-hours", "taken_out": True})
        ).json()

        async def waiting(where: str) -> Any:
            asked = {"kind": "hours", "jurisdiction": where, "channels": ["sms"]}
            return await (await client.post("/rules/waiting", json=asked)).json()

        assert await waiting("default") == await waiting("GB") == {"people": 1, "is_whole": True}
        assert await waiting("US") == await waiting("US-FL") == {"people": 0, "is_whole": True}
    by_text, by_phone = told["weeks"]
    assert (by_text["channel"], by_phone["channel"], told["loosened"]) == ("sms", "voice", [])
    assert (by_text["before"][0]["open"], by_text["after"][0]["open"]) == (
        [{"opens": "09:00", "closes": "20:00"}],
        [{"opens": "10:00", "closes": "12:00"}],
    )
    assert gone["weeks"][0]["after"][0]["open"] == [{"opens": "00:00", "closes": "00:00"}]


async def waiting(client: Client, **asked: str) -> Any:
    """What is told of those to whom something by text message waits."""
    return await client.post("/rules/waiting", json={"kind": "caps", "channels": ["sms"], **asked})


async def test_service_messages_that_wait_are_counted_for_a_cap_on_those_alone(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    await stage.meet()
    await stage.queue("reminder", purpose=Purpose.SERVICE, priority=50)
    async with client_of(service) as client:
        of_service = await (await waiting(client, jurisdiction="GB", purpose="service")).json()
        of_marketing = await (await waiting(client, jurisdiction="GB")).json()
        assert (await waiting(client, jurisdiction="GB", purpose="reply")).status == 400
    assert (of_service["people"], of_marketing["people"]) == (1, 0)


@pytest.mark.parametrize(("ends", "people"), [("", 0), ("    to: 2026-02-01\n", 1)])
async def test_a_country_whose_own_rule_is_over_is_among_all_others_again(
    service: Service, client_of: ClientMaker, stage: Stage, folder: Path, assistant: Path, ends: str, people: int
) -> None:
    (folder / "sending_hours.yml").write_text(HOURS.replace("jurisdiction: US\n", f"jurisdiction: GB\n{ends}"))
    stage.rule(read_contents(Shelves(assistant, folder.parent, assistant.parent / "model")).rules)
    await stage.meet()
    await stage.queue("offer", priority=50)
    async with client_of(service) as client:
        told = await (await waiting(client, kind="hours", jurisdiction="default")).json()
    assert told["people"] == people


async def test_a_file_that_is_left_without_rules_is_put_aside(
    service: Service, client_of: ClientMaker, folder: Path
) -> None:
    (folder / "caps.yml").write_text(CAPS[: CAPS.index("retention")])
    async with client_of(service) as client:
        said = {"kind": "caps", "digest": await digest_of(client, "caps")}
        assert (await client.delete("/rules/weekly", params=said)).status == 200
        assert (await client.delete("/rules/weekly", params=said)).status == 409
    assert not (folder / "caps.yml").exists()
    assert (folder / "caps.yml.retired").exists()


async def test_with_faults_in_the_files_nothing_is_edited_and_a_rep_edits_nothing(
    service: Service, client_of: ClientMaker, folder: Path, stage: Stage
) -> None:
    async with client_of(service) as client:
        digest = await digest_of(client, "sending_hours")
        (folder / "caps.yml").write_text("caps: [")
        refused = await client.put("/rules/us-hours", json={**US, "digest": digest})
        assert (refused.status, "Mend those first" in (await refused.json())["error"]) == (422, True)
        client.session.headers.update(await key_of(stage, Role.REP))
        assert (await client.put("/rules/us-hours", json={**US, "digest": digest})).status == 403
