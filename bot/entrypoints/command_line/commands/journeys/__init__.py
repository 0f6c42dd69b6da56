"""`overture journeys`: what is in force and where people stand, how that is changed, and how it is tried first."""
