"""`overture crm sent`: the ledger of what CRMs were given of a person."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence

from bot.domain.crm import CrmWrite
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.show import shown_moment, shown_value
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of, read
from bot.ports import UnitOfWork
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork) -> Sequence[CrmWrite]:
        person = await named(uow, options.person)
        await note(uow, "looked_at", person, whoever(), now_of(settings))
        return await uow.crm_writes.of(person)

    writes = [one for one in read(settings, reading) if options.crm in (None, one.crm)]
    if not writes and not options.json:
        print("nothing was sent.")
    for write in writes:
        for line in [as_json(write)] if options.json else told(write):
            print(line)
    return 0


def told(write: CrmWrite) -> Iterator[str]:
    """The write in one line, then a line for each of its fields."""
    record = (
        f"record {write.record}" if write.record else "refused, or not answered: then it is unknown whether it arrived"
    )
    yield f"{shown_moment(write.at)}  {write.crm}: {record}  ({write.key})"
    width = max(len(one.name) for one in write.fields)
    for one in write.fields:
        source = f"  (from {one.source})" if one.source not in ("", one.name) else ""
        yield f"  {one.name:{width}}  {shown_value(one.value)}{source}"


def as_json(write: CrmWrite) -> str:
    fields = [{"name": one.name, "value": one.value, "source": one.source} for one in write.fields]
    line = {"at": write.at.isoformat(), "crm": write.crm, "record": write.record or None, "key": write.key}
    return json.dumps({**line, "fields": fields}, ensure_ascii=False)
