"""Converse: turns are taken one at a time and in order, each written whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.assistant import Response, Variation
from bot.domain.conversation import ActionExecuted, BotUttered, SessionStarted, SlotSet
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import ChangeScore, RequestHandoff, Say, SetAttribute
from bot.domain.errors import Conflict, ConversationGone
from bot.domain.message import Attachment, Text
from bot.domain.person import Identity
from bot.services import converse as converse_module
from bot.services.converse import MOST_CONFLICTS, PARK_AFTER, converse
from bot.services.erase_person import erase_person
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.stage import ANA, ASSISTANT, PHONE, VISITOR, Stage

ANSWER = "I am a machine. Hello!"


async def speeches(stage: Stage) -> list[tuple[str, str]]:
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        lines = await uow.conversations.transcript(conversation.id)
    return [(line.speaker, line.text) for line in lines]


async def test_a_message_is_answered(stage: Stage) -> None:
    assert await stage.says("greet") == [ANSWER]
    assert await speeches(stage) == [("Customer", "greet"), ("Assistant", "Hello!")]


async def test_an_action_sees_what_the_channel_gave_with_the_message(stage: Stage) -> None:
    await stage.says("lead", metadata={"page": "/pricing"})
    assert [given["metadata"] for given in stage.actions.given] == [{"page": "/pricing"}] * 2
    await stage.says("lead")
    assert stage.actions.given[-1]["metadata"] == {}


async def test_an_action_sees_whom_the_caller_says_that_it_talks_for(stage: Stage) -> None:
    await stage.says("lead")
    assert "sender" not in stage.actions.given[-1]
    stage.sms.abilities = replace(stage.sms.abilities, named_by_callers=True)
    await stage.says("lead")
    assert stage.actions.given[-1]["sender"] == PHONE


async def test_what_a_validation_lets_stand_is_kept_as_the_slots_type_has_it(stage: Stage) -> None:
    playbook = stage.library.playbook
    size = replace(playbook.assistant.slots["team_size"], type="float", max_value=100.0)
    assistant = replace(
        playbook.assistant,
        slots={**playbook.assistant.slots, "team_size": size},
        actions=playbook.assistant.actions | {"validate_size_form"},
    )
    stage.library.playbook = replace(playbook, assistant=assistant)
    stage.actions.events["validate_size_form"] = ()
    await stage.says("book")
    stage.actions.events["validate_size_form"] = (SlotSet("team_size", "12"),)
    assert await stage.says("12") == ["Thank you."]
    assert (await stage.at()).tracker.slots["team_size"] == 12


async def test_an_answer_may_say_what_is_known_of_the_person(stage: Stage) -> None:
    playbook = stage.library.playbook
    greeting = Response("utter_greet", (Variation('Hello {{ profile.name | default: "there" }}!', liquid=True),))
    responses = {**playbook.assistant.responses, "utter_greet": greeting}
    assistant = replace(playbook.assistant, responses=responses, is_personal=True)
    stage.library.playbook = replace(playbook, assistant=assistant)
    assert await stage.says("greet") == ["I am a machine. Hello there!"]
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(conversation.profile_id)
        await uow.profiles.save(replace(profile, attributes={"name": "Ana"}))
    assert await stage.says("greet") == ["Hello Ana!"]


async def test_an_answer_may_lead_to_the_persons_preferences(stage: Stage) -> None:
    playbook = stage.library.playbook
    greeting = Response("utter_greet", (Variation("{{ preferences_link }}", liquid=True),))
    responses = {**playbook.assistant.responses, "utter_greet": greeting}
    stage.library.playbook = replace(
        playbook, assistant=replace(playbook.assistant, responses=responses, is_personal=True)
    )
    await stage.meet()
    assert await stage.says("greet") == ["I am a machine. https://chat.example.com/preferences/ana"]


async def test_a_burst_is_answered_in_the_order_in_which_it_came(stage: Stage) -> None:
    for text in ("greet", "book", "fifty"):
        await stage.hear(text)
    assert await converse(stage.runtime, (await stage.at()).id) == 3
    await stage.settle()
    assert stage.sms.texts() == [ANSWER, "How many are you?", "Thank you."]
    assert [text for speaker, text in await speeches(stage) if speaker == "Customer"] == ["greet", "book", "fifty"]


async def test_a_stop_in_a_burst_withholds_the_marketing_that_is_not_sent_yet(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("offer")
    for text in ("greet", "lead", "STOP", "greet"):
        await stage.hear(text)
    assert await converse(stage.runtime, (await stage.at()).id) == 4
    await stage.settle()
    assert (await stage.entry("offer")).status is OutboxStatus.WITHHELD
    assert "An offer." not in stage.sms.texts()
    assert [text for text in stage.sms.texts() if "no more" in text] == ["You will get no more of these."]
    assert [text for speaker, text in await speeches(stage) if speaker == "Customer"] == [
        "greet",
        "lead",
        "STOP",
        "greet",
    ]
    assert not await stage.may_send()


async def test_a_turn_that_was_taken_is_not_taken_again(stage: Stage) -> None:
    await stage.says("greet")
    assert await converse(stage.runtime, (await stage.at()).id) == 0
    assert stage.sms.texts() == [ANSWER]


async def test_a_message_whose_turn_fails_each_time_is_parked_and_those_behind_it_get_theirs(stage: Stage) -> None:
    stage.actions.raising = {"action_lead"}
    await stage.hear("lead")
    await stage.hear("greet")
    conversation = (await stage.at()).id
    for _ in range(PARK_AFTER - 1):
        with pytest.raises(ValueError):
            await converse(stage.runtime, conversation)
        assert await speeches(stage) == [], "nothing of a failed turn stays, and nobody overtakes"
    with capture_logs() as logs:
        assert await converse(stage.runtime, conversation) == 2
    assert [(line["event"], line["attempts"]) for line in logs if line["log_level"] == "error"] == [
        ("a message is parked: its turn failed each time", PARK_AFTER)
    ]
    await stage.settle()
    assert stage.sms.texts() == [ANSWER]
    assert stage.actions.ran == ["action_lead"] * PARK_AFTER


@pytest.mark.parametrize("text", ["STOP", "opt_out"])
async def test_a_stop_counts_though_its_turn_fails_each_time(stage: Stage, text: str) -> None:
    """As where the action fails that the session begins with."""
    assistant = assistant_of(ASSISTANT.replace("actions: [", "actions: [action_session_start, "))
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant)
    stage.actions.raising = {"action_session_start"}
    await stage.meet()
    await stage.consent()
    stage.clock.forward(timedelta(minutes=1))
    await stage.queue("offer", due_at=stage.clock.now() + timedelta(hours=1))
    await stage.hear(text)
    conversation = (await stage.at()).id
    for _ in range(PARK_AFTER - 1):
        with pytest.raises(ValueError):
            await converse(stage.runtime, conversation)
    assert await converse(stage.runtime, conversation) == 1
    assert not await stage.may_send()
    assert (await stage.entry("offer")).status is OutboxStatus.WITHHELD


async def test_a_stop_that_cannot_even_be_heeded_holds_up_none_behind_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(converse_module, "write_turn", fails)
    monkeypatch.setattr(converse_module, "heed_stop", fails)
    await stage.hear("STOP")
    conversation = (await stage.at()).id
    for _ in range(PARK_AFTER - 1):
        with pytest.raises(ValueError):
            await converse(stage.runtime, conversation)
    assert await converse(stage.runtime, conversation) == 1
    monkeypatch.undo()
    await stage.says("greet")
    assert stage.sms.texts() == [ANSWER]


async def test_a_message_that_others_get_into_the_way_of_each_time_is_parked_in_the_end(stage: Stage) -> None:
    """Else its turn would be taken without end, with all that actions and models cost."""

    async def others_are_faster() -> None:
        raise Conflict("somebody is faster each time")

    stage.actions.before = others_are_faster
    await stage.hear("lead")
    await stage.hear("greet")
    conversation = (await stage.at()).id
    for _ in range(MOST_CONFLICTS - 1):
        assert await converse(stage.runtime, conversation) == 0
    assert await converse(stage.runtime, conversation) == 2
    await stage.settle()
    assert stage.sms.texts() == [ANSWER]


async def test_a_message_that_others_got_into_the_way_of_may_fail_as_often_as_any(stage: Stage) -> None:
    async def others_are_faster() -> None:
        raise Conflict("somebody is faster")

    await stage.hear("lead")
    conversation = (await stage.at()).id
    stage.actions.before = others_are_faster
    for _ in range(PARK_AFTER):
        assert await converse(stage.runtime, conversation) == 0
    stage.actions.before, stage.actions.raising = None, {"action_lead"}
    for _ in range(PARK_AFTER - 1):
        with pytest.raises(ValueError):
            await converse(stage.runtime, conversation)
    stage.actions.raising = set()
    assert await converse(stage.runtime, conversation) == 1


async def test_a_turn_is_taken_again_when_somebody_else_wrote_to_the_conversation_meanwhile(stage: Stage) -> None:
    async def somebody_else_writes() -> None:
        stage.actions.before = None
        async with stage.store.transaction() as uow:
            conversation = await uow.conversations.at("sms", PHONE)
            assert conversation is not None
            tracker = conversation.tracker.apply(BotUttered("I was here"))
            await uow.conversations.save(replace(conversation, tracker=tracker, version=conversation.version + 1))

    stage.actions.before = somebody_else_writes
    stage.actions.effects["action_lead"] = (
        SetAttribute("name", "Ana"),
        ChangeScore("fit", 20, "said so", "lead", again=True),
    )
    await stage.hear("lead")
    assert await converse(stage.runtime, (await stage.at()).id) == 0
    assert await converse(stage.runtime, (await stage.at()).id) == 1
    assert stage.actions.ran == ["action_lead", "action_more"] * 2
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        assert [change.points for change in await uow.scores.of(conversation.profile_id)] == [20]
    assert BotUttered("I was here") in conversation.tracker.recent


async def test_nothing_of_a_turn_stays_that_somebody_else_has_taken(stage: Stage) -> None:
    async def somebody_else_takes_it() -> None:
        stage.actions.before = None
        async with stage.store.transaction() as uow:
            (entry,) = await uow.inbox.waiting(conversation.id, stage.clock.now())
            await uow.inbox.done(entry, stage.clock.now())

    stage.actions.before = somebody_else_takes_it
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.hear("lead")
    conversation = await stage.at()
    await stage.settle()
    assert await stage.at() == conversation
    assert stage.slack.taken == []


async def test_a_failed_action_is_told_once_and_the_turn_stands(stage: Stage) -> None:
    stage.actions.broken = {"action_lead", "action_more"}
    assert await stage.says("lead") == ["I am a machine. Sorry, that went wrong."]
    assert stage.actions.ran == ["action_lead", "action_more"]
    assert await stage.says("greet") == ["Hello!"]


async def test_what_an_action_wants_is_done_in_the_turn(stage: Stage) -> None:
    stage.actions.effects["action_lead"] = (SetAttribute("name", "Ana"), ChangeScore("fit", 20, "said so", "lead"))
    for _ in range(2):
        await stage.says("lead")
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(conversation.profile_id)).attributes == {"name": "Ana"}
        assert [change.points for change in await uow.scores.of(conversation.profile_id)] == [20], "a rule counts once"


async def test_a_button_says_what_its_payload_says(stage: Stage) -> None:
    assert await stage.says("Say hello", payload="/greet") == [ANSWER]


async def test_opening_the_chat_is_a_turn_without_words(stage: Stage) -> None:
    await stage.says("", channel="webchat", opened=True)
    conversation = await stage.at("webchat", VISITOR)
    assert conversation.tracker.latest_message is not None
    assert conversation.tracker.latest_message.understood.intent.name == "open_chat"


async def test_a_second_channel_knows_what_was_said_on_the_first(stage: Stage) -> None:
    await stage.meet()
    await stage.says("book")
    await stage.says("fifty")
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.says("greet", channel="webchat")
    second = await stage.at("webchat", VISITOR)
    assert second.profile_id == ANA
    assert second.tracker.slots["team_size"] == "fifty"


async def test_a_form_that_was_left_open_is_closed_when_a_new_session_begins(stage: Stage) -> None:
    await stage.says("book")
    await stage.later(hours=2)
    assert await stage.says("greet") == ["Hello!"]
    assert (await stage.at()).tracker.loop is None


def with_own_session_start(stage: Stage, **changes: Any) -> None:
    """Let the assistant have an `action_session_start` that fills a slot, as Rasa's documentation has it."""
    assistant = stage.library.playbook.assistant
    changed = replace(assistant, actions=assistant.actions | {"action_session_start"})
    stage.library.playbook = replace(stage.library.playbook, assistant=changed)
    stage.actions.effects["action_session_start"] = ()
    stage.actions.events["action_session_start"] = (
        SessionStarted(),
        SlotSet("team_size", "five"),
        ActionExecuted("action_listen"),
    )


