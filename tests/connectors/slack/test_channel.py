from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

import connectors.slack
from bot.domain.errors import (
    CredentialRefused,
    NotTried,
    PermanentSendError,
    SettingsError,
    TemporarySendError,
    WebhookRejected,
)
from bot.domain.handoff import SNOOZES
from bot.domain.ids import HandoffId
from bot.domain.message import (
    Button,
    Content,
    DeskAction,
    DeskLine,
    DeskReply,
    DeskVerb,
    HandoffCard,
    OutboundMessage,
    ReplyForm,
    Suggestion,
    Text,
)
from bot.ports import Reply
from connectors.slack.channel import SlackChannel
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, serve, settings_for

CARD = HandoffCard(
    handoff_id=HandoffId("0193-handoff"),
    title="Robin Example — asks for a demo",
    summary="team of 50; timeline: this quarter",
    facts=(("Email", "robin@example.com"), ("Team size", "50")),
    score=65,
    grade="A1",
    reasons=("+20 a team of fifty", "+10 wants to start now"),
    transcript_url="https://chat.example.com/transcripts/1?sig=a&b",
)
NASTY = "<!channel> <@U0ALICE00> <https://evil.example|click> *bold* & &amp;"


@dataclass
class Stage:
    channel: SlackChannel
    server: VendorServer
    feed: MemoryFeed
    clock: StillClock

    async def send(self, content: Content, key: str = "key", **changes: Any) -> str:
        message = replace(OutboundMessage(key, "slack", "#sales", content), **changes)
        return (await self.channel.send(message)).vendor_id

    async def act(self, **deed: Any) -> Any:
        webhook = await self.server.vendor.act(deed, self.clock.now())
        [inbound] = self.channel.parse(webhook).inbound
        return inbound

    def shown(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.feed.entries.get("sandbox:slack", {}).values()]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.slack
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        channel = module.build(settings_for(module, feed=feed, clock=clock, sandbox_url=server.url))
        yield Stage(channel, server, feed, clock)
        await channel.close()


