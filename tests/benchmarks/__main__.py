"""`make bench`: the figures of docs/benchmarks.md, measured on this machine."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.benchmarks import (
    entities,
    in_process,
    journeys,
    knowledge,
    over_http,
    segments,
    simulation,
    streams,
    training,
    understanding,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="turns of one conversation alone (200)")
    parser.add_argument("--people", type=int, default=1_000_000, help="people of whom segments are made (1,000,000)")
    parser.add_argument("--steps", type=int, default=5_000, help="people who go through a journey (5,000)")
    parser.add_argument("--streams", type=int, default=5_000, help="event streams that are open at once (5,000)")
    parser.add_argument("--only", choices=("segments", "journeys", "simulation", "streams"), help="this table alone")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    alone = {
        "segments": lambda: segments.table(options.people),
        "journeys": lambda: journeys.steps_table(options.steps),
        "simulation": lambda: simulation.table(100_000),
        "streams": lambda: streams.table(options.streams),
    }
    if options.only:
        for line in alone[options.only]():
            print(line, flush=True)
        return
    print(over_http.start_line(), end="\n\n")
    for lines in (
        over_http.table(options.turns),
        in_process.tables(options.turns),
        training.table(),
        understanding.table(),
        entities.table(),
        knowledge.table(),
        segments.table(options.people),
        journeys.steps_table(options.steps),
        simulation.table(100_000),
        streams.table(options.streams),
    ):
        for line in lines:
            print(line, flush=True)
        print()
    print("Beside Rasa's DIET, which takes half an hour and its environment: python -m tests.benchmarks.diet")


if __name__ == "__main__":
    main()
