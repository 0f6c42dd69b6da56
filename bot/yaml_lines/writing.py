"""How an item or an entry is written anew, by ruamel.yaml and by itself, in the style of what it was."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
    ScalarString,
)

from bot.documents import plain

FLOW_WIDTH = 88
"""A new mapping or list of at most so many characters stands in one line."""


FOLDED_WIDTH = 100
"""Characters of a line of a folded text that is written anew."""


LIST_BEGINS = re.compile(r"(?P<before>[ -]*)[^ #-][^#]*:\s*(#.*)?")
"""A name with nothing behind it but a comment."""


def written(value: Any, *, like: Any = None) -> list[str]:
    """New lines that say this: each item and entry begins one, and what it holds stands in one where it fits.

    Items are as `like` is: beside one that stands in one line, so do they, where they fit.
    """
    if isinstance(value, list) and isinstance(like, CommentedMap) and like.fa.flow_style():
        return dumped([_styled(item) for item in value])
    if isinstance(value, list):
        return dumped([_begun(item) for item in value])
    return dumped(_begun(value))


def _begun(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return _styled(value)
    begun = ((key, _begun_steps(inner) if key == "do" else _styled(inner)) for key, inner in value.items())
    return CommentedMap((_styled(key), inner) for key, inner in begun)


def merged_into(lines: Sequence[str], key: Any, to: Any) -> Any:
    """What the lines hold, with this at the key; written anew where an alias keeps them from being read alone."""
    try:
        holder = _parsed("\n".join(lines))
    except YAMLError:
        return CommentedMap({key: _styled(to)}) if isinstance(key, str) else CommentedSeq([_styled(to)])
    holder[key] = _merged(holder[key], to)
    return holder


def without_comment(lines: list[str]) -> tuple[list[str], str]:
    """A single line without the comment at its end, and that at its column: ruamel.yaml may lose it."""
    if len(lines) != 1:
        return lines, ""
    try:
        said = plain(_parsed(lines[0]))
    except YAMLError:  # an alias of what stands elsewhere
        return lines, ""
    for at, letter in enumerate(lines[0]):
        rest = lines[0][:at].rstrip()
        if letter == "#" and rest != lines[0][:at] and _may_say(rest, said):
            return [rest], " " * at + lines[0][at:]
    return lines, ""


def _may_say(line: str, said: Any) -> bool:
    try:
        return bool(plain(_parsed(line)) == said)
    except YAMLError:
        return False


def with_comment(lines: list[str], comment: str) -> list[str]:
    """The comment at the end of the first line, in the column where it was if there is room."""
    if not comment:
        return lines
    words = comment.lstrip()
    column = max(len(comment) - len(words), len(lines[0]) + 1)
    return [lines[0].ljust(column) + words, *lines[1:]]


def _merged(node: Any, to: Any) -> Any:
    """The node, saying `to`, with the style and the comments of what stays."""
    if plain(node) == to:
        return node
    match node, to:
        case CommentedMap(), Mapping():
            for key in [key for key in node if str(key) not in to]:
                del node[key]
            for key, value in to.items():
                node[key] = _merged(node[key], value) if key in node else _styled(value, inside=node)
            return node
        case CommentedSeq(), list():
            for number, value in enumerate(to):
                if number < len(node):
                    node[number] = _merged(node[number], value)
                else:
                    node.append(_styled(value, inside=node))
            while len(node) > len(to):
                del node[len(node) - 1]
            return node
        case FoldedScalarString(), str():
            return _folded(node, to)
        case LiteralScalarString(), str():
            return in_lines(to)
        case ScalarString(), str() if "\n" in to:
            return _styled(to)
        case ScalarString(), str():
            return type(node)(to)
        case str(), str() if "\n" not in to:
            return _styled(str(to))
        case _:
            return _styled(to)


def in_lines(text: str) -> Any:
    """The text as it will stand in lines of its own (`|`), or in quotes where blanks at their ends have a meaning."""
    body = text.removesuffix("\n")
    stands = body != "" and body == body.strip() and all(line == line.rstrip() for line in body.split("\n"))
    return LiteralScalarString(text) if stands else DoubleQuotedScalarString(text)


def _folded(node: FoldedScalarString, to: str) -> Any:
    """The text in lines about as long as they were, those before the change as they were; quoted where blanks at the
    ends of its lines, or empty lines at its own end, have a meaning."""
    if to == "\n" or to.endswith("\n\n") or any(line != line.strip() for line in to.split("\n")):
        return DoubleQuotedScalarString(to)
    before = getattr(node, "fold_pos", [])
    same = next((at for at, (one, other) in enumerate(zip(node, to, strict=False)) if one != other), len(to))
    breaks = [at for at in before if at < same and to[at] == " "]
    longest = max((FOLDED_WIDTH, *(other - one for one, other in pairwise((0, *before)))))
    begun = breaks[-1] if breaks else 0
    for at in range(begun + 1, len(to)):
        may_break = to[at] == " " and " " not in to[at - 1] + to[at + 1]
        if may_break and _next_break(to, at + 1) - begun > longest:
            breaks.append(at)
        if to[at] == "\n" or at in breaks[-1:]:
            begun = at
    found = FoldedScalarString(to)
    found.fold_pos = breaks
    if hasattr(node, "comment"):
        found.comment = node.comment
    return found


def _next_break(text: str, start: int) -> int:
    """Where the line could end next."""
    return min((at for at in (text.find(sign, start) for sign in " \n") if at >= 0), default=len(text))


def _styled(value: Any, *, inside: Any = None) -> Any:
    """New nodes: small mappings and lists in one line, and in quotes what is computed or begins with a colon."""
    if isinstance(value, ScalarString):
        return value
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if value.startswith(("=", ":")) or "\n" in value else value
    if not isinstance(value, Mapping | list):
        return value
    made: Any
    made = _begun(value) if isinstance(value, Mapping) else CommentedSeq(_styled(inner) for inner in value)
    in_one_line = inside is not None and inside.fa.flow_style()
    if in_one_line or (len(str(plain(value))) <= FLOW_WIDTH and not _holds_steps(value)):
        made.fa.set_flow_style()
    return made


def _begun_steps(steps: Any) -> Any:
    return CommentedSeq(_begun(step) for step in steps) if isinstance(steps, list) else _styled(steps)


def _holds_steps(value: Any) -> bool:
    """Steps, and the ways of a branch or split, begin lines."""
    if isinstance(value, list):
        return any(isinstance(item, Mapping) for item in value)
    return any(_holds_steps(inner) for inner in value.values() if isinstance(inner, Mapping | list))


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100_000
    return yaml


def _parsed(text: str) -> Any:
    return _yaml().load(text)


def dumped(value: Any, *, like: Sequence[str] = ()) -> list[str]:
    """The lines; lists within are set in as those of `like` are, where it has one."""
    yaml, offset = _yaml(), _offset(like)
    yaml.indent(mapping=2, sequence=2 + offset, offset=offset)
    buffer = io.StringIO()
    if isinstance(value, list) and not isinstance(value, CommentedSeq):
        value = CommentedSeq(value)
    outer = isinstance(value, CommentedSeq)
    yaml.dump(CommentedMap({"x": value}) if outer else value, buffer)
    lines = buffer.getvalue().rstrip("\n").split("\n")
    return [line[offset:] for line in lines[1:]] if outer else lines


def _offset(lines: Sequence[str]) -> int:
    """How far the dashes of a list stand behind its name."""
    for name, item in pairwise(line for line in lines if line.strip()):
        begun = LIST_BEGINS.fullmatch(name)
        if begun is not None and item.startswith(" " * len(begun["before"]) + "-"):
            return 0
    return 2
