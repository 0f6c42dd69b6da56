"""`overture outbox`: what was given up. Ids and reasons are printed, and nothing that anybody said."""