async def test_an_assistants_own_session_start_begins_each_session(stage: Stage) -> None:
    with_own_session_start(stage)
    assert await stage.says("greet") == ["I am a machine. Hello!"]
    assert (await stage.at()).tracker.slots["team_size"] == "five"
    await stage.says("greet")
    assert stage.actions.ran == ["action_session_start"]
    await stage.later(hours=2)
    stage.actions.events["action_session_start"] = (SessionStarted(),)
    assert await stage.says("greet") == ["Hello!"]
    assert stage.actions.ran == ["action_session_start"] * 2
    assert (await stage.at()).tracker.slots.get("team_size") is None


async def test_an_own_session_start_that_fails_costs_the_customer_nothing(stage: Stage) -> None:
    with_own_session_start(stage)
    stage.actions.broken.add("action_session_start")
    assert await stage.says("greet") == ["I am a machine. Hello!"]


async def test_slots_are_carried_into_a_new_session_unless_the_domain_says_no(stage: Stage) -> None:
    for carries_over, kept in ((True, "fifty"), (False, None)):
        playbook = stage.library.playbook
        stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, carry_over_slots=carries_over))
        await stage.says("book")
        await stage.says("fifty")
        await stage.later(hours=2)
        await stage.says("greet")
        assert (await stage.at()).tracker.slots.get("team_size") == kept


