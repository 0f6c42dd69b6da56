"""The page "Knowledge": the pages that questions are answered from, edited and tried, and what none of them answers."""

from bot.entrypoints.console.knowledge_page.routes import KnowledgePage

__all__ = ["KnowledgePage"]
