"""Where each response is said, as far as files tell: rules, stories, forms, journeys, custom actions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from bot.adapters.content.built_in_responses import built_in_names
from bot.adapters.content.contents import REQUIRED_RESPONSES
from bot.dialogue.forms import asks_again, corrected, questions_for
from bot.domain.assistant import WITHOUT_DESK, ActionStep, Assistant, Form
from bot.domain.journey import Journey
from bot.domain.steps import SendStep

Kind = Literal["rule", "story", "form", "intent", "journey", "response", "code", "overture"]

_NAME = re.compile(r"""["'](utter_\w*)""")


@dataclass(frozen=True, slots=True)
class Use:
    """`name` is of the rule, form and so on; of code its file. `slot` is what a form asks for with it."""

    kind: Kind
    name: str
    slot: str = ""


OURS = ("bot.services", "bot.dialogue")
"""The packages of ours that say responses by themselves."""


@cache
def said_by_us() -> frozenset[str]:
    """What is said without a rule, where the assistant has it."""
    return built_in_names() | REQUIRED_RESPONSES.keys() | {name for package in OURS for name in named_in(package)}


def uses_of(
    assistant: Assistant, journeys: Mapping[str, Journey], in_code: Mapping[str, list[str]]
) -> Mapping[str, list[Use]]:
    """By the names of responses; `in_code` are those that custom actions name, as `named_in` finds them."""
    found: dict[str, dict[Use, None]] = defaultdict(dict)
    for name, use in _uses(assistant, journeys, in_code):
        found[name][use] = None
    return {name: list(uses) for name, uses in found.items()}


def _uses(
    assistant: Assistant, journeys: Mapping[str, Journey], in_code: Mapping[str, list[str]]
) -> Iterator[tuple[str, Use]]:
    for rule in assistant.rules:
        yield from ((step.action, Use("rule", rule.name)) for step in rule.steps if isinstance(step, ActionStep))
    for story in assistant.stories:
        yield from ((step.action, Use("story", story.name)) for step in story.steps if isinstance(step, ActionStep))
    for form in assistant.forms.values():
        yield from _of_form(form, assistant)
    for journey in journeys.values():
        sends = (step.response for step in journey.steps.values() if isinstance(step, SendStep))
        yield from ((response, Use("journey", journey.id)) for response in sends)
    own = said_by_us()
    beginnings = [name for name in in_code if name.endswith("_") and name != "utter_"]
    for name in assistant.responses:
        if "/" in name:
            yield name, Use("intent", name.removeprefix("utter_"))
        if name.endswith(WITHOUT_DESK):
            yield name, Use("response", name.removesuffix(WITHOUT_DESK))
        if name in own:
            yield name, Use("overture", "")
        for known in (name, *(one for one in beginnings if name.startswith(one))):
            yield from ((name, Use("code", file)) for file in in_code.get(known, ()))


def _of_form(form: Form, assistant: Assistant) -> Iterator[tuple[str, Use]]:
    for slot in form.required_slots:
        use = Use("form", form.name, slot)
        known = assistant.actions | assistant.responses.keys()
        yield next((name for name in questions_for(form.name, slot) if name in known), ""), use
        further = (asks_again(slot), corrected(slot), f"utter_invalid_{slot}", f"utter_why_{slot}")
        yield from ((name, use) for name in further)


def named_in(*packages: str) -> Mapping[str, list[str]]:
    """The responses that the code of packages names, each with the files; nothing where there is no such package."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, shown in (one for package in dict.fromkeys(packages) for one in _files_of(package)):
        for name in dict.fromkeys(_NAME.findall(path.read_text(encoding="utf-8", errors="replace"))):
            found[name].append(shown)
    return found


def _files_of(package: str) -> Iterator[tuple[Path, str]]:
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return
    if spec.submodule_search_locations is None and spec.origin is not None:
        yield Path(spec.origin), Path(spec.origin).name
    for folder in map(Path, spec.submodule_search_locations or ()):
        for path in sorted(folder.rglob("*.py")):
            yield path, str(path.relative_to(folder.parent))