async def test_what_a_channel_cannot_show_is_not_sent_there(stage: Stage) -> None:
    playbook = stage.library.playbook
    only_custom = Response("utter_greet", (Variation("", extras={"custom": {"map": [51.5, 0.1]}}),))
    responses = {**playbook.assistant.responses, "utter_greet": only_custom}
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, responses=responses))
    assert await stage.says("greet") == []
    stage.sms.abilities = replace(stage.sms.abilities, extras=True)
    await stage.hear("greet")
    await stage.settle()
    assert [message.content.extras for message in stage.sms.taken if isinstance(message.content, Text)][-1] == {
        "custom": {"map": [51.5, 0.1]}
    }


async def test_what_an_action_says_is_worded_before_what_it_sets_is_set(stage: Stage) -> None:
    playbook = stage.library.playbook
    sent = Response("utter_thanks", (Variation("Noted: {team_size}."),))
    responses = {**playbook.assistant.responses, "utter_thanks": sent}
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, responses=responses))
    await stage.says("book")
    await stage.says("fifty")
    stage.actions.effects["action_lead"] = ()
    stage.actions.says["action_lead"] = (Say(Text(""), "utter_thanks"),)
    stage.actions.events["action_lead"] = (SlotSet("team_size", None),)
    assert (await stage.says("lead"))[0] == "Noted: fifty."
    assert (await stage.at()).tracker.slots["team_size"] is None


