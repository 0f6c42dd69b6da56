"""Compose an answer: let a language model answer from passages of the knowledge pages where none of them does."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.ids import ConversationId
from bot.domain.understanding import KnowledgeAnswer
from bot.nlu.composed_answer import Refused, answer_prompt, read_composed
from bot.services.ask_model import ModelCall, ask_model, may_ask
from bot.services.runtime import Runtime


async def compose_answer(
    runtime: Runtime, conversation_id: ConversationId, question: str, passages: Sequence[KnowledgeAnswer]
) -> tuple[KnowledgeAnswer | None, Sequence[ModelCall]]:
    """An answer with the page that it is mostly from, or None; and what was asked for it."""
    if not may_ask(runtime, "answers"):
        return None, ()
    answer, call = await ask_model(runtime, conversation_id, answer_prompt(question, passages))
    if answer is None:
        return None, [call]
    composed = read_composed(answer, passages)
    if isinstance(composed, Refused):
        call.dropped = (composed.why,)
        return None, [call]
    source = composed.source
    call.kept = (f"an answer from {source.title}",)
    return KnowledgeAnswer(composed.text, source.title, source.url, source.score), [call]
