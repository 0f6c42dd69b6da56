"""`overture alexa model`: the interaction model of a skill, for the developer console's JSON Editor."""

from __future__ import annotations

import argparse
import json
import sys

from bot.domain.errors import SettingsError
from bot.domain.understanding import KNOWLEDGE_INTENT
from bot.entrypoints.command_line.files import write_whole
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.voice_model import voice_model
from bot.nlu.skill_model import FREE_SPEECH, INVOCATION, WORDS
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not INVOCATION.fullmatch(options.invocation):
        raise SettingsError(
            f'--invocation is "{options.invocation}". Alexa wants two words or more, in small letters: "harbour line".'
        )
    made = voice_model(shelves_of(settings, channel_names(settings)), options.invocation)
    text = json.dumps(made.model, indent=2, ensure_ascii=False) + "\n"
    if options.out is None:
        print(text, end="")
    else:
        write_whole(options.out, text)
    for left_out in made.left_out:
        print(f"left to {FREE_SPEECH}, since Alexa takes them not as samples: {left_out}", file=sys.stderr)
    print(f"{KNOWLEDGE_INTENT} is left to {FREE_SPEECH}, whose slot {WORDS} holds what was said", file=sys.stderr)
    return 0
