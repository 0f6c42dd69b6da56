"""YAML with places: reads content files so that every fault can name its file, line and column.

YAML 1.2 through ruamel.yaml, because YAML 1.1 reads `21:00` as 1260 and `NO` as false.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import Scanner

from bot import quick_yaml
from bot.domain.errors import ContentError, Fault, Place

NO_CHARACTER = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What YAML does not take for a part of a text, and PostgreSQL in part."""

_HALF = re.compile("[\ud800-\udfff]")

_TWICE = re.compile(r'found duplicate key "(.*?)"')

WARN = "warn"
"""What `overture: {lapses: warn}` in config.yml says of them."""

MOST_ENTRIES = 1_000_000
"""Of one file, those of its aliases wherever they stand; a few lines of aliases of aliases make milliards."""

MOST_BAD_LINES = 20
"""A text with more of them than that is not worth guessing at."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file. `data` is made of ruamel's mappings and sequences, which remember where they stood in `text`."""

    path: str
    data: Any
    text: str = ""

    def place(self, node: Any = None, key: Any = None) -> Place:
        """Where `node` begins, or where its entry `key` stands; the file's first line when that is not known."""
        node = self.data if node is None else node
        position = getattr(node, "lc", None)
        if position is None:
            return Place(self.path)
        line, column = (position_of(node, key) if key is not None else None) or (position.line, position.col)
        return Place(self.path, (line or 0) + 1, (column or 0) + 1)


def position_of(node: Any, key: Any, *, of_value: bool = False) -> tuple[int, int] | None:
    """The line and column, from 0, of the entry `key`, or of its value, which another place may have (`key: *alias`);
    also of an entry that is merged in (`<<: *alias`). None where it is not known."""
    try:
        found = node.lc.data[key]
        return (found[2], found[3]) if of_value and len(found) > 2 else (found[0], found[1])
    except (AttributeError, KeyError, TypeError, IndexError):
        merged = (position_of(one, key, of_value=of_value) for one in getattr(node, "merge", ()))
        return next((one for one in merged if one is not None), None)


def changeable(node: Mapping[Any, Any]) -> dict[Any, Any]:
    """A copy to change, which knows where everything in it stands; what is merged into the original is its own."""
    copied = CommentedMap(node.items())
    line, column = getattr(node, "lc", copied.lc).line, getattr(node, "lc", copied.lc).col
    copied._yaml_set_line_col(line, column)
    for key in node:
        begins, value = position_of(node, key), position_of(node, key, of_value=True)
        if begins is not None and value is not None:
            copied._yaml_set_kv_line_col(key, [*begins, *value])
    return copied


class _Map(CommentedMap):
    """Notes in which others it is merged without comparing each with all that it noted, as ruamel does: of a thousand
    that took seconds."""

    def add_referent(self, cm: Any) -> None:
        self._ref.append(cm)


class _Constructor(RoundTripConstructor):
    """Tells where a value stands of which nothing can be made, `-_` or a 30th of February, which ruamel raises bare."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        if isinstance(node, ScalarNode):
            node.value = _whole(node)
        try:
            return super().construct_object(node, deep)
        except (ValueError, ArithmeticError, LookupError) as error:
            if not isinstance(node, ScalarNode):
                raise
            problem = f'"{node.value}" looks like a number or a date and is none'
            raise ConstructorError(problem=problem, problem_mark=node.start_mark) from error

    def construct_yaml_map(self, node: Any) -> Iterator[CommentedMap]:
        data = _Map()
        data._yaml_set_line_col(node.start_mark.line, node.start_mark.column)
        yield data
        self.construct_mapping(node, data, deep=True)
        self.set_collection_style(data, node)

    def construct_mapping(self, node: Node, *to: Any, **how: Any) -> Any:
        try:
            return super().construct_mapping(node, *to, **how)
        except TypeError as error:  # of such a name there is no hash
            problem = "a name here has entries of its own"
            raise ConstructorError(problem=problem, problem_mark=node.start_mark) from error


_Constructor.add_constructor("tag:yaml.org,2002:map", _Constructor.construct_yaml_map)


def _whole(node: ScalarNode) -> str:
    """The text of the node, its characters whole: JSON, and what writes YAML as JSON does, escapes those beyond U+FFFF
    in two halves (`"\\ud83d\\ude00"`)."""
    text: str = node.value
    if not _HALF.search(text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        problem = "there is half of a character here, and the other half is missing"
        raise ConstructorError(problem=problem, problem_mark=node.start_mark) from error


class _Composer(Composer):
    """Has the text read by libyaml wherever that says the same. An anchor may be set anew, as YAML has it."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.warn_double_anchors = False

    def compose_node(self, parent: Any, index: Any) -> Any:
        node = super().compose_node(parent, index)
        if isinstance(node, CollectionNode) and node.end_mark is None:  # it is still being read
            problem = "what begins here has an alias of itself in it"
            raise ConstructorError(problem=problem, problem_mark=node.start_mark)
        return node

    def get_single_node(self) -> Any:
        text = self.loader.reader.buffer[:-1]
        node = quick_yaml.compose(text, self.resolver) or super().get_single_node()
        if node is not None and "*" in text and _entries_below(node, {}) > MOST_ENTRIES:
            problem = f"with its aliases filled in this has more than {MOST_ENTRIES:,} entries"
            raise ConstructorError(problem=problem, problem_mark=node.start_mark)
        return node


