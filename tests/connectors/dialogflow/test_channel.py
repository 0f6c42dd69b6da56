"""The Dialogflow channel: what an agent asks, and what it is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.dialogflow
from bot.domain.errors import PermanentSendError, SettingsError, WebhookRejected
from bot.domain.message import Button, CustomerMessage, OutboundMessage, Text
from bot.ports import FeedItem, Said, Webhook
from connectors.dialogflow.channel import LARGEST_ANSWER
from connectors.speech import item_of
from tests.connectors.dialogflow.agent import (
    CX_SESSION,
    ES_SESSION,
    SECRET,
    asked,
    channel,
    cx_request,
    es_request,
)
from tests.connectors.vendor_server import NOW, settings_for, shared

EDITIONS = ("cx", "es")


def taken(edition: str, text: str = "", wish: str = "words", **more: Any) -> Webhook:
    make = cx_request if edition == "cx" else es_request
    return channel().parse(asked(make(text, wish, **more), edition))


def message_in(webhook: Webhook) -> CustomerMessage:
    [message] = webhook.inbound
    assert isinstance(message, CustomerMessage)
    return message


def said(*contents: Text, finished: bool = True, slots: dict[str, Any] | None = None) -> Said:
    items = [FeedItem(100 + n, "dialogflow", item_of(str(n), one), NOW) for n, one in enumerate(contents, 1)]
    return Said(items, finished, slots or {})


def answered(webhook: Webhook, what: Said) -> dict[str, Any]:
    assert webhook.await_turn is not None
    answer: dict[str, Any] = json.loads(webhook.await_turn.reply(what).body)
    return answer


def words_of(answer: dict[str, Any]) -> str:
    messages = answer["fulfillmentResponse"]["messages"] if "fulfillmentResponse" in answer else None
    texts = [one["text"]["text"][0] for one in (messages if messages is not None else answer["fulfillmentMessages"])]
    return " ".join(texts)


def given_back(edition: str, answer: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """What Dialogflow sends with the next request: our parameters as it has kept them, and some of the agent's."""
    if edition == "cx":
        kept = {name: value for name, value in answer["sessionInfo"]["parameters"].items() if value is not None}
        return {"parameters": {**kept, **parameters}}
    return {"contexts": answer["outputContexts"], "parameters": parameters}


def refusal(body: object, edition: str = "cx") -> str:
    with pytest.raises(WebhookRejected) as refused:
        channel().parse(asked(body, edition))
    assert refused.value.status == 400
    return refused.value.reason


# ---------------------------------------------------------------- what is understood


@pytest.mark.parametrize(("edition", "session"), [("cx", CX_SESSION), ("es", ES_SESSION)])
def test_what_the_customer_said_is_read_by_us(edition: str, session: str) -> None:
    message = message_in(taken(edition, "I want a demo"))
    assert (message.text, message.payload, message.address) == ("I want a demo", None, session)
    assert message.nameless


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_agent_may_have_us_speak_first(edition: str) -> None:
    assert message_in(taken(edition, wish="open")).opened


def test_the_welcome_intent_of_an_old_agent_opens_the_conversation() -> None:
    assert message_in(taken("es", "WELCOME", "input.welcome")).opened


def test_the_name_of_an_event_is_nothing_that_the_customer_said() -> None:
    assert message_in(taken("es", "TELEPHONY_WELCOME", "words")).opened
    assert taken("es", "actions_intent_NO_INPUT", "words").inbound == ()
    for words in ("WELCOME BACK", "API_v2 please", "OK", "free_trial"):
        assert message_in(taken("es", words, "words")).text == words


def test_an_action_that_an_old_agent_has_of_its_own_is_no_wish() -> None:
    assert message_in(taken("es", "I want a demo", "weather.get")).text == "I want a demo"


def test_a_tag_that_is_none_of_ours_is_refused() -> None:
    assert refusal(cx_request("hello", "wrods")) == (
        'The tag of the fulfilment is "wrods". It should be words, intent or open.'
    )


def test_an_agents_own_intent_may_be_taken_with_its_parameters() -> None:
    intent = {
        "displayName": "book a demo",
        "parameters": {"day": {"originalValue": "tomorrow", "resolvedValue": "2026-11-25"}, "none": {}},
    }
    message = message_in(taken("cx", "tomorrow please", "intent", intentInfo=intent))
    assert message.text == "tomorrow please"
    assert message.payload == '/book_a_demo{"day": "2026-11-25"}'
    message = message_in(
        taken("es", "tomorrow please", "intent", intent="book a demo", parameters={"day": "2026-11-25", "none": ""})
    )
    assert message.payload == '/book_a_demo{"day": "2026-11-25"}'


def test_what_was_spoken_or_pressed_counts_as_said() -> None:
    assert message_in(taken("cx", transcript="hello")).text == "hello"
    assert message_in(taken("cx", dtmfDigits="42")).text == "42"


