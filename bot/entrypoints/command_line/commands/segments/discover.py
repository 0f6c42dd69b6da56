"""`overture segments discover`: groups of people who are alike, each as a condition that may become a segment."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from bot.adapters.content.library import Contents
from bot.documents import did_you_mean
from bot.domain.audience import Attribute
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.segments.reading import contents_of, people
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.wiring.stores import store_of
from bot.journeys.clusters import LEAST_PEOPLE, Cluster, Clusters, can_cluster, find_clusters
from bot.journeys.segments import new_segment
from bot.journeys.wording import Unreadable, identifier
from bot.services.recall import known_people
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    contents = contents_of(settings)
    attributes = _attributes(contents, options.by)
    require_file(settings.database_url, "look into")
    found, looked_at = asyncio.run(_found(settings, attributes, options.seed))
    if not found.clusters:
        print(f"{people(looked_at)} may be looked at, of whom too little is known; it takes {LEAST_PEOPLE} at least.")
        return 0
    print(f"{people(looked_at)}, in groups by {', '.join(found.by)}.")
    if not found.is_clear:
        print(f"The groups run into each other (silhouette {found.clearness:.2f}): they may be chance.")
    for number, one in enumerate(found.clusters, 1):
        print(f"\n{number}. {one.words}: {people(one.people)}\n   if: {one.condition}")
        print(
            f"   {one.precision:.0%} of whom that finds are in the group, and {one.recall:.0%} of the group are found."
        )
    print("\noverture segments discover --save NUMBER NAME makes a segment of one.")
    if options.save:
        print(_save(settings, contents, found.clusters, *options.save))
    return 0


def _attributes(contents: Contents, by: str | None) -> list[Attribute]:
    declared = contents.profile.attributes if contents.profile is not None else {}
    usable = {name: one for name, one in declared.items() if can_cluster(one)}
    if by is None:
        if not usable:
            raise SettingsError("no attribute is declared that people could be grouped by: profile.yml declares them.")
        return list(usable.values())
    chosen = []
    for name in (one.strip() for one in by.split(",")):
        if name not in usable:
            why = "is sensitive, a date or a list" if name in declared else "is not declared"
            raise SettingsError(
                f'people cannot be grouped by "{name}": it {why}. {did_you_mean(name, usable)}'.rstrip()
            )
        chosen.append(usable[name])
    return chosen


async def _found(settings: Settings, attributes: Sequence[Attribute], seed: int) -> tuple[Clusters, int]:
    store = store_of(settings)
    try:
        await store.migrate()
        known = [one.attributes for one in await known_people(store, seed=seed)]
    finally:
        await store.close()
    return await asyncio.to_thread(find_clusters, attributes, known, seed=seed), len(known)


def _save(settings: Settings, contents: Contents, clusters: Sequence[Cluster], number: str, name: str) -> str:
    if not number.isdecimal() or not 1 <= int(number) <= len(clusters):
        raise SettingsError(f'there is no group "{number}". They are 1 to {len(clusters)}.')
    try:
        identifier(name)
    except Unreadable as error:
        raise SettingsError(f"{error} {error.advice}".rstrip()) from error
    if name in contents.segments:
        raise SettingsError(f'there is a segment "{name}" already. Take another name.')
    one = clusters[int(number) - 1]
    path = settings.journeys / "segments" / f"{name}.yml"
    note = "Found by `overture segments discover`; it is a condition like any other, and yours to change."
    write_whole(path, new_segment(name, one.words, one.condition, note=note))
    return f"Written: {path}"
