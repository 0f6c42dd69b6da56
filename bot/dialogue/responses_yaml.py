"""Reads responses and their variations."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.dialogue.domain_yaml import Declarations, Node
from bot.dialogue.personal import GROUPS
from bot.dialogue.protected import is_protected
from bot.dialogue.responses import in_own_language
from bot.dialogue.source import Source, kind_of
from bot.dialogue.widget_yaml import check_widget
from bot.documents import Document, Faults, did_you_mean, plain
from bot.domain.assistant import Assistant, Response, SlotCondition, Variation
from bot.domain.errors import Fault, Place
from bot.domain.languages import base_language
from bot.domain.message import Button, Template

SAID_EVERYWHERE = ("text", "image", "buttons", "quick_replies")
EXTRAS = ("custom", "attachment", "elements")
CONTENT = (*SAID_EVERYWHERE, *EXTRAS)
BESIDE = ("subject", "template", "channel", "language", "condition", "metadata", "id", "button_type", "template_type")
KEYS = (*CONTENT, *BESIDE)

LONGEST_SUBJECT = 200
"""Characters; most programs show the first 50 or so."""

_PLACEHOLDER = re.compile(r"(?<![{%])\{([\w.\-]+)\}(?!\})")
_NEVER_CLOSED = re.compile(r"(?<![{%])\{([\w.\-]+)(?![\w.\-}])")
_TWICE = re.compile(r"(?<!\{)\{\{([\w.\-]+)\}\}(?!\})")
_LIQUID = re.compile(
    rf"\{{\{{\s*(?:{'|'.join(GROUPS)})\.\w+"
    r"|\{\{\s*preferences_link|\{%-?\s*(?:if|unless|case|for|assign)\b"
)
_INTENT_OF_PAYLOAD = re.compile(r"/([\w.+\-]+(?:/[\w.+\-]+)?)\s*(?:@[\d.]+)?\s*(?:\{|$)")


@dataclass(frozen=True, slots=True)
class Reading:
    """A response, as far as it can be read, and what is wrong with it."""

    response: Response
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def read_responses(declared: Declarations) -> dict[str, Response]:
    return {name: _read_response(name, node, declared) for name, node in declared.responses.items()}


def read_response_alone(name: str, variations: Any, document: Document, assistant: Assistant) -> Reading:
    """What these variations in a document say, as a response of an assistant that is in force but for them."""
    source = Source(document, Faults(), Faults())
    node = Node(source, variations, document.place())
    declared = Declarations(
        intents=dict.fromkeys(assistant.intents, node),
        slots=dict.fromkeys(assistant.slots, node),
        responses={name: node},
    )
    response = in_own_language(read_responses(declared)[name], assistant.configuration.language)
    return Reading(response, tuple(source.faults.in_order()), tuple(source.warnings.in_order()))


def _read_response(name: str, node: Node, declared: Declarations) -> Response:
    source, what = node.source, f'the response "{name}"'
    if not name.startswith("utter_"):
        source.lapses.add(node.place, f'{what} should begin with "utter_".', f'Call it "utter_{name}".')
    entries = source.sequence(node.value, node.place, what)
    if not entries and (node.value is None or node.value == []):
        source.lapses.add(node.place, f"{what} has no variation.", "Add at least one: - text: ...")
    variations = [
        _read_variation(source, entry, source.place(node.value, index), what, declared)
        for index, entry in enumerate(entries)
    ]
    response = Response(name, tuple(variations))
    if any(one.metadata.get("rephrase") is True for one in variations) and is_protected(response):
        source.warnings.add(
            node.place,
            f"{what} is about consent, opting out or being a machine: no language model puts it otherwise.",
            "Take rephrase out of its metadata.",
        )
    return response


def _read_metadata(source: Source, variation: Mapping[Any, Any]) -> dict[str, Any]:
    metadata = variation.get("metadata")
    if metadata is None or isinstance(metadata, Mapping):
        return dict(plain(metadata or {}))
    said = f"metadata should be a mapping of names to values, not {kind_of(metadata)}."
    source.lapses.add(source.place(variation, "metadata"), said)
    return {}


def _read_variation(source: Source, entry: Any, place: Place, what: str, declared: Declarations) -> Variation:
    what = f"a variation of {what}"
    if isinstance(entry, str):
        source.lapses.add(place, f"{what} is a bare text.", "Write - text: before it.")
        return Variation(entry)
    variation = source.mapping(entry, place, what)
    source.only_keys(variation, KEYS, what)
    if not any(variation.get(key) for key in CONTENT):
        source.lapses.add(place, f"{what} has no content.", "Give it a text, an image, buttons or custom.")
    metadata = _read_metadata(source, variation)
    if variation.get("id") is not None:
        metadata["id"] = plain(variation["id"])
    if not any(variation.get(key) for key in SAID_EVERYWHERE) and any(variation.get(key) for key in EXTRAS):
        source.warnings.add(
            place, f"{what} has only what some channels can show; others say nothing.", "Give it a text, too."
        )
    _warn_of_a_cut_text(source, variation)
    check_widget(source, variation, what)
    liquid = metadata.get("liquid") is True
    if not liquid:
        _warn_of_misspelt_slots(source, variation, declared.known_slots())
    return Variation(
        text=source.optional_text(variation, "text") or "",
        channel=source.optional_text(variation, "channel"),
        language=_read_language(source, variation),
        conditions=_read_conditions(source, variation, declared),
        buttons=tuple(
            button for key in ("buttons", "quick_replies") for button in _read_buttons(source, variation, key, declared)
        ),
        image=source.optional_text(variation, "image"),
        extras={key: plain(variation[key]) for key in EXTRAS if variation.get(key)},
        metadata=metadata,
        liquid=liquid,
        template=_read_template(source, variation),
        subject=_read_subject(source, variation),
        attributes=_check_liquid(source, variation, declared) if liquid else frozenset(),
        place=place,
    )


def _warn_of_a_cut_text(source: Source, variation: Mapping[Any, Any]) -> None:
    """Of "we are #1 in town" without quotes, which ends before the # for YAML. A comment has a blank behind its #."""
    text, place = str(variation.get("text") or ""), source.place(variation, "text")
    line = next(iter(source.document.text.splitlines()[place.line - 1 : place.line]), "")
    before, found, behind = line.partition(text) if text else (line, "", "")
    if found and before.endswith(" ") and re.match(r" +#\S", behind):
        what = f'"{behind.strip()}" is a comment to YAML, so it is not said.'
        source.warnings.add(place, what, "Put quotes around the whole text.")


