"""Reads one person as another system tells of them in JSON: by the same rules as a row of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.documents import did_you_mean
from bot.domain.importing import Arrival
from bot.domain.message import storable
from bot.entrypoints.importing.mapping import IDENTITIES, PARTS, PROOF, ColumnMapping
from bot.entrypoints.importing.rows import RowReader, RowRefused

FIELDS = (*IDENTITIES, "attributes", "time_zone", "locale", "tags", "opted_out", "consents")
MOST_CONSENTS = 20


class PersonReader:
    """`rows` reads what a person comes to as columns; it knows none by itself."""

    def __init__(self, rows: RowReader) -> None:
        self._rows = rows

    def read(self, number: int, told: Any) -> Arrival:
        """Raises RowRefused with everything that is wrong."""
        if not isinstance(told, Mapping):
            raise RowRefused(["a person must be a JSON object"])
        faults: list[str] = [
            f'there is no "{_shown(name)}" of a person. '
            + (did_you_mean(name, FIELDS) or 'What else is known of them stands in "attributes".')
            for name in told
            if name not in FIELDS
        ]
        columns: dict[str, tuple[str, Any]] = {}
        for name in FIELDS:
            value = told.get(name)
            if value is None or name in ("attributes", "consents"):
                continue
            if isinstance(value, Mapping) or (isinstance(value, list) and name != "tags"):
                faults.append(f"{name}: it must be no {'object' if isinstance(value, Mapping) else 'list'}")
                continue
            columns[name] = (name, value)
        faults += self._attributes(told.get("attributes"), columns)
        faults += self._consents(told.get("consents"), columns)
        mapping = ColumnMapping({column: target for column, (target, _) in columns.items()})
        return self._rows.by(mapping).read(
            number, {column: value for column, (_, value) in columns.items()}, faults=faults
        )

    def _attributes(self, told: Any, columns: dict[str, tuple[str, Any]]) -> Sequence[str]:
        if told is None:
            return []
        if not isinstance(told, Mapping):
            return ['"attributes" must be an object']
        faults = []
        for name, value in told.items():
            if name in ("email", "phone"):
                faults.append(f'attributes: "{name}" stands beside the attributes, since they are known by it')
            else:
                columns[name] = (f"profile.{name}", value)
        return faults

    def _consents(self, told: Any, columns: dict[str, tuple[str, Any]]) -> Sequence[str]:
        if told is None:
            return []
        if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told) or len(told) > MOST_CONSENTS:
            return [f'"consents" must be a list of at most {MOST_CONSENTS} objects, each with {", ".join(PROOF)}']
        faults = []
        for place, one in enumerate(told):
            if one.get("granted") in (None, ""):  # a row of a file may say nothing of it; whoever tells of a wish does
                faults.append(f'consents[{place}]: "granted" must say whether they agreed, true or false')
            for part, value in one.items():
                if part in PARTS:
                    columns[f"consents[{place}].{part}"] = (f"consent.n{place}.{part}", value)
                else:
                    near = did_you_mean(part, PARTS)
                    faults.append(f'consents[{place}]: a consent has no "{_shown(part)}". {near}'.rstrip())
        return faults


def _shown(told: object) -> str:
    return storable(str(told))[:60]
