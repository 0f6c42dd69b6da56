"""Holds test stories against an assistant, as `rasa test core` does.

The conversation always goes on as the story has it, so that one wrong step is one failure. Forms are not run and what
they would fill is not asked for: the story says what was set and what is open. Custom actions are run where the caller
can; what they do comes before what the story says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.dialogue.engine import Choice, next_action
from bot.dialogue.features import told_value
from bot.dialogue.policies import by_form, by_story
from bot.dialogue.slots import first_slots
from bot.domain.assistant import ActionStep, Assistant, LoopStep, SlotStep, UserStep
from bot.domain.conversation import (
    ACTION_LISTEN,
    REQUESTED_SLOT,
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    LoopInterrupted,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.errors import Place
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import Entity, IntentScore, Understood, base_intent

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SaidStep(UserStep):
    """The customer says `text`, `written` with annotations; it means the one intent, and these entities are in it.

    Both are empty where the story gives the intent only; without an intent the message is one of an end-to-end story,
    and means whatever it is understood to mean.
    """

    written: str = ""
    found: tuple[Entity, ...] = ()

    @property
    def intent(self) -> str:
        return self.intents[0] if self.intents else ""

    def read_as(self, understood: Understood) -> str:
        """The intent that the message was understood to mean; without its key where the story has none either."""
        intent = understood.intent.name
        return base_intent(intent) if base_intent(intent) == self.intent else intent


@dataclass(frozen=True, slots=True)
class SpokenStep(ActionStep):
    """The bot says `text`; `action` is a response that has these words."""

    text: str = ""


TestStep = SaidStep | ActionStep | SlotStep | LoopStep


@dataclass(frozen=True, slots=True)
class StoryTest:
    name: str
    steps: tuple[TestStep, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class MessageVerdict:
    """What a message was understood to mean; `understood` is None where the story's intent was taken as it is."""

    step: SaidStep
    understood: Understood | None

    @property
    def intent_right(self) -> bool:
        if self.understood is None or not self.step.intent:
            return True
        return self.step.read_as(self.understood) == self.step.intent

    @property
    def right(self) -> bool:
        return self.intent_right and (
            self.understood is None or _facts(self.step.found) == _facts(self.understood.entities)
        )


