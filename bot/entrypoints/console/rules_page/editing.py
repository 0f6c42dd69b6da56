"""Rules as they are typed: what an edit would do, and the file that says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.replacing import AuthorsFile
from bot.adapters.content.rule_files import ShownRules, read_rule_files
from bot.adapters.content.shelves import Shelves
from bot.domain.errors import Conflict
from bot.domain.sending_rules import SendingRules
from bot.entrypoints.console.rules_page.typed import TABLES, Kind, says_of
from bot.journeys.rule_edit import said_of, with_rule
from bot.journeys.rule_trial import loosened
from bot.yaml_lines import CannotEdit

CHANGED = "somebody else has changed the file since you opened it. Load it again, and edit that."
GONE = "there is no such rule any more. Load the page again."


@dataclass(frozen=True, slots=True)
class Edited:
    """A file of rules as it would be; an empty text says that nothing is left in it."""

    name: str
    file: AuthorsFile | None
    text: str
    before: SendingRules
    after: ShownRules

    def loosened(self, rule: str, now: datetime) -> Sequence[str]:
        """What would be less strict than a law asks for; of faults nothing is known."""
        return loosened(self.before, self.after.rules, rule, now) if self.after.rules is not None else ()


class RuleEditor:
    """Reads all files of rules, for they hold together."""

    def __init__(self, files: AuthorsFolder, shelves: Shelves) -> None:
        self._files, self._shelves = files, shelves

    def typed(self, kind: Kind, rule: str, body: Mapping[str, Any], *, is_new: bool) -> Edited:
        """With this rule as it was typed; raises CannotEdit or Conflict."""

        def change(text: str) -> str:
            before = said_of(text, TABLES[kind], rule) if text else {}
            return with_rule(text, TABLES[kind], rule, says_of(kind, rule, body, before))

        return self._edited(kind, rule, change, is_new=is_new)

    def taken_out(self, kind: Kind, rule: str) -> Edited:
        return self._edited(kind, rule, lambda text: with_rule(text, TABLES[kind], rule, None), is_new=False)

    def _edited(self, kind: Kind, rule: str, change: Callable[[str], str], *, is_new: bool) -> Edited:
        shown = read_rule_files(self._files, self._shelves)
        if shown.rules is None:
            raise CannotEdit("the files of rules have faults. Mend those first.")
        if is_new and rule in shown.place_of:
            raise Conflict(f'there is a rule "{rule}" already. Choose another id.')
        name = shown.place_of.get(rule) if not is_new else place_of_new(kind, shown)
        if name is None or (not is_new and not said_of(shown.files[name].text, TABLES[kind], rule)):
            raise Conflict(GONE)
        file = shown.files.get(name)
        text = change(file.text if file is not None else "")
        return Edited(name, file, text, shown.rules, read_rule_files(self._files, self._shelves, {name: text}))


def place_of_new(kind: Kind, shown: ShownRules) -> str:
    """The file that has such rules, or else one that is called as they are."""
    if shown.rules is None:
        return TABLES[kind]
    rules = shown.rules.hours if kind == "hours" else shown.rules.caps
    return next((shown.place_of[one.id] for one in rules), TABLES[kind])
