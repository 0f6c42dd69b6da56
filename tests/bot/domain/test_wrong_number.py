"""By which words somebody says that an address is not whose we took it for, with the words that come with Overture."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.documents import parse
from bot.domain.sending_rules import SendingRules
from bot.domain.wrong_number import About, names_of, wrong_in, wrong_number_form
from bot.journeys.rules import read_rules

SHIPPED = Path(__file__).parents[3] / "journeys" / "rules"
ANA = names_of({"name": "Ana Pérez"})


@pytest.fixture(scope="module")
def shipped() -> SendingRules:
    return read_rules(parse(str(path), path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yml")))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Wrong number.", About.NUMBER),
        ("youve got the wrong number!!", About.NUMBER),
        ("Sorry mate, wrong number. Stop texting", About.NUMBER),
        ("This isn't Ana's number", About.NUMBER),
        ("this isnt anas number anymore", About.NUMBER),
        ("I'm not Ana", About.PERSON),
        ("Hi, I am not Ana Perez.", About.PERSON),
        ("wrong person", About.PERSON),
        ("You have the wrong email address", About.ADDRESS),
        ("Falsche Nummer", About.NUMBER),
        ("Das ist nicht die Nummer von Ana", About.NUMBER),
        ("Hallo, ich bin nicht Ana", About.PERSON),
        ("Vous vous trompez de numéro", About.NUMBER),
        ("ich kenne sie nicht, falsche nummer", About.NUMBER),
        ("Wer sind Sie? Sie haben die falsche Nummer", About.NUMBER),
        ("je ne suis pas Ana, désolé", About.PERSON),
        ("Número equivocado", About.NUMBER),
        ("numero equivocado, yo no soy", About.NUMBER),
        ("Disculpe, creo que está equivocado de número", About.NUMBER),
        ("aquí no vive Ana", About.PERSON),
        ("No soy Ana", About.PERSON),
        ("Ha sbagliato numero", About.NUMBER),
        ("Non sono Ana", About.PERSON),
        ("número errado", About.NUMBER),
        ("não sou a Ana", About.PERSON),
        ("Verkeerd nummer", About.NUMBER),
        ("Ik ben Ana niet", About.PERSON),
        ("zły numer", About.NUMBER),
        ("Nie jestem Ana", About.PERSON),
        ("打错了", About.NUMBER),
    ],
)
def test_whoever_says_so_is_heard_in_eight_languages(shipped: SendingRules, text: str, about: About) -> None:
    assert shipped.wrong_in(text, ANA) is about


@pytest.mark.parametrize(
    "text",
    [
        "Wrong number?",
        "is this the wrong number",
        "I'm not sure",
        "I'm not interested",
        "I'm not Ben",
        "not now",
        "the order has the wrong number",
        "sorry, wrong number of people",
        "I think I gave you the wrong number, it should end in 88",
        "wrong person, it's Ana, not Anna",
        "that's not my number",
        "stop",
        "sorry",
        "No",
        "I'm not Ana's boss",
        "nein",
        "ich bin nicht sicher",
        "je ne suis pas sûr",
        "no soy cliente",
        "",
        "wrong address",
    ],
)
def test_ordinary_words_are_not_taken_for_it(shipped: SendingRules, text: str) -> None:
    assert shipped.wrong_in(text, ANA) is None


def test_a_message_that_asks_to_stop_says_so_in_one_clause(shipped: SendingRules) -> None:
    text = "new phone who dis, wrong person, quit it with the sneakers"
    assert shipped.wrong_in(text, ANA) is None
    assert shipped.wrong_in(text, ANA, stops=True) is About.PERSON
    assert shipped.wrong_in("stop it with the wrong numbers", ANA, stops=True) is None


def test_a_name_counts_only_where_somebody_goes_by_it() -> None:
    form = wrong_number_form({About.PERSON: ["I'm not {name}"]}, ["sorry"])
    assert wrong_in([form], "I'm not Ana") is None
    assert wrong_in([form], "Sorry I'm not Ana", names_of({"first_name": "Ana"})) is About.PERSON
    assert names_of({"name": "Li", "first_name": 7, "last_name": None}) == {"li"}
    assert names_of({"name": "J. Smith"}) == {"jsmith", "smith"}, "one letter is no name"


def test_a_long_message_costs_no_more_than_its_words(shipped: SendingRules) -> None:
    assert shipped.wrong_in("please stop " * 19 + "x", ANA) is None
