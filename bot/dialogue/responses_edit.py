"""Edits the words of a response in the text of its file: what is not meant stays as it is, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.dialogue.domain_yaml import RESPONSES_OF_RASA_1
from bot.dialogue.responses_yaml import KEYS
from bot.documents import parse, plain
from bot.yaml_lines import CannotEdit, entry_lines, in_lines, judged, list_rewritten, mapping_rewritten

SECTIONS = ("responses", RESPONSES_OF_RASA_1)
SHARED = re.compile(r"[\s\[,](&[\w-]+)(?=\s)")
"""An anchor, which other places name by an alias."""
MOST_VARIATIONS = 200
SAID = frozenset({"text", "subject", "title"})
"""What is written in quotes, as its authors do: there is a colon or an apostrophe in most of it."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """What a variation is to say, and the number that it had in the file; None for a new one."""

    was: int | None
    says: Mapping[str, Any]


def responses_in(data: Any) -> Iterator[tuple[str, str, Any]]:
    """Each response that the content of a file declares: the section, its name, and its variations as they stand."""
    for section in SECTIONS if isinstance(data, Mapping) else ():
        if isinstance(declared := data.get(section), Mapping):
            yield from ((section, str(name), variations) for name, variations in declared.items())


def response_lines(text: str, response: str) -> str:
    """The lines of the response, with what is said of it above; nothing where they cannot be told from others.

    Raises ContentError where the text is not YAML.
    """
    data = parse("", text).data
    section = next((section for section, name, _ in responses_in(data) if name == response), None)
    found = None if section is None else entry_lines(text.split("\n"), data, (section, response))
    return "\n".join(found or ())


def reworded(text: str, response: str, variations: Sequence[Reworded]) -> str:
    """The text with these variations of the response, in this order.

    Raises CannotEdit, or ContentError where the text is not YAML.
    """
    data = parse("", text).data
    meant = plain(data)
    section, items = next(
        ((section, items) for section, name, items in responses_in(data) if name == response), ("", None)
    )
    if not section:
        raise CannotEdit(f'there is no response "{response}" in the file as it is now. Load it again.')
    _check(items, variations)
    meant[section][response] = [plain(one.says) for one in variations]
    says = [_quoted(_in_order(one.says) if one.was is None else one.says) for one in variations]
    written = {**meant, section: {**meant[section], response: says}}
    lines = text.split("\n")
    pairs = list(zip((one.was for one in variations), says, strict=True))
    found = list_rewritten(lines, items, pairs, order=KEYS) or mapping_rewritten(lines, data, written)
    if found is None:
        raise CannotEdit("the file stands in one line. Write each of its entries in a line of its own.")
    return _judged(found, meant, text, response)


def without_response(text: str, response: str) -> str:
    """The text without this response, and without the section that it was the only one of.

    Raises CannotEdit, or ContentError where the text is not YAML.
    """
    data = parse("", text).data
    meant = plain(data)
    section = next((section for section, name, _ in responses_in(data) if name == response), None)
    if section is None:
        raise CannotEdit(f'there is no response "{response}" in the file as it is now. Load it again.')
    del meant[section][response]
    if not meant[section]:
        del meant[section]
    if not meant:
        raise CannotEdit(f'the file says nothing else than "{response}". Take the file away instead.')
    found = mapping_rewritten(text.split("\n"), data, meant)
    if found is None:
        raise CannotEdit("the file stands in one line. Write each of its entries in a line of its own.")
    return _judged(found, meant, text, response)


def _judged(lines: Sequence[str], meant: Any, before: str, response: str) -> str:
    """As `judged`; where it fails for what stands in this response is shared, it says so."""
    try:
        return judged(lines, meant, before=before)
    except CannotEdit as error:
        if shared := SHARED.search(response_lines(before, response)):
            raise CannotEdit(
                f"other places in the file share what stands here ({shared[1]}), so this would change them, too. "
                "Edit the file's text."
            ) from error
        raise


def with_response(text: str, response: str, variations: Sequence[Mapping[str, Any]]) -> str:
    """The text with a new response behind those that it declares.

    Raises CannotEdit, or ContentError where the text is not YAML.
    """
    data = parse("", text).data
    declared = list(responses_in(data))
    if any(name == response for _, name, _ in declared):
        raise CannotEdit(f'there is a response "{response}" already.')
    if not declared:
        raise CannotEdit("the file declares no responses. Choose one that does.")
    section, meant = declared[-1][0], plain(data)
    meant[section][response] = [plain(one) for one in variations]
    says = [_quoted(_in_order(one)) for one in variations]
    written = {**meant, section: {**meant[section], response: says}}
    found = mapping_rewritten(text.split("\n"), data, written)
    if found is None:
        raise CannotEdit("the file stands in one line. Write each of its entries in a line of its own.")
    return judged(found, meant, before=text)


def _check(items: Any, variations: Sequence[Reworded]) -> None:
    known = range(len(items)) if isinstance(items, list) else ()
    kept = [one.was for one in variations if one.was is not None]
    if not variations:
        raise CannotEdit("a response needs one variation at least. Add another one first.")
    if len(variations) > MOST_VARIATIONS:
        raise CannotEdit(f"a response has at most {MOST_VARIATIONS} variations here.")
    if len(set(kept)) < len(kept) or not set(kept) <= set(known):
        raise CannotEdit("there is no such variation in the file as it is now. Load it again.")


def _in_order(says: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: says[key] for key in sorted(says, key=lambda key: KEYS.index(key) if key in KEYS else len(KEYS))}


def _quoted(value: Any, key: str = "") -> Any:
    """The value, where it is written anew with quotes around what is said, or in lines of its own."""
    match value:
        case Mapping():
            return {name: _quoted(one, name) for name, one in value.items()}
        case list():
            return [_quoted(one) for one in value]
        case str() if key in SAID:
            return in_lines(value) if "\n" in value else DoubleQuotedScalarString(value)
        case _:
            return value
