from __future__ import annotations

import pytest

from bot.domain.narrowed_yes import is_narrowed, says_no_too


@pytest.mark.parametrize(
    "text",
    [
        "yes but only by email",
        "ok, except on Sundays",
        "yes if it's free",
        "sure, as long as it's not every day",
        "ja aber nur per mail",
        "gern, aber nicht per SMS",
        "ja, ausser am Wochenende",
        "oui mais seulement par e-mail",
        "sí, pero solo por correo",
    ],
)
def test_a_yes_may_leave_something_out(text: str) -> None:
    assert is_narrowed(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes please",
        "but of course",
        "yes, only because you asked nicely",
        "sure, if you like",
        "ja gern",
        "aber gern!",
        "aber natürlich",
        "nur zu",
        "ja, nur weil Sie so nett fragen",
        "mais oui",
        "pero claro",
        "",
    ],
)
def test_a_strong_yes_leaves_nothing_out(text: str) -> None:
    assert not is_narrowed(text)


@pytest.mark.parametrize(
    "text",
    [
        "I do not consent",
        "yes I mean no",
        "I don’t agree",
        "ok for the demo, no texts",
        "ich stimme nicht zu",
        "ja, aber keine Werbung",
        "je ne suis pas d'accord",
        "sí a la demo, no a los mensajes",
    ],
)
def test_a_yes_may_be_a_no_or_have_one_in_it(text: str) -> None:
    assert says_no_too(text)


@pytest.mark.parametrize(
    "text",
    ["sure, why not", "yes, no problem", "not a problem", "I wouldn’t say no", "warum nicht", "ja, kein Problem",
     "pourquoi pas", "¿cómo no?", "I know, yes", "note that I agree"],
)  # fmt: skip
def test_a_strong_yes_may_have_a_no_in_its_words(text: str) -> None:
    assert not says_no_too(text)
