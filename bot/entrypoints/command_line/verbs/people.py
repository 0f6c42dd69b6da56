"""Commands about people: what is known of them, what they may ask for, segments, scores and figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.entrypoints.command_line.verbs.command import BY, Argument, Command

PERSON: Argument = ("person", {"help": "their id, phone number, e-mail address, or your own id for them"})
REQUESTS = ("access", "portability", "rectification", "erasure", "objection", "restriction")
PROOF_OUT: Argument = (
    "--out",
    {"type": Path, "required": True, "help": "the file to write, a .pdf or .json"},
)
FONT: Argument = ("--font", {"type": Path, "help": "a TrueType font for the PDF (DejaVu Sans where it is installed)"})
OUT: Argument = ("--out", {"type": Path, "help": "the file to write (the terminal)"})

COMMANDS = (
    Command(
        "people show",
        "show what is known of a person, and where it came from",
        (PERSON, ("--json", {"action": "store_true", "help": "as JSON, for programs"})),
    ),
    Command("people find", "find people by what is known of them", (("text", {"help": "a part of it, such as ana@"}),)),
    Command(
        "people merge",
        "merge two profiles of one person",
        (
            PERSON,
            ("other", {"help": "the other one, named the same way"}),
            ("--dry-run", {"action": "store_true", "help": "only say what would become of what both profiles have"}),
            BY,
        ),
    ),
    Command(
        "people request",
        "note what a person asks for, with its due date, or that it was done",
        (
            PERSON,
            ("--kind", {"choices": REQUESTS, "help": "what they ask for"}),
            ("--how", {"default": "", "help": "how it came, such as by letter"}),
            ("--done", {"metavar": "ID", "help": "the id of a request of theirs that was done"}),
            ("--outcome", {"default": "", "help": "what was done"}),
        ),
    ),
    Command("people requests", "list what people asked for and is still to be done, the earliest due first"),
    Command("people unmerge", "undo the latest merge of a person", (PERSON,)),
    Command(
        "people import",
        "take people from a file or a CRM, with a report of each row that is not taken whole",
        (
            (
                "file",
                {"type": Path, "nargs": "?", "metavar": "FILE", "help": "a .csv or .xlsx with a header, or a .jsonl"},
            ),
            ("--from", {"dest": "from_", "metavar": "CRM", "help": "a CRM instead, such as hubspot"}),
            ("--mapping", {"type": Path, "metavar": "FILE", "help": "a YAML file that says what the columns mean"}),
            ("--map", {"action": "append", "metavar": "COLUMN=TARGET", "help": "what a column means; may be repeated"}),
            (
                "--set",
                {"action": "append", "metavar": "TARGET=VALUE", "help": "a value for every row"},
            ),
            ("--region", {"metavar": "GB", "help": "the country of phone numbers without one (OVERTURE_REGION)"}),
            (
                "--decimal",
                {"choices": [",", "."], "help": "the decimal mark, where a column does not show it"},
            ),
            (
                "--dates",
                {
                    "choices": ["dmy", "mdy"],
                    "help": "the order of dates such as 03/04/2026, where a column does not show it",
                },
            ),
            ("--sheet", {"metavar": "NAME", "help": "which sheet of an .xlsx is read (the first that shows anything)"}),
            ("--shown-only", {"action": "store_true", "help": "without the rows that Excel hides"}),
            ("--encoding", {"metavar": "NAME", "help": "how the letters are written, if not as UTF-8: windows-1252"}),
            ("--fill", {"action": "store_true", "help": "what is known already stays; only what is missing is taken"}),
            (
                "--in-part",
                {"action": "store_true", "help": "take a row without the values that cannot be read"},
            ),
            ("--report", {"type": Path, "metavar": "FILE", "help": "where the report is written (beside the file)"}),
            ("--again", {"action": "store_true", "help": "from the beginning, though it was imported before"}),
            ("--dry-run", {"action": "store_true", "help": "only say what would be done, and write the report"}),
        ),
    ),
    Command("people export", "write all that is kept of a person, as JSON", (PERSON, OUT)),
    Command(
        "people export-all",
        "write everybody, or one segment, into a table with their consents",
        (
            ("file", {"type": Path, "metavar": "FILE", "help": "the .csv or .jsonl to write"}),
            ("--segment", {"metavar": "ID", "help": "only who is in it, such as big-teams"}),
        ),
    ),
    Command(
        "people check",
        "look for impossible numbers and addresses, duplicates, and missing time zones",
        (("--out", {"type": Path, "metavar": "FILE", "help": "write each finding into this .csv"}),),
    ),
    Command("people preferences", "print the link to a person's preference page", (PERSON,)),
    Command("people consent", "write the proof of what a person consented to, as JSON", (PERSON, OUT)),
    Command(
        "people proof",
        "write the proof of what a person consented to, with every decision on messages, as a PDF or JSON",
        (PERSON, PROOF_OUT, FONT),
    ),
    Command(
        "people erase",
        "delete all that is kept of a person",
        (PERSON, ("--yes", {"action": "store_true", "help": "go ahead; it cannot be undone"}), BY),
    ),
    Command(
        "people receipt",
        "show what has become of an erasure, here, at the desk and in CRMs",
        (("receipt", {"nargs": "?", "metavar": "ID", "help": "the id on the receipt (the latest ones)"}),),
    ),
    Command(
        "people retention",
        "show how long data on people is kept, and what would be deleted now",
        (("--apply", {"action": "store_true", "help": "delete it now; a running service does it once a day"}),),
    ),
    Command(
        "people rectify",
        "correct what is known of a person",
        (
            PERSON,
            ("values", {"nargs": "+", "metavar": "NAME=VALUE", "help": "such as team_size=50; name= deletes"}),
            BY,
        ),
    ),
    Command(
        "people object",
        "end all marketing to a person, and all scoring of them",
        (PERSON, ("--withdraw", {"action": "store_true", "help": "they no longer object"}), BY),
    ),
    Command(
        "people restrict",
        "keep what is known of a person, and use it for nothing",
        (
            PERSON,
            ("--lift", {"action": "store_true", "help": "it may be used again"}),
            ("--informed", {"default": "", "metavar": "HOW", "help": "with --lift: how they were told of it before"}),
        ),
    ),
    Command(
        "privacy register",
        "write the register of processing (GDPR article 30) from what is set up here",
        (("--json", {"action": "store_true", "help": "as JSON, for programs"}), OUT),
    ),
    Command("segments list", "list the segments, with how many people are in each"),
    Command("segments show", "list who is in a segment", (("segment", {"help": "its id, such as big-teams"}),)),
    Command(
        "segments check",
        "count the people for whom a condition is true",
        (("condition", {"help": "such as \"profile.team_size > 20 and 'trial' in profile.tags\""}),),
    ),
    Command(
        "report",
        "report what became of people and what it cost: conversion, lift, sources, funnel, response time, containment",
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
        (
            (
                "--predict",
                {
                    "choices": ("likelihood", "churn_risk"),
                    "default": "likelihood",
                    "help": "churn_risk: how likely customers are to leave, as journeys/churn/plan.yml has it",
                },
            ),
            ("--dry-run", {"action": "store_true", "help": "only say how good it would be"}),
        ),
    ),
    Command("score check", "show whether a scorecard is in force, and how far people have changed since"),
    Command("score explain", "show a person's score and likelihood, with the reasons", (PERSON,)),
    Command(
        "segments discover",
        "find groups of people who are alike, and put each into a condition",
        (
            ("--by", {"metavar": "ATTRIBUTES", "help": "by which, such as team_size,country (all that may be used)"}),
            ("--seed", {"type": int, "default": 1, "help": "another draw (1)"}),
            ("--save", {"nargs": 2, "metavar": ("NUMBER", "NAME"), "help": "make a segment of this group"}),
        ),
    ),
)

GROUPS: Mapping[str, str] = {
    "privacy": "write the record that the law asks of this installation",
    "people": "look at what is known of people, and do what they ask for",
    "segments": "look at the groups of people that journeys are for",
    "score": "learn how likely leads are to be won, and see why",
}
