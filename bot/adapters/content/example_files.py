"""Writes examples into the assistant's NLU files, beside people who edit them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from bot.adapters.content.explaining import training_data_of
from bot.adapters.content.library import Shelves, Stamp, read_contents, stamp_of
from bot.adapters.content.replacing import replace_file
from bot.documents import did_you_mean, parse
from bot.domain.errors import NOWHERE, Conflict, ContentError, Fault, Place
from bot.domain.understanding import OUT_OF_SCOPE_INTENTS
from bot.nlu.new_example import LONGEST_EXAMPLE, with_example
from bot.nlu.training_data import Example, plain_key, read_examples

TRIES = 3


class NluFiles:
    """The `ExampleFiles` of `bot/ports/`. Looks at the files each time: others may have edited them."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self._lock = Lock()
        self._read: tuple[Stamp, Sequence[Example]] | None = None

    def intents(self) -> Sequence[str]:
        found = Counter(one.intent for one in self._examples() if _is_yaml(one.place.path))
        return [intent for intent, _ in found.most_common()]

    def examples(self) -> Sequence[str]:
        return [one.text for one in self._examples()]

    def add(self, text: str, intent: str) -> Place:
        with self._lock:
            for _ in range(TRIES):
                examples = self._examples()
                path = _home(examples, intent)
                _refuse(text, intent, examples, path)
                if not path.exists():
                    return _begin(path, intent, text)
                before = path.read_bytes()
                changed, place = with_example(str(path), before.decode("utf-8"), intent, text)
                if replace_file(path, before, changed.encode("utf-8")):
                    return place
        raise Conflict(f"{path} is being edited; save it and try again.")

    def _examples(self) -> Sequence[Example]:
        """All examples, read again where a file has changed; raises ContentError where one has faults."""
        stamp = stamp_of(self._shelves)
        if self._read is None or self._read[0] != stamp:
            self._read = stamp, training_data_of(read_contents(self._shelves)).examples
        return self._read[1]


def _is_yaml(path: str) -> bool:
    return path.endswith((".yml", ".yaml"))


def _home(examples: Sequence[Example], intent: str) -> Path:
    """The file that is named after the intent, or else has most examples of it.

    What is out of scope gets a file of its own beside that one, where several have examples of it: they are there for
    what else is in them, such as near misses of one intent.
    """
    files = Counter(one.place.path for one in examples if one.intent == intent and _is_yaml(one.place.path))
    if not files:
        known = {one.intent for one in examples if _is_yaml(one.place.path)}
        advice = did_you_mean(intent, known) or "Write its first examples by hand."
        raise ContentError([Fault(NOWHERE, f'no file has examples of an intent "{intent}".', advice)])
    own = next((path for path in files if Path(path).stem == intent), None)
    most = Path(own or files.most_common(1)[0][0])
    apart = own is None and len(files) > 1 and intent in OUT_OF_SCOPE_INTENTS
    return most.with_name(f"{intent}.yml") if apart else most


def _begin(path: Path, intent: str, text: str) -> Place:
    """A new file with this one example; raises ContentError where the words cannot stand in one."""
    head = f'version: "3.1"\nnlu:\n  - intent: {intent}\n    examples: |\n'
    content = f"{head}      - {text}\n"
    if [one.text for one in read_examples([parse(str(path), content)])] != [text]:
        raise ContentError([Fault(Place(str(path)), "these words cannot be written as an example.", "Reword them.")])
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(content)
    except FileExistsError:
        raise Conflict(f"{path} has just been made by somebody else; try again.") from None
    return Place(str(path), head.count("\n") + 1, 7)


def _refuse(text: str, intent: str, examples: Sequence[Example], path: Path) -> None:
    if not text or len(text) > LONGEST_EXAMPLE:
        advice = f"Shorten it to what matters: {LONGEST_EXAMPLE} characters at most." if text else "Write some words."
        raise ContentError([Fault(Place(str(path)), f'this cannot be an example of "{intent}".', advice)])
    key = plain_key(text)
    if same := next((one for one in examples if plain_key(one.text) == key), None):
        raise ContentError(
            [Fault(same.place, f'this is an example of "{same.intent}" already.', "Dismiss the message.")]
        )
