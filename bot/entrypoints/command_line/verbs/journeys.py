"""Commands for journeys: look at them, try them, put them in force."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.entrypoints.command_line.verbs.command import BY, Argument, Command

JOURNEY: Argument = ("journey", {"help": "its id, such as demo-follow-up"})
DRY_RUN: Argument = ("--dry-run", {"action": "store_true", "help": "only say who would move where"})
TO: Argument = (
    "--to",
    {"metavar": "VERSION", "help": "a version, by how it begins in the history (the one before)"},
)
PARK: Argument = ("--park", {"action": "store_true", "help": "stop the runs of people whose step is gone"})

COMMANDS = (
    Command("journeys list", "list the journeys, their state, and how many people are inside"),
    Command("journeys status", "show where people stand in a journey, and what was done to it", (JOURNEY,)),
    Command("journeys publish", "put a journey's file in force", (JOURNEY, DRY_RUN, PARK, BY)),
    Command("journeys rollback", "put an earlier version in force again", (JOURNEY, TO, DRY_RUN, PARK, BY)),
    Command("journeys pause", "let nobody in, and stop the clock for everybody inside", (JOURNEY, BY)),
    Command("journeys resume", "let a paused journey go on", (JOURNEY, BY)),
    Command("journeys unpark", "let people go on whom an error stopped, once it is mended", (JOURNEY, BY)),
    Command("journeys stop", "end a journey for everybody inside, and send nothing that is queued", (JOURNEY, BY)),
    Command(
        "journeys validate",
        "check the journeys and their tests",
        (("path", {"nargs": "?", "type": Path, "help": "one file of them (all)"}),),
    ),
    Command("journeys show", "show a journey as a tree", (("journey", {"help": "its id, such as demo-follow-up"}),)),
    Command(
        "journeys test",
        "run the time-travel tests of the journeys",
        (("path", {"nargs": "?", "type": Path, "help": "a file or folder of journey tests (journeys/tests/)"}),),
    ),
    Command(
        "journeys simulate",
        "send made-up people through a journey in virtual time, and show what comes of it",
        (
            ("journey", {"nargs": "?", "help": "its id, such as demo-follow-up (all journeys)"}),
            ("--people", {"help": "how many to make up, or a YAML or CSV file that describes them (1000)"}),
            ("--days", {"type": int, "default": 90, "help": "how many days (90)"}),
            ("--seed", {"type": int, "default": 1, "help": "another draw, with the same chances (1)"}),
            ("--from", {"dest": "start", "metavar": "DATE", "help": "the first day, such as 2026-12-01 (today)"}),
            ("--out", {"type": Path, "metavar": "DIR", "help": "write a page and the figures as JSON there"}),
        ),
    ),
    Command(
        "journeys schema",
        "write the JSON Schema of a journey's file, for editors",
        (
            ("--out", {"type": Path, "help": "the file to write (the terminal)"}),
            (
                "--without-names",
                {"action": "store_true", "help": "leave out the names that editors would complete"},
            ),
        ),
    ),
)

GROUPS: Mapping[str, str] = {
    "journeys": "look at journeys, try them out, and put them in force",
}
