"""Finds the messages that were not clearly understood in what was logged of conversations."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.conversation import UserUtteranceReverted, UserUttered
from bot.domain.review import Doubt, UnclearMessage
from bot.domain.understanding import FALLBACK_INTENT, IntentScore, Understood
from bot.nlu.features import LONGEST
from bot.nlu.masking import masked
from bot.nlu.new_example import as_example
from bot.nlu.training_data import plain_key
from bot.ports import LoggedEvent

UNSURE_BELOW = 0.5
"""An intent of less confidence was taken for want of a better one."""

CLOSE = 0.5
"""From this share of the first intent's confidence on, the second was nearly as likely."""

SUGGESTED = 3

LIKELY = 0.1
"""An intent of less confidence is none to suggest: one click, and every message like it would be taken for that."""

_READ = ("classifier", "fallback")
"""The stages in which the words of a message were weighed; buttons and answers to questions are clear."""


@dataclass(frozen=True, slots=True)
class _Said:
    message: UserUttered
    doubt: Doubt | None
    at: datetime
    meant: str = ""


def message_key(text: str) -> str:
    """The same for texts that would be the same example."""
    return hashlib.sha256(plain_key(text).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def unclear_messages(
    logged: Sequence[LoggedEvent], *, handled: Collection[str] = (), region: str | None = None
) -> tuple[UnclearMessage, ...]:
    """Messages that are alike as one, the newest first; without those whose key was `handled`."""
    of_conversation: defaultdict[str, list[LoggedEvent]] = defaultdict(list)
    for one in logged:
        of_conversation[one.conversation_id].append(one)
    found: dict[str, UnclearMessage] = {}
    for events in of_conversation.values():
        for said in _unclear(sorted(events, key=lambda one: one.sequence)):
            message = _described(said, region)
            if message is None or message.key in handled:
                continue
            other = found.get(message.key)
            found[message.key] = message if other is None else _together(other, message)
    return tuple(sorted(found.values(), key=lambda one: (one.last_said, one.key), reverse=True))


def _unclear(events: Sequence[LoggedEvent]) -> Iterator[_Said]:
    """Of one conversation, in its order."""
    standing: list[_Said] = []
    for logged in events:
        match logged.event:
            case UserUttered(retold=False) as message if logged.event.at is not None:
                if (
                    standing
                    and standing[-1].doubt
                    and (meant := _chosen(standing[-1].message.understood, message.understood))
                ):
                    standing[-1] = replace(standing[-1], meant=meant, doubt=Doubt.CORRECTED)
                standing.append(_Said(message, _doubt(message.understood), logged.event.at))
            case UserUtteranceReverted() if standing:
                taken_back = standing.pop()
                if taken_back.message.understood.stage in _READ:
                    yield taken_back if taken_back.doubt else replace(taken_back, doubt=Doubt.CORRECTED)
            case _:
                pass
    yield from (said for said in standing if said.doubt)


def _doubt(understood: Understood) -> Doubt | None:
    """None where the message was clear."""
    first, second = (*(score.confidence for score in _possible(understood)), 0.0, 0.0)[:2]
    if understood.intent.name == FALLBACK_INTENT or understood.stage == "fallback":
        return Doubt.AMBIGUOUS if second and second >= CLOSE * first else Doubt.NOT_UNDERSTOOD
    if understood.stage == "classifier" and understood.intent.confidence < UNSURE_BELOW:
        return Doubt.UNSURE
    return None


def _possible(understood: Understood) -> tuple[IntentScore, ...]:
    return tuple(score for score in understood.ranking if score.name != FALLBACK_INTENT)


def _chosen(asked: Understood, answer: Understood) -> str:
    """The intent that the customer chose with a button, among those that their message before could have had."""
    name = answer.intent.name
    return name if answer.stage == "button" and any(score.name == name for score in _possible(asked)) else ""


def _described(said: _Said, region: str | None) -> UnclearMessage | None:
    """None where nothing is left of the text that could be an example. Of a long one there is what was read of it."""
    understood = said.message.understood
    text = as_example(masked(said.message.text[:LONGEST], region=region, entities=understood.entities))
    if said.doubt is None or not text:
        return None
    return UnclearMessage(
        key=message_key(text),
        text=text,
        doubt=said.doubt,
        count=1,
        last_said=said.at,
        suggestions=tuple(score for score in _possible(understood)[:SUGGESTED] if score.confidence >= LIKELY),
        meant=said.meant,
    )


def _together(one: UnclearMessage, other: UnclearMessage) -> UnclearMessage:
    newer = max(one, other, key=lambda message: message.last_said)
    older = other if newer is one else one
    return replace(newer, count=one.count + other.count, meant=newer.meant or older.meant)
