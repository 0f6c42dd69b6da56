"""What the stand-in for Alexa makes of an answer: what the speaker says and shows, and what Alexa would not take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from bot.ports import Reply

LARGEST = 120_000
LONGEST_REASON = 500
LONGEST_SPEECH = 8000
MARKS = {
    *("speak", "s", "p", "w", "break", "say-as", "sub", "emphasis", "prosody", "phoneme", "audio", "voice", "lang"),
}
"""Of SSML, those that Alexa knows; Amazon's own (`amazon:effect`) are not among ours."""

CARDS = ("Simple", "Standard", "LinkAccount", "AskForPermissionsConsent")


@dataclass(frozen=True, slots=True)
class Heard:
    """`speech` and `reprompt` are SSML. `troubles` are what Alexa refuses the whole answer for."""

    speech: str = ""
    reprompt: str = ""
    card: Mapping[str, Any] = field(default_factory=dict)
    directives: tuple[Mapping[str, Any], ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    ends: bool = False
    troubles: tuple[str, ...] = ()
    body: Any = None


def hear(reply: Reply, *, session_is_over: bool) -> Heard:
    """`session_is_over`: nobody listens to an answer to a SessionEndedRequest, and it may say nothing."""
    if reply.status != 200:
        why = reply.body.decode("utf-8", "replace")[:LONGEST_REASON]
        return Heard(troubles=(f"The skill answered with status {reply.status}: {why}",))
    try:
        body = json.loads(reply.body)
    except ValueError:
        return Heard(troubles=("The answer is no JSON.",))
    match body:
        case {"version": "1.0", "response": dict(response)}:
            pass
        case _:
            return Heard(troubles=('The answer has no "version": "1.0" or no "response".',), body=body)
    speech, reprompt = _ssml(response.get("outputSpeech")), _ssml(_part(response, "reprompt").get("outputSpeech"))
    card, directives = _part(response, "card"), response.get("directives") or ()
    troubles = [*_troubles_of_speech("outputSpeech", speech), *_troubles_of_speech("reprompt", reprompt)]
    if len(reply.body) > LARGEST:
        troubles.append(f"The answer has {len(reply.body)} bytes; Alexa takes {LARGEST}.")
    if card and card.get("type") not in CARDS:
        troubles.append(f"A card is one of {', '.join(CARDS)}.")
    if not all(isinstance(one, dict) and isinstance(one.get("type"), str) for one in directives):
        troubles.append("A directive has no type.")
    if session_is_over and (speech or card or directives):
        troubles.append("An answer to SessionEndedRequest may say, show and direct nothing.")
    ends = response.get("shouldEndSession") is True
    attributes = _part(body, "sessionAttributes")
    return Heard(speech, reprompt, card, tuple(directives), attributes, ends, tuple(troubles), body)


def words_of(ssml: str) -> str:
    """What is said, without marks; what is no SSML is said as it stands."""
    try:
        return " ".join(" ".join(_read(ssml).itertext()).split())
    except ElementTree.ParseError:
        return ssml


def troubles_of_ssml(ssml: str) -> Iterator[str]:
    try:
        root = _read(ssml)
    except ElementTree.ParseError as error:
        yield f"This SSML is no XML: {error}."
        return
    if root.tag != "speak":
        yield "SSML stands in <speak>."
    if unknown := sorted({node.tag for node in root.iter()} - MARKS):
        yield f"Alexa knows no <{unknown[0]}>."


def _troubles_of_speech(where: str, speech: str) -> Iterator[str]:
    if not speech:
        return
    if len(speech) >= LONGEST_SPEECH:
        yield f"{where} has {len(speech)} characters; Alexa takes less than {LONGEST_SPEECH}."
    for trouble in troubles_of_ssml(speech):
        yield f"{where}: {trouble}"


def _read(ssml: str) -> ElementTree.Element:
    return ElementTree.fromstring(ssml)  # noqa: S314  our own answer, and this process's own memory at stake


def _ssml(speech: object) -> str:
    match speech:
        case {"type": "SSML", "ssml": str(ssml)}:
            return ssml
        case {"type": "PlainText", "text": str(text)}:
            spoken = ElementTree.Element("speak")
            spoken.text = text
            return ElementTree.tostring(spoken, encoding="unicode")
    return ""


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}