def test_who_says_nothing_is_asked_whether_they_are_there() -> None:
    webhook = taken("cx", triggerEvent="sys.no-input-default")
    assert not webhook.inbound
    assert words_of(json.loads(webhook.reply.body)) == "Sorry, I did not hear anything."


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_choice_is_named_in_the_next_words(edition: str) -> None:
    answer = answered(taken(edition, "hi"), said(Text("A demo?", (Button("Yes", "/affirm"), Button("No", "/deny")))))
    assert "You can say Yes" in words_of(answer)
    message = message_in(taken(edition, "the second one", id="r2", **given_back(edition, answer)))
    assert (message.text, message.payload) == ("No", "/deny")


def test_the_second_try_of_a_request_is_the_same_message() -> None:
    first, second = message_in(taken("cx", "hello")), message_in(taken("cx", "hello"))
    assert first.vendor_id == second.vendor_id
    other_page = taken("cx", "hello", pageInfo={"currentPage": f"{CX_SESSION}/flows/f/pages/p2"})
    assert message_in(other_page).vendor_id != first.vendor_id


# ---------------------------------------------------------------- parameters and slots


@pytest.mark.parametrize("edition", EDITIONS)
def test_parameters_are_slots_both_ways(edition: str) -> None:
    webhook = taken(edition, "we are fifty", parameters={"team_size": 50, "secret": "not named in the settings"})
    assert message_in(webhook).slots == {"team_size": 50}
    assert webhook.await_turn is not None
    assert webhook.await_turn.slots == ("team_size", "timeline")
    answer = answered(webhook, said(Text("Noted."), slots={"team_size": 50, "timeline": "now"}))
    again = message_in(taken(edition, "hm", id="r2", **given_back(edition, answer)))
    assert again.slots == {}, "what is merely given back is no news"
    changed = message_in(taken(edition, "hm", id="r3", **given_back(edition, answer, team_size=60)))
    assert changed.slots == {"team_size": 60}


def test_a_slot_that_was_emptied_is_deleted_there() -> None:
    webhook = taken("cx", "forget it", parameters={"team_size": 50})
    answer = answered(webhook, said(Text("Done."), slots={"team_size": None}))
    assert answer["sessionInfo"]["parameters"]["team_size"] is None
    answer = answered(taken("es", "forget it", parameters={"team_size": 50}), said(slots={"team_size": None}))
    assert "team_size" not in answer["outputContexts"][0]["parameters"]


def test_a_parameter_that_was_deleted_there_empties_the_slot() -> None:
    answer = answered(taken("cx", "hi"), said(slots={"team_size": 50}))
    kept = given_back("cx", answer)
    del kept["parameters"]["team_size"]
    assert message_in(taken("cx", "again", id="r2", **kept)).slots == {"team_size": None}


def test_a_parameter_that_is_no_slot_of_the_assistant_stays() -> None:
    answer = answered(taken("cx", "hi", parameters={"team_size": 50}), said())
    assert "team_size" not in answer["sessionInfo"]["parameters"]


# ---------------------------------------------------------------- what is answered


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_is_late_is_waited_for_with_the_next_words(edition: str) -> None:
    webhook = taken(edition, "a quote")
    answer = answered(webhook, said(finished=False))
    assert words_of(answer) == "One moment, please."
    after = taken(edition, "hello?", id="r2", **given_back(edition, answer))
    assert after.await_turn is not None
    assert after.await_turn.earlier == (message_in(webhook).vendor_id,)


def test_the_answer_takes_the_place_of_what_the_agent_would_say() -> None:
    answer = answered(taken("cx", "hi"), said(Text("Hello."), Text("Read https://example.com/a.")))
    assert answer["fulfillmentResponse"]["mergeBehavior"] == "REPLACE"
    assert "https" not in words_of(answer)


