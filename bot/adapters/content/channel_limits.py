"""Responses that are longer than a channel takes in one message, whoever says them."""

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
