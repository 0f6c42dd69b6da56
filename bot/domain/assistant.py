"""An assistant: a Rasa 3 project, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from bot.domain.accepting import Accepts, entities_of, words_of
from bot.domain.errors import Fault, Place
from bot.domain.message import Button, Template

NOWHERE = Place("")

# ---------------------------------------------------------------- slots and forms


@dataclass(frozen=True, slots=True)
class MappingCondition:
    """Only while this form is open (None: while none is), and only while it asks for this slot."""

    active_loop: str | None
    requested_slot: str | None = None


@dataclass(frozen=True, slots=True)
class SlotMapping:
    """How a slot is filled from a message; names and meaning are Rasa 3's."""

    type: Literal["from_entity", "from_text", "from_intent", "from_trigger_intent", "custom"]
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    value: Any = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    conditions: tuple[MappingCondition, ...] = ()
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    type: str
    initial_value: Any = None
    influence_conversation: bool = True
    values: tuple[Any, ...] = ()
    min_value: float = 0.0
    max_value: float = 1.0
    mappings: tuple[SlotMapping, ...] = ()
    accepts: Accepts | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """`ask_anew` are those of its slots that are asked for again when a form that was filled in is opened again."""

    name: str
    required_slots: tuple[str, ...]
    ignored_intents: tuple[str, ...] = ()
    ask_anew: tuple[str, ...] = ()


# ---------------------------------------------------------------- responses


@dataclass(frozen=True, slots=True)
class SlotCondition:
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Variation:
    """One wording of a response, perhaps for one channel, for one language (None: the assistant's own), or while slots
    have certain values.

    `extras` is what only some channels can show: Rasa's `custom`, `attachment` and `elements`. A `template` is what
    leaves, and `text` is how it reads. A `subject` is for channels that have one. With `liquid`, the words are Liquid,
    which may look at these `attributes` of the person.
    """

    text: str
    channel: str | None = None
    conditions: tuple[SlotCondition, ...] = ()
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    language: str | None = None
    liquid: bool = False
    attributes: frozenset[str] = frozenset()
    template: Template | None = None
    subject: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Response:
    name: str
    variations: tuple[Variation, ...]

    @property
    def is_personal(self) -> bool:
        """Whether it may look at what is known of the person."""
        return any(one.liquid for one in self.variations)

    def has_template(self, channel: str) -> bool:
        """Whether it can leave on this channel as a template."""
        return any(one.template is not None and one.channel in (None, channel) for one in self.variations)


# ---------------------------------------------------------------- steps of rules and stories


@dataclass(frozen=True, slots=True)
class UserStep:
    """The customer says something of one of these intents, with at least these entities (name to value; None: any).

    With `text` they say exactly that (end to end), and there are no intents.
    """

    intents: tuple[str, ...]
    entities: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class ActionStep:
    action: str


@dataclass(frozen=True, slots=True)
class SlotStep:
    """These slots have these values (any value but none: `...`)."""

    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoopStep:
    """This form is open now; None: none is any more."""

    form: str | None


StoryStep = UserStep | ActionStep | SlotStep | LoopStep


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    steps: tuple[StoryStep, ...]
    condition: tuple[SlotStep | LoopStep, ...] = ()
    conversation_start: bool = False
    wait_for_user_input: bool = True
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    steps: tuple[StoryStep, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a Rasa project's `config.yml` says, in our words; without one, Rasa's defaults.

    `max_history`: how many states a story's memory spans. `generalises`: guess from stories where none fits, if more
    than `sure_above` of what they do speaks for it. `understood_above` and `ambiguous_within`: what the author asks of
    an intent beside what understanding has learnt to ask (Rasa's FallbackClassifier; nothing where it is not listed).
    `restricts_rules`: a rule has one message of the user at most. `language` is the assistant's own (ISO 639-1).
    """

    max_history: int = 5
    generalises: bool = True
    sure_above: float = 0.3
    falls_back: bool = True
    fallback_action: str = "action_default_fallback"
    checks_contradictions: bool = True
    restricts_rules: bool = True
    understood_above: float = 0.0
    ambiguous_within: float = 0.0
    language: str = "en"


WITHOUT_DESK = "_without_desk"
"""How a response is named that is said in place of another where the settings name no desk."""


@dataclass(frozen=True, slots=True)
class DeclaredEntity:
    """An entity of the domain. `seen`: rules and stories look at it (Rasa's `influence_conversation`)."""

    name: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    seen: bool = True

    @property
    def labels(self) -> tuple[str, ...]:
        """What rules and stories know it by: `city`, `city#from`."""
        return (self.name, *(f"{self.name}#{part}" for part in (*self.roles, *self.groups))) if self.seen else ()


@dataclass(frozen=True, slots=True)
class Assistant:
    """All that the dialogue engine needs. `intents` maps each to the entities it uses (None: all of them).

    `lines` are texts that are said as they stand, by end-to-end stories; `warnings` is what Rasa would do otherwise.
    `is_personal`: some response may look at what is known of the person.
    `prepared` belongs to the engine: what it looks up by, made once when the assistant is read.
    """

    intents: Mapping[str, tuple[str, ...] | None]
    entities: Mapping[str, DeclaredEntity]
    slots: Mapping[str, Slot]
    forms: Mapping[str, Form]
    responses: Mapping[str, Response]
    actions: frozenset[str]
    rules: tuple[Rule, ...]
    stories: tuple[Story, ...]
    session_expires_after: timedelta = timedelta(hours=1)
    carry_over_slots: bool = True
    configuration: Configuration = Configuration()
    lines: frozenset[str] = frozenset()
    warnings: tuple[Fault, ...] = ()
    fingerprint: str = ""
    is_personal: bool = False
    prepared: object = field(default=None, compare=False, repr=False)

    def without_desk(self) -> Assistant:
        """As it speaks where nobody can be asked for: `utter_x_without_desk` is said in place of `utter_x`."""
        alone = {
            name: replace(self.responses[name + WITHOUT_DESK], name=name)
            for name in self.responses
            if name + WITHOUT_DESK in self.responses
        }
        return replace(self, responses={**self.responses, **alone})

    def entities_for(self, slot: str) -> tuple[str, ...]:
        """The names of the entities that would answer the question for this slot."""
        asked = self.slots.get(slot)
        if asked is None:
            return ()
        mapped = [mapping.entity for mapping in asked.mappings if mapping.entity is not None]
        return tuple(dict.fromkeys((*mapped, *entities_of(asked.accepts))))

    def words_for(self, slot: str) -> frozenset[tuple[str, ...]]:
        """What its author lists as answers to the question for this slot, where its text is looked at."""
        asked = self.slots.get(slot)
        if asked is None or not any(mapping.type == "from_text" for mapping in asked.mappings):
            return frozenset()
        return words_of(asked.accepts)

    def asks_by_template(self, form: str, channel: str) -> bool:
        """Whether what this form asks first can leave on this channel as a template."""
        asked = [self.responses[name] for name in self.first_questions(form) if name in self.responses]
        return bool(asked) and asked[0].has_template(channel)

    def first_questions(self, form: str) -> tuple[str, ...]:
        """The responses that may ask for the form's first slot; the first of them that there is does."""
        slots = self.forms[form].required_slots[:1]
        return tuple(name for slot in slots for name in (f"utter_ask_{form}_{slot}", f"utter_ask_{slot}"))
