"""Rephrase: have a language model put a response into other words, where its author lets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue.rephrasing import opted_in, read_rephrased, rephrase_prompt
from bot.dialogue.responses import fill_in
from bot.domain.assistant import Assistant
from bot.domain.conversation import Tracker
from bot.domain.effects import Say
from bot.services.ask_model import ModelCall, ask_model, may_ask
from bot.services.runtime import Runtime


async def in_other_words(
    runtime: Runtime, assistant: Assistant, tracker: Tracker, say: Say
) -> tuple[Say, Sequence[ModelCall]]:
    """What is said, with the same values in other words, or as it was; and what was asked for it."""
    if not may_ask(runtime, "rephrasing") or not say.response or not say.content.text or say.content.template:
        return say, ()
    values = {**tracker.slots, **say.arguments}
    variation = opted_in(assistant, say.response, say.content.text, values)
    if variation is None:
        return say, ()
    answer, call = await ask_model(runtime, tracker.conversation_id, rephrase_prompt(variation))
    if answer is None:
        return say, [call]
    template, why = read_rephrased(answer, variation)
    if template is None:
        call.dropped = (f"{say.response}: {why}",)
        return say, [call]
    call.kept = (say.response,)
    defaults = variation.metadata.get("defaults")
    text = fill_in(template, values, defaults if isinstance(defaults, Mapping) else {})
    return replace(say, content=replace(say.content, text=text)), [call]
