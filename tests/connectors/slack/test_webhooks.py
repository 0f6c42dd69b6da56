from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.slack
from bot.domain.errors import WebhookRejected
from bot.domain.message import DeskAction, DeskCommand, DeskReply, DeskVerb
from bot.ports import Webhook, WebhookRequest
from connectors.slack.channel import SlackChannel
from connectors.slack.signature import sign
from tests.connectors.vendor_server import NOW, SECRET, request_to, settings_for, shared

SIGNING_SECRET = connectors.slack.sandbox_values(SECRET)["SLACK_SIGNING_SECRET"]
PAYLOADS = Path(__file__).parents[2] / "payloads"
CLICK: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U0ALICE00", "username": "alice", "name": "alice", "team_id": "T0EXAMPLE"},
    "container": {"type": "message", "message_ts": "1795521599.000100", "channel_id": "C0000SALES"},
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    "actions": [
        {
            "type": "button",
            "action_id": "handoff_claim",
            "block_id": "handoff",
            "value": "0193-handoff",
            "action_ts": "1795521605.194939",
        }
    ],
}
SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "user": {"id": "U0ALICE00", "username": "alice", "name": "alice", "team_id": "T0EXAMPLE"},
    "view": {
        "id": "V0EXAMPLE1",
        "callback_id": "handoff_reply",
        "private_metadata": '{"handoff": "0193-handoff", "channel": "C0000SALES", "thread": "1795521599.000100"}',
        "state": {"values": {"reply": {"text": {"type": "plain_text_input", "value": "Tuesday <at> 3 & not 4?"}}}},
    },
}


def desk() -> SlackChannel:
    return connectors.slack.build(settings_for(connectors.slack))


def event(body: Any, *, at: datetime = NOW) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request_to("slack/events", sign(raw, SIGNING_SECRET, at), body=raw)


def interaction(payload: Any) -> WebhookRequest:
    raw = urlencode({"payload": payload if isinstance(payload, str) else json.dumps(payload)}).encode()
    return request_to("slack/interactivity", sign(raw, SIGNING_SECRET, NOW), body=raw)


def thread_reply(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PAYLOADS / "slack_thread_reply.json").read_text())
    body["event"] = {name: value for name, value in {**body["event"], **changes}.items() if value is not None}
    return body


def revision(before: str, after: str | None, **changes: Any) -> dict[str, Any]:
    """An edit of a rep's reply; a deletion where nothing is left of it."""
    message = {"type": "message", "user": "U0ALICE00", "ts": "1795521600.000300", "thread_ts": "1795521599.000100"}
    previous = {**message, "text": before, **changes}
    told: dict[str, Any] = {"subtype": "message_deleted", "previous_message": previous}
    if after is not None:
        told = {"subtype": "message_changed", "message": {**previous, "text": after}, "previous_message": previous}
    return {"type": "event_callback", "event": {"type": "message", "channel": "C0000SALES", "ts": "1.5", **told}}


def refusal(request: WebhookRequest) -> WebhookRejected:
    with pytest.raises(WebhookRejected) as refused:
        desk().parse(request)
    return refused.value


# ---------------------------------------------------------------- signatures


@pytest.mark.parametrize("age", [timedelta(seconds=299), -timedelta(seconds=299)])
def test_a_request_of_the_last_five_minutes_is_taken(age: timedelta) -> None:
    assert len(desk().parse(event(thread_reply(), at=NOW - age)).inbound) == 1


@pytest.mark.parametrize("age", [timedelta(seconds=302), -timedelta(seconds=302)])
def test_a_stale_request_is_refused_though_its_signature_fits(age: timedelta) -> None:
    assert refusal(event(thread_reply(), at=NOW - age)).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-signature": "v0=00", "x-slack-request-timestamp": str(int(NOW.timestamp()))},
        {"x-slack-signature": "v0=é", "x-slack-request-timestamp": str(int(NOW.timestamp()))},
        {"x-slack-signature": "v0=00", "x-slack-request-timestamp": "yesterday"},
        {"x-slack-signature": "v0=00", "x-slack-request-timestamp": "9" * 400},
    ],
)
def test_a_request_that_slack_did_not_sign_is_refused(headers: dict[str, str]) -> None:
    assert refusal(replace(event(thread_reply()), headers=headers)).status == 401


