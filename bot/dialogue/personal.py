"""What a response may say of a person, and that it could not be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Personal:
    """What a response may say of a person, beside slots.

    `locale` is theirs (de-AT), as far as it is known; `language` is the assistant's own.
    """

    profile: Mapping[str, Any] = field(default_factory=dict)
    lead: Mapping[str, Any] = field(default_factory=dict)
    locale: str | None = None
    language: str = "en"

    @classmethod
    def of_context(cls, context: Mapping[str, Any], language: str) -> Personal:
        """From what a custom action may know of the person."""
        known = {name: context.get(name) for name in ("tags", "time_zone", "locale", "created_on")}
        return cls({**context["profile"], **known}, context["lead"], context.get("locale"), language)


def nobody(language: str) -> Personal:
    """Somebody of whom nothing is known but what is known of everybody."""
    lead = {"fit": 0, "engagement": 0, "total": 0, "grade": "C3"}
    return Personal({"created_on": "2026-01-01"}, lead, language=language)


@dataclass(frozen=True, slots=True)
class Unsayable:
    """Why a text cannot be said: a value that is missing, or a limit."""

    why: str
