"""Holds Overture's dialogue engine against real Rasa: `make conformance`.

Prints each turn at which the two part without a reason in `docs/rasa-differences.md`, and then ends with status 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.conformance.cases import CASES, Case, Script
from tests.conformance.comparison import compare
from tests.conformance.recordings import Conversation, record
from tests.conformance.walks import walk

ROOT = Path(__file__).parents[2]


def ask_rasa(case: Case, python: str, scripts: list[Script]) -> list[Conversation]:
    """The conversations with what Rasa did at each turn."""
    with tempfile.TemporaryDirectory() as folder:
        task, result, log = (Path(folder) / name for name in ("script.json", "turns.json", "rasa.log"))
        told = {"assistant": str(case.folder), "policies": case.policies, "actions": case.actions}
        task.write_text(json.dumps(told | {"conversations": scripts}))
        command = [python, "-m", "tests.conformance.rasa_driver", str(task), str(result)]
        with log.open("w") as output:
            code = subprocess.call(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        if code:
            sys.exit(f"{log.read_text()[-3000:]}\nRasa failed on {case.name}.")
        held: list[list[dict[str, Any]]] = json.loads(result.read_text())
        return [script | {"rasa": turns} for script, turns in zip(scripts, held, strict=True)]


async def hold(case: Case, conversations: list[Conversation], show: str | None) -> int:
    """Compare, and print how it went; how many conversations differ and should not."""
    assistant = case.assistant()
    alike, unexplained, meant = 0, 0, Counter[str]()
    for conversation in conversations:
        outcome = await compare(case, assistant, conversation)
        alike += outcome.alike
        meant.update(filter(None, (*outcome.meant, outcome.fork)))
        unexplained += outcome.unexplained
        if outcome.unexplained or (outcome.fork and outcome.fork == show):
            print(f"{case.name}, {conversation['name']}: {outcome.fork or 'unexplained'}\n{outcome.parting}\n")
    in_all = sum(len(conversation["turns"]) for conversation in conversations)
    print(
        f"{case.name}: {len(conversations)} conversations, {alike} of {in_all} turns alike, {unexplained} unexplained; "
        f"meant: {dict(meant)}",
        flush=True,
    )
    return unexplained


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("names", nargs="*", help="the assistants; all of them where none is named")
    parser.add_argument("--rasa", default=".conformance/bin/python", help="the Python that has Rasa")
    parser.add_argument("--walks", type=int, default=200, help="random conversations with each assistant")
    parser.add_argument("--record", action="store_true", help="keep what Rasa did for the tests that run without it")
    parser.add_argument("--show", metavar="ID", help="print where the engines part because of this difference")
    options = parser.parse_args()
    unexplained = 0
    for case in CASES:
        if options.names and case.name not in options.names:
            continue
        if not case.is_here:
            print(f"{case.name}: passed over, for ../shared/rasa_bots is absent")
            continue
        assistant, told = case.assistant(), case.test_stories()
        walks = [await walk(case, assistant, seed) for seed in range(options.walks)]
        conversations = ask_rasa(case, options.rasa, [*told, *walks])
        unexplained += await hold(case, conversations, options.show)
        if options.record:
            record(case.name, conversations[: len(told)], conversations[len(told) :])
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
