"""App Home: a rep's own leads, within Slack's limits, and what is pressed there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.slack
from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.ids import HandoffId, new_id
from bot.domain.message import DeskAction, DeskLead, DeskMeeting, DeskOpened, DeskPage, DeskVerb, HandoffCard
from bot.ports import Reply
from connectors.slack import blocks
from connectors.slack.sandbox_limits import fault_of_home
from tests.connectors.slack.test_channel import CARD, NASTY, Stage
from tests.connectors.slack.test_webhooks import desk, event
from tests.connectors.vendor_server import NOW, MemoryFeed, StillClock, VendorServer, serve, settings_for

LEAD = DeskLead(
    handoff_id=HandoffId("0193-handoff"),
    customer="Robin Example",
    reason="asks for a demo",
    score=65,
    grade="A1",
    handed_over_at=NOW - timedelta(hours=2),
    transcript_url="https://chat.example.com/transcripts/1?sig=a&b",
    desk_address="#sales",
    waiting_since=NOW - timedelta(minutes=7),
)


MEETING = DeskMeeting(
    meeting_id="0193-meeting",
    handoff_id=HandoffId("0193-handoff"),
    customer="Robin Example",
    starts_at=datetime(2026, 11, 26, 10, tzinfo=UTC),
    transcript_url="https://chat.example.com/transcripts/1?sig=a&b",
    desk_address="#sales",
    times=(datetime(2026, 11, 27, 9, tzinfo=UTC),),
    zone="Europe/Berlin",
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.slack
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        channel = module.build(settings_for(module, feed=feed, clock=clock, sandbox_url=server.url))
        yield Stage(channel, server, feed, clock)
        await channel.close()


def home(stage: Stage) -> dict[str, Any]:
    view: dict[str, Any] = [item for item in stage.shown() if item["type"] == "home"][-1]["view"]
    return view


def elements(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for block in view["blocks"] if block["type"] == "actions" for one in block["elements"]]


async def opened(stage: Stage, user: str = "sam") -> DeskOpened:
    found: DeskOpened = await stage.act(deed="open_home", user=user)
    return found


async def test_who_opens_it_for_the_first_time_is_asked_to_say_who_they_are(stage: Stage) -> None:
    first = await opened(stage)
    assert (first.rep, first.address.partition("/")[0]) == ("", "T0OVERTURE")
    await stage.send(DeskPage(first.rep), address=first.address)
    [button] = elements(home(stage))
    told = await stage.act(deed="press", action_id=button["action_id"], value=button["value"], user="sam")
    assert isinstance(told, DeskOpened)
    assert (told.rep, told.address) == ("sam", first.address)
    assert (await opened(stage)).rep == "sam"


async def test_a_lead_is_shown_with_its_score_how_long_it_waits_and_what_can_be_done(stage: Stage) -> None:
    card = await stage.send(CARD)
    address = (await opened(stage)).address
    await stage.send(DeskPage("sam", (replace(LEAD, card=card),)), "page", address=address)
    shown = json.dumps(home(stage), ensure_ascii=False)
    assert "Robin Example — asks for a demo" in shown
    assert "Score 65 · Grade A1" in shown
    wrote_at = int((NOW - timedelta(minutes=7)).timestamp())
    assert f"*Waiting*, wrote <!date^{wrote_at}^{{ago}}|24 Nov, 11:53 UTC>" in shown
    thread, resolve, snooze, _ = elements(home(stage))
    assert thread["url"] == f"https://overture-sandbox.slack.com/archives/C0000SALES/p{card.replace('.', '')}"
    assert (resolve["text"]["text"], snooze["placeholder"]["text"]) == ("Resolve", "Snooze")


async def test_resolve_and_snooze_do_there_what_they_do_on_the_card(stage: Stage) -> None:
    address = (await opened(stage)).address
    await stage.send(DeskPage("sam", (LEAD,)), address=address)
    resolve, snooze, _ = elements(home(stage))
    done = await stage.act(deed="press", action_id=resolve["action_id"], value=resolve["value"], user="sam")
    later = await stage.act(deed="press", action_id=snooze["action_id"], value="0193-handoff:4h", user="sam")
    assert isinstance(done, DeskAction)
    assert (done.verb, done.handoff_id, done.rep) == (DeskVerb.RESOLVE, "0193-handoff", "sam")
    assert (later.verb, later.words) == (DeskVerb.SNOOZE, "4h")
    assert done.vendor_id != later.vendor_id


async def test_a_press_on_open_thread_is_nothing_for_us(stage: Stage) -> None:
    await stage.send(DeskPage("sam", (LEAD,)), address=(await opened(stage)).address)
    deed = {"deed": "press", "action_id": "handoff_open", "value": "thread", "user": "sam"}
    assert stage.channel.parse(await stage.server.vendor.act(deed, NOW)).inbound == ()


async def test_a_thread_is_asked_for_once_and_where_slack_knows_none_the_rest_is_shown(stage: Stage) -> None:
    card, address = await stage.send(CARD), (await opened(stage)).address
    for number in range(2):
        page = DeskPage("sam", (replace(LEAD, card=card), replace(LEAD, handoff_id=HandoffId("2"), card="1.000001")))
        await stage.send(page, f"page {number}", address=address)
    asked = [one.url for one in stage.server.asked if "chat.getPermalink" in one.url]
    assert sum(card in url for url in asked) == 1
    assert sum(one["action_id"] == "handoff_open" for one in elements(home(stage))) == 1


async def test_a_page_costs_none_of_the_messages_of_a_second(stage: Stage) -> None:
    pace = stage.channel.abilities.pace
    assert pace is not None
    assert (pace.price(DeskPage("sam")), pace.price(CARD)) == (0, 1)


@pytest.mark.parametrize("leads", [0, 1, 10])
@pytest.mark.parametrize("meetings", [0, 5])
def test_a_page_keeps_within_slacks_limits(leads: int, meetings: int) -> None:
    many = tuple(replace(LEAD, handoff_id=HandoffId(f"{number}"), card=f"{number}") for number in range(leads))
    links = {lead.card: "https://example.slack.com/" + "a" * 200 for lead in many}
    with_all = replace(MEETING, handoff_id=HandoffId(new_id(NOW)), times=(NOW,) * 10, card="0")
    booked = tuple(replace(with_all, meeting_id=new_id(NOW)) for _ in range(meetings))
    assert fault_of_home(blocks.page(DeskPage("sam", many, leads > 9, booked), links)) == ""


async def test_a_meeting_is_shown_with_its_time_and_can_be_moved_or_cancelled(stage: Stage) -> None:
    await stage.send(DeskPage("sam", meetings=(MEETING,)), address=(await opened(stage)).address)
    shown = json.dumps(home(stage), ensure_ascii=False)
    at = int(MEETING.starts_at.timestamp())
    assert f"<!date^{at}^{{date_short_pretty}}, {{time}}|Thu 26 Nov, 11:00>" in shown
    move, cancel, _ = elements(home(stage))
    assert [one["text"]["text"] for one in move["options"]] == ["Fri 27 Nov, 10:00"]
    assert cancel["confirm"]["text"]["text"] == "Robin Example is told at once, and the time is free again."
    to = move["options"][0]["value"]
    moved = await stage.act(deed="press", action_id=move["action_id"], value=to, user="sam")
    gone = await stage.act(deed="press", action_id=cancel["action_id"], value=cancel["value"], user="sam")
    assert isinstance(moved, DeskAction)
    assert (moved.verb, moved.handoff_id) == (DeskVerb.MOVE_MEETING, "0193-handoff")
    assert moved.words == "0193-meeting 2026-11-27T09:00:00+00:00"
    assert (gone.verb, gone.words) == (DeskVerb.CANCEL_MEETING, "0193-meeting")


@pytest.mark.parametrize("when", ["", "2026-11-27T09:00:00", "tomorrow"])
async def test_a_time_that_the_page_does_not_offer_is_refused(stage: Stage, when: str) -> None:
    await stage.send(DeskPage("sam", meetings=(MEETING,)), address=(await opened(stage)).address)
    deed = {"deed": "press", "action_id": "handoff_move_meeting", "value": f"h:m {when}", "user": "sam"}
    with pytest.raises(WebhookRejected, match="time to move the meeting to"):
        stage.channel.parse(await stage.server.vendor.act(deed, NOW))


@given(customer=st.text(max_size=4000), reason=st.text(max_size=4000), address=st.text(max_size=200))
def test_whatever_a_visitor_calls_themselves_the_page_is_taken_and_no_markup_of_theirs_is_left(
    customer: str, reason: str, address: str
) -> None:
    lead = replace(LEAD, customer=f"{customer}{NASTY}", reason=reason, transcript_url=f"https://x.example/{address}")
    booked = replace(MEETING, customer=lead.customer, transcript_url=lead.transcript_url)
    view = blocks.page(DeskPage("sam", (lead,), meetings=(booked,)), {})
    assert fault_of_home(view) == ""
    markup = [
        one["text"] for block in view["blocks"] for one in block.get("elements", ()) if one.get("type") == "mrkdwn"
    ]
    assert all("<!channel>" not in text and "<@" not in text and "evil.example|" not in text for text in markup)


@pytest.mark.parametrize(
    "changes", [{"tab": "messages"}, {"tab": None}, {"user": 7}, {"event_ts": None}, {"user": None}]
)
def test_an_event_of_app_home_that_is_not_its_opening_is_nothing(changes: dict[str, Any]) -> None:
    happened = {"type": "app_home_opened", "user": "U0ANA", "tab": "home", "event_ts": "1.2", **changes}
    body = {"type": "event_callback", "team_id": "T0EXAMPLE", "event": happened}
    assert desk().parse(event(body)).inbound == ()


def test_with_reps_named_nobody_else_has_a_page() -> None:
    own = connectors.slack.build(settings_for(connectors.slack, values={"SLACK_REPS": "U0ALICE00"}))
    happened = {"type": "app_home_opened", "user": "U0ANA", "tab": "home", "event_ts": "1.2"}
    body = {"type": "event_callback", "team_id": "T0EXAMPLE", "event": happened}
    assert own.parse(event(body)).inbound == ()
    body["event"] = {**happened, "user": "U0ALICE00"}
    assert len(own.parse(event(body)).inbound) == 1


async def test_a_page_for_somebody_whom_slack_does_not_know_is_given_up(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="user_not_found"):
        await stage.send(DeskPage("sam"), address="T0OVERTURE/U0NOBODY0")


@pytest.mark.parametrize("pause", ["30", "Fri, 27 Nov 2026 12:00:30 GMT"])
async def test_where_slack_asks_for_a_pause_no_message_is_tried_in_it(stage: Stage, pause: str) -> None:
    busy = b'{"ok": false, "error": "ratelimited"}'
    told = {"Retry-After": pause, "Date": "Fri, 27 Nov 2026 12:00:00 GMT"}
    stage.server.faults.append(Reply(429, busy, "application/json", told))
    card: HandoffCard = CARD
    for key in ("first", "second"):
        with pytest.raises(Exception, match="Slack") as refused:
            await stage.send(card, key)
        assert getattr(refused.value, "retry_after", None) == timedelta(seconds=30)
    assert len(stage.server.asked) == 1, "the second did not bother Slack"
    address = (await opened(stage)).address
    await stage.send(DeskPage("sam"), "page", address=address)
    stage.clock.at += timedelta(seconds=30)
    await stage.send(card, "third")


async def test_what_is_offered_is_claimed_there(stage: Stage) -> None:
    offered = replace(LEAD, claimed=False)
    await stage.send(DeskPage("sam", (offered,)), address=(await opened(stage)).address)
    claim = elements(home(stage))[0]
    assert "*Offered to you*" in json.dumps(home(stage))
    done = await stage.act(deed="press", action_id=claim["action_id"], value=claim["value"], user="sam")
    assert isinstance(done, DeskAction)
    assert (done.verb, done.handoff_id) == (DeskVerb.CLAIM, "0193-handoff")
