"""The page "Rules": when, how often and on what grounds people may be written to."""

from bot.entrypoints.console.rules_page.routes import RulesPage

__all__ = ["RulesPage"]
