"""The page "Conversations": what customers wrote, and where colleagues answer them without Slack."""

from bot.entrypoints.console.conversations_page.routes import ConversationsPage

__all__ = ["ConversationsPage"]
