from __future__ import annotations

import pytest

from bot.domain.narrowed_yes import is_narrowed


@pytest.mark.parametrize(
    "text",
    [
        "yes but only by email",
        "ok, except on Sundays",
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
    ["yes please", "but of course", "ja gern", "aber gern!", "aber natürlich", "nur zu", "mais oui", "pero claro", ""],
)
def test_a_strong_yes_leaves_nothing_out(text: str) -> None:
    assert not is_narrowed(text)
