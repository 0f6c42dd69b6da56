"""Rules: what follows from a message or an action whatever went before, and what they do to an open form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import product

from bot.dialogue.features import told_value
from bot.dialogue.patterns import NOT_SET, Pattern, PatternIndex, StatePattern, after_snippet, index_of, state_pattern
from bot.dialogue.patterns import weight_of as weigh
from bot.dialogue.trail import (
    SNIPPET,
    Did,
    Filled,
    Happening,
    Heard,
    Opened,
    State,
    Trail,
    said_values,
    same_words,
    without_happy_path,
)
from bot.domain.assistant import ActionStep, LoopStep, Rule, Slot, SlotStep, Story, StoryStep, UserStep
from bot.domain.conversation import ACTION_LISTEN
from bot.domain.errors import Place


@dataclass(frozen=True, slots=True)
class Outcome:
    """The action that a rule chooses, and whose rule it is."""

    action: str
    rule: str
    place: Place


class LoopTurn(Enum):
    """What rules and stories say about an open form that passed on a message."""

    WAS_INTERRUPTED = auto()  # the form comes next, and the message was not for it
    STAYS_OUT = auto()  # the form does not come next


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, compiled. `told` are those that stories know."""

    rules: PatternIndex[Outcome] = field(default_factory=PatternIndex)
    loop_turns: PatternIndex[LoopTurn] = field(default_factory=PatternIndex)
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Advice:
    """What the rules say. `action` may be `action_listen`; `returns`: an open form was interrupted and goes on now."""

    action: str | None = None
    rule: str = ""
    resumes: bool = False
    returns: bool = False
    stays_out: bool = False
    outcome: Outcome | None = None


def advise(book: RuleBook, states: Sequence[State], slots: Mapping[str, Slot]) -> Advice:
    """What the rules choose in the last state (`RulePolicy._find_action_from_rules` in Rasa 3.6)."""
    best = book.rules.best(states, slots)
    outcome = best.outcome if best else None
    action, rule = (outcome.action, outcome.rule) if outcome else (None, "")
    loop = states[-1].loop
    if loop is None:
        return Advice(action, rule, outcome=outcome)
    turns = {pattern.outcome for pattern in book.loop_turns.all(states, slots)}
    stays_out = LoopTurn.STAYS_OUT in turns
    if action == ACTION_LISTEN and best is not None and best.states[-1].loop in (None, NOT_SET):
        # A rule that knows nothing of the form has answered; the form asks again, unless something says otherwise.
        return Advice(stays_out=True) if stays_out else Advice(loop, rule, resumes=True, outcome=outcome)
    return Advice(action, rule, returns=LoopTurn.WAS_INTERRUPTED in turns, stays_out=stays_out, outcome=outcome)


# ---------------------------------------------------------------- compiling


def compile_rules(rules: Iterable[Rule], stories: Iterable[Story], slots: Mapping[str, Slot]) -> RuleBook:
    """Make rules ready to be looked up. Of two that contradict each other, the first counts."""
    patterns: dict[tuple[StatePattern, ...], Pattern[Outcome]] = {}
    turns: list[Pattern[LoopTurn]] = []
    for rule in rules:
        for pattern in rule_patterns(rule, slots):
            patterns.setdefault(pattern.states, pattern)
        turns += _loop_turns(rule_trails(rule), slots)
    stories = tuple(stories)
    for story in stories:
        turns += _loop_turns(story_trails(story), slots, every_slot=True)
    index = index_of(patterns.values())
    for context in list(_only_context(index, stories, slots)):
        patterns.pop(context.states, None)
    index = index_of(patterns.values())
    return RuleBook(index, index_of(dict.fromkeys(turns)), _told(index, stories, slots))


def _only_context(
    index: PatternIndex[Outcome], stories: Iterable[Story], slots: Mapping[str, Slot]
) -> Iterator[Pattern[Outcome]]:
    """Listening after an action that a rule begins with, which only says when the rule holds, if a story goes on there.

    `- action: utter_ask`, `- intent: affirm`, ... does not mean that nothing may follow utter_ask (`_should_delete`).
    """
    beginnings = {pattern.states[0] for pattern in index.patterns() if len(pattern.states) > 1}
    for story in stories:
        for trail in story_trails(story):
            states: list[State] = []
            for state, action in trail.steps():
                states.append(lived(state, slots))
                best = index.best(states, slots)
                if action in (None, ACTION_LISTEN) or best is None or best.outcome.action != ACTION_LISTEN:
                    continue
                if len(best.states) == 1 and best.states[0] in beginnings:
                    yield best


