"""Take a request: who writes that they want a copy of their data, its correction or its erasure is told by when, and it
is noted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.dialogue.locale_filters import day_in_words
from bot.domain.conversation import Tracker
from bot.domain.effects import NoteRequest
from bot.domain.message import CustomerMessage
from bot.domain.privacy import RequestKind
from bot.domain.sending_rules import Meaning, SendingRules
from bot.domain.told_questions import LANGUAGES, asks_what_was_told
from bot.domain.understanding import ASK_TOLD_INTENT, ERASURE_INTENT, OPT_OUT_INTENT, IntentScore, Understood
from bot.services.note_request import due_by
from bot.services.other_languages import language_of
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought

ON_PAGE = "preference page"
"""How what was asked for there begins in the register."""

LONGEST = 300
"""Letters of the message that the register shows."""

_WROTE = "wrote on "
_CERTAIN: Final = 1.0
"""Confidence of an opt-out that is told by its words."""

_CLAUSE_END: Final = re.compile(r"[.!?;:,\n]+|\b(?:and|but|und|aber|et|mais|y|pero)\b", re.IGNORECASE)


def requests_in(
    runtime: Runtime, tracker: Tracker, message: CustomerMessage, keyword: Meaning | None = None
) -> Sequence[RequestKind]:
    """What is asked for in words; a keyword is nothing but that, and a button says what it means itself.

    Who says in a form that their name is wrong corrects what they have just told, which is the form's; and who asks
    which number we have of them is told it, where the assistant does that, and wants no copy.
    """
    if keyword is not None or message.payload or message.opened:
        return ()
    playbook = runtime.library.current()
    asked = playbook.rules.requests_in(message.text)
    if asked and ASK_TOLD_INTENT in playbook.assistant.intents and asks_what_was_told(message.text, LANGUAGES):
        asked = tuple(one for one in asked if one is not RequestKind.ACCESS)
    return asked if tracker.loop is None else [one for one in asked if one is not RequestKind.RECTIFICATION]


def in_their_words(message: CustomerMessage) -> str:
    """How it came, as the register has it."""
    words = message.text.strip()
    return f'{asked_on(message.channel)}"{words[:LONGEST]}{"…" if len(words) > LONGEST else ""}"'


def asked_on(channel: str) -> str:
    """What `in_their_words` begins with, of a message on this channel."""
    return f"{_WROTE}{channel}: "


def asked_themselves(how: str) -> bool:
    """Whether it came in a message, or on the page of their preferences; else staff has noted it."""
    return how.startswith((_WROTE, ON_PAGE))


def as_request(rules: SendingRules, understood: Understood, asked: Sequence[RequestKind]) -> Understood:
    """The reading of a message that asks for these, whatever it was taken for; an opt-out stays one, unless it was
    guessed of the very words that ask: "send me a copy of all you have about me"."""
    if not asked or (understood.intent.name == OPT_OUT_INTENT and not _asks_only(rules, understood)):
        return understood
    intent = IntentScore(ERASURE_INTENT if RequestKind.ERASURE in asked else f"request_{asked[0]}", 1.0)
    return replace(understood, intent=intent, stage="keyword", answer=None, passages=(), further=())


def _asks_only(rules: SendingRules, understood: Understood) -> bool:
    """Whether an opt-out was guessed of a message that says nothing besides what it asks for."""
    clauses = [part for part in _CLAUSE_END.split(understood.text) if re.search(r"\w", part)]
    return understood.intent.confidence < _CERTAIN and all(rules.requests_in(part) for part in clauses)


def besides_requests(runtime: Runtime, understood: Understood) -> Sequence[Understood]:
    """What else a message says that asks for something."""
    rules = runtime.library.current().rules
    parts = understood.apart() if understood.further else ()
    return [one for one in parts if not rules.requests_in(one.text)]


async def say_noted(
    runtime: Runtime, thought: Thought, situation: Situation, message: CustomerMessage, asked: Sequence[RequestKind]
) -> None:
    """Have each request noted, and say by which day it will be answered; of what was asked before, by that day."""
    assistant, rules = runtime.library.current().assistant, runtime.library.current().rules
    language = language_of(thought.tracker) or assistant.configuration.language
    for kind in asked:
        async with runtime.store.reading() as uow:
            person = situation.conversation.profile_id
            due = await due_by(uow, rules, runtime.region, person, kind, thought.now)
        day = day_in_words(due.astimezone(situation.zone).date(), language, situation.region)
        thought.effects.append(NoteRequest(kind, in_their_words(message), due))
        thought.acted.append(("note_request", f"asks for {kind}, due by {due.date()}"))
        thought.say_response(assistant, f"utter_{kind}_noted", {"due": day}, language=language)
