"""What the import says, as the page says it, and what a column may be, in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bot.domain.audience import ProfileSchema

COMMANDS = re.compile(r" \((?:--|overture )[^)]*\)")
"""What the sentences of an import leave in brackets: options and commands, for which a page has fields and buttons."""

WHO = {
    "email": ("E-mail address", "They are known by it. It proves nothing until they write from there."),
    "phone": ("Phone number", "They are known by it. It proves nothing until they write from there."),
    "user_id": ("Your id of them", "They are known by it; it is looked for before all else."),
    "anonymous_id": ("Visitor’s id", "The website’s visitor whom they are."),
}
KNOWN = {
    "first_name": ("First name", "With the last name it is the attribute name; alone it replaces no whole one."),
    "last_name": ("Last name", "Together with the first name it is the attribute name."),
    "time_zone": ("Time zone", "Such as Europe/Lisbon."),
    "locale": ("Language", "Such as pt-PT."),
    "tags": ("Tags", "Several have a semicolon or comma between."),
}
WISHES = {
    "opted_out": (
        "Has opted out",
        "Yes, a day, or a state such as “unsubscribed”: no more marketing on any channel, as if they had written STOP. "
        "A no says nothing.",
    ),
    "subscribed": (
        "Is subscribed",
        "No is a refusal on every channel, and a state such as “unsubscribed” an opt-out of all marketing. A yes is no "
        "consent, which needs its proof.",
    ),
    "opted_out_addresses": ("Addresses that have opted out", "These addresses get no more marketing."),
}
ON_A_CHANNEL = {
    "opted_out": ("Has opted out", "Yes is a refusal on this channel alone."),
    "subscribed": (
        "Is subscribed",
        "No is a refusal on this channel alone. A yes is no consent: where it tells of one, choose "
        "“Consent: yes or no”, and “Consent: when” for the day.",
    ),
}
CONSENT = {
    "granted": ("Consent: yes or no", "A yes is a consent, taken with its proof alone; a no is a refusal. Neither "
                "brings back anybody who has refused or opted out here."),
    "at": ("Consent: when", "The day or moment on which they said so. It cannot be the same for everybody."),
    "how": ("Consent: how", "Where they said so, such as the form at the fair."),
    "text": ("Consent: to which words", "The words that they agreed to."),
    "channel": ("Consent: channel", "By which channel they may be written to."),
    "purpose": ("Consent: purpose", "It must be marketing."),
    "ip": ("Consent: network address", "From which the form was sent, where you have it."),
}  # fmt: skip
IGNORE = ("Left out", "")
PART = re.compile(rf"\bconsent\.({'|'.join(CONSENT)})\b")


def for_page(words: str) -> str:
    """The same without what only the terminal has, and with the parts of a consent called as they are in the list."""
    return PART.sub(lambda part: f"“{CONSENT[part[1]][0]}”", COMMANDS.sub("", words))


def channel_wish(target: str) -> tuple[str, ...]:
    """What a column is that tells of one channel, also of one that is not set up yet, what comes of it, and which; else
    its name alone."""
    wish, _, channel = target.partition(".")
    return (*ON_A_CHANNEL[wish], channel) if wish in ON_A_CHANNEL and channel else (target, "")


def targets(schema: ProfileSchema | None, channels: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """What a column may be, in groups."""
    attributes = {
        f"profile.{one.name}": (one.label or one.name, "") for one in (schema.attributes.values() if schema else ())
    }
    wishes = [f"{wish}.{channel}" for wish in ON_A_CHANNEL for channel in channels]
    of_channels = {target: channel_wish(target) for target in wishes}
    yield _group("", {"ignore": IGNORE})
    yield _group("Who it is", WHO)
    yield _group("What is known of them", {**KNOWN, **attributes})
    yield _group("What they want of marketing", {**WISHES, **of_channels})
    yield _group("A consent, with its proof", {f"consent.{part}": told for part, told in CONSENT.items()})


def _group(name: str, found: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    return {"name": name, "targets": [as_told(target, told) for target, told in found.items()]}


def as_told(target: str, told: tuple[str, ...]) -> Mapping[str, str]:
    """For the page, which knows what channels are called."""
    return {"target": target, **dict(zip(("name", "about", "channel"), told, strict=False))}
