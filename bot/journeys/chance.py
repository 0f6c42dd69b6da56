"""Chance that stays as it fell: the same person meets the same lot whenever it is drawn, on every channel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.domain.journey import WHOLE
from bot.domain.steps import SplitArm


def lot(*drawn_for: str) -> int:
    """A number from 0 to 9,999, spread evenly over those it is drawn for and always the same for each."""
    drawn = hashlib.sha256("\0".join(drawn_for).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(drawn[:8]) * WHOLE >> 64


def is_held_out(person: str, journey: str, share: int) -> bool:
    """Whether this person is among the `share` of 10,000 that the journey leaves alone."""
    return share > 0 and lot(person, journey, "holdout") < share


def arm_for(person: str, journey: str, step: str, arms: Sequence[SplitArm]) -> SplitArm:
    """The arm of a split that this person goes, by the arms' weights of 100."""
    drawn = lot(person, journey, step)
    reached = 0
    for arm in arms:
        reached += arm.weight * WHOLE // 100
        if drawn < reached:
            return arm
    return arms[-1]
