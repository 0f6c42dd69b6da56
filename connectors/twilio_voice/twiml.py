"""TwiML: what Twilio is told to say, to listen for, and to do next (www.twilio.com/docs/voice/twiml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import quoteattr

from bot.domain.spoken import Spoken
from bot.ports import Reply
from connectors.twilio_voice.account import VoiceAccount

LISTEN_FOR = 5
"""Seconds of silence after which a caller is asked again."""

RING_FOR = 25
"""Seconds for which a colleague's phone rings."""


RELAY_PROVIDERS = {"Polly": "Amazon", "Google": "Google"}
"""What ConversationRelay calls the makers of the voices of `<Say>`. Of others, it chooses the voice by the language."""


def respond(*verbs: str) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(verbs)}</Response>'
    return Reply(body=body.encode(), content_type="text/xml; charset=utf-8", headers={"Cache-Control": "no-store"})


def say(account: VoiceAccount, spoken: Iterable[Spoken]) -> str:
    words = " ".join(one.ssml() for one in spoken)
    return _verb("Say", {"voice": account.voice, "language": account.language}, words) if words else ""


def gather(account: VoiceAccount, action: str, spoken: Iterable[Spoken], *, one_key: bool) -> str:
    """Say this and listen. Twilio comes back to `action` also when nobody answers: else the call would just end."""
    attributes = {
        "input": "speech dtmf",
        "action": action,
        "method": "POST",
        "actionOnEmptyResult": "true",
        "language": account.language,
        "speechTimeout": "auto",
        "timeout": str(LISTEN_FOR),
        "hints": account.hints(),
        "numDigits": "1" if one_key else "",
        "finishOnKey": "" if one_key else "#",
    }
    return _verb("Gather", attributes, say(account, spoken))


def connect(account: VoiceAccount, *, action: str, socket: str, place: str, greeting: str, interruptible: bool) -> str:
    """Talk over a WebSocket, from this place on. Twilio comes back to `action` when that is over, however it ended."""
    provider, _, voice = account.voice.partition(".")
    attributes = {
        "url": socket,
        "welcomeGreeting": greeting,
        "welcomeGreetingInterruptible": "any" if interruptible else "none",
        "language": account.language,
        "ttsProvider": RELAY_PROVIDERS.get(provider, ""),
        "voice": voice if provider in RELAY_PROVIDERS else "",
        "interruptible": "any",
        "dtmfDetection": "true",
        "partialPrompts": "true",
        "hints": account.hints(),
    }
    relay = _verb("ConversationRelay", attributes, _verb("Parameter", {"name": "place", "value": place}, ""))
    return _verb("Connect", {"action": action, "method": "POST"}, relay)


def redirect(address: str) -> str:
    return f'<Redirect method="POST">{_text(address)}</Redirect>'


def dial(account: VoiceAccount, *, action: str, whisper: str) -> str:
    """Put the caller through; whoever answers hears `whisper` first, and the caller meanwhile the ringing."""
    attributes = {"action": action, "method": "POST", "timeout": str(RING_FOR), "answerOnBridge": "true"}
    if account.sender:
        attributes["callerId"] = account.sender
    number = _verb("Number", {"url": whisper, "method": "POST"}, _text(account.desk_number))
    return _verb("Dial", attributes, number)


def press_to_accept(account: VoiceAccount, action: str, spoken: Iterable[Spoken]) -> str:
    """A mailbox that answers presses no key, and then the caller is not put through to it."""
    attributes = {"input": "dtmf", "numDigits": "1", "timeout": "8", "action": action, "method": "POST"}
    return _verb("Gather", attributes, say(account, spoken)) + hang_up()


def hang_up() -> str:
    return "<Hangup/>"


def _verb(name: str, attributes: Mapping[str, str], inner: str) -> str:
    given = "".join(f" {attribute}={quoteattr(value)}" for attribute, value in attributes.items() if value)
    return f"<{name}{given}>{inner}</{name}>"


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
