"""Verbs: each reads, lets an engine think, and writes."""
