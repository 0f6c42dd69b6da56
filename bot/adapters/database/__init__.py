"""The store, in SQL: one file for each group of tables."""

from bot.adapters.database.store import Database

__all__ = ["Database"]
