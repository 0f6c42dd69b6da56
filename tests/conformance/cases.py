"""Which assistants are held against Rasa, in which conversations."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.domain.assistant import Assistant

HERE = Path(__file__).parent
PUBLIC = HERE.parents[2] / "shared" / "rasa_bots"

MEMOIZATION = ("MemoizationPolicy", "RulePolicy")
AUGMENTED = ("AugmentedMemoizationPolicy", "RulePolicy")

MARK = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<entity>[^)]+)\)|(?P<details>\{[^}]*\}))")

Script = dict[str, Any]
"""A conversation: its name, what is heard at each turn, perhaps a channel and answers of custom actions."""


@dataclass(frozen=True, slots=True)
class Case:
    """An assistant, and what random conversations with it may use beside its own words."""

    name: str
    folder: Path
    policies: tuple[str, str]
    actions: str | None = None
    words: tuple[str, ...] = ()

    @property
    def is_here(self) -> bool:
        return self.folder.is_dir()

    def assistant(self) -> Assistant:
        """The assistant with the policies of this case in place of its own, as Rasa has it here."""
        files = sorted(path for path in self.folder.rglob("*.yml") if "tests" not in path.parts[-2:])
        content = [parse(path.name, path.read_text(encoding="utf-8")) for path in files if path.name != "config.yml"]
        policies = "policies:\n" + "".join(f"- name: {policy}\n" for policy in self.policies)
        return read_assistant([*content, parse("config.yml", policies)])

    def test_stories(self) -> list[Script]:
        """The conversations of the assistant's own test stories."""
        file = self.folder / "tests" / "test_stories.yml"
        if not file.is_file():
            return []
        stories = parse(file.name, file.read_text(encoding="utf-8")).data["stories"]
        return [
            {
                "name": str(story["story"]),
                "turns": [_heard(str(step["user"]), str(step["intent"])) for step in story["steps"] if "user" in step],
            }
            for story in stories
        ]


def _heard(marked: str, intent: str) -> dict[str, Any]:
    """A test story's message: `[Lisa](PERSON)`, `[card]{"entity": "account_type", "value": "credit"}`."""
    entities = []
    for match in MARK.finditer(marked):
        details = json.loads(match["details"]) if match["details"] else {"entity": match["entity"]}
        entities.append({"value": match["text"], **details})
    heard = {"text": MARK.sub(lambda match: match["text"], marked).strip(), "intent": intent}
    return heard | ({"entities": entities} if entities else {})


def _own(name: str, *, words: Sequence[str] = ()) -> Case:
    module = f"tests.conformance.actions.{name}" if (HERE / "actions" / f"{name}.py").is_file() else None
    return Case(name, HERE / "assistants" / name, AUGMENTED, module, tuple(words))


MOODBOT = Case("moodbot", PUBLIC / "moodbot", MEMOIZATION)
FORMBOT = Case(
    "formbot",
    PUBLIC / "formbot",
    MEMOIZATION,
    "tests.conformance.actions.formbot",
    ("italian", "thai", "swiss", "4", "outside", "inside"),
)
FINANCIAL_DEMO = Case(
    "financial-demo",
    PUBLIC / "financial-demo",
    AUGMENTED,
    "tests.conformance.actions.financial_demo",
    ("emblem", "gringots", "latisha", "lisa", "spend", "deposit", "20", "tomorrow"),
)

CASES = (
    MOODBOT,
    replace(MOODBOT, name="moodbot-augmented", policies=AUGMENTED),
    FORMBOT,
    replace(FORMBOT, name="formbot-augmented", policies=AUGMENTED),
    FINANCIAL_DEMO,
    _own("slots", words=("Rome", "Oslo", "red", "work", "4", "11")),
    _own("forms", words=("soup", "cake", "nothing", "2", "12", "High Street")),
    _own("rules", words=("tea", "pro")),
    _own("stories", words=("small", "large", "x", "1", "9")),
)
