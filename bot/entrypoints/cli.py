"""The command line: a table of commands. The work of each is in a module of `bot/entrypoints/commands/`."""

from __future__ import annotations

import argparse
import importlib
import keyword
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.domain.errors import ContentError, OvertureError
from bot.settings import Settings, load_settings, misspelt_settings

FAULTY, MISUSED, INTERRUPTED, CUT_OFF = 1, 2, 130, 141

Argument = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Command:
    """A verb, what it does in one line, and its arguments as `add_argument` takes them.

    A verb of two words, such as "nlu parse", belongs to the group that the first of them names.
    """

    verb: str
    help: str
    arguments: Sequence[Argument] = field(default=())

    @property
    def module(self) -> str:
        names = self.verb.replace("-", "_").split()
        words = (name + ("_" if keyword.iskeyword(name) else "") for name in names)
        return ".".join(["bot.entrypoints.commands", *words])

    def run(self, settings: Settings, options: argparse.Namespace) -> int:
        """Only the module of the command that was asked for is imported, so that each starts at once."""
        work: Callable[[Settings, argparse.Namespace], int] = importlib.import_module(self.module).run
        return work(settings, options)


JOURNEY: Argument = ("journey", {"help": "its id, such as demo-follow-up"})
BY: Argument = ("--by", {"metavar": "NAME", "help": "who does it, for the history (your name on this machine)"})
DRY_RUN: Argument = ("--dry-run", {"action": "store_true", "help": "only say who would move where"})
TO: Argument = ("--to", {"metavar": "VERSION", "help": "which, by how it begins in the history (the one before)"})
PARK: Argument = ("--park", {"action": "store_true", "help": "stop the runs of people whose step is gone"})

LANES: Argument = (
    "--lanes",
    {"help": "which work to do here: all (if you say nothing), none, or of replies,timers,sends,segments,crm"},
)
EMAIL: Argument = ("email", {"help": "the address that they log in by"})
ROLES = ("admin", "marketer", "rep", "compliance", "read-only")
ROLE: Argument = ("--role", {"choices": ROLES, "required": True, "help": "what they may do; see docs/access.md"})
PERSON: Argument = ("person", {"help": "their id, phone number, e-mail address, or your own id of them"})

REQUESTS = ("access", "portability", "rectification", "erasure", "objection", "restriction")
PROOF_OUT: Argument = (
    "--out",
    {"type": Path, "required": True, "help": "the file to write, a .pdf or .json"},
)
FONT: Argument = ("--font", {"type": Path, "help": "a TrueType font for the PDF (DejaVu Sans where it is installed)"})
OUT: Argument = ("--out", {"type": Path, "help": "the file to write (the terminal)"})

