"""What an author most likely forgot: a form that nothing opens or follows, or with a question that nothing answers;
an intent without examples, or that nothing follows; a rule that goes on to nothing; an action without code."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from bot.dialogue.builtin import BUILTIN, BY_THE_SERVICE, DEFAULT_INTENTS
from bot.documents import Document
from bot.domain.assistant import ActionStep, Assistant, LoopStep, Rule, SlotMapping, Story, StoryStep, UserStep
from bot.domain.conversation import ACTION_LISTEN
from bot.domain.entries import EventEntry
from bot.domain.errors import Fault, Place
from bot.domain.journey import Journey
from bot.domain.steps import AskStep
from bot.domain.understanding import (
    ASK_TOLD_INTENT,
    KNOWLEDGE_INTENT,
    OPENED_INTENT,
    OPT_OUT_INTENT,
    OUT_OF_SCOPE_INTENTS,
    base_intent,
)

_NOT_SAID = frozenset({OPENED_INTENT, "send_file", "send_link", "nobody_answered", "none_of_these"})
"""Intents that a channel tells, or a button that an action makes."""

_KNOWN_OTHERWISE = DEFAULT_INTENTS | OUT_OF_SCOPE_INTENTS | {OPT_OUT_INTENT, KNOWLEDGE_INTENT, ASK_TOLD_INTENT}
"""What Rasa itself tells, what the classifier finds without examples, and what has words or pages of its own."""

_PRESSED = re.compile(r"\s*/([^\s{@]+)")
_LEAVES = "action_deactivate_loop"


def dead_ends(
    assistant: Assistant,
    documents: Sequence[Document],
    journeys: Iterable[Journey],
    marked: Mapping[str, Collection[str]],
) -> Iterator[Fault]:
    """Warnings; `marked` are the intents that have examples, each with the entities that are marked in these."""
    journeys = list(journeys)
    yield from _of_forms(assistant, documents, journeys)
    yield from _of_rules(assistant)
    yield from _of_intents(assistant, documents, marked, journeys)


def own_actions(assistant: Assistant) -> list[str]:
    """The declared actions that somebody has to write: neither Rasa's and ours, nor forms, nor responses, also those of
    retrieval intents."""
    others = assistant.actions - BUILTIN - BY_THE_SERVICE - assistant.forms.keys() - {ACTION_LISTEN}
    return [one for one in sorted(others) if not one.startswith("utter_")]


def replaced_actions(assistant: Assistant) -> list[str]:
    """The built-in actions that the assistant lists as its own: they are asked of its code, as in Rasa."""
    return sorted(assistant.actions & BUILTIN)


def actions_to_write(assistant: Assistant) -> list[str]:
    """All actions that somebody's code is asked for."""
    return [*own_actions(assistant), *replaced_actions(assistant)]


def without_code(assistant: Assistant, documents: Sequence[Document], knows: Callable[[str], bool]) -> Iterator[Fault]:
    """Warnings of actions that are declared and that nobody wrote; `knows` tells those that somebody did."""
    for actions, then in ((own_actions, ""), (replaced_actions, ", and what is built in runs")):
        missing = [action for action in actions(assistant) if not knows(action)]
        if missing:
            names = ", ".join(f'"{action}"' for action in missing)
            what, it, to = ("action", "it", "it") if len(missing) == 1 else ("actions", "them", "one of them")
            yield Fault(
                _declared(documents, "actions", missing[0]),
                f"no code has the {what} {names}, so whoever comes to {to} is told that something went wrong.",
                f"Write {it} in the package that OVERTURE_ACTIONS names (nlu_data/README.md says how), or take {it} "
                f"out{then}.",
            )


# ---------------------------------------------------------------- forms