def test_slacks_published_signature_is_recognised() -> None:
    vector = json.loads(shared("vendor_payloads/slack/signature_vector.json").read_text())
    at = datetime.fromtimestamp(vector["clock"], UTC)
    assert sign(vector["body"].encode(), vector["signing_secret"], at) == {
        "x-slack-signature": vector["signature"],
        "x-slack-request-timestamp": vector["timestamp"],
    }


# ---------------------------------------------------------------- buttons and forms


@pytest.mark.parametrize(
    ("action_id", "verb"),
    [
        ("handoff_claim", DeskVerb.CLAIM),
        ("handoff_reply", DeskVerb.REPLY),
        ("handoff_hand_back", DeskVerb.HAND_BACK),
        ("handoff_take_over", DeskVerb.TAKE_OVER),
        ("handoff_resolve", DeskVerb.RESOLVE),
        ("handoff_disqualify", DeskVerb.DISQUALIFY),
    ],
)
def test_a_pressed_button_says_what_on_which_hand_off_and_by_whom(action_id: str, verb: DeskVerb) -> None:
    payload = {**CLICK, "actions": [{**CLICK["actions"][0], "action_id": action_id}]}
    [action] = desk().parse(interaction(payload)).inbound
    assert isinstance(action, DeskAction)
    assert (action.verb, action.handoff_id, action.rep) == (verb, "0193-handoff", "alice")
    assert action.trigger == CLICK["trigger_id"]


def test_a_trigger_with_half_of_a_character_can_be_stored() -> None:
    (action,) = desk().parse(interaction({**CLICK, "trigger_id": "1\ud800"})).inbound
    assert isinstance(action, DeskAction)
    assert action.trigger == "1"


def test_two_presses_are_two_actions() -> None:
    again = {**CLICK, "actions": [{**CLICK["actions"][0], "action_ts": "1795521606.000000"}]}
    first, second = (desk().parse(interaction(payload)).inbound[0].vendor_id for payload in (CLICK, again))
    assert first != second


def test_a_button_of_somebody_elses_is_left_alone() -> None:
    payload = {**CLICK, "actions": [{**CLICK["actions"][0], "action_id": "approve"}]}
    assert desk().parse(interaction(payload)).inbound == ()


def test_a_submitted_form_is_a_reply_in_the_hand_offs_thread() -> None:
    webhook = desk().parse(interaction(SUBMISSION))
    assert webhook.inbound == (
        DeskReply(
            "slack", "view:V0EXAMPLE1", "1795521599.000100", "Tuesday <at> 3 & not 4?", "alice", rep_member="U0ALICE00"
        ),
    )
    assert webhook.reply.body == b""  # anything else would keep the form open


@pytest.mark.parametrize("written", ["  \n ", None])
def test_an_empty_form_is_given_back_with_a_hint(written: str | None) -> None:
    view = {**SUBMISSION["view"], "state": {"values": {"reply": {"text": {"value": written}}}}}
    webhook = desk().parse(interaction({**SUBMISSION, "view": view}))
    assert webhook.inbound == ()
    assert json.loads(webhook.reply.body)["response_action"] == "errors"


