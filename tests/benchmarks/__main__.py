"""`make bench`: the figures of docs/benchmarks.md, measured on this machine."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.benchmarks import (
    claiming,
    crm,
    draining,
    encoder_places,
    enrolling,
    entities,
    events,
    fine_tuning,
    handoffs,
    importing,
    in_process,
    journeys,
    knowledge,
    latency,
    over_http,
    sealing,
    segments,
    sends,
    simulation,
    streams,
    training,
    understanding,
    verdicts,
    voices,
    widget,
)

ALONE: Mapping[str, Callable[[argparse.Namespace], Iterator[str]]] = {
    "segments": lambda options: segments.table(options.people),
    "enrolling": lambda options: enrolling.table(options.people),
    "claiming": lambda options: claiming.table(options.asleep),
    "draining": lambda options: draining.table(options.newcomers),
    "journeys": lambda options: journeys.steps_table(options.steps),
    "verdicts": lambda options: verdicts.table(200_000),
    "latency": lambda options: latency.table(),
    "sends": lambda options: sends.table(options.steps),
    "sealing": lambda options: sealing.table(),
    "handoffs": lambda options: handoffs.table(),
    "simulation": lambda options: simulation.table(100_000),
    "events": lambda options: events.table(20_000),
    "importing": lambda options: importing.table(100_000),
    "crm": lambda options: crm.table(),
    "streams": lambda options: streams.table(options.streams),
    "understanding": lambda options: understanding.table(),
    "encoder": lambda options: encoder_places.table(),
    "voices": lambda options: voices.table(),
    "widget": lambda options: widget.table(),
    "tuning": lambda options: fine_tuning.table(options.tuned),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="turns of one conversation alone (200)")
    parser.add_argument("--people", type=int, default=1_000_000, help="people of whom segments are made (1,000,000)")
    parser.add_argument("--asleep", type=int, default=1_000_000, help="enrolments asleep behind a claim (1,000,000)")
    parser.add_argument("--newcomers", type=int, default=100_000, help="people let into a journey at once (100,000)")
    parser.add_argument("--steps", type=int, default=5_000, help="people who go through a journey (5,000)")
    parser.add_argument("--streams", type=int, default=5_000, help="event streams that are open at once (5,000)")
    parser.add_argument("--tuned", nargs="*", default=["CLINC150/train"], help="sets to tune on (CLINC150/train)")
    parser.add_argument("--only", choices=ALONE, help="this table alone")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    if options.only:
        for line in ALONE[options.only](options):
            print(line, flush=True)
        return
    print(over_http.start_line(), end="\n\n")
    for lines in (
        over_http.table(options.turns),
        in_process.tables(options.turns),
        training.table(),
        entities.table(),
        knowledge.table(),
        *(table(options) for table in ALONE.values()),
    ):
        for line in lines:
            print(line, flush=True)
        print()
    print("Beside Rasa's DIET, which takes half an hour and its environment: python -m tests.benchmarks.diet")


if __name__ == "__main__":
    main()
