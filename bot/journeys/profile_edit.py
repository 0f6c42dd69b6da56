"""Edits `journeys/profile.yml` as text: one attribute at a time, and all else stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bot.documents import parse, plain
from bot.yaml_lines import CannotEdit, judged, mapping_rewritten, written

ORDER = ("type", "sensitivity", "contact", "one_of", "label", "purpose", "basis", "trust")
"""In which order a new attribute says what it is."""


HEADER = (
    "# What is known of people: conditions in journeys and segments may look at these attributes, and are checked",
    "# against their types, which are text, number, yes_no, date and list; sensitivity is open, personal (unless said)",
    "# or sensitive.",
)


def with_attribute(text: str, name: str, says: Mapping[str, Any] | None) -> str:
    """The file's text with this attribute, or without it (None); raises CannotEdit, or ContentError where it is not
    YAML."""
    data = parse("", text).data
    if not isinstance(data, CommentedMap) or not isinstance(data.get("attributes"), CommentedMap):
        raise CannotEdit('the file lists no attributes under "attributes:". Edit its text.')
    meant = plain(data)
    if says is None:
        meant["attributes"].pop(name, None)
    else:
        meant["attributes"][name] = {key: says[key] for key in ORDER if key in says}
    if not meant["attributes"]:
        raise CannotEdit("it is the only attribute, and people have one at least. Declare another one first.")
    lines = mapping_rewritten(text.split("\n"), data, meant)
    return judged(lines if lines is not None else [*written(meant), ""], meant, before=text)


def begun_with(name: str, says: Mapping[str, Any]) -> str:
    """The text of a new file that declares this attribute."""
    declared = written({name: {key: says[key] for key in ORDER if key in says}})
    return "\n".join([*HEADER, "attributes:", *(f"  {line}" for line in declared), ""])


def said_of(text: str) -> Mapping[str, Mapping[str, Any]]:
    """What the file says of each attribute; of one that has only a type, that. Raises ContentError, or CannotEdit."""
    data = plain(parse("", text).data)
    attributes = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(attributes, dict):
        raise CannotEdit('the file lists no attributes under "attributes:". Edit its text.')
    return {str(name): one if isinstance(one, dict) else {"type": one} for name, one in attributes.items()}
