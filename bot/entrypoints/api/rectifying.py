"""Reads what is to be put right of a person; it is refused whole where some of it does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.audience import ProfileSchema
from bot.entrypoints.api.events_api.traits import Traits, read_traits

NO_IDENTITY = (
    "phone and email are not put right here: an address is somebody's once it is proved (docs/people.md). As a claim, "
    "POST /v1/events with identify takes it"
)


def corrections_of(told: Mapping[str, Any], schema: ProfileSchema | None) -> Traits | str:
    """What is to be changed; else why not, with what it must be."""
    traits = read_traits(told, schema)
    if traits.refused:
        return "; ".join(f"{one.attribute}: {one.why}" for one in traits.refused)
    if any(one.value is not None and one.kind not in traits.attributes for one in traits.identities):
        return NO_IDENTITY
    if not traits.attributes and traits.time_zone is None and traits.locale is None:
        return "say what to put right, such as team_size or time_zone"
    return traits
