"""In force: the journeys that hold now, as their files say or as they were published, and which of them are open."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.journey import Journey
from bot.domain.publishing import Running
from bot.ports import UnitOfWork
from bot.services.read_version import read_version
from bot.services.runtime import Runtime


async def journeys_in_force(uow: UnitOfWork, runtime: Runtime) -> Mapping[str, Journey]:
    """The version of each journey that whoever enters now goes through; none of one that was stopped, or that this
    release cannot read: the others go on."""
    states = await uow.journeys.states()
    if runtime.publishing == "at_once":
        files = runtime.library.current().journeys
        return {
            name: journey
            for name, journey in files.items()
            if name not in states or states[name].running is not Running.STOPPED
        }
    found: dict[str, Journey] = {}
    for name, state in states.items():
        if state.version is not None and state.running is not Running.STOPPED:
            journey = await read_version(uow, name, state.version, otherwise="nobody enters it")
            if journey is not None:
                found[name] = journey
    return found


async def open_journeys(uow: UnitOfWork, runtime: Runtime) -> Mapping[str, Journey]:
    """Those in force that let people in: all but the paused ones."""
    in_force = await journeys_in_force(uow, runtime)
    return {name: journey for name, journey in in_force.items() if not await is_paused(uow, name)}


async def is_paused(uow: UnitOfWork, name: str) -> bool:
    return await _running(uow, name) is Running.PAUSED


async def is_stopped(uow: UnitOfWork, name: str) -> bool:
    return await _running(uow, name) is Running.STOPPED


async def _running(uow: UnitOfWork, name: str) -> Running:
    state = (await uow.journeys.states()).get(name)
    return Running.RUNNING if state is None else state.running
