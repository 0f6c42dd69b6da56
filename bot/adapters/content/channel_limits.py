"""Responses that a channel cannot say as they are, whoever says them: too long for one message, or by a template that
its vendor cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.assistant import Assistant
from bot.domain.errors import Fault
from bot.journeys.known import Known
from bot.ports import ChannelKind


def beyond_limits(assistant: Assistant, known: Known, kinds: Mapping[str, ChannelKind]) -> Iterator[Fault]:
    """A warning for each variation and channel on which customers are written to."""
    if known.wordings is None:
        return
    for response in assistant.responses:
        for channel, kind in kinds.items():
            longest = kind.abilities.longest_text
            for wording in () if kind.abilities.desk else known.wordings(response, channel) or ():
                length = len(wording.preview.text)
                if length > longest:
                    yield Fault(
                        wording.place,
                        f'"{response}" has {length:,} characters on {channel}, which takes {longest:,} in one message.',
                        f"Shorten it, or add a shorter variation with channel: {channel}.",
                    )


def unknown_templates(assistant: Assistant, kinds: Mapping[str, ChannelKind]) -> Iterator[Fault]:
    """A warning for each template that is called as none of the channel's vendor can be."""
    for response in assistant.responses.values():
        for variation in response.variations:
            kind = kinds.get(variation.channel or "")
            if kind is not None and variation.template is not None and (why := kind.template_fault(variation.template)):
                yield Fault(variation.place, f'"{response.name}" cannot leave on {variation.channel}: {why}.')
