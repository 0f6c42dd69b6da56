from __future__ import annotations

import pytest

from bot.domain.second_thoughts import takes_back_a_no, takes_back_a_yes, wants_texts

QUESTION = "May we text you offers?"


@pytest.mark.parametrize(
    "text",
    [
        *("actually no", "no wait", "sorry, I meant no", "Oops I meant no", "wait, no", "on second thoughts, no"),
        *("I changed my mind", "I’ve changed my mind", "wrong button", "sorry, wrong button", "my finger slipped"),
        *(
            "I didn't mean yes",
            "that was by mistake",
            "take that back",
            "scratch that",
            "no texts please",
            "better not",
        ),
        *("doch nicht", "nein, doch nicht", "ich hab's mir anders überlegt", "sorry, meinte nein", "verklickt"),
        *("finalement non", "pardon, je voulais dire non", "j'ai changé d'avis", "mejor no", "perdón, quise decir no"),
        *("he cambiado de opinión", "no texts please"),
    ],
)
def test_a_yes_is_taken_back(text: str) -> None:
    assert takes_back_a_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "no problem", "why not", "sorry, no problem", "thanks", "actually, what does it cost?"),
        *("sorry, we are 80 people", "actually we're 12, not 20", "", "no", "kein Problem", "pas de souci"),
        "no need to hurry, I will be in a meeting the whole afternoon today",
    ],
)
def test_other_words_after_it_take_nothing_back(text: str) -> None:
    assert not takes_back_a_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        *("actually yes", "sorry, I meant yes", "yes", "ok you can text me", "you can text me after all", "text me"),
        *(
            "I changed my mind",
            "doch, gerne",
            "ja doch",
            "finalement oui",
            "en realidad sí",
            "wait, yes",
            "yes, text me",
        ),
    ],
)
def test_a_no_is_taken_back(text: str) -> None:
    assert takes_back_a_no(text, QUESTION)


@pytest.mark.parametrize("text", ["actually no", "I changed my mind, no texts", "thanks", "yes, call me", "yes?"])
def test_other_words_after_a_no_leave_it_one(text: str) -> None:
    assert not takes_back_a_no(text, QUESTION)


@pytest.mark.parametrize(
    "text",
    [
        *("text me", "Text me again please", "you can text me after all", "sign me up again", "I'd like texts"),
        *("send me the texts", "resubscribe me", "subscribe me again", "I want texts again"),
        *("subscribe", "Subscribe please", "UNSTOP", "opt in", "wieder anmelden", "suscribirme", "réabonnez-moi"),
        *("schreiben Sie mir doch SMS", "ich möchte wieder SMS", "envoyez-moi des SMS", "envíame mensajes"),
    ],
)
def test_somebody_asks_for_texts(text: str) -> None:
    assert wants_texts(text)


@pytest.mark.parametrize(
    "text",
    [
        "text me the price",
        "text me at 9",
        "can you text me?",
        "don't text me",
        "call me",
        "I want a demo",
        "",
        "unsubscribe",
        "subscribe to the Pro plan",
        "how do I subscribe?",
    ],
)
def test_somebody_asks_for_something_else(text: str) -> None:
    assert not wants_texts(text)
