"""Gives entities the names, and where it matters the shapes, that the extractors of a Rasa assistant gave them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from bot.documents import Document
from bot.domain.understanding import AS_DUCKLING, Entity

DUCKLING = {
    "amount-of-money": "money", "phone-number": "phone", "time": "time", "number": "number", "email": "email",
    "url": "url", "ordinal": "ordinal", "duration": "duration", "distance": "distance", "quantity": "quantity",
    "temperature": "temperature", "volume": "volume",
}  # fmt: skip
"""Duckling's dimensions, and the kind of entity that each is here."""

SPACY: Mapping[str, tuple[str, ...]] = {
    "PERSON": ("person",), "PER": ("person",), "ORG": ("organisation",), "GPE": ("city", "country"),
    "LOC": ("city", "country"), "DATE": ("time", "duration"), "TIME": ("time", "duration"), "MONEY": ("money",),
    "CARDINAL": ("number",), "ORDINAL": ("ordinal",), "QUANTITY": ("quantity", "distance", "volume", "temperature"),
}  # fmt: skip
"""spaCy's labels, and the kinds of entities that they are here."""

_ONLY_DUCKLING_HAS = frozenset({"amount-of-money", "phone-number"})
_OTHER_MODELS_HAVE = frozenset({"PER", "LOC"})
"""Labels for the same as PERSON and GPE: no model has both."""

_WITHIN_A_DAY = {"hour", "minute", "second"}
_DUCKLING_CURRENCIES = {"USD": "$", "GBP": "£"}


@dataclass(frozen=True, slots=True)
class EntityNames:
    """`duckling` are the dimensions and `spacy` the labels in use; `declared` are the entities of the domain."""

    duckling: frozenset[str] = frozenset()
    spacy: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()

    def of(self, kind: str) -> frozenset[str]:
        """All names under which an entity of that kind may come out."""
        names = {name for name in self.duckling if DUCKLING[name] == kind}
        names |= {name for name in self.spacy if kind in SPACY[name]}
        return frozenset(names) if names and kind not in self.declared else frozenset({*names, kind})

    def has_other_names_for(self, kind: str) -> bool:
        """Whether Duckling or spaCy found this kind of entity for the assistant."""
        return any(DUCKLING[name] == kind for name in self.duckling) or any(kind in SPACY[name] for name in self.spacy)

    def named(self, entity: Entity) -> Iterator[Entity]:
        """The entity under each of its names; as it is where the assistant has no other name for it."""
        others = [_as_duckling(entity, name) for name in sorted(self.duckling) if DUCKLING[name] == entity.name]
        others += [_as_spacy(entity, name) for name in sorted(self.spacy) if _is_of(entity, name)]
        if not others or (entity.name in self.declared and entity.name not in {other.name for other in others}):
            yield entity
        yield from others

    def facts(self) -> dict[str, Any]:
        return {
            "duckling": sorted(self.duckling),
            "spacy": sorted(self.spacy),
            "declared": sorted(self.declared),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> EntityNames:
        return cls(frozenset(facts["duckling"]), frozenset(facts["spacy"]), frozenset(facts["declared"]))


NO_OTHER_NAMES = EntityNames()


def read_entity_names(documents: Sequence[Document]) -> EntityNames:
    """What the domain's `entities` and the pipeline of `config.yml` name; an extractor without dimensions has all."""
    declared: set[str] = set()
    duckling: set[str] = set()
    spacy: set[str] = set()
    for document in documents:
        if not isinstance(document.data, Mapping):
            continue
        for one in _list(document.data.get("entities")):
            declared.update(str(name) for name in (one if isinstance(one, Mapping) else [one]))
        for component in _list(document.data.get("pipeline")):
            if not isinstance(component, Mapping):
                continue
            dimensions = {str(one) for one in _list(component.get("dimensions"))}
            # Rasa 2 also had the class's module in front: rasa.nlu.extractors.duckling_entity_extractor.Duckling...
            name = str(component.get("name") or "").rsplit(".", 1)[-1]
            if name in {"DucklingEntityExtractor", "DucklingHTTPExtractor"}:
                duckling |= dimensions & set(DUCKLING) if dimensions else set(DUCKLING)
            elif name == "SpacyEntityExtractor":
                spacy |= dimensions & set(SPACY) if dimensions else set(SPACY) - _OTHER_MODELS_HAVE
    duckling |= declared & _ONLY_DUCKLING_HAS
    spacy |= declared & set(SPACY)
    return EntityNames(frozenset(duckling), frozenset(spacy), frozenset(declared))


def _list(node: Any) -> Sequence[Any]:
    return node if isinstance(node, list) else ()


def _is_of(entity: Entity, label: str) -> bool:
    if entity.name not in SPACY[label]:
        return False
    if entity.name == "time" and entity.details is not None:
        return (entity.details.get("grain") in _WITHIN_A_DAY) == (label == "TIME")
    if entity.name == "duration" and entity.details is not None:
        return (entity.details["unit"] in _WITHIN_A_DAY) == (label == "TIME")
    return label != "TIME"


def _as_spacy(entity: Entity, label: str) -> Entity:
    """spaCy's value is the words themselves; a name is kept in our normal form."""
    value = entity.value if entity.name in {"person", "organisation"} else entity.text
    return replace(entity, name=label, value=value, extractor="SpacyEntityExtractor")


def _as_duckling(entity: Entity, dimension: str) -> Entity:
    info = _duckling_info(entity)
    if info.get("type") == "interval":
        value: Any = {end: (info.get(end) or {}).get("value") for end in ("to", "from")}
    else:
        value = info["value"]
    return replace(entity, name=dimension, value=value, extractor=AS_DUCKLING, details=info)


def _duckling_info(entity: Entity) -> dict[str, Any]:
    """What Rasa passes on of Duckling's answer as `additional_info`."""
    details = entity.details or {}
    match entity.name:
        case "time" if entity.details is not None:
            return _time_info(details)
        case "duration":
            unit, amount = details["unit"], details["value"]
            normal = {"value": details["seconds"], "unit": "second"}
            return {"value": amount, "unit": unit, unit: amount, "type": "value", "normalized": normal}
        case "url":
            return {"value": entity.text, "domain": urlsplit(entity.value).netloc.removeprefix("www.")}
        case "email" | "phone" | "time":
            return {"value": entity.value}
        case "money":
            currency = str(details.get("unit") or "unknown")
            return _measured(entity, {"unit": _DUCKLING_CURRENCIES.get(currency, currency)})
        case "number" | "ordinal":
            return {"value": entity.value, "type": "value"}
        case _:
            return _measured(entity, {"unit": details.get("unit")})


def _measured(entity: Entity, unit: Mapping[str, Any]) -> dict[str, Any]:
    details = entity.details or {}
    ends = {end: {"value": details[end], **unit} for end in ("from", "to") if end in details}
    return {"type": "interval", **ends} if ends else {"value": entity.value, "type": "value", **unit}


def _time_info(details: Mapping[str, Any]) -> dict[str, Any]:
    grain = str(details["grain"])
    ends = {end: {"value": _with_milliseconds(str(details[end])), "grain": grain} for end in ("from", "to")}
    if details["type"] == "interval":
        found: dict[str, Any] = {"type": "interval", **ends}
    else:
        found = {"type": "value", **ends["from"]}
    return {**found, "values": [found]}


def _with_milliseconds(moment: str) -> str:
    return f"{moment[:19]}.000{moment[19:]}"
