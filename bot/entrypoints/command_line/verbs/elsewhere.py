"""Commands about others' systems: vendors, CRMs, and what leaves for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.entrypoints.command_line.verbs.command import Command

COMMANDS = (
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
            (
                "--organisation",
                {"action": "store_true", "help": "also for an organisation as a whole (Enterprise Grid)"},
            ),
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
        "send again what was given up for CRMs and desks",
        (
            ("entry", {"nargs": "*", "help": "ids, as outbox dead lists them"}),
            ("--to", {"metavar": "NAME", "help": "everything for this CRM or desk, such as hubspot or slack"}),
        ),
    ),
    Command(
        "outbox discard",
        "set aside for good what was given up, because nobody needs it any more",
        (
            ("entry", {"nargs": "*", "help": "ids, as outbox dead lists them"}),
            ("--to", {"metavar": "NAME", "help": "everything for this channel, CRM or endpoint"}),
            ("--why", {"required": True, "help": "the reason, which is kept with each"}),
        ),
    ),
    Command(
        "crm diff",
        "show what the next sync of a person would change in the CRM, without changing it",
        (
            ("person", {"help": "their id, phone number, e-mail address, or your own id for them"}),
            ("--crm", {"metavar": "NAME", "help": "only in this one, such as hubspot (all)"}),
        ),
    ),
    Command(
        "crm sent",
        "show what CRMs were told of a person: each field, when, and from which source",
        (
            ("person", {"help": "their id, phone number, e-mail address, or your own id for them"}),
            ("--crm", {"metavar": "NAME", "help": "only this one, such as hubspot (all)"}),
            ("--json", {"action": "store_true", "help": "one JSON object a line"}),
        ),
    ),
)

GROUPS: Mapping[str, str] = {
    "alexa": "write what an Alexa skill has to know of the assistant",
    "senders": "list the senders that a vendor objects to, and let them send again",
    "outbox": "look at what was given up, and send it again or discard it",
    "crm": "look at what CRMs have of people",
    "slack": "set up the sales desk in Slack",
}
