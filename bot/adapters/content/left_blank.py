"""What would be left blank in a message that a journey sends: only the conversation's slots fill its placeholders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.dialogue.responses import placeholders_in
from bot.dialogue.responses_yaml import nearly
from bot.domain.assistant import Assistant, Variation
from bot.domain.errors import Fault
from bot.domain.journey import Journey
from bot.domain.steps import SendStep


def left_blank(assistant: Assistant, journeys: Iterable[Journey]) -> Iterator[Fault]:
    """A warning for each placeholder that nothing fills; those with a dot, or nearly a slot, were told of before."""
    sent = {
        step.response: journey.id
        for journey in journeys
        for step in journey.steps.values()
        if isinstance(step, SendStep)
    }
    for name, journey in sent.items():
        response = assistant.responses.get(name)
        for variation in response.variations if response is not None else ():
            for blank in _blanks(variation, assistant):
                yield Fault(
                    variation.place,
                    f'{{{blank}}} is no slot, and the journey "{journey}" fills nothing in, so it is left out.',
                    "What is known of the person, or came with the event, is said by Liquid: "
                    f'{{{{ profile.{blank} | default: "..." }}}}, {{{{ event.{blank} | default: "..." }}}}.',
                )


def _blanks(variation: Variation, assistant: Assistant) -> Iterator[str]:
    defaults = variation.metadata.get("defaults")
    known = {*assistant.slots, *(defaults if isinstance(defaults, dict) else ())}
    for name in dict.fromkeys(placeholders_in(variation.text) if not variation.liquid else ()):
        if name not in known and "." not in name and not nearly(name, assistant.slots):
            yield name