def test_a_note_does_not_go_out_by_the_form() -> None:
    view = {**SUBMISSION["view"], "state": {"values": {"reply": {"text": {"value": "// a note"}}}}}
    webhook = desk().parse(interaction({**SUBMISSION, "view": view}))
    assert webhook.inbound == ()
    assert "like a note" in json.loads(webhook.reply.body)["errors"]["reply"]


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        {},
        {**CLICK, "user": None},
        {**CLICK, "container": {}},
        {**CLICK, "actions": [{"action_id": "handoff_claim"}]},
        {**CLICK, "actions": [{"action_id": "handoff_snooze", "value": "0193-handoff:1d", "action_ts": "1.2"}]},
        {
            **CLICK,
            "actions": [
                {
                    "action_id": "handoff_snooze",
                    "selected_option": {"value": "0193-handoff:99d"},
                    "action_ts": "1.2",
                }
            ],
        },
        {**SUBMISSION, "view": {"callback_id": "handoff_reply"}},
        {**SUBMISSION, "view": {**SUBMISSION["view"], "private_metadata": "{"}},
        {**SUBMISSION, "user": {}},
    ],
)
def test_an_interaction_that_lacks_something_is_refused(payload: Any) -> None:
    assert refusal(interaction(payload)).status == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["type", "event", "actions", "view", "user", "container", "channel", "ts", "thread_ts", "text", "value"]
KNOWN = [CLICK, SUBMISSION, thread_reply(), thread_reply()["event"], CLICK["actions"], SUBMISSION["view"]]
SHAPED = st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from(KNOWN))


@given(JSON | SHAPED | SHAPED.map(lambda some: {**CLICK, **some}) | SHAPED.map(lambda some: {**SUBMISSION, **some}))
def test_whatever_is_signed_is_taken_or_refused(body: Any) -> None:
    for request in (event(body), interaction(body), event({"type": "event_callback", "event": body})):
        try:
            webhook = desk().parse(request)
        except WebhookRejected as refused:
            assert refused.status == 400  # noqa: PT017
        else:
            assert isinstance(webhook, Webhook)


# ---------------------------------------------------------------- commands and who may


COMMAND = {
    "command": "/overture",
    "text": "search &lt;ana&gt; &amp; co",
    "user_id": "U0ALICE00",
    "trigger_id": "1.8.a",
}


def slash(fields: dict[str, str] | None = None, *, reader: SlackChannel | None = None) -> Webhook:
    raw = urlencode({**COMMAND, "user_name": "alice", **(fields or {})}).encode()
    return (reader or desk()).parse(request_to("slack/commands", sign(raw, SIGNING_SECRET, NOW), body=raw))


def test_a_command_comes_in_as_words_and_its_answer_is_for_whoever_gave_it() -> None:
    webhook = slash()
    assert webhook.obey is not None
    assert webhook.obey.command == DeskCommand("slack", "1.8.a", "alice", "search <ana> & co", "U0ALICE00")
    answer = json.loads(webhook.obey.reply("found <!channel>").body)
    assert (answer["response_type"], answer["text"]) == ("ephemeral", "found &lt;!channel&gt;")
    assert answer["blocks"][0]["text"]["type"] == "plain_text"


@pytest.mark.parametrize("fields", [{"command": "/other"}, {"trigger_id": ""}, {"user_id": ""}])
def test_what_is_no_command_of_ours_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(WebhookRejected) as refused:
        slash(fields)
    assert refused.value.status == 400


def test_a_look_at_our_certificate_is_no_command() -> None:
    raw = urlencode({"ssl_check": "1", "token": "t"}).encode()
    webhook = desk().parse(request_to("slack/commands", sign(raw, SIGNING_SECRET, NOW), body=raw))
    assert (webhook.obey, webhook.reply.status) == (None, 200)


SHORT = st.text(max_size=10, alphabet=st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(st.sampled_from(sorted(COMMAND)) | SHORT, SHORT, max_size=5))
def test_whatever_command_is_signed_is_taken_or_refused(fields: dict[str, str]) -> None:
    try:
        webhook = slash(fields)
    except WebhookRejected as refused:
        assert refused.status == 400  # noqa: PT017
    else:
        assert webhook.obey is not None


