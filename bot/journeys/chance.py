"""Chance that stays as it fell: the same person meets the same lot whenever it is drawn, on every channel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.domain.journey import WHOLE
from bot.domain.steps import SplitArm

HOLDOUT = "holdout"


def lot(*drawn_for: str) -> int:
    """A number from 0 to 9,999, spread evenly over those it is drawn for and always the same for each."""
    drawn = hashlib.sha256(_bytes(*drawn_for)).digest()
    return int.from_bytes(drawn[:8]) * WHOLE >> 64


def is_held_out(person: str, journey: str, share: int) -> bool:
    """Whether this person is among the `share` of 10,000 that the journey leaves alone."""
    return share > 0 and lot(person, journey, HOLDOUT) < share


def held_out_by_digest(journey: str, share: int) -> tuple[bytes, bytes]:
    """The same for a database: what is hashed behind the person, and what a zero and the first 8 bytes of the SHA-256
    are below for those who are held out.
    """
    return _bytes("", journey, HOLDOUT), (-(-(share << 64) // WHOLE)).to_bytes(9)


def _bytes(*drawn_for: str) -> bytes:
    return "\0".join(drawn_for).encode("utf-8", "surrogatepass")


def arm_for(person: str, journey: str, step: str, arms: Sequence[SplitArm]) -> SplitArm:
    """The arm of a split that this person goes, by the arms' weights of 100."""
    drawn = lot(person, journey, step)
    reached = 0
    for arm in arms:
        reached += arm.weight * WHOLE // 100
        if drawn < reached:
            return arm
    return arms[-1]
