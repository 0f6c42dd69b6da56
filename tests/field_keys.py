"""Field keys for tests, which seal nothing that is worth anything."""

from __future__ import annotations

from bot.adapters.database.sealing import Sealing
from bot.adapters.field_keys import FieldKeys

FIRST, SECOND = bytes(range(32)), bytes(range(1, 33))
INDEX = bytes(range(2, 34))
KEYS = FieldKeys("k1", {"k1": FIRST}, INDEX)
ROTATED = FieldKeys("k2", {"k2": SECOND, "k1": FIRST}, INDEX)
SEALED = Sealing(KEYS)