@given(st.lists(st.sampled_from(["//", "🔒", ":lock:", " ", "a", "&lt;", "<@U0ALICE00>"]), max_size=6).map("".join))
def test_nothing_that_is_marked_as_a_note_reaches_a_customer(text: str) -> None:
    replies = desk().parse(event(thread_reply(text=text, blocks=[]))).inbound
    for reply in replies:
        assert isinstance(reply, DeskReply)
        assert not reply.text.lstrip().startswith(("//", "🔒", ":lock:"))


def test_where_reps_are_named_nobody_else_does_anything() -> None:
    mine = connectors.slack.build(settings_for(connectors.slack, values={"SLACK_REPS": "U0BEN0000"}))
    assert mine.parse(event(thread_reply())).inbound == ()
    assert mine.parse(event(revision("a", "b"))).inbound == ()
    assert mine.parse(interaction(CLICK)).inbound == ()
    assert mine.parse(interaction(SUBMISSION)).inbound == ()
    refused = slash(reader=mine)
    assert refused.obey is None
    assert "Only the reps that SLACK_REPS names" in json.loads(refused.reply.body)["text"]
    assert len(mine.parse(event(thread_reply(user="U0BEN0000"))).inbound) == 1
    assert slash({"user_id": "U0BEN0000"}, reader=mine).obey is not None


# ---------------------------------------------------------------- Slack's own payloads


def test_payloads_from_slacks_own_library_are_understood() -> None:
    folder = shared("vendor_payloads/slack/bolt-python")
    found = {file.name: json.loads(file.read_text()) for file in sorted(folder.iterdir())}
    ours = {name: _named_as_ours(body) for name, body in found.items() if isinstance(body, dict)}
    brought = {}
    for name, body in ours.items():
        is_event = body.get("type") in ("event_callback", "url_verification")
        webhook = desk().parse(event(body) if is_event else interaction(body))
        brought[name] = [type(item) for item in webhook.inbound]
    assert brought.pop("message_thread_broadcast.event_payload.json") == [DeskReply]
    clicks = [name for name, body in ours.items() if body.get("type") == "block_actions"]
    assert len(clicks) >= 3
    assert [brought.pop(name) for name in clicks] == [[DeskAction]] * len(clicks)
    assert not any(brought.values())


def _named_as_ours(body: dict[str, Any]) -> dict[str, Any]:
    """The payload, with the pressed button being our Claim."""
    if body.get("type") != "block_actions":
        return body
    actions = [{**action, "action_id": "handoff_claim", "value": "0193-handoff"} for action in body["actions"]]
    return {**body, "actions": actions}


# ---------------------------------------------------------------- giving to a colleague

CHOICE = {
    "type": "users_select",
    "action_id": "handoff_assign",
    "block_id": "assign:h1",
    "selected_user": "U0BEN0001",
    "action_ts": "1795521605.000000",
}


def test_a_colleague_is_chosen_by_id_and_named_where_they_have_pressed_something() -> None:
    channel = desk()
    [unknown] = channel.parse(interaction({**CLICK, "actions": [CHOICE]})).inbound
    assert isinstance(unknown, DeskAction)
    assert (unknown.verb, unknown.handoff_id, unknown.member, unknown.words) == (
        DeskVerb.ASSIGN, "h1", "U0BEN0001", "",
    )  # fmt: skip
    channel.parse(interaction({**CLICK, "user": {"id": "U0BEN0001", "name": "ben"}}))
    [known] = channel.parse(interaction({**CLICK, "actions": [CHOICE]})).inbound
    assert isinstance(known, DeskAction)
    assert known.words == "ben"


def test_a_choice_that_is_taken_back_does_nothing() -> None:
    assert desk().parse(interaction({**CLICK, "actions": [{**CHOICE, "selected_user": None}]})).inbound == ()


@pytest.mark.parametrize("field", ["block_id", "action_ts", "selected_user"])
def test_a_choice_that_lacks_something_is_refused(field: str) -> None:
    without = {name: value for name, value in CHOICE.items() if name != field}
    with pytest.raises(WebhookRejected) as refused:
        desk().parse(interaction({**CLICK, "actions": [without]}))
    assert refused.value.status == 400