@pytest.mark.parametrize("edition", EDITIONS)
@given(texts=st.lists(st.text(max_size=3000), max_size=12), value=st.text(max_size=2000), heard=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_an_answer_is_never_larger_than_dialogflow_takes(
    edition: str, texts: list[str], value: str, heard: int
) -> None:
    buttons = tuple(Button(text[:200], f"/{text}") for text in texts)
    slots = {"team_size": value, "timeline": [value] * heard}
    webhook = taken(edition, "hi")
    assert webhook.await_turn is not None
    reply = webhook.await_turn.reply(said(*(Text(text * heard, buttons) for text in texts), slots=slots))
    assert len(reply.body) <= LARGEST_ANSWER
    json.loads(reply.body)


async def test_a_webhook_cannot_speak_first() -> None:
    with pytest.raises(PermanentSendError, match="speak first"):
        await channel().send(OutboundMessage("k", "dialogflow", CX_SESSION, Text("Hi"), occasion="proactive"))


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("edition", "body", "why"),
    [
        ("cx", [], "not an object"),
        ("cx", {}, '"detectIntentResponseId"'),
        ("cx", {**cx_request("hi"), "sessionInfo": {"session": "s1"}}, '"session" names no session'),
        ("cx", {**cx_request("hi"), "sessionInfo": []}, '"sessionInfo" is no object'),
        ("cx", {**cx_request(), "text": 1}, '"text" is no text'),
        ("cx", b'{"a": NaN}', "not JSON"),
        ("es", {}, '"queryResult"'),
        ("es", {**es_request("hi"), "session": 7}, '"session" is no text'),
        ("es", es_request("hi", contexts={"a": 1}), '"outputContexts" is no list'),
    ],
)
def test_a_body_that_is_none_is_refused_and_told_why(edition: str, body: object, why: str) -> None:
    assert why in refusal(body, edition)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("edition", EDITIONS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_request_is_taken_or_refused(edition: str, data: st.DataObject) -> None:
    """One part of a good request, however deep, is something else."""
    body = cx_request("hi", intentInfo={"displayName": "a", "parameters": {"b": {"resolvedValue": 1}}})
    body |= {"pageInfo": {"currentPage": "p"}, "dtmfDigits": ""}
    body["sessionInfo"]["parameters"] = {"team_size": 5, "overture": '{"told": {"timeline": "now"}, "session": {}}'}
    if edition == "es":
        body = es_request("hi", parameters={"team_size": 5})
        kept = {"name": f"{ES_SESSION}/contexts/overture", "parameters": {"overture": "{}", "timeline": "now"}}
        body["queryResult"]["outputContexts"] = [kept]
    node: Any = body
    while True:
        name = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else list(range(len(node)))))
        if not isinstance(node[name], dict | list) or not node[name] or data.draw(st.booleans()):
            break
        node = node[name]
    node[name] = data.draw(JSON)
    try:
        webhook = channel().parse(asked(body, edition))
    except WebhookRejected as refused:
        assert refused.status == 400  # noqa: PT017
        return
    if webhook.await_turn is not None:
        json.loads(webhook.await_turn.reply(said(Text("Hello."), slots={"team_size": 5})).body)


# ---------------------------------------------------------------- Google's own material


def test_requests_of_real_agents_are_taken() -> None:
    found = sorted(shared("vendor_payloads/dialogflow/es-v2").glob("mock*Request*.json"))
    assert found
    opened = 0
    for file in found:
        body = json.loads(file.read_text())
        message = message_in(channel().parse(asked(body, "es")))
        opened += message.opened
        assert message.opened or message.text
        assert message.address == body["session"]
    assert opened


@pytest.mark.parametrize(
    ("edition", "schema"),
    [("cx", "GoogleCloudDialogflowCxV3WebhookResponse"), ("es", "GoogleCloudDialogflowV2WebhookResponse")],
)
def test_answers_have_the_fields_of_googles_discovery_document(edition: str, schema: str) -> None:
    schemas = json.loads(shared("vendor_specs/dialogflow/webhook-schemas.json").read_text())["schemas"]
    answer = answered(taken(edition, "hi"), said(Text("Hello."), slots={"team_size": 50}))
    assert _unknown(answer, schemas[schema], schemas) == []


def _unknown(value: Any, schema: dict[str, Any], schemas: dict[str, Any], path: str = "") -> list[str]:
    """The places of `value` that the schema has not, or has as something else."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    match schema.get("type"), value:
        case "object", dict() if "properties" in schema:
            wrong = [f"{path}.{name}" for name in value if name not in schema["properties"]]
            known = [name for name in value if name in schema["properties"]]
            return wrong + [
                one
                for name in known
                for one in _unknown(value[name], schema["properties"][name], schemas, f"{path}.{name}")
            ]
        case "array", list():
            return [one for item in value for one in _unknown(item, schema["items"], schemas, f"{path}[]")]
        case ("object" | "any", _) | ("string", str()) | ("integer", int()):
            return []
    return [path]


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (
            {"DIALOGFLOW_SECRET": "", "DIALOGFLOW_BASIC": "", "DIALOGFLOW_SERVICE_AGENT": ""},
            "none of DIALOGFLOW_SECRET",
        ),
        ({"DIALOGFLOW_SECRET": "short"}, "could be guessed"),
        ({"DIALOGFLOW_BASIC": "only-a-user"}, "user:password"),
        ({"DIALOGFLOW_SERVICE_AGENT": "an agent"}, "no address"),
        ({"DIALOGFLOW_SECRET": SECRET, "DIALOGFLOW_SLOTS": "a b"}, '"a b" is none'),
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        connectors.dialogflow.build(settings_for(connectors.dialogflow, values=values))


def test_settings_build_the_channel() -> None:
    values = {"DIALOGFLOW_SECRET": SECRET, "DIALOGFLOW_SLOTS": "team_size, timeline"}
    built = connectors.dialogflow.build(settings_for(connectors.dialogflow, values=values))
    webhook = built.parse(asked(cx_request("hello", parameters={"timeline": "now"})))
    assert message_in(webhook).slots == {"timeline": "now"}