COMMANDS = (
    Command(
        "serve",
        "serve HTTP and do the work, in one process or as one of a fleet",
        (
            ("--host", {"help": "the address to listen on (OVERTURE_HOST)"}),
            ("--port", {"type": int, "help": "the port to listen on (OVERTURE_PORT)"}),
            LANES,
        ),
    ),
    Command(
        "work",
        "do work of a fleet, without HTTP",
        (LANES, ("--port", {"type": int, "help": "where /healthz, /readyz and /metrics answer (nowhere)"})),
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
    Command("validate", "check everything in nlu_data/ and journeys/"),
    Command(
        "train",
        "train what understands messages, if its data has changed",
        (
            (
                "--fine-tune",
                {"action": "store_true", "help": "tune the encoder on the examples, and keep it where that is better"},
            ),
        ),
    ),
    Command("shell", "talk to the assistant in this terminal"),
    Command(
        "test",
        "hold test stories against the assistant",
        (
            ("path", {"nargs": "?", "type": Path, "help": "a file or folder of test stories (the assistant's tests/)"}),
            ("--out", {"type": Path, "default": Path("results"), "help": "the folder of the reports (results/)"}),
            (
                "--stories",
                {"action": "store_true", "help": "only what is done; messages mean what the stories say"},
            ),
            ("--nlu", {"action": "store_true", "help": "only what is understood"}),
        ),
    ),
    Command(
        "visualize",
        "draw the rules, stories and forms on one page",
        (("--out", {"type": Path, "default": Path("graph.html"), "help": "the page to write (graph.html)"}),),
    ),
    Command(
        "export",
        "write the events of all conversations as JSON Lines",
        (
            ("--format", {"choices": ("rasa-events", "jsonl"), "default": "rasa-events", "help": "in whose words"}),
            ("--since", {"help": "only events from this time on, such as 2026-11-24 or 2026-11-24T09:00Z"}),
            ("--after", {"help": "go on after this place, which an earlier export has told"}),
            ("--out", {"type": Path, "help": "the file to write (the terminal)"}),
        ),
    ),
    Command(
        "alexa model",
        "write the interaction model of an Alexa skill from the assistant's examples",
        (
            (
                "--invocation",
                {"required": True, "metavar": "WORDS", "help": 'what the skill is called: "harbour line"'},
            ),
            ("--out", {"type": Path, "help": "the file to write (the terminal)"}),
        ),
    ),
    Command(
        "knowledge check",
        "list questions of customers that no knowledge page answers",
        (
            ("--since", {"help": "only what was asked from this time on, such as 2026-11-24 or 2026-11-24T09:00Z"}),
            ("--questions", {"type": Path, "help": "a file of questions, one a line, instead of the transcripts"}),
        ),
    ),
    Command("journeys list", "list the journeys, how they stand, and how many people are inside"),
    Command("journeys status", "tell where the people of a journey are, and what was done to it", (JOURNEY,)),
    Command("journeys publish", "put the file of a journey in force", (JOURNEY, DRY_RUN, PARK, BY)),
    Command(
        "journeys rollback", "put a version that was in force before in force again", (JOURNEY, TO, DRY_RUN, PARK, BY)
    ),
    Command("journeys pause", "let nobody in, and let all times stand still", (JOURNEY, BY)),
    Command("journeys resume", "let a paused journey go on", (JOURNEY, BY)),
    Command("journeys stop", "let everybody leave, and send nothing that is queued", (JOURNEY, BY)),
    Command(
        "journeys validate",
        "check the journeys and their tests",
        (("path", {"nargs": "?", "type": Path, "help": "one file of them (all)"}),),
    ),
    Command("journeys show", "show a journey as a tree", (("journey", {"help": "its id, such as demo-follow-up"}),)),
    Command(
        "journeys test",
        "hold the journeys against their time-travel tests",
        (("path", {"nargs": "?", "type": Path, "help": "a file or folder of journey tests (journeys/tests/)"}),),
    ),
    Command(
        "journeys simulate",
        "let people live through a journey in virtual time, and show what would come of it",
        (
            ("journey", {"nargs": "?", "help": "its id, such as demo-follow-up (all journeys)"}),
            ("--people", {"help": "how many are made up, or a YAML or CSV file that tells of them (1000)"}),
            ("--days", {"type": int, "default": 90, "help": "how many days (90)"}),
            ("--seed", {"type": int, "default": 1, "help": "other chance, with the same chances (1)"}),
            ("--from", {"dest": "start", "metavar": "DATE", "help": "the first day, such as 2026-12-01 (today)"}),
            ("--out", {"type": Path, "metavar": "DIR", "help": "write a page and the figures as JSON there"}),
        ),
    ),
    Command("people show", "tell what is known of a person", (PERSON,)),
    Command("people find", "find people by what is known of them", (("text", {"help": "a part of it, such as ana@"}),)),
    Command(
        "people merge",
        "make two profiles of one person one",
        (
            PERSON,
            ("other", {"help": "the other one, named the same way"}),
            ("--dry-run", {"action": "store_true", "help": "only say what would become of what both have"}),
            BY,
        ),
    ),
    Command(
        "people request",
        "note what a person asks for, with the day by which it is due; or that it was done",
        (
            PERSON,
            ("--kind", {"choices": REQUESTS, "help": "what they ask for"}),
            ("--how", {"default": "", "help": "how it came, such as by letter"}),
            ("--done", {"metavar": "ID", "help": "the id of a request of theirs that was done"}),
            ("--outcome", {"default": "", "help": "what was done"}),
        ),
    ),
    Command("people requests", "list what people asked for that is still to be done, what is due first first"),
    Command("people unmerge", "undo the latest merge that a person was in", (PERSON,)),
    Command(
        "people import",
        "take people from a file or a CRM, with a report of each row that is not taken whole",
        (
            ("file", {"type": Path, "nargs": "?", "metavar": "FILE", "help": "a .csv with a header, or a .jsonl"}),
            ("--from", {"dest": "from_", "metavar": "CRM", "help": "a CRM instead, such as hubspot"}),
            ("--mapping", {"type": Path, "metavar": "FILE", "help": "a YAML file that says what the columns mean"}),
            ("--map", {"action": "append", "metavar": "COLUMN=TARGET", "help": "what a column means; may be repeated"}),
            (
                "--set",
                {"action": "append", "metavar": "TARGET=VALUE", "help": "a value for every row"},
            ),
            ("--region", {"metavar": "GB", "help": "the country of phone numbers without one (OVERTURE_REGION)"}),
            ("--fill", {"action": "store_true", "help": "what is known already stays; only what is missing is taken"}),
            ("--report", {"type": Path, "metavar": "FILE", "help": "where the report is written (beside the file)"}),
            ("--again", {"action": "store_true", "help": "from the beginning, though it was imported before"}),
            ("--dry-run", {"action": "store_true", "help": "only say what would be done, and write the report"}),
        ),
    ),
    Command("people export", "give all that is kept of a person, as JSON", (PERSON, OUT)),
    Command(
        "people export-all",
        "write everybody, or those of a segment, into a table with what they consented to",
        (
            ("file", {"type": Path, "metavar": "FILE", "help": "the .csv or .jsonl to write"}),
            ("--segment", {"metavar": "ID", "help": "only who is in it, such as big-teams"}),
        ),
    ),
    Command(
        "people check",
        "look for numbers and addresses that cannot be right, for doubles, and for who has no time zone",
        (("--out", {"type": Path, "metavar": "FILE", "help": "write each finding into this .csv"}),),
    ),
    Command("people preferences", "print the link on which a person says what they want to get", (PERSON,)),
    Command("people consent", "give the proof of what a person consented to, as JSON", (PERSON, OUT)),
    Command(
        "people proof",
        "give the proof of what a person consented to, with every decision on messages, as a PDF or JSON",
        (PERSON, PROOF_OUT, FONT),
    ),
    Command(
        "people erase",
        "delete all that is kept of a person",
        (PERSON, ("--yes", {"action": "store_true", "help": "it cannot be undone, and is meant"}), BY),
    ),
    Command(
        "people object",
        "end all marketing to a person, and scoring",
        (PERSON, ("--withdraw", {"action": "store_true", "help": "they no longer object"}), BY),
    ),
    Command(
        "people restrict",
        "do nothing with what is kept of a person but keep it",
        (PERSON, ("--lift", {"action": "store_true", "help": "it may be used again"})),
    ),
    Command("segments list", "list the segments, with how many people are in each"),
    Command("segments show", "tell who is in a segment", (("segment", {"help": "its id, such as big-teams"}),)),
    Command(
        "segments check",
        "tell how many people a condition is true for",
        (("condition", {"help": "such as \"profile.team_size > 20 and 'trial' in profile.tags\""}),),
    ),
    Command("openapi", "write the OpenAPI document of the HTTP API"),
    Command(
        "report",
        "tell what became of people and what it cost: conversion, lift, sources, funnel, response time, containment",
        (
            ("--since", {"metavar": "DAY", "help": "the first day, such as 2026-11-01 (30 days in all)"}),
            ("--until", {"metavar": "DAY", "help": "the last day (today)"}),
            ("--format", {"choices": ("text", "csv", "json"), "default": "text", "help": "how it is written (text)"}),
            OUT,
        ),
    ),
    Command(
        "score train",
        "learn from closed leads how likely others are to be won, and use it where it is better than the rules",
        (("--dry-run", {"action": "store_true", "help": "only say how good it would be"}),),
    ),
    Command("score check", "tell whether a scorecard is in force, and how far people have changed since"),
    Command("score explain", "tell a person's score and likelihood, with the reasons", (PERSON,)),
    Command(
        "segments discover",
        "find groups of people who are alike, and say each as a condition",
        (
            ("--by", {"metavar": "ATTRIBUTES", "help": "by which, such as team_size,country (all that may be used)"}),
            ("--seed", {"type": int, "default": 1, "help": "other chance (1)"}),
            ("--save", {"nargs": 2, "metavar": ("NUMBER", "NAME"), "help": "make a segment of this group"}),
        ),
    ),
    Command("senders list", "list the senders that are stopped, and why"),
    Command(
        "senders lift",
        "let a stopped sender send again",
        (("channel", {"help": "its channel, such as sms"}),),
    ),
    Command(
        "slack manifest",
        "write the manifest from which Slack makes the app for the sales desk",
        (
            ("--socket-mode", {"action": "store_true", "help": "for a service that Slack cannot reach"}),
            ("--oauth", {"action": "store_true", "help": "for several workspaces, which install it by a link"}),
        ),
    ),
    Command("slack install", "write a link that installs the app in a workspace, and say where it is installed"),
    Command(
        "outbox dead",
        "list what was given up, and why",
        (("--to", {"metavar": "NAME", "help": "only for this channel, CRM or endpoint, such as hubspot"}),),
    ),
    Command(
        "outbox replay",
        "let what was given up for CRMs leave once more",
        (
            ("entry", {"nargs": "*", "help": "ids, as outbox dead lists them"}),
            ("--to", {"metavar": "CRM", "help": "everything for this CRM, such as hubspot"}),
        ),
    ),
    Command(
        "outbox discard",
        "count what was given up as withheld, for nobody needs it any more",
        (
            ("entry", {"nargs": "*", "help": "ids, as outbox dead lists them"}),
            ("--to", {"metavar": "NAME", "help": "everything for this channel, CRM or endpoint"}),
            ("--why", {"required": True, "help": "the reason, which is kept with each"}),
        ),
    ),
    Command(
        "crm diff",
        "tell what the next sync of a person would change in the CRM, and change nothing",
        (
            ("person", {"help": "their id, phone number, e-mail address or your own id of them"}),
            ("--crm", {"metavar": "NAME", "help": "only in this one, such as hubspot (all)"}),
        ),
    ),
    Command(
        "crm sent",
        "tell what CRMs were given of a person: each field, when, and from which source",
        (
            ("person", {"help": "their id, phone number, e-mail address or your own id of them"}),
            ("--crm", {"metavar": "NAME", "help": "only this one, such as hubspot (all)"}),
            ("--json", {"action": "store_true", "help": "one JSON object a line"}),
        ),
    ),
    Command(
        "users add",
        "make an account; the password is asked for, or read from the input's first line",
        (
            EMAIL,
            ROLE,
            ("--no-password", {"action": "store_true", "help": "they log in by your identity provider only"}),
        ),
    ),
    Command("users list", "list the accounts, their roles, and who is disabled"),
    Command("users role", "give an account another role", (EMAIL, ("role", {"choices": ROLES}))),
    Command("users password", "set a password, which ends the sessions of the account", (EMAIL,)),
    Command("users disable", "let nobody log in by this account, and end its sessions", (EMAIL,)),
    Command("users enable", "let them log in again", (EMAIL,)),
    Command(
        "keys add",
        "make a key for another system, and show it this once",
        (("name", {"help": "which system has it, such as crm"}), ROLE),
    ),
    Command("keys list", "list the keys by how they begin"),
    Command(
        "keys revoke", "let a key open nothing any more", (("key", {"help": "how it begins, as keys list shows"}),)
    ),
    Command(
        "audit list",
        "tell who did what, the latest first",
        (
            ("--most", {"type": int, "default": 50, "help": "how many entries (50)"}),
            ("--json", {"action": "store_true", "help": "one JSON object a line"}),
        ),
    ),
    Command(
        "audit verify",
        "check that nothing in the audit log was changed, deleted, moved or cut off",
        (("--against", {"metavar": "HEAD", "help": "a head that was printed before (the one kept here)"}),),
    ),
    Command(
        "journeys schema",
        "write the JSON Schema of a journey's file, for editors",
        (
            ("--out", {"type": Path, "help": "the file to write (the terminal)"}),
            ("--without-names", {"action": "store_true", "help": "without the names of this content for completion"}),
        ),
    ),
    Command(
        "import",
        "take over a Rasa project",
        (
            ("path", {"type": Path, "help": "the project's folder, or its domain file"}),
            ("--into", {"type": Path, "help": "the folder to write (imported/<the project's name>)"}),
            ("--force", {"action": "store_true", "help": "write over files that are there"}),
        ),
    ),
    Command(
        "nlu parse",
        "tell what a text means, and why",
        (
            ("text", {"nargs": "*", "help": "texts; without any, each line of the input is one"}),
            ("--json", {"action": "store_true", "help": "one JSON object a line"}),
            ("--expecting", {"metavar": "FORM.SLOT", "help": "as an answer to what this form asks for"}),
        ),
    ),
    Command(
        "nlu review",
        "list messages that were not clearly understood, and label them",
        (
            ("--label", {"nargs": 2, "metavar": ("MESSAGE", "INTENT"), "help": "make it an example of this intent"}),
            ("--out-of-scope", {"nargs": 1, "metavar": "MESSAGE", "help": "it is not the assistant's business"}),
            ("--dismiss", {"nargs": 1, "metavar": "MESSAGE", "help": "it teaches nothing"}),
        ),
    ),
    Command(
        "nlu evaluate",
        "tell how well messages are understood, and what would make it better",
        (
            (
                "--test",
                {"type": Path, "metavar": "PATH", "help": "judge these examples (the assistant's own, in folds)"},
            ),
            ("--folds", {"type": int, "default": 5, "help": "in how many folds to cross-validate (5)"}),
            ("--out-of-scope", {"type": Path, "metavar": "FILE", "help": "messages that should not be understood"}),
            (
                "--out",
                {"type": Path, "default": Path("results/nlu"), "help": "the folder of the report (results/nlu/)"},
            ),
        ),
    ),
)

GROUPS: Mapping[str, str] = {
    "alexa": "what an Alexa skill is told of the assistant",
    "knowledge": "what the knowledge pages answer, and what not",
    "journeys": "look at journeys, try them, and put them in force",
    "people": "look at what is known of people, and do what they may ask for",
    "segments": "look at the people whom journeys are for",
    "score": "learn how likely leads are to be won, and look at why",
    "senders": "see which senders a vendor objects to, and let them send again",
    "outbox": "look at what was given up, and let it leave again or discard it",
    "crm": "look into what CRMs have of people",
    "slack": "set up the sales desk in Slack",
    "users": "say who may log in, and in which role",
    "keys": "say which other systems may use the API, and in which role",
    "audit": "see who did what, and that the record of it is whole",
    "nlu": "look into how messages are understood",
}
"""What the verbs of each group are about, in one line."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit status. What a person can mend is told in sentences, without a traceback."""
    options = parser(COMMANDS, GROUPS).parse_args(arguments)
    try:
        for sentence in misspelt_settings():
            print(f"overture: {sentence}", file=sys.stderr)
        command: Command = options.command
        return command.run(load_settings(**_given(options)), options)
    except ContentError as error:
        print(error, file=sys.stderr)
        print(_count(len(error.faults)), file=sys.stderr)
        return FAULTY
    except OvertureError as error:
        print(f"overture: {error}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough; Python would complain again as it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF


def parser(commands: Iterable[Command], groups: Mapping[str, str]) -> argparse.ArgumentParser:
    """Reads a command line into options, of which `command` is the one that was asked for."""
    top = argparse.ArgumentParser(prog="overture", description="A self-hosted conversational marketing agent.")
    top.add_argument("--version", action="version", version=f"overture {version('overture')}")
    branches = {"": top.add_subparsers(required=True, metavar="COMMAND")}
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


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _given(options: argparse.Namespace) -> dict[str, object]:
    return {name: value for name in ("host", "port") if (value := getattr(options, name, None)) is not None}


def _count(faults: int) -> str:
    return f"{faults} fault{'s' if faults != 1 else ''}. Nothing was changed."
