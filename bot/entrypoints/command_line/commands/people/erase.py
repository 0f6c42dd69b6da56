"""`overture people erase`: delete all that is kept of a person, and print the receipt."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.errors import SettingsError
from bot.domain.privacy import ErasedPlace, ErasedState, Erasure
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever, work
from bot.services.erase_person import erase_person
from bot.services.runtime import Runtime
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not options.yes:
        raise SettingsError("this cannot be undone. Export their data first if they want it, and then add --yes.")

    async def doing(runtime: Runtime) -> list[str]:
        return await erasing(runtime, options.person, who=options.by or whoever())

    print("\n".join(work(settings, doing)))
    return 0


async def erasing(runtime: Runtime, name: str, *, who: str) -> list[str]:
    async with runtime.store.transaction() as uow:
        person, now = await named(uow, name), runtime.clock.now()
        receipt = await erase_person(uow, runtime, person, who=who, now=now)
        await note(uow, "erased", person, who, now)
    return list(told(receipt))


def told(receipt: Erasure) -> Iterator[str]:
    """The receipt in words."""
    yield f"Erased {receipt.at:%Y-%m-%d %H:%M} UTC by {receipt.who}; receipt {receipt.id}"
    for table, count in sorted(receipt.rows.items()):
        yield f"  {count} of {table}"
    yield f"Addresses that get no more marketing: {receipt.suppressed}"
    for (place, what, state, why), held in sorted(_alike(receipt.places).items()):
        many = f" ({len(held)} times)" if len(held) > 1 else ""
        named = f" {', '.join(filter(None, held))}" if state != ErasedState.DONE and any(held) else ""
        yield f"  {place}: {what}{many}{named}: {state}" + (f": {why}" if why else "")
    if any(one.state is ErasedState.QUEUED for one in receipt.places):
        yield f"What is queued leaves as soon as it can; what came of it: overture people receipt {receipt.id}"


def _alike(places: Sequence[ErasedPlace]) -> Mapping[tuple[str, str, str, str], list[str]]:
    """Lines that say the same, each with what others call what they hold."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for one in places:
        found.setdefault((one.place, one.what, one.state.value, one.why), []).append(one.held)
    return found