def _of_forms(assistant: Assistant, documents: Sequence[Document], journeys: Iterable[Journey]) -> Iterator[Fault]:
    told: list[Rule | Story] = [*assistant.rules, *assistant.stories]
    asked = {step.form for journey in journeys for step in journey.steps.values() if isinstance(step, AskStep)}
    opened = asked | {form for one in told for form in _opened(one.steps)}
    followed = asked | {form for one in told for form in _followed(one.steps, assistant.forms)}
    for form in assistant.forms:
        place = _declared(documents, "forms", form)
        if form not in opened:
            yield Fault(
                place,
                f'nothing opens the form "{form}": no rule, story or journey has it.',
                f"Write a rule that ends with `- action: {form}` and `- active_loop: {form}`.",
            )
        elif form not in followed:
            yield Fault(
                place,
                f'nothing is said when the form "{form}" is filled in: no rule or story has what follows.',
                f"Write a rule with the condition `- active_loop: {form}` and the steps `- action: {form}`, "
                "`- active_loop: null` and an action.",
            )
        for slot in _never_filled(assistant, form):
            yield Fault(
                place,
                f'nothing fills the slot "{slot}" while the form "{form}" asks for it, so it would ask for ever.',
                f"Give the slot a mapping that holds there, such as `- type: from_text` with the condition "
                f"`- active_loop: {form}`.",
            )
    for rule in assistant.rules:
        for form in _not_open(rule.steps, assistant.forms):
            yield Fault(
                rule.place,
                f'the rule "{rule.name}" runs {form}, and does not say that it is open then, so nothing may follow it.',
                f"Add `- active_loop: {form}` below `- action: {form}`.",
            )


def _never_filled(assistant: Assistant, form: str) -> Iterator[str]:
    """The slots of the form that no mapping fills there. What an action does, only the action knows."""
    if f"validate_{form}" in assistant.actions:
        return
    for name in assistant.forms[form].required_slots:
        slot = assistant.slots.get(name)
        asks = {f"action_ask_{form}_{name}", f"action_ask_{name}"}
        if slot is not None and asks.isdisjoint(assistant.actions) and not any(map(_holds_in(form), slot.mappings)):
            yield name


def _holds_in(form: str) -> Callable[[SlotMapping], bool]:
    def holds(mapping: SlotMapping) -> bool:
        return not mapping.conditions or any(one.active_loop == form for one in mapping.conditions)

    return holds


def _opened(steps: Sequence[StoryStep]) -> Iterator[str]:
    """The forms that are run before they are done."""
    for step, after in _with_what_follows(steps):
        if isinstance(step, ActionStep) and after != LoopStep(None):
            yield step.action


def _followed(steps: Sequence[StoryStep], forms: Collection[str]) -> Iterator[str]:
    """The forms that are filled in here, and not left."""
    running = ""
    for step in steps:
        match step:
            case ActionStep(action=action) if action in forms:
                running = action
            case ActionStep(action=action) if action == _LEAVES:
                running = ""
            case LoopStep(form=None):
                yield running
                running = ""
            case _:
                pass


def _not_open(steps: Sequence[StoryStep], forms: Collection[str]) -> Iterator[str]:
    for step, after in _with_what_follows(steps):
        if isinstance(step, ActionStep) and step.action in forms and not isinstance(after, LoopStep):
            yield step.action


def _with_what_follows(steps: Sequence[StoryStep]) -> Iterator[tuple[StoryStep, StoryStep | None]]:
    """Each step with the next one that is an action, a form or a message; what slots hold is passed over."""
    for number, step in enumerate(steps):
        yield step, next((one for one in steps[number + 1 :] if isinstance(one, ActionStep | LoopStep)), None)


# ---------------------------------------------------------------- rules


