"""Commands for the assistant: what it says, understands and knows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.adapters.content.starter_languages import languages_to_choose
from bot.entrypoints.command_line.verbs.command import Command

COMMANDS = (
    Command(
        "init",
        "start an assistant of your own, in a new or empty folder",
        (
            ("folder", {"type": Path, "help": "the folder to write"}),
            ("--name", {"metavar": "COMPANY", "help": "what your company is called (the folder's name)"}),
            ("--language", {"default": "en", "help": f"what it speaks, en unless said: {languages_to_choose()}"}),
        ),
    ),
    Command("validate", "check everything in nlu_data/ and journeys/"),
    Command(
        "train",
        "train the model that understands messages, if its data has changed",
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
        "run test stories against the assistant",
        (
            ("path", {"nargs": "?", "type": Path, "help": "a file or folder of test stories (the assistant's tests/)"}),
            ("--out", {"type": Path, "default": Path("results"), "help": "the folder of the reports (results/)"}),
            (
                "--stories",
                {"action": "store_true", "help": "check only what is done; messages mean what the stories say"},
            ),
            ("--nlu", {"action": "store_true", "help": "check only what is understood"}),
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
            ("--format", {"choices": ("rasa-events", "jsonl"), "default": "rasa-events", "help": "in which format"}),
            ("--since", {"help": "only events from this time on, such as 2026-11-24 or 2026-11-24T09:00Z"}),
            ("--after", {"help": "go on after this place, which an earlier export printed"}),
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
        "show what a text means, and why",
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
        "measure how well messages are understood, and what would improve it",
        (
            (
                "--test",
                {"type": Path, "metavar": "PATH", "help": "judge these examples (the assistant's own, in folds)"},
            ),
            ("--folds", {"type": int, "default": 5, "help": "how many folds to cross-validate in (5)"}),
            ("--out-of-scope", {"type": Path, "metavar": "FILE", "help": "messages that should not be understood"}),
            (
                "--out",
                {"type": Path, "default": Path("results/nlu"), "help": "the folder of the report (results/nlu/)"},
            ),
        ),
    ),
)

GROUPS: Mapping[str, str] = {
    "knowledge": "see what the knowledge pages answer, and what they do not",
    "nlu": "look into how messages are understood",
}
