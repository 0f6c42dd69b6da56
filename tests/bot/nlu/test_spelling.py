from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.features import learn_ngram_space
from bot.nlu.spelling import MOST_REPAIRED, Speller, learn_speller

EXAMPLES = [
    "I want to book a demo",
    "how much does it cost",
    "please stop texting me",
    "can I talk to a person",
    "what is included in the price",
]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return learn_speller(EXAMPLES, ["peace", "demon", "water"], learn_ngram_space(EXAMPLES))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("how mcuh does it csot", "how much does it cost"),
        ("I want to bok a deemo", "I want to book a demo"),
        ("please stop textng me", "please stop texting me"),
        ("PLAESE STOP", "please STOP"),
        ("what is inclueded", "what is included"),
        ("ho wmuch does it cost", "how much does it cost"),
        ("howmuch doe sit cost", "how much does it cost"),
        ("whatkis included", "what is included"),
        ("what is in cluded", "what is included"),
        ("pleaseeee stoppppp", "please stop"),
        ("what does it coooosttt", "what does it cost"),
        ("waterrrr" + "r" * 40, "water"),
    ],
)
def test_misspelt_words_become_those_of_the_examples(speller: Speller, written: str, meant: str) -> None:
    assert speller.repair(written) == meant


def test_an_apostrophe_that_is_left_out_is_put_back() -> None:
    examples = ["I'm not sure", "is it for me", "that's all", "c'est tout"]
    speller = learn_speller(examples, ["im"], learn_ngram_space(examples))
    for written in ("im sure", "thats it", "cest tout"):
        assert speller.repair(written).replace("'", "") == written
        assert "'" in speller.repair(written)


@pytest.mark.parametrize("said", ["I cant book a demo", "it wont cost much", "I didnt book", "I cannnt book"])
def test_what_says_no_never_becomes_what_does_not(speller: Speller, said: str) -> None:
    """ "cant" is as near to "can" and "want", which go better with their neighbours."""
    repaired = speller.repair(said)
    assert "n't" in repaired
    assert repaired.replace("'", "") == said.replace("nnn", "n")


@pytest.mark.parametrize("text", ["how much does it cost", "a demon", "peace and water", "zzzzzz", "", "ok 👍"])
def test_words_that_exist_and_words_like_none_stay(speller: Speller, text: str) -> None:
    assert speller.repair(text) == text


@pytest.mark.parametrize(
    "text",
    ["I am Bok", "ask prisce@example.com", "demo2", "see example.com/prise", "HB-1234 csot1", "call Plase, Cst Ltd"],
)
def test_names_addresses_and_numbers_stay(speller: Speller, text: str) -> None:
    assert speller.repair(text) == text


def test_what_was_found_as_an_entity_stays(speller: Speller) -> None:
    assert speller.repair("my firm is prise and csot", keep=["prise"]) == "my firm is prise and cost"


@pytest.mark.parametrize("text", ["asdf qwer", "blorp demmo"])
def test_a_text_of_words_that_are_none_cannot_be_read(speller: Speller, text: str) -> None:
    assert not speller.can_read(text)


@pytest.mark.parametrize("text", ["blorp demo", "plaese stpo", "42", "\u00dcbergr\u00f6\u00dfentr\u00e4ger", ""])
def test_a_text_with_a_word_or_of_words_that_can_be_put_right_can_be_read(speller: Speller, text: str) -> None:
    assert speller.can_read(text)


def test_a_long_text_has_a_bounded_number_of_words_looked_up(speller: Speller) -> None:
    repaired = speller.repair("csot " * 10_000)
    assert len(re.findall("cost", repaired)) <= MOST_REPAIRED


def test_a_speller_survives_being_stored(speller: Speller) -> None:
    assert Speller.from_facts(speller.facts(), speller.space) == speller


def test_of_two_words_as_near_it_is_the_one_that_goes_with_its_neighbours() -> None:
    texts = ["set the table", "the cable is loose", "a cable", "the table"]
    speller = learn_speller(texts, [], learn_ngram_space(texts))
    assert speller.repair("set the zable") == "set the table"
    assert speller.repair("the zable is loose") == "the cable is loose"


def test_a_short_word_that_exists_becomes_another_only_where_its_neighbours_say_so() -> None:
    texts = [
        "when is your lab open",
        "can you send me proof of the visit",
        "do you take my card",
        "how do I pay for it",
    ]
    speller = learn_speller(texts, ["if", "dog", "get", "set", "yes"], learn_ngram_space(texts))
    for said in ("how much is the jab", "if you can", "can I bring my dog", "do I get it set", "yes"):
        assert speller.repair(said) == said
    assert speller.repair("how do I pya for it") == "how do I pay for it"


def test_a_short_word_that_begins_with_another_letter_is_another_word() -> None:
    texts = ["where is the lab", "is the lab open", "the lab results"]
    speller = learn_speller(texts, [], learn_ngram_space(texts))
    for said in ("where is the jab", "is the cab open", "the tab results"):
        assert speller.repair(said) == said
    assert speller.repair("where is the lba") == "where is the lab"
    assert speller.repair("is the lav open") == "is the lab open"


def test_a_word_and_what_is_shortened_after_it_exist_where_the_word_does() -> None:
    texts = ["what is the price", "I can't come"]
    speller = learn_speller(texts, ["don", "what"], learn_ngram_space(texts))
    assert speller.repair("what's on? I don't know") == "what's on? I don't know"


@given(st.text() | st.text(alphabet="abdehmost c'", max_size=60))
def test_repairing_changes_letters_and_blanks_between_words_only(speller: Speller, text: str) -> None:
    def skeleton(part: str) -> str:
        return re.sub(r"[^\W\d_]+(?:['\x20][^\W\d_]+)*", "w", part)

    assert skeleton(speller.repair(text)) == skeleton(text)
