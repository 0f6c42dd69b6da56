"""A question on what one may do oneself is one without its mark, too; what asks somebody to do something is none."""

from __future__ import annotations

import pytest

from bot.domain.own_questions import asks


@pytest.mark.parametrize(
    "text",
    [
        "can i stop later", "Can I stop later?", "ok, how do i unsubscribe", "what am i agreeing to", "do i have to",
        "is it possible to opt out later", "what happens if i say yes", "kann ich das später beenden",
        "wie kann ich mich abmelden", "wozu stimme ich da zu", "puis-je arrêter plus tard",
        "est-ce que je peux arrêter",
        "comment je peux me désabonner", "puedo darme de baja luego", "cómo puedo cancelar", "why?",
        "will you spam me", "do you sell my number",
        "worin willige ich da ein", "je consens à quoi", "a qué estoy accediendo",
    ],
)  # fmt: skip
def test_what_asks_is_told(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "can you stop", "stop", "could you please stop texting me", "yes", "no texts", "I can stop later",
        "ich stimme zu",
        "können Sie aufhören", "je peux", "arrêtez", "no quiero", "what a nonsense, stop",
        "will you stop texting me", "do it", "how nice",
    ],
)  # fmt: skip
def test_what_wants_something_does_not_ask(text: str) -> None:
    assert not asks(text)