async def test_each_turn_is_explained_on_the_feed(stage: Stage) -> None:
    stage.actions.effects["action_lead"] = (ChangeScore("fit", 20, "said so", "lead"),)
    vendor_id = await stage.hear("lead")
    await stage.settle()
    (turn,) = [item for item in await stage.feed("explain") if item["type"] == "turn"]
    assert turn["message_id"] == f"sms:{vendor_id}"
    assert turn["understood"]["intent"] == "lead"
    assert [one["action"] for one in turn["acted"]] == ["action_lead", "action_more"]
    assert turn["scores"] == [{"dimension": "fit", "points": 20, "reason": "said so"}]
    assert turn["score"]["grade"] == "B3"


async def test_each_answer_leaves_under_the_key_of_its_message(stage: Stage) -> None:
    vendor_id = await stage.hear("greet")
    await stage.settle()
    entry = await stage.entry(f"sms:{vendor_id}:0")
    assert (entry.status, entry.enrolment_id) == (OutboxStatus.SENT, None)
    assert entry.profile_id == (await stage.at()).profile_id


@pytest.mark.parametrize("after", ["read_situation", "begin_session"])
async def test_who_is_erased_while_their_message_is_answered_leaves_nothing_behind(
    stage: Stage, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.meet()
    await stage.says("greet")
    conversation = await stage.at()
    await stage.hear("greet")
    goes_on = getattr(converse_module, after)

    async def erased_first(*given: Any) -> Any:
        monkeypatch.undo()
        async with stage.store.transaction() as uow:
            await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
        return await goes_on(*given)

    monkeypatch.setattr(converse_module, after, erased_first)
    with capture_logs() as lines:
        assert await converse(stage.runtime, conversation.id) == 0
        assert await converse(stage.runtime, conversation.id) == 0
    assert not [one for one in lines if one["log_level"] in ("error", "warning")]
    async with stage.store.transaction() as uow:
        assert await uow.inbox.waiting(conversation.id, stage.clock.now()) == []
        with pytest.raises(ConversationGone):
            await uow.conversations.get(conversation.id)


async def test_a_file_without_words_is_thanked_for_where_the_assistant_has_no_intent_for_one(stage: Stage) -> None:
    voice_note = Attachment("https://vendor.example/1", "audio/ogg")
    assert await stage.says("", channel="webchat", attachments=(voice_note,)) == [
        "I am a machine.",
        "I have your file.",
    ]
    assert await stage.says("greet", channel="webchat", attachments=(voice_note,)) == ["Hello!"]
