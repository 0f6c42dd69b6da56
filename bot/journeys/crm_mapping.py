"""Reads `journeys/crm/<name>.yml`: which field of a CRM gets what of a lead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final, get_args

from bot.documents import Document, Faults, did_you_mean
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.crm import CrmMapping, MappedField, OnErasure
from bot.journeys.expression import check, evaluate
from bot.journeys.fields import Fields
from bot.journeys.kinds import ALWAYS_THERE, kinds_of, profile_names

TEXT = AttributeType.TEXT
OF_A_LEAD: Mapping[str, AttributeType] = {
    "id": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "name": TEXT,
    "first_name": TEXT,
    "last_name": TEXT,
    "reasons": AttributeType.LIST,
    "opted_out": AttributeType.YES_NO,
    "consent": TEXT,
}
"""What `lead` has here besides its score: who it is, why it has its points, `opted_out`, true or nothing at all, and
`consent`, the channels on which they may get marketing, or `none`."""

KINDS = {f"lead.{name}": Attribute(name, type_) for name, type_ in OF_A_LEAD.items()}
DELETE: Final = "delete"
WAYS_OF_ERASURE: Final[tuple[OnErasure, ...]] = get_args(OnErasure)
LEAD = frozenset((*OF_A_LEAD, *(name[5:] for name in ALWAYS_THERE if name.startswith("lead."))))


def read_crm_mapping(
    document: Document, schema: ProfileSchema | None, crms: Collection[str] | None, warnings: Faults | None = None
) -> CrmMapping:
    """Read one mapping; raises ContentError with every fault in it. `crms` are those there are; None asks for none.
    `warnings` gets what is not quite a fault."""
    faults = Faults()
    head = Fields(document, faults, document.data, "a CRM's file")
    if not head.is_mapping:
        faults.raise_if_any()
    head.only("crm", "fields", "on_erasure")
    name = head.text("crm", required=True, advice="Begin with crm: <name>.") or ""
    stem = PurePath(document.path).stem
    if name and crms is not None and name != stem:
        faults.add(head.place("crm"), f'the CRM "{name}" stands in a file of another name.', f"Name it {name}.yml.")
    elif name and crms is not None and name not in crms:
        advice = did_you_mean(name, crms) or "Add its connector to OVERTURE_CONNECTORS."
        faults.add(head.place("crm"), f'there is no CRM "{name}" among the connectors.', advice)
    on_erasure = _on_erasure(head)
    if not head.has("fields"):
        head.missing("fields", "Say what is written: fields: {company: profile.company}.")
        faults.raise_if_any()
    entries = head.inner("fields", '"fields"')
    read = [_field(entries, key, schema) for key in entries.node]
    faults.raise_if_any()
    if warnings is not None and not any(one is not None and one.source.strip() == "lead.id" for one in read):
        warnings.add(
            head.place("fields"),
            "no field gets lead.id, by which a record is found again: each lead would be written as a new one.",
            f"Add the line with lead.id that connectors/{name}/fields.yml has.",
        )
    return CrmMapping(name, tuple(one for one in read if one is not None), on_erasure)


def _on_erasure(head: Fields) -> OnErasure:
    """What becomes of the record of a person who is erased."""
    given = head.text("on_erasure") or DELETE
    for one in WAYS_OF_ERASURE:
        if one == given:
            return one
    ways = ", ".join(WAYS_OF_ERASURE)
    head.faults.add(head.place("on_erasure"), f'"on_erasure" must be one of {ways}, not "{given}".')
    return DELETE


def _field(entries: Fields, key: Any, schema: ProfileSchema | None) -> MappedField | None:
    """One entry: its source alone (`company: profile.company`), or a mapping with `from` and `overwrite`."""
    given, overwrite, place = entries.node[key], False, entries.place(key)
    if isinstance(given, Mapping):
        entry = entries.inner(key, f'the field "{key}"')
        entry.only("from", "overwrite")
        source = entry.text("from", required=True, advice="Say where it comes from: from: lead.grade.")
        place = entry.place("from")
        flag = entry.node.get("overwrite", False)
        if not isinstance(flag, bool):
            entries.faults.add(entry.place("overwrite"), f'"overwrite" must be true or false, not "{flag}".')
        overwrite = flag is True
    else:
        source = entries.text(key, required=True, advice="Say where it comes from, such as profile.company.")
    if source is None:
        return None
    wrong = check(source, {"profile": profile_names(schema), "lead": LEAD}, {**kinds_of(schema), **KINDS})
    if wrong is not None:
        entries.faults.add(place, f'the field "{key}" cannot be worked out by "{source}": {wrong}')
    return MappedField(str(key), source, overwrite)


def field_values(
    mapping: CrmMapping, profile: Mapping[str, Any], lead: Mapping[str, Any], now: datetime
) -> Mapping[str, Any]:
    """What we have for each field of the mapping."""
    names = {"profile": profile, "lead": lead, "now": now}
    return {one.name: evaluate(one.source, names) for one in mapping.fields}
