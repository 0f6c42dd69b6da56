"""Ways in: HTTP, the worker, the command line; and the wiring that puts all parts together."""
