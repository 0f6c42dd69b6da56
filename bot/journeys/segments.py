"""Reads `journeys/segments/<id>.yml`: one segment, the people for whom a condition is true."""

from __future__ import annotations

from pathlib import PurePath

from bot.documents import Document, Faults
from bot.domain.audience import ProfileSchema, Segment
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.selection import check_selection


def read_segment(document: Document, schema: ProfileSchema | None) -> Segment:
    """Read one segment; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "a segment")
    if not head.is_mapping:
        faults.raise_if_any()
    if head.has("did"):
        head.faults.add(
            head.place("did"),
            'what people did is a part of the condition, and not "did".',
            "Write if: \"did('pricing.viewed', 30) >= 3\": three times or more in 30 days.",
        )
    head.only("segment", "label", "if", "did")
    name = head.read("segment", wording.identifier, required=True, advice="Begin with segment: <id>.") or ""
    stem = PurePath(document.path).stem
    if name and name != stem:
        faults.add(
            head.place("segment"),
            f'the segment "{name}" stands in a file of another name.',
            f"Name the file {name}.yml, or the segment {stem}.",
        )
    condition = head.condition(required=True, advice='Say who belongs: if: "profile.team_size > 20".')
    wrong = check_selection(condition, schema) if condition else None
    if wrong is not None:
        faults.add(head.place("if"), f'the condition "{condition}" cannot be used: {wrong}')
    faults.raise_if_any()
    return Segment(name, condition, head.text("label") or "")
