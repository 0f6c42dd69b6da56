"""A time that is told anew in part, in an open form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.dialogue.slots import heard_slots
from bot.domain.conversation import ActiveLoop, SlotSet, Tracker, UserUttered
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import AS_DUCKLING, TIMES, Entity, IntentScore, Understood
from tests.bot.dialogue.chat import assistant_of

ASSISTANT = assistant_of("""
intents: [inform]
entities: [time]
slots:
  when: {type: text, mappings: [{type: from_entity, entity: time}]}
  who: {type: text, mappings: [{type: from_text, conditions: [{active_loop: booking}]}]}
responses:
  utter_ask_when: [{text: When?}]
  utter_ask_who: [{text: Who?}]
forms:
  booking: {required_slots: [when, who]}
""")


def told(known: str | None, entity: Entity, *, form: str | None = "booking") -> Any:
    """What the slot holds after the entity was told, where it held `known`."""
    understood = Understood(entity.text, IntentScore("inform", 1.0), (entity,))
    said = UserUttered(entity.text, understood, MessageId("m"), datetime.now(UTC), "webchat")
    tracker = Tracker(ConversationId("c")).apply(ActiveLoop(form)).apply(SlotSet("when", known)).apply(said)
    return next(event.value for event in heard_slots(ASSISTANT, tracker) if event.name == "when")


def ours(phrase: str) -> Entity:
    return Entity("time", phrase, phrase, extractor=TIMES)


def ducklings(text: str, moment: str, grain: str) -> Entity:
    return Entity("time", moment, text, extractor=AS_DUCKLING, details={"grain": grain})


TEN = "2026-12-01T10:00:00.000+00:00"


@pytest.mark.parametrize(
    ("known", "entity", "kept"),
    [
        ("tuesday at 10", ours("wednesday"), "wednesday at 10"),
        ("tuesday at 10", ours("at 11"), "tuesday at 11"),
        (TEN, ducklings("Wednesday", "2026-12-02T00:00:00.000+00:00", "day"), "2026-12-02T10:00:00.000+00:00"),
        (TEN, ducklings("at 11", "2026-11-30T11:00:00.000+00:00", "hour"), "2026-12-01T11:00:00.000+00:00"),
    ],
)
def test_the_rest_of_it_stays(known: str, entity: Entity, kept: str) -> None:
    assert told(known, entity) == kept


@pytest.mark.parametrize(
    ("known", "entity"),
    [
        (None, ours("wednesday")),
        ("tuesday", ours("wednesday")),
        ("2026-12-01T00:00:00.000+00:00", ducklings("Wednesday", "2026-12-02T00:00:00.000+00:00", "day")),
        (TEN, ducklings("Wednesday at 11", "2026-12-02T11:00:00.000+00:00", "hour")),
        ("soon", ducklings("Wednesday", "2026-12-02T00:00:00.000+00:00", "day")),
        ("tuesday at 10", Entity("time", "wednesday", "wednesday", extractor="RegexEntityExtractor")),
    ],
)
def test_a_time_that_is_told_as_a_whole_goes_before_the_one_that_was(known: str | None, entity: Entity) -> None:
    assert told(known, entity) == entity.value


def test_after_the_form_a_time_is_a_new_one() -> None:
    assert told("tuesday at 10", ours("wednesday"), form=None) == "wednesday"
