"""Connectors: one folder for each service that Overture talks to. The bot loads them by name and knows none of them."""
