"""What an engine did at a turn, in the same words for both engines, and where two such turns differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.dialogue.policies import FOLLOW_UP
from bot.domain.conversation import ACTION_LISTEN

BY_RULE, BY_STORY, BY_FOLLOW_UP = "rule", "story", "follow-up"

POLICIES = {
    "RulePolicy": BY_RULE,
    "MemoizationPolicy": BY_STORY,
    "AugmentedMemoizationPolicy": BY_STORY,
    "followup_action": BY_FOLLOW_UP,
}


@dataclass(frozen=True, slots=True)
class Said:
    """`response` is empty where an action said it in its own words."""

    response: str = ""
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    image: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """`actions` are names with what chose them, without the listening at the end; `slots` are those that are set."""

    actions: tuple[tuple[str, str], ...]
    slots: Mapping[str, Any]
    loop: str | None
    said: tuple[Said, ...]


def rasa_turn(told: Mapping[str, Any]) -> Turn:
    """A turn as the driver tells it."""
    actions = [(name, POLICIES.get(policy or "", BY_RULE)) for name, policy in told["actions"]]
    said = tuple(
        Said(
            one.get("response", ""),
            one.get("text", ""),
            tuple((title, payload) for title, payload in one.get("buttons", ())),
            one.get("image", ""),
        )
        for one in told["said"]
    )
    return Turn(without_listening(actions), told["slots"], told["loop"], said)


def policy_of(why: str) -> str:
    """Rasa's policy that does what Overture gives as its reason."""
    if why.startswith("story: ") or "(story: " in why:
        return BY_STORY
    return BY_FOLLOW_UP if why == FOLLOW_UP or f"({FOLLOW_UP})" in why else BY_RULE


def without_listening(actions: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Rasa always says at the end that it listens; Overture only where something else would follow otherwise."""
    kept = list(actions)
    while kept and kept[-1][0] == ACTION_LISTEN:
        kept.pop()
    return tuple(kept)


def differing(rasa: Turn, ours: Turn) -> Iterator[str]:
    """What differs between the two, in sentences."""
    for part, theirs in _parts(rasa).items():
        mine = _parts(ours)[part]
        if theirs != mine:
            yield f"{part}: Rasa {theirs!r}, Overture {mine!r}"


def _parts(turn: Turn) -> dict[str, Any]:
    return {
        "actions": turn.actions,
        "slots": dict(sorted(turn.slots.items())),
        "loop": turn.loop,
        "said": [{key: value for key, value in asdict(one).items() if value} for one in turn.said],
    }
