"""What ConversationRelay sends over its WebSocket, and what is sent back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.twilio_voice
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import Author, Button, CustomerMessage, Interruption, OutboundMessage, Text
from bot.ports import FeedItem, Said, Talk, TalkStep, Webhook, WebhookRequest
from connectors.speech import item_of
from connectors.twilio_requests import signature_of
from connectors.twilio_voice.call import ANSWER_WITHIN, MOST_SILENCES, MOST_TRIES, MOST_WAITS, WAIT_WITHIN
from connectors.twilio_voice.channel import TwilioVoiceChannel
from connectors.twilio_voice.place import Place, place_in, read_place
from tests.connectors.vendor_server import NOW, SECRET, MemoryFeed, StillClock, request_to, settings_for, shared

CALLER, SID = "+447700900123", "CA" + "0" * 32
VALUES = {**connectors.twilio_voice.sandbox_values(SECRET), "TWILIO_VOICE_SPEECH": "relay"}
TOKEN, ACCOUNT = VALUES["TWILIO_AUTH_TOKEN"], VALUES["TWILIO_ACCOUNT_SID"]
GREETED = Place(turn=1, heard=10, since=8)
YES_NO = Text("Shall we?", buttons=(Button("Yes", "/affirm"), Button("No", "/deny")))
PLANS = Text("We have three plans. The first is free.")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def feed() -> MemoryFeed:
    return MemoryFeed()


@pytest.fixture
def channel(feed: MemoryFeed, clock: StillClock) -> TwilioVoiceChannel:
    given = settings_for(connectors.twilio_voice, values=VALUES, feed=feed, clock=clock)
    return connectors.twilio_voice.build(replace(given, vocabulary=lambda: ("Harbourline",)))


def opening(sid: str = SID, *, scheme: str = "wss", token: str = TOKEN, path: str = "relay") -> WebhookRequest:
    """The request with which Twilio opens the WebSocket; no body, so only its address is signed."""
    request = request_to(f"voice/{path}/{sid}", method="GET")
    signed = request.url.replace("https", scheme, 1)
    return replace(request, headers={"x-twilio-signature": signature_of(signed, [], token), "upgrade": "websocket"})


def frame(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields})


def setup(place: Place = GREETED, **fields: Any) -> str:
    told = {"accountSid": ACCOUNT, "callSid": SID, "from": CALLER, "to": "+447700900101", "direction": "inbound"}
    return frame("setup", sessionId="VX" + "0" * 32, **told | fields, customParameters={"place": place.query()})


def prompt(text: str, *, last: bool = True, lang: str = "en-GB") -> str:
    return frame("prompt", voicePrompt=text, lang=lang, last=last)


def items(*contents: Text | Mapping[str, Any], after: int = 10) -> list[FeedItem]:
    written = [item_of(str(number), one) if isinstance(one, Text) else one for number, one in enumerate(contents)]
    return [FeedItem(after + n, "voice", item, NOW) for n, item in enumerate(written, 1)]


def said(*contents: Text | Mapping[str, Any], after: int = 10, finished: bool = True) -> Said:
    return Said(items(*contents, after=after), finished)


TRANSFER = {"type": "transfer", "id": "t", "handoff": "h1", "summary": "Ana, about a demo"}


def reply_to(step: TalkStep, what: Said) -> TalkStep:
    assert step.await_turn is not None
    return step.await_turn.reply(what)


def sent(step: TalkStep) -> list[dict[str, Any]]:
    return [json.loads(one) for one in step.frames]


def words(step: TalkStep) -> str:
    return "".join(one["token"] for one in sent(step) if one["type"] == "text")


def message_in(step: TalkStep) -> CustomerMessage:
    [message] = step.inbound
    assert isinstance(message, CustomerMessage)
    return message


@pytest.fixture
def talk(channel: TwilioVoiceChannel) -> Talk:
    """A talk in which the greeting was said, and offered a choice."""
    talk = channel.talk(opening())
    reply_to(talk.hear(setup()), said(Text("I'm a machine."), YES_NO, after=8))
    return talk


def ask(talk: Talk, text: str = "Which plans are there?") -> TalkStep:
    return talk.hear(prompt(text))


# ---------------------------------------------------------------- the door


@pytest.mark.parametrize("scheme", ["wss", "https"])
def test_the_websocket_is_opened_by_twilio_alone(channel: TwilioVoiceChannel, scheme: str) -> None:
    assert channel.talk(opening(scheme=scheme)).hear(setup()).await_turn is not None


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (opening(token="another"), 403),
        (replace(opening(), headers={"upgrade": "websocket"}), 401),
        (replace(opening("CA" + "1" * 32), headers=opening().headers), 403),  # the signature of another call
        (opening("nothing"), 404),
        (opening(path="call"), 404),
    ],
)
def test_anybody_else_is_refused_before_a_word(
    channel: TwilioVoiceChannel, request_: WebhookRequest, status: int
) -> None:
    with pytest.raises(WebhookRejected) as refused:
        channel.talk(request_)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "first",
    [
        setup(callSid="CA" + "1" * 32),
        setup(accountSid="AC" + "1" * 32),
        setup().replace("t=1", "t=x"),
    ],
)
def test_a_setup_that_is_not_of_this_call_ends_it(channel: TwilioVoiceChannel, first: str) -> None:
    step = channel.talk(opening()).hear(first)
    assert step.over
    assert step.trouble
    assert not step.inbound


def test_before_the_setup_nothing_counts(channel: TwilioVoiceChannel) -> None:
    talk = channel.talk(opening())
    assert talk.hear(prompt("hello")) == TalkStep()
    assert message_in_next(talk.hear(setup()), talk).vendor_id == f"{SID}:1"


def message_in_next(step: TalkStep, talk: Talk) -> CustomerMessage:
    reply_to(step, said(Text("I'm a machine."), after=9))
    return message_in(ask(talk))


def test_a_caller_is_known_by_who_is_called_and_by_nothing_when_they_withhold_it(channel: TwilioVoiceChannel) -> None:
    calls: list[tuple[dict[str, Any], str]] = [
        ({}, CALLER),
        ({"from": "+447700900101", "to": CALLER, "direction": "outbound-api"}, CALLER),
        ({"from": "anonymous"}, f"withheld:{SID}"),
    ]
    for fields, address in calls:
        talk = channel.talk(opening())
        talk.hear(setup(**fields))
        assert message_in(ask(talk)).address == address


# ---------------------------------------------------------------- what is said to us


def test_what_the_caller_says_is_a_turn_when_they_have_finished(talk: Talk) -> None:
    assert not talk.hear(prompt("I want", last=False)).inbound
    message = message_in(ask(talk, "I want a quote, it's sam at example dot com"))
    assert (message.text, message.address, message.vendor_id) == (
        "I want a quote, it's sam@example.com",
        CALLER,
        f"{SID}:1",
    )
    assert message_in(ask(talk, "Today")).vendor_id == f"{SID}:2"


@pytest.mark.parametrize("way", [frame("dtmf", digit="2"), prompt("No."), prompt("the second one")])
def test_a_choice_is_pressed_or_named(talk: Talk, way: str) -> None:
    message = message_in(talk.hear(way))
    assert (message.text, message.payload) == ("No", "/deny")


def test_the_choices_of_the_greeting_are_known_before_anything_is_heard(channel: TwilioVoiceChannel) -> None:
    step = channel.talk(opening()).hear(setup())
    assert step.undisturbed
    assert step.await_turn is not None
    assert (step.await_turn.behind, step.await_turn.within) == (8, timedelta())


def test_other_keys_are_one_number(talk: Talk, clock: StillClock) -> None:
    for digit in "50":
        assert not talk.hear(frame("dtmf", digit=digit)).inbound
    assert message_in(talk.hear(frame("dtmf", digit="#"))).text == "50"
    reply_to(talk.hear(frame("dtmf", digit="7")), said())
    step = talk.hear(frame("dtmf", digit="5"))
    clock.at += timedelta(seconds=4)
    assert message_in(reply_to(step, said())).text == "75"


def test_nothing_said_is_no_turn(talk: Talk) -> None:
    assert not talk.hear(prompt("  ")).inbound


def test_what_is_heard_in_another_language_is_answered_in_it(talk: Talk) -> None:
    step = talk.hear(prompt("Was kostet das?", lang="de-DE"))
    assert sent(step) == [{"type": "language", "ttsLanguage": "de-DE"}]
    assert message_in(step).locale == "de-DE"
    assert sent(reply_to(step, said(PLANS)))[0]["lang"] == "de-DE"
    assert not talk.hear(prompt("Danke", lang="de-DE")).frames
    assert not talk.hear(prompt("Danke", lang="<multi>")).frames


# ---------------------------------------------------------------- what we say


def test_an_answer_is_sent_sentence_by_sentence_and_the_last_is_marked(talk: Talk) -> None:
    assert sent(reply_to(ask(talk), said(PLANS))) == [
        {"type": "text", "token": "We have three plans. ", "last": False, "lang": "en-GB"},
        {"type": "text", "token": "The first is free.", "last": True, "lang": "en-GB"},
    ]


def test_links_are_not_spelled_out_and_choices_are_said_with_their_keys(talk: Talk) -> None:
    step = reply_to(ask(talk), said(Text("See https://example.com/plans", buttons=(Button("Book", "/book"),))))
    assert "https" not in words(step)
    assert "Book, or press 1" in words(step)
    assert "text" in words(step)
    assert message_in(talk.hear(frame("dtmf", digit="9"))).payload == '/send_link{"link": "https://example.com/plans"}'


def test_an_answer_is_waited_for_so_long_and_then_a_moment_is_asked_for(talk: Talk, clock: StillClock) -> None:
    step = ask(talk)
    assert step.await_turn is not None
    assert (step.await_turn.within, step.await_turn.earlier) == (ANSWER_WITHIN, (f"{SID}:1",))
    step = reply_to(step, said(finished=False))
    assert words(step) == "One moment, please."
    assert step.await_turn is not None
    assert step.await_turn.within == WAIT_WITHIN
    clock.at += timedelta(seconds=5)
    step = talk.hear(prompt("er", last=False))  # does not make the wait longer
    assert step.await_turn is not None
    assert step.await_turn.within == WAIT_WITHIN - timedelta(seconds=5)
    assert words(reply_to(step, said(PLANS))) == "We have three plans. The first is free."


def test_an_answer_that_never_comes_is_given_up(talk: Talk) -> None:
    step = ask(talk)
    for _ in range(MOST_WAITS + 1):
        step = reply_to(step, said(finished=False))
    assert words(step) == "Sorry, something went wrong. Please say that again."
    assert step.await_turn is not None
    assert step.await_turn.earlier == ()


def test_who_speaks_before_they_are_answered_gets_both_answers(talk: Talk) -> None:
    ask(talk)
    step = ask(talk, "And what does it cost?")
    assert step.await_turn is not None
    assert step.await_turn.earlier == (f"{SID}:1", f"{SID}:2")
    assert words(reply_to(step, said(PLANS, Text("Three pounds.")))).endswith("free. Three pounds.")


def test_what_a_colleague_writes_is_said_when_it_comes(talk: Talk) -> None:
    step = reply_to(ask(talk), said(PLANS))
    colleague = Text("Robin here.", author=Author.PERSON, author_name="Robin")
    step = reply_to(step, said(colleague, after=20))
    assert words(step) == "Robin here."
    assert step.await_turn is not None
    assert step.await_turn.behind == 21


async def test_who_talks_is_on_the_line(channel: TwilioVoiceChannel, talk: Talk, feed: MemoryFeed) -> None:
    ask(talk)
    await channel.send(OutboundMessage("k", "voice", CALLER, Text("Robin has joined."), occasion="aside"))
    assert [one["text"] for one in await feed.items(f"voice:{CALLER}") if one["type"] == "said"] == [
        "Robin has joined."
    ]


def test_silence_is_asked_about_twice_and_then_twilio_is_to_hang_up(talk: Talk, clock: StillClock) -> None:
    step = reply_to(ask(talk), said(PLANS))
    assert step.await_turn is not None
    assert step.await_turn.within > timedelta(seconds=5)  # it takes a while to say
    for _ in range(MOST_SILENCES):
        clock.at += timedelta(minutes=1)
        step = reply_to(step, said())
        assert words(step) == "Sorry, I did not hear anything. We have three plans. The first is free."
    clock.at += timedelta(minutes=1)
    [end] = sent(reply_to(step, said()))
    assert (end["type"], json.loads(end["handoffData"])["reasonCode"]) == ("end", "silence")


def test_who_has_begun_to_speak_is_not_silent(talk: Talk, clock: StillClock) -> None:
    step = reply_to(ask(talk), said(PLANS))
    clock.at += timedelta(minutes=1)
    talk.hear(prompt("I think", last=False))
    clock.at += timedelta(seconds=4)
    assert not reply_to(step, said()).frames


# ---------------------------------------------------------------- interruptions


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("We have three", (("We have three plans. The first is free.", "We have three"), ("Three pounds.", ""))),
        ("we  have three plans the first is free", (("Three pounds.", ""),)),
        ("", (("We have three plans. The first is free.", ""), ("Three pounds.", ""))),
    ],
)
@pytest.mark.parametrize("duration", [460, "460", None])
def test_of_an_answer_that_is_interrupted_only_what_was_heard_is_known(
    talk: Talk, heard: str, kept: tuple[tuple[str, str], ...], duration: object
) -> None:
    reply_to(ask(talk), said(PLANS, Text("Three pounds.")))
    step = talk.hear(frame("interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs=duration))
    [interruption] = step.inbound
    assert isinstance(interruption, Interruption)
    assert (interruption.address, interruption.said) == (CALLER, kept)
    assert not talk.hear(frame("interrupt", utteranceUntilInterrupt="We")).inbound  # it is over
    assert message_in(ask(talk, "Stop, how much?")).text == "Stop, how much?"


def test_what_was_heard_to_its_end_is_not_cut(talk: Talk) -> None:
    reply_to(ask(talk), said(PLANS))
    heard = "We have three plans. The first is free."
    assert not talk.hear(frame("interrupt", utteranceUntilInterrupt=heard)).inbound


def test_an_interruption_is_of_what_is_spoken_just_then(talk: Talk) -> None:
    step = reply_to(ask(talk), said(finished=False))
    assert words(step) == "One moment, please."
    reply_to(step, said(PLANS))
    [interruption] = talk.hear(frame("interrupt", utteranceUntilInterrupt="We have")).inbound
    assert isinstance(interruption, Interruption)
    assert interruption.said == ((PLANS.text, "We have"),)


def test_what_is_said_once_more_after_a_line_broke_off_was_heard_before(channel: TwilioVoiceChannel) -> None:
    for tries, cuts in ((0, 1), (1, 0)):
        talk = channel.talk(opening())
        reply_to(talk.hear(setup(replace(GREETED, turn=2, tries=tries))), said(PLANS, after=8))
        assert len(talk.hear(frame("interrupt", utteranceUntilInterrupt="We")).inbound) == cuts


# ---------------------------------------------------------------- a person, and the end


def relayed(place: Place, **fields: str) -> WebhookRequest:
    form = {"CallSid": SID, "From": CALLER, "To": "+447700900101", "Direction": "inbound", "CallStatus": "in-progress"}
    form |= fields
    request = request_to(f"voice/relayed?{place.query()}", body=urlencode(form).encode())
    return replace(request, headers={"x-twilio-signature": signature_of(request.url, list(form.items()), TOKEN)})


def answered(webhook: Webhook, what: Said | None = None) -> ElementTree.Element:
    reply = webhook.reply
    if what is not None:
        assert webhook.await_turn is not None
        reply = webhook.await_turn.reply(what)
    return ElementTree.fromstring(reply.body)


def test_who_asks_for_a_person_is_put_through_by_twiml_which_says_the_rest(
    channel: TwilioVoiceChannel, talk: Talk
) -> None:
    step = reply_to(ask(talk), said(Text("I'll put you through."), TRANSFER))
    [end] = sent(step)
    assert end["type"] == "end"
    webhook = channel.parse(relayed(GREETED, HandoffData=end["handoffData"], SessionStatus="ended"))
    assert webhook.await_turn is not None
    assert webhook.await_turn.behind == 10
    twiml = answered(webhook, said(Text("I'll put you through."), TRANSFER))
    assert [verb.tag for verb in twiml] == ["Say", "Dial"]
    assert "whisper?" in twiml[1][0].attrib["url"]
    assert talk.hear(prompt("hello?")) == TalkStep()  # nobody speaks over the dialling


def test_a_transfer_waits_for_the_rest_of_its_turn(talk: Talk) -> None:
    step = reply_to(ask(talk), said(Text("I'll put you through."), TRANSFER, finished=False))
    assert words(step) == "One moment, please."
    assert sent(reply_to(step, said(Text("I'll put you through."), TRANSFER)))[0]["type"] == "end"


def test_after_silence_twiml_says_goodbye(channel: TwilioVoiceChannel) -> None:
    data = json.dumps({"reasonCode": "silence", "place": GREETED.query()})
    assert [verb.tag for verb in answered(channel.parse(relayed(GREETED, HandoffData=data)))] == ["Say", "Hangup"]


def test_when_the_caller_hangs_up_nothing_is_said(channel: TwilioVoiceChannel) -> None:
    assert len(answered(channel.parse(relayed(GREETED, CallStatus="completed", SessionStatus="completed")))) == 0


# ---------------------------------------------------------------- connected, and connected again


def relay_in(twiml: ElementTree.Element) -> tuple[Mapping[str, str], Place]:
    [connect] = twiml
    assert connect.tag == "Connect"
    [parameter] = connect[0]
    assert parameter.attrib["name"] == "place"
    return connect[0].attrib, read_place(parameter.attrib["value"])


def test_a_call_is_connected_with_the_disclosure_as_its_greeting_which_nobody_talks_over(
    channel: TwilioVoiceChannel,
) -> None:
    form = {"CallSid": SID, "From": CALLER, "To": "+447700900101", "Direction": "inbound"}
    request = request_to("voice/call", body=urlencode(form).encode())
    signed = replace(request, headers={"x-twilio-signature": signature_of(request.url, list(form.items()), TOKEN)})
    relay, place = relay_in(answered(channel.parse(signed), said(Text("I'm a machine."), YES_NO, after=8)))
    assert relay["url"] == f"wss://chat.example.com/channels/voice/relay/{SID}"
    assert relay["welcomeGreeting"].startswith("I'm a machine. Shall we?")
    assert relay["welcomeGreetingInterruptible"] == "none"
    assert (relay["interruptible"], relay["dtmfDetection"], relay["hints"]) == ("any", "true", "Harbourline")
    assert (relay["ttsProvider"], relay["voice"], relay["language"]) == ("Amazon", "Amy-Neural", "en-GB")
    assert place == Place(turn=1, heard=10, since=8)


async def noted(step: TalkStep, feed: MemoryFeed) -> Sequence[Mapping[str, Any]]:
    if step.then is not None:
        await step.then()
    return [one for one in await feed.items(f"voice:{CALLER}") if one["type"] == "place"]


async def test_a_call_that_broke_off_goes_on_where_it_stood(
    channel: TwilioVoiceChannel, talk: Talk, feed: MemoryFeed
) -> None:
    step = ask(talk)
    await noted(step, feed)
    notes = await noted(reply_to(step, said(PLANS)), feed)
    broken = channel.parse(relayed(GREETED, SessionStatus="failed", ErrorCode="64105"))
    relay, place = relay_in(answered(broken, said(notes[0], PLANS, notes[1], after=9)))
    assert relay["welcomeGreeting"] == "We have three plans. The first is free."  # it may not have been heard
    assert relay["welcomeGreetingInterruptible"] == "any"
    assert (place.turn, place.waits, place.tries) == (2, 0, 1)


async def test_a_turn_in_whose_middle_it_broke_off_is_answered_on_the_next_websocket(
    channel: TwilioVoiceChannel, talk: Talk, feed: MemoryFeed
) -> None:
    notes = await noted(ask(talk), feed)
    relay, place = relay_in(answered(channel.parse(relayed(GREETED, ErrorCode="64105")), said(*notes, after=10)))
    assert "welcomeGreeting" not in relay
    again = channel.talk(opening())
    step = reply_to(again.hear(setup(place)), said(YES_NO, *notes, after=9))
    assert step.await_turn is not None
    assert (step.await_turn.earlier, step.await_turn.behind) == ((f"{SID}:1",), 10)
    assert words(reply_to(step, said(*notes, PLANS))) == "We have three plans. The first is free."
    assert message_in(ask(again)).vendor_id == f"{SID}:2"


def test_a_websocket_that_cannot_be_had_leaves_the_call_to_gather(channel: TwilioVoiceChannel) -> None:
    place, tries = GREETED, 0
    while True:
        twiml = answered(channel.parse(relayed(place, ErrorCode="64102")), said(YES_NO, after=9))
        if twiml[0].tag == "Gather":
            break
        _, place = relay_in(twiml)
        tries += 1
    assert tries == MOST_TRIES
    assert place_in(twiml[0].attrib["action"]).choices[0].title == "Yes"
    waiting = replace(GREETED, turn=2, waits=1, tries=MOST_TRIES)
    [redirect] = answered(channel.parse(relayed(waiting, ErrorCode="64102")), said())
    assert place_in(redirect.text or "") == replace(waiting, turn=1, tries=MOST_TRIES + 1)


def test_a_setting_chooses_how_one_talks() -> None:
    with pytest.raises(SettingsError, match=r"TWILIO_VOICE_SPEECH is \"stream\""):
        connectors.twilio_voice.build(
            settings_for(connectors.twilio_voice, values={**VALUES, "TWILIO_VOICE_SPEECH": "stream"})
        )


# ---------------------------------------------------------------- whatever comes


def test_twilios_own_examples_are_all_understood(channel: TwilioVoiceChannel) -> None:
    examples = json.loads(shared("vendor_payloads/twilio/conversationrelay_messages.json").read_text())
    talk = channel.talk(opening())
    reply_to(talk.hear(setup()), said(PLANS, after=8))
    troubles = [talk.hear(json.dumps(one)).trouble for one in examples["from_twilio"]]
    assert [bool(one) for one in troubles] == [one["type"] == "error" for one in examples["from_twilio"]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["setup", "prompt", "dtmf", "interrupt", "error", "info", "text"])
NAMES = st.sampled_from(["voicePrompt", "lang", "last", "digit", "utteranceUntilInterrupt", "callSid", "name"])
ODD = st.builds(lambda kind, fields: json.dumps({**fields, "type": kind}), KINDS, st.dictionaries(NAMES, JSON))
WHOLE = st.sampled_from([prompt("Which plans?"), frame("dtmf", digit="1"), frame("interrupt"), setup()])
TRUNCATED = st.builds(lambda whole, cut: whole[:cut], WHOLE, st.integers(0, 80))
FRAMES = st.lists(ODD | TRUNCATED | st.text(max_size=30) | JSON.map(json.dumps), max_size=8)


@given(FRAMES, st.booleans())
def test_no_frame_breaks_a_talk(frames: list[str], is_set_up: bool) -> None:
    channel = connectors.twilio_voice.build(settings_for(connectors.twilio_voice, values=VALUES))
    talk = channel.talk(opening())
    if is_set_up:
        reply_to(talk.hear(setup()), said(YES_NO, after=9))
    turns: list[str] = []
    for one in frames:
        step = talk.hear(one)
        turns += [told.vendor_id for told in step.inbound if isinstance(told, CustomerMessage)]
        assert not step.over or not is_set_up
        assert all("\x00" not in told.text for told in step.inbound if isinstance(told, CustomerMessage))
    assert len(turns) == len(set(turns))
    if is_set_up:
        assert message_in(talk.hear(prompt("still here"))).text == "still here"
