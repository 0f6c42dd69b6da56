"""The differences from Rasa that are meant, by their ids in `docs/rasa-differences.md`.

A *mend* says what Rasa's turn would be without the difference; the conversation goes on. A *fork* recognises that the
two engines part here, after which there is nothing left to compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.builtin import COMMANDS, DEFAULT_FALLBACK, RESTART, SESSION_START
from bot.dialogue.features import fitted
from bot.domain.assistant import Assistant
from bot.domain.conversation import REQUESTED_SLOT
from tests.conformance.turns import BY_FOLLOW_UP, BY_RULE, BY_STORY, Said, Turn

EMPTIES = (("active_loop", None), ("reset_slots",))


@dataclass(frozen=True, slots=True)
class Moment:
    """A turn that the two engines take differently. `done`: what Rasa has done before."""

    assistant: Assistant
    policies: tuple[str, str]
    before: Turn | None
    rasa: Turn
    ours: Turn
    done: frozenset[str]


def _typed_values(moment: Moment) -> Turn:
    slots = moment.assistant.slots

    def typed(name: str, value: Any) -> Any:
        return fitted(slots[name], value) if name in slots else value

    before = moment.before.slots if moment.before else {one.name: one.initial_value for one in slots.values()}
    events = (
        ("slot", event[1], typed(event[1], event[2])) if event[0] == "slot" else event for event in moment.rasa.events
    )
    return replace(
        moment.rasa,
        slots={name: typed(name, value) for name, value in moment.rasa.slots.items()},
        # What was 9 and is "9" has not changed.
        events=tuple(one for one in events if one[0] != "slot" or one[2] != before.get(one[1])),
    )


def _restart_without_session(moment: Moment) -> Turn:
    actions = moment.rasa.actions
    if [name for name, _ in actions[-2:]] == [RESTART, SESSION_START] and actions[-1][1] == BY_FOLLOW_UP:
        return replace(moment.rasa, actions=actions[:-1])
    return moment.rasa


def _session_without_question(moment: Moment) -> Turn:
    if SESSION_START not in moment.done | {name for name, _ in moment.rasa.actions}:
        return moment.rasa
    asks = moment.ours.loop is not None
    slots = {name: value for name, value in moment.rasa.slots.items() if asks or name != REQUESTED_SLOT}
    alike = _apart_from_a_session(moment.rasa) == _apart_from_a_session(moment.ours)
    return replace(moment.rasa, slots=slots, events=moment.ours.events if alike else moment.rasa.events)


def _apart_from_a_session(turn: Turn) -> list[tuple[Any, ...]]:
    """The events without what empties a conversation, and without the question that Rasa's has still asked."""
    return [one for one in turn.events if one not in EMPTIES and one[:2] != ("slot", REQUESTED_SLOT)]


def _said_as_people_say_it(moment: Moment) -> Turn:
    return _with_said(moment, lambda theirs, mine: _words(theirs.text) == _words(mine.text))


def _braces_are_braces(moment: Moment) -> Turn:
    def is_left_as_written(theirs: Said, _: Said) -> bool:
        response = moment.assistant.responses.get(theirs.response)
        return "{{" in theirs.text and response is not None and theirs.text in {one.text for one in response.variations}

    return _with_said(moment, is_left_as_written)


def _with_said(moment: Moment, means_the_same: Callable[[Said, Said], bool]) -> Turn:
    """Rasa's turn in Overture's words, wherever those mean the same."""
    if len(moment.rasa.said) != len(moment.ours.said):
        return moment.rasa
    pairs = zip(moment.rasa.said, moment.ours.said, strict=True)
    return replace(
        moment.rasa,
        said=tuple(
            replace(theirs, text=mine.text)
            if theirs.response == mine.response and means_the_same(theirs, mine)
            else theirs
            for theirs, mine in pairs
        ),
    )


def _words(text: str) -> list[str]:
    """The words of a text, without Python's way of writing nothing, whole numbers and lists."""
    return [word.removesuffix(".0") for word in re.findall(r"\w+(?:\.\d+)?", text) if word != "None"]


