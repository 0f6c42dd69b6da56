"""How a talk over ConversationRelay ends, breaks off, and goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

import connectors.twilio_voice
from bot.domain.errors import SettingsError
from bot.domain.message import Text
from bot.ports import Said, Talk, TalkStep, Webhook, WebhookRequest
from connectors.twilio_requests import signature_of
from connectors.twilio_voice.call import MOST_TRIES
from connectors.twilio_voice.channel import TwilioVoiceChannel
from connectors.twilio_voice.place import Place, place_in, read_place
from tests.connectors.twilio_voice.relayed_talk import (
    CALLER,
    GREETED,
    PLANS,
    SID,
    TOKEN,
    TRANSFER,
    VALUES,
    YES_NO,
    ask,
    message_in,
    opening,
    prompt,
    reply_to,
    said,
    sent,
    setup,
    words,
)
from tests.connectors.vendor_server import MemoryFeed, request_to, settings_for

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
