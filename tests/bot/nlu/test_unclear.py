"""The review queue's messages: what was doubtful, what customers corrected, and what is alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.conversation import Event, UserUtteranceReverted, UserUttered
from bot.domain.ids import ConversationId, MessageId
from bot.domain.review import Doubt
from bot.domain.understanding import Entity, IntentScore, Understood
from bot.nlu.features import LONGEST
from bot.nlu.unclear import message_key, unclear_messages
from bot.ports import LoggedEvent

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIKELY = (IntentScore("price", 0.3), IntentScore("demo", 0.05))


def said(
    text: str, intent: str = "nlu_fallback", *, stage: str = "fallback", confidence: float = 0.7, **more: object
) -> UserUttered:
    understood = Understood(text, IntentScore(intent, confidence), ranking=LIKELY, stage=stage)
    return UserUttered(text, understood, MessageId("m"), None, "webchat", **more)  # type: ignore[arg-type]


def logged(*events: Event, conversation: str = "chat") -> list[LoggedEvent]:
    """One minute apart, and newest first as the store has them."""
    return [
        LoggedEvent(ConversationId(conversation), number, replace(event, at=NOON + timedelta(minutes=number)))
        for number, event in enumerate(events, start=1)
    ][::-1]


def test_messages_that_were_not_clearly_understood_are_found_the_newest_first() -> None:
    ambiguous = Understood("b", IntentScore("nlu_fallback", 0.6), ranking=(LIKELY[0], IntentScore("demo", 0.28)))
    found = unclear_messages(
        logged(
            said("what is this"),
            UserUttered("either or", ambiguous, MessageId("m"), None, "webchat"),
            said("hmm", "price", stage="classifier", confidence=0.4),
            said("how much is it", "price", stage="classifier", confidence=0.9),
            said("/price", "price", stage="button", confidence=1.0),
            said("fifty", "inform", stage="expected", confidence=0.1),
        )
    )
    assert [(one.text, one.doubt) for one in found] == [
        ("hmm", Doubt.UNSURE),
        ("either or", Doubt.AMBIGUOUS),
        ("what is this", Doubt.NOT_UNDERSTOOD),
    ]
    assert found[0].suggestions == LIKELY[:1], "one in twenty is nothing to suggest"
    assert found[0].last_said == NOON + timedelta(minutes=3)


def test_messages_that_are_alike_are_one_with_their_count() -> None:
    events = logged(said("What is THIS?"), said("what is this ?")) + logged(said("what is this?"), conversation="other")
    (one,) = unclear_messages(events)
    assert (one.count, one.last_said, one.key) == (3, NOON + timedelta(minutes=2), message_key("what is this?"))


def test_the_button_that_a_customer_chose_tells_what_they_had_meant() -> None:
    pressed = said("/demo", "demo", stage="button", confidence=1.0)
    (one,) = unclear_messages(logged(said("show me"), pressed))
    assert (one.doubt, one.meant) == (Doubt.CORRECTED, "demo")
    (none,) = unclear_messages(logged(said("show me"), said("/none_of_these", "none_of_these", stage="button")))
    assert (none.doubt, none.meant) == (Doubt.NOT_UNDERSTOOD, "")


def test_what_was_taken_back_is_corrected_and_what_is_told_again_counts_once() -> None:
    events = logged(
        said("show me"),
        said("/demo", "demo", stage="button", confidence=1.0),
        UserUtteranceReverted(),
        UserUtteranceReverted(),
        said("/demo", "demo", stage="button", confidence=1.0, retold=True),
        said("surely price", "price", stage="classifier", confidence=0.9),
        UserUtteranceReverted(),
        UserUtteranceReverted(),
    )
    found = unclear_messages(events)
    assert [(one.text, one.doubt, one.count, one.meant) for one in found] == [
        ("surely price", Doubt.CORRECTED, 1, ""),
        ("show me", Doubt.CORRECTED, 1, "demo"),
    ]


def test_what_was_handled_does_not_come_back() -> None:
    events = logged(said("what is this"), said("and that"))
    assert [one.text for one in unclear_messages(events, handled={message_key("and that")})] == ["what is this"]


def test_nothing_that_tells_who_somebody_is_is_shown() -> None:
    text = "I'm Ana, 07700 900123, ana@example.org"
    understood = Understood(
        text, IntentScore("nlu_fallback", 1.0), entities=(Entity("person", "Ana", "Ana", 4, 7),), stage="fallback"
    )
    (one,) = unclear_messages(logged(UserUttered(text, understood, MessageId("m"), None, "sms")), region="GB")
    assert one.text == "I'm NAME, 00000 000000, name@example.com"
    assert unclear_messages(logged(said("\u200b"))) == ()


def test_of_a_long_message_there_is_what_was_read_of_it() -> None:
    (one,) = unclear_messages(logged(said("la " * 1_300)))
    assert one.text == ("la " * 1_000)[:LONGEST].strip()
