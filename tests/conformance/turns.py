"""What an engine did at a turn, in the same words for both engines, and where two such turns differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
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
    """`actions` are names with what chose them, without the listening at the end; `slots` are those that are set.

    `events` are all others in short, as `tests/conformance/events.py` has them and as far as they last: a slot counts
    where it got the value that it kept.
    """

    actions: tuple[tuple[str, str], ...]
    slots: Mapping[str, Any]
    loop: str | None
    said: tuple[Said, ...]
    events: tuple[tuple[Any, ...], ...]


def rasa_turn(told: Mapping[str, Any], before: Mapping[str, Any]) -> Turn:
    """A turn as the driver tells it; `before` are the slots that it began with."""
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
    events = lasting(told["events"], before, told["slots"])
    return Turn(without_listening(actions), told["slots"], told["loop"], said, events)


def lasting(
    events: Iterable[Sequence[Any]], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[tuple[Any, ...], ...]:
    """The events in order, without those that set a slot to what it has anyway, or not for long.

    Rasa sets a slot again at each validation, and Overture an answer that the validation then refuses. Slots that are
    set one right after the other have no order.
    """
    kept: list[tuple[Any, ...]] = []
    for event in map(tuple, events):
        if event[0] == "slot":
            name, value = event[1:]
            if value != after.get(name):
                kept = [one for one in kept if one[:2] != ("slot", name)]
                continue
            if value == before.get(name) or event in kept:
                continue
        kept.append(event)
    runs = groupby(kept, key=lambda one: one[0] == "slot")
    return tuple(one for of_slots, run in runs for one in (sorted(run, key=lambda set_: set_[1]) if of_slots else run))


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
        "events": turn.events,
    }
