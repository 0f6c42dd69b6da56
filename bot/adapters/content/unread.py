"""What stands in the folders of content and nobody reads: a warning for each, since its author thinks otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from bot.adapters.content.content_files import CONTENT, YAML
from bot.documents import did_you_mean
from bot.domain.assistant import Assistant
from bot.domain.errors import Fault, Place
from bot.journeys.likelihood import FOLDERS

KNOWLEDGE = "knowledge"
_HOLDS = frozenset({"segments", "scores", "crm", "desks", "rules", "reports", "tests", *FOLDERS.values()})
"""The folders of the journeys' own that are read."""
_STANDS_IN = {"journey": "", "segment": "segments", "scores": "scores", "desk": "desks", "crm": "crm"}
"""What a file of the journeys' folder begins with, and in which folder there it stands."""
_HEAD = re.compile(rf"^({'|'.join(_STANDS_IN)}):", re.MULTILINE)


def unread_files(folder: Path, below: Iterable[Path]) -> Iterator[Fault]:
    """Files of a folder of content whose names do not end as those which are read, and pages in a further folder."""
    for path in below:
        is_page = path.suffix.lower() == ".md"
        folders = path.relative_to(folder).parts[:-1]
        if path.suffix == ".txt" and (Path(path.stem).suffix in CONTENT or folders[:1] == (KNOWLEDGE,)):
            called = path.stem if Path(path.stem).suffix in CONTENT else f"{path.stem}.md"
            yield Fault(Place(str(path)), "this file is not read, for its name ends in .txt.", f"Call it {called}.")
            continue
        ending = path.suffix.lower()
        if path.suffix != ending and ending in CONTENT and (not is_page or folders[:1] == (KNOWLEDGE,)):
            yield Fault(
                Place(str(path)),
                f"this file is not read, for its name ends in {path.suffix}.",
                f"Call it {path.stem}{ending}.",
            )
        elif is_page and len(folders) > 1 and folders[0] == KNOWLEDGE:
            yield Fault(
                Place(str(path)),
                f"this page is not read: pages stand in {KNOWLEDGE}/ itself.",
                f"Move it to {folder / KNOWLEDGE / path.name}.",
            )


def misplaced_files(folder: Path, below: Iterable[Path]) -> Iterator[Fault]:
    """Journeys, segments and the like that stand elsewhere in the folder of journeys than where they are read."""
    for path in below:
        first, *further = path.relative_to(folder).parts
        if path.suffix not in YAML or not further or (first in _HOLDS and len(further) == 1) or first == "tests":
            continue
        try:
            found = _HEAD.search(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue  # nobody reads it there, so nothing is lost
        if found and not first.startswith("."):
            right = folder / _STANDS_IN[found[1]]
            what = f"this file is not read: such files stand in {right}/ itself."
            yield Fault(Place(str(path)), what, f"Move it to {right / path.name}.")


def unread_variations(
    assistant: Assistant, channels: Collection[str], left_out: Callable[[], Collection[str]]
) -> Iterator[Fault]:
    """Variations for a channel that no connector has; nothing where no `channels` are given."""
    named = [one for response in assistant.responses.values() for one in response.variations if one.channel]
    strange = [one for one in named if one.channel not in channels] if channels else []
    known = {*channels, *left_out()} if strange else frozenset(channels)
    for one in strange:
        if one.channel is not None and one.channel not in known:
            yield Fault(
                one.place,
                f'there is no channel "{one.channel}", so this variation is never said.',
                did_you_mean(one.channel, known) or "Take it out, or name a channel of yours.",
            )
