"""`overture journeys simulate`: let made-up or imported people live through journeys, and show what comes of it."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from time import perf_counter

from bot.adapters.content.content_files import read_documents
from bot.documents import Faults
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.journeys.trying import Trying, trying
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.command_line.simulating import simulate_in_processes, usual_answers, usual_people
from bot.entrypoints.command_line.simulation_page import simulation_page
from bot.journeys.people_yaml import MOST_PEOPLE, PeopleFile, read_people, read_people_csv
from bot.journeys.simulate import Simulation, only
from bot.journeys.simulated import as_json
from bot.journeys.simulated_words import assumptions, tables
from bot.journeys.virtual_world import Someone, World
from bot.settings import Settings

MOST_DAYS = 3660
YEARS = range(1970, 9001)
"""Of a first day: time zones and ten years of days have to have room in the calendar on both sides of it."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    at_hand = trying(settings)
    world = at_hand.world
    if options.journey is not None:
        world = only(world, at_hand.journey(options.journey).id)
    if not world.journeys:
        raise SettingsError(f"there are no journeys in {settings.journeys_folder}.")
    if not 0 < options.days <= MOST_DAYS:
        raise SettingsError(f"--days is {options.days}; write a number from 1 to {MOST_DAYS}.")
    start = _start(options.start)
    said, people = _people(options, at_hand, world, start.date())
    behaviour = replace(said.behaviour, answer={**usual_answers(at_hand.contents.assistant), **said.behaviour.answer})
    simulation = Simulation(world, behaviour, start, options.days, options.seed)
    begun = perf_counter()
    simulated = simulate_in_processes(simulation, None if people else said.crowd, people)
    took = perf_counter() - begun
    for line in tables(simulated, world.journeys):
        print(line)
    print(f"{simulated.people:,} people through {simulated.days} days in {took:.1f} s.")
    assumed = list(assumptions(simulation, None if people else said.crowd))
    print("\n".join(["Assumed:", *(f"  {line}" for line in assumed)]))
    if options.out is not None:
        name = options.journey or "journeys"
        page, figures = options.out / f"{name}.html", options.out / f"{name}.json"
        write_whole(page, simulation_page(simulated, world.journeys, assumed))
        write_whole(figures, json.dumps(as_json(simulated), ensure_ascii=False, indent=2) + "\n")
        print(f"{page} is to be opened in a browser; {figures} has the figures for programs.")
    return 0


def _people(
    options: argparse.Namespace, at_hand: Trying, world: World, start: date
) -> tuple[PeopleFile, list[Someone]]:
    """What is said of people, and those of a file, where there is one."""
    usual, given = usual_people(world, start, options.days), options.people
    if given is None:
        return usual, []
    if given.isdecimal():
        if not 0 < int(given) <= MOST_PEOPLE:
            raise SettingsError(f"--people is {given}; write a number from 1 to {MOST_PEOPLE:,}.")
        return replace(usual, crowd=replace(usual.crowd, count=int(given))), []
    path = Path(given)
    if path.suffix == ".csv":
        return usual, _csv(path, at_hand)
    if not path.is_file():
        raise SettingsError(f"--people: {given} is neither a number nor a file.")
    faults = Faults()
    documents = read_documents([path], faults)
    faults.raise_if_any()
    said = read_people(documents[0], at_hand.known)
    return said, _csv(path.parent / said.file, at_hand) if said.file else []


def _csv(path: Path, at_hand: Trying) -> list[Someone]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return read_people_csv(str(path), lines, at_hand.known, at_hand.world.channels)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}. Name a CSV file of people.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8. Save it as UTF-8.") from error


def _start(given: str | None) -> datetime:
    if given is None:
        return datetime.combine(datetime.now(UTC).date(), time(), tzinfo=UTC)
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise SettingsError(f'--from is "{given}"; write a day such as 2026-12-01.') from error
    if day.year not in YEARS:
        raise SettingsError(f'--from is "{given}"; write a year from {YEARS[0]} to {YEARS[-1]}.')
    return datetime.combine(day, time(), tzinfo=UTC)
