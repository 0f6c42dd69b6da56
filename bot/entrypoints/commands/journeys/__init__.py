"""`overture journeys`: what is in force, where people stand, and how that is changed."""
