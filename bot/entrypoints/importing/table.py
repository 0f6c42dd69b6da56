"""One line of a table of people for each, in columns that an import reads again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.domain.consent import ConsentRecord, LegalBasis, Purpose, standing_consent
from bot.domain.csv_cells import guarded
from bot.domain.person import USER_ID
from bot.entrypoints.importing.mapping import PROOF, STATES
from bot.entrypoints.importing.reading import Known

KINDS = (USER_ID, "email", "phone")


def columns_of(attributes: Collection[str], channels: Collection[str]) -> list[str]:
    consents = [f"consent.{channel}.{part}" for channel in channels for part in PROOF]
    own = ["time_zone", "locale", "tags", "opted_out", *STATES]
    return ["id", *KINDS, *own, *(f"profile.{name}" for name in attributes), *consents]


def line_of(known: Known, channels: Collection[str], now: datetime) -> dict[str, Any]:
    """Of several numbers or addresses the one that was claimed first. `opted_out` is of all marketing.

    A consent that has ended is left out, and so is a soft opt-in, which is none.
    """
    profile = known.profile
    line: dict[str, Any] = {"id": profile.id}
    for one in known.identities:
        if one.kind in KINDS:
            line.setdefault(one.kind, one.value)
    records = [standing_consent(known.consents, Purpose.MARKETING, channel) for channel in channels]
    refused = bool(records) and all(one is not None and not one.granted for one in records)
    line |= {
        "time_zone": profile.time_zone,
        "locale": profile.locale,
        "tags": sorted(profile.tags),
        "opted_out": refused or profile.objected_at is not None,
        "opted_out_addresses": sorted(known.opted_out),
        "objected_at": _written(profile.objected_at),
        "restricted_at": _written(profile.restricted_at),
    }
    line |= {f"profile.{name}": value for name, value in profile.attributes.items()}
    for channel, record in zip(channels, records, strict=True):
        if record is not None and (not record.granted or _is_consent(record, now)):
            told = (record.purpose.value, channel, record.granted, record.how, _written(record.at), record.text)
            line |= {f"consent.{channel}.{part}": value for part, value in zip(PROOF, told, strict=True)}
    return line


def _is_consent(record: ConsentRecord, now: datetime) -> bool:
    return record.counts(now) and record.basis is LegalBasis.CONSENT


def cells_of(line: Mapping[str, Any], columns: Collection[str]) -> list[str]:
    return [_cell(line.get(column)) for column in columns]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() if all(isinstance(one, str) for one in value):
            text = ";".join(value)
        case str():
            text = value
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return guarded(text)


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
