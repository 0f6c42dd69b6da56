"""The page "Responses": what it lists, how an edit is looked at, and when it is written."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.client import Client as OurClient
from bot.client import Refused
from bot.domain.access import Caller, Right, Role
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.responses_page.conftest import WORDS, ServiceMaker
from tests.bot.services.enrolments import unreadable
from tests.bot.services.stage import Stage, journey_of

HELLO = {"text": "Good day, {lead_name}!", "buttons": [{"title": "Hi", "payload": "/greet"}]}
HALLO = {"text": "Hallo!", "language": "de"}


async def opened(client: Client, name: str = "utter_greet") -> dict[str, Any]:
    told: dict[str, Any] = await (await client.get(f"/responses/{name}.json")).json()
    return told


def edit(digest: str, *says: dict[str, Any]) -> dict[str, Any]:
    return {"digest": digest, "variations": [{"was": number, "says": one} for number, one in enumerate(says)]}


def words(assistant: Path) -> str:
    return (assistant / "responses" / "words.yml").read_text()


async def test_responses_are_listed_by_file_with_where_they_are_said_and_what_they_lack(
    service: Service, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        told = await (await client.get("/responses.json")).json()
    domain, said = told["files"]
    assert [domain["path"], said["path"]] == ["acme/domain.yml", "acme/responses/words.yml"]
    greet, tip = said["responses"]
    assert greet["texts"] == ["Hello, {lead_name}!", "Hallo!"]
    assert greet["used"] == [{"kind": "rule", "name": "Greeting", "slot": ""}]
    assert (greet["languages"], greet["lacks"], tip["lacks"], tip["used"]) == (["de"], [], ["de"], [])
    assert (greet["missing"], tip["missing"]) == ([], [])
    assert (told["languages"], told["may_change"]) == (["de"], True)
    assert domain["responses"][0]["used"][0]["kind"] == "overture"


async def test_one_response_is_told_with_its_rest_as_yaml(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        tip, greet = await opened(client, "utter_tip"), await opened(client)
        assert (await client.get("/responses/utter_nobody.json")).status == 404
    assert tip["variations"] == [
        {"says": {"text": "Try the new editor."}, "liquid": False, "more": "custom: {widget: {show: list}}"}
    ]
    assert (tip["in_force"], tip["file"]["path"], tip["offers"]["slots"]) == (
        True,
        "acme/responses/words.yml",
        ["lead_name"],
    )
    assert greet["lines"].startswith("  utter_greet:     # first of all\n")


async def test_what_a_channel_needs_and_does_not_get_is_told(
    service_of: ServiceMaker, assistant: Path, client_of: ClientMaker
) -> None:
    more = "  utter_mail:\n    - {text: Dear all, channel: email}\n  utter_faq/price: [{text: Hi, condition: []}]\n"
    (assistant / "responses" / "words.yml").write_text(WORDS + more)
    folders = {"assistant": assistant, "journeys": assistant.parent / "journeys"}
    async with client_of(service_of(connectors="email", **folders)) as client:
        told = await opened(client, "utter_mail")
        price = await opened(client, "utter_faq%2Fprice")
    assert told["missing"] == ["variation 1 has no subject", "nothing is said on other channels"]
    assert (price["response"], price["missing"]) == ("utter_faq/price", [])


async def test_an_edit_is_looked_at_with_its_faults_and_as_each_channel_shows_it(
    service_of: ServiceMaker, assistant: Path, client_of: ClientMaker
) -> None:
    service = service_of(connectors="twilio_messaging", assistant=assistant, journeys=assistant.parent / "journeys")
    async with client_of(service) as client:

        async def checked(*variations: dict[str, Any], **more: Any) -> dict[str, Any]:
            body = {"response": "utter_greet", "variations": variations, **more}
            told: dict[str, Any] = await (await client.post("/responses/check", json=body)).json()
            return told

        short = {"was": None, "says": {"text": "Hi {lead_name}", "channel": "sms"}}
        told = await checked({"was": 0, "says": HELLO}, short)
        assert (told["faults"], told["lines"].count("- ")) == ([], 3)
        channels = {one["channel"]: one for one in told["messages"][0]["channels"]}
        sms, chat = channels["sms"]["wordings"][0], channels["whatsapp"]["wordings"][0]
        assert (sms["number"], sms["previews"][0]["segments"]["count"], chat["number"]) == (1, 1, 0)
        assert "more than 10,000" in (await checked({"was": 0, "says": {"text": "a" * 100_000}}))["error"]
        assert sms["previews"][0]["text"] == "Hi Alex"
        other = await checked({"was": 0, "says": HELLO}, short, known={"slots": {"lead_name": "Ana"}})
        assert other["messages"][0]["channels"][1]["wordings"][0]["previews"][0]["text"].startswith("Good day, Ana!")
        wrong = await checked(
            {"was": 0, "says": HELLO}, {"was": 1, "says": HALLO, "liquid": True, "more": "channel: [1]"}
        )
        assert (wrong["faults"][0]["variation"], "text" in wrong["faults"][0]["message"]) == (1, True)
        missing = await checked({"was": 0, "says": {"text": "{{ profile.x }}"}, "liquid": True})
        assert "may be missing" in missing["faults"][0]["message"]
        near = await checked({"was": 0, "says": {"text": "Hi {lead_nam}"}})
        assert 'Did you mean "{lead_name}"?' in near["warnings"][0]["suggestion"]
        assert (await checked({"was": 0, "says": HELLO, "more": "a: ["}))["faults"][0]["path"] == "variation 1"
        assert "field of its own" in (await checked({"was": 0, "says": HELLO, "more": "text: x"}))["error"]
        nines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
        nines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcde")]
        assert "is too long" in (await checked({"was": 0, "says": HELLO, "more": "\n".join(nines)}))["error"]
    assert words(assistant) == WORDS


async def test_a_change_is_written_into_the_file_and_into_the_audit_log(
    service: Service, assistant: Path, client_of: ClientMaker, stage: Stage
) -> None:
    async with client_of(service) as client:
        digest = (await opened(client))["file"]["digest"]
        answer = await client.post("/responses/utter_greet", json=edit(digest, HELLO, HALLO))
        assert (answer.status, (await answer.json())["saved"]) == (200, "utter_greet")
        assert words(assistant) == WORDS.replace('Hello, {lead_name}!"  ', 'Good day, {lead_name}!"')
        now = await opened(client)
        assert (now["in_force"], now["file"]["digest"] == (await answer.json())["file"]["digest"]) == (False, True)
        late = await client.post("/responses/utter_greet", json=edit(digest, HALLO))
        assert (late.status, "somebody else has changed" in (await late.json())["error"]) == (409, True)
        same = await client.post("/responses/utter_greet", json=edit(now["file"]["digest"], HELLO, HALLO))
        assert same.status == 200
    deeds = await stage.deeds()
    assert [(one.what, one.about, one.detail["file"]) for one in deeds] == [
        ("response.changed", "utter_greet", "acme/responses/words.yml")
    ]


@pytest.mark.parametrize(
    ("says", "status", "problem"),
    [
        ({"text": "Hi", "language": "de"}, 200, ""),
        ({"txt": "Hi"}, 422, 'Did you mean "text"?'),
        ({"text": "Hi", "buttons": [{"title": "x", "payload": "/nothing"}]}, 422, 'no intent "nothing"'),
        ({"text": "\ud800"}, 422, "has no content"),
        ({"text": "Hi", "condition": [{"type": "slot", "name": "nobody", "value": 1}]}, 422, 'no slot "nobody"'),
    ],
)
async def test_what_would_have_a_fault_is_not_written(
    service: Service, assistant: Path, client_of: ClientMaker, says: dict[str, Any], status: int, problem: str
) -> None:
    async with client_of(service) as client:
        digest = (await opened(client))["file"]["digest"]
        answer = await client.post("/responses/utter_greet", json=edit(digest, HELLO, says))
        assert (answer.status, problem in str(await answer.json())) == (status, True)
        none = await client.post("/responses/utter_greet", json={"digest": digest, "variations": []})
        assert none.status in (409, 422)
    assert (words(assistant) == WORDS) == (status != 200)


@pytest.mark.parametrize(
    "fault", ["rules:\n  - rule: Bad\n    steps: [{intent: nobody}, {action: utter_greet}]\n", "rules: [\n"]
)
async def test_a_fault_elsewhere_keeps_nobody_from_putting_words_right_and_is_told(
    service: Service, assistant: Path, client_of: ClientMaker, fault: str
) -> None:
    (assistant / "rules.yml").write_text(fault)
    async with client_of(service) as client:
        digest = (await opened(client))["file"]["digest"]
        answer = await client.post("/responses/utter_greet", json=edit(digest, HELLO, HALLO))
        told = await answer.json()
        assert (answer.status, [Path(one["path"]).name for one in told["faults"]]) == (200, ["rules.yml"])
        new = {"response": "utter_offer", "text": "A third off.", "file": "acme/responses/words.yml"}
        begun = await (await client.post("/responses", json=new)).json()
        assert (begun["saved"], len(begun["faults"])) == ("utter_offer", 1)
        gone = await client.delete(f"/responses/utter_offer?digest={begun['file']['digest']}")
        assert gone.status == 422
    assert "Good day" in words(assistant)


@pytest.mark.parametrize(
    "fault", ["rules:\n  - rule: Bad\n    steps: [{intent: nobody}, {action: utter_greet}]\n", "rules: [\n"]
)
async def test_beside_a_fault_elsewhere_words_that_are_wrong_themselves_are_refused_and_only_that_is_told(
    service: Service, assistant: Path, client_of: ClientMaker, fault: str
) -> None:
    (assistant / "rules.yml").write_text(fault)
    wrong = {"text": "Hi", "buttons": [{"title": "x", "payload": "/nothing"}]}
    selling = {"text": "See our offers at https://acme.example"}
    async with client_of(service) as client:
        for name, says, problem in (
            ("utter_greet", wrong, 'no intent "nothing"'),
            ("utter_opted_out", selling, "has a link in it"),
        ):
            digest = (await opened(client, name))["file"]["digest"]
            answer = await client.post(f"/responses/{name}", json=edit(digest, says))
            (told,) = (await answer.json())["faults"]
            assert (answer.status, problem in told["message"]) == (422, True), told
    assert words(assistant) == WORDS


async def test_a_fault_of_the_same_file_is_known_though_its_line_moves(
    service: Service, assistant: Path, client_of: ClientMaker
) -> None:
    faulty = WORDS + "  utter_bad: [{text: Hi, buttons: [{title: x, payload: /nothing}]}]\n"
    (assistant / "responses" / "words.yml").write_text(faulty)
    async with client_of(service) as client:
        digest = (await opened(client))["file"]["digest"]
        longer = edit(digest, HELLO, HALLO, {"text": "Hi again."})
        longer["variations"][2]["was"] = None
        answer = await client.post("/responses/utter_greet", json=longer)
        assert (answer.status, len((await answer.json())["faults"])) == (200, 1)
    assert words(assistant) != faulty


async def test_a_response_in_two_files_is_shown_and_not_changed(
    service: Service, assistant: Path, client_of: ClientMaker
) -> None:
    (assistant / "more.yml").write_text('responses:\n  utter_tip: [{text: "Another."}]\n')
    async with client_of(service) as client:
        told = await opened(client, "utter_tip")
        assert (told["may_change"], told["also_in"]) == (False, ["acme/responses/words.yml"])
        answer = await client.post("/responses/utter_tip", json=edit(told["file"]["digest"], {"text": "x"}))
        assert (answer.status, "Keep one of them" in (await answer.json())["error"]) == (409, True)


@pytest.mark.parametrize("values", [{"edit_journeys": False}, {"environment": "production"}])
async def test_nothing_is_changed_where_that_is_not_wanted(
    service: Service, service_of: ServiceMaker, assistant: Path, client_of: ClientMaker, values: dict[str, Any]
) -> None:
    folders = {"assistant": assistant, "journeys": assistant.parent / "journeys"}
    closed = replace(service, settings=service_of(connectors="", **folders, **values).settings)
    async with client_of(closed) as client:
        told = await opened(client)
        answer = await client.post("/responses/utter_greet", json=edit(told["file"]["digest"], HELLO, HALLO))
        assert (told["may_change"], answer.status) == (False, 403)
        assert "OVERTURE_EDIT_JOURNEYS" in (await answer.json())["error"]
    async with client_of(service) as client:
        body = edit(told["file"]["digest"], HELLO, HALLO)
        evil = await client.post("/responses/utter_greet", json=body, headers={"Origin": "http://evil.example"})
        assert evil.status == 401
    assert words(assistant) == WORDS


def test_who_may_change_journeys_may_change_words() -> None:
    may = {role for role in Role if Caller("user", role).may(Right.EDIT_JOURNEYS)}
    assert may == {Role.ADMIN, Role.MARKETER}


async def test_another_system_changes_words_by_our_client(
    service: Service, assistant: Path, client_of: ClientMaker
) -> None:
    async with client_of(service) as client, OurClient(str(client.make_url("/"))) as overture:
        told = await overture.response("utter_greet")
        await overture.reword("utter_greet", [{"was": 1, "says": HALLO}], digest=told["file"]["digest"])
        assert [one["says"] for one in (await overture.response("utter_greet"))["variations"]] == [HALLO]
        assert [one["path"] for one in (await overture.responses())["files"]][1] == "acme/responses/words.yml"
        with pytest.raises(Refused, match="409"):
            await overture.reword("utter_greet", [{"was": 0, "says": HALLO}], digest=told["file"]["digest"])
    assert "Hello" not in words(assistant)


async def test_a_new_response_is_declared_behind_the_others_of_its_file(
    service: Service, assistant: Path, client_of: ClientMaker, stage: Stage
) -> None:
    new = {"response": "utter_offer", "text": "Spring: a third off.", "file": "acme/responses/words.yml"}
    async with client_of(service) as client:
        begun = await client.post("/responses", json=new)
        assert (begun.status, (await begun.json())["saved"]) == (200, "utter_offer")
        assert words(assistant) == WORDS + '  utter_offer:\n    - {text: "Spring: a third off."}\n'
        assert (await opened(client, "utter_offer"))["texts"] == ["Spring: a third off."]
        again = await client.post("/responses", json=new)
        assert "already, in acme/responses/words.yml" in (await again.json())["error"]
        elsewhere = await client.post("/responses", json={**new, "file": "acme/other.yml", "response": "utter_b"})
        for status, body in ((400, {**new, "response": "offer"}), (400, {**new, "response": "utter_b", "text": " "})):
            assert (await client.post("/responses", json=body)).status == status
        faulty = await client.post("/responses", json={**new, "response": "utter_tip_{x}"})
    assert (again.status, elsewhere.status, faulty.status) == (409, 409, 400)
    deeds = await stage.deeds()
    assert [(one.what, one.about, one.detail["file"]) for one in deeds] == [
        ("response.begun", "utter_offer", "acme/responses/words.yml")
    ]


async def test_words_of_overture_are_where_an_author_begins_who_wants_others(
    service: Service, assistant: Path, client_of: ClientMaker, stage: Stage
) -> None:
    playbook = stage.library.playbook
    stage.library.playbook = replace(playbook, assistant=with_built_in_responses(playbook.assistant))
    async with client_of(service) as client:
        listed = (await (await client.get("/responses.json")).json())["built_in"]
        assert "utter_no_answer" in [one["response"] for one in listed]
        new = {"response": "utter_no_answer", "file": "acme/responses/words.yml"}
        assert (await client.post("/responses", json=new)).status == 200
        own = await opened(client, "utter_no_answer")
        left = (await (await client.get("/responses.json")).json())["built_in"]
    assert own["texts"] == next(one["texts"] for one in listed if one["response"] == "utter_no_answer")
    assert "utter_no_answer" not in [one["response"] for one in left]


async def test_a_response_that_nothing_names_is_taken_out_and_all_else_stays(
    service: Service, assistant: Path, client_of: ClientMaker, stage: Stage
) -> None:
    async with client_of(service) as client, OurClient(str(client.make_url("/"))) as overture:
        told = await overture.response("utter_tip")
        assert (told["missed_by"], told["is_built_in"], told["required_for"]) == ([], False, "")
        done = await overture.take_out_response("utter_tip", digest=told["file"]["digest"])
        assert words(assistant) == WORDS.partition("  utter_tip:")[0]
        assert done["file"]["digest"] == (await overture.response("utter_greet"))["file"]["digest"]
        with pytest.raises(Refused, match="no longer there"):
            await overture.take_out_response("utter_tip", digest=done["file"]["digest"])
    assert [(one.what, one.about, one.detail["file"]) for one in await stage.deeds()] == [
        ("response.taken_out", "utter_tip", "acme/responses/words.yml")
    ]


async def test_what_names_a_response_keeps_it(
    service: Service, assistant: Path, client_of: ClientMaker, stage: Stage
) -> None:
    async with client_of(service) as client:

        async def refused(name: str, digest: str = "") -> tuple[int, str]:
            digest = digest or (await opened(client, name))["file"]["digest"]
            answer = await client.delete(f"/responses/{name}?digest={digest}")
            return answer.status, (await answer.json())["error"]

        assert [one["kind"] for one in (await opened(client))["missed_by"]] == ["rule"]
        assert await refused("utter_greet") == (
            409,
            '"utter_greet" is still named by the rule "Greeting". Take it out there first.',
        )
        assert "somebody else has changed" in (await refused("utter_tip", "0" * 64))[1]
        assert (await client.delete("/responses/utter_tip")).status == 400
        assert (await opened(client, "utter_help"))["required_for"] == "it answers HELP on text channels"
        assert (await refused("utter_help"))[0] == 422
        tip = journey_of("- wait: 1d\n- send: {response: utter_tip, channels: [sms]}")
        stage.play(tip)
        await stage.meet()
        await stage.happens("demo.requested")
        stage.play(journey_of("- wait: 1d"))
        assert await refused("utter_tip") == (
            409,
            '"utter_tip" is still named by the journey "welcome". Take it out there first.',
        )
    assert words(assistant) == WORDS


async def test_a_version_that_cannot_be_read_is_no_reason_to_show_nothing_and_one_to_take_nothing_out(
    service: Service, assistant: Path, client_of: ClientMaker, stage: Stage, sqlite_url: str
) -> None:
    await stage.meet()
    await unreadable(stage, sqlite_url)
    async with client_of(service) as client:
        digest = (await opened(client, "utter_tip"))["file"]["digest"]
        answer = await client.delete(f"/responses/utter_tip?digest={digest}")
        assert answer.status == 409
        assert "this one cannot read it" in (await answer.json())["error"]
    assert words(assistant) == WORDS


async def test_an_answer_to_an_intent_stays_while_there_are_examples_of_it(
    service: Service, assistant: Path, client_of: ClientMaker
) -> None:
    more = "  utter_faq/price: [{text: It is free.}]\n  utter_faq/size: [{text: Any.}]\n"
    (assistant / "responses" / "words.yml").write_text(WORDS + more)
    asks = "    examples: |\n      - what does it cost\n      - how much is it\n"
    faq = f"intents: [faq]\nnlu:\n  - intent: faq/price\n{asks}"
    rule = "rules:\n  - rule: Questions\n    steps: [{intent: faq}, {action: utter_faq}]\n"
    (assistant / "faq.yml").write_text(faq + rule)
    async with client_of(service) as client:
        digest = (await opened(client, "utter_tip"))["file"]["digest"]
        price = await client.delete(f"/responses/utter_faq%2Fprice?digest={digest}")
        assert (price.status, 'the intent "faq/price"' in (await price.json())["error"]) == (409, True)
        assert (await client.delete(f"/responses/utter_faq%2Fsize?digest={digest}")).status == 200


async def test_own_words_are_taken_out_and_those_of_overture_come_back(
    service: Service, assistant: Path, client_of: ClientMaker
) -> None:
    (assistant / "responses" / "words.yml").write_text(WORDS + "  utter_no_answer: [{text: Hm.}]\n")
    async with client_of(service) as client:
        told = await opened(client, "utter_no_answer")
        assert (told["is_built_in"], told["missed_by"]) == (True, [])
        answer = await client.delete(f"/responses/utter_no_answer?digest={told['file']['digest']}")
    assert (answer.status, words(assistant)) == (200, WORDS)
