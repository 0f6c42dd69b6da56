"""Not understood: what was meant is asked, and after some times in a row a person is offered, and then brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.desk import ASKED, AWAITED, AWAITED_CLOSED, NOBODY, bring_a_person
from actions.patterns import open_form, responses_of
from actions.person import person_of
from bot.domain.understanding import OPT_OUT_INTENT

OFFERED_AT = 3
"""This many misunderstandings in a row and a person is offered; one more, and one is asked for."""

MOST_OFFERED = 2
LEAST_CONFIDENCE = 0.1
"""An intent that is less likely than this is not worth a button."""

OFFER = "utter_offer_person"
OFFER_IN_A_FORM = "utter_offer_person_in_a_form"
"""Says how to have a person, and asks nothing: the form's question follows, and a yes is to that."""

BROUGHT = frozenset((ASKED, AWAITED, AWAITED_CLOSED, NOBODY))
MISUNDERSTOOD = frozenset(("utter_default", "utter_clarify", "utter_ask_rephrase", OFFER, OFFER_IN_A_FORM))
INVALID = "utter_invalid_"
"""What the bot says where it did not understand; and how the names begin of what it says to an unusable answer."""


class ActionDefaultFallback(Action):
    """Answers what was not understood, and what no rule knows an answer to."""

    def name(self) -> str:
        return "action_default_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        message = tracker.latest_message
        before = misunderstood_in_a_row(tracker.events)
        offered_one = not {OFFER, OFFER_IN_A_FORM}.isdisjoint(answers_of_the_last_turn(tracker))
        accepted = offered_one and (message.get("intent") or {}).get("name") == "affirm"
        if accepted or before >= OFFERED_AT:
            return bring_a_person(dispatcher, tracker, "Asked for a person" if accepted else "Was not understood")
        if _is_time_to_offer(before, tracker):
            return [FollowupAction(_offer(tracker, domain))]
        likely = [one for one in likely_intents(message) if one != OPT_OUT_INTENT or person_of(tracker).gets_marketing]
        if offered := buttons_for(likely, domain):
            dispatcher.utter_message(response="utter_clarify", buttons=offered)
        else:
            dispatcher.utter_message(response="utter_default")
        return []


class OffersAPerson:
    """For a form's validation: an answer that cannot be used is a misunderstanding, too, and counts as one."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        before = misunderstood_in_a_row(tracker.events)
        events: list[dict[str, Any]] = await super().run(dispatcher, tracker, domain)  # type: ignore[misc]
        refused = any(is_misunderstanding(str(said.get("response") or "")) for said in dispatcher.messages)
        if refused and before >= OFFERED_AT:
            return [*events, *bring_a_person(dispatcher, tracker, "Was not understood")]
        if refused and _is_time_to_offer(before, tracker):
            dispatcher.utter_message(response=_offer(tracker, domain))
        return events


class ActionAnswerRefused(Action):
    """Follows on utter_invalid_<slot>, which is said to an answer that its slot does not accept (domain/slots.yml)."""

    def name(self) -> str:
        return "action_answer_refused"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        before = misunderstood_in_a_row(tracker.events)
        if before >= OFFERED_AT:
            return bring_a_person(dispatcher, tracker, "Was not understood")
        if _is_time_to_offer(before, tracker):
            dispatcher.utter_message(response=_offer(tracker, domain))
        return []


def _offer(tracker: Tracker, domain: Mapping[str, Any]) -> str:
    in_a_form = open_form(tracker) is not None and OFFER_IN_A_FORM in responses_of(domain)
    return OFFER_IN_A_FORM if in_a_form else OFFER


def _is_time_to_offer(before: int, tracker: Tracker) -> bool:
    return before + 1 == OFFERED_AT and person_of(tracker).has_desk


# ---------------------------------------------------------------- counting


def misunderstood_in_a_row(events: Sequence[Mapping[str, Any]]) -> int:
    """How many of the customer's messages right before the latest one were not understood.

    It is told by what the bot answered: anything that was understood, or a person being asked for, ends the row.
    """
    count = 0
    for answers in _turns_back(events):
        if not BROUGHT.isdisjoint(answers) or not any(is_misunderstanding(answer) for answer in answers):
            break
        count += 1
    return count


def answers_of_the_last_turn(tracker: Tracker) -> Sequence[str]:
    """The responses that the bot gave to the message before the latest one."""
    return next(_turns_back(tracker.events), ())


def is_misunderstanding(response: str) -> bool:
    return response in MISUNDERSTOOD or response.startswith(INVALID)


def _turns_back(events: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    """For each message before the latest one, newest first: the names of the responses that it was answered with."""
    answers: list[str] = []
    latest = True
    for event in reversed(events):
        if event["event"] == "user":
            if not latest:
                yield answers
            answers, latest = [], False
        elif event["event"] == "bot":
            answers.append(str((event.get("metadata") or {}).get("utter_action") or ""))


# ---------------------------------------------------------------- clarifying


def likely_intents(message: Mapping[str, Any]) -> Sequence[str]:
    """What the message may have meant, likeliest first."""
    ranking = message.get("intent_ranking") or ()
    return [str(one["name"]) for one in ranking if one["confidence"] >= LEAST_CONFIDENCE]


def buttons_for(intents: Sequence[str], domain: Mapping[str, Any]) -> list[dict[str, str]]:
    """A button for each of the likeliest intents that the author has words for, and one for none of them."""
    worded = [(intent, words) for intent in intents if (words := _words(f"utter_clarify_{intent}", domain))]
    if not worded:
        return []
    offered = [{"title": words, "payload": f"/{intent}"} for intent, words in worded[:MOST_OFFERED]]
    none = _words("utter_clarify_none", domain)
    return [*offered, {"title": none, "payload": "/none_of_these"}] if none else offered


def _words(response: str, domain: Mapping[str, Any]) -> str:
    variations = responses_of(domain).get(response) or [{}]
    return str(variations[0].get("text") or "")
