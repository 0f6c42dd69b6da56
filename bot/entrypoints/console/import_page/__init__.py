"""The page "Import": a file of people is looked through, it is said what its columns are, and it is taken."""

from bot.entrypoints.console.import_page.routes import ImportPage

__all__ = ["ImportPage"]
