"""`overture nlu parse`: what a text means, and why."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bot.adapters.content.explaining import open_explainer
from bot.adapters.content.library import read_contents
from bot.documents import did_you_mean
from bot.domain.assistant import Assistant
from bot.domain.errors import SettingsError
from bot.domain.understanding import Entity, Expecting, KnowledgeAnswer
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.nlu.explain import Explanation, explanation_json
from bot.services.situation import zone_of
from bot.settings import Settings

RANKED = 5
"""How many intents of a ranking are shown."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    shelves = shelves_of(settings, channel_names(settings))
    contents = read_contents(shelves)
    expecting = _expecting(options.expecting, contents.assistant) if options.expecting else None
    explainer = open_explainer(shelves, contents, lambda step: print(step, file=sys.stderr))
    for text in options.text or _lines(sys.stdin):
        now, zone = datetime.now(UTC), zone_of(None, None, settings.region)
        explanation = explainer.explain(text, expecting=expecting, region=settings.region, zone=zone, now=now)
        if options.json:
            print(json.dumps(explanation_json(explanation), ensure_ascii=False), flush=True)
        else:
            print("\n".join(told(explanation)), flush=True)
    return 0


def _lines(file: Iterable[str]) -> Iterator[str]:
    """One message a line; empty ones are passed over."""
    for line in file:
        if text := line.rstrip("\r\n"):
            yield text


def _expecting(written: str, assistant: Assistant) -> Expecting:
    """`demo_form.team_size`: as if that form had just asked for that slot."""
    form, _, slot = written.partition(".")
    if form not in assistant.forms:
        raise SettingsError(f'--expecting: there is no form "{form}". {did_you_mean(form, assistant.forms)}'.rstrip())
    slots = assistant.forms[form].required_slots
    if slot not in slots:
        raise SettingsError(f'--expecting: {form} does not ask for "{slot}". {did_you_mean(slot, slots)}'.rstrip())
    return Expecting(form, slot, assistant.entities_for(slot))


# ---------------------------------------------------------------- in words


def told(explanation: Explanation) -> Iterator[str]:
    """What a person reads in the terminal, line by line."""
    understood, classified = explanation.understood, explanation.classification
    yield json.dumps(understood.text, ensure_ascii=False)
    yield f"  intent     {understood.intent.name} {understood.intent.confidence:.2f}, decided by: {understood.stage}"
    if understood.language:
        spoken = ", which the assistant does not speak" if understood.foreign else ""
        yield f"  language   {understood.language}{spoken}"
    if explanation.read_as != understood.text.strip():
        yield f"  read as    {json.dumps(explanation.read_as, ensure_ascii=False)}"
    if classified is not None:
        ranking = ", ".join(f"{one.name} {one.confidence:.2f}" for one in classified.ranking[:RANKED])
        yield f"  classifier {ranking}"
        verdict = f"{'understood' if classified.understood else 'not understood'}: {classified.confidence:.2f}"
        ambiguous = f", ambiguous (less than {explanation.ambiguity:.2f} ahead)" if classified.ambiguous else ""
        quick = "; its words alone were enough" if explanation.quick else ""
        yield f"             {verdict}, threshold {explanation.threshold:.2f}{ambiguous}{quick}"
        sure = classified.understood and not classified.ambiguous
        if not classified.legible:
            yield "             but nothing in it is a word, or a sign that examples have"
        elif sure and understood.stage == "fallback" and not understood.foreign:
            yield "             but it says no, as no example of that intent does"
    yield from _found(understood.entities, understood.answer)
    for further in understood.further:
        yield f"  also       {json.dumps(further.text, ensure_ascii=False)}"
        yield f"             {further.intent.name} {further.intent.confidence:.2f}, decided by: {further.stage}"
        yield from _found(further.entities, further.answer)
    for number, near in enumerate(explanation.neighbours):
        title = "nearest" if number == 0 else ""
        yield (
            f"  {title:<10} {near.by_meaning:.2f} meaning, {near.by_words:.2f} words: {near.example.intent} "
            f'"{near.example.text}" ({near.example.place})'
        )


def _found(entities: Iterable[Entity], answer: KnowledgeAnswer | None) -> Iterator[str]:
    for one in entities:
        role = "".join(f" {name}={value}" for name, value in (("role", one.role), ("group", one.group)) if value)
        yield f'  entity     {one.name}{role} = {one.value!r} ("{one.text}", characters {one.start} to {one.end})'
        if one.details:
            yield f"             {', '.join(f'{name} {value}' for name, value in one.details.items())}"
    if answer is not None:
        yield f"  answer     {answer.title} ({answer.score:.2f})"
