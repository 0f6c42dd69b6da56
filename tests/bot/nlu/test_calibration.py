from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.calibration import expected_losses


def test_losses_are_expected_past_the_surest_text_that_was_lost_too() -> None:
    random = np.random.default_rng(7)
    confidence = random.uniform(0.5, 1.0, 2000)
    lost = (random.uniform(0.0, 1.0, 2000) < 0.4 * (1.0 - confidence)).astype(float)
    expected = expected_losses(confidence, lost)
    assert expected.mean() == pytest.approx(lost.mean(), rel=0.05)
    assert np.all(np.diff(expected[np.argsort(confidence)]) <= 0)
    assert expected[np.argmax(confidence)] > 0


@pytest.mark.parametrize("happened", [0.0, 1.0])
def test_what_never_or_always_happened_is_as_likely_at_any_confidence(happened: float) -> None:
    expected = expected_losses(np.linspace(0.1, 0.9, 9), np.full(9, happened))
    assert expected == pytest.approx(np.full(9, (9 * happened + 0.5) / 10))
