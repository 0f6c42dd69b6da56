"""Reads and writes `journeys/segments/<id>.yml`: one segment, the people for whom a condition is true."""

from __future__ import annotations

from pathlib import PurePath

from ruamel.yaml.comments import CommentedMap

from bot.documents import Document, Faults, parse, plain
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.entries import Entry, EventEntry, ScheduleEntry
from bot.domain.journey import SEGMENT_ENTERED, SEGMENT_LEFT, Journey
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.selection import check_selection
from bot.yaml_lines import CannotEdit, judged, mapping_rewritten, written


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


def new_segment(name: str, label: str, condition: str, *, note: str = "") -> str:
    """The file of a new segment, as a text."""
    says = {"segment": name, **({"label": label} if label else {}), "if": condition}
    return "\n".join([*([f"# {note}"] if note else []), *written(says), ""])


def rewritten_segment(text: str, label: str, condition: str) -> str:
    """The file's text, so that it says this, and all else stays as it is; raises CannotEdit, or ContentError where it
    is not YAML."""
    data = parse("", text).data
    if not isinstance(data, CommentedMap):
        raise CannotEdit("the file is no segment yet. Edit its text.")
    meant = {**plain(data), "label": label, "if": condition}
    if not label:
        del meant["label"]
    lines = mapping_rewritten(text.split("\n"), data, meant, order=("segment", "label", "if"))
    return judged(lines if lines is not None else written(meant), meant, before=text)


def told_of(journey: Journey, segment: str) -> list[Entry]:
    """The journey's entries that go by who comes into the segment, leaves it, or is in it."""
    return [entry for entry in journey.entries if _goes_by(entry, segment)]


def begins_by_coming(entry: Entry) -> bool:
    """Whether somebody who comes into its segment enters the journey at once."""
    return isinstance(entry, EventEntry) and entry.event == SEGMENT_ENTERED


def _goes_by(entry: Entry, segment: str) -> bool:
    match entry:
        case EventEntry(event=event, where=where) if event in (SEGMENT_ENTERED, SEGMENT_LEFT):
            return segment in dict(where).get("segment", ())
        case ScheduleEntry(segment=of):
            return of == segment
        case _:
            return False
