"""Commands that run a service and look after it."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path

from bot.entrypoints.verbs.command import Argument, Command

LANES: Argument = (
    "--lanes",
    {"help": "which work to do here: all (if you say nothing), none, or of replies,timers,sends,segments,crm"},
)

MOST_PROCESSES = 64


def processes(words: str) -> int:
    """A number of processes; argparse tells what is wrong with another."""
    number = int(words) if words.isascii() and words.isdecimal() else 0
    if not 1 <= number <= MOST_PROCESSES:
        raise ArgumentTypeError(f"write a number from 1 to {MOST_PROCESSES}: as many as there are cores to use")
    return number


COMMANDS = (
    Command(
        "serve",
        "serve HTTP and do the work, in one process or as one of a fleet",
        (
            ("--host", {"help": "the address to listen on (OVERTURE_HOST)"}),
            ("--port", {"type": int, "help": "the port to listen on (OVERTURE_PORT)"}),
            LANES,
            (
                "--processes",
                {"type": processes, "default": 1, "metavar": "N", "help": "so many, for as many cores (1)"},
            ),
        ),
    ),
    Command(
        "work",
        "do work of a fleet, without HTTP",
        (LANES, ("--port", {"type": int, "help": "where /healthz, /readyz and /metrics answer (nowhere)"})),
    ),
    Command(
        "actions",
        "run the custom actions on a server of their own, for OVERTURE_ACTIONS=http://HOST:5055/webhook",
        (
            ("package", {"nargs": "?", "help": "the package that has them (OVERTURE_ACTIONS, or actions)"}),
            ("--host", {"help": "the address to listen on (OVERTURE_HOST)"}),
            ("--port", {"type": int, "help": "the port to listen on (5055)"}),
        ),
    ),
    Command(
        "migrate",
        "bring the database's tables to this version's shape, as a start does too",
        (
            (
                "--to",
                {"metavar": "VERSION", "help": "another version; what a later one added is dropped"},
            ),
        ),
    ),
    Command("doctor", "look whether everything is there that a service needs, and say what to do where not"),
    Command(
        "backup",
        "write all that is kept into one file; a service may run meanwhile",
        (("file", {"type": Path, "help": "the archive to write, such as overture.tar.gz"}),),
    ),
    Command(
        "restore",
        "put back what a backup has, while no service runs",
        (
            ("file", {"type": Path, "help": "the archive"}),
            ("--over", {"action": "store_true", "help": "over the database that is there"}),
        ),
    ),
    Command("openapi", "write the OpenAPI document of the HTTP API"),
)
