"""Commands: what a language model says that a message means, read against the grammar.

Whatever it says, only commands of the grammar come out, with values that stand in the customer's own message; the rest
is dropped, each with its reason. Nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from bot.dialogue.features import as_number
from bot.dialogue.grammar import Grammar, IdentityKind, Signal
from bot.domain.assistant import Slot
from bot.domain.language_model import read_answer
from bot.domain.masking import EMAIL, EMAIL_PATTERN, PHONE, PHONE_PATTERN
from bot.domain.understanding import Entity

MOST_COMMANDS: Final = 5
LONGEST_VALUE: Final = 200
MOST_OFFERED: Final = 3
LARGEST_NUMBER: Final = 1e15


@dataclass(frozen=True, slots=True)
class Do:
    """A command that is nothing but its name."""

    what: Signal


@dataclass(frozen=True, slots=True)
class Start:
    """Start what the intent `flow` starts."""

    flow: str


@dataclass(frozen=True, slots=True)
class SetSlot:
    """The message says that the slot is `value`; `corrects`: and that it was told otherwise before."""

    slot: str
    value: str | float
    quoted: str
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class Clarify:
    """The message may mean any of these flows."""

    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identify:
    """The customer says that this address is theirs."""

    kind: IdentityKind
    quoted: str


@dataclass(frozen=True, slots=True)
class Reschedule:
    """The customer wants another time: in their words, or empty."""

    quoted: str = ""


@dataclass(frozen=True, slots=True)
class GrantConsent:
    """The customer seems to want messages. It is not recorded: the consent question is asked."""


Command = Do | Start | SetSlot | Clarify | Identify | Reschedule | GrantConsent


@dataclass(frozen=True, slots=True)
class Parsed:
    """The commands that hold, and for each one that does not, why."""

    commands: tuple[Command, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer wrote, and what was found in it without a model."""

    text: str
    entities: tuple[Entity, ...] = ()


def parse_commands(answer: str, grammar: Grammar, heard: Heard) -> Parsed:
    """Read a model's answer, whatever it is."""
    told = read_answer(answer)
    listed = told.get("commands") if told is not None else None
    if not isinstance(listed, list):
        return Parsed(dropped=("the answer is no list of commands",))
    commands: list[Command] = []
    dropped: list[str] = []
    for entry in listed[:MOST_COMMANDS]:
        match _read(entry, grammar, heard):
            case str() as reason:
                dropped.append(reason)
            case command if command not in commands:
                commands.append(command)
            case _:
                dropped.append("a command is there twice")
    if len(listed) > MOST_COMMANDS:
        dropped.append(f"{len(listed) - MOST_COMMANDS} commands too many")
    return Parsed(_joined(commands), tuple(dropped))


def _read(entry: Any, grammar: Grammar, heard: Heard) -> Command | str:
    """One command, or why it is not valid."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("command"), str):
        return "something that is no command"
    name, value = entry["command"], entry.get("value")
    target = entry["target"] if isinstance(entry.get("target"), str) else ""
    if name not in grammar.commands:
        return f"there is no command {_shown(name)}"
    match name:
        case "start" | "clarify":
            if target not in grammar.flows:
                return f"there is nothing to start that is called {_shown(target)}"
            return Start(target) if name == "start" else Clarify((target,))
        case "set" | "correct":
            slot = grammar.slots.get(target)
            if slot is None:
                return f"there is no slot {_shown(target)} to set"
            return _set(slot, value, heard, corrects=name == "correct")
        case "identify":
            return _identify(target, value, heard, grammar)
        case "reschedule":
            quoted = _quoted(value, heard.text)
            return Reschedule(quoted or "")
        case "grant_consent":
            return GrantConsent()
        case _:
            return Do(next(one for one in get_args(Signal) if one == name))


def _joined(commands: Sequence[Command]) -> tuple[Command, ...]:
    """One command for whatever needs clarifying, and only if nothing is surer."""
    flows = tuple(flow for one in commands if isinstance(one, Clarify) for flow in one.flows)
    others = tuple(one for one in commands if not isinstance(one, Clarify))
    return others if others or not flows else (Clarify(flows[:MOST_OFFERED]),)


# ---------------------------------------------------------------- values


def _set(slot: Slot, value: Any, heard: Heard, *, corrects: bool) -> SetSlot | str:
    """The slot with a value of its type. What is not in the message was made up, or comes from somewhere else."""
    match slot.type:
        case "categorical":
            said = value.lower() if isinstance(value, str) else None
            known = next((one for one in slot.values if str(one).lower() == said), None)
            if known is None:
                return f"{slot.name} cannot be {_shown(value)}"
            return SetSlot(slot.name, str(known), "", corrects)
        case "float":
            number = _number(value)
            if number is None:
                return f"{slot.name} is a number, not {_shown(value)}"
            quoted = _quoted_number(number, heard)
            if quoted is None:
                return f"{_shown(value)} is not in the message"
            return SetSlot(slot.name, number, quoted, corrects)
        case _:
            quoted = _quoted(value, heard.text)
            if quoted is None:
                return f"{_shown(value)} is not in the message"
            return SetSlot(slot.name, quoted, quoted, corrects)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    number = as_number(value.replace(",", "").strip() if isinstance(value, str) else value)
    return float(number) if number is not None and abs(number) <= LARGEST_NUMBER else None


def _quoted_number(number: float, heard: Heard) -> str | None:
    """The words of the message that are this number: an entity that was found in it, or its digits."""
    for entity in heard.entities:
        if not isinstance(entity.value, bool) and isinstance(entity.value, int | float) and entity.value == number:
            return entity.text
    for match in re.finditer(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\w])", heard.text):
        if float(match[0].replace(",", "")) == number:
            return match[0]
    return None


def _quoted(value: Any, text: str) -> str | None:
    """The message's own words for it, as they stand there; None where they do not."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_VALUE:
        return None
    words = r"\s+".join(re.escape(word) for word in value.split())
    found = re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)
    return found[0] if found else None


def _identify(kind: str, value: Any, heard: Heard, grammar: Grammar) -> Identify | str:
    """The address in the message itself; the model has seen a word in its place."""
    known = next((one for one in grammar.identities if one == kind), None)
    if known is None:
        return f"nobody is identified by {_shown(kind)}"
    pattern, masked = (EMAIL_PATTERN, EMAIL) if known == "email" else (PHONE_PATTERN, PHONE)
    written = [match[0] for match in pattern.finditer(heard.text)]
    if value == masked and len(written) == 1:
        return Identify(known, written[0])
    quoted = next((one for one in written if one == value), None)
    return Identify(known, quoted) if quoted is not None else f"the {known} is not in the message"


def _shown(told: Any) -> str:
    """What a model said, short and on one line, for the explanation of a turn."""
    if not isinstance(told, str | int | float):
        return f"a {type(told).__name__}"
    text = " ".join(str(told).split())
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
