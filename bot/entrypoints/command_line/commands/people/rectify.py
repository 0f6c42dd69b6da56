"""`overture people rectify`: put right what is known of a person."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.audience import ProfileSchema
from bot.domain.errors import SettingsError
from bot.entrypoints.api.events_api.traits import attribute_name
from bot.entrypoints.api.rectifying import corrections_of
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever, work
from bot.entrypoints.importing.values import read_value
from bot.services.rectify import rectify
from bot.services.runtime import Runtime
from bot.settings import Settings


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
        name, sign, text = one.partition("=")
        if not sign:
            raise SettingsError(f'"{one[:80]}" is no attribute with a value. Write it so: team_size=50.')
        try:
            found[name] = read_value(text, schema.attributes.get(attribute_name(name)), mark=".") if text else None
        except ValueError as error:
            raise SettingsError(f"{name}: {error}.") from error
    return found