def nearly(name: str, slots: Iterable[str]) -> Sequence[str]:
    """The slot that the name is hardly different from, if there is one."""
    return difflib.get_close_matches(name, sorted(slots), n=1, cutoff=0.85)


def _warn_of_misspelt_slots(source: Source, variation: Mapping[Any, Any], slots: Collection[str]) -> None:
    """An action or the service may fill in what is no slot, so only what is nearly one is hardly meant."""
    place, text = source.place(variation, "text"), str(variation.get("text") or "")
    for name in _PLACEHOLDER.findall(text):
        if name.partition(".")[0] in GROUPS and "." in name:
            what, liquid = f"{{{name}}} is no slot, so nothing is said for it.", f'{{{{ {name} | default: "..." }}}}'
            source.warnings.add(place, what, f"Write {liquid}, and add metadata: {{liquid: true}}.")
        near = () if name in slots else nearly(name, slots)
        if near:
            what = f"{{{name}}} is no slot, so nothing is said for it."
            source.warnings.add(place, what, f'Did you mean "{{{near[0]}}}"?')
    for name in _NEVER_CLOSED.findall(text):
        if name in slots:
            what = f"{{{name} is not closed right behind the name, so it is said as it stands."
            source.warnings.add(place, what, f"Write {{{name}}}.")
    for name in _TWICE.findall(text):
        if name in slots:
            what = f"{{{{{name}}}}} is said as {{{name}}}: a brace that is written twice stands as it is."
            source.warnings.add(place, what, f"Write {{{name}}} for what the slot holds.")
    if found := _LIQUID.search(text):
        source.warnings.add(
            place,
            f'"{found[0]}" is Liquid, and is said as it stands where the variation does not say that it is.',
            "Add metadata: {liquid: true}.",
        )


def _check_liquid(source: Source, variation: Mapping[Any, Any], declared: Declarations) -> frozenset[str]:
    """Report what is wrong with the Liquid of a variation; the attributes of the person that it looks at."""
    from bot.dialogue.liquid import LiquidFault
    from bot.dialogue.liquid_check import check_liquid

    found: frozenset[str] = frozenset()
    lists = [one for key in ("buttons", "quick_replies") if isinstance(one := variation.get(key), list)]
    buttons = [one for listed in lists for one in listed if isinstance(one, Mapping)]
    template = variation.get("template")
    variables = template.get("variables") if isinstance(template, Mapping) else None
    further = [(variables, key) for key in variables] if isinstance(variables, Mapping) else []
    own = [(variation, key) for key in ("text", "image", "subject")]
    for node, key in [*own, *((one, "title") for one in buttons), *further]:
        text = str(node.get(key) or "")
        place = source.place(node, key)
        if slot := _PLACEHOLDER.search(text):
            source.faults.add(
                place, f"{slot[0]} is not filled in where Liquid is.", f"Write {{{{ slots.{slot[1]} }}}}."
            )
        try:
            found |= check_liquid(text, declared.known_slots())
        except LiquidFault as fault:
            source.faults.add(place, f"the Liquid of this text cannot be used: {fault}")
    return found


