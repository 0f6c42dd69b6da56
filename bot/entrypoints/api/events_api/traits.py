"""What another system says that somebody is: attributes as `journeys/profile.yml` declares them, and addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.documents import did_you_mean
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.message import storable
from bot.domain.person import Identity
from bot.domain.time_zones import zone_called
from bot.entrypoints.api.named_person import read_email, read_phone
from bot.journeys import wording
from bot.journeys.told.countries import country_as_declared, is_country
from bot.journeys.told.languages import read_locale

LONGEST_VALUE = 10_000
"""Characters of JSON that the value of one attribute may have."""

MUST_BE: Mapping[AttributeType, str] = {
    AttributeType.TEXT: "a text",
    AttributeType.NUMBER: "a number",
    AttributeType.YES_NO: "true or false",
    AttributeType.DATE: "a date such as 2026-11-24",
    AttributeType.LIST: "a list",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A trait that was left out, and why."""

    attribute: str
    why: str


@dataclass(slots=True)
class Traits:
    attributes: dict[str, Any] = field(default_factory=dict)
    identities: list[Identity] = field(default_factory=list)
    time_zone: str | None = None
    locale: str | None = None
    refused: tuple[Refused, ...] = ()

    @property
    def names(self) -> list[str]:
        """Of all that is told but addresses."""
        own = {"time_zone": self.time_zone, "locale": self.locale}
        return sorted({*self.attributes, *(name for name, value in own.items() if value is not None)})


class _DoesNotFit(ValueError):
    """Why a trait is left out."""


def read_traits(told: Mapping[str, Any], schema: ProfileSchema | None) -> Traits:
    """Each trait that fits; `companySize` is the attribute `company_size`."""
    traits, refused = Traits(), []
    for name, value in told.items():
        try:
            _take(traits, attribute_name(name), value, schema)
        except ValueError as error:
            refused.append(Refused(storable(name)[:80], str(error)))
    traits.refused = tuple(refused)
    return traits


def attribute_name(told: str) -> str:
    """The name as attributes are named: `companySize` and `Company Size` are `company_size`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", told.strip())
    return re.sub(r"[\s-]+", "_", apart).lower()


def _take(traits: Traits, name: str, value: Any, schema: ProfileSchema | None) -> None:
    if name in ("time_zone", "timezone"):
        traits.time_zone = _time_zone(value)
        return
    if name == "locale" or (name == "language" and (schema is None or name not in schema.attributes)):
        traits.locale = read_locale(value)
        return
    if name in ("email", "phone") and value is not None:
        traits.identities.append(read_email(value) if name == "email" else read_phone(value))
        if schema is not None and name not in schema.attributes:
            return
    try:
        wording.attribute(name)
    except wording.Unreadable as error:
        raise _DoesNotFit(f"{error} {error.advice}") from error
    declared = schema.attributes.get(name) if schema is not None else None
    if is_country(name, declared) and value is not None:
        value = country_as_declared(value, declared)
    _check(name, value, schema)
    traits.attributes[name] = value


def _check(name: str, value: Any, schema: ProfileSchema | None) -> None:
    if len(json.dumps(value, ensure_ascii=False)) > LONGEST_VALUE:
        raise _DoesNotFit(f"its value is longer than {LONGEST_VALUE} characters")
    if schema is None:
        return
    attribute = schema.attributes.get(name)
    if attribute is None:
        near = did_you_mean(name, schema.attributes)
        near = near if near.startswith("Did") else ""
        raise _DoesNotFit(f'journeys/profile.yml declares no attribute "{name}". {near}'.rstrip())
    if not attribute.takes(value):
        raise _DoesNotFit(f"it must be {_wanted(attribute)}")


def _wanted(attribute: Attribute) -> str:
    if attribute.one_of:
        return f"one of {', '.join(str(one) for one in attribute.one_of)}"
    return MUST_BE[attribute.type]


def _time_zone(value: Any) -> str:
    zone = zone_called(value)
    if zone is None:
        raise _DoesNotFit("it must be the name of a time zone, such as Europe/London")
    return zone
