"""Seals fields before they reach the database, and opens them again: AES-256-GCM, with keys that are not in it.

Each column has a key of its own, derived from the key in the settings (HKDF-SHA-256). A cipher text is bound to its
column and to what of its row never changes, so that it cannot be moved. What is looked up by equality is found by its
blind index: HMAC-SHA-256 with a key that is derived from the index key, which data keys know nothing of.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.adapters.codec import PLAIN
from bot.adapters.database.facts import as_stored, facts_text
from bot.adapters.field_keys import KEY_BYTES, FieldKeys
from bot.adapters.tables import microseconds
from bot.adapters.tables.sealing import NAME_OF_FEED, Place
from bot.domain.audience import CONTACT
from bot.domain.consent import EVERY_ADDRESS
from bot.domain.errors import CannotOpen
from bot.domain.phone_forms import forms_of

MARK = "sealed:"
"""How cipher text begins: JSON never does, and other text that would is set apart by a space."""

BLIND = "blind:"
"""How a blind index begins."""

EMPTY = ("", "{}")
NONCE_BYTES = 12
INDEX_BYTES = 18
INDEX_CHARACTERS = INDEX_BYTES * 4 // 3
WORD_CHARACTERS = 2
"""Of a blind index: 12 bits, so that of a million words some 250 are alike."""

REMEMBERED = 10_000
"""Blind indexes that are kept in memory: a turn asks for the same address several times."""


class Sealing:
    """Seals with the first of the keys and opens with all; without keys everything stays as it is.

    `contact` names the facts (attributes of people, fields of events) that are contact data.
    """

    def __init__(self, keys: FieldKeys | None = None, *, contact: Collection[str] = CONTACT) -> None:
        self.keys = keys
        self.contact = frozenset(contact)
        self._ciphers: dict[tuple[str, str], AESGCM] = {}
        self._index_key = b"" if keys is None else _derived(keys.index, "blind index")
        self._indexed = lru_cache(maxsize=REMEMBERED)(self._work_out_index)

    @property
    def is_on(self) -> bool:
        return self.keys is not None

    # ------------------------------------------------------------ documents

    def seal(self, place: Place, text: str, *row: Any) -> str:
        """The text as it is stored in this place, bound to these values of the row: those that the place names.

        What has nothing in it stays as it is.
        """
        if text in EMPTY:
            return text
        if self.keys is None:
            return f" {text}" if text.startswith(MARK) else text
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = self._cipher(self.keys.first, place)
        sealed = nonce + cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), _bound(place, row))
        return f"{MARK}{self.keys.first}:{base64.b64encode(sealed).decode()}"

    def open(self, place: Place, text: str, *row: Any) -> str:
        """What `seal` was given; text that was never sealed stays as it is. Raises CannotOpen."""
        if not text.startswith(MARK):
            return text
        _, key, body = text.split(":", 2)
        if self.keys is None or key not in self.keys.by_id:
            raise CannotOpen(
                f'{place.name} has what was sealed with the key "{key}", which OVERTURE_FIELD_KEYS does not name. '
                "Put that key back, behind the others."
            )
        try:
            raw = binascii.a2b_base64(body, strict_mode=True)
            opened = self._cipher(key, place).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(place, row))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(
                f'{place.name} has what the key "{key}" does not open: it was changed, or moved here from elsewhere. '
                "Restore these rows from a backup."
            ) from error
        return opened.decode("utf-8", "surrogatepass")

    def seal_if_any(self, place: Place, text: str | None, *row: Any) -> str | None:
        return None if text is None else self.seal(place, text, *row)

    def open_if_any(self, place: Place, text: str | None, *row: Any) -> str | None:
        return None if text is None else self.open(place, text, *row)

    # ------------------------------------------------------------ addresses

    def index(self, value: str) -> str:
        """What stands in the place of a value that is looked up: its blind index; the value itself without keys."""
        return value if self.keys is None else self._indexed(value)

    def forms(self, address: str) -> tuple[str, str]:
        """What stands in the place of an address as it is written, and in the other form that its number has; where it
        has one only, that twice."""
        written, *others = map(self.index, forms_of(address))
        return written, others[0] if others else written

    def stand_in(self, place: Place, value: str) -> str:
        """What stands in the place of an address, for which this is the column beside it."""
        if place is NAME_OF_FEED:
            return self.feed_name(value)
        return value if value == EVERY_ADDRESS else self.index(value)

    def seal_beside(self, place: Place, value: str, *row: Any) -> str | None:
        """The value for the column beside what stands in for it; None where nothing does."""
        return None if self.stand_in(place, value) == value else self.seal(place, value, *row)

    def open_beside(self, place: Place, value: str, sealed: str | None, *row: Any) -> str:
        """The value, from its two columns. Raises CannotOpen, also where one of them was exchanged."""
        if sealed is None:
            return value
        opened = self.open(place, sealed, *row)
        if not hmac.compare_digest(self.stand_in(place, opened).encode(), value.encode()):
            raise CannotOpen(
                f"{place.name} has another value than its blind index says: one of the two was changed. "
                "Restore these rows from a backup."
            )
        return opened

    # ------------------------------------------------------------ facts

    def seal_facts(self, place: Place, facts: Mapping[str, Any], *row: Any) -> tuple[str, str | None]:
        """The facts as JSON that conditions look into, with blind indexes for contact data, and those sealed."""
        shown, hidden = self.parted(facts)
        return facts_text(shown), self.seal(place, facts_text(hidden), *row) if hidden else None

    def parted(self, facts: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The facts as conditions see them, and those that are sealed. What is empty says nothing of anybody."""
        if self.keys is None or self.contact.isdisjoint(facts):
            return facts, {}
        hidden = {name: as_stored(facts[name]) for name in facts if name in self.contact and facts[name]}
        return {name: self.trace(hidden[name]) if name in hidden else value for name, value in facts.items()}, hidden

    def open_facts(self, place: Place, text: str, sealed: str | None, *row: Any) -> dict[str, Any]:
        facts = PLAIN.load(text)
        return facts if sealed is None else facts | PLAIN.load(self.open(place, sealed, *row))

    def trace(self, value: Any) -> Any:
        """What conditions see of a sealed fact: whether a text is this one, and of all else that it is there."""
        return (
            self.index(value) if isinstance(value, str) else {"sealed": self.index(json.dumps(value, sort_keys=True))}
        )

    def words(self, facts: Mapping[str, Any]) -> str | None:
        """By which people are looked for: of each word of their contact data so few bits that many words share them."""
        _, hidden = self.parted(facts)
        found = {word for value in hidden.values() if isinstance(value, str) for word in words_of(value)}
        return f" {' '.join(sorted(map(self.word, found)))} " if found else None

    def word(self, word: str) -> str:
        return self.index(f"word {word}")[len(BLIND) :][:WORD_CHARACTERS]

    # ------------------------------------------------------------ feeds

    def feed_name(self, name: str) -> str:
        """`sms:<address>` with blind indexes for what stands behind the channel; names of no address stay."""
        first, *rest = name.split(":")
        return ":".join((first, *map(self.index, rest)))

    def mentions(self, item: Any) -> str | None:
        """Blind indexes of the words that are values in an item: by them what names a person is found and erased."""
        if self.keys is None:
            return None
        return " ".join(sorted({self.index(word) for word in _words(item)}))

    # ------------------------------------------------------------ keys

    def proof(self, place: Place, key: str) -> str:
        """What shows later that a key is still the same; `key` is an id."""
        return self.seal(place, key, key)

    def _work_out_index(self, value: str) -> str:
        digest = hmac.digest(self._index_key, value.encode("utf-8", "surrogatepass"), "sha256")
        return BLIND + base64.urlsafe_b64encode(digest[:INDEX_BYTES]).decode()

    def _cipher(self, key: str, place: Place) -> AESGCM:
        cipher = self._ciphers.get((key, place.name))
        if cipher is None:
            assert self.keys is not None  # noqa: S101  the callers looked
            cipher = self._ciphers[key, place.name] = AESGCM(_derived(self.keys.by_id[key], place.name))
        return cipher


OFF = Sealing()
"""Without keys."""


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"overture field keys: {purpose}".encode()).derive(key)


def _bound(place: Place, row: tuple[Any, ...]) -> bytes:
    """The associated data: the column, and the values that the cipher text belongs to, each with its length."""
    bound = place.name
    for one in row:
        part = str(microseconds(one)) if isinstance(one, datetime) else str(one)
        bound += f":{len(part)}:{part}"
    return bound.encode("utf-8", "surrogatepass")


def words_of(text: str) -> list[str]:
    """The words of a text, as they are looked for: in whatever case they were written."""
    return re.findall(r"\w+", text.casefold())


def _words(item: Any) -> set[str]:
    match item:
        case str() if item and len(item) <= LONGEST_WORD and not any(map(str.isspace, item)):
            return {item}
        case Mapping():
            return {word for value in item.values() for word in _words(value)}
        case list() | tuple():
            return {word for value in item for word in _words(value)}
        case _:
            return set()


LONGEST_WORD = 254
"""Of an address, in characters."""
