"""Reads `journeys/reports/marketing.yml`: what counts as a conversion, where people come from, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from bot.documents import Document, Faults, plain
from bot.domain.reporting import Cost, Happening, ReportPlan, Touch
from bot.journeys import wording
from bot.journeys.fields import Fields

NOTHING = "nothing"
"""What the report calls conversions that no touch led to."""


def read_report_plan(document: Document) -> ReportPlan:
    """Read the file; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "the plan of a report")
    head.only("report", "conversion", "within", "touches", "costs", "currency")
    head.choice("report", ("marketing",), "report", required=head.is_mapping)
    conversion = _happening(head.inner("conversion", '"conversion"')) if head.has("conversion") else None
    within = head.read("within", wording.duration)
    touches = tuple(_touches(head))
    sources = {one.source for one in touches}
    costs = tuple(_costs(head, sources))
    faults.raise_if_any()
    return ReportPlan(
        conversion, touches, timedelta(days=30) if within is None else within, costs, head.text("currency") or ""
    )


def _touches(head: Fields) -> Iterator[Touch]:
    for fields in _entries(head, "touches", "a touch"):
        source = fields.read("source", wording.identifier, required=fields.is_mapping)
        if source == NOTHING:
            fields.faults.add(
                fields.place("source"), f'no source is called "{NOTHING}": conversions without a touch are.'
            )
        happening = _happening(fields, "source")
        if source and happening is not None:
            yield Touch(source, happening)


def _happening(fields: Fields, *others: str) -> Happening | None:
    fields.only("event", "where", *others)
    event = fields.read("event", wording.event, required=fields.is_mapping)
    where = fields.inner("where", '"where"').node if fields.has("where") else {}
    given = plain(where)
    for name, value in given.items():
        if not isinstance(value, str):
            fields.faults.add(
                fields.place("where"), f'"{name}" must be a text.', 'Put the value in quotes: {utm_source: "google"}.'
            )
    return Happening(event, tuple(sorted((name, str(value)) for name, value in given.items()))) if event else None


def _costs(head: Fields, sources: set[str]) -> Iterator[Cost]:
    for fields in _entries(head, "costs", "a cost"):
        fields.only("source", "from", "to", "amount")
        source = fields.choice("source", sources, "source", required=fields.is_mapping)
        first, last, amount = _day(fields, "from"), _day(fields, "to"), _amount(fields)
        if first and last and last < first:
            fields.faults.add(fields.place("to"), "it ends before it begins.")
        elif source and first and last and amount is not None:
            yield Cost(source, first, last, amount)


def _day(fields: Fields, key: str) -> date | None:
    text = fields.text(key, required=fields.is_mapping)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fields.faults.add(fields.place(key), f'"{text}" is no day.', "Write it as 2026-11-27.")
        return None


def _amount(fields: Fields) -> Decimal | None:
    text = fields.text("amount", required=fields.is_mapping)
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        amount = Decimal(-1)
    if amount is not None and not (amount.is_finite() and amount >= 0):
        fields.faults.add(fields.place("amount"), f'"{text}" is no amount.', "Write 1200 or 1200.50.")
        return None
    return amount


def _entries(head: Fields, key: str, what: str) -> Iterator[Fields]:
    given = head.node.get(key)
    if given is None:
        return
    if not isinstance(given, list):
        head.faults.add(head.place(key), f'"{key}" must be a list.')
        return
    for number, node in enumerate(given):
        yield Fields(head.document, head.faults, node, what, head.document.place(given, number))
