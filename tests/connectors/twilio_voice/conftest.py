"""A talk over ConversationRelay that has begun, its clock and its feed."""

from __future__ import annotations

from dataclasses import replace

import pytest

import connectors.twilio_voice
from bot.domain.message import Text
from bot.ports import Talk
from connectors.twilio_voice.channel import TwilioVoiceChannel
from tests.connectors.twilio_voice.relayed_talk import (
    VALUES,
    YES_NO,
    opening,
    reply_to,
    said,
    setup,
)
from tests.connectors.vendor_server import MemoryFeed, StillClock, settings_for


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


@pytest.fixture
def talk(channel: TwilioVoiceChannel) -> Talk:
    """A talk in which the greeting was said, and offered a choice."""
    talk = channel.talk(opening())
    reply_to(talk.hear(setup()), said(Text("I'm a machine."), YES_NO, after=8))
    return talk
