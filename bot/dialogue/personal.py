"""What a response may say of a person, and that it could not be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.domain.time_zones import zone_names

PREFERENCES = "preferences_link"
"""What a response calls the link to the page on which a person says what they want to get."""

EVENT: Final = "event"
"""What a response calls the data of what let the person into the journey."""

GROUPS: Final = ("profile", "lead", "slots", EVENT)
"""What Liquid has values of, by name. Of what an event brings, only whoever tells it knows the names: each may be
missing."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What a response may say of a person, beside slots.

    `event` is what they came into the journey with whose message it is; a dialogue has none. `locale` is theirs
    (de-AT), as far as it is known; `language` is the assistant's own; `zones` is every time zone that they may be in,
    and `region` their country (ISO 3166), or ours.
    """

    profile: Mapping[str, Any] = field(default_factory=dict)
    lead: Mapping[str, Any] = field(default_factory=dict)
    locale: str | None = None
    language: str = "en"
    preferences_link: str | None = None
    event: Mapping[str, Any] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    region: str = ""

    @classmethod
    def of_context(cls, context: Mapping[str, Any], language: str) -> Personal:
        """From what a custom action may know of the person."""
        known = {name: context.get(name) for name in ("tags", "time_zone", "locale", "created_on")}
        profile = {**context["profile"], **known}
        zones = (zone,) if (zone := known["time_zone"]) in zone_names() else ()
        link, region = context.get(PREFERENCES), context.get("region", "")
        return cls(profile, context["lead"], known["locale"], language, link, zones=zones, region=region)


class Unread:
    """What is known of the person has not been read; most messages are answered without."""


UNREAD: Final = Unread()


class PersonWanted(Exception):
    """A response looks at what is known of the person, which was not read. Decide again, with it."""


SOME_LINK = "https://chat.example.com/preferences/0193a5c8-7d1e-7c3a-9f64-2b8e0c5d4a17.l9k.q3Zt0yM1b7Hn5uXcR8sWdA"
"""About as long as a real one."""


def nobody(language: str) -> Personal:
    """Somebody of whom only that is known which is known of everybody."""
    lead = {"fit": 0, "engagement": 0, "total": 0, "grade": "C3"}
    return Personal({"created_on": "2026-01-01"}, lead, language=language, preferences_link=SOME_LINK)


@dataclass(frozen=True, slots=True)
class Unsayable:
    """Why a text cannot be said: a value that is missing, or a limit."""

    why: str
