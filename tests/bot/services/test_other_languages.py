from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.sending_rules import OptOutWords, SendingRules
from bot.domain.understanding import OPT_OUT_INTENT, IntentScore, Understood
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ASSISTANT, RULES, VISITOR, Stage

FRENCH = "combien de personnes"
GERMAN = "Wie viele Leute"


class ForeignNlu(FakeNlu):
    """As the fake; French is foreign, German is spoken, and neither is understood."""

    def parse(self, text: str, **context: Any) -> Understood:
        fallback = IntentScore("nlu_fallback", 1.0)
        if text.startswith("Parler") or "de" in text.split():
            return Understood(text, fallback, language="fr", foreign=True)
        if text == GERMAN or text.startswith("bitte "):
            return Understood(text, fallback, language="de")
        return super().parse(text, **context)


async def teach(
    stage: Stage,
    *,
    languages: set[str],
    opt_out_languages: Collection[str] = (),
    answers_strangers: bool = False,
    more: str = "",
    rules: SendingRules = RULES,
) -> None:
    """An assistant that offers a person, and whose fallback has German words."""
    text = ASSISTANT.replace("opt_out, nlu_fallback]", "opt_out, nlu_fallback, talk_to_person]").replace(
        'utter_default: [{text: "Pardon?"}]',
        'utter_default: [{text: "Pardon?"}, {text: "Wie bitte?", language: de}]',
    )
    text += "  - rule: person\n    steps: [{intent: talk_to_person}, {action: utter_tip}]\n"
    assistant = with_built_in_responses(assistant_of(text.replace("slots:", f"slots:{more}", 1)))
    stage.library.playbook = replace(
        stage.library.playbook,
        assistant=assistant,
        nlu=ForeignNlu(*assistant.intents),
        languages=frozenset(languages),
        opt_out_languages=frozenset(opt_out_languages),
        answers_strangers=answers_strangers,
        rules=rules,
    )
    await stage.says("greet", channel="webchat")  # so that the disclosure is behind us


async def test_a_language_that_is_not_spoken_is_told_so_in_it_and_that_a_machine_says_so(stage: Stage) -> None:
    await teach(stage, languages={"en", "de"})
    (said,) = await stage.says(FRENCH, channel="webchat")
    machine, spoken = said.split(". ")
    assert machine == "Je suis un assistant automatique et, désolé, je ne parle pas encore français"
    assert spoken == "Je comprends : English, Deutsch."


async def test_the_title_of_the_button_that_offers_a_person_may_be_typed(stage: Stage) -> None:
    await teach(stage, languages={"en"})
    await stage.says(FRENCH, channel="webchat")
    assert await stage.says("Parler à une personne !", channel="webchat") == ["A tip."]


async def test_an_author_may_have_other_languages_answered_as_what_is_not_understood(stage: Stage) -> None:
    await teach(stage, languages={"en"}, answers_strangers=True)
    assert await stage.says(FRENCH, channel="webchat") == ["Pardon?"]


@pytest.mark.parametrize("text", ["désabonnez moi de tout", "STOP"])
async def test_an_opt_out_is_heeded_before_the_language_is_spoken_of(stage: Stage, text: str) -> None:
    french = OptOutWords("fr", "default", date(2026, 1, 1), None, "a test", "fr", words=("désabonnez",))
    await teach(stage, languages={"en"}, rules=replace(RULES, opt_out_words=(french,)))
    (said,) = await stage.says(text)
    assert "You will get no more of these." in said


async def test_who_asks_to_stop_again_in_another_language_still_wants_no_service_message(stage: Stage) -> None:
    french = OptOutWords("fr", "default", date(2026, 1, 1), None, "a test", "fr", words=("désabonnez",))
    await teach(stage, languages={"en"}, rules=replace(RULES, opt_out_words=(french,)))
    await stage.says("désabonnez moi de tout")
    await stage.later(minutes=1)
    await stage.says("désabonnez moi de tout")
    await stage.queue("reminder", purpose=Purpose.SERVICE, profile_id=(await stage.at()).profile_id)
    await stage.settle()
    assert (await stage.outcome("reminder"))[0] is OutboxStatus.WITHHELD


GERMAN_STOP = OptOutWords("de", "default", date(2026, 1, 1), None, "a test", "de", words=("abmelden", "keine werbung"))
ENGLISH_STOP = replace(GERMAN_STOP, id="en", language="en", words=("stop", "spam"))
WITH_PHRASES = replace(RULES, opt_out_words=(ENGLISH_STOP, GERMAN_STOP))


