"""`overture segments`: the people whom journeys are for. Ids are printed, and nothing else of anybody."""
