"""Doors that are open to everybody, and what every request passes: webhooks, the chat, streams, files, preferences."""