async def without_examples_of_opting_out(stage: Stage) -> None:
    await teach(stage, languages={"de"}, rules=WITH_PHRASES)
    intents = set(stage.library.playbook.assistant.intents) - {OPT_OUT_INTENT}
    stage.library.playbook = replace(stage.library.playbook, nlu=ForeignNlu(*intents))


@pytest.mark.parametrize("text", ["Abmelden", "STOP", "bitte keine Werbung mehr"])
async def test_without_examples_of_opting_out_its_words_count_in_the_chat(stage: Stage, text: str) -> None:
    await without_examples_of_opting_out(stage)
    (said,) = await stage.says(text, channel="webchat")
    assert said == "You will get no more of these."


async def test_a_word_that_stops_is_an_answer_where_a_form_waits_for_one(stage: Stage) -> None:
    await without_examples_of_opting_out(stage)
    await stage.says("book", channel="webchat")
    assert "You will get no more of these." not in await stage.says("Abmelden", channel="webchat")


async def test_a_sentence_that_stops_counts_in_a_form_where_its_language_cannot_be_told(stage: Stage) -> None:
    dutch = OptOutWords("nl", "default", date(2026, 1, 1), None, "a test", "nl", say=("hou",), of=("berichten",))
    await teach(stage, languages={"en"}, opt_out_languages={"en"}, rules=replace(RULES, opt_out_words=(dutch,)))
    await stage.says("book", channel="webchat")
    (said,) = await stage.says("hou op met berichten", channel="webchat")
    assert said == "You will get no more of these."


async def test_a_sentence_is_left_to_the_examples_where_there_are_some(stage: Stage) -> None:
    await teach(stage, languages={"de"}, opt_out_languages={"de"}, rules=WITH_PHRASES)
    assert await stage.says("bitte abmelden", channel="webchat") == ["Pardon?"]


async def test_a_no_to_marketing_and_nothing_besides_is_one_whatever_the_examples_are(stage: Stage) -> None:
    await teach(stage, languages={"de"}, opt_out_languages={"de"}, rules=WITH_PHRASES)
    assert await stage.says("bitte keine Werbung mehr", channel="webchat") == ["You will get no more of these."]


@pytest.mark.parametrize("text", ["bitte abmelden", "bitte keine Werbung mehr", "bitte stop", "Abmelden"])
async def test_words_count_in_the_language_that_has_no_examples_of_opting_out(stage: Stage, text: str) -> None:
    await teach(stage, languages={"en", "de"}, opt_out_languages={"en"}, rules=WITH_PHRASES)
    assert await stage.says(text, channel="webchat") == ["You will get no more of these."]


@pytest.mark.parametrize("text", ["STOP!", "my folder is full of spam"])
async def test_words_of_the_language_that_has_examples_do_not_count(stage: Stage, text: str) -> None:
    await teach(stage, languages={"en", "de"}, opt_out_languages={"en"}, rules=WITH_PHRASES)
    assert await stage.says(text, channel="webchat") == ["Pardon?"]


async def test_responses_are_in_the_language_of_the_conversation(stage: Stage) -> None:
    await teach(stage, languages={"en", "de"})
    assert await stage.says("what?", channel="webchat") == ["Pardon?"]
    assert await stage.says(GERMAN, channel="webchat") == ["Wie bitte?"]
    assert await stage.says("what?", channel="webchat") == ["Wie bitte?"]


async def test_an_assistant_of_one_language_has_no_slot_for_it(stage: Stage) -> None:
    await teach(stage, languages={"en"})
    await stage.says(GERMAN, channel="webchat")
    assert "language" not in (await stage.at("webchat", VISITOR)).tracker.slots


async def test_a_slot_of_this_name_that_messages_fill_means_something_else(stage: Stage) -> None:
    own = "\n  language: {type: text, mappings: [{type: from_text}]}"
    await teach(stage, languages={"en", "de"}, more=own)
    await stage.says(GERMAN, channel="webchat")
    assert (await stage.at("webchat", VISITOR)).tracker.slots["language"] == GERMAN


async def test_a_form_stays_open_while_a_language_is_not_spoken(stage: Stage) -> None:
    await teach(stage, languages={"en"})
    await stage.says("book", channel="webchat")
    await stage.says(FRENCH, channel="webchat")
    loop = (await stage.at("webchat", VISITOR)).tracker.loop
    assert loop is not None
    assert loop.name == "size_form"
