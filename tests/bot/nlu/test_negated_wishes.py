from __future__ import annotations

import pytest

from bot.nlu.negated_wishes import no_in

SPOKEN = ("en", "de", "fr", "es")


@pytest.mark.parametrize(
    "text",
    [
        "i dont need an appointment",
        "I don't want to see the dentist",
        "please do not block my card",
        "i never asked for a demo",
        "there's no need to call me",
        "we no longer need a table",
        "ich brauche keinen Termin",
        "bitte die Karte nicht sperren",
        "je ne veux pas de rendez-vous",
        "n'annulez pas mon rendez-vous",
        "no quiero una cita",
        "ya no necesito la cita",
    ],
)
def test_what_is_not_wanted_is_told_by_its_words(text: str) -> None:
    assert no_in(text, SPOKEN)


@pytest.mark.parametrize(
    "text",
    [
        "I need an appointment",
        "no, I need an appointment",
        "don't you have an app",
        "dont forget to call me",
        "I don't know when",
        "I don't have an account",
        "I can't log in",
        "don't worry",
        "ich habe keinen Termin bekommen",
        "no funciona",
    ],
)
def test_what_asks_for_something_or_reports_is_no_negated_wish(text: str) -> None:
    assert not no_in(text, SPOKEN)


@pytest.mark.parametrize(
    "text", ["I don't want to wait, call me", "don't call. write to me", "I don't need it but him"]
)
def test_who_says_what_is_wanted_instead_says_more(text: str) -> None:
    assert not no_in(text)
