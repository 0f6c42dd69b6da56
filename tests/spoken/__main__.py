"""Speaks sentences, recognises them, and says over the voice channel what was recognised: how many are understood?

`make spoken` runs it. What is typed as it was meant is the measure of what recognition costs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from ruamel.yaml import YAML

from tests.connectors.twilio_voice.telephone import Telephone
from tests.running import Feed, RunningServer, running

HERE = Path(__file__).parent
LEAST_CLOSE_BY = 0.75
"""Of the sentences that are understood when they are typed; less means that something is broken on the way."""


@dataclass(frozen=True)
class Sentence:
    intent: str
    words: str


@dataclass(frozen=True)
class Heard:
    """A sentence as somebody heard it, and the intent that it was taken for."""

    sentence: Sentence
    heard: str
    intent: str

    @property
    def is_right(self) -> bool:
        return self.intent == self.sentence.intent


def recognised(python: str, sentences: Sequence[Sentence]) -> list[list[str]]:
    lines = "\n".join(one.words for one in sentences)
    ran = subprocess.run(
        [python, str(HERE / "speak_and_listen.py")], input=lines, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"speaking and listening failed:\n{ran.stderr}")
    return [json.loads(line) for line in ran.stdout.splitlines()]


async def understood(
    server: RunningServer, sentences: Sequence[Sentence], heard: Sequence[str], *, first: int
) -> list[Heard]:
    """Each is said in a call of its own, by somebody whom we do not know; the calls are counted from `first`."""
    told: list[Heard] = []
    async with ClientSession() as http, Feed(http, f"{server.address}/playground/events?after=0") as seen:

        async def post(deed: dict[str, Any]) -> str:
            async with http.post(f"{server.address}/playground/act/voice", json=deed) as response:
                response.raise_for_status()
                return await response.text()

        for number, (sentence, words) in enumerate(zip(sentences, heard, strict=True), start=first):
            call = f"CA{number:032}"
            phone = Telephone(post, f"+44770{number:07}", call)
            await phone.call()
            if not words:
                told.append(Heard(sentence, words, "nothing"))
                continue
            await phone.say(words)
            turn = await seen.until(partial(_is_turn, f"voice:{call}:1"))
            told.append(Heard(sentence, words, turn["understood"]["intent"]))
    return told


def _is_turn(key: str, item: Mapping[str, Any]) -> bool:
    return item.get("message_id") == key


def show(title: str, told: Sequence[Heard]) -> int:
    right = sum(one.is_right for one in told)
    print(f"{title}: {right} of {len(told)} understood ({right / len(told):.0%})")
    for one in told:
        if not one.is_right:
            print(f"    {one.sentence.words!r} was heard as {one.heard!r}, and taken for {one.intent}")
    return right


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="of the environment that can speak and listen")
    python = parser.parse_args().python
    by_intent = YAML(typ="safe").load(HERE / "sentences.yml")
    sentences = [Sentence(intent, words) for intent, spoken in by_intent.items() for words in spoken]
    heard = recognised(python, sentences)
    with tempfile.TemporaryDirectory() as data, running(Path(data)) as server:
        typed = asyncio.run(understood(server, sentences, [one.words for one in sentences], first=1000))
        close_by = asyncio.run(understood(server, sentences, [one[0] for one in heard], first=2000))
        by_phone = asyncio.run(understood(server, sentences, [one[1] for one in heard], first=3000))
    asked = show("as they were meant", typed)
    right = show("spoken close by", close_by)
    show("spoken over a telephone line", by_phone)
    return int(right < LEAST_CLOSE_BY * asked)


if __name__ == "__main__":
    sys.exit(main())
