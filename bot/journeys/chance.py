"""Chance that stays as it fell: the same person meets the same lot whenever it is drawn, on every channel."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from random import Random

from bot.domain.journey import WHOLE, Tally
from bot.domain.steps import SplitArm

HOLDOUT = "holdout"
MEASURED = "measured"

MEASURED_SHARE = WHOLE // 10
"""So many go by the weights whatever is known, so that the ways stay comparable, and a change is noticed."""

LEAST_KNOWN = 30
"""People of each way whose time is over, before what came of them decides anything: fewer differ by chance."""


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


def best_arm(
    run: str, person: str, journey: str, step: str, arms: Sequence[SplitArm], tallies: Mapping[str, Tally]
) -> tuple[SplitArm, str]:
    """The arm by what came of each (Thompson sampling), and in words why this one; for a run always the same.

    Of each arm a share is drawn of those that could be behind what is known (a Beta distribution, evenly spread before
    anything is known), and the highest wins: the surer an arm is worse, the fewer go there.
    """
    known = [tallies.get(arm.name, Tally()) for arm in arms]
    by_weight = arm_for(person, journey, step, arms)
    if min(one.went for one in known) < LEAST_KNOWN:
        return by_weight, f"{by_weight.weight} of 100 until more is known of each way"
    if lot(person, journey, step, MEASURED) < MEASURED_SHARE:
        return by_weight, "by the weights, as one of ten, to compare the ways by"
    chance = Random(hashlib.sha256(_bytes(run, journey, step)).digest())  # noqa: S311  no secret
    shares = [chance.betavariate(1 + one.reached, 1 + one.went - one.reached) for one in known]
    best = max(range(len(arms)), key=shares.__getitem__)
    return arms[best], f"for {known[best].reached} of {known[best].went} reached the metric"
