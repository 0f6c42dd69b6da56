"""What ConversationRelay sends over its WebSocket, and what is sent back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.twilio_voice
from bot.domain.errors import WebhookRejected
from bot.domain.message import Author, Button, CustomerMessage, Interruption, OutboundMessage, Text
from bot.ports import Talk, TalkStep, WebhookRequest
from connectors.twilio_voice.call import ANSWER_WITHIN, MOST_SILENCES, MOST_WAITS, WAIT_WITHIN
from connectors.twilio_voice.channel import TwilioVoiceChannel
from tests.connectors.twilio_voice.relayed_talk import (
    CALLER,
    GREETED,
    PLANS,
    SID,
    VALUES,
    YES_NO,
    ask,
    frame,
    message_in,
    opening,
    prompt,
    reply_to,
    said,
    sent,
    setup,
    words,
)
from tests.connectors.vendor_server import MemoryFeed, StillClock, settings_for, shared

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


def test_a_prompt_that_does_not_say_whether_it_is_whole_is(talk: Talk) -> None:
    assert message_in(talk.hear(frame("prompt", voicePrompt="I want a quote"))).text == "I want a quote"


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
