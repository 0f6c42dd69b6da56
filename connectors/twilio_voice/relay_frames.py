"""The messages of ConversationRelay's WebSocket (www.twilio.com/docs/voice/conversationrelay/websocket-messages)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.message import storable
from bot.domain.spoken import Spoken

LONGEST_SPEECH = 4000
HANDED_OFF, GONE_SILENT = "live-agent-handoff", "silence"


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message: whose call this is. `parameters` are those that we gave with the TwiML."""

    account: str
    call: str
    caller: str
    called: str
    direction: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The caller says this; `last` when they have finished."""

    text: str
    language: str
    last: bool


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """They spoke, or pressed a key, while we spoke, and had heard this of it."""

    heard: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Twilio could not do what a message of ours said."""


@dataclass(frozen=True, slots=True)
class Other:
    """One of the messages that tell us nothing that we need, or that come only in later versions."""


FromTwilio = Setup | Prompt | Key | Interrupt | Refusal | Other


def read_frame(frame: str) -> FromTwilio | None:
    """None for what is no message at all."""
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    match message:
        case {"type": "setup", "callSid": str(call)}:
            given = message.get("customParameters")
            return Setup(
                account=_text(message, "accountSid"),
                call=call,
                caller=_text(message, "from"),
                called=_text(message, "to"),
                direction=_text(message, "direction"),
                parameters={str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {},
            )
        case {"type": "prompt", "voicePrompt": str(text)}:
            finished = message.get("last") is not False  # where it is not said, no prompts come in parts
            return Prompt(storable(text).strip()[:LONGEST_SPEECH], _text(message, "lang"), finished)
        case {"type": "dtmf", "digit": str(digit)} if len(digit) == 1 and digit in "0123456789*#":
            return Key(digit)
        case {"type": "interrupt"}:
            return Interrupt(_text(message, "utteranceUntilInterrupt"))
        case {"type": "error"}:
            return Refusal()
        case {"type": str()}:
            return Other()
    return None


def texts(spoken: Iterable[Spoken], language: str) -> Sequence[str]:
    """A frame for each sentence, so that the first is spoken while the others are still on their way."""
    lines = [line for one in spoken for line in one.lines()]
    return [
        _frame("text", token=line if last else f"{line} ", last=last, lang=language)
        for number, line in enumerate(lines, start=1)
        for last in [number == len(lines)]
    ]


def speak_in(language: str) -> str:
    return _frame("language", ttsLanguage=language)


def end(reason: str, place: str) -> str:
    """Twilio posts `handoffData` to the action of `<Connect>`, as the string that it is."""
    return _frame("end", handoffData=json.dumps({"reasonCode": reason, "place": place}))


def read_handoff(data: str) -> tuple[str, str] | None:
    """The reason and the place of our `end`; None where it was not we who ended it."""
    try:
        match json.loads(data):
            case {"reasonCode": str(reason), "place": str(place)}:
                return reason, place
    except (ValueError, RecursionError):
        pass
    return None


def _frame(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, **fields}, ensure_ascii=False)


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    return storable(value) if isinstance(value, str) else ""
