"""Reads rules and stories: checkpoints are joined and alternatives written out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import Any

from bot.dialogue.source import Source
from bot.dialogue.steps_yaml import Alternatives, CheckpointStep, Vocabulary, read_steps
from bot.domain.assistant import ActionStep, LoopStep, Rule, SlotStep, Story, StoryStep, UserStep
from bot.domain.errors import Place

RULE_KEYS = ("rule", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata")
STORY_KEYS = ("story", "steps", "metadata")

MOST_WAYS = 2000
"""A story that can go in more ways than this is refused: alternatives and checkpoints multiply."""


# ---------------------------------------------------------------- rules


def read_rules(source: Source, names: Vocabulary, *, restricted: bool) -> Iterator[Rule]:
    """All rules of a file. Where they are `restricted`, as Rasa's are by default, each has one message at most."""
    data = source.document.data
    entries = source.sequence(data.get("rules"), source.place(data, "rules"), "rules")
    for index, entry in enumerate(entries):
        place = source.place(data["rules"], index)
        rule = source.mapping(entry, place, "a rule")
        source.only_keys(rule, RULE_KEYS, "a rule")
        name = _name(source, rule, "rule", place)
        yield from _read_rule(source, rule, name, place, names, restricted=restricted)


def _name(source: Source, entry: Mapping[Any, Any], key: str, place: Place) -> str:
    if entry.get(key) is None:
        source.lapses.add(place, f"this {key} has no name.", f"Begin it with - {key}: and a name.")
        return f"{key} in line {place.line}"
    return source.text(entry[key], place, f"the name of a {key}")


def _read_rule(
    source: Source, rule: Mapping[Any, Any], name: str, place: Place, names: Vocabulary, *, restricted: bool
) -> Iterator[Rule]:
    what = f'the rule "{name}"'
    parts: list[Alternatives] = []
    for part in read_steps(source, rule.get("steps"), source.place(rule, "steps"), what, names):
        if isinstance(part, CheckpointStep):
            source.faults.add(part.place, f"{what} has a checkpoint.", "Only stories have; make this a story.")
        else:
            parts.append(part)
    if restricted and sum(isinstance(part[0], UserStep) for part in parts) > 1:
        source.faults.add(
            place, f"{what} has more than one message of the user; a rule may have one.", "Make it a story."
        )
    if any(isinstance(step, UserStep) and step.text for part in parts for step in part):
        source.faults.add(
            place, f"{what} says in which words the user speaks.", "Name the intent:, or make it a story."
        )
    if parts and not any(isinstance(step, ActionStep) for part in parts for step in part):
        source.lapses.add(place, f"{what} does nothing.", "Add the action: that answers.")
    condition = _read_condition(source, rule, what, names)
    if not parts:
        return
    for steps in _ways(source, parts, place, what):
        yield Rule(
            name=name,
            steps=steps,
            condition=condition,
            conversation_start=_flag(source, rule, "conversation_start", default=False),
            wait_for_user_input=_flag(source, rule, "wait_for_user_input", default=True),
            place=place,
        )


def _flag(source: Source, rule: Mapping[Any, Any], key: str, *, default: bool) -> bool:
    return source.flag(rule[key], source.place(rule, key), key) if key in rule else default


def _read_condition(
    source: Source, rule: Mapping[Any, Any], what: str, names: Vocabulary
) -> tuple[SlotStep | LoopStep, ...]:
    if not rule.get("condition"):
        return ()
    place = source.place(rule, "condition")
    found: list[SlotStep | LoopStep] = []
    for part in read_steps(source, rule["condition"], place, f"the condition of {what}", names):
        match part:
            case (SlotStep() | LoopStep() as step,):
                found.append(step)
            case _:
                source.faults.add(place, f"the condition of {what} can only be on slots and the active loop.")
    return tuple(found)


# ---------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True)
class Part:
    """A story as it is written, with the checkpoints that it goes on from and those that it leads to."""

    source: Source
    name: str
    place: Place
    begins: tuple[CheckpointStep, ...]
    parts: tuple[Alternatives, ...]
    ends: tuple[CheckpointStep, ...]


