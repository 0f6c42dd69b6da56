"""A no to marketing that says what it is to is one by its words."""

from __future__ import annotations

import pytest

from bot.nlu.marketing_refused import refuses_marketing


@pytest.mark.parametrize(
    "text",
    [
        "no texts", "no texts please", "no thanks, no texts", "I don't want any texts", "please no more messages",
        "don't text me", "no marketing thanks", "no emails please", "nein keine SMS bitte", "keine SMS",
        "nein danke, keine Werbung", "ich möchte keine Nachrichten", "non merci, pas de SMS", "je ne veux pas de pub",
        "no quiero mensajes", "no gracias, nada de publicidad", "no me escriban más",
        "i consented by mistake", "I never meant to agree to texts", "my yes was a mistake",
        "Ich habe aus Versehen zugestimmt", "ich wollte dem gar nicht zustimmen", "j'ai accepté par erreur",
        "je ne voulais pas consentir", "acepté por error", "no quería aceptar esto",
    ],
)  # fmt: skip
def test_a_no_to_marketing_is_told(text: str) -> None:
    assert refuses_marketing(text)


@pytest.mark.parametrize(
    "text",
    [
        "no", "no problem", "no texts until January", "don't text me before nine", "pause the texts", "why no texts?",
        "no texts came through", "I get no texts", "we don't send texts", "do not send texts to my staff",
        "no texts, calls are fine", "keine Nachrichten gekommen", "pas de problème", "no text on the page",
        "I agreed", "I signed up by mistake", "I booked it by mistake", "the price was a mistake",
    ],
)  # fmt: skip
def test_what_says_more_or_something_else_is_none(text: str) -> None:
    assert not refuses_marketing(text)


def test_no_e_mail_may_be_the_answer_to_what_is_asked() -> None:
    assert not refuses_marketing("no email please", asked=True)
    assert refuses_marketing("no texts please", asked=True)
