"""The command line: reads what was typed, and runs it. `verbs/` lists the commands, `commands/` has their work."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from bot.domain.errors import ContentError, OvertureError
from bot.entrypoints.command_line.counting import counted
from bot.entrypoints.command_line.verbs import COMMANDS, GROUPS
from bot.entrypoints.command_line.verbs.access import ROLES
from bot.entrypoints.command_line.verbs.command import Command
from bot.settings import load_settings, misspelt_settings

__all__ = ["COMMANDS", "FAULTY", "GROUPS", "MISUSED", "ROLES", "Command", "parser", "run"]

FAULTY, MISUSED, CUT_OFF = 1, 2, 141
DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit status. What a person can mend is told in sentences, without a traceback."""
    options = parser(COMMANDS, GROUPS).parse_args(arguments)
    try:
        for sentence in misspelt_settings():
            print(f"overture: {sentence}", file=sys.stderr)
        command: Command = options.command
        status = command.run(load_settings(**_given(options)), options)
        sys.stdout.flush()  # what cannot be written is told here, and not by Python as it ends
        return status
    except ContentError as error:
        print(error, file=sys.stderr)
        print(f"{counted(len(error.faults), 'fault')}. Nothing was changed.", file=sys.stderr)
        return FAULTY
    except OvertureError as error:
        print(f"overture: {error}", file=sys.stderr)
        return MISUSED
    except BrokenPipeError:  # whoever read our output has seen enough
        _write_no_more()
        return CUT_OFF
    except OSError as error:
        if error.errno not in DISK_TROUBLE or error.filename is not None:
            raise
        _write_no_more()
        print(f"overture: not all could be written: {error.strerror}. Make room, or write elsewhere.", file=sys.stderr)
        return MISUSED
    except Exception as error:
        from bot.adapters.database.trouble import plain_cause  # not loaded where nothing is the matter

        if (cause := plain_cause(error)) is None:
            raise
        print(
            f"overture: the database takes nothing any more: {cause}. What was written before is kept. See what is the "
            "matter with it (overture doctor), and run this again.",
            file=sys.stderr,
        )
        return MISUSED


def _write_no_more() -> None:
    """Python would complain again of what is left, as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser(commands: Iterable[Command], groups: Mapping[str, str]) -> argparse.ArgumentParser:
    """Reads a command line into options, of which `command` is the one that was asked for."""
    top = argparse.ArgumentParser(prog="overture", description="A self-hosted conversational marketing agent.")
    top.add_argument("--version", action="version", version=f"overture {version('overture')}")
    branches = {"": top.add_subparsers(required=True, metavar="COMMAND", parser_class=_Verb)}
    for command in commands:
        group, _, verb = command.verb.rpartition(" ")
        if group not in branches:
            about = branches[""].add_parser(group, help=groups[group], description=_sentence(groups[group]))
            branches[group] = about.add_subparsers(required=True, metavar="COMMAND")
        described = branches[group].add_parser(verb, help=command.help, description=_sentence(command.help))
        for name, properties in command.arguments:
            described.add_argument(name, **properties)
        described.set_defaults(command=command)
    return top


class _Verb(argparse.ArgumentParser):
    """Tells of an argument that it does not know with its own usage, where argparse would show that of the program."""

    def parse_known_args(  # type: ignore[override]  # its stub has overloads for what is one function there, too
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _given(options: argparse.Namespace) -> dict[str, object]:
    return {name: value for name in ("host", "port") if (value := getattr(options, name, None)) is not None}