def lived(state: State, slots: Mapping[str, Slot]) -> State:
    """The state of a rule or story as a conversation would have it."""
    values = {
        name: None if value == NOT_SET else told_value(slots[name], value)
        for name, value in state.slots.items()
        if name in slots
    }
    return replace(state, slots=values, loop=None if state.loop == NOT_SET else state.loop)


def rule_patterns(rule: Rule, slots: Mapping[str, Slot]) -> list[Pattern[Outcome]]:
    """One pattern for each action that the rule chooses."""
    found = []
    for trail in rule_trails(rule):
        states: list[StatePattern] = []
        for state, action in trail.steps():
            states.append(state_pattern(state, slots))
            known = after_snippet(states)
            if action in (None, SNIPPET) or not known:
                continue
            found.append(Pattern(known, Outcome(str(action), rule.name, rule.place), weigh(known)))
    return found


def rule_trails(rule: Rule) -> list[Trail]:
    """The rule as if it had happened, once for each way through its alternatives."""
    before = [happening for step in rule.condition for happening in _fixed(step, null=NOT_SET)]
    if not rule.conversation_start:
        before.append(Did(SNIPPET))
    after = Did(ACTION_LISTEN if rule.wait_for_user_input else SNIPPET)
    return [Trail(tuple(without_happy_path([*before, *steps, after]))) for steps in _ways(rule.steps, null=NOT_SET)]


def story_trails(story: Story, first_slots: Mapping[str, object] | None = None) -> list[Trail]:
    """The story as if it had happened, once for each way through its alternatives."""
    slots = first_slots or {}
    return [
        Trail(tuple(without_happy_path([*steps, Did(ACTION_LISTEN)])), slots, slots)
        for steps in _ways(story.steps, null=None)
    ]


def _ways(steps: Iterable[StoryStep], *, null: str | None) -> list[list[Happening]]:
    choices: list[list[list[Happening]]] = []
    for step in steps:
        if isinstance(step, UserStep):
            values = said_values(step.entities.items())
            said = [Heard(intent, frozenset(step.entities), values=values) for intent in step.intents]
            choices.append([[one] for one in said or [Heard("", frozenset(), same_words(step.text))]])
        else:
            choices.append([_fixed(step, null=null)])
    return [[happening for part in way for happening in part] for way in product(*choices)]


def _fixed(step: ActionStep | SlotStep | LoopStep, *, null: str | None) -> list[Happening]:
    match step:
        case ActionStep(action=action):
            return [Did(action)]
        case SlotStep(slots=values):
            return [Filled(name, null if value is None else value) for name, value in values.items()]
        case LoopStep(form=form):
            return [Opened(null if form is None else form)]


def _loop_turns(
    trails: Iterable[Trail], slots: Mapping[str, Slot], *, every_slot: bool = False
) -> list[Pattern[LoopTurn]]:
    found = []
    for trail in trails:
        states: list[StatePattern] = []
        for state, action in trail.steps():
            states.append(state_pattern(state, slots, every_slot=every_slot))
            turn = _loop_turn(state, action)
            known = after_snippet(_last_two(states))
            if turn is not None and known:
                found.append(Pattern(known, turn, 0))
    return found


def _loop_turn(state: State, action: str | None) -> LoopTurn | None:
    if state.loop in (None, NOT_SET) or action is None:
        return None
    if state.previous == ACTION_LISTEN and action == state.loop:
        return LoopTurn.WAS_INTERRUPTED
    if state.previous != ACTION_LISTEN and action != state.loop:
        return LoopTurn.STAYS_OUT
    return None


def _last_two(states: Sequence[StatePattern]) -> list[StatePattern]:
    """The last state, and of the one before only what acted last: what was meant then does not matter."""
    if len(states) < 2 or not states[-2].previous:
        return [states[-1]]
    return [StatePattern(states[-2].previous), states[-1]]


def _told(index: PatternIndex[Outcome], stories: Iterable[Story], slots: Mapping[str, Slot]) -> frozenset[str]:
    told = set()
    for story in stories:
        for trail in story_trails(story):
            states: list[State] = []
            for state, action in trail.steps():
                states.append(state)
                best = index.best(states, slots)
                if best is not None and best.outcome.action == action and action != ACTION_LISTEN:
                    told.add(best.outcome.rule)
    return frozenset(told)