def _entries_below(node: Node, counted: dict[int, int]) -> int:
    """How many entries there are in all, those of an alias wherever it stands; each node is looked at once."""
    if not isinstance(node, CollectionNode):
        return 1
    if id(node) not in counted:
        mapped = isinstance(node, MappingNode)
        inside = (one for pair in node.value for one in pair) if mapped else node.value
        counted[id(node)] = 1 + sum(_entries_below(one, counted) for one in inside)
    return counted[id(node)]


def _yaml() -> YAML:
    """Remembers places, and not the comments, which cost a sixth of the reading."""
    yaml = YAML(typ="rt")
    yaml.Composer, yaml.Constructor, yaml.Scanner, yaml.Parser = _Composer, _Constructor, Scanner, Parser
    return yaml


def plain(value: Any) -> Any:
    """The value without what YAML remembers about it: built-in mappings, lists, texts, numbers; dates as texts."""
    match value:
        case bool() | None:
            return value
        case str():
            return str(value)
        case int():
            return int(value)
        case float():
            return float(value)
        case Mapping():
            return {str(key): plain(one) for key, one in value.items()}
        case Sequence() | Set():
            return [plain(one) for one in value]
        case _:
            return str(value)


def parse(path: str, text: str) -> Document:
    """Parse the text of one file; raises ContentError at the first place that is no YAML."""
    yaml = _yaml()
    yaml.preserve_quotes = True
    try:
        return Document(path, yaml.load(text), text)
    except MarkedYAMLError as error:
        mark = _mark(error)
        place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
        raise ContentError([Fault(place, f"this is not YAML: {_in_words(error)}.", _advice(error))]) from error
    except ReaderError as error:
        raise ContentError([no_character(path, text, error.position, "this is not YAML: ")]) from error
    except RecursionError as error:
        raise ContentError([Fault(Place(path), "this is nested more deeply than anybody means.")]) from error
    except (YAMLError, ValueError) as error:
        raise ContentError([Fault(Place(path), f"this is not YAML: {error}.")]) from error


def no_character(path: str, text: str, position: int, before: str = "") -> Fault:
    """That what stands there is no part of a text."""
    what = f"{before}no text has the character U+{ord(text[position]):04X}."
    return Fault(_place_at(path, text, position), what, "Take it out; most editors do not show it.")


def _place_at(path: str, text: str, position: int) -> Place:
    before = text[:position]
    return Place(path, before.count("\n") + 1, position - before.rfind("\n"))


def salvage(path: str, text: str) -> Document | None:
    """What is left of a text that is not YAML when its bad lines and characters are taken out; None where little would
    be left. UTF-16 that was read as UTF-8 is full of such characters."""
    lines = _without_tabs(NO_CHARACTER.sub("", text).lstrip("\ufffd").split("\n"))
    for _ in range(MOST_BAD_LINES):
        yaml = _yaml()
        yaml.allow_duplicate_keys = True
        try:
            return Document(path, yaml.load("\n".join(lines)))
        except MarkedYAMLError as error:
            mark = _mark(error)
            if mark is None or mark.line >= len(lines):
                return None
            lines[mark.line] = ""
        except (YAMLError, ValueError, RecursionError):
            return None
    return None


def _mark(error: MarkedYAMLError) -> Any:
    """Where it is to be mended. A quote that is never closed is noticed at the end of the file only."""
    if error.context_mark and ("quoted scalar" in (error.context or "") or _is_left_open(error)):
        return error.context_mark
    return error.problem_mark or error.context_mark


