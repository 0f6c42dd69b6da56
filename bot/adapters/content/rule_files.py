"""The files of rules, as their authors see and change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.content_files import parsed
from bot.adapters.content.replacing import AuthorsFile
from bot.adapters.content.shelves import Shelves
from bot.documents import Document
from bot.domain.errors import ContentError, Fault
from bot.domain.sending_rules import SendingRules
from bot.journeys.rules import read_rules


@dataclass(frozen=True, slots=True)
class ShownRules:
    """What the files say together, and which rule stands in which; with faults there are no rules."""

    files: Mapping[str, AuthorsFile]
    rules: SendingRules | None
    place_of: Mapping[str, str]
    faults: Sequence[Fault] = ()


def rule_files(shelves: Shelves) -> AuthorsFolder:
    return AuthorsFolder(shelves.journeys / "rules", "file of rules", (".yml", ".yaml"))


def read_rule_files(folder: AuthorsFolder, shelves: Shelves, instead: Mapping[str, str] | None = None) -> ShownRules:
    """As they are on the disk; `instead` has texts in the place of what the files of these names say,
    and one that is empty in the place of a file that is gone."""
    files = {name: file for name in folder.names() if (file := folder.read(name)) is not None}
    texts = {name: file.text for name, file in files.items()} | dict(instead or {})
    place_of: dict[str, str] = {}
    try:
        documents = {name: parsed(folder.shown(name), text) for name, text in texts.items() if text}
        for name, document in documents.items():
            place_of |= dict.fromkeys(_ids_in(document), name)
        rules = read_rules(documents.values(), shelves.channels or None, left_out=shelves.left_out)
    except ContentError as error:
        return ShownRules(files, None, place_of, error.faults)
    return ShownRules(files, rules, place_of)


def _ids_in(document: Document) -> list[str]:
    lists = document.data.values() if isinstance(document.data, Mapping) else ()
    rows = (row for rows in lists if isinstance(rows, Sequence) and not isinstance(rows, str) for row in rows)
    return [str(row["id"]) for row in rows if isinstance(row, Mapping) and "id" in row]
