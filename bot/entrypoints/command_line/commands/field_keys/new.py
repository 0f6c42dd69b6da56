"""`overture field-keys new`: a new key, on the output alone, so that it can be sent into a file."""

from __future__ import annotations

import argparse
import sys
from itertools import count

from bot.adapters.field_keys import INDEX, new_key, read_field_keys
from bot.settings import Settings

FIRST_TIME = """\
Keep these two lines apart from the database and from its backups, and keep a copy of them: without them nobody can read
what is sealed. Write them into a file that OVERTURE_FIELD_KEYS_FILE names, or into OVERTURE_FIELD_KEYS, separated by a
comma. Where there are people in the database already, stop every process that uses it, run
overture field-keys rotate --service-stopped, and start them again."""

ROTATING = """\
Put this line behind the keys that there are, for every process, and start those anew. Then put it in front of the
others, start them anew again, and run overture field-keys rotate. When that is done, the old key can go."""


def run(settings: Settings, _options: argparse.Namespace) -> int:
    keys = read_field_keys(settings.field_keys.get_secret_value(), settings.field_keys_file)
    known = set() if keys is None else set(keys.by_id)
    print(new_key(next(name for name in (f"k{number}" for number in count(1)) if name not in known)))
    if keys is None:
        print(new_key(INDEX))
    print(FIRST_TIME if keys is None else ROTATING, file=sys.stderr)
    return 0
