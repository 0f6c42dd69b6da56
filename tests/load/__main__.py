"""`make load`: turns a second and what they cost, by HTTP, against this machine's own processes and nothing else."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.load.processes import cpu_seconds, family, resident_megabytes
from tests.load.sends import campaign
from tests.load.turns import Measured, talk
from tests.ports import free_port
from tests.running import READY_WITHIN, RunningServer
from tests.servers import private_postgresql, private_redis

SOAK_PACE, SOAK_CONVERSATIONS, SOAK_STEPS = 20.0, 16, 20
DATABASES = ("SQLite", "PostgreSQL")
VENDOR_THINKS = 0.15
"""Seconds that a vendor on the internet takes for a call, more or less."""

SETTLES_WITHIN = 3.0
"""Seconds in which a server does what it was left to do by more turns than it can take."""

MOST_SECONDS, MOST_CONVERSATIONS, MOST_MINUTES = 300.0, 512, 120.0
"""Bounds, for this is no tool to be let loose on anything."""


@dataclass(frozen=True, slots=True)
class Setting:
    database: str
    processes: int

    def __str__(self) -> str:
        return f"{self.database}, {self.processes} process{'es' if self.processes > 1 else ''}"


SETTINGS = (Setting("SQLite", 1), Setting("PostgreSQL", 1), Setting("PostgreSQL", 2))


@contextmanager
def serving(setting: Setting) -> Iterator[RunningServer]:
    """`overture serve` in a folder of its own, with databases of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="overture-load-")))
        env = {"OVERTURE_LOG": "json"}
        if setting.database == "PostgreSQL":
            env["OVERTURE_DATABASE"] = stack.enter_context(private_postgresql()).url
        if setting.processes > 1:
            env["OVERTURE_REDIS"] = stack.enter_context(private_redis(free_port()))[0]
        server = RunningServer(folder, env, command=("serve", "--processes", str(setting.processes))).start()
        try:
            wait_for_all(server, setting.processes)
            yield server
        finally:
            server.stop()