def _form_asks_again(moment: Moment) -> Turn:
    """After the default answer the open form repeats its question, and nothing else is different."""
    rasa, ours = moment.rasa, moment.ours
    fell_back = any(name == DEFAULT_FALLBACK for name, _ in rasa.actions)
    said, done = ours.said[len(rasa.said) :], ours.events[len(rasa.events) :]
    if not (fell_back and ours.loop is not None and len(said) == 1 and done == (("bot", said[0].response),)):
        return rasa
    return replace(rasa, said=(*rasa.said, *said), events=(*rasa.events, *done))


def _filled_before_validated(moment: Moment) -> Turn:
    """A form opens, and slots stand elsewhere among the events; all else is the same."""
    rasa, ours = moment.rasa.events, moment.ours.events
    opens = any(one[0] == "active_loop" and one[1] is not None for one in ours)
    others = [[one for one in events if one[0] != "slot"] for events in (rasa, ours)]
    alike = sorted(map(repr, rasa)) == sorted(map(repr, ours)) and others[0] == others[1]
    return replace(moment.rasa, events=ours) if opens and alike else moment.rasa


MENDS: Mapping[str, Callable[[Moment], Turn]] = {
    "open-form-before-fallback": _form_asks_again,
    "typed-values": _typed_values,
    "restart-is-no-new-session": _restart_without_session,
    "session-start-asks-nothing": _session_without_question,
    "filled-before-validated": _filled_before_validated,
    "said-as-people-say-it": _said_as_people_say_it,
    "braces-are-braces": _braces_are_braces,
}


def _form_goes_on(moment: Moment) -> bool:
    """Rasa does not understand, or shows nothing but that it does not, where our form takes the floor."""
    form = moment.before.loop if moment.before else None
    names = [name for name, _ in moment.rasa.actions]
    return form is not None and DEFAULT_FALLBACK in names and any(name == form for name, _ in moment.ours.actions)


def _story_from_any_point(moment: Moment) -> bool:
    return (
        "MemoizationPolicy" in moment.policies
        and (DEFAULT_FALLBACK, BY_RULE) in moment.rasa.actions
        and any(policy == BY_STORY for _, policy in moment.ours.actions)
    )


def _story_outlasts_detours(moment: Moment) -> bool:
    shared = len(moment.rasa.actions)
    more = moment.ours.actions[shared:]
    closed = moment.before is not None and moment.before.loop is not None and moment.rasa.loop is None
    return closed and moment.ours.actions[:shared] == moment.rasa.actions and bool(more) and more[0][1] == BY_STORY


def _no_apology_after_an_action(moment: Moment) -> bool:
    *before, last = moment.rasa.actions or (("", ""),)
    return bool(before) and last == (DEFAULT_FALLBACK, BY_RULE) and moment.ours.actions == tuple(before)


def _custom_session_start(moment: Moment) -> bool:
    began = any(name == SESSION_START for turn in (moment.rasa, moment.ours) for name, _ in turn.actions)
    return SESSION_START in moment.assistant.actions and began


def _command_answers_nothing(moment: Moment) -> bool:
    """Rasa keeps a command's own text as the answer to an open question."""
    return any(
        f"/{command}" in (value, *_listed(value)) for value in moment.rasa.slots.values() for command in COMMANDS
    )


def _words_answer_once(moment: Moment) -> bool:
    """A form opens on a message that was answered, which Rasa takes for an answer to that form, too."""
    answered = False
    for kind, *told in moment.rasa.events:
        if kind == "active_loop" and told[0] is not None and answered:
            return True
        answered = answered or kind == "bot" or (kind == "active_loop" and told[0] is None)
    return False


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


FORKS: Mapping[str, Callable[[Moment], bool]] = {
    "open-form-before-fallback": _form_goes_on,
    "stories-from-any-point": _story_from_any_point,
    "custom-session-start": _custom_session_start,
    "stories-outlast-detours": _story_outlasts_detours,
    "no-apology-after-an-action": _no_apology_after_an_action,
    "commands-answer-nothing": _command_answers_nothing,
    "words-answer-once": _words_answer_once,
}
