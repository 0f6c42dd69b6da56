"""The page "Desk": who of a desk works when, who is offered which lead, and days on which nobody works."""

from bot.entrypoints.console.desk_page.routes import DeskPage

__all__ = ["DeskPage"]
