"""The address of a database, as OVERTURE_DATABASE has it."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.errors import SettingsError

FORMS = "sqlite+aiosqlite:///file.db or postgresql+asyncpg://user:word@host/name"
AFTER_THE_ADDRESS = frozenset(
    {
        *("host", "port", "user", "password", "database", "passfile", "service", "servicefile"),
        *("ssl", "target_session_attrs", "statement_cache_size", "krbsrvname", "gsslib"),
    }
)
"""asyncpg's words that may stand behind the "?": those whose value is a text, and the size of its cache. To others any
text is a yes: `direct_tls=false` would switch it on."""


def read_url(url: str) -> URL:
    """Raises SettingsError where it is none of a database that we use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(f"OVERTURE_DATABASE is no database URL. Write {FORMS}.") from error
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise SettingsError(f'OVERTURE_DATABASE begins with "{parsed.drivername}", which we do not use. Write {FORMS}.')
    return parsed if parsed.get_backend_name() == "sqlite" else _with_words_of_asyncpg(parsed)


def _with_words_of_asyncpg(url: URL) -> URL:
    """What is behind the "?", in which most hosts of a PostgreSQL write `sslmode`, as its own programs do."""
    if "sslmode" in url.query:
        url = url.update_query_dict({"ssl": url.query["sslmode"]}).difference_update_query(["sslmode"])
    if unknown := sorted(url.query.keys() - AFTER_THE_ADDRESS):
        raise SettingsError(
            f'OVERTURE_DATABASE has "{unknown[0]}" behind its "?", which may not stand there. These may: '
            f"{', '.join(sorted(AFTER_THE_ADDRESS))}."
        )
    return url
