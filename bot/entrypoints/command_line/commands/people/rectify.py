"""`overture people rectify`: put right what is known of a person."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.audience import AttributeType, ProfileSchema
from bot.domain.errors import SettingsError
from bot.entrypoints.api.events_api.traits import attribute_name
from bot.entrypoints.api.rectifying import corrections_of
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever, work
from bot.services.rectify import rectify
from bot.services.runtime import Runtime
from bot.settings import Settings

YES, NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def doing(runtime: Runtime) -> str:
        return await rectifying(runtime, options.person, options.values, who=options.by or whoever())

    print(work(settings, doing))
    return 0


async def rectifying(runtime: Runtime, name: str, written: Iterable[str], *, who: str) -> str:
    schema = runtime.library.current().profile
    corrections = corrections_of(_values(written, schema or ProfileSchema()), schema)
    if isinstance(corrections, str):
        raise SettingsError(corrections)
    async with runtime.store.transaction() as uow:
        person, now = await named(uow, name), runtime.clock.now()
        await rectify(
            uow,
            runtime,
            person,
            corrections.attributes,
            time_zone=corrections.time_zone,
            locale=corrections.locale,
            who=who,
            now=now,
        )
        await note(uow, "rectified", person, who, now)
    return f"{person} is put right. CRMs that have a record of them are told."


def _values(written: Iterable[str], schema: ProfileSchema) -> Mapping[str, Any]:
    """`name=Ana`, each as its attribute's type; nothing behind the sign deletes it."""
    found: dict[str, Any] = {}
    for one in written:
        name, sign, value = one.partition("=")
        if not sign:
            raise SettingsError(f'"{one[:80]}" is no attribute with a value. Write it so: team_size=50.')
        found[name] = _cast(attribute_name(name), value, schema) if value else None
    return found


def _cast(name: str, text: str, schema: ProfileSchema) -> Any:
    """What is no value of the type stays a text, and is refused with what it must be."""
    attribute = schema.attributes.get(name)
    match attribute.type if attribute is not None else None:
        case AttributeType.NUMBER:
            try:
                number = float(text)
            except ValueError:
                return text
            return int(number) if number.is_integer() else number
        case AttributeType.YES_NO:
            return text.lower() in YES if text.lower() in YES | NO else text
        case AttributeType.LIST:
            return [part.strip() for part in text.split(";") if part.strip()]
        case _:
            return text