def _read_template(source: Source, variation: Mapping[Any, Any]) -> Template | None:
    """`template: {id: HX..., variables: {"1": "{lead_name}"}}`: what the channel's vendor knows this text as."""
    if variation.get("template") is None:
        return None
    place = source.place(variation, "template")
    template = source.mapping(variation["template"], place, "a template")
    source.only_keys(template, ("id", "variables"), "a template")
    if not source.optional_text(template, "id"):
        source.faults.add(place, "a template needs an id.", "Give it the vendor's, such as id: HX and 32 digits.")
    if not source.optional_text(variation, "text"):
        source.faults.add(place, "a template needs a text beside it.", "Write text: as the template reads.")
    at = source.place(template, "variables")
    variables = source.mapping(template.get("variables"), at, "the variables of a template")
    return Template(
        id=source.optional_text(template, "id") or "",
        variables={
            str(name): source.text(value, source.place(variables, name), "a variable")
            for name, value in variables.items()
        },
    )


def _read_subject(source: Source, variation: Mapping[Any, Any]) -> str:
    """What an e-mail with this text is about."""
    subject = source.optional_text(variation, "subject") or ""
    place = source.place(variation, "subject")
    if "\n" in subject.strip() or "\r" in subject:
        source.faults.add(place, "a subject has one line.", "Take the line break out.")
    elif len(subject) > LONGEST_SUBJECT:
        source.faults.add(
            place, f"this subject has {len(subject)} characters; it may have {LONGEST_SUBJECT}.", "Shorten it."
        )
    return subject.strip()


def _read_language(source: Source, variation: Mapping[Any, Any]) -> str | None:
    written = source.optional_text(variation, "language")
    if written is None:
        return None
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", written):
        source.faults.add(source.place(variation, "language"), f'"{written}" is no language.', "Write it like de.")
    return base_language(written)


def _read_buttons(source: Source, variation: Mapping[Any, Any], key: str, declared: Declarations) -> list[Button]:
    buttons = variation.get(key)
    found = []
    for index, entry in enumerate(source.sequence(buttons, source.place(variation, key), key)):
        place = source.place(buttons, index)
        button = source.mapping(entry, place, "a button")
        title = button.get("title")
        payload = button.get("payload", button.get("url"))
        if title is None or payload is None:
            source.lapses.add(place, "a button needs a title and a payload.", 'Add, say, payload: "/affirm".')
            title, payload = title or payload, payload or title
        if title is None:
            continue
        at = source.place(button, "payload")
        found.append(Button(source.text(title, place, "a title"), source.text(payload, at, "a payload")))
        match = _INTENT_OF_PAYLOAD.match(str(payload))
        known = declared.known_intents()
        if match is not None and match[1] not in known and match[1].split("/")[0] not in known:
            source.lapses.unknown(at, "intent", match[1], known)
        elif match is not None:
            _check_entities(source, at, str(payload)[match.end() - 1 :], declared)
    return found


def _check_entities(source: Source, place: Place, told: str, declared: Declarations) -> None:
    """What a button says beside its intent: `{{"size": "large"}}`, whose braces may be single."""
    try:
        entities = json.loads(told.replace("{{", "{").replace("}}", "}")) if told.startswith("{") else {}
    except ValueError:
        return  # a placeholder may stand there
    for name in entities if isinstance(entities, Mapping) else ():
        if name not in declared.entities:
            near = did_you_mean(name, declared.entities)
            source.warnings.add(place, f'there is no entity "{name}", so this button fills no slot with it.', near)


def _read_conditions(source: Source, variation: Mapping[Any, Any], declared: Declarations) -> tuple[SlotCondition, ...]:
    conditions = variation.get("condition")
    found = []
    for index, entry in enumerate(source.sequence(conditions, source.place(variation, "condition"), "condition")):
        condition = source.mapping(entry, source.place(conditions, index), "a condition")
        source.only_keys(condition, ("type", "name", "value"), "a condition")
        if condition.get("type") != "slot":
            source.lapses.add(source.place(conditions, index), "a condition should be of type slot.", "type: slot")
        name = str(condition.get("name"))
        if name not in declared.known_slots():
            source.lapses.unknown(source.place(condition, "name"), "slot", name, declared.slots)
        found.append(SlotCondition(name, plain(condition.get("value"))))
    return tuple(found)


def as_declared(variation: Variation) -> dict[str, Any]:
    """What a file would say of it."""
    conditions = [{"type": "slot", "name": one.name, "value": one.value} for one in variation.conditions]
    described = {
        "text": variation.text,
        "subject": variation.subject,
        "channel": variation.channel,
        "language": variation.language,
        "condition": conditions,
        "buttons": [{"title": button.title, "payload": button.payload} for button in variation.buttons],
        "image": variation.image,
        **variation.extras,
        "metadata": dict(variation.metadata),
    }
    return {key: value for key, value in described.items() if value or key == "text"}
