"""A way out of the forms of a Rasa project that have none: whoever says "cancel" leaves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bot.adapters.rasa.rasa_settings import Note
from bot.dialogue.builtin import DEACTIVATE_LOOP
from bot.documents import Document, parse, plain
from bot.domain.assistant import ActionStep, Assistant, LoopStep
from bot.domain.errors import ContentError
from bot.nlu.training_data import plain_key, read_examples
from bot.yaml_lines.rewriting import CannotEdit, judged, mapping_rewritten

CANCEL = "cancel"
SAID = "utter_cancelled"
PLACE = PurePath("patterns", "cancel.yml")

_FILE = Path(__file__).with_name("cancel_words.yml")
_OTHER_NAMES = frozenset({"cancel_form", "stop", "stop_form", "abort", "exit", "quit"})
_FEWEST = 2
"""Examples of which an intent can be learnt."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """The documents with what the forms have to know of it, the pattern's own file, and what there is to say."""

    documents: tuple[Document, ...]
    pattern: Document | None = None
    notes: tuple[Note, ...] = ()


def with_a_way_out(documents: Sequence[Document], configuration: Document, assistant: Assistant) -> WayOut:
    """In Rasa a form is left by a rule or story with `action_deactivate_loop`. Forms that no such one is of get a rule
    for the intent `cancel`, which they ignore as an answer; nothing is added where the project has an intent for it.
    """
    forms = _without_a_way_out(assistant)
    if not forms or CANCEL in assistant.intents or _OTHER_NAMES & set(assistant.intents):
        return WayOut(tuple(documents))
    words = _words().get(assistant.configuration.language)
    if words is None:
        said = (
            f"no rule leaves {', '.join(forms)}, and no examples of an intent {CANCEL} are known in this language. "
            f"Write some, and a rule with {DEACTIVATE_LOOP}."
        )
        return WayOut(tuple(documents), notes=(Note("to do", "forms", said),))
    known = {plain_key(example.text) for example in read_examples([*documents, configuration])}
    examples = [one for one in words["examples"] if plain_key(one) not in known]
    if len(examples) < _FEWEST:
        return WayOut(tuple(documents))
    ignoring = tuple(_ignoring(one, forms) for one in documents)
    pattern = _pattern(forms, examples, None if SAID in assistant.responses else words["said"])
    said = f'"{examples[0]}" leaves {", ".join(forms)}, which had no way out: Rasa asks on. Word {SAID}.'
    return WayOut(ignoring, pattern, (Note("mapped", str(PLACE), said),))


def _without_a_way_out(assistant: Assistant) -> list[str]:
    """The forms that no rule and no story leaves before they are filled in."""
    ways = [(rule.steps, (*rule.condition, *rule.steps)) for rule in assistant.rules]
    ways += [(story.steps, story.steps) for story in assistant.stories]
    left = {
        step.form
        for steps, named in ways
        if any(isinstance(one, ActionStep) and one.action == DEACTIVATE_LOOP for one in steps)
        for step in named
        if isinstance(step, LoopStep)
    }
    return [name for name in assistant.forms if name not in left]


def _ignoring(document: Document, forms: Sequence[str]) -> Document:
    """The document, where these forms have `cancel` among the intents that are no answers to them. A form that is
    written in a way in which no line can be added stays as it is."""
    data = document.data
    for name in forms:
        declared = data.get("forms") if isinstance(data, Mapping) else None
        form = declared.get(name) if isinstance(declared, CommentedMap) else None
        if not isinstance(form, CommentedMap) or "required_slots" not in form:
            continue
        document = _rewritten(document, declared, name, [*_listed(form.get("ignored_intents")), CANCEL])
        data = document.data
    return document


def _rewritten(document: Document, declared: Any, name: str, ignored: Sequence[str]) -> Document:
    meant, form = plain(document.data), {**plain(declared[name]), "ignored_intents": list(ignored)}
    meant = {**meant, "forms": {**meant["forms"], name: form}}
    lines = document.text.split("\n")
    try:
        found = mapping_rewritten(lines, document.data, meant)
        return document if found is None else parse(document.path, judged(found, meant, before=document.text))
    except (CannotEdit, ContentError):
        return document


def _listed(intents: Any) -> list[str]:
    return [str(one) for one in (intents if isinstance(intents, list) else [intents] if intents else [])]


def _pattern(forms: Sequence[str], examples: Sequence[str], said: str | None) -> Document:
    lines = ['version: "3.1"', "", f'# Not from the Rasa project, whose forms had no way out: who says "{examples[0]}"']
    lines += ["# leaves them. The forms have this intent among their ignored_intents, so that it is no answer.", ""]
    lines += ["intents:", f"  - {CANCEL}", ""]
    if said is not None:
        lines += ["responses:", f"  {SAID}:", f'    - text: "{said}"', ""]
    lines += ["rules:"]
    for form in forms:
        lines += [f"  - rule: Cancel {form}", "    condition:", f"      - active_loop: {form}", "    steps:"]
        lines += [f"      - intent: {CANCEL}", f"      - action: {DEACTIVATE_LOOP}", "      - active_loop: null"]
        lines += [f"      - action: {SAID}"]
    lines += ["", "nlu:", f"  - intent: {CANCEL}", "    examples: |", *(f"      - {one}" for one in examples), ""]
    return parse(str(PLACE), "\n".join(lines))


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    read: Mapping[str, Mapping[str, Any]] = plain(parse(str(_FILE), _FILE.read_text(encoding="utf-8")).data)
    return read