@dataclass(frozen=True, slots=True)
class ActionVerdict:
    """What was done (`choice`) where `step` was to be. `listen` steps are not written in stories."""

    step: ActionStep
    choice: Choice
    right: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A step that is told, not tested."""

    step: SlotStep | LoopStep | ActionStep


Verdict = MessageVerdict | ActionVerdict | Given


@dataclass(frozen=True, slots=True)
class Outcome:
    test: StoryTest
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return all(isinstance(verdict, Given) or verdict.right for verdict in self.verdicts)


Understand = Callable[[str, Tracker], Understood]
Perform = Callable[[str, Tracker], Sequence[Event] | str | None]
"""Runs a custom action: its events, a sentence where it failed, None where it is not ours to run."""


def hold(
    test: StoryTest, assistant: Assistant, *, understand: Understand | None = None, perform: Perform = lambda *_: None
) -> Outcome:
    """Hold one test story against the assistant; texts are understood where `understand` is given."""
    slots = first_slots(assistant)
    examination = _Examination(test, assistant, understand, perform, Tracker(ConversationId("test"), slots, slots))
    examination.run()
    return Outcome(test, tuple(examination.verdicts), tuple(examination.warnings))


def saying(assistant: Assistant, text: str) -> frozenset[str]:
    """The responses that have these words."""
    return frozenset(
        response.name
        for response in assistant.responses.values()
        if any(variation.text.strip() == text for variation in response.variations)
    )


class _Examination:
    def __init__(
        self, test: StoryTest, assistant: Assistant, understand: Understand | None, perform: Perform, tracker: Tracker
    ) -> None:
        self.verdicts: list[Verdict] = []
        self.warnings: list[str] = []
        self._test = test
        self._assistant = assistant
        self._understand = understand
        self._perform = perform
        self._tracker = tracker
        self._messages = 0

    def run(self) -> None:
        for step, told in _with_what_is_told(self._test.steps):
            match step:
                case SaidStep():
                    self._listen()
                    self._hear(step, told)
                case ActionStep(action="action_listen"):
                    self._listen()
                case ActionStep():
                    self._act(step, told)
                case None:
                    self._apply_told(told, heard=False)
            self.verdicts += [Given(one) for one in told]
        self._listen()

    def _listen(self) -> None:
        if all(isinstance(verdict, Given) for verdict in self.verdicts):
            return  # how a story begins is told, not tested
        choice = self._predicted(ACTION_LISTEN)
        self.verdicts.append(ActionVerdict(ActionStep(ACTION_LISTEN), choice, choice.action == ACTION_LISTEN))

    def _hear(self, step: SaidStep, told: Sequence[SlotStep | LoopStep]) -> None:
        understood = self._understand(step.text, self._asking()) if self._understand and step.text else None
        self.verdicts.append(MessageVerdict(step, understood))
        gold = Understood(step.text, IntentScore(step.intent, 1.0), step.found)
        if not step.intent and understood is not None:
            gold = replace(gold, intent=understood.intent)
        self._messages += 1
        self._apply(UserUttered(step.text, gold, MessageId(f"{self._messages}"), BEGAN, "test"))
        for event in slots_for_entities(self._assistant, step.found):
            self._apply(event)
        self._apply_told(told, heard=True)

    def _asking(self) -> Tracker:
        """The tracker as it is when a message comes: an open form has asked for something, told or not."""
        tracker = self._tracker
        form = self._assistant.forms.get(tracker.loop.name) if tracker.loop else None
        if form is None or tracker.slots.get(REQUESTED_SLOT) is not None:
            return tracker
        missing = next((name for name in form.required_slots if tracker.slots.get(name) is None), None)
        return tracker.apply(SlotSet(REQUESTED_SLOT, missing))

    def _act(self, step: ActionStep, told: Sequence[SlotStep | LoopStep]) -> None:
        if not self.verdicts:
            self.verdicts.append(Given(step))  # how a story begins is told, not tested
            policy = by_story(self._test.name)
        else:
            choice = self._predicted(step.action)
            right = choice.action in self._wanted(step)
            self.verdicts.append(ActionVerdict(step, choice, right))
            policy = choice.why if right else by_story(self._test.name)
            if right and choice.after_interruption:
                self._apply(LoopInterrupted(True))
        if step.action in self._assistant.forms and policy != by_form(step.action):
            policy = by_form(step.action, policy)
        self._run_custom_action(step.action, told)
        self._apply_told(told, heard=False)
        self._apply(ActionExecuted(step.action, policy))

    def _wanted(self, step: ActionStep) -> frozenset[str]:
        return frozenset({step.action}) | (
            saying(self._assistant, step.text) if isinstance(step, SpokenStep) else set()
        )

    def _predicted(self, wanted: str) -> Choice:
        """What comes next. An open form may pass on the message where the story has something else come next."""
        choice = next_action(self._assistant, self._tracker)
        loop = self._tracker.loop
        if choice.action != wanted and loop is not None and choice.action == loop.name:
            self._apply(ActionExecutionRejected(loop.name))
            choice = next_action(self._assistant, self._tracker)
        return choice

    def _run_custom_action(self, action: str, told: Sequence[SlotStep | LoopStep]) -> None:
        known = self._assistant
        if action not in known.actions or action in known.responses or action in known.forms:
            return
        done = self._perform(action, self._tracker)
        if isinstance(done, str):
            self.warnings.append(done)
            return
        values = {name: value for step in told if isinstance(step, SlotStep) for name, value in step.slots.items()}
        for event in done or ():
            self._apply(event)
            if isinstance(event, SlotSet) and event.name in values and not _same(event.value, values[event.name]):
                self.warnings.append(
                    f"{action} set {event.name} to {event.value!r}; the story says {values[event.name]!r}"
                )

    def _apply_told(self, told: Iterable[SlotStep | LoopStep], *, heard: bool) -> None:
        for step in told:
            match step:
                case SlotStep(slots=values):
                    for name, value in values.items():
                        slot = self._assistant.slots.get(name)
                        meant = value if slot is None else told_value(slot, value)
                        self._apply(SlotSet(name, meant, heard=heard))
                case LoopStep(form=form):
                    self._apply(ActiveLoop(form))

    def _apply(self, event: Event) -> None:
        self._tracker = self._tracker.apply(event)


def slots_for_entities(assistant: Assistant, entities: Sequence[Entity]) -> list[SlotSet]:
    """The slots that entities fill by themselves, outside of forms (Rasa's `Domain.slots_for_entities`)."""
    found = []
    for slot in assistant.slots.values():
        values = [
            entity.value
            for mapping in slot.mappings
            if mapping.type == "from_entity" and not any(one.active_loop for one in mapping.conditions)
            for entity in entities
            if (entity.name, entity.role, entity.group) == (mapping.entity, mapping.role, mapping.group)
        ]
        if values:
            found.append(SlotSet(slot.name, values if slot.type == "list" else values[-1], heard=True))
    return found


def _with_what_is_told(
    steps: Iterable[TestStep],
) -> list[tuple[SaidStep | ActionStep | None, list[SlotStep | LoopStep]]]:
    """Each message and action with what the story says was set and opened by it."""
    found: list[tuple[SaidStep | ActionStep | None, list[SlotStep | LoopStep]]] = [(None, [])]
    for step in steps:
        if isinstance(step, (SlotStep, LoopStep)):
            found[-1][1].append(step)
        else:
            found.append((step, []))
    return found if found[0][1] else found[1:]


def _facts(entities: Iterable[Entity]) -> set[tuple[Any, ...]]:
    """Entities as they are compared: a number is what it is written as."""
    return {(one.name, str(one.value), one.start, one.end, one.role, one.group) for one in entities}


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or str(one) == str(other)
