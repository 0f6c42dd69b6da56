"""The address of a database, as operators get it from whoever runs their PostgreSQL."""

from __future__ import annotations

import pytest

from bot.adapters.database.address import read_url
from bot.domain.errors import SettingsError


def test_sslmode_is_what_asyncpg_calls_ssl() -> None:
    found = read_url("postgresql+asyncpg://ana@db.example/overture?sslmode=require&statement_cache_size=0")
    assert dict(found.query) == {"ssl": "require", "statement_cache_size": "0"}


@pytest.mark.parametrize("word", ["channel_binding", "direct_tls"])
def test_a_word_that_the_driver_does_not_know_or_would_misread_is_named(word: str) -> None:
    with pytest.raises(SettingsError, match=rf'has "{word}" behind its "\?".*These may: .*ssl'):
        read_url(f"postgresql+asyncpg://ana@db.example/overture?{word}=false")


def test_several_servers_are_an_address_as_before() -> None:
    url = "postgresql+asyncpg://ana@/overture?host=db1:5432&host=db2:5432&target_session_attrs=read-write"
    assert read_url(url).query["host"] == ("db1:5432", "db2:5432")