def buttons_of(item: dict[str, Any]) -> list[str]:
    return [
        (element.get("text") or element["placeholder"])["text"]
        for block in item["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


ENDS = ("Hand back", "Resolve", "Disqualify", "Snooze", "Give to a colleague")

# ---------------------------------------------------------------- a hand-off from card to hand-back


async def test_a_card_shows_the_lead_with_its_score_reasons_and_buttons(stage: Stage) -> None:
    ts = await stage.send(CARD)
    [post] = stage.shown()
    assert (post["type"], post["channel"], post["ts"], post["thread_ts"], post["user"]) == (
        "post",
        "#sales",
        ts,
        None,
        None,
    )
    words = json.dumps(post["blocks"], ensure_ascii=False)
    for shown in ("Robin Example", "team of 50", "robin@example.com", "Score 65", "A1", "+20 a team of fifty"):
        assert shown in words
    assert "<https://chat.example.com/transcripts/1?sig=a&amp;b|Transcript>" in words
    assert buttons_of(post) == ["Claim", "Reply", "Offer a meeting", *ENDS]


async def test_a_card_follows_the_hand_off(stage: Stage) -> None:
    ts = await stage.send(CARD)
    assert await stage.send(replace(CARD, claimed_by="sam"), replaces=ts) == ts
    assert await stage.send(replace(CARD, claimed_by="sam", closed=True), replaces=ts) == ts
    claimed, closed = stage.shown()[1:]
    assert (claimed["type"], claimed["ts"], buttons_of(claimed)) == (
        "update",
        ts,
        ["Reply", "Offer a meeting", "Take over", *ENDS],
    )
    assert "Claimed by sam" in json.dumps(claimed)
    assert buttons_of(closed) == []
    assert "Handed back by sam" in json.dumps(closed)


async def test_a_rep_presses_a_button_of_the_card(stage: Stage) -> None:
    ts = await stage.send(CARD)
    actions = next(block for block in stage.shown()[0]["blocks"] if block["type"] == "actions")["elements"]
    pressed = [
        await stage.act(deed="click", ts=ts, action_id=button["action_id"], value=button["value"], user="sam")
        for button in actions
        if button["type"] == "button"
    ]
    assert [action.verb for action in pressed] == [
        DeskVerb.CLAIM,
        DeskVerb.REPLY,
        DeskVerb.MEET,
        DeskVerb.HAND_BACK,
        DeskVerb.RESOLVE,
        DeskVerb.DISQUALIFY,
    ]
    assert {(action.handoff_id, action.rep) for action in pressed} == {("0193-handoff", "sam")}
    assert len({action.vendor_id for action in pressed}) == 6


async def test_a_rep_snoozes_for_one_of_the_times_that_the_card_offers(stage: Stage) -> None:
    ts = await stage.send(CARD)
    [menu] = [
        element
        for block in stage.shown()[0]["blocks"]
        for element in block.get("elements", ())
        if element["type"] == "static_select"
    ]
    for option in menu["options"]:
        action = await stage.act(deed="click", ts=ts, action_id=menu["action_id"], value=option["value"], user="sam")
        assert (action.verb, action.handoff_id) == (DeskVerb.SNOOZE, "0193-handoff")
        assert action.words in SNOOZES
    assert len(menu["options"]) == len(SNOOZES)


async def test_a_rep_says_why_somebody_is_no_lead(stage: Stage) -> None:
    ts = await stage.send(CARD)
    action = await stage.act(deed="click", ts=ts, action_id="handoff_disqualify", value="0193-handoff", user="sam")
    await stage.send(ReplyForm(action.handoff_id, "Robin Example", action.trigger, "reason"), thread=ts)
    view = stage.shown()[-1]["view"]
    assert "Why is Robin Example no lead?" in json.dumps(view)
    said = await stage.act(
        deed="submit",
        callback_id=view["callback_id"],
        private_metadata=view["private_metadata"],
        text="a student",
        user="sam",
    )
    assert (said.verb, said.handoff_id, said.words, said.rep) == (
        DeskVerb.DISQUALIFY,
        "0193-handoff",
        "a student",
        "sam",
    )


@pytest.mark.parametrize("to_all", [True, False])
async def test_what_all_are_to_see_is_shown_in_the_channel_too(stage: Stage, to_all: bool) -> None:
    ts = await stage.send(CARD)
    await stage.send(DeskLine("Overture", "Robin is back.", to_all=to_all), thread=ts)
    assert json.loads(stage.server.asked[-1].body)["reply_broadcast"] is to_all


async def test_a_rep_replies_in_the_thread(stage: Stage) -> None:
    ts = await stage.send(CARD)
    await stage.act(deed="click", ts=ts, action_id="handoff_claim", value="0193-handoff", user="sam")
    reply = await stage.act(deed="reply", thread_ts=ts, text="Tuesday <at> 3 & not 4?", user="sam")
    assert isinstance(reply, DeskReply)
    assert (reply.thread, reply.text, reply.rep) == (ts, "Tuesday <at> 3 & not 4?", "sam")
    assert (stage.shown()[-1]["user"], stage.shown()[-1]["thread_ts"]) == ("sam", ts)


async def test_a_rep_replies_in_the_form(stage: Stage) -> None:
    ts = await stage.send(CARD)
    action = await stage.act(deed="click", ts=ts, action_id="handoff_reply", value="0193-handoff", user="sam")
    assert isinstance(action, DeskAction)
    await stage.send(ReplyForm(action.handoff_id, "Robin Example", action.trigger), thread=ts)
    view = stage.shown()[-1]["view"]
    assert stage.shown()[-1]["type"] == "view"
    assert "To Robin Example" in json.dumps(view)
    reply = await stage.act(
        deed="submit",
        callback_id=view["callback_id"],
        private_metadata=view["private_metadata"],
        text="How is Tuesday?",
        user="sam",
    )
    assert (reply.thread, reply.text, reply.rep) == (ts, "How is Tuesday?", "sam")


async def test_a_form_opens_only_within_seconds_of_the_click(stage: Stage) -> None:
    ts = await stage.send(CARD)
    action = await stage.act(deed="click", ts=ts, action_id="handoff_reply", value="0193-handoff", user="sam")
    stage.clock.at += timedelta(seconds=4)
    with pytest.raises(PermanentSendError) as failed:
        await stage.send(ReplyForm(action.handoff_id, "Robin", action.trigger), thread=ts)
    assert failed.value.code == "expired_trigger_id"


async def test_a_form_opens_for_no_made_up_click(stage: Stage) -> None:
    ts = await stage.send(CARD)
    with pytest.raises(PermanentSendError) as failed:
        await stage.send(ReplyForm(HandoffId("0193-handoff"), "Robin", "1.2.3"), thread=ts)
    assert failed.value.code == "invalid_trigger_id"


async def test_a_line_of_the_customer_goes_into_the_thread(stage: Stage) -> None:
    ts = await stage.send(CARD)
    await stage.send(DeskLine("Robin", "Is Tuesday all right?"), thread=ts)
    line = stage.shown()[-1]
    assert line["thread_ts"] == ts
    assert line["blocks"][0]["text"]["text"] == "Robin: Is Tuesday all right?"


async def test_a_plain_text_is_a_plain_message(stage: Stage) -> None:
    await stage.send(Text("Two leads wait.", buttons=(Button("Look", "/look"),)))
    assert "Two leads wait.\\nLook" in json.dumps(stage.shown()[0])


async def test_each_desk_has_its_channel_and_what_is_pressed_there_comes_from_there(stage: Stage) -> None:
    ts = await stage.send(CARD, address="#support")
    await stage.send(CARD, address="C0000SUPPORT")
    await stage.send(CARD, address="#leads")
    assert [one["channel"] for one in stage.shown()] == ["#support", "#support", "#sales"]
    assert await stage.send(replace(CARD, claimed_by="sam"), address="#support", replaces=ts) == ts
    reply = await stage.act(deed="reply", thread_ts=ts, text="Hello", user="sam")
    assert reply.vendor_id.startswith("C0000SUPPORT:")


@pytest.mark.parametrize(
    "written", ["#sales", "sales", "C0123456789,#support=support", "c0123456789", "T1/C0123456789"]
)
def test_a_channel_that_is_no_id_is_refused_before_a_lead_is_lost(written: str) -> None:
    with pytest.raises(SettingsError, match="no id of a channel: it would be such as C0123456789"):
        connectors.slack.build(settings_for(connectors.slack, values={"SLACK_CHANNEL": written}))


async def test_where_all_channels_have_names_another_one_is_refused(stage: Stage) -> None:
    values = {"SLACK_CHANNEL": "#sales=C0000SALES,#support=C0000SUPPORT"}
    channel = connectors.slack.build(settings_for(connectors.slack, sandbox_url=stage.server.url, values=values))
    with pytest.raises(PermanentSendError, match="SLACK_CHANNEL names no #suport"):
        await channel.send(OutboundMessage("key", "slack", "#suport", CARD))
    await channel.close()


# ---------------------------------------------------------------- what a visitor writes


async def test_a_suggestion_is_sent_by_its_button_and_then_says_who_sent_it(stage: Stage) -> None:
    ts = await stage.send(CARD)
    suggestion = Suggestion(HandoffId("0193-handoff"), "sms:SM1", "Tuesday & Friday.", "Opening hours")
    place = await stage.send(suggestion, thread=ts)
    assert "Suggested reply: Tuesday & Friday." in json.dumps(stage.shown()[-1]["blocks"])
    action = await stage.act(deed="click", ts=place, action_id="handoff_send", value="0193-handoff:sms:SM1", user="sam")
    assert (action.verb, action.handoff_id, action.words) == (DeskVerb.SEND, "0193-handoff", "sms:SM1")
    assert buttons_of(stage.shown()[-1]) == ["Send"]
    await stage.send(replace(suggestion, sent_by="sam"), replaces=place)
    assert buttons_of(stage.shown()[-1]) == []
    assert "sent by sam" in json.dumps(stage.shown()[-1])


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("channel_not_found", PermanentSendError),
        ("invalid_auth", CredentialRefused),
        ("token_revoked", CredentialRefused),
        ("expired_trigger_id", PermanentSendError),
        ("invalid_blocks", PermanentSendError),
        ("ratelimited", NotTried),
        ("internal_error", TemporarySendError),
        ("service_unavailable", TemporarySendError),
    ],
)
async def test_slacks_errors_are_told_apart(stage: Stage, error: str, expected: type[Exception]) -> None:
    stage.server.faults.append(Reply(200, json.dumps({"ok": False, "error": error}).encode(), "application/json"))
    with pytest.raises((PermanentSendError, TemporarySendError)) as failed:
        await stage.send(CARD)
    assert (type(failed.value), failed.value.code) == (expected, error)


