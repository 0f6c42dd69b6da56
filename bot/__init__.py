"""Overture: a self-hosted conversational marketing agent."""
