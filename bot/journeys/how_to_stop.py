"""Marketing texts that do not say how to stop them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from bot.domain.assistant import Assistant, Variation
from bot.domain.consent import Purpose
from bot.domain.errors import Fault
from bot.domain.journey import Journey
from bot.domain.sending_rules import SendingRules
from bot.domain.steps import SendStep
from bot.domain.word_forms import WordForm, sentences, word_form


def without_how_to_stop(
    journeys: Mapping[str, Journey], assistant: Assistant, rules: SendingRules, channels: Collection[str]
) -> Iterator[Fault]:
    """A warning for each marketing journey and each of these `channels`, which have no link or button to stop by, where
    no text of the journey has a word, or words, that stop it."""
    form = _stops(rules)
    for journey in journeys.values():
        if journey.purpose is not Purpose.MARKETING:
            continue
        for channel in channels:
            sent = list(_sent(journey, assistant, channel))
            if sent and not any(_says_how(one.text, form) for one in sent):
                yield Fault(
                    sent[0].place,
                    f'the journey "{journey.id}" sells on {channel}, and none of its texts says how to stop them.',
                    'Let the first one end with "Reply STOP to opt out.", or link {{ preferences_link }}.',
                )


def says_how_to_stop(text: str, rules: SendingRules) -> bool:
    """Whether a text as it leaves has a word, or words, that stop it, or the link to the person's preferences."""
    return "/preferences/" in text or _says_how(text, _stops(rules))


def _stops(rules: SendingRules) -> WordForm:
    words = (word for row in rules.keywords if row.meaning == "stop" and row.in_force(None) for word in row.words)
    return _form(tuple(words))


@lru_cache(maxsize=8)
def _form(words: tuple[str, ...]) -> WordForm:
    return word_form(words=words)


def _sent(journey: Journey, assistant: Assistant, channel: str) -> Iterator[Variation]:
    for step in journey.steps.values():
        if isinstance(step, SendStep) and channel in step.channels:
            said = assistant.responses[step.response].variations
            own = [one for one in said if one.channel == channel]
            yield from own or [one for one in said if one.channel is None]


def _says_how(text: str, form: WordForm) -> bool:
    return "preferences_link" in text or any(map(form.is_in, sentences(text)))
