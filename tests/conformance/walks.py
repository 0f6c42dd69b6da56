"""Random conversations, the same for the same seed: stories that are followed, left and broken into.

Overture's engine goes along while one is made, so that questions are mostly answered and forms get somewhere.
"""

from __future__ import annotations

import random
from copy import copy
from typing import Any

from bot.dialogue.builtin import DEFAULT_FALLBACK
from bot.domain.assistant import Assistant, SlotMapping, UserStep
from bot.domain.conversation import REQUESTED_SLOT
from tests.conformance.cases import Case, Script
from tests.conformance.custom_actions import CustomActions
from tests.conformance.overture_driver import Course

COMMANDS = ("/restart", "/session_start")
CHANNELS = ("rest", "rest", "sms")
MOST_TRIES = 4
OWN_PROTOCOL = ("validate_", "action_validate_", "action_session_start", "action_restart")
"""Actions that must answer in their own way, as those must that fill slots."""

UNRULY = 5
"""In one walk of so many, custom actions answer at random."""

JUNK: tuple[Any, ...] = ("word", "17", 3, 2.5, True, "TRUE", "")


async def walk(case: Case, assistant: Assistant, seed: int) -> Script:
    """The random conversation of this seed."""
    walker = Walker(case, assistant, random.Random(f"{case.name} {seed}"))
    if seed % UNRULY == UNRULY - 1:
        walker.answer_at_random()
    return await walker.walk(f"walk {seed}")


class Walker:
    def __init__(self, case: Case, assistant: Assistant, chance: random.Random) -> None:
        self.case, self.assistant, self.chance = case, assistant, chance
        self.channel = chance.choice(CHANNELS)
        self.course = Course(assistant, CustomActions(case.actions), self.channel)
        self.plan: list[UserStep] = []
        self.intents = sorted(assistant.intents)
        told = [*(story.steps for story in assistant.stories), *(rule.steps for rule in assistant.rules)]
        courses = [[step for step in steps if isinstance(step, UserStep)] for steps in told]
        self.courses = [course for course in courses if course]

    async def walk(self, name: str) -> Script:
        turns = []
        for _ in range(self.chance.randint(4, 12)):
            heard = await self._understood()
            turns.append(heard)
            await self.course.hear(heard)
        answers = self.course.actions.answers
        return {"name": name, "channel": self.channel, "turns": turns} | ({"answers": answers} if answers else {})

    def answer_at_random(self) -> None:
        """Let one or two custom actions answer with whatever events an action may answer with."""
        fill_slots = {mapping.action for slot in self.assistant.slots.values() for mapping in slot.mappings}
        actions = sorted(name for name in self.assistant.actions - fill_slots if not name.startswith(OWN_PROTOCOL))
        chosen = self.chance.sample(actions, k=min(len(actions), self.chance.randint(1, 2)))
        self.course.actions.answers = {name: self._events() for name in chosen}

    def _events(self) -> list[dict[str, Any]]:
        slots = sorted(self.assistant.slots)
        known: list[dict[str, Any]] = [
            {"event": "reset_slots"},
            {"event": "followup", "name": self.chance.choice(sorted(self.assistant.responses))},
            {"event": "slot", "name": self.chance.choice(slots), "value": self._value("")},
            {"event": "slot", "name": self.chance.choice(slots), "value": None},
            {"event": "active_loop", "name": None},
            *({"event": "active_loop", "name": form} for form in self.assistant.forms),
        ]
        return self.chance.sample(known, k=self.chance.randint(0, 2))

    async def _understood(self) -> dict[str, Any]:
        """What comes next; mostly something that is understood, since the engines part over what is not."""
        heard = self._next()
        for _ in range(MOST_TRIES):
            turn = await copy(self.course).hear(heard)
            if all(name != DEFAULT_FALLBACK for name, _ in turn.actions):
                break
            heard = self._next()
        return heard

    def _next(self) -> dict[str, Any]:
        luck = self.chance.random()
        if luck < 0.04:
            return {"text": self.chance.choice(COMMANDS)}
        if luck < 0.16:
            return self._heard(self.chance.choice(self.intents), self._random_entities())
        asked = self.course.tracker.slots.get(REQUESTED_SLOT)
        if self.course.tracker.loop is not None and isinstance(asked, str) and luck < 0.75:
            return self._answer(asked)
        if not self.plan:
            self.plan = list(self.chance.choice(self.courses))
        step = self.plan.pop(0)
        entities = [
            self._entity(label, value if value is not None else self._value(label.partition("#")[0]))
            for label, value in step.entities.items()
            if "#" not in label
        ]
        return self._heard(self.chance.choice(step.intents), entities or self._random_entities(rarely=True))

    def _answer(self, slot: str) -> dict[str, Any]:
        """What fills the slot by one of its mappings, or the press of a button."""
        buttons = [payload for said in self.course.said for _, payload in said.buttons]
        if buttons and self.chance.random() < 0.6:
            return {"text": self.chance.choice(buttons)}
        mappings = self.assistant.slots[slot].mappings if slot in self.assistant.slots else ()
        if not mappings:
            return self._heard(self.chance.choice(self.intents))
        return self._fill(self.chance.choice(mappings))

    def _fill(self, mapping: SlotMapping) -> dict[str, Any]:
        intents = [one for one in mapping.intents or self.intents if one not in mapping.not_intents]
        intent = self.chance.choice(intents)
        if mapping.entity is None:
            return self._heard(intent)
        entity = {"entity": mapping.entity, "value": self._value(mapping.entity)}
        parts = {key: part for key, part in (("role", mapping.role), ("group", mapping.group)) if part}
        return self._heard(intent, [entity | parts])

    def _random_entities(self, *, rarely: bool = False) -> list[dict[str, Any]]:
        if not self.assistant.entities or self.chance.random() < (0.7 if rarely else 0.3):
            return []
        names = sorted(self.assistant.entities)
        return [
            self._entity(name, self._value(name)) for name in self.chance.choices(names, k=self.chance.randint(1, 2))
        ]

    def _entity(self, name: str, value: Any) -> dict[str, Any]:
        mapped = [one for slot in self.assistant.slots.values() for one in slot.mappings if one.entity == name]
        entity = {"entity": name, "value": value}
        if mapped:
            mapping = self.chance.choice(mapped)
            entity |= {key: part for key, part in (("role", mapping.role), ("group", mapping.group)) if part}
        return entity

    def _value(self, entity: str) -> Any:
        known = [
            value
            for slot in self.assistant.slots.values()
            if any(one.entity == entity for one in slot.mappings)
            for value in slot.values
            if value != "__other__"
        ]
        return self.chance.choice([*known, *known, *self.case.words, *self.case.words, *JUNK])

    def _heard(self, intent: str, entities: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        text = self.chance.choice([*self.case.words, f"words of {intent}"])
        return {"text": text, "intent": intent} | ({"entities": entities} if entities else {})
