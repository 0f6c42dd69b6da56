"""Advice about examples: what repeats what, what teaches little, what could be one."""

from __future__ import annotations

import pytest

from bot.domain.errors import Place
from bot.nlu.advice import FEW, Merge, merges, near_duplicates, thin_intents
from bot.nlu.evaluate import Verdict, confusions
from bot.nlu.training_data import Example
from bot.ports import Encoder


def examples_of(**texts: list[str]) -> list[Example]:
    pairs = [(intent, text) for intent, of_it in texts.items() for text in of_it]
    return [Example(text, intent, (), Place("nlu.yml", line)) for line, (intent, text) in enumerate(pairs, start=1)]


def test_near_duplicates_of_different_intents_are_found_with_both_places(encoder: Encoder) -> None:
    examples = examples_of(
        cancel=["please cancel my booking now", "never mind", "forget about it"],
        refund=["please cancel my booking now!", "give me my money back", "a refund, thanks"],
    )
    (pair,) = near_duplicates(examples, encoder.encode([one.text for one in examples]))
    assert (pair.one.place.line, pair.other.place.line) == (1, 4)
    assert pair.by_words > 0.75


def test_examples_of_one_intent_are_no_duplicates_of_each_other(encoder: Encoder) -> None:
    examples = examples_of(cancel=["cancel it", "cancel it!", "cancel it now"])
    assert near_duplicates(examples, encoder.encode([one.text for one in examples])) == ()


def test_an_intent_with_few_examples_and_one_whose_examples_repeat_each_other_are_thin(encoder: Encoder) -> None:
    varied = [
        "apple",
        "river stone",
        "blue",
        "quick fox",
        "my house",
        "seven",
        "lamp oil",
        "north",
        "chess",
        "umbrella",
    ]
    alike = [f"could you please book us a nice quiet table by the window for {n} guests" for n in range(20, 30)]
    examples = examples_of(few=["hello", "good morning"], same=alike, ok=varied)
    few, same = thin_intents(examples, encoder.encode([one.text for one in examples]))
    assert (few.intent, few.count) == ("few", 2)
    assert f"write {FEW} or more" in few.advice
    assert (same.intent, same.near_copies) == ("same", 1.0)
    assert "nearly repeat another" in same.advice


def judged(wanted: str, got: str, count: int) -> list[Verdict]:
    return [Verdict(Example("x", wanted, (), Place("nlu.yml")), got, 0.6, understood=True, in_scope=0.6)] * count


def test_intents_that_are_often_taken_for_each_other_are_to_be_merged() -> None:
    verdicts = judged("a", "a", 8) + judged("a", "b", 2) + judged("b", "a", 2) + judged("b", "b", 8)
    assert merges(verdicts, confusions(verdicts)) == (Merge("a", "b", 4, 20, 0.2),)


@pytest.mark.parametrize("fixed", ["opt_out", "out_of_scope"])
def test_what_stops_and_what_is_out_of_scope_stay_by_themselves(fixed: str) -> None:
    verdicts = judged("affirm", "affirm", 8) + judged("affirm", fixed, 6) + judged(fixed, "affirm", 6)
    assert merges(verdicts, confusions(verdicts)) == ()


def test_a_few_mistakes_among_many_messages_are_no_reason_to_merge() -> None:
    verdicts = judged("a", "a", 95) + judged("a", "b", 5) + judged("b", "b", 100)
    assert merges(verdicts, confusions(verdicts)) == ()
    assert merges([], []) == ()