def _is_left_open(error: MarkedYAMLError) -> bool:
    """Whether a brace or bracket is not closed on its line, as after a quote that is not: what follows fits nothing."""
    begun, noticed = error.context_mark, error.problem_mark
    flow = "flow mapping" in (error.context or "") or "flow sequence" in (error.context or "")
    return flow and begun is not None and noticed is not None and begun.line != noticed.line


def _without_tabs(lines: list[str]) -> list[str]:
    """A line that is indented with tabs is meant, as a rule, to stand below the one before."""
    found: list[str] = []
    indent = ""
    for line in lines:
        words = line.lstrip()
        if "\t" in line[: len(line) - len(words)]:
            line = indent + words
        if words:
            indent = line[: len(line) - len(words)]
        found.append(line)
    return found


def _in_words(error: MarkedYAMLError) -> str:
    """What ruamel found, without the names that its parser has for things, and without the values."""
    problem = str(error.problem or error.context)
    if (twice := _TWICE.match(problem)) is not None:
        return f'"{twice[1]}" is written twice, and this is the second'
    if problem.startswith(("expected <block end>", "did not find expected", "expected the node content")):
        return "what begins here belongs to nothing above it"
    if _is_left_open(error):
        line = error.problem_mark.line + 1
        return f"before line {line} the bracket that opens here should be closed, or a comma or a quote is missing"
    if problem.startswith("expected ',' or"):
        return "here a comma is missing, or what closes the bracket before it"
    if "another document" in problem:
        return "another document begins here"
    return problem


def _advice(error: MarkedYAMLError) -> str:
    problem = f"{error.problem or ''} {error.context or ''}"
    if "tab" in problem or "\\t" in problem:
        return "Indent with spaces, not tabs."
    if "duplicate key" in problem:
        return "Keep one of the two entries."
    if "entries of its own" in problem:
        return "Put quotes around it if the braces are meant as text."
    if "looks like a number" in problem:
        return "Put quotes around it if it is meant as a text."
    if "half of a character" in problem:
        return "Write the character itself."
    if "escape character" in problem:
        return "Write the backslash twice, or put single quotes around the text."
    if "another document" in problem:
        return "Take out the --- here."
    if "quoted scalar" in problem:
        return "Close the quote that begins here."
    if _is_left_open(error) or problem.startswith("expected ',' or"):
        return "Close what was opened, and put a comma between entries."
    if "mapping values are not allowed" in problem:
        return 'Put quotes around a text that has a colon in it: "like: this".'
    if "could not find expected ':'" in problem:
        return "Put a colon and a blank after each name: `name: value`."
    if "alias of itself" in problem or "aliases filled in" in problem:
        return "Write out what is meant in the place of the alias (*)."
    if "alias" in problem or "tag" in problem or "cannot start any token" in problem:
        return "Put quotes around a text that begins with a sign such as *, &, !, @ or %."
    return "Check the indentation and the quotes of this line and the one above."


class Faults:
    """Collects what is wrong, so that one run reports all of it."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, place: Place, message: str, suggestion: str = "") -> None:
        self._found.append(Fault(place, message, suggestion))

    def unknown(self, place: Place, what: str, name: str, known: Iterable[str]) -> None:
        """`name` is no such `what`; suggests the nearest one that is."""
        self.add(place, f'there is no {what} "{name}".', did_you_mean(name, known))

    def include(self, error: ContentError) -> None:
        self._found.extend(error.faults)

    def in_order(self) -> list[Fault]:
        return sorted(self._found, key=lambda fault: (fault.place.path, fault.place.line, fault.place.column))

    def raise_if_any(self) -> None:
        if self._found:
            raise ContentError(self.in_order())


def warns_of_lapses(documents: Iterable[Document]) -> bool:
    """Whether a lapse, something that is wrong and that Rasa takes, is a warning in these files and no fault."""
    settings = (one.data.get("overture") for one in documents if isinstance(one.data, Mapping))
    return any(isinstance(one, Mapping) and one.get("lapses") == WARN for one in settings)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'Did you mean "x"?', or the list where it is short, or nothing."""
    choices = sorted(set(known))
    near = [one for one in choices if one.casefold() == str(name).casefold()]
    near = near or difflib.get_close_matches(str(name), choices, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    if 0 < len(choices) <= 8:
        return "Known: " + ", ".join(choices) + "."
    return ""