def read_stories(sources: Iterable[Source], names: Vocabulary) -> list[Story]:
    """The stories of all files; checkpoints join them across files."""
    parts = [part for source in sources for part in _read_parts(source, names)]
    by_beginning: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        for checkpoint in part.begins:
            by_beginning[checkpoint.name].append(part)
    ends = {checkpoint.name for part in parts for checkpoint in part.ends}
    for part in parts:
        for checkpoint in part.begins:
            if checkpoint.name not in ends:
                part.source.lapses.unknown(
                    checkpoint.place, "story that ends with the checkpoint", checkpoint.name, ends
                )
    stories: list[Story] = []
    for part in parts:
        if part.begins:
            continue
        joined = list(islice(_joined(part, by_beginning, ()), MOST_WAYS + 1))
        if len(joined) > MOST_WAYS:
            what = f'the story "{part.name}"'
            part.source.faults.add(
                part.place, f"{what} goes on in more than {MOST_WAYS} ways.", "Use fewer checkpoints."
            )
        for name, alternatives in joined[:MOST_WAYS]:
            ways = _ways(part.source, alternatives, part.place, f'the story "{name}"')
            stories += [Story(name, steps, part.place) for steps in ways]
    return stories


def _read_parts(source: Source, names: Vocabulary) -> Iterator[Part]:
    data = source.document.data
    for index, entry in enumerate(source.sequence(data.get("stories"), source.place(data, "stories"), "stories")):
        place = source.place(data["stories"], index)
        story = source.mapping(entry, place, "a story")
        source.only_keys(story, STORY_KEYS, "a story")
        name = _name(source, story, "story", place)
        read = read_steps(source, story.get("steps"), source.place(story, "steps"), f'the story "{name}"', names)
        yield from _parts(source, name, place, read)


def _parts(source: Source, name: str, place: Place, steps: Sequence[Alternatives | CheckpointStep]) -> Iterator[Part]:
    """One part, or, where a checkpoint stands in the middle, one up to there and another that goes on from it."""
    begins: list[CheckpointStep] = []
    between: list[Alternatives] = []
    ends: list[CheckpointStep] = []
    for step in steps:
        if isinstance(step, CheckpointStep):
            (ends if between else begins).append(step)
            continue
        if ends:
            said = f'the story "{name}" has a checkpoint in the middle.'
            source.lapses.add(ends[0].place, said, "End the story with it, and begin another one with it.")
            yield Part(source, name, place, tuple(begins), tuple(between), tuple(ends))
            begins, between, ends = ends, [], []
        between.append(step)
    if between:
        yield Part(source, name, place, tuple(begins), tuple(between), tuple(ends))


def _joined(
    part: Part, by_beginning: Mapping[str, Sequence[Part]], before: tuple[Part, ...]
) -> Iterator[tuple[str, tuple[Alternatives, ...]]]:
    """Each way through the checkpoints from here on; no part comes twice in one way."""
    went_on = False
    for end in part.ends:
        for follower in by_beginning.get(end.name, ()):
            if follower is part or any(follower is one for one in before):
                continue
            slots = {
                name: value
                for checkpoint in (end, *follower.begins)
                if checkpoint.name == end.name
                for name, value in checkpoint.slots.items()
            }
            between: tuple[Alternatives, ...] = ((SlotStep(slots),),) if slots else ()
            for name, rest in _joined(follower, by_beginning, (*before, part)):
                went_on = True
                yield f"{part.name} > {name}", (*part.parts, *between, *rest)
    if not went_on:
        yield part.name, part.parts


def _ways(source: Source, parts: Sequence[Alternatives], place: Place, what: str) -> list[tuple[StoryStep, ...]]:
    """Each way through the alternatives. Intents that stay together in a step are ways, too."""
    count = prod(sum(max(len(one.intents), 1) if isinstance(one, UserStep) else 1 for one in part) for part in parts)
    if count > MOST_WAYS:
        source.faults.add(place, f"{what} can go in {count:,} ways; at most {MOST_WAYS:,} are read.", "Split it.")
        return []
    return list(product(*parts))
