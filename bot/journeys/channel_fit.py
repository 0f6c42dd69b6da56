"""Checks what a step wants to say against what its channels can do, and what it costs there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.journey import Journey
from bot.domain.message import Text
from bot.domain.preview import Wording
from bot.domain.sms_segments import SUBSTITUTES, Encoding, Segments, in_gsm_7, segments_of
from bot.domain.steps import ActionStep, AskStep, SendStep
from bot.journeys.known import Known
from bot.ports import Abilities

CHEAP = 2
"""Segments; a text of more is warned of."""

ROOM = {Encoding.GSM_7: 306, Encoding.UCS_2: 134}
"""Units in two segments."""

MOST_NAMED = 3
"""Characters to blame; others are not named."""

EMOJI_STYLE = "\ufe0f"


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a step cannot use a channel, or (`only_warns`) should not as it is; and what to do."""

    message: str
    suggestion: str
    only_warns: bool = False


def journeys_on(channel: str, journeys: Iterable[Journey]) -> list[str]:
    """The journeys that have a step on this channel."""
    return sorted(
        journey.id
        for journey in journeys
        if any(
            channel in step.channels
            for step in journey.steps.values()
            if isinstance(step, SendStep | AskStep | ActionStep)
        )
    )


def misfits(channel: str, responses: Sequence[str], known: Known) -> Iterator[Misfit]:
    """What is wrong with a channel for a step that says these responses; nothing where its abilities are not known."""
    abilities = known.abilities.get(channel)
    if abilities is None:
        return
    if abilities.desk:
        others = " or ".join(sorted(name for name, one in known.abilities.items() if not one.desk and one.proactive))
        yield Misfit(
            f'no customer is reached on "{channel}": it is where your colleagues are.',
            f"Write to {others}; a step handoff: reaches colleagues." if others else "A step handoff: reaches them.",
        )
    elif not abilities.proactive:
        yield Misfit(f'"{channel}" only answers: nobody can be written to there first.', "Take it out of channels.")
    else:
        for response in responses:
            wordings = known.wordings(response, channel) if known.wordings is not None else None
            if wordings is not None:
                yield from _of_response(response, channel, abilities, wordings)


def _of_response(response: str, channel: str, abilities: Abilities, wordings: Sequence[Wording]) -> Iterator[Misfit]:
    if not wordings:
        yield Misfit(
            f'"{response}" has no variation that may be said on {channel}.',
            f"Add one without a channel, or with channel: {channel}.",
        )
    for wording in wordings:
        yield from misfits_of(response, channel, abilities, wording)


def misfits_of(response: str, channel: str, abilities: Abilities, wording: Wording) -> Iterator[Misfit]:
    """What is wrong with one wording on a channel that reaches customers."""
    named = f'"{response}"'
    content, preview, place = wording.content, wording.preview, wording.place
    extras = " and ".join(name for name, extra in content.extras.items() if not _only_styles(name, extra))
    if preview.says_nothing and not (abilities.extras and extras):
        yield Misfit(
            f"{named} says nothing on {channel}: it has only {_what(content)}, which {channel} cannot show ({place}).",
            f"Give it a text, or add a variation with a text and channel: {channel}.",
        )
        return
    if extras and not abilities.extras:
        yield Misfit(
            f"{named} has {extras}, which {channel} cannot show ({place}).",
            f"Add a variation without it, with channel: {channel}.",
        )
    if abilities.correspondence and not content.subject:
        yield Misfit(
            f"{named} has no subject, which every message by {channel} needs ({place}).",
            "Add subject: beside its text.",
        )
    if len(preview.text) > abilities.longest_text:
        yield Misfit(
            f"{named} has {len(preview.text):,} characters on {channel}, which takes {abilities.longest_text:,} "
            f"({place}).",
            f"Shorten it, or add a shorter variation with channel: {channel}.",
        )
    elif preview.kind == "sms":
        yield from _costs(named, segments_of(preview.text), preview.text, wording)
    if content.image and not preview.image:
        yield Misfit(
            f"{named} has an image, which {channel} leaves out ({place}).",
            f"Say in words what it shows, in a variation with channel: {channel}.",
            only_warns=True,
        )


def _only_styles(name: str, extra: Any) -> bool:
    """Whether it says how the website's chat shows the text, and nothing besides: others say the text."""
    return name == "custom" and isinstance(extra, Mapping) and set(extra) == {"widget"}


def _what(content: Text) -> str:
    return " and ".join([*(["an image"] if content.image else []), *content.extras]) or "blanks"


def _costs(named: str, segments: Segments, text: str, wording: Wording) -> Iterator[Misfit]:
    """What could be cheaper, before anything is filled in."""
    plain = in_gsm_7("".join(one for one in text if one in SUBSTITUTES or not _is_ornament(one, segments)))
    cheaper = segments_of(plain) if plain is not None else segments
    if cheaper.count < segments.count:
        yield Misfit(
            f"{named} takes {segments.count} segments instead of {cheaper.count} for the sake of "
            f"{_listed(segments.beyond_gsm_7)}, which only UCS-2 has ({wording.place}).",
            " ".join(_advice(one) for one in segments.beyond_gsm_7[:MOST_NAMED]),
            only_warns=True,
        )
    if cheaper.count > CHEAP:
        yield Misfit(
            f"{named} takes {cheaper.count} segments as a text message, each of which is paid for ({wording.place}).",
            f"It is {cheaper.units} units in {cheaper.encoding}; {ROOM[cheaper.encoding]} are {CHEAP} segments.",
            only_warns=True,
        )


def _listed(characters: Sequence[str]) -> str:
    named = ", ".join(map(shown, characters[:MOST_NAMED]))
    return f"{named} and others" if len(characters) > MOST_NAMED else named


def _is_ornament(character: str, segments: Segments) -> bool:
    """Whether the words are the same without it: an emoji or a sign is one, a letter with an accent is not."""
    if character not in segments.beyond_gsm_7:
        return False
    return character == EMOJI_STYLE or unicodedata.category(character)[0] in "SPZC"


def _advice(character: str) -> str:
    plain = SUBSTITUTES.get(character)
    if not plain:
        return f"Leave {shown(character)} out."
    return f"Write {shown(plain)} for {shown(character)}."


def shown(text: str) -> str:
    """The characters as they are; blanks and those that cannot be seen by their names."""
    if text.isprintable() and not text.isspace():
        return text
    return " and ".join(unicodedata.name(one, f"U+{ord(one):04X}").lower() for one in text)
