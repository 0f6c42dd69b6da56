"""Ask the language model, within what the conversation may spend in a day, and note what it cost.

It fails to nothing: whoever asks goes on without it, and the explanation of the turn says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Final

import structlog

from bot.domain.errors import LanguageModelAway, LanguageModelError, LanguageModelNonsense
from bot.domain.ids import ConversationId, new_id
from bot.domain.language_model import Completion, ModelUse, Prompt
from bot.services.runtime import Runtime

log = structlog.get_logger()

ANSWERED: Final = "answered"
BUDGET_SPENT: Final = "not asked: this conversation has spent its budget of today"


@dataclass(slots=True)
class ModelCall:
    """One question to the model as the explanation tells it; the asker adds what it made of the answer.

    `kept` and `dropped` say what of the answer holds, and what does not and why.
    """

    use: ModelUse
    outcome: str
    tokens_in: int = 0
    tokens_out: int = 0
    milliseconds: float = 0.0
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def may_ask(runtime: Runtime, use: ModelUse) -> bool:
    """Whether there is a model, and it is used for this; whether the budget allows it is seen when it is asked."""
    return runtime.model is not None and use in runtime.model_terms.uses


async def ask_model(runtime: Runtime, conversation_id: ConversationId, prompt: Prompt) -> tuple[str | None, ModelCall]:
    """The model's answer as it came, or None; never raises for what the model does."""
    call = ModelCall(prompt.use, ANSWERED)
    if runtime.model is None or await _budget_is_spent(runtime, conversation_id):
        call.outcome = BUDGET_SPENT
        return None, call
    begun = perf_counter()
    text: str | None = None
    try:
        completion = await runtime.model.complete(prompt)
    except LanguageModelError as error:
        # Their words repeat nothing that was said.
        log.warning("the language model gave no answer", use=prompt.use, error=str(error))
        call.outcome = str(error)
        if isinstance(error, LanguageModelAway) and not error.asked:
            return None, call
        if isinstance(error, LanguageModelNonsense):
            call.tokens_in, call.tokens_out = error.tokens_in, error.tokens_out
    else:
        text = _taken(completion, call)
    call.milliseconds = round((perf_counter() - begun) * 1000, 2)
    await _note(runtime, conversation_id, call)
    return text, call


def _taken(completion: Completion, call: ModelCall) -> str:
    call.tokens_in, call.tokens_out = completion.tokens_in, completion.tokens_out
    return completion.text


async def _budget_is_spent(runtime: Runtime, conversation_id: ConversationId) -> bool:
    terms = runtime.model_terms
    if not terms.calls:
        return True
    async with runtime.store.transaction() as uow:
        feed = _ledger(conversation_id, runtime.clock.now())
        calls = await uow.feeds.read([feed], after=0, limit=terms.calls)
    spent = sum(call.item["tokens_in"] + call.item["tokens_out"] for call in calls)
    return len(calls) >= terms.calls or spent >= terms.tokens


async def _note(runtime: Runtime, conversation_id: ConversationId, call: ModelCall) -> None:
    """In a transaction of its own: the tokens are spent, whatever becomes of the turn."""
    now = runtime.clock.now()
    cost = {"use": call.use, "tokens_in": call.tokens_in, "tokens_out": call.tokens_out}
    async with runtime.store.transaction() as uow:
        await uow.feeds.append(_ledger(conversation_id, now), new_id(now), cost, now)


def _ledger(conversation_id: ConversationId, now: datetime) -> str:
    return f"model:{conversation_id}:{now.date().isoformat()}"
