"""Stories that are alike up to a point and go on in two ways (what `rasa data validate stories` looks for)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.dialogue.entities_yaml import SEEN_AS_SET
from bot.domain.assistant import Slot, SlotStep, Story, UserStep
from bot.domain.errors import Fault


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where `story` goes on with `action`, `other` goes on with `instead`, after all that stories see of both."""

    story: Story
    action: str
    other: Story
    instead: str

    def fault(self, slots: Mapping[str, Slot]) -> Fault:
        return Fault(
            self.story.place,
            f'the story "{self.story.name}" goes on with {self.action} where the story "{self.other.name}" '
            f"({self.other.place}) goes on with {self.instead}, and up to there the two are alike, so that neither is "
            "sure to be followed.",
            self._advice(slots),
        )

    def _advice(self, slots: Mapping[str, Slot]) -> str:
        if names := _listed(_told_apart(_told_slots(self.story), _told_slots(self.other), slots)):
            return (
                f"The values of {names} do not tell them apart: of a slot of the type text or list stories see only "
                "that it has one, and of the type any, or with influence_conversation: false, nothing. Make it "
                "categorical, with its values."
            )
        entities, others = _told_entities(self.story), _told_entities(self.other)
        if names := _listed(name for name in entities.keys() & others.keys() if entities[name] != others[name]):
            return (
                f"The values of {names} do not tell them apart: of an entity stories see only that it was said. Let it "
                "fill a categorical slot with these values."
            )
        return "Let them differ in what is said, or by a slot that stories look at."


def _told_apart(told: Mapping[str, str], others: Mapping[str, str], slots: Mapping[str, Slot]) -> Iterator[str]:
    """The slots of which two stories say other values, which are not looked at."""
    for name in told.keys() & others.keys():
        slot = slots.get(name)
        unseen = slot is not None and (slot.type in SEEN_AS_SET or not slot.influence_conversation)
        if unseen and told[name] != others[name]:
            yield name


def _told_slots(story: Story) -> dict[str, str]:
    steps = (step for step in story.steps if isinstance(step, SlotStep))
    return {name: repr(value) for step in steps for name, value in step.slots.items() if value is not None}


def _told_entities(story: Story) -> dict[str, str]:
    steps = (step for step in story.steps if isinstance(step, UserStep))
    return {label: repr(value) for step in steps for label, value in step.entities.items() if value is not None}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))
