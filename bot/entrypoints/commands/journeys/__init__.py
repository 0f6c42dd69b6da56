"""`overture journeys`: what happens to people over days and weeks."""
