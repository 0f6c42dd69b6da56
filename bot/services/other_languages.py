"""Other languages: a conversation keeps its language, and one that the assistant does not speak is told so, in it.

Asking to stop is heard in every language.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.responses import render
from bot.domain.assistant import Assistant
from bot.domain.conversation import OpenLoop, SlotSet, Tracker
from bot.domain.effects import Say
from bot.domain.languages import LANGUAGE_SLOT, OWN_NAMES
from bot.domain.understanding import FALLBACK_INTENT, STOP_INTENT, IntentScore, Understood
from bot.domain.word_forms import own_words, spelled
from bot.ports import Playbook
from bot.services.thought import Thought

NOT_SPOKEN = "utter_language_not_spoken"


def language_of(tracker: Tracker) -> str:
    """The language of the conversation so far; empty where it is not known."""
    kept = tracker.slots.get(LANGUAGE_SLOT)
    if isinstance(kept, str) and kept:
        return kept
    return tracker.latest_message.understood.language if tracker.latest_message is not None else ""


def languages_read(playbook: Playbook, tracker: Tracker) -> frozenset[str]:
    """Those in which more than words of the assistant's own is read, such as the time that somebody picks: the ones
    that it speaks, and that of the conversation."""
    return playbook.languages | ({language_of(tracker)} - {""})


def keep_language(playbook: Playbook, thought: Thought, understood: Understood) -> None:
    """Set the slot `language` where the message is in another language than the conversation was.

    Only where it is of use: the assistant speaks several, or declares the slot for it to be set from outside. A slot of
    this name that messages or forms fill means something else, and stays as it is.
    """
    if heard := language_kept(playbook, thought.tracker, understood.language):
        thought.apply(heard)


def language_kept(playbook: Playbook, tracker: Tracker, language: str) -> SlotSet | None:
    """What keeps it that the conversation is in this language from now on; None where it is so, or it is not kept."""
    current = tracker.slots.get(LANGUAGE_SLOT) or playbook.assistant.configuration.language
    if language in ("", current) or not _is_kept(playbook.assistant, playbook):
        return None
    return SlotSet(LANGUAGE_SLOT, language)


def _is_kept(assistant: Assistant, playbook: Playbook) -> bool:
    declared = assistant.slots.get(LANGUAGE_SLOT)
    if declared is None:
        return len(playbook.languages) > 1
    return all(mapping.type == "custom" and mapping.action is None for mapping in declared.mappings)


def say_not_spoken(playbook: Playbook, thought: Thought, understood: Understood) -> None:
    """Say in the message's own language that it is not spoken, and which are."""
    thought.acted.append((NOT_SPOKEN, f'the message is in a language that is not spoken: "{understood.language}"'))
    response = playbook.assistant.responses.get(NOT_SPOKEN)
    if response is None:
        return
    spoken = sorted(playbook.languages, key=lambda one: (one != playbook.assistant.configuration.language, one))
    names = ", ".join(OWN_NAMES.get(language, language) for language in spoken)
    content = render(
        response, thought.tracker, thought.channel, values={"languages": names}, language=understood.language
    )
    thought.say(Say(content, NOT_SPOKEN))


def as_stop(understood: Understood) -> Understood:
    """The reading of a message that asks to stop by its words; what is asked for by law stays so."""
    if understood.intent.name.startswith("request_"):
        return understood
    return replace(understood, intent=IntentScore(STOP_INTENT, 1.0), stage="keyword", answer=None, passages=())


def stops_in_words(
    playbook: Playbook, loop: OpenLoop | None, understood: Understood, text: str, *, asked: bool
) -> bool:
    """Whether the message asks to stop by its words, all there is to go by in a language without examples of that.

    In one that is spoken, only where nothing else reads the message: it is not understood, and no form waits for an
    answer, which any words may be; or something is `asked` for by law, and only that was read. Where its language
    cannot be told, sentences count in any case, but no words of languages with examples, nor one that may be an answer.
    """
    if loop is None and not asked and (playbook.rules.kept_in(text) or playbook.rules.ends_several(text)):
        return True  # it ends channels, and maybe keeps others, and says nothing else
    with_examples, text = playbook.opt_out_languages, own_words(text)
    if understood.foreign:
        return playbook.rules.asks_to_stop(text)
    if not asked and (understood.intent.name != FALLBACK_INTENT or loop is not None):
        is_strange = understood.language not in playbook.languages and (loop is None or len(spelled(text)) > 1)
        return is_strange and playbook.rules.says_to_stop(text, but=with_examples)
    without = understood.language and understood.language not in with_examples
    but = () if without else with_examples
    if playbook.languages <= with_examples:
        return playbook.rules.says_to_stop(text, but=but)
    return playbook.rules.asks_to_stop(text, but=but)
