"""What Twilio posts in the course of a call, and the TwiML that answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.twilio_voice
from bot.domain.errors import PermanentSendError, SettingsError, WebhookRejected
from bot.domain.ids import HandoffId
from bot.domain.message import Button, CustomerMessage, DeskAction, DeskVerb, OutboundMessage, Text, Transfer
from bot.domain.spoken import Choice
from bot.ports import FeedItem, Said, Webhook, WebhookRequest
from connectors.speech import item_of
from connectors.twilio_requests import signature_of
from connectors.twilio_voice.channel import TwilioVoiceChannel
from connectors.twilio_voice.place import Place, place_in
from tests.connectors.vendor_server import NOW, SECRET, MemoryFeed, StillClock, request_to, settings_for

CALLER, SID = "+447700900123", "CA" + "0" * 32
TOKEN = connectors.twilio_voice.sandbox_values(SECRET)["TWILIO_AUTH_TOKEN"]
YES_NO = (Button("Yes", "/affirm"), Button("No", "/deny"))


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def channel(feed: MemoryFeed, clock: StillClock) -> TwilioVoiceChannel:
    return channel_with(feed=feed, clock=clock)


def channel_with(values: Mapping[str, str] | None = None, **more: Any) -> TwilioVoiceChannel:
    given = settings_for(connectors.twilio_voice, values=values, **more)
    words = replace(given, vocabulary=lambda: ("Harbourline", "rota, shifts", "x" * 101))
    return connectors.twilio_voice.build(words)


def posted(tail: str, place: Place | None = None, **fields: str) -> WebhookRequest:
    """A webhook of a call, signed as Twilio does."""
    form = {"CallSid": SID, "From": CALLER, "To": "+447700900101", "Direction": "inbound", **fields}
    request = request_to(f"voice/{tail}?{place.query()}" if place else f"voice/{tail}", body=urlencode(form).encode())
    return replace(request, headers={"x-twilio-signature": signature_of(request.url, list(form.items()), TOKEN)})


def message_in(webhook: Webhook) -> CustomerMessage:
    [message] = webhook.inbound
    assert isinstance(message, CustomerMessage)
    return message


def said(*contents: Text | Mapping[str, Any], after: int = 100, finished: bool = True) -> Said:
    items = [item_of(str(number), one) if isinstance(one, Text) else one for number, one in enumerate(contents)]
    return Said([FeedItem(after + n, "voice", item, NOW) for n, item in enumerate(items, 1)], finished)


def answered(webhook: Webhook, what: Said) -> ElementTree.Element:
    assert webhook.await_turn is not None
    reply = webhook.await_turn.reply(what)
    assert (reply.status, reply.content_type) == (200, "text/xml; charset=utf-8")
    return ElementTree.fromstring(reply.body)


def words_of(twiml: ElementTree.Element) -> str:
    return " ".join("".join(say.itertext()) for say in twiml.iter("Say"))


def tags(twiml: ElementTree.Element) -> list[str]:
    return [verb.tag for verb in twiml]


# ---------------------------------------------------------------- what is said to us


def test_a_call_opens_the_conversation(channel: TwilioVoiceChannel) -> None:
    message = message_in(channel.parse(posted("call")))
    assert (message.address, message.opened, message.vendor_id) == (CALLER, True, f"{SID}:0")


def test_each_turn_of_a_call_has_an_id_of_its_own(channel: TwilioVoiceChannel) -> None:
    message = message_in(channel.parse(posted("heard", Place(turn=3), SpeechResult="I want a demo.")))
    assert (message.text, message.payload, message.vendor_id) == ("I want a demo.", None, f"{SID}:3")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("It's Sam at example dot co dot uk", "It's sam@example.co.uk"),
        ("It's A N A at example dot com", "It's ana@example.com"),
        ("a n a dot lima at e x a m p l e dot com please", "ana.lima@example.com please"),
        ("we are 5 at example dot com", "we are 5@example.com"),
        ("Plan A or plan B at noon", "Plan A or plan B at noon"),
    ],
)
def test_an_address_that_is_spelled_out_is_written_down(channel: TwilioVoiceChannel, said: str, written: str) -> None:
    message = message_in(channel.parse(posted("heard", Place(turn=1), SpeechResult=said)))
    assert message.text == written


@pytest.mark.parametrize("fields", [{"Digits": "2"}, {"SpeechResult": "no."}, {"SpeechResult": "the second one"}])
def test_a_choice_is_pressed_or_named(channel: TwilioVoiceChannel, fields: dict[str, str]) -> None:
    place = Place(turn=1, choices=(Choice("1", "Yes", "/affirm"), Choice("2", "No", "/deny")))
    message = message_in(channel.parse(posted("heard", place, **fields)))
    assert (message.text, message.payload) == ("No", "/deny")


def test_keys_that_are_no_choice_are_what_was_said(channel: TwilioVoiceChannel) -> None:
    assert message_in(channel.parse(posted("heard", Place(turn=1), Digits="50"))).text == "50"


@pytest.mark.parametrize(
    "caller",
    [
        "anonymous",
        "Restricted",
        "",
        "sip:ana@example.com",
        "+266696687",
        "+1266696687",
        "+7378742833",
        "+2562533",
        "+86282452253",
        "+8656696",
    ],
)
def test_a_withheld_number_is_nobody_in_particular(channel: TwilioVoiceChannel, caller: str) -> None:
    message = message_in(channel.parse(posted("call", From=caller)))
    assert (message.address, message.nameless) == (f"withheld:{SID}", True)


def test_who_calls_by_whatsapp_is_known_by_their_number(channel: TwilioVoiceChannel) -> None:
    message = message_in(channel.parse(posted("call", From=f"whatsapp:{CALLER}")))
    assert (message.address, message.nameless) == (CALLER, False)
    message = message_in(channel.parse(posted("call", From="whatsapp:GB.1502576394655843")))
    assert message.nameless


def test_in_a_call_of_ours_the_customer_is_who_was_called(channel: TwilioVoiceChannel) -> None:
    message = message_in(channel.parse(posted("call", From="+447700900101", To=CALLER, Direction="outbound-api")))
    assert message.address == CALLER


# ---------------------------------------------------------------- what we answer


def test_the_answer_is_said_and_then_we_listen(channel: TwilioVoiceChannel) -> None:
    twiml = answered(channel.parse(posted("heard", Place(turn=1, heard=90), SpeechResult="hi")), said(Text("R < D?")))
    assert tags(twiml) == ["Gather", "Redirect"]
    assert words_of(twiml) == "R < D?"
    gather = twiml[0].attrib
    assert gather["actionOnEmptyResult"] == "true"
    assert gather["input"] == "speech dtmf"
    assert gather["hints"] == "Harbourline,rota shifts"
    assert gather["finishOnKey"] == "#"
    assert place_in(gather["action"]) == Place(turn=2, heard=101, since=90)
    assert gather["action"] == twiml[1].text


def test_buttons_are_offered_by_name_and_by_key(channel: TwilioVoiceChannel) -> None:
    webhook = channel.parse(posted("heard", Place(turn=1), SpeechResult="hi"))
    twiml = answered(webhook, said(Text("A?", buttons=YES_NO), Text("A demo?", buttons=YES_NO)))
    assert words_of(twiml) == "A? A demo? You can say Yes, or press 1; or No, or press 2."
    assert twiml[0].attrib["numDigits"] == "1"
    assert place_in(twiml[0].attrib["action"]).choices == (Choice("1", "Yes", "/affirm"), Choice("2", "No", "/deny"))


def test_a_link_is_offered_by_text_to_who_has_a_number(channel: TwilioVoiceChannel) -> None:
    page = said(Text("It is there.", source_url="https://example.com/a"))
    assert "I can text you the link" in words_of(answered(channel.parse(posted("call")), page))
    assert words_of(answered(channel.parse(posted("call", From="anonymous")), page)) == "It is there."
    silent = channel_with({"TWILIO_VOICE_LINKS": "unsaid"})
    assert words_of(answered(silent.parse(posted("call")), page)) == "It is there."


def test_a_turn_that_takes_long_is_waited_for(channel: TwilioVoiceChannel) -> None:
    webhook = channel.parse(posted("heard", Place(turn=1, heard=90), SpeechResult="hi"))
    assert webhook.await_turn is not None
    assert webhook.await_turn.within <= timedelta(seconds=5)
    twiml = answered(webhook, said(Text("Let me look."), finished=False))
    assert tags(twiml) == ["Say", "Redirect"]
    assert words_of(twiml) == "Let me look. One moment, please."
    place = place_in(twiml[1].text or "")
    assert place == Place(turn=1, heard=101, waits=1)
    waiting = channel.parse(posted("wait", place))
    assert waiting.inbound == ()
    assert waiting.await_turn is not None
    assert (waiting.await_turn.earlier, waiting.await_turn.behind) == ((f"{SID}:1",), 101)
    assert place_in(answered(waiting, said(Text("There."), after=101))[0].attrib["action"]).turn == 2


def test_who_has_waited_too_long_is_asked_to_say_it_again(channel: TwilioVoiceChannel) -> None:
    twiml = answered(channel.parse(posted("wait", Place(turn=1, heard=90, waits=8))), said(finished=False))
    assert tags(twiml) == ["Gather", "Redirect"]
    assert "say that again" in words_of(twiml)


def test_silence_is_asked_again_with_the_question_and_ends_the_call_in_the_end(channel: TwilioVoiceChannel) -> None:
    place, question = Place(turn=2, heard=102, since=90), said(Text("Hello."), Text("How many are you?"))
    for silences in (1, 2):
        webhook = channel.parse(posted("heard", place))
        assert webhook.inbound == ()
        assert webhook.await_turn is not None
        assert webhook.await_turn.behind == 90
        twiml = answered(webhook, question)
        assert words_of(twiml) == "Sorry, I did not hear anything. How many are you?"
        place = place_in(twiml[0].attrib["action"])
        assert (place.turn, place.silences) == (2, silences)
    assert tags(answered(channel.parse(posted("heard", place)), question)) == ["Say", "Hangup"]


def test_what_came_while_nobody_spoke_is_said_then(channel: TwilioVoiceChannel) -> None:
    webhook = channel.parse(posted("heard", Place(turn=2, heard=101, since=90)))
    twiml = answered(webhook, said(Text("How many are you?"), Text("Sam here.")))
    assert words_of(twiml) == "Sam here."
    assert place_in(twiml[0].attrib["action"]) == Place(turn=2, heard=102, since=101)


def test_a_colleague_who_writes_is_waited_for_in_silence(channel: TwilioVoiceChannel) -> None:
    rep = {**item_of("1", Text("Let me see.")), "author": "person"}
    twiml = answered(channel.parse(posted("heard", Place(turn=1, heard=90), SpeechResult="hi")), said(rep))
    twiml = answered(channel.parse(posted("heard", place_in(twiml[0].attrib["action"]))), said(rep))
    assert words_of(twiml) == ""
    assert tags(twiml) == ["Gather", "Redirect"]


# ---------------------------------------------------------------- to a person

TRANSFER = {"type": "transfer", "id": "t", "handoff": "h1", "summary": "Ana Lima. Team size: 80"}


def test_who_asks_for_a_person_is_put_through_and_the_person_told_who_it_is(channel: TwilioVoiceChannel) -> None:
    webhook = channel.parse(posted("heard", Place(turn=1, heard=90), SpeechResult="a person"))
    twiml = answered(webhook, said(Text("One moment."), TRANSFER))
    assert tags(twiml) == ["Say", "Dial"]
    number = twiml[1][0]
    assert number.text == "+447700900102"
    place = place_in(number.attrib["url"])
    whispered = channel.parse(posted("whisper", place, From="+447700900101", To="+447700900102"))
    assert whispered.await_turn is not None
    assert (whispered.await_turn.feed, whispered.await_turn.behind) == (f"voice:{CALLER}", 101)
    told = answered(whispered, Said([FeedItem(102, "voice", TRANSFER, NOW)], True))
    assert words_of(told) == "Ana Lima. Team size: 80. Press 1 to take the call."
    assert tags(told) == ["Gather", "Hangup"]
    accepted = channel.parse(posted("accepted", place_in(told[0].attrib["action"]), Digits="1"))
    assert accepted.inbound == (DeskAction("voice", f"{SID}:claim", HandoffId("h1"), DeskVerb.CLAIM, "A colleague"),)


def test_after_the_talk_the_call_ends_and_the_floor_is_given_back(channel: TwilioVoiceChannel) -> None:
    webhook = channel.parse(posted("dialled", Place(turn=2, handoff="h1"), DialCallStatus="completed"))
    [back] = webhook.inbound
    assert isinstance(back, DeskAction)
    assert (back.verb, back.handoff_id) == (DeskVerb.HAND_BACK, "h1")
    assert b"<Hangup/>" in webhook.reply.body


@pytest.mark.parametrize(
    "fields",
    [
        {"DialCallStatus": "no-answer"},
        {"DialCallStatus": "busy"},
        {"DialCallStatus": "completed", "DialBridged": "false"},
    ],
)
def test_where_nobody_takes_the_call_the_bot_goes_on(channel: TwilioVoiceChannel, fields: dict[str, str]) -> None:
    message = message_in(channel.parse(posted("dialled", Place(turn=2, heard=101, handoff="h1"), **fields)))
    assert (message.payload, message.vendor_id) == ("/nobody_answered", f"{SID}:2")


def test_a_mailbox_presses_no_key(channel: TwilioVoiceChannel) -> None:
    webhook = channel.parse(posted("accepted", Place(handoff="h1")))
    assert (webhook.inbound, b"<Hangup/>" in webhook.reply.body) == ((), True)


# ---------------------------------------------------------------- what is sent


def message_to(key: str, **more: Any) -> OutboundMessage:
    return replace(OutboundMessage(key, "voice", CALLER, Text("Hello.")), **more)


async def test_what_no_caller_asked_for_is_said_only_while_they_are_on_the_line(
    channel: TwilioVoiceChannel, clock: StillClock
) -> None:
    aside = message_to("aside", occasion="aside")
    with pytest.raises(PermanentSendError, match="the call is over"):
        await channel.send(aside)
    channel.parse(posted("call"))
    await channel.send(aside)
    clock.at = NOW + timedelta(minutes=3)
    with pytest.raises(PermanentSendError):
        await channel.send(aside)
    channel.parse(replace(posted("heard", Place(turn=1), SpeechResult="hi"), received_at=clock.at))
    await channel.send(aside)
    channel.parse(posted("status", CallStatus="completed"))
    with pytest.raises(PermanentSendError):
        await channel.send(aside)


async def test_a_transfer_goes_to_the_callers_feed(channel: TwilioVoiceChannel, feed: MemoryFeed) -> None:
    await channel.send(message_to("t", content=Transfer(HandoffId("h1"), "Ana Lima. Team size: 80")))
    assert feed.entries[f"voice:{CALLER}"]["t"] == TRANSFER


# ---------------------------------------------------------------- faults


def test_without_a_number_of_the_desk_nobody_is_put_through() -> None:
    assert channel_with().abilities.transfers
    assert not channel_with({"TWILIO_VOICE_DESK_NUMBER": ""}).abilities.transfers


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TWILIO_AUTH_TOKEN", "", "TWILIO_AUTH_TOKEN is not set"),
        ("TWILIO_VOICE_DESK_NUMBER", "020 7946 0000", "no telephone number with its country code"),
        ("TWILIO_VOICE_LINKS", "sms", 'TWILIO_VOICE_LINKS is "sms"'),
    ],
)
def test_a_setting_that_is_unusable_is_named(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        channel_with({name: value})


def test_the_second_token_is_good_while_tokens_are_rotated() -> None:
    channel = channel_with({"TWILIO_AUTH_TOKEN": "new", "TWILIO_SECONDARY_AUTH_TOKEN": TOKEN})
    assert channel.parse(posted("call")).inbound


def test_a_get_is_told_to_be_a_post(channel: TwilioVoiceChannel) -> None:
    with pytest.raises(WebhookRejected) as refused:
        channel.parse(replace(posted("call"), method="GET"))
    assert (refused.value.status, refused.value.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "query", ["t=x", "t=-1", "c={", "c=[[1]]", "c=7", "h=%C2%B2", "t=" + "9" * 30, "c=" + "[" * 3000]
)
def test_an_address_that_is_not_ours_is_refused(channel: TwilioVoiceChannel, query: str) -> None:
    form = [("CallSid", SID), ("From", CALLER)]
    request = request_to(f"voice/heard?{query}", body=urlencode(form).encode())
    signed = replace(request, headers={"x-twilio-signature": signature_of(request.url, form, TOKEN)})
    with pytest.raises(WebhookRejected) as refused:
        channel.parse(signed)
    assert refused.value.status == 400


PLACES = st.builds(
    Place,
    turn=st.integers(0, 10**6),
    heard=st.none() | st.integers(0, 10**12),
    since=st.none() | st.integers(0, 10**12),
    silences=st.integers(0, 99),
    waits=st.integers(0, 99),
    with_person=st.booleans(),
    choices=st.lists(st.builds(Choice, *[st.text('abc/{}"é &=', max_size=12)] * 3), max_size=4).map(tuple),
    handoff=st.text("0123456789abcdef-", max_size=36),
    caller=st.just(CALLER) | st.just(""),
)


@given(place=PLACES)
def test_a_place_comes_back_from_its_address_as_it_was(place: Place) -> None:
    assert place_in(f"https://chat.example.com/channels/voice/heard?{place.query()}") == place


CONTENTS = st.lists(
    st.builds(
        Text,
        st.text(max_size=60),
        buttons=st.lists(st.builds(Button, st.text(max_size=9), st.text(max_size=9)), max_size=3).map(tuple),
    ),
    max_size=3,
)


@given(
    tail=st.sampled_from(["call", "heard", "wait", "whisper", "accepted", "dialled", "status"]),
    place=PLACES,
    fields=st.dictionaries(
        st.sampled_from(["SpeechResult", "Digits", "From", "To", "Direction", "DialCallStatus", "CallStatus", "Extra"]),
        st.text(max_size=30),
    ),
    contents=CONTENTS,
    finished=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_whatever_twilio_posts_is_answered_with_twiml_or_refused(
    tail: str, place: Place, fields: dict[str, str], contents: Sequence[Text], finished: bool
) -> None:
    channel = channel_with()
    try:
        webhook = channel.parse(posted(tail, place, **fields))
    except WebhookRejected as refused:
        assert 400 <= refused.status < 500  # noqa: PT017
        return
    for one in webhook.inbound:
        assert one.vendor_id.startswith(SID)
    if webhook.await_turn is not None:
        assert answered(webhook, said(*contents, TRANSFER, finished=finished)).tag == "Response"
    else:
        assert ElementTree.fromstring(webhook.reply.body).tag == "Response"