def wait_for_all(server: RunningServer, processes: int) -> None:
    """The port is there before the processes that accept from it; the metrics tell of those that serve."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        with urlopen(f"{server.address}/metrics", timeout=READY_WITHIN) as answer:
            if processes == 1 or f'{{process="{processes - 1}"}}' in answer.read().decode():
                return
        time.sleep(0.1)
    raise AssertionError(f"not all processes serve:\n{server.log()[-2000:]}")


def turns(server: RunningServer, *, conversations: int, seconds: float, pressed: bool, pace: float = 0.0) -> Measured:
    pids = pids_of(server)

    def cpu() -> float:
        return cpu_seconds(pids)

    told = talk(server.address, cpu, conversations=conversations, seconds=seconds, pressed=pressed, pace=pace)
    return uvloop.run(told)


def pids_of(server: RunningServer) -> Sequence[int]:
    assert server.process is not None
    return family(server.process.pid)


def table(options: argparse.Namespace) -> Iterator[str]:
    """Each line as it is measured; the last of each kind is at half the quickest pace."""
    yield "| turns through HTTP | conversations | turns/s | p50 ms | p95 ms | p99 ms | CPU ms/turn | MB |"
    yield "|---|---|---|---|---|---|---|---|"
    for setting in SETTINGS:
        if setting.database not in options.databases or setting.processes not in options.processes:
            continue
        with serving(setting) as server:
            for pressed in (True, False):
                name = f"{'buttons' if pressed else 'free text'}, {setting}"
                quickest = 0.0
                for conversations in options.conversations:
                    one = turns(server, conversations=conversations, seconds=options.seconds, pressed=pressed)
                    quickest = max(quickest, one.per_second)
                    yield row(name, f"{conversations}", one, server)
                time.sleep(SETTLES_WITHIN)
                half = turns(server, conversations=32, seconds=options.seconds, pressed=pressed, pace=quickest / 2)
                yield row(name, "32, at half the load", half, server)


def row(name: str, conversations: str, one: Measured, server: RunningServer) -> str:
    assert not one.repeated, f"{one.repeated} lines came twice"
    times = " | ".join(f"{one.percentile(percent):.0f}" for percent in (50, 95, 99))
    return (
        f"| {name} | {conversations} | {one.per_second:.0f} | {times} | {one.cpu_milliseconds:.1f} | "
        f"{resident_megabytes(pids_of(server)):.0f} |"
    )


def sends(messages: int) -> Iterator[str]:
    yield "| a campaign, one worker, PostgreSQL | messages | sends/s | CPU ms each | PostgreSQL's | taken |"
    yield "|---|---|---|---|---|---|"
    for thinks in (0.0, VENDOR_THINKS):
        with (
            private_postgresql() as postgresql,
            private_redis(free_port()) as (redis, _),
            tempfile.TemporaryDirectory(prefix="overture-load-") as folder,
        ):
            sent = asyncio.run(campaign(Path(folder), postgresql.url, redis, messages=messages, thinks=thinks))
        ours, server = (seconds / sent.messages * 1000 for seconds in (sent.cpu_seconds, sent.server_seconds))
        vendor = f"Twilio answers after {thinks * 1000:.0f} ms" if thinks else "Twilio answers at once"
        yield f"| {vendor} | {sent.messages} | {sent.per_second:.0f} | {ours:.2f} | {server:.2f} | {sent.taken} |"


def soak(minutes: float, databases: Sequence[str]) -> Iterator[str]:
    """A steady pace for long: memory should stay where it is once everything has been used, and SQLite's pages fill
    their cache of 64 MB."""
    yield f"| soak, {SOAK_PACE:.0f} turns a second of both kinds | minute | turns | MB | p95 ms | CPU ms/turn |"
    yield "|---|---|---|---|---|---|"
    for setting in SETTINGS:
        if setting.processes > 1 or setting.database not in databases:
            continue
        with serving(setting) as server:
            sizes: list[float] = []
            for step in range(SOAK_STEPS):
                one = turns(
                    server,
                    conversations=SOAK_CONVERSATIONS,
                    seconds=minutes * 60 / SOAK_STEPS,
                    pressed=step % 2 == 0,
                    pace=SOAK_PACE,
                )
                sizes.append(resident_megabytes(pids_of(server)))
                minute = (step + 1) * minutes / SOAK_STEPS
                yield (
                    f"| {setting.database} | {minute:.1f} | {one.turns} | {sizes[-1]:.0f} | {one.percentile(95):.0f} | "
                    f"{one.cpu_milliseconds:.1f} |"
                )
            grown = median(sizes[-SOAK_STEPS // 4 :]) - median(sizes[SOAK_STEPS // 2 : -SOAK_STEPS // 4])
            yield f"\n{setting.database}: {grown:+.1f} MB from the median of the third quarter to that of the last.\n"


def _databases(words: str) -> list[str]:
    if unknown := [word for word in words.split(",") if word not in DATABASES]:
        raise argparse.ArgumentTypeError(f'there is no database "{unknown[0]}". The databases: {", ".join(DATABASES)}.')
    return words.split(",")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--seconds", type=_up_to(MOST_SECONDS), default=10.0, help="for each line (10)")
    parser.add_argument("--conversations", type=_numbers, default=[1, 8, 32, 128], help="at once (1,8,32,128)")
    parser.add_argument("--databases", type=_databases, default=list(DATABASES), help=",".join(DATABASES))
    parser.add_argument("--processes", type=_numbers, default=[1, 2], help="of the service (1,2)")
    parser.add_argument("--sends", type=int, default=3000, help="messages of the campaign (3000); 0: none")
    parser.add_argument("--soak", type=_up_to(MOST_MINUTES), metavar="MINUTES", help="only this: how memory grows")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    if options.soak:
        tables: list[Iterator[str]] = [soak(options.soak, options.databases)]
    else:
        tables = [table(options), *([sends(options.sends)] if options.sends else [])]
    for lines in tables:
        for line in lines:
            print(line, flush=True)
        print()


def _up_to(most: float) -> Callable[[str], float]:
    def read(words: str) -> float:
        value = float(words)
        if not 0 < value <= most:
            raise argparse.ArgumentTypeError(f"write a number up to {most:.0f}")
        return value

    return read


def _numbers(words: str) -> list[int]:
    numbers = [int(word) for word in words.split(",")]
    if not all(1 <= number <= MOST_CONVERSATIONS for number in numbers):
        raise argparse.ArgumentTypeError(f"write numbers from 1 to {MOST_CONVERSATIONS}, with commas between them")
    return numbers


if __name__ == "__main__":
    main()
