"""The keys that fields are sealed with: read from OVERTURE_FIELD_KEYS or a file, and never written anywhere."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.errors import SettingsError

KEY_BYTES = 32
INDEX = "index"
"""The id of the key that blind indexes are made with."""

_ID = re.compile("[a-z0-9][a-z0-9-]{0,31}")
FORM = "an id, a colon and 32 bytes in base64, such as overture field-keys new writes"


@dataclass(frozen=True, slots=True)
class FieldKeys:
    """Data keys by their ids, of which `first` seals and all open, and the index key."""

    first: str
    by_id: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)


def read_field_keys(text: str, file: Path | None = None) -> FieldKeys | None:
    """The keys of the setting, or of the file that it names; None where there are none. Raises SettingsError."""
    if text.strip() and file is not None:
        raise SettingsError("OVERTURE_FIELD_KEYS and OVERTURE_FIELD_KEYS_FILE are both set. Keep one of them.")
    where = "OVERTURE_FIELD_KEYS"
    if file is not None:
        where = str(file)
        try:
            text = file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{file} cannot be read: {error}. OVERTURE_FIELD_KEYS_FILE names it; it has a key a line, each {FORM}."
            ) from error
        if not text.strip():
            raise SettingsError(f"{file} has no keys. It should have a key a line, each {FORM}.")
    found = _read(text, where)
    if not found:
        return None
    index = found.pop(INDEX, None)
    if index is None:
        raise SettingsError(f'{where} has no key "{INDEX}", by which addresses are looked up. Make it: {_MAKE}')
    if not found:
        raise SettingsError(f'{where} has only the key "{INDEX}", and none to seal with. Make one: {_MAKE}')
    return FieldKeys(next(iter(found)), found, index)


_MAKE = "overture field-keys new"


def new_key(name: str) -> str:
    """A new key, as the setting has it."""
    return f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _read(text: str, where: str) -> dict[str, bytes]:
    """Keys by id, in their order; messages say which key is wrong and nothing of what it is."""
    found: dict[str, bytes] = {}
    for number, one in enumerate(filter(None, map(str.strip, re.split(r"[,\n]", text))), 1):
        name, _, body = one.partition(":")
        try:
            key = base64.b64decode(body.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not _ID.fullmatch(name) or len(key) != KEY_BYTES:
            raise SettingsError(f"key {number} in {where} is no key: it should be {FORM}.")
        if name in found:
            raise SettingsError(f'{where} has two keys with the id "{name}". Give the newer one another id.')
        if key in found.values():
            raise SettingsError(f'{where} has one key twice: "{name}" is another one\'s too. Make one: {_MAKE}')
        found[name] = key
    return found
