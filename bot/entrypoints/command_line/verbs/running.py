"""Commands that run a service and look after it."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path

from bot.entrypoints.command_line.verbs.command import Argument, Command

LANES: Argument = (
    "--lanes",
    {"help": "which work to do here: all (the default), none, or some of replies,timers,sends,segments,crm"},
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
        "serve HTTP and do the work, as a single process or as one of a fleet",
        (
            ("--host", {"help": "the address to listen on (OVERTURE_HOST)"}),
            ("--port", {"type": int, "help": "the port to listen on (OVERTURE_PORT)"}),
            LANES,
            (
                "--processes",
                {"type": processes, "default": 1, "metavar": "N", "help": "how many to run, one for each core (1)"},
            ),
        ),
    ),
    Command(
        "work",
        "do the work of a fleet, without HTTP",
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
        "bring the database's tables up to this version, as every start does",
        (
            (
                "--to",
                {"metavar": "VERSION", "help": "another version; what later ones added is dropped"},
            ),
        ),
    ),
    Command("doctor", "check that everything a service needs is there, and say what to do about what is not"),
    Command(
        "backup",
        "write everything that is kept into one file; a service may be running",
        (("file", {"type": Path, "help": "the archive to write, such as overture.tar.gz"}),),
    ),
    Command(
        "restore",
        "put a backup back, while no service is running",
        (
            ("file", {"type": Path, "help": "the archive"}),
            ("--over", {"action": "store_true", "help": "replace the database that is there"}),
        ),
    ),
    Command("settings", "list every setting with its default, as a file .env to begin with"),
    Command("openapi", "write the OpenAPI document of the HTTP API"),
)
