"""All verbs of the command line, in the order in which `overture --help` lists them. The work is in `commands/`."""

from __future__ import annotations

from collections.abc import Mapping

from bot.entrypoints.command_line.verbs import access, content, elsewhere, journeys, people, running
from bot.entrypoints.command_line.verbs.command import Command

COMMANDS: tuple[Command, ...] = (
    *running.COMMANDS,
    *content.COMMANDS,
    *journeys.COMMANDS,
    *people.COMMANDS,
    *elsewhere.COMMANDS,
    *access.COMMANDS,
)

GROUPS: Mapping[str, str] = {
    **content.GROUPS,
    **journeys.GROUPS,
    **people.GROUPS,
    **elsewhere.GROUPS,
    **access.GROUPS,
}
"""What the verbs of each group are about, in one line."""