async def test_a_card_that_somebody_has_deleted_is_posted_anew_while_it_is_open(stage: Stage) -> None:
    gone = "1795521599.000100"
    anew = await stage.send(CARD, replaces=gone)
    assert anew == stage.shown()[-1]["ts"] != gone
    assert await stage.send(replace(CARD, closed=True), replaces=gone) == gone
    assert [one["ts"] for one in stage.shown()] == [anew]


async def test_a_suggestion_that_is_gone_cannot_be_brought_up_to_date(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="message_not_found"):
        await stage.send(Suggestion(CARD.handoff_id, "sms:SM1", "Tuesday.", ""), replaces="1795521599.000100")


async def test_a_wrong_token_is_refused(stage: Stage) -> None:
    values = {"SLACK_BOT_TOKEN": "xoxb-wrong"}
    channel = connectors.slack.build(settings_for(connectors.slack, sandbox_url=stage.server.url, values=values))
    with pytest.raises(CredentialRefused, match="invalid_auth"):
        await channel.send(OutboundMessage("key", "slack", "#sales", CARD))
    await channel.close()


@pytest.mark.parametrize(
    "deed",
    [
        {},
        {"deed": "click", "ts": "1.2", "action_id": "handoff_claim", "value": "x", "user": "sam"},
        {"deed": "reply", "thread_ts": "1.2", "text": "Hello", "user": "sam"},
        {"deed": "submit", "text": "Hello"},
    ],
)
async def test_a_deed_that_cannot_be_done_is_refused(stage: Stage, deed: dict[str, str]) -> None:
    with pytest.raises(WebhookRejected):
        await stage.server.vendor.act(deed, NOW)


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CHANNEL"])
def test_a_missing_setting_is_named(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        connectors.slack.build(settings_for(connectors.slack, values={missing: ""}))


# ---------------------------------------------------------------- who is asked


async def test_a_card_mentions_whom_it_is_offered_to_and_says_why(stage: Stage) -> None:
    offered = replace(CARD, offered_to="Ana <Lima>", offered_why="route <!channel>; her turn", member="U0ANA0001")
    await stage.send(offered)
    await stage.send(replace(offered, member="<!channel>"))
    await stage.send(replace(offered, offered_to="", offered_why="nobody is free", member=""))
    await stage.send(replace(offered, claimed_by="ben"))
    mentioned, named, for_all, claimed = (json.dumps(one["blocks"]) for one in stage.shown())
    assert "Offered to <@U0ANA0001|U0ANA0001>" in mentioned
    assert {"type": "plain_text", "text": "route <!channel>; her turn", "emoji": False} in [
        element for block in stage.shown()[0]["blocks"] for element in block.get("elements", ())
    ]
    assert "Offered to Ana &lt;Lima&gt;" in named
    assert "For everybody: nobody is free" in for_all
    assert "Offered" not in claimed
    assert stage.shown()[0]["text"].startswith("<@U0ANA0001|")


async def test_a_line_calls_those_whom_it_mentions_and_nobody_else(stage: Stage) -> None:
    thread = await stage.send(CARD)
    line = DeskLine("Overture", "Zoe <!channel> waits", mentions=("U0ANA0001", "everybody", "<!channel>"))
    await stage.send(line, thread=thread)
    call, words = stage.shown()[-1]["blocks"]
    assert call["text"] == {"type": "mrkdwn", "text": "<@U0ANA0001|U0ANA0001> <!here>"}
    assert words["text"]["type"] == "plain_text"


async def test_what_we_posted_is_taken_away_and_a_second_try_finds_nothing_to_do(stage: Stage) -> None:
    card = await stage.send(CARD)
    for _ in range(2):
        await stage.channel.take_away("#sales", card)
    assert stage.shown()[-1] == {"type": "delete", "channel": "#sales", "ts": card}


async def test_a_workspace_that_keeps_every_message_keeps_none_of_its_words(stage: Stage) -> None:
    card = await stage.send(CARD)
    stage.server.vendor.keeps_all = True  # type: ignore[attr-defined]
    await stage.channel.take_away("#sales", card)
    emptied = stage.shown()[-1]
    assert (emptied["type"], emptied["ts"], emptied["blocks"]) == ("update", card, [])
    assert emptied["text"] == "Erased at this person's request."


async def test_what_a_rep_wrote_is_not_ours_to_take_away(stage: Stage) -> None:
    card = await stage.send(CARD)
    await stage.act(deed="reply", thread_ts=card, text="Robin is a friend of mine", user="sam")
    with pytest.raises(PermanentSendError, match="cant_update_message"):
        await stage.channel.take_away("#sales", stage.shown()[-1]["ts"])
