"""What cannot be right among people: numbers, addresses, doubles, and who has no time zone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

import phonenumbers

from bot.domain.phone_forms import forms_of, one_form
from bot.entrypoints.api.named_person import NobodyNamed, read_email
from bot.entrypoints.importing.reading import Known

KINDS = {
    "phone": "phone numbers that are none",
    "email": "e-mail addresses that are none",
    "time zone": "people without a time zone, whose hours are guessed from their number",
    "double": "groups of people who are probably one",
}
PLUS_IS_A_TAG = ("gmail.com", "googlemail.com", "outlook.com", "fastmail.com", "proton.me")


@dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    people: tuple[str, ...]
    what: str


def faults_of(known: Known) -> Iterator[Finding]:
    """What is wrong with one person by themselves."""
    who = (known.profile.id,)
    for one in known.identities:
        if one.kind == "phone" and not _is_number(one.value):
            yield Finding("phone", who, f"the number {one.value} was never given out")
        if one.kind == "email":
            try:
                read_email(one.value)
            except NobodyNamed as error:
                yield Finding("email", who, f"{one.value}: {error}")
    if known.profile.time_zone is None:
        yield Finding("time zone", who, "no time zone")


def _is_number(value: str) -> bool:
    """Whether it is one, as it is written, or as it was before its country wrote mobile numbers in another way."""
    return any(map(_is_valid, forms_of(value)))


def _is_valid(value: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(value)))
    except phonenumbers.NumberParseException:
        return False


class Doubles:
    """People who have something in common that only one person has. It is kept on disk, however many they are."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.execute("CREATE TABLE mark (mark TEXT, person TEXT, PRIMARY KEY (mark, person)) WITHOUT ROWID")

    def __enter__(self) -> Doubles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def note(self, people: Iterable[Known]) -> None:
        rows = [(mark, one.profile.id) for one in people for mark in marks_of(one)]
        self._database.executemany("INSERT OR IGNORE INTO mark VALUES (?, ?)", rows)

    def found(self) -> Iterator[Finding]:
        """Each group once, by what they have in common first."""
        groups = (
            "SELECT mark, group_concat(person, ' ') FROM (SELECT * FROM mark ORDER BY mark, person) "
            "GROUP BY mark HAVING count(*) > 1 ORDER BY mark"
        )
        seen: set[str] = set()
        for mark, people in self._database.execute(groups):
            if people not in seen:
                seen.add(people)
                yield Finding("double", tuple(people.split(" ")), f"the same {mark.partition(':')[0]}")


def marks_of(known: Known) -> Iterator[str]:
    """What is hardly ever two people's: an address (however it is tagged), a number, a name at one company."""
    for one in known.identities:
        if one.kind == "email":
            yield f"e-mail address:{mailbox_of(one.value)}"
        elif one.kind == "phone":
            yield f"phone number:{one_form(one.value)}"
    attributes = known.profile.attributes
    name, company = _folded(attributes.get("name")), _folded(attributes.get("company"))
    if name and company and " " in name:
        yield f"name and company:{name}|{company}"


def mailbox_of(address: str) -> str:
    """Where the mail ends up: Gmail ignores dots, and it and others what follows a plus."""
    local, _, domain = address.lower().rpartition("@")
    if domain in PLUS_IS_A_TAG:
        local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _folded(value: object) -> str:
    return " ".join(value.casefold().split()) if isinstance(value, str) else ""
