"""What a message means to its turn, beside what the classifier makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.domain.message import Attachment
from bot.domain.understanding import FALLBACK_INTENT, OPT_OUT_INTENT, IntentScore, Understood
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ASSISTANT, Stage

TOLD = """
intents: [ask_told]
responses:
  utter_told: [{text: "I have it."}]
forms:
  size_form: {required_slots: [team_size], ignored_intents: [ask_told]}
rules:
  - rule: told
    steps: [{intent: ask_told}, {action: utter_told}]
"""


async def test_a_question_on_what_was_told_is_told_by_its_words_where_the_assistant_answers_such(stage: Stage) -> None:
    own = ASSISTANT.replace("forms:\n  size_form: {required_slots: [team_size]}\n", "")
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant_of(own, TOLD))
    await stage.meet()
    await stage.says("greet")
    assert await stage.says("what's my e-mail?") == ["I have it."]
    await stage.says("book")
    assert await stage.says("do you have my number?") == ["I have it.", "How many are you?"]
    assert await stage.says("what's my number of seats?") == ["Thank you."]


async def test_an_assistant_without_that_reads_the_words_itself(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    assert await stage.says("what's my e-mail?") == ["Pardon?"]


class Denying(FakeNlu):
    """Takes whatever it does not know for a no."""

    def parse(self, text: str, **context: Any) -> Understood:
        understood = super().parse(text, **context)
        known = understood.intent.name != FALLBACK_INTENT
        return understood if known else replace(understood, intent=IntentScore("deny", 1.0))


async def test_a_no_to_texts_is_an_opt_out_also_where_it_was_taken_for_a_no(stage: Stage) -> None:
    stage.library.playbook = replace(stage.library.playbook, nlu=Denying(*stage.library.playbook.assistant.intents))
    await stage.meet()
    await stage.consent()
    await stage.later(days=3)
    await stage.says("no problem")
    assert await stage.may_send()
    await stage.says("no thanks, no texts")
    assert not await stage.may_send()


class Guessing(FakeNlu):
    """Takes whatever it does not know for an opt-out."""

    def parse(self, text: str, **context: Any) -> Understood:
        return replace(super().parse(text, **context), intent=IntentScore(OPT_OUT_INTENT, 0.9))


async def test_who_asks_for_texts_has_not_opted_out_whatever_was_guessed(stage: Stage) -> None:
    stage.library.playbook = replace(stage.library.playbook, nlu=Guessing())
    await stage.meet()
    await stage.consent()
    await stage.says("subscribe me again")
    assert await stage.may_send()
    await stage.says("subscribe me again and stop that")
    assert not await stage.may_send()


async def test_who_reacts_to_a_message_waits_for_no_answer(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    assert await stage.says("❤️", reaction=True) == []
    assert await stage.says("❤️") == ["Pardon?"]
    await stage.says("book")
    assert await stage.says("🙏", reaction=True) == []
    assert await stage.says("50") == ["Thank you."]


async def test_a_card_that_is_shared_is_none_of_their_own_words(stage: Stage) -> None:
    """Its number and address are somebody else's."""
    await stage.meet()
    await stage.says("greet")
    assert await stage.says("Kim Example, +44 7700 900456, kim@example.com", card=True) == ["I have your file."]
    await stage.says("book")
    assert await stage.says("Kim Example, 50 High Street", card=True) != ["Thank you."]


async def test_words_that_go_with_a_file_and_mean_nothing_by_themselves_are_no_riddle(stage: Stage) -> None:
    await stage.meet()
    photo = Attachment("https://files.example/1", "image/jpeg")
    await stage.says("greet")
    assert await stage.says("our rota", attachments=(photo,)) == ["I have your file."]
    assert await stage.says("greet", attachments=(photo,)) == ["Hello!"]
    await stage.says("book")
    assert await stage.says("fifty, as you see", attachments=(photo,)) == ["Thank you."]
