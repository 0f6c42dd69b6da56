"""Understand: what a message or a button means."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import tzinfo
from functools import partial

import structlog

from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT, Tracker
from bot.domain.errors import DialogueError
from bot.domain.understanding import ANYBODY, FALLBACK_INTENT, OPT_OUT_INTENT, Asker, Expecting, Understood
from bot.services.other_languages import languages_read
from bot.services.read_change import read_change
from bot.services.runtime import Runtime

log = structlog.get_logger()


async def understand(
    runtime: Runtime, tracker: Tracker, text: str, region: str, zone: tzinfo, asker: Asker = ANYBODY
) -> Understood:
    """The reading of a text that is written now, in that country and time zone; off the event loop, for an encoder
    computes."""
    playbook, now = runtime.library.current(), runtime.clock.now()
    assistant, languages = playbook.assistant, languages_read(playbook, tracker)
    parse = partial(playbook.nlu.parse, region=region, zone=zone, now=now, asker=asker)

    def read() -> Understood:
        understood = parse(text, expecting=expecting(assistant, tracker))
        return read_change(
            assistant,
            tracker,
            understood,
            lambda value, asked: parse(value, expecting=asked),
            languages,
            now=now,
            zone=zone,
        )

    understood = await asyncio.to_thread(read)
    return await _as_the_engine_reads_it(runtime, understood, tracker)


async def read_payload(runtime: Runtime, tracker: Tracker, payload: str, region: str) -> Understood:
    """What a button means. It says so itself, which takes no encoder."""
    playbook = runtime.library.current()
    understood = playbook.nlu.parse(payload, expecting=expecting(playbook.assistant, tracker), region=region)
    return await _as_the_engine_reads_it(runtime, understood, tracker)


async def _as_the_engine_reads_it(runtime: Runtime, understood: Understood, tracker: Tracker) -> Understood:
    """Our own reading comes first, so that an opt-out is one whatever the engine."""
    if understood.intent.name == OPT_OUT_INTENT:
        return understood
    try:
        read = await runtime.dialogue.understand(understood, tracker)
    except DialogueError as error:
        log.warning("the dialogue engine did not read a message", error=str(error))
        return understood
    no_wiser = read.intent.name in (FALLBACK_INTENT, understood.intent.name)
    return replace(
        read,
        language=understood.language,
        foreign=understood.foreign and no_wiser,
        may_opt_out=understood.may_opt_out,
    )


def expecting(assistant: Assistant, tracker: Tracker) -> Expecting | None:
    """The slot that the open form has just asked for, with the entities and the words that would fill it."""
    slot = tracker.slots.get(REQUESTED_SLOT)
    if tracker.loop is None or not isinstance(slot, str):
        return None
    return Expecting(tracker.loop.name, slot, assistant.entities_for(slot), assistant.words_for(slot))
