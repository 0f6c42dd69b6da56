"""The commands that begin with `overture journeys`."""
