from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.contact import ActionKeepContact, ValidateContactForm
from tests.actions.test_lead import effects_in, slots_in, tracker_with

ANSWERED = {"lead_name": "Ana Silva", "work_email": "ana@example.com", "timeline": "now"}


async def test_the_answers_are_kept_and_told_to_journeys_and_the_crm() -> None:
    events = await ActionKeepContact().run(CollectingDispatcher(), tracker_with(ANSWERED), {})
    kept = {one["name"]: one["value"] for one in effects_in(events, "set_attribute")}
    assert kept == {"name": "Ana Silva", "email": "ana@example.com", "timeline": "now"}
    (claimed,) = effects_in(events, "claim_identity")
    assert (claimed["identity"], claimed["value"]) == ("email", "ana@example.com")
    (emitted,) = effects_in(events, "emit")
    assert (emitted["event"], emitted["data"]) == ("contact.requested", {"timeline": "now"})
    (synced,) = effects_in(events, "sync_crm")
    assert synced["note"] == "Asked to be contacted on webchat: wants to start within a month."


async def test_an_assistant_that_has_a_slot_for_it_knows_that_they_are_to_hear_from_us() -> None:
    domain = {"slots": {"contact_requested": {"type": "bool"}}}
    events = await ActionKeepContact().run(CollectingDispatcher(), tracker_with(ANSWERED), domain)
    assert slots_in(events) == {"contact_requested": True}
    assert slots_in(await ActionKeepContact().run(CollectingDispatcher(), tracker_with(ANSWERED), {})) == {}


@pytest.mark.parametrize("left_out", ["lead_name", "work_email", "timeline"])
async def test_a_form_that_asks_less_keeps_what_it_asks(left_out: str) -> None:
    known = {slot: value for slot, value in ANSWERED.items() if slot != left_out}
    events = await ActionKeepContact().run(CollectingDispatcher(), tracker_with(known), {})
    assert len(effects_in(events, "set_attribute")) == 2
    assert len(effects_in(events, "claim_identity")) == (left_out != "work_email")
    assert len(effects_in(events, "emit")) == len(effects_in(events, "sync_crm")) == 1


@pytest.mark.parametrize(
    ("slot", "said", "kept"),
    [
        ("lead_name", "hi, I'm ana silva", "Ana Silva"),
        ("lead_name", "what for?", None),
        ("lead_name", "hmm...", None),
        ("work_email", "it is ana@example.com", "ana@example.com"),
        ("work_email", "ana@", None),
        ("timeline", "straight away", "now"),
        ("timeline", "bananas", None),
    ],
)
def test_an_answer_that_cannot_be_used_is_asked_for_again(slot: str, said: str, kept: str | None) -> None:
    dispatcher = CollectingDispatcher()
    validate = getattr(ValidateContactForm(), f"validate_{slot}")
    assert validate(said, dispatcher, tracker_with({}), {}) == {slot: kept}
    assert [one["response"] for one in dispatcher.messages] == ([] if kept else [f"utter_invalid_{slot}"])


@pytest.mark.parametrize(
    ("email", "known", "filled"),
    [
        ("ana@example.com", None, {"work_email": "ana@example.com"}),
        ("ana@example.com", "ana@work.example", {}),
        (None, None, {}),
    ],
)
def test_nobody_is_asked_for_the_address_that_they_write_from(
    email: str | None, known: str | None, filled: Any
) -> None:
    message = {"intent": {"name": "request_contact"}, "metadata": {"overture": {"email": email}}}
    tracker = tracker_with({"work_email": known}, latest_message=message)
    assert ValidateContactForm().extract_work_email(CollectingDispatcher(), tracker, {}) == filled
