"""Which messages of journeys could not leave later than a channel's reply window, since they have no template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.domain.assistant import Assistant
from bot.domain.errors import Fault, Place
from bot.domain.journey import Journey
from bot.domain.steps import AskStep, SendStep


def sent_without_template(
    journeys: Mapping[str, Journey], assistant: Assistant, reply_windows: Mapping[str, timedelta]
) -> Iterator[Fault]:
    """A warning for each step that writes on such a channel without a template for it."""
    told = set()
    for journey in journeys.values():
        for step in journey.steps.values():
            if not isinstance(step, SendStep | AskStep):
                continue
            for channel in step.channels:
                if channel in reply_windows and (place := _place(assistant, step, channel)) is not None:
                    if (journey.id, channel, place) in told:
                        continue
                    told.add((journey.id, channel, place))
                    hours = reply_windows[channel] / timedelta(hours=1)
                    yield Fault(
                        place,
                        f'the journey "{journey.id}" writes this on {channel}, and it has no template '
                        f"there: later than {hours:g} hours after the person's last message it is withheld.",
                        f"Add a variation with channel: {channel} and a template.",
                    )


def _place(assistant: Assistant, step: SendStep | AskStep, channel: str) -> Place | None:
    """Where the words of the step are that lack a template; None where they have one."""
    match step:
        case SendStep(response=name):
            response = assistant.responses[name]
            return None if response.has_template(channel) else response.variations[0].place
        case AskStep(form=form):
            asked = [assistant.responses[one] for one in assistant.first_questions(form) if one in assistant.responses]
            return None if not asked or asked[0].has_template(channel) else asked[0].variations[0].place
