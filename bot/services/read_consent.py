"""Read consent: what a message says to a question on consent, whatever it was taken for: a yes is one by its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.dialogue.protected import agreeing_intents, asks_for_consent, consenting_intents, refusing_intents
from bot.domain.agreement import Agreement, agreement_in, begins_with_yes, knows
from bot.domain.assistant import Assistant
from bot.domain.conversation import Tracker
from bot.domain.folding import plain_letters
from bot.domain.narrowed_yes import is_narrowed, is_unsure, says_no_too
from bot.domain.own_questions import asks
from bot.domain.sending_rules import CONFIRM, DENY, SendingRules
from bot.domain.understanding import (
    CORRECT_INTENT,
    FALLBACK_INTENT,
    INFORM_INTENT,
    OPT_OUT_INTENT,
    OUT_OF_SCOPE_INTENTS,
    IntentScore,
    Understood,
)
from bot.domain.word_forms import sentences, spelled
from bot.ports import Playbook

SURELY_A_YES: Final = 0.6
"""Confidence from which a yes is one on consent, in a language whose words are not told. Those who agree are read with
0.8 and more, "hmm" and "uh" with 0.3 to 0.55, which is enough for any other question."""

SURELY_A_NO: Final = 0.5
"""Confidence from which a no is one that has no word of it: "maybe" and "ask my boss" are read with less."""

_READ: Final = frozenset({"classifier", "fallback", "knowledge"})
"""Stages in which words were compared: the others know what was meant."""

_CERTAIN: Final = 1.0
"""Confidence of an opt-out that is told by its words."""

_SAYS_MORE: Final = OUT_OF_SCOPE_INTENTS | {INFORM_INTENT, CORRECT_INTENT, OPT_OUT_INTENT}
"""What a message may not say besides a yes: it may take something from it."""


def read_consent(playbook: Playbook, tracker: Tracker, understood: Understood) -> Understood:
    """The reading, except where it is no answer on consent as it stands: then the question is asked again.

    Half a yes ("hmm"), a narrowed one ("yes, but only by e-mail"), one with a no in it and somebody else's ("she said
    yes") are no consent, which is unambiguous. "No problem" is one, and so is "oui" in whatever language was asked. A
    question and "maybe" are no refusal either, nor is a condition ("ok, but no spam") an opt-out.
    """
    assistant = playbook.assistant
    if understood.stage not in _READ or not asks_for_consent(assistant, tracker):
        return understood
    intent, agreeing = understood.intent, agreeing_intents(assistant)
    if intent.name == OPT_OUT_INTENT and intent.confidence >= _CERTAIN:
        return understood
    said = _agreement(playbook, tracker, understood)
    if intent.name in agreeing:
        if said is not Agreement.NONE:
            whole = agreement_in(understood.text, _asked(tracker)) is not Agreement.NONE
            return replace(understood, further=()) if whole else understood  # the rest is a name beneath it
        stops = any(playbook.rules.keyword(part) == "stop" for part in _parts(understood.text))
        return replace(understood, intent=_OPT_OUT, further=()) if stops else _not_understood(understood)
    if said is Agreement.PLAIN and (consenting := consenting_intents(assistant, tracker)):
        return _as(understood, consenting[0])
    if intent.name == OPT_OUT_INTENT and _is_about_opting_out(playbook.rules, understood.text):
        return replace(_undecided(assistant, understood), may_opt_out=True)
    refusing = refusing_intents(assistant, tracker)
    if intent.name not in refusing and refusing and DENY in playbook.rules.answers(understood.text):
        return _as(understood, refusing[0])
    if intent.name in refusing and _is_no_refusal(understood, playbook.rules):
        return _undecided(assistant, understood)
    if intent.name in OUT_OF_SCOPE_INTENTS and _OF_AGREEING.search(plain_letters(understood.text)):
        return _undecided(assistant, understood)
    return understood


WHY: Final = IntentScore("ask_why", 1.0)
"""The intent of the pattern that says what a question is for."""

_OF_AGREEING: Final = re.compile(
    r"\b(?:agree|consen|consient|permission|subscrib|sign(?:ing)? up|zustimm|stimme|einwillig|willig|erlaub"
    r"|accept|accord|acept|acced|autori[sz])"
)
"""Words of a question about the question: "what am I agreeing to?"."""

_OPT_OUT: Final = IntentScore(OPT_OUT_INTENT, _CERTAIN)


def _agreement(playbook: Playbook, tracker: Tracker, understood: Understood) -> Agreement:
    """Whether it is a yes by its words; where they are not told in a language that is spoken, by the classifier's
    confidence."""
    text, intent = understood.text, understood.intent
    narrowed = is_narrowed(text) or says_no_too(text)
    if knows(playbook.languages):
        if (whole := agreement_in(text, _asked(tracker))) is not Agreement.NONE:
            return whole
        first, *further = understood.apart()
        takes_back = any(_says_more(one) for one in further)
        if takes_back or (further and narrowed):
            return Agreement.NONE
        return agreement_in(first.text, _asked(tracker))
    if narrowed or intent.name not in agreeing_intents(playbook.assistant):
        return Agreement.NONE
    is_word = any(CONFIRM in playbook.rules.answers(word) for word in spelled(text))
    return Agreement.MILD if is_word or intent.confidence >= SURELY_A_YES else Agreement.NONE


def _says_more(part: Understood) -> bool:
    """Whether it may take something from a yes; a question does not."""
    return part.intent.name == OPT_OUT_INTENT or ("?" not in part.text and part.intent.name in _SAYS_MORE)


def _asked(tracker: Tracker) -> str:
    """The words that the message answers."""
    return tracker.last_uttered.text if tracker.last_uttered is not None else ""


def _is_about_opting_out(rules: SendingRules, text: str) -> bool:
    """Whether what was guessed to be an opt-out is a question how that goes ("can I stop later?"), or a yes with a
    condition ("ok, but no spam")."""
    if any(rules.keyword(part) == "stop" for part in _parts(text)):
        return False
    conditional = begins_with_yes(text) and (is_narrowed(text) or says_no_too(text))
    return conditional or "?" in text or asks(text)


def _is_no_refusal(understood: Understood, rules: SendingRules) -> bool:
    """Whether it is a question, or as good as "I don't know"; a word that means no always counts."""
    text = understood.text
    if any(DENY in rules.answers(word) for word in spelled(text)[:1]):
        return False
    if is_unsure(text) or asks(text):
        return True
    return understood.intent.confidence < SURELY_A_NO and not says_no_too(text)


def _parts(text: str) -> Iterator[str]:
    """Its sentences and clauses."""
    for sentence in sentences(text.replace(",", ".")):
        yield " ".join(sentence.words)


def _as(understood: Understood, intent: str) -> Understood:
    """The answer that it is by its words."""
    read = IntentScore(intent, _CERTAIN)
    return replace(understood, intent=read, stage="classifier", answer=None, foreign=False)


def _undecided(assistant: Assistant, understood: Understood) -> Understood:
    """A question about the question, which is told what it is for, or nothing that can be answered."""
    if asks(understood.text) and WHY.name in assistant.intents:
        return replace(understood, intent=WHY, further=())
    return _not_understood(understood)


def _not_understood(understood: Understood) -> Understood:
    fallback = IntentScore(FALLBACK_INTENT, round(1.0 - min(1.0, understood.intent.confidence), 4))
    return replace(understood, intent=fallback, stage="fallback", further=())