def _of_rules(assistant: Assistant) -> Iterator[Fault]:
    """Rules that end with a response and do not wait, where nothing goes on. An action may name what follows it."""
    courses: list[Rule | Story] = [*assistant.rules, *assistant.stories]
    going_on = {
        step.action
        for one in courses
        for step, after in _with_what_follows(one.steps)
        if isinstance(step, ActionStep) and isinstance(after, ActionStep)
    }
    for rule in assistant.rules:
        last = rule.steps[-1] if rule.steps else None
        said = last.action if isinstance(last, ActionStep) and last.action in assistant.responses else None
        if said is not None and said not in going_on and not rule.wait_for_user_input:
            yield Fault(
                rule.place,
                f'the rule "{rule.name}" does not wait after {said}, and no other rule or story goes on from there: '
                "Rasa says next that it did not understand, and here nothing comes.",
                "Take wait_for_user_input: false out, or write a rule that begins with the action.",
            )


# ---------------------------------------------------------------- intents


def _of_intents(
    assistant: Assistant,
    documents: Sequence[Document],
    marked: Mapping[str, Collection[str]],
    journeys: Iterable[Journey],
) -> Iterator[Fault]:
    said = {base_intent(intent) for intent in marked}
    heard = _heard(assistant, journeys) | _answering(assistant, marked)
    for intent in assistant.intents:
        if intent in said and intent not in heard | DEFAULT_INTENTS | OUT_OF_SCOPE_INTENTS | {OPT_OUT_INTENT}:
            yield Fault(
                _declared(documents, "intents", intent),
                f'nothing follows the intent "{intent}": no rule, story, slot or journey has it, so whoever says it is '
                "told that they were not understood.",
                f"Write a rule with the steps `- intent: {intent}` and an action, or take the intent out.",
            )
        if intent not in said and intent not in _NOT_SAID | _KNOWN_OTHERWISE | _pressed(assistant):
            yield Fault(
                _declared(documents, "intents", intent),
                f'the intent "{intent}" has no examples, so no message is understood as it.',
                "Write ten or more under nlu:, or take it out. It may stay if other systems tell it.",
            )


def _heard(assistant: Assistant, journeys: Iterable[Journey]) -> frozenset[str]:
    """The intents that something is done about."""
    told: list[Rule | Story] = [*assistant.rules, *assistant.stories]
    steps = [step.intents for one in told for step in one.steps if isinstance(step, UserStep)]
    mappings = [one.intents for slot in assistant.slots.values() for one in slot.mappings]
    entries = [entry for journey in journeys for entry in journey.entries if isinstance(entry, EventEntry)]
    begun_by = [given for entry in entries for name, given in entry.where if name == "intent"]
    return frozenset(base_intent(intent) for one in (*steps, *mappings, *begun_by) for intent in one)


def _answering(assistant: Assistant, marked: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The intents whose examples hold an entity that a form asks for, which is taken from whatever intent."""
    asked = {name for form in assistant.forms.values() for name in form.required_slots}
    mappings = [one for name in asked & assistant.slots.keys() for one in assistant.slots[name].mappings]
    return frozenset(
        base_intent(intent)
        for intent, entities in marked.items()
        if any(one.entity in entities and not one.intents and intent not in one.not_intents for one in mappings)
    )


def _pressed(assistant: Assistant) -> frozenset[str]:
    """The intents of buttons."""
    payloads = (
        button.payload
        for response in assistant.responses.values()
        for variation in response.variations
        for button in variation.buttons
    )
    return frozenset(base_intent(found[1]) for payload in payloads if (found := _PRESSED.match(payload)))


def _declared(documents: Sequence[Document], key: str, name: str) -> Place:
    """Where it stands under `key`; the first file that declares any where it stands in none."""
    place = None
    for document in documents:
        declared = document.data.get(key) if isinstance(document.data, Mapping) else None
        if isinstance(declared, Mapping) and name in declared:
            return document.place(declared, name)
        if isinstance(declared, list):
            for number, one in enumerate(declared):
                if one == name or (isinstance(one, Mapping) and name in one):
                    return document.place(declared, number)
        if declared is not None and place is None:
            place = document.place(document.data, key)
    return place or Place(documents[0].path if documents else "")
